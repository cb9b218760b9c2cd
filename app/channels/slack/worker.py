"""Works off the inbox: claims letters, has each attended to in a task of its own, renews what it holds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from app.channels.slack import CHANNEL, sayings
from app.channels.slack.holding import Held, Lost
from app.channels.slack.intake import QUESTION, Question
from app.channels.slack.messages import reason
from app.channels.slack.refusals import error_of, is_fatal, is_passing, reason_of
from app.channels.slack.showing import NETWORK, Passing, Place, Workspace
from app.errors import FootnoteError
from app.knowledge.catalog.inbox import Inbox

logger = logging.getLogger(__name__)

AT_ONCE: Final = 64  # letters held; most of them wait for Slack, or for a place at the desk
POLL_SECONDS: Final = 1.0  # for what was given back, and for what another process held when it died
LONGEST_WAIT: Final = 60.0
MOST_ATTEMPTS: Final = 5  # at what nobody waits for; a question's asker is told, see `answering`

Attend = Callable[[Held], Awaitable[None]]


class Worker:
    """Args: `attending` by kind of letter; `holder` begins with `host:pid`; `lease` in seconds."""

    def __init__(
        self,
        inbox: Inbox,
        web: AsyncWebClient,
        workspace: Workspace,
        attending: Mapping[str, Attend],
        holder: str,
        lease: float = 30.0,
        poll: float = POLL_SECONDS,
    ) -> None:
        self._inbox = inbox
        self._web = web
        self._workspace = workspace
        self._attending = attending
        self._holder = holder
        self._lease = lease
        self._poll = poll
        self._mail = asyncio.Event()
        self._held: dict[asyncio.Task[None], Held] = {}
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(self) -> None:
        """There is mail."""
        self._mail.set()

    def stop_with(self, problem: SlackApiError) -> None:
        """`run` ends with it: the token is of no use any more."""
        if not self._end.done():
            self._end.set_exception(problem)
            self.wake()

    async def run(self) -> None:
        """Until it is cancelled; then everything that is held is given back.

        Raises:
            SlackApiError: Slack refuses the token.
        """
        renewing = asyncio.create_task(self._renew())
        try:
            while not self._end.done():
                self._mail.clear()
                await self._claim_all()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._mail.wait(), self._poll)
            await self._end
        finally:
            renewing.cancel()
            await self._let_go()

    async def _claim_all(self) -> None:
        while len(self._held) < AT_ONCE:
            try:
                letter = await asyncio.to_thread(self._inbox.claim, CHANNEL, self._holder, self._lease)
            except FootnoteError as problem:
                logger.error("the inbox cannot be read: %s", problem)
                return
            if letter is None:
                return
            held = Held(letter, self._holder, self._inbox)
            task = asyncio.create_task(self._attend(held))
            self._held[task] = held
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        held = self._held.pop(task)
        self.wake()  # its conversation may go on
        if not task.cancelled() and (surprise := task.exception()):
            # It is not renewed any more; somebody tries again when the lease has run out, at most three times.
            logger.error("letter %s from Slack could not be worked off", held.letter.id, exc_info=surprise)

    async def _attend(self, held: Held) -> None:
        try:
            if held.letter.kind != QUESTION and held.letter.attempts > MOST_ATTEMPTS:
                await held.end("given up")
                return
            await self._attending[held.letter.kind](held)
        except Lost:
            logger.info("letter %s is worked off by another process", held.letter.id)
        except SlackApiError as problem:
            if is_fatal(problem):
                self.stop_with(problem)
            if is_passing(problem):
                await held.give_back(_pause(held))
            else:
                await self._say_why_not(held, problem)
        except (Passing, *NETWORK) as problem:
            logger.warning("Slack could not be reached, letter %s waits: %s", held.letter.id, problem)
            await held.give_back(_pause(held))

    async def _say_why_not(self, held: Held, problem: SlackApiError) -> None:
        """A question that cannot be answered where it was asked: its asker is told in their direct messages."""
        logger.warning("letter %s could not be answered in its place: %s", held.letter.id, error_of(problem))
        ending = f"refused: {error_of(problem)}"
        if held.letter.kind == QUESTION:
            question = Question.of(held.letter.payload)
            try:
                opened = await self._web.conversations_open(users=question.user)
                anew = Held(replace(held.letter, progress={}), held.holder, held.inbox)
                place = Place(str(opened["channel"]["id"]), "", held.earliest)
                showing = anew.showing(self._web, self._workspace, place)
                where = f" in <#{question.channel}>" if question.channel else ""
                said = reason(sayings.could_not_answer("", reason_of(problem)))
                await showing.finish([replace(said, body=said.body.replace("answer you:", f"answer you{where}:", 1))])
            except SlackApiError as another:
                if is_passing(another):
                    raise
                ending += f", and could not be told: {error_of(another)}"
        await held.end(ending)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            for task, held in list(self._held.items()):
                with suppress(FootnoteError):  # a full disk or a busy catalog may pass before the lease runs out
                    if not await held.renew(self._lease):
                        task.cancel()

    async def _let_go(self) -> None:
        held = dict(self._held)
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        for letter in held.values():
            with suppress(FootnoteError):
                await letter.give_back(0.0)


def _pause(held: Held) -> float:
    """Seconds until the next try: longer, the longer it has been tried."""
    age = (datetime.now(UTC) - held.letter.received_at).total_seconds()
    return min(LONGEST_WAIT, max(1.0, age / 4))
