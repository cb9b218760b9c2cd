"""What Slack sends, read: which of it is a question, what it asks, where, and by which keys it is known again. Pure."""

import html
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

Json = Mapping[str, Any]

QUESTION, OWNER, CORRECTION, SUGGESTION = "question", "owner", "correction", "suggestion"  # kinds of letters
_SPOKEN: Final = frozenset({"", "file_share", "thread_broadcast", "me_message"})  # subtypes by which people speak
_LINK: Final = re.compile(r"<(?:(https?|mailto|tel):)([^|>\s]*)(?:\|([^>]*))?>")
_NAMED: Final = re.compile(r"<[@#!][^|>]*\|([^>]*)>")
_BARE: Final = re.compile(r"<[@#!]([^|>]*)>")


@dataclass(frozen=True)
class Question:
    """Somebody asks something somewhere."""

    text: str
    user: str
    team: str
    channel: str  # empty: the direct messages with the user, to be opened
    ts: str = ""  # of the message that asks; empty where none does (a command)
    thread_ts: str = ""  # the thread it is answered in; empty: none, the answer stands by itself
    is_private: bool = False  # only the asker reads the answer
    is_external: bool = False  # the event says that people of other companies are in the channel, or that one asks
    in_thread: bool = False  # the thread was there before: what was said in it is the conversation

    @classmethod
    def of(cls, payload: Json) -> "Question":
        return cls(**payload)


@dataclass(frozen=True)
class Incoming:
    """What goes into the inbox; see `Inbox.receive`."""

    event_key: str
    kind: str
    conversation: str
    position: str
    payload: dict[str, Any]
    message_key: str | None = None


def from_event(body: Json, bot_user: str) -> Incoming | None:
    """A mention or a direct message; None for everything that asks nothing: bots, edits, joins, our own words."""
    event = body.get("event", {})
    channel, ts, user = event.get("channel", ""), event.get("ts", ""), event.get("user", "")
    is_private = event.get("channel_type") == "im" or channel.startswith("D")
    if event.get("type") == "message" and not is_private:
        return None
    if event.get("type") not in ("message", "app_mention") or event.get("subtype", "") not in _SPOKEN:
        return None
    if event.get("bot_id") or not (user and channel and ts) or user in (bot_user, "USLACKBOT"):
        return None
    thread_ts = event.get("thread_ts") or ts
    home = body.get("team_id", "")
    strangers = {event.get(name) or home for name in ("user_team", "source_team", "team")} != {home}
    question = Question(
        text=spoken(event.get("text", ""), bot_user),
        user=user,
        team=home,
        channel=channel,
        ts=ts,
        thread_ts=thread_ts,
        is_private=is_private,
        is_external=bool(body.get("is_ext_shared_channel")) or strangers,
        in_thread=thread_ts != ts,
    )
    return _asked(question, str(body.get("event_id") or f"message/{channel}/{ts}"))


def from_shortcut(body: Json, bot_user: str) -> Incoming | None:
    """Somebody wants the message answered that they point at; None for one of our own, or without words."""
    message, channel = body.get("message", {}), body.get("channel", {}).get("id", "")
    ts, home = message.get("ts") or body.get("message_ts", ""), body.get("team", {}).get("id", "")
    if message.get("user") == bot_user or not (channel and ts):
        return None
    thread_ts = message.get("thread_ts") or ts
    question = Question(
        text=spoken(message.get("text", ""), bot_user),
        user=body["user"]["id"],
        team=home,
        channel=channel,
        ts=ts,
        thread_ts=thread_ts,
        is_private=channel.startswith("D"),
        is_external=(message.get("team") or home) != home,
        in_thread=thread_ts != ts,
    )
    return _asked(question, f"shortcut/{channel}/{ts}")


def from_command(body: Json, now: float) -> Incoming:
    """A slash command is answered where only its asker reads: in their direct messages with us."""
    question = Question(
        text=spoken(body.get("text", ""), ""),
        user=body["user_id"],
        team=body.get("team_id", ""),
        channel="",
        is_private=True,
    )
    return privately(question, f"command/{body['trigger_id']}", now)


def privately(question: Question, event_key: str, now: float) -> Incoming:
    """`now`: seconds since 1970."""
    return Incoming(event_key, QUESTION, f"@{question.user}", f"{now:.6f}", asdict(question))


def _asked(question: Question, event_key: str) -> Incoming:
    place = f"{question.channel}/{question.ts}"
    conversation = f"{question.channel}/{question.thread_ts}"
    return Incoming(event_key, QUESTION, conversation, question.ts, asdict(question), place)


def spoken(text: str, bot_user: str) -> str:
    """What a person typed, as Slack escapes it, in plain words: without our own name, links as they read."""
    if bot_user:
        text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text)
    text = _LINK.sub(
        lambda found: found[3] or (f"{found[1]}:{found[2]}" if found[1].startswith("http") else found[2]), text
    )
    text = _BARE.sub(r"@\1", _NAMED.sub(r"\1", text))
    lines = (" ".join(line.split()) for line in html.unescape(text).split("\n"))
    return "\n".join(lines).strip()
