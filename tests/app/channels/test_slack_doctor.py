"""`footnote slack doctor` says what is missing, and what to do."""

import asyncio
from pathlib import Path
from typing import Any

import yaml

from app.channels.slack.doctor import SCOPES, Finding, examine, scopes
from app.channels.slack.listening import SHORTCUT
from app.settings import Settings, SlackSettings
from tests.app.channels.slack_bots import ANA, GROUPS, HANA, slack_settings
from tests.slack_server import SCOPES as GRANTED
from tests.slack_server import SlackServer

MANIFEST = Path(__file__).parents[3] / "slack-manifest.yaml"


def findings(slack: SlackServer, **more: Any) -> list[Finding]:
    async def all_of_them() -> list[Finding]:
        settings = Settings(slack=slack_settings(slack, **more), groups=GROUPS)
        return [finding async for finding in examine(settings)]

    return asyncio.run(all_of_them())


def wrong(slack: SlackServer, **more: Any) -> list[str]:
    return [
        f"{finding.what}: {finding.found}. {finding.remedy}" for finding in findings(slack, **more) if finding.remedy
    ]


def test_all_is_well(slack: SlackServer) -> None:
    slack.add_channel("C2", (HANA,))

    assert wrong(slack, channels={"C2": ("hr",)}, owners="C1") == []
    assert [finding.what for finding in findings(slack)] == ["bot token", "scopes", "app token"]


def test_a_missing_scope_is_named_with_what_it_is_for(slack: SlackServer) -> None:
    slack.scopes = GRANTED.replace(",users:read.email", "")

    (said,) = wrong(slack)
    assert "users:read.email is missing, to know which groups an asker is in" in said


def test_tokens_that_are_missing_mixed_up_or_revoked_are_told_apart(slack: SlackServer) -> None:
    swapped = Settings(slack=SlackSettings(bot_token="xapp-1", app_token="xoxb-1", api_url=slack.base_url))

    async def first() -> Finding:
        return await anext(examine(swapped))

    assert "SLACK_BOT_TOKEN has to be" in asyncio.run(first()).remedy
    slack.revoked = "token_revoked"
    assert "install the app again" in wrong(slack)[0]


def test_channels_are_looked_at_one_by_one(slack: SlackServer) -> None:
    slack.add_channel("C2", (ANA, HANA))
    slack.add_channel("C3", (), has_bot=False)
    slack.add_channel("C4", (HANA,), is_ext_shared=True)

    said = wrong(slack, channels={"C2": ("hr",), "C3": ("hr",), "C4": ("hr",), "C1": ("staff",)})

    assert any("C2: 1 of 3 members are not in hr" in line for line in said)
    assert any("C3: cannot be used (not_in_channel). I am not a member" in line for line in said)
    assert any("C4: is shared with other companies" in line for line in said)
    assert any("C1: no group is called staff" in line for line in said)


def test_the_manifest_asks_for_the_scopes_that_the_doctor_wants_and_names_our_shortcut() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))

    assert set(manifest["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    assert [shortcut["callback_id"] for shortcut in manifest["features"]["shortcuts"]] == [SHORTCUT]
    assert manifest["features"]["slash_commands"][0]["command"] == SlackSettings().command
    assert manifest["settings"]["socket_mode_enabled"]
    assert not any(finding.remedy for finding in scopes(",".join(SCOPES)))
