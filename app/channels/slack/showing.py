"""One thing said in one place of Slack, once: streamed or edited while it grows, and never twice, whatever is killed.

Slack has no call that says "post this unless it is there". So each message is announced in the letter's progress before
it is posted, carries a mark of its own, and is looked for where an announcement was left without its end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from app.channels.slack.messages import Message, markdown
from app.channels.slack.refusals import NOT_LIKED, TOO_LONG, error_of, is_passing, is_unknown
from app.channels.slack.smaller import bare, smaller

STREAM_EVERY: Final = 0.7  # seconds between two pieces of a stream
EDIT_EVERY: Final = 1.5  # chat.update may be called 50 times a minute
EVENT_TYPE: Final = "footnote_message"
_TIMES_SMALLER: Final = 4
_NO_STREAMS: Final = frozenset({"unknown_method", "feature_not_enabled", "method_not_supported_for_channel_type"})
_GONE: Final = frozenset({"message_not_found"})
_FIXED: Final = frozenset({"cant_update_message", "edit_window_closed", "update_failed"})

NETWORK: Final = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


class Passing(Exception):
    """Slack could not be reached, or may have done what it was asked or not: look again in a moment."""


@dataclass(frozen=True)
class Place:
    """Where it is said. Without a thread the message stands by itself; `asker` and `team` are whom a stream is for."""

    channel: str
    thread_ts: str
    after: str  # the ts of what it answers: nothing of ours is older
    asker: str = ""
    team: str = ""


@dataclass(frozen=True)
class Progress:
    """What has been shown, as it is kept in the catalog."""

    shown: tuple[str, ...] = ()  # the ts of each message, in order
    pending: int | None = None  # the number of a message that is being posted, and may or may not be there
    is_streaming: bool = False  # the first message is an open stream


@dataclass(frozen=True)
class Workspace:
    """Who we are in it, and what is known of it so far."""

    bot_user: str
    bot_id: str
    learned: set[str] = field(default_factory=set)  # such as that it has no streams


class Showing:
    """Args: `keep` commits the progress, and raises when the letter has gone to somebody else; `known` says which
    messages in this conversation belong to other letters; `key` is the letter's own mark."""

    def __init__(
        self,
        web: AsyncWebClient,
        workspace: Workspace,
        place: Place,
        key: str,
        progress: Progress,
        keep: Callable[[Progress], Awaitable[None]],
        known: Callable[[], Awaitable[set[str]]],
    ) -> None:
        self._web = web
        self._workspace = workspace
        self.place = place
        self._key = key
        self.progress = progress
        self._keep = keep
        self._known = known
        self._one_at_a_time = asyncio.Lock()
        self._sent = ""  # of the stream
        self._is_whole = not progress.is_streaming  # what we know of the stream is all there is in it
        self._next_at = 0.0
        self._has_words = bool(progress.shown)

    @property
    def is_streaming(self) -> bool:
        """Then the answer's words have to go on as they began: with marks that are no links."""
        return self.progress.is_streaming and self._is_whole

    async def recover(self) -> None:
        """Find out what became of a message that was announced and not noted."""
        if self.progress.pending is None:
            return
        part = self.progress.pending
        found = await self._look_for(part)
        if found is None:
            is_streaming = self.progress.is_streaming and bool(self.progress.shown)  # else it never began
            await self._note(replace(self.progress, pending=None, is_streaming=is_streaming))
            return
        ts, is_streaming = found
        self._is_whole = not is_streaming
        await self._note(Progress((*self.progress.shown, ts), None, is_streaming or self.progress.is_streaming))

    async def show(self, body: str) -> None:
        """As much as is written so far; comes again and again, and each time shows what Slack's limits allow."""
        async with self._one_at_a_time:
            if not body or monotonic() < self._next_at or self.progress.pending is not None:
                return
            self._has_words = True
            if not self.progress.shown:
                await self._open_growing(body)
            elif self.progress.is_streaming:
                await self._append(body)
            else:
                self._next_at = monotonic() + EDIT_EVERY
                await self._update(0, Message(body + " …"))

    async def wait(self, body: str) -> None:
        """Say so as long as nothing else was said; the answer takes its place."""
        async with self._one_at_a_time:
            if self._has_words:
                return
            await self.recover()
            if self.progress.shown:
                await self._update(0, Message(body))
            else:
                await self._post(0, Message(body))

    async def finish(self, messages: Sequence[Message]) -> None:
        """Show these, and nothing else, whatever was shown before. Doing it again changes nothing.

        Raises:
            Passing: try again.
            SlackApiError: it cannot be said there.
        """
        async with self._one_at_a_time:
            for _ in range(_TIMES_SMALLER):
                try:
                    await self._finish(messages)
                    return
                except SlackApiError as problem:
                    if error_of(problem) in TOO_LONG:
                        messages = smaller(messages)
                    elif error_of(problem) in NOT_LIKED:
                        messages = bare(messages)
                    else:
                        raise
            await self._finish(messages)

    async def _finish(self, messages: Sequence[Message]) -> None:
        await self.recover()
        done = 0
        if self.progress.is_streaming:
            done = await self._end_stream(messages[0])
        for part, message in enumerate(messages[done:], start=done):
            if part < len(self.progress.shown):
                await self._update(part, message)
            else:
                await self._post(part, message)
        for ts in self.progress.shown[len(messages) :]:
            await self._call(self._web.chat_delete(channel=self.place.channel, ts=ts), fine=_GONE)
        await self._note(replace(self.progress, shown=self.progress.shown[: len(messages)]))

    async def _open_growing(self, body: str) -> None:
        self._next_at = monotonic() + STREAM_EVERY
        if not self.place.thread_ts or not _NO_STREAMS.isdisjoint(self._workspace.learned):
            await self._post(0, Message(body + " …"))
            return
        await self._note(replace(self.progress, pending=0, is_streaming=True))
        try:
            opened = await self._call(
                self._web.chat_startStream(
                    channel=self.place.channel,
                    thread_ts=self.place.thread_ts,
                    markdown_text=body,
                    recipient_team_id=self.place.team,
                    recipient_user_id=self.place.asker,
                )
            )
        except SlackApiError as problem:
            await self._note(replace(self.progress, pending=None, is_streaming=False))
            if is_passing(problem):
                raise
            self._workspace.learned.add(error_of(problem))
            await self._post(0, Message(body + " …"))
            return
        self._sent, self._is_whole = body, True
        await self._note(Progress((str(opened["ts"]),), None, is_streaming=True))

    async def _append(self, body: str) -> None:
        if not self._is_whole or not body.startswith(self._sent) or body == self._sent:
            return
        self._next_at = monotonic() + STREAM_EVERY
        self._is_whole = False  # until we know that it arrived
        more = body[len(self._sent) :]
        await self._call(
            self._web.chat_appendStream(channel=self.place.channel, ts=self.progress.shown[0], markdown_text=more),
            fine=frozenset({"message_not_in_streaming_state"}),
        )
        self._sent, self._is_whole = body, True

    async def _end_stream(self, message: Message) -> int:
        """How many messages are done by it: none where the stream does not say what it should."""
        fits = self._is_whole and message.body.startswith(self._sent)
        rest = message.body[len(self._sent) :] if fits else ""
        ended = await self._call(
            self._web.chat_stopStream(
                channel=self.place.channel,
                ts=self.progress.shown[0],
                markdown_text=rest or None,
                blocks=list(message.below) if fits and message.below else None,
                metadata=self._mark(0),
            ),
            fine=frozenset({"message_not_in_streaming_state", "message_not_found"}),
        )
        self._is_whole = False  # asked again, it is edited as a whole
        await self._note(replace(self.progress, is_streaming=False))
        return 1 if fits and ended else 0

    async def _post(self, part: int, message: Message) -> None:
        await self._note(replace(self.progress, pending=part))
        thread: dict[str, Any] = {"thread_ts": self.place.thread_ts} if self.place.thread_ts else {}
        try:
            posted = await self._call(
                self._web.chat_postMessage(
                    channel=self.place.channel,
                    text=message.notice,
                    blocks=message.blocks or None,
                    metadata=self._mark(part),
                    unfurl_links=False,
                    unfurl_media=False,
                    **thread,
                )
            )
        except SlackApiError:
            await self._note(replace(self.progress, pending=None))
            raise
        await self._note(replace(self.progress, shown=(*self.progress.shown, str(posted["ts"])), pending=None))

    async def _update(self, part: int, message: Message) -> None:
        try:
            await self._call(
                self._web.chat_update(
                    channel=self.place.channel,
                    ts=self.progress.shown[part],
                    text=message.notice,
                    blocks=message.blocks or [markdown(message.body)],
                    metadata=self._mark(part),
                ),
                fine=_GONE,  # somebody has removed it, and wants it gone
            )
        except SlackApiError as problem:
            if error_of(problem) not in _FIXED:
                raise
            await self._note(replace(self.progress, shown=self.progress.shown[:part]))
            await self._post(part, message)

    async def _call(self, call: Awaitable[Any], fine: frozenset[str] = frozenset()) -> Any:
        """Slack's answer; None for a refusal that is fine. Who cannot know whether it was done, raises Passing."""
        try:
            return await call
        except SlackApiError as problem:
            if error_of(problem) in fine:
                return None
            if is_unknown(problem):
                raise Passing(str(problem)) from problem
            raise
        except NETWORK as problem:
            raise Passing(f"{type(problem).__name__}: {problem}") from problem

    async def _note(self, progress: Progress) -> None:
        if progress != self.progress:
            await self._keep(progress)
            self.progress = progress

    def _mark(self, part: int) -> dict[str, Any]:
        """Anybody in the workspace could read it: it says nothing."""
        return {"event_type": EVENT_TYPE, "event_payload": {"key": self._key, "part": part}}

    async def _look_for(self, part: int) -> tuple[str, bool] | None:
        """The ts of our message there, and whether it is an open stream. A stream has its mark only when it ends."""
        known = await self._known() | set(self.progress.shown)
        unmarked: str | None = None
        for message in await self._ours():
            if message["ts"] in known:
                continue
            mark = (message.get("metadata") or {}).get("event_payload") or {}
            if mark.get("key") == self._key and mark.get("part") == part:
                return message["ts"], False
            if not mark and part == 0 and self.progress.is_streaming and message["ts"] != self.place.thread_ts:
                unmarked = unmarked or message["ts"]
        return (unmarked, True) if unmarked else None

    async def _ours(self) -> list[dict[str, Any]]:
        asked: dict[str, Any] = {"channel": self.place.channel, "oldest": self.place.after, "limit": 200}
        asked |= {"include_all_metadata": True}
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = {**asked, "cursor": cursor} if cursor else asked
            if self.place.thread_ts:
                told = await self._call(self._web.conversations_replies(ts=self.place.thread_ts, **page))
            else:
                told = await self._call(self._web.conversations_history(**page))
            found += told["messages"]
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        own = (self._workspace.bot_id, self._workspace.bot_user)
        ours = [m for m in found if own[0] == m.get("bot_id") or own[1] == m.get("user")]
        return sorted((m for m in ours if float(m["ts"]) > float(self.place.after)), key=lambda m: float(m["ts"]))
