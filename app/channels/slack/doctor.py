"""`footnote slack doctor`: what the workspace lets this app do, what is missing, and what to do about it."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from app.channels.slack.audiences import asker_alone, person_of, room_of
from app.channels.slack.bot import check, refused, web_client
from app.channels.slack.refusals import error_of, reason_of
from app.channels.slack.showing import NETWORK
from app.errors import SettingsError
from app.knowledge.articles import PUBLIC
from app.settings import Settings

MOST_MEMBERS: Final = 200  # of a channel, asked about one by one

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "app_mentions:read": "hear mentions",
        "assistant:write": "suggest questions and set titles in the Assistant panel",
        "channels:history": "read the thread of a question",
        "channels:read": "see whether a channel is shared with other companies",
        "chat:write": "answer",
        "commands": "the slash command and the shortcut",
        "groups:history": "read the thread of a question in a private channel",
        "groups:read": "see whether a private channel is shared with other companies",
        "im:history": "hear direct messages",
        "im:write": "answer in direct messages",
        "mpim:history": "read the thread of a question in a group conversation",
        "mpim:read": "see who is in a group conversation",
        "reactions:read": "count 👍 and 👎",
        "users:read": "tell people from bots and guests",
        "users:read.email": "know which groups an asker is in",
    }
)


@dataclass(frozen=True)
class Finding:
    """What one check found; `remedy` is empty where all is well."""

    what: str
    found: str
    remedy: str = ""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """A check that fails is a finding, and the next one still runs, where it can."""
    try:
        check(settings.slack)
    except SettingsError as problem:
        yield Finding("tokens", "not as they should be", str(problem))
        return
    async with web_client(settings.slack) as web:
        try:
            told = await web.auth_test()
        except SlackApiError as problem:
            yield Finding("bot token", "refused", refused(problem))
            return
        except NETWORK as problem:
            yield Finding("Slack", f"cannot be reached ({problem})", f"is {settings.slack.api_url} the right address?")
            return
        yield Finding("bot token", f"{told['user']} in {told['team']}")
        for finding in scopes(str(told.headers.get("x-oauth-scopes", ""))):
            yield finding
        yield await _socket_mode(web, settings.slack.app_token)
        async for finding in _channels(web, settings, str(told["team_id"])):
            yield finding


def scopes(granted: str) -> Iterator[Finding]:
    """Pure: `granted` is the header that Slack sends with every answer."""
    missing = [scope for scope in SCOPES if scope not in {scope.strip() for scope in granted.split(",")}]
    if not missing:
        yield Finding("scopes", f"all {len(SCOPES)}")
    for scope in missing:
        remedy = "add it under OAuth & Permissions (or update the manifest), then install the app again"
        yield Finding("scope", f"{scope} is missing, to {SCOPES[scope]}", remedy)


async def _socket_mode(web: AsyncWebClient, app_token: str) -> Finding:
    try:
        await web.apps_connections_open(app_token=app_token)
    except SlackApiError as problem:
        remedy = "turn Socket Mode on, and make an app-level token with the scope connections:write"
        return Finding("app token", f"refused ({error_of(problem)})", remedy)
    except NETWORK as problem:
        return Finding("app token", f"cannot be tried ({problem})", "try again")
    return Finding("app token", "Socket Mode opens")


async def _channels(web: AsyncWebClient, settings: Settings, home: str) -> AsyncIterator[Finding]:
    slack = settings.slack
    named = {**slack.channels, **{id_: slack.channels.get(id_, ()) for id_ in (slack.owners, slack.curators) if id_}}
    for id_, audiences in named.items():
        what = f"channel {id_}"
        unknown = sorted(set(audiences) - {PUBLIC} - set(settings.groups))
        if unknown:
            yield Finding(what, f"no group is called {', '.join(unknown)}", "add it under [groups] in footnote.toml")
        try:
            channel = (await web.conversations_info(channel=id_))["channel"]
            members = await _members(web, id_)
        except SlackApiError as problem:
            yield Finding(what, f"cannot be used ({error_of(problem)})", reason_of(problem))
            continue
        if room_of(channel).is_external and set(audiences) - {PUBLIC}:
            remedy = "it gets public articles only, whatever the settings say; take it out of [slack.channels]"
            yield Finding(what, "is shared with other companies", remedy)
        yield await _readers(web, what, members, audiences, settings, home)


async def _members(web: AsyncWebClient, channel: str) -> list[str]:
    told = await web.conversations_members(channel=channel, limit=MOST_MEMBERS)
    members: list[str] = told["members"]
    return members


async def _readers(
    web: AsyncWebClient, what: str, members: list[str], audiences: tuple[str, ...], settings: Settings, home: str
) -> Finding:
    """Whether all members may read what the channel is answered from."""
    closed = set(audiences) - {PUBLIC}
    outside: list[str] = []
    for member in members if closed else ():
        user: dict[str, Any] = (await web.users_info(user=member))["user"]
        person = person_of(user, home)
        if not person.is_bot and not closed <= asker_alone(person, settings.groups).audiences:
            outside.append(str(user.get("name") or member))
    if outside:
        some = ", ".join(outside[:5]) + (" and others" if len(outside) > 5 else "")
        found = f"{len(outside)} of {len(members)} members are not in {', '.join(sorted(closed))}: {some}"
        return Finding(what, found, "they read what is answered there; add them to the group, or narrow the channel")
    return Finding(what, f"{len(members)} members read {', '.join(sorted({PUBLIC, *audiences}))}")
