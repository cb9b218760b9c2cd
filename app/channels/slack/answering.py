"""A question from the inbox gets its answer, an honest not-found, or a reason. Read `answer` top to bottom."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic, time
from typing import Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from app.answering.answers import Answer, Turn
from app.channels.house import House
from app.channels.slack import CHANNEL, sayings
from app.channels.slack.audiences import asker_alone, asker_in_channel, sees_more
from app.channels.slack.conversation import begins_a_conversation, turns_before
from app.channels.slack.courtesies import Courtesies
from app.channels.slack.directory import Directory
from app.channels.slack.holding import Held
from app.channels.slack.intake import Question
from app.channels.slack.messages import Looks, Message, button, growing, messages_of, reason
from app.channels.slack.prose import inline
from app.channels.slack.showing import NETWORK, Passing, Place, Showing, Workspace
from app.channels.under_way import TooMany, UnderWay
from app.errors import FootnoteError, ServiceUnavailable, UnknownAnswer, UnknownArticle, WrongUse
from app.knowledge.articles import Asker
from app.knowledge.catalog import Telling
from app.settings import Settings

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 5  # a question that ended five processes would end the sixth
PRIVATELY: Final = "footnote_privately"
_VALUE_LIMIT: Final = 1_900  # what a button can carry


@dataclass(frozen=True)
class Patience:
    """Seconds."""

    whole: float = 0.25  # for an answer that is nearly there already: shown at once instead of growing
    silent: float = 3.0  # until a place that shows no status gets a word
    stuck: float = 30.0  # from its receipt until a question is told that it takes longer
    given_up: float = 150.0  # until it is answered with a reason instead
    again: float = 0.5  # between two tries to say a finished answer


class Answering:
    """One for all questions of a workspace."""

    def __init__(
        self,
        house: House,
        web: AsyncWebClient,
        workspace: Workspace,
        directory: Directory,
        settings: Settings,
        patience: Patience,
        courtesies: Courtesies,
    ) -> None:
        self._house = house
        self._web = web
        self._workspace = workspace
        self._directory = directory
        self._settings = settings
        self._patience = patience
        self._courtesies = courtesies
        self._looks = Looks(settings.public_url, bool(settings.slack.owners))

    async def answer(self, held: Held) -> None:
        """Show the answer and end the letter.

        Raises:
            Passing, SlackApiError: it could not be said (yet).
            Lost: somebody else answers it.
        """
        question = Question.of(held.letter.payload)
        if not question.channel:
            question = replace(question, channel=await self._direct(question.user))
        showing = self._showing(held, question)
        await showing.recover()
        person = await self._directory.person(question.user)
        if person.is_bot:
            await held.end("a bot asked")
            return
        if held.letter.attempts > MOST_ATTEMPTS:
            await self._finish(showing, [reason(sayings.GIVEN_UP)])
            await held.end("given up")
            return
        alone = asker_alone(person, self._settings.groups)
        asker = alone if question.is_private else await self._channels_asker(question)
        async with self._told_when_late(held, showing):
            history = await turns_before(question, self._web, self._workspace, self._house.catalog)
            written = await self._write(question, history, asker, showing)
            if isinstance(written, Answer) and await asyncio.to_thread(self._is_withdrawn, written, asker):
                written = sayings.WITHDRAWN
        await self._finish(showing, self._messages(written, question, showing))
        if begins_a_conversation(question, history):
            self._courtesies.do(self._name(question))
        if not isinstance(written, Answer):
            await held.end("a reason was given")
            return
        await held.end(written.outcome.value, *self._tellings(written, question, asker, showing))
        if not question.is_private and not alone.audiences <= asker.audiences:
            await self._offer_more(question, history, alone, asker, written)

    async def _direct(self, user: str) -> str:
        opened = await self._web.conversations_open(users=user)
        return str(opened["channel"]["id"])

    async def _channels_asker(self, question: Question) -> Asker:
        room = await self._directory.room(question.channel)
        room = replace(room, id=question.channel, is_external=room.is_external or question.is_external)
        return asker_in_channel(room, self._settings.slack.channels)

    def _showing(self, held: Held, question: Question) -> Showing:
        after = question.ts or held.earliest
        place = Place(question.channel, question.thread_ts, after, question.user, question.team)
        return held.showing(self._web, self._workspace, place)

    async def _write(self, question: Question, history: Sequence[Turn], asker: Asker, showing: Showing) -> Answer | str:
        """The answer, shown while it grows; or the reason why there is none."""
        if not question.text:
            return sayings.EMPTY
        until = monotonic() + self._patience.given_up
        try:
            under_way = await self._start(question, history, asker, until)
            if not await self._follow(under_way, showing, until):
                under_way.cancel()
                return sayings.OUT_OF_TIME
            return under_way.answer
        except (WrongUse, ServiceUnavailable) as problem:
            return str(problem)
        except FootnoteError:
            logger.exception("a question from Slack got no answer")
            return sayings.FAILED

    async def _start(self, question: Question, history: Sequence[Turn], asker: Asker, until: float) -> UnderWay:
        while True:
            try:
                return self._house.start(question.text, history, asker)
            except TooMany:
                if monotonic() > until:
                    raise
                await asyncio.sleep(self._patience.again)

    async def _follow(self, under_way: UnderWay, showing: Showing, until: float) -> bool:
        """Show what is written as it is written; False when time is up."""
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        tell = _safely(loop, changed)
        under_way.watch(tell)
        whole_by = None
        try:
            while not under_way.done:
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(0.2, max(0.0, until - monotonic())))
                changed.clear()
                if monotonic() > until:
                    return False
                if under_way.text and not under_way.done:
                    whole_by = whole_by or monotonic() + self._patience.whole
                    if monotonic() >= whole_by:
                        await self._show(showing, growing(under_way.text))
        finally:
            under_way.unwatch(tell)
        return True

    async def _show(self, showing: Showing, body: str) -> None:
        """What does not arrive now comes with the end."""
        try:
            await showing.show(body)
        except (Passing, SlackApiError, *NETWORK) as problem:
            logger.info("a part of an answer could not be shown in Slack yet: %s", problem)

    def _messages(self, written: Answer | str, question: Question, showing: Showing) -> list[Message]:
        above = f"> {inline(question.text)}" if not question.ts else ""
        if isinstance(written, str):
            return [Message(f"{above}\n\n{reason(written).body}".strip())]
        return messages_of(written, self._looks, showing.is_streaming, above)

    def _is_withdrawn(self, written: Answer, asker: Asker) -> bool:
        """Whether an article that it shows has gone, or been closed to its readers, since it was written."""
        try:
            return self._house.answer(written.id, asker).text != written.text
        except UnknownAnswer:
            return self._is_kept(written) or not self._are_open(written, asker)

    def _is_kept(self, written: Answer) -> bool:
        try:
            self._house.catalog.answer(written.id)
        except UnknownAnswer:
            return False  # on a full disk
        return True

    def _are_open(self, written: Answer, asker: Asker) -> bool:
        try:
            for citation in written.citations:
                self._house.catalog.article(citation.article_id, asker)
        except UnknownArticle:
            return False
        return True

    async def _finish(self, showing: Showing, messages: Sequence[Message]) -> None:
        """A few tries, before the letter is given back and everything is done again."""
        for wait in (1, 2, 4):
            try:
                await showing.finish(messages)
                return
            except Passing:
                await asyncio.sleep(wait * self._patience.again)
        await showing.finish(messages)

    def _tellings(self, written: Answer, question: Question, asker: Asker, showing: Showing) -> list[Telling]:
        shown = showing.progress.shown
        about = {"thread_ts": question.thread_ts, "user": question.user, "is_private": question.is_private}
        about |= {"parts": list(shown[1:]), "is_external": question.is_external}
        reader = question.user if question.is_private else question.channel
        place = f"{question.channel}/{shown[0]}"
        audiences = tuple(sorted(asker.audiences))
        return [Telling(CHANNEL, place, written.id, reader, audiences, datetime.now(UTC), about)]

    async def _name(self, question: Question) -> None:
        """Entitle a thread of the Assistant panel, which lists its threads."""
        title = await asyncio.to_thread(self._house.desk.title, question.text)
        await self._web.assistant_threads_setTitle(
            channel_id=question.channel, thread_ts=question.thread_ts, title=title
        )

    async def _offer_more(
        self, question: Question, history: Sequence[Turn], alone: Asker, asker: Asker, written: Answer
    ) -> None:
        """Only when it is true, and only the asker reads it."""
        try:
            trace = await asyncio.to_thread(self._house.desk.search, question.text, history, alone)
            if not sees_more(trace, asker):
                return
            offer = button(sayings.ASK_PRIVATELY, PRIVATELY, (written.query or question.text)[:_VALUE_LIMIT])
            words = {"type": "section", "text": {"type": "plain_text", "text": sayings.SEE_MORE}}
            await self._web.chat_postEphemeral(
                channel=question.channel,
                user=question.user,
                thread_ts=question.thread_ts if question.in_thread else None,
                text=sayings.SEE_MORE,
                blocks=[words, {"type": "actions", "elements": [offer]}],
            )
        except (FootnoteError, SlackApiError, *NETWORK) as problem:
            logger.info("an asker was not told that they may read more: %s", problem)

    @asynccontextmanager
    async def _told_when_late(self, held: Held, showing: Showing) -> AsyncIterator[None]:
        """While the block runs, a clock says that something is going on, and in the end that it takes longer."""
        is_over = asyncio.Event()
        clock = asyncio.create_task(self._tell_when_late(held, showing, is_over))
        try:
            yield
        finally:
            is_over.set()  # not cancelled: what it is posting just now has to be noted
            await clock

    async def _tell_when_late(self, held: Held, showing: Showing, is_over: asyncio.Event) -> None:
        age = time() - held.letter.received_at.timestamp()
        stuck_at = monotonic() + max(self._patience.stuck - age, min(self._patience.silent, self._patience.stuck))
        if not await self._shows_status(showing.place):
            if await _happens(is_over, self._patience.silent):
                return
            await self._say_meanwhile(showing, sayings.READING)
        if not await _happens(is_over, stuck_at - monotonic()):
            await self._say_meanwhile(showing, sayings.STUCK)

    async def _say_meanwhile(self, showing: Showing, text: str) -> None:
        try:
            await showing.wait(text)
        except (Passing, SlackApiError, *NETWORK) as problem:
            logger.warning("an asker in Slack could not be told that the answer takes longer: %s", problem)

    async def _shows_status(self, place: Place) -> bool:
        if not place.thread_ts:
            return False
        try:
            await self._web.assistant_threads_setStatus(
                channel_id=place.channel, thread_ts=place.thread_ts, status=sayings.STATUS
            )
        except (SlackApiError, *NETWORK):
            return False
        return True


async def _happens(event: asyncio.Event, seconds: float) -> bool:
    """Whether it does, within so many seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), max(0.0, seconds))
    return event.is_set()


def _safely(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> Callable[[], None]:
    """Called from the writing thread, which may outlive the loop."""

    def tell() -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(changed.set)

    return tell
