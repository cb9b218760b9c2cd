"""A Slack of one workspace on loopback: the Web API over HTTP, Socket Mode over a real WebSocket. For tests only.

It speaks as Slack documents it: `ok` and `error`, scopes in headers, 429 with Retry-After, limits of length, streams,
threads, metadata; envelopes that have to be acknowledged within 3 seconds or come again, `disconnect` before a
connection is renewed. It misbehaves as it is told. slack-sdk and slack-bolt talk to it unmodified.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import WSMsgType, web

from tests import slack_events as said
from tests.slack_events import BOT_ID, BOT_USER, TEAM, Json

SCOPES = (
    "app_mentions:read,assistant:write,channels:history,channels:read,chat:write,commands,groups:history,groups:read,"
    "im:history,im:read,im:write,mpim:history,mpim:read,reactions:read,users:read,users:read.email"
)
ACKNOWLEDGED_WITHIN = 3.0  # seconds, as Slack has it
REPEATS = 3
TEXT_LIMIT, MARKDOWN_LIMIT = 40_000, 12_000

T = TypeVar("T")


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a method."""

    method: str
    times: int
    error: str = ""  # answered with ok: false and this error
    retry_after: int | None = None  # 429
    status: int | None = None  # an answer of the web server's own, such as 503
    does_it_first: bool = False  # the call takes effect, and the connection is cut before the answer


@dataclass
class Envelope:
    """One thing sent over Socket Mode, and what became of it."""

    id: str
    body: Json
    kind: str
    sent: list[float] = field(default_factory=list)  # when, each time
    acknowledged: list[float] = field(default_factory=list)
    answer: Any = None  # the payload of the acknowledgement


