"""`footnote slack` as people run it: a process of its own, with the bundled models, that ends in order."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.bootstrap import Parts
from app.settings import Settings
from ingestion.connectors import connector_for
from ingestion.pipeline import IngestParts, ingest
from tests.app.channels.slack_bots import ANA
from tests.slack_server import SlackServer, text_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "refunds.md").write_text("# Refunds\n\nRefunds take **five days**.", encoding="utf-8")
    settings = Settings(data=tmp_path / "data", vector_store="exact")
    with Parts(settings) as parts:
        ingest(connector_for(str(tmp_path / "knowledge")), IngestParts.of(parts))
    return settings.data


def footnote_slack(slack: SlackServer, data: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "FOOTNOTE_DATA": str(data),
        "FOOTNOTE_VECTOR_STORE": "exact",
        "FOOTNOTE_SLACK_API_URL": slack.base_url,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
    }
    command = [sys.executable, "-m", "cli", "slack"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_it_says_when_it_is_there_answers_and_ends_in_order(slack: SlackServer, data: Path) -> None:
    process = footnote_slack(slack, data)
    try:
        slack.until(lambda: slack.connections or process.poll() is not None, 120)
        ts = slack.mention(ANA, "C1", "How long do refunds take?")
        slack.until(lambda: slack.from_bot("C1", ts) or process.poll() is not None, 120)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()

    assert (process.returncode, out) == (0, "The desk is in Slack.   (Ctrl-C closes it)\n"), err
    assert "five days" in text_of(slack.from_bot("C1", ts)[0]), err


def test_a_token_that_slack_refuses_is_one_sentence(slack: SlackServer, data: Path) -> None:
    slack.revoked = "account_inactive"

    process = footnote_slack(slack, data)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 1
    assert err.strip().splitlines()[-1].startswith("footnote: Slack refuses the token (account_inactive)")
