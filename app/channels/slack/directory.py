"""Who people and channels are, as Slack says; remembered for a minute. Who is not known has no more than `public`."""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from app.channels.slack.audiences import Person, Room, person_of, room_of
from app.channels.slack.refusals import is_passing

REMEMBERED_SECONDS: Final = 60.0  # a channel that is opened to another company is closed to our articles so soon
_NOT_TOLD: Final = frozenset(
    {"user_not_found", "user_not_visible", "channel_not_found", "missing_scope", "no_permission"}
)

T = TypeVar("T", Person, Room)


class Directory:
    """For one workspace.

    Raises, from every call, SlackApiError for what may pass: then the question waits, rather than be answered as if
    its asker were nobody.
    """

    def __init__(self, web: AsyncWebClient, home_team: str) -> None:
        self._web = web
        self._home_team = home_team
        self._known: dict[str, tuple[float, Person | Room]] = {}

    async def person(self, user: str) -> Person:
        async def ask() -> Person:
            told = await self._web.users_info(user=user)
            return person_of(told["user"], self._home_team)

        return await self._remembered(user, Person(user), ask)

    async def room(self, channel: str) -> Room:
        async def ask() -> Room:
            told = await self._web.conversations_info(channel=channel)
            return room_of(told["channel"])

        return await self._remembered(channel, Room(channel), ask)

    async def _remembered(self, key: str, unknown: T, ask: Callable[[], Awaitable[T]]) -> T:
        at, known = self._known.get(key, (0.0, unknown))
        if monotonic() - at < REMEMBERED_SECONDS and isinstance(known, type(unknown)):
            return known
        try:
            found = await ask()
        except SlackApiError as problem:
            if is_passing(problem):
                raise
            found = unknown
        self._known[key] = (monotonic(), found)
        return found