class SlackServer:
    """The workspace. What tests call is safe from other threads; what is read may be a moment old."""

    def __init__(self) -> None:
        self.users: dict[str, Json] = {}
        self.channels: dict[str, Json] = {}
        self.messages: dict[str, list[Json]] = {}
        self.ephemeral: list[Json] = []
        self.views: list[Json] = []
        self.calls: list[tuple[str, Json, float]] = []
        self.envelopes: list[Envelope] = []
        self.prompts: list[Json] = []
        self.statuses: list[Json] = []
        self.titles: dict[str, str] = {}  # by the ts of an Assistant thread
        self.scopes = SCOPES
        self.revoked = ""  # the error that every call gets
        self.acknowledged_within = ACKNOWLEDGED_WITHIN
        self.base_url = ""
        self.connections = 0  # opened so far
        self.on_call: Callable[[str, str], None] = lambda method, moment: None  # "before" and "after" each effect
        self._faults: list[Fault] = []
        self._sockets: list[web.WebSocketResponse] = []
        self._last_ts = int(time.time() * 1_000_000)
        self._number = 0
        self._loop = asyncio.new_event_loop()
        self.lock = threading.RLock()
        self.add_user(BOT_USER, "", is_bot=True)

    # who and where

    def add_user(self, id: str, email: str, **more: Any) -> str:
        profile = {"email": email} if email else {}
        person = {"id": id, "team_id": TEAM, "deleted": False, "is_bot": False, "profile": profile, **more}
        self.users[id] = person
        return id

    def add_channel(self, id: str, members: tuple[str, ...] = (), has_bot: bool = True, **more: Any) -> str:
        inside = {BOT_USER, *members} if has_bot else set(members)
        self.channels[id] = {"id": id, "name": id.lower(), "is_channel": True, "members": inside, **more}
        return id

    def direct(self, user: str) -> str:
        """The direct messages of the bot and one user."""
        id_ = f"D{user}"
        self.channels.setdefault(id_, {"id": id_, "is_im": True, "user": user, "members": {BOT_USER, user}})
        return id_

    # what people do

    def post(self, user: str, channel: str, text: str, thread_ts: str | None = None, **more: Any) -> Json:
        """A message that stands there, and of which nobody is told."""
        message = {"type": "message", "user": user, "text": text, "ts": self.next_ts(), "team": TEAM, **more}
        if thread_ts:
            message["thread_ts"] = thread_ts
        with self.lock:
            self.messages.setdefault(channel, []).append(message)
        return message

    def mention(self, user: str, channel: str, text: str, thread_ts: str | None = None, **more: Any) -> str:
        """Somebody mentions the bot; the message's ts."""
        message = self.post(user, channel, f"<@{BOT_USER}> {text}", thread_ts, **more)
        self.send_event(said.app_mention(channel, message))
        return str(message["ts"])

    def tell(self, user: str, text: str, thread_ts: str | None = None, **more: Any) -> str:
        """A direct message to the bot; its ts."""
        channel = self.direct(user)
        message = self.post(user, channel, text, thread_ts, **more)
        self.send_event(said.message_event(channel, "im", message))
        return str(message["ts"])

    def react(self, user: str, reaction: str, channel: str, ts: str) -> Envelope:
        return self.send_event(said.reaction_added(user, reaction, channel, ts))

    def open_assistant(self, user: str) -> str:
        channel, thread_ts = self.direct(user), self.next_ts()
        self.post(BOT_USER, channel, "New Assistant Thread", ts=thread_ts, subtype="assistant_app_thread")
        self.send_event(said.assistant_thread_started(user, channel, thread_ts))
        return thread_ts

    def command(self, user: str, channel: str, text: str) -> Envelope:
        return self.send("slash_commands", said.command(user, channel, text, self._next("trigger")))

    def shortcut(self, user: str, channel: str, message: Json, callback_id: str) -> Envelope:
        body = said.message_action(user, channel, message, self._next("trigger"), callback_id)
        return self.send("interactive", body)

    def click(self, user: str, channel: str, message: Json, action: Json) -> Envelope:
        body = said.block_actions(user, channel, message, self._next("trigger"), action)
        return self.send("interactive", body)

    def submit(self, user: str, view: Json, values: Json) -> Envelope:
        return self.send("interactive", said.view_submission(user, view, values))

    # what goes wrong

    def fail(self, method: str, error: str = "", times: int = 1, **how: Any) -> None:
        self._faults.append(Fault(method, times, error, **how))

    def cut(self) -> None:
        """Every connection breaks, without a word."""
        self._run(self._close_all())

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Every connection is asked to be renewed, and closed a moment later."""
        self._run(self._refresh(reason))

    # Socket Mode

    def send_event(self, event: Json, event_id: str | None = None, **more: Any) -> Envelope:
        return self.send("events_api", said.event_callback(event_id or self._next("Ev"), event, **more))

    def send(self, kind: str, body: Json) -> Envelope:
        """Give it to one connection; again when it is not acknowledged in time, at most three times."""
        envelope = Envelope(self._next("envelope"), body, kind)
        self.envelopes.append(envelope)
        asyncio.run_coroutine_threadsafe(self._deliver(envelope), self._loop)
        return envelope

    def repeat(self, envelope: Envelope) -> None:
        """Slack does, now and then, although it was acknowledged."""
        again = Envelope(self._next("envelope"), envelope.body, envelope.kind)
        self.envelopes.append(again)
        asyncio.run_coroutine_threadsafe(self._deliver(again), self._loop)

    async def _deliver(self, envelope: Envelope) -> None:
        for attempt in range(REPEATS + 1):
            sent_to = await self._give(envelope, attempt)
            waited = 0.0
            while waited < self.acknowledged_within:
                if envelope.acknowledged:
                    return
                if sent_to is None or sent_to.closed:
                    break  # given to another connection at once
                await asyncio.sleep(0.01)
                waited += 0.01
            if sent_to is None:
                await asyncio.sleep(0.05)

    async def _give(self, envelope: Envelope, attempt: int) -> web.WebSocketResponse | None:
        for _ in range(400):  # Slack keeps what it has while nobody is connected; so do we, for a while
            open_ones = [socket for socket in self._sockets if not socket.closed]
            if open_ones:
                break
            await asyncio.sleep(0.025)
        else:
            return None
        chosen = open_ones[len(envelope.sent) % len(open_ones)]
        told = {
            "envelope_id": envelope.id,
            "type": envelope.kind,
            "payload": envelope.body,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.kind == "events_api":
            told |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        envelope.sent.append(time.monotonic())
        try:
            await chosen.send_str(json.dumps(told))
        except (ConnectionError, RuntimeError):
            return None
        return chosen

    async def link(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        self.connections += 1
        self._sockets.append(socket)
        hello = {"type": "hello", "num_connections": len(self._sockets), "connection_info": {"app_id": said.APP}}
        await socket.send_str(json.dumps({**hello, "debug_info": {"host": "double", "approximate_connection_time": 1}}))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(json.loads(message.data))
        finally:
            self._sockets.remove(socket)
        return socket

    def _acknowledge(self, answer: Json) -> None:
        for envelope in self.envelopes:
            if envelope.id == answer.get("envelope_id"):
                envelope.acknowledged.append(time.monotonic())
                envelope.answer = answer.get("payload")

    async def _refresh(self, reason: str) -> None:
        asked = [socket for socket in self._sockets if not socket.closed]
        for socket in asked:
            await socket.send_str(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {}}))
        await asyncio.sleep(0.2)
        for socket in asked:
            await socket.close()

    async def _close_all(self) -> None:
        for socket in list(self._sockets):
            transport = socket._req.transport if socket._req else None
            if transport:
                transport.abort()

    # the Web API

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        raw = await request.read()
        sent_json = request.content_type == "application/json"
        args: Json = json.loads(raw) if sent_json and raw else dict(request.query) | dict(await request.post())
        args |= {} if sent_json else {n: json.loads(v) for n, v in args.items() if str(v)[:1] in ("[", "{")}
        token = str(args.pop("token", "") or request.headers.get("Authorization", "").removeprefix("Bearer "))
        self.calls.append((method, args, time.monotonic()))
        fault = self._fault(method)
        if fault and fault.status:
            return web.Response(status=fault.status, text="upstream error")
        if fault and fault.retry_after is not None:
            return self._json({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(fault.retry_after)})
        if fault and fault.error:
            return self._json({"ok": False, "error": fault.error})
        self.on_call(method, "before")
        with self.lock:
            body = self._call(method, args, token)
        self.on_call(method, "after")
        if fault and fault.does_it_first:
            assert request.transport is not None
            request.transport.abort()
        return self._json(body)

    def _fault(self, method: str) -> Fault | None:
        for fault in self._faults:
            if fault.method == method and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _json(self, body: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
        return web.json_response(body, status=status, headers={"x-oauth-scopes": self.scopes, **(headers or {})})

    def _call(self, method: str, args: Json, token: str) -> Json:
        if self.revoked:
            return {"ok": False, "error": self.revoked}
        if not token.startswith("xapp-" if method == "apps.connections.open" else "xoxb-"):
            return {"ok": False, "error": "invalid_auth"}
        answer = getattr(self, "_" + method.replace(".", "_"), None)
        if answer is None:
            return {"ok": False, "error": "unknown_method"}
        try:
            return {"ok": True, **answer(args)}
        except Refused as refusal:
            return {"ok": False, "error": str(refusal)}

    def _auth_test(self, args: Json) -> Json:
        return {"url": "https://example.slack.com/", "team": "Example", "team_id": TEAM} | {
            "user": "footnote",
            "user_id": BOT_USER,
            "bot_id": BOT_ID,
        }

    def _apps_connections_open(self, args: Json) -> Json:
        return {"url": self.base_url.replace("http", "ws", 1).replace("/api/", "/link") + f"?ticket={self._next('k')}"}

    def _users_info(self, args: Json) -> Json:
        if args["user"] not in self.users:
            raise Refused("user_not_found")
        return {"user": self.users[args["user"]]}

    def _channel(self, args: Json, name: str = "channel", needs_bot: bool = True) -> Json:
        channel = self.channels.get(args.get(name, ""))
        if channel is None:
            raise Refused("channel_not_found")
        if channel.get("is_archived"):
            raise Refused("is_archived")
        if needs_bot and BOT_USER not in channel["members"]:
            raise Refused("not_in_channel")
        return channel

    def _conversations_info(self, args: Json) -> Json:
        channel = self._channel(args, needs_bot=False)
        return {"channel": {name: value for name, value in channel.items() if name != "members"}}

    def _conversations_members(self, args: Json) -> Json:
        return {"members": sorted(self._channel(args)["members"]), "response_metadata": {"next_cursor": ""}}

    def _conversations_open(self, args: Json) -> Json:
        if args["users"] not in self.users:
            raise Refused("user_not_found")
        return {"channel": {"id": self.direct(args["users"])}}

    def _conversations_history(self, args: Json) -> Json:
        self._channel(args)
        found = [m for m in self.messages.get(args["channel"], []) if m.get("thread_ts", m["ts"]) == m["ts"]]
        found = [m for m in found if float(m["ts"]) >= float(args.get("oldest", 0))]
        return {"messages": [self._shown(m, args) for m in reversed(found)][: int(args.get("limit", 100))]}

    def _conversations_replies(self, args: Json) -> Json:
        self._channel(args)
        root = args["ts"]
        found = [m for m in self.messages.get(args["channel"], []) if root in (m["ts"], m.get("thread_ts"))]
        if not found:
            raise Refused("thread_not_found")
        limit, first = int(args.get("limit", 1000)), int(args.get("cursor") or 0)
        more = str(first + limit) if first + limit < len(found) else ""
        page = [self._shown(m, args) for m in found[first : first + limit]]
        return {"messages": page, "has_more": bool(more), "response_metadata": {"next_cursor": more}}

    def _shown(self, message: Json, args: Json) -> Json:
        wanted = str(args.get("include_all_metadata", "")).lower() in ("true", "1")
        hidden = {"streaming"} if wanted else {"streaming", "metadata"}
        return {name: value for name, value in message.items() if name not in hidden}

    def _chat_postMessage(self, args: Json) -> Json:
        self._channel(args)
        _refuse_too_long(args)
        if not args.get("text") and not args.get("blocks") and not args.get("markdown_text"):
            raise Refused("no_text")
        message = self._own(args)
        self.messages.setdefault(args["channel"], []).append(message)
        return {"channel": args["channel"], "ts": message["ts"], "message": message}

    def _own(self, args: Json) -> Json:
        kept = {
            name: args[name] for name in ("text", "blocks", "metadata", "thread_ts", "markdown_text") if args.get(name)
        }
        kept |= {"unfurl_links": args.get("unfurl_links"), "unfurl_media": args.get("unfurl_media")}
        own = {"type": "message", "user": BOT_USER, "bot_id": BOT_ID, "ts": self.next_ts(), "team": TEAM}
        return {"text": "", **own, **kept}

    def _mine(self, args: Json) -> Json:
        self._channel(args)
        for message in self.messages.get(args["channel"], []):
            if message["ts"] == args["ts"]:
                if message.get("bot_id") != BOT_ID:
                    raise Refused("cant_update_message")
                return message
        raise Refused("message_not_found")

    def _chat_update(self, args: Json) -> Json:
        message = self._mine(args)
        _refuse_too_long(args)
        if message.get("streaming"):
            raise Refused("streaming_state_conflict")
        message.pop("markdown_text", None)
        message.update({name: args[name] for name in ("text", "blocks", "metadata") if name in args})
        message["edited"] = {"user": BOT_USER, "ts": self.next_ts()}
        return {"channel": args["channel"], "ts": args["ts"], "text": message["text"]}

    def _chat_delete(self, args: Json) -> Json:
        self.messages[args["channel"]].remove(self._mine(args))
        return {"channel": args["channel"], "ts": args["ts"]}

    def _chat_postEphemeral(self, args: Json) -> Json:
        channel = self._channel(args)
        if args["user"] not in channel["members"]:
            raise Refused("user_not_in_channel")
        self.ephemeral.append(args)
        return {"message_ts": self.next_ts()}

    def _chat_getPermalink(self, args: Json) -> Json:
        stamp = args["message_ts"].replace(".", "")
        return {"permalink": f"https://example.slack.com/archives/{args['channel']}/p{stamp}"}

    def _chat_startStream(self, args: Json) -> Json:
        channel = self._channel(args)
        if not args.get("thread_ts"):
            raise Refused("invalid_thread_ts")
        if not channel.get("is_im") and not args.get("recipient_user_id"):
            raise Refused("missing_recipient_user_id")
        if not channel.get("is_im") and not args.get("recipient_team_id"):
            raise Refused("missing_recipient_team_id")
        _refuse_too_long(args)
        message = self._own({name: value for name, value in args.items() if name != "metadata"}) | {"streaming": True}
        self.messages.setdefault(args["channel"], []).append(message)
        return {"channel": args["channel"], "ts": message["ts"]}

    def _streaming(self, args: Json) -> Json:
        message = self._mine(args)
        if not message.get("streaming"):
            raise Refused("message_not_in_streaming_state")
        _refuse_too_long(args)
        message["markdown_text"] = message.get("markdown_text", "") + (args.get("markdown_text") or "")
        return message

    def _chat_appendStream(self, args: Json) -> Json:
        return {"channel": args["channel"], "ts": self._streaming(args)["ts"]}

    def _chat_stopStream(self, args: Json) -> Json:
        message = self._streaming(args)
        message["streaming"] = False
        message.update({name: args[name] for name in ("blocks", "metadata") if args.get(name)})
        return {"channel": args["channel"], "ts": message["ts"], "message": message}

    def _assistant_threads_setStatus(self, args: Json) -> Json:
        self._channel(args, "channel_id")
        self.statuses.append(args)
        return {}

    def _assistant_threads_setSuggestedPrompts(self, args: Json) -> Json:
        self.prompts.append(args)
        return {}

    def _assistant_threads_setTitle(self, args: Json) -> Json:
        if not args.get("title"):
            raise Refused("invalid_arguments")
        self._channel(args, "channel_id")
        if args.get("thread_ts") not in self._assistant_threads(args["channel_id"]):
            raise Refused("invalid_thread_ts")
        self.titles[args["thread_ts"]] = args["title"]
        return {}

    def _assistant_threads(self, channel: str) -> list[str]:
        told = self.messages.get(channel, [])
        return [message["ts"] for message in told if message.get("subtype") == "assistant_app_thread"]

    def _views_open(self, args: Json) -> Json:
        view = {"id": self._next("V"), **args["view"]}
        self.views.append(view)
        return {"view": view}

    # reading, for tests

    def from_bot(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        """What the bot has said there, oldest first."""
        with self.lock:
            said_there = [m for m in self.messages.get(channel, []) if m.get("bot_id") == BOT_ID]
            return [dict(m) for m in said_there if thread_ts is None or m.get("thread_ts") == thread_ts]

    def called(self, method: str) -> list[Json]:
        return [args for name, args, _ in self.calls if name == method]

    def until(self, holds: Callable[[], T], seconds: float = 10.0) -> T:
        """Wait until it holds; what it gave."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            held = holds()
            if held:
                return held
            time.sleep(0.01)
        raise AssertionError(f"did not come true within {seconds:.0f} s; calls: {[c[0] for c in self.calls][-20:]}")

    def next_ts(self) -> str:
        with self.lock:
            self._last_ts += 1000
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def _next(self, kind: str) -> str:
        with self.lock:
            self._number += 1
            return f"{kind}{self._number}"

    def _run(self, todo: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(todo, self._loop).result(10)


class Refused(Exception):
    """The call's `error`."""


def text_of(message: Json) -> str:
    """All that a message shows, in the order it shows it: streamed words, blocks; the text where there are none."""
    parts = [message.get("markdown_text", "")]
    for block in message.get("blocks", []):
        parts += [block["text"] if isinstance(block.get("text"), str) else block.get("text", {}).get("text", "")]
        parts += [e["text"] for e in block.get("elements", []) if isinstance(e.get("text"), str)]
    return "\n".join(part for part in parts if part) or str(message.get("text", ""))


def action_of(message: Json, action_id: str) -> Json:
    """A button of a message, as Slack sends it back."""
    elements = [element for block in message["blocks"] for element in block.get("elements", [])]
    (found,) = [element for element in elements if element.get("action_id") == action_id]
    return {name: found[name] for name in ("action_id", "type", "value") if name in found}


def _refuse_too_long(args: Json) -> None:
    if len(args.get("text") or "") > TEXT_LIMIT or len(args.get("markdown_text") or "") > MARKDOWN_LIMIT:
        raise Refused("msg_too_long")
    blocks = args.get("blocks") or []
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_LIMIT:
        raise Refused("msg_blocks_too_long")
    if len(blocks) > 50:
        raise Refused("invalid_blocks")
    if args.get("markdown_text") and args.get("blocks") and "ts" not in args:
        raise Refused("markdown_text_conflict")


@contextmanager
def slack_server() -> Iterator[SlackServer]:
    """A running workspace on a free port, in a thread of its own; stopped at the end."""
    slack = SlackServer()
    started = threading.Event()
    stopping = asyncio.Event()

    async def serve() -> None:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", slack.api)
        app.router.add_get("/link", slack.link)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        slack.base_url = f"http://127.0.0.1:{port}/api/"
        started.set()
        await stopping.wait()
        await slack._close_all()
        await runner.cleanup()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=slack._loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield slack
    finally:
        slack._loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
