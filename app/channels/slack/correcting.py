"""Watches the articles for changes, finds the answers in Slack that rested on what is gone, and corrects them, once."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic, time
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from app.answering.answers import Answer
from app.channels.house import House
from app.channels.slack import CHANNEL
from app.channels.slack.audiences import asker_alone, asker_in_channel
from app.channels.slack.corrections import (
    Now,
    correction,
    has_gone,
    outdated,
    says_the_same,
    suggestion,
    what_changed,
    withdrawn,
)
from app.channels.slack.directory import Directory
from app.channels.slack.holding import Held
from app.channels.slack.intake import CORRECTION, SUGGESTION, Incoming
from app.channels.slack.messages import Looks
from app.channels.slack.showing import Place, Progress, Showing, Workspace
from app.errors import FootnoteError, UnknownAnswer, UnknownArticle
from app.knowledge.articles import Asker
from app.knowledge.catalog import AnswerRecord, CitationRecord, Telling
from app.settings import Settings

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
QUIET_SECONDS: Final = 5.0  # a change is looked at when no other has followed it for so long: many come in a row
LOOK_ANYHOW_SECONDS: Final = 60.0

Receive = Callable[[Incoming], Awaitable[bool]]


class Correcting:
    """One for a workspace; `quiet` in seconds."""

    def __init__(
        self,
        house: House,
        web: AsyncWebClient,
        workspace: Workspace,
        directory: Directory,
        settings: Settings,
        quiet: float = QUIET_SECONDS,
    ) -> None:
        self._house = house
        self._web = web
        self._workspace = workspace
        self._directory = directory
        self._settings = settings
        self._quiet = quiet
        self._looks = Looks(settings.public_url, bool(settings.slack.owners))
        self._standing: set[tuple[object, ...]] = set()  # looked at, with nothing to correct

    # finding

    async def watch(self, receive: Receive) -> None:
        """Until it is cancelled; also finds what has changed while nobody watched."""
        if self._settings.slack.corrections == "off":
            return
        seen = looked_at = -1
        moved = looked = monotonic()
        while True:
            try:
                change = await asyncio.to_thread(self._house.catalog.change)
                moved = moved if change == seen else monotonic()
                seen = change
                is_quiet = monotonic() - moved >= self._quiet
                # An answer may be shown just after the change that made it stale, so one looks again anyhow.
                if (seen != looked_at and is_quiet) or monotonic() - looked >= LOOK_ANYHOW_SECONDS:
                    await self.look(receive)
                    looked_at, looked = seen, monotonic()
            except FootnoteError as problem:
                logger.warning("changed articles could not be looked at: %s", problem)
            await asyncio.sleep(min(LOOK_SECONDS, self._quiet))

    async def look(self, receive: Receive) -> None:
        """One letter for each message that shows words which stand nowhere any more."""
        automatic = self._settings.slack.corrections == "automatic"
        kind = CORRECTION if automatic or not self._curators else SUGGESTION
        if kind == CORRECTION and not automatic:
            return  # to be suggested, and nobody to suggest it to
        for found in await asyncio.to_thread(self._house.catalog.told.outdated, CHANNEL):
            telling = found.telling
            state = (telling.place, telling.answer_id, found.changes)
            if state in self._standing:
                continue
            if await asyncio.to_thread(self._is_stale, telling):
                await receive(incoming(kind, telling.place, telling.answer_id, telling.about))
            else:
                self._standing.add(state)

    def _is_stale(self, telling: Telling) -> bool:
        try:
            record = self._house.catalog.answer(telling.answer_id)
        except UnknownAnswer:
            return False
        return bool(outdated(record.citations, self._now(record.citations, Asker.of(telling.audiences))))

    def _now(self, citations: Sequence[CitationRecord], asker: Asker) -> dict[str, Now]:
        now: dict[str, Now] = {}
        for id_ in {citation.article_id for citation in citations}:
            try:
                article = self._house.catalog.article(id_, asker)
                text = self._house.catalog.revision(id_, article.revision, asker).text
            except UnknownArticle:
                continue
            now[id_] = Now(article.title, article.url, article.revision, text)
        return now

    # suggesting

    @property
    def _curators(self) -> str:
        return self._settings.slack.curators or self._settings.slack.owners

    async def suggest(self, held: Held) -> None:
        """Tell the curators, who decide."""
        found = await self._open(held)
        if found is None:
            return
        telling, record = found
        room = await self._directory.room(self._curators)
        curators = asker_in_channel(room, self._settings.slack.channels)
        now = await asyncio.to_thread(self._now, record.citations, Asker.of(telling.audiences))
        open_to_them = await asyncio.to_thread(self._now, record.citations, curators)
        stale = [c if c.article_id in open_to_them else replace(c, quote="") for c in outdated(record.citations, now)]
        shown = {id_: a if id_ in open_to_them else replace(a, title="An article", url="") for id_, a in now.items()}
        is_private = bool(telling.about.get("is_private"))
        where = "" if is_private else await self._link_to(telling)
        value = json.dumps({"place": telling.place, "answer_id": telling.answer_id})
        message = suggestion(record, is_private, what_changed(stale, shown, self._looks), where, value)
        place = Place(self._curators, "", held.earliest)
        await held.showing(self._web, self._workspace, place).finish([message])
        await held.end("suggested", replace(telling, settled_as="suggested"))

    async def _link_to(self, telling: Telling) -> str:
        channel, _, ts = telling.place.partition("/")
        try:
            return str((await self._web.chat_getPermalink(channel=channel, message_ts=ts))["permalink"])
        except SlackApiError:
            return ""

    # correcting

    async def correct(self, held: Held) -> None:
        """Ask again; say under the message what changed and what is true now. Withdrawn words leave the message."""
        found = await self._open(held)
        if found is None:
            return
        telling, record = found
        asker = await self._asker(telling)
        new = await self._ask(record.query or record.question, asker)
        now = await asyncio.to_thread(self._now, record.citations, asker)
        stale = outdated(record.citations, now)
        gone = has_gone(record.citations, now)
        if not stale or (not gone and says_the_same(record.text, new)):
            anew = replace(telling, answer_id=new.id, told_at=datetime.now(UTC), settled_as=None)
            await held.end("it still stands", anew)  # and rests on what is current now
            return
        channel, _, ts = telling.place.partition("/")
        thread_ts = str(telling.about.get("thread_ts") or ts)
        if gone:
            await self._withdraw(held, telling)
        showing = held.showing(self._web, self._workspace, Place(channel, thread_ts, ts))
        await showing.finish(correction(what_changed(stale, now, self._looks), new, self._looks))
        about = {**telling.about, "thread_ts": thread_ts, "parts": list(showing.progress.shown[1:])}
        place = f"{channel}/{showing.progress.shown[0]}"
        audiences = tuple(sorted(asker.audiences))
        told = Telling(CHANNEL, place, new.id, telling.reader, audiences, datetime.now(UTC), about)
        await held.end("corrected", replace(telling, settled_as="corrected"), told)

    async def _withdraw(self, held: Held, telling: Telling) -> None:
        """Edits the message that shows the words; doing it twice changes nothing."""
        channel, _, ts = telling.place.partition("/")
        shown = (ts, *(str(part) for part in telling.about.get("parts", ())))

        async def keep(_: Progress) -> None:
            """These messages are another letter's, which has ended."""

        place = Place(channel, str(telling.about.get("thread_ts") or ""), ts)
        old = Showing(self._web, self._workspace, place, held.key, Progress(shown), keep, held.known)
        await old.finish([withdrawn()])

    async def _open(self, held: Held) -> tuple[Telling, AnswerRecord] | None:
        """What is to be corrected; ends the letter where there is nothing (more)."""
        place, answer_id = held.letter.payload["place"], held.letter.payload["answer_id"]
        telling = await asyncio.to_thread(self._house.catalog.told.at, CHANNEL, place)
        if telling is None or telling.answer_id != answer_id or telling.settled_as in ("corrected", "left"):
            await held.end("there is nothing to correct any more")
            return None
        return telling, await asyncio.to_thread(self._house.catalog.answer, answer_id)

    async def _asker(self, telling: Telling) -> Asker:
        """Who reads that place, and what they may read by now."""
        if telling.about.get("is_private"):
            person = await self._directory.person(str(telling.about.get("user", "")))
            return asker_alone(person, self._settings.groups)
        channel = telling.place.partition("/")[0]
        room = await self._directory.room(channel)
        is_external = room.is_external or bool(telling.about.get("is_external"))
        return asker_in_channel(replace(room, id=channel, is_external=is_external), self._settings.slack.channels)

    async def _ask(self, query: str, asker: Asker) -> Answer:
        def asked() -> Answer:
            return self._house.desk.ask(query, (), asker).answer

        return await asyncio.to_thread(asked)


def incoming(kind: str, place: str, answer_id: str, about: Any) -> Incoming:
    """One for each message and answer, however often it is found. A correction waits for its thread's questions."""
    channel, _, ts = place.partition("/")
    conversation = f"{channel}/{about.get('thread_ts') or ts}" if kind == CORRECTION else f"{kind}/{place}"
    payload = {"place": place, "answer_id": answer_id}
    return Incoming(f"{kind}/{place}/{answer_id}", kind, conversation, f"{time():.6f}", payload)
