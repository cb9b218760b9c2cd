"""What was said in a thread before a question, as turns. Our own answers are taken from the catalog: there, words of
articles that were removed since are gone, and in Slack they may not be yet."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from app.answering.answers import Turn
from app.answering.history import turn_of
from app.answering.small_talk import small_talk
from app.answering.understanding import to_the_point
from app.channels.slack import CHANNEL
from app.channels.slack.intake import Question, spoken
from app.channels.slack.showing import Workspace
from app.errors import UnknownAnswer
from app.knowledge.catalog import AnswerRecord, Catalog

LAST_MESSAGES: Final = 20
_PAGES: Final = 5
_PAGE: Final = 200


async def turns_before(question: Question, web: AsyncWebClient, workspace: Workspace, catalog: Catalog) -> list[Turn]:
    """Oldest first; none for a question that began its thread.

    Raises:
        SlackApiError: the thread cannot be read.
    """
    if not question.in_thread:
        return []
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        told = await web.conversations_replies(
            channel=question.channel, ts=question.thread_ts, latest=question.ts, limit=_PAGE, cursor=cursor
        )
        found += told["messages"]
        cursor = (told.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    before = [message for message in found if float(message["ts"]) < float(question.ts)][-LAST_MESSAGES:]
    return await asyncio.to_thread(_turns, before, question.channel, workspace, catalog)


def begins_a_conversation(question: Question, history: Sequence[Turn]) -> bool:
    """Whether it is the first question in a thread of the Assistant panel, which is there before it; no greeting is."""
    is_asked = bool(question.text) and small_talk(question.text) is None
    return question.is_private and question.in_thread and is_asked and not to_the_point(history)


def _turns(messages: list[dict[str, Any]], channel: str, workspace: Workspace, catalog: Catalog) -> list[Turn]:
    """What several people said before an answer is its question; other bots are no part of the conversation."""
    turns: list[Turn] = []
    asked: list[str] = []
    for message in messages:
        if workspace.bot_user == message.get("user") or workspace.bot_id == message.get("bot_id"):
            answered = _answered(channel, message["ts"], catalog)
            if answered:
                turns.append(replace(turn_of(answered), question="\n".join(asked)))
                asked = []
        elif not message.get("bot_id") and (text := spoken(message.get("text", ""), workspace.bot_user)):
            asked.append(text)
    return [*turns, Turn("\n".join(asked), "")] if asked else turns


def _answered(channel: str, ts: str, catalog: Catalog) -> AnswerRecord | None:
    """The answer that a message of ours shows; None for one that shows none."""
    telling = catalog.told.at(CHANNEL, f"{channel}/{ts}")
    try:
        return catalog.answer(telling.answer_id) if telling else None
    except UnknownAnswer:
        return None
