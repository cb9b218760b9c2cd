"""\"Ask the owner\": a question goes to people, with what the desk made of it, and leaves a gap.

The owners' channel is told no more than its members may read: what the desk said is left out where it rests on articles
that are closed to them.
"""

import asyncio
import re
from datetime import UTC, datetime
from typing import Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from app.channels.house import House
from app.channels.slack import CHANNEL
from app.channels.slack.audiences import asker_in_channel
from app.channels.slack.directory import Directory
from app.channels.slack.holding import Held
from app.channels.slack.messages import Block, Looks, Message, context, nearest, shortened
from app.channels.slack.prose import slack_markdown
from app.channels.slack.showing import Place, Workspace
from app.errors import UnknownAnswer, UnknownArticle
from app.knowledge.articles import Article, Asker
from app.knowledge.catalog import AnswerRecord, Gap
from app.knowledge.catalog.gaps import ASKED_OWNER
from app.settings import Settings

_USER: Final = re.compile(r"[UW][A-Z0-9]+")
_QUESTION_LIMIT: Final = 2_000


class Owners:
    """Posts to the channel that the settings name."""

    def __init__(
        self, house: House, web: AsyncWebClient, workspace: Workspace, directory: Directory, settings: Settings
    ) -> None:
        self._house = house
        self._web = web
        self._workspace = workspace
        self._directory = directory
        self._settings = settings

    async def ask(self, held: Held) -> None:
        """Post it once, and note the gap."""
        told = held.letter.payload
        channel = self._settings.slack.owners
        try:
            record = await asyncio.to_thread(self._house.catalog.answer, told["answer_id"])
        except UnknownAnswer:
            await held.end("the answer is not there any more")
            return
        if not channel:
            await held.end("no channel of owners is set")
            return
        owners = asker_in_channel(await self._directory.room(channel), self._settings.slack.channels)
        where = await self._link_to(told["channel"], told["ts"])
        message = await asyncio.to_thread(self._message, record, told["user"], where, owners)
        place = Place(channel, "", held.earliest)
        await held.showing(self._web, self._workspace, place).finish([message])
        key, now = f"owner/{record.id}", datetime.now(UTC)
        gap = Gap(key, ASKED_OWNER, record.question, record.id, CHANNEL, told["user"], "", now)
        await asyncio.to_thread(self._house.catalog.gaps.add, gap)
        await held.end("the owner was asked")

    async def _link_to(self, channel: str, ts: str) -> str:
        """Slack's own link to the conversation; none to direct messages, which nobody else can open."""
        if not ts or channel.startswith("D"):
            return ""
        try:
            return str((await self._web.chat_getPermalink(channel=channel, message_ts=ts))["permalink"])
        except SlackApiError:
            return ""

    def _message(self, record: AnswerRecord, user: str, where: str, owners: Asker) -> Message:
        who = f"<@{user}>" if _USER.fullmatch(user) else "Somebody"
        asks = f"{who} asks" + (f" (<{where}|here>)" if where else "")
        heading: Block = {"type": "section", "text": {"type": "mrkdwn", "text": asks, "verbatim": True}}
        question = "\n".join(slack_markdown(shortened(record.question, _QUESTION_LIMIT), {}))
        lines = ["**A question for the owner**", "\n".join(f"> {line}" for line in question.split("\n"))]
        lines += self._answer(record, owners)
        found = nearest(self._articles(record, owners), Looks(self._settings.public_url))
        lines += ["**Nearest articles**\n" + found] if found else []
        return Message("\n\n".join(lines), (heading, context(*_trace(record))))

    def _answer(self, record: AnswerRecord, owners: Asker) -> list[str]:
        if record.outcome != "answered":
            return ["The desk found no answer."]
        try:
            return ["The desk answered:", *slack_markdown(self._house.answer(record.id, owners).text, {})]
        except UnknownAnswer:
            return ["The desk answered from articles that not everybody here may read."]

    def _articles(self, record: AnswerRecord, owners: Asker) -> list[Article]:
        """Those the desk looked at, best first, that may be read here."""
        ids = dict.fromkeys(candidate["article_id"] for candidate in record.trace.get("candidates", []))
        readable = []
        for id_ in ids:
            try:
                readable.append(self._house.catalog.article(id_, owners))
            except UnknownArticle:
                continue  # removed since, or not for the owners: it does not appear
        return readable


def _trace(record: AnswerRecord) -> list[str]:
    trace = record.trace
    searched = f"Searched for “{shortened(' '.join(record.query.split()))}”"
    confidence = f"confidence {trace.get('confidence', 0.0):.2f}"
    looked_at = f"{len(trace.get('candidates', []))} passages, {len(trace.get('read', []))} read"
    return [f"{searched}; {looked_at}; {confidence}; trace {record.id}", *trace.get("notes", [])][:10]
