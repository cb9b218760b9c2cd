"""Everything Slack may send, at one door: what is asked goes into the inbox, and only then Slack is told "received".

slack-bolt acknowledges an event before its listeners run, and acknowledges what it cannot authorise; so questions are
taken in before both, in `before_authorize`. Buttons, commands, shortcuts and forms are acknowledged by their listeners.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from time import time
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from app.channels.slack import CHANNEL, sayings
from app.channels.slack.answering import PRIVATELY
from app.channels.slack.correcting import incoming
from app.channels.slack.corrections import CORRECT, LEAVE, decided
from app.channels.slack.courtesies import Courtesies
from app.channels.slack.forms import WRONG_FORM, note_in, thanks, wrong_form
from app.channels.slack.intake import (
    CORRECTION,
    OWNER,
    Incoming,
    Question,
    from_command,
    from_event,
    from_shortcut,
    privately,
)
from app.channels.slack.messages import FEEDBACK, WRONG
from app.channels.slack.messages import OWNER as ASK_OWNER
from app.channels.slack.showing import Workspace
from app.errors import FootnoteError
from app.knowledge.catalog import Catalog, Feedback, Gap, Telling
from app.knowledge.catalog.gaps import WRONG as REPORTED_WRONG
from app.settings import SlackSettings

logger = logging.getLogger(__name__)

SHORTCUT: Final = "footnote_answer"
_THUMBS: Final = {"+1": True, "thumbsup": True, "-1": False, "thumbsdown": False}
_GONE: Final = frozenset({"tokens_revoked", "app_uninstalled"})

Json = dict[str, Any]


class Listening:
    """Args: `wake` says that there is mail; `prompts_for` gives the questions the Assistant panel suggests a user."""

    def __init__(
        self,
        web: AsyncWebClient,
        workspace: Workspace,
        catalog: Catalog,
        settings: SlackSettings,
        wake: Callable[[], None],
        prompts_for: Callable[[str], Awaitable[list[str]]],
        gone: Callable[[str], None],
        courtesies: Courtesies,
    ) -> None:
        self._web = web
        self._workspace = workspace
        self._catalog = catalog
        self._wake = wake
        self._prompts_for = prompts_for
        self._gone = gone
        self._courtesies = courtesies
        self.app = AsyncApp(
            client=web, name="footnote", before_authorize=self._take_in, process_before_response=True, logger=logger
        )
        self.app.command(settings.command)(self._command)
        self.app.message_shortcut(SHORTCUT)(self._shortcut)
        self.app.action(FEEDBACK)(self._rate)
        self.app.action(WRONG)(self._open_form)
        self.app.action(ASK_OWNER)(self._ask_owner)
        self.app.action(PRIVATELY)(self._ask_privately)
        self.app.view_submission(WRONG_FORM)(self._note_gap)
        self.app.action(CORRECT)(self._correct)
        self.app.action(LEAVE)(self._leave)

    async def receive(self, incoming: Incoming) -> bool:
        """Into the inbox; False when it is there already."""
        is_new = await asyncio.to_thread(
            self._catalog.inbox.receive,
            CHANNEL,
            incoming.event_key,
            incoming.kind,
            incoming.conversation,
            incoming.position,
            incoming.payload,
            incoming.message_key,
        )
        if is_new:
            self._wake()
        return is_new

    async def _take_in(self, body: Json, next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        """A failure here is not acknowledged, so Slack sends the event again."""
        if body.get("type") != "event_callback":
            return await next()
        event = body.get("event", {})
        kind = event.get("type")
        if kind == "reaction_added":
            await self._react(event)
        elif kind == "assistant_thread_started":
            self._courtesies.do(self._suggest(event.get("assistant_thread", {})))
        elif kind in _GONE:
            self._gone(kind)
        elif asked := from_event(body, self._workspace.bot_user):
            await self.receive(asked)
        return BoltResponse(status=200, body="")

    async def _command(self, ack: AsyncAck, body: Json) -> None:
        if not body.get("text", "").strip():
            await ack(sayings.EMPTY)
            return
        await self.receive(from_command(body, time()))
        await ack(sayings.ANSWERED_PRIVATELY)

    async def _shortcut(self, ack: AsyncAck, body: Json) -> None:
        asked = from_shortcut(body, self._workspace.bot_user)
        is_new = await self.receive(asked) if asked else False
        await ack()
        if not is_new:
            thread_ts = body.get("message", {}).get("thread_ts")
            self._whisper(body["channel"]["id"], body["user"]["id"], sayings.ANSWERED_ALREADY, thread_ts)

    async def _rate(self, ack: AsyncAck, body: Json, action: Json) -> None:
        thumb, _, answer_id = str(action.get("value", "")).partition(":")
        await self._rated(answer_id, body["user"]["id"], thumb == "up")
        await ack()

    async def _react(self, event: Json) -> None:
        item, thumb = event.get("item", {}), str(event.get("reaction", "")).partition("::")[0]
        if thumb not in _THUMBS or event.get("user") == self._workspace.bot_user:
            return
        place = f"{item.get('channel')}/{item.get('ts')}"
        telling = await asyncio.to_thread(self._catalog.told.at, CHANNEL, place)
        if telling:
            await self._rated(telling.answer_id, event["user"], _THUMBS[thumb])

    async def _rated(self, answer_id: str, user: str, is_helpful: bool) -> None:
        given = Feedback(answer_id, user, CHANNEL, is_helpful, datetime.now(UTC))
        await asyncio.to_thread(self._catalog.gaps.rate, given)

    async def _open_form(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        self._courtesies.do(self._opened(body["trigger_id"], str(action.get("value", ""))))

    async def _opened(self, trigger_id: str, answer_id: str) -> None:
        await self._web.views_open(trigger_id=trigger_id, view=wrong_form(answer_id))

    async def _note_gap(self, ack: AsyncAck, body: Json, view: Json) -> None:
        answer_id = str(view.get("private_metadata", ""))
        await asyncio.to_thread(self._noted, f"slack/{view['id']}", answer_id, body["user"]["id"], note_in(view))
        await ack(response_action="update", view=thanks(sayings.NOTED))

    def _noted(self, key: str, answer_id: str, user: str, note: str) -> None:
        question = question_of(self._catalog, answer_id)
        self._catalog.gaps.add(Gap(key, REPORTED_WRONG, question, answer_id, CHANNEL, user, note, datetime.now(UTC)))

    async def _ask_owner(self, ack: AsyncAck, body: Json, action: Json) -> None:
        answer_id, channel = str(action.get("value", "")), body.get("channel", {}).get("id", "")
        message = body.get("message", {})
        payload = {"answer_id": answer_id, "user": body["user"]["id"], "channel": channel, "ts": message.get("ts", "")}
        await self.receive(Incoming(f"owner/{answer_id}", OWNER, f"owner/{answer_id}", f"{time():.6f}", payload))
        await ack()
        self._whisper(channel, body["user"]["id"], sayings.OWNER_ASKED, message.get("thread_ts"))

    async def _ask_privately(self, ack: AsyncAck, body: Json, action: Json) -> None:
        user = body["user"]["id"]
        team = body.get("team", {}).get("id", "")
        question = Question(text=str(action.get("value", "")), user=user, team=team, channel="", is_private=True)
        at = body.get("container", {}).get("message_ts", action.get("action_ts", ""))
        await self.receive(privately(question, f"private/{at}/{user}", time()))
        await ack()

    async def _correct(self, ack: AsyncAck, body: Json, action: Json) -> None:
        place, answer_id, telling = await self._suggested(action)
        if telling:
            await self.receive(incoming(CORRECTION, place, answer_id, telling.about))
        await ack()
        self._courtesies.do(self._decided(body, sayings.CORRECTING))

    async def _leave(self, ack: AsyncAck, body: Json, action: Json) -> None:
        _, answer_id, telling = await self._suggested(action)
        if telling and telling.answer_id == answer_id:
            await asyncio.to_thread(self._catalog.told.tell, replace(telling, settled_as="left"))
        await ack()
        self._courtesies.do(self._decided(body, sayings.LEFT))

    async def _suggested(self, action: Json) -> tuple[str, str, Telling | None]:
        told = json.loads(str(action.get("value", "{}")))
        place, answer_id = str(told.get("place", "")), str(told.get("answer_id", ""))
        return place, answer_id, await asyncio.to_thread(self._catalog.told.at, CHANNEL, place)

    async def _decided(self, body: Json, said: str) -> None:
        message = body.get("message", {})
        blocks = decided(message.get("blocks", []), said)
        await self._web.chat_update(
            channel=body["channel"]["id"], ts=message["ts"], text=message.get("text", ""), blocks=blocks
        )

    async def _suggest(self, thread: Json) -> None:
        prompts = await self._prompts_for(thread.get("user_id", ""))
        if prompts:
            await self._web.assistant_threads_setSuggestedPrompts(
                channel_id=thread["channel_id"],
                thread_ts=thread["thread_ts"],
                prompts=[{"title": _cut(prompt, 60), "message": prompt} for prompt in prompts[:4]],
            )

    def _whisper(self, channel: str, user: str, text: str, thread_ts: str | None = None) -> None:
        async def said() -> None:
            await self._web.chat_postEphemeral(channel=channel, user=user, text=text, thread_ts=thread_ts)

        self._courtesies.do(said())


def question_of(catalog: Catalog, answer_id: str) -> str:
    """What was asked; empty for an answer that was not kept."""
    try:
        return catalog.answer(answer_id).question
    except FootnoteError:
        return ""


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
