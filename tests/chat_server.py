"""A server that speaks Chat Completions with streaming, and misbehaves as it is told. For tests only; loopback."""

import json
import select
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any, Literal

from evals.model_server import chunk, delta, event

Manner = Literal[
    "ok",
    "slow_first_byte",  # accepts, and says nothing for `seconds`
    "stall",  # says half, and then nothing for `seconds`
    "cut",  # drops the connection in the middle of a chunk
    "unfinished",  # ends properly, in the middle of the answer
    "refused_key",
    "wrong_model",
    "too_long",  # 400: the context does not fit
    "rate_limited",  # 429 with Retry-After: 0, always
    "rate_limited_once",  # 429 with Retry-After: 0, then ok
    "failing",  # 500, always
    "failing_once",
    "invalid_json",
    "empty",  # a stream without a word
    "error_body",  # 200, and an error instead of a stream
    "error_in_stream",  # 200, half an answer, then an error event
    "no_credit",  # 429 that waiting does not help
    "rate_limited_long",  # 429 with Retry-After: 30
    "wrong_key_400",  # as Gemini says it
    "refuses_temperature",  # 400 as long as a temperature is sent, as models that think do
    "too_slow_to_answer",  # a server behind a proxy: 504
    "filtered",  # ends with finish_reason content_filter
    "reached_limit",  # ends with finish_reason length
    "typed_parts",  # content as a list of parts, thinking among them, as Mistral sends it
    "thinks_aloud",  # <think> ... </think> before the answer
    "no_choices_first",  # a first chunk without choices, as Azure sends it
]

# What costs a model its words, whoever asks it; besides them there is the server that cannot be reached.
FAULTS: tuple[Manner, ...] = (
    "slow_first_byte",
    "stall",
    "cut",
    "unfinished",
    "refused_key",
    "rate_limited",
    "rate_limited_long",
    "no_credit",
    "failing",
    "invalid_json",
    "empty",
    "wrong_model",
    "error_body",
    "error_in_stream",
    "too_long",
)
NOBODY_LISTENS = "http://127.0.0.1:9/v1"  # the port "discard"

ERRORS: dict[str, tuple[int, str]] = {
    "refused_key": (401, "Incorrect API key provided"),
    "wrong_model": (404, "The model does not exist"),
    "too_long": (400, "This model's maximum context length is 8192 tokens"),
    "rate_limited": (429, "Rate limit reached"),
    "failing": (500, "The server had an error"),
    "no_credit": (429, "You exceeded your current quota, please check your plan and billing details"),
    "rate_limited_long": (429, "Rate limit reached"),
    "wrong_key_400": (400, "API key not valid. Please pass a valid API key."),
    "refuses_temperature": (400, "Unsupported value: 'temperature' does not support 0 with this model."),
    "too_slow_to_answer": (504, "Gateway Timeout"),
}
RETRY_AFTER = {"rate_limited": "0", "no_credit": "0", "rate_limited_long": "30"}


@dataclass
class ChatServer:
    """What it says, how, and what it was asked. Change `manner` and `pieces` between requests."""

    base_url: str
    pieces: Sequence[str] | Callable[[dict[str, Any]], Sequence[str]] = ("Refunds take ", "five days [1].")
    models: Sequence[str] = ("test", "test-mini")
    manner: Manner = "ok"
    seconds: float = 5.0  # of silence, where the manner is silent
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)  # set when a client left in mid-stream
    stopping: threading.Event = field(default_factory=threading.Event)

    def manner_now(self) -> str:
        """`failing_once` fails at the first request and is well at the next."""
        if self.manner.endswith("_once"):
            return self.manner.removesuffix("_once") if len(self.requests) == 1 else "ok"
        if self.manner == "refuses_temperature" and "temperature" not in self.requests[-1]:
            return "ok"
        return self.manner


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """A running server on a free port; stopped at the end, whatever still hangs on it."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    listening.daemon_threads = True
    server = ChatServer(f"http://127.0.0.1:{listening.server_address[1]}/v1")
    listening.chat = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        listening.shutdown()
        listening.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.server.chat.hung_up.set()  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        chat: ChatServer = self.server.chat  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chat.requests.append({"path": self.path, **body})
        chat.keys.append(self.headers.get("Authorization", "").removeprefix("Bearer "))
        manner = chat.manner_now()
        try:
            if manner in ERRORS:
                self._refuse(*ERRORS[manner], RETRY_AFTER.get(manner))
            elif manner == "error_body":
                self._send_json(200, {"error": {"message": "The model is overloaded", "type": "server_error"}})
            else:
                self._stream(chat, manner)
        except (BrokenPipeError, ConnectionResetError):
            chat.hung_up.set()

    def do_GET(self) -> None:
        chat: ChatServer = self.server.chat  # type: ignore[attr-defined]
        self._send_json(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in chat.models]})

    def log_message(self, format: str, *args: Any) -> None:
        """Tests have enough to say."""

    def _refuse(self, status: int, message: str, retry_after: str | None) -> None:
        headers = {"Retry-After": retry_after} if retry_after is not None else {}
        self._send_json(status, {"error": {"message": message, "type": "error", "code": None}}, headers)

    def _send_json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _stream(self, chat: ChatServer, manner: str) -> None:
        if manner == "slow_first_byte":
            self._keep_silent(chat)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if manner == "no_choices_first":
            self._event({**delta({}), "choices": [], "prompt_filter_results": []})
        self._event(delta({"role": "assistant", "content": ""}))
        if manner == "thinks_aloud":
            for piece in ("<thi", "nk>Let me see. ", "Six days?</thi", "nk>\n\n"):
                self._event(delta({"content": piece}))
        if manner == "typed_parts":
            self._event(delta({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Six?"}]}]}))
        told = chat.pieces(chat.requests[-1]) if callable(chat.pieces) else chat.pieces
        pieces = [] if manner == "empty" else list(told)
        for number, piece in enumerate(pieces):
            if number == max(1, len(pieces) // 2) and self._misbehaves(chat, manner):
                return
            self._event(delta({"content": [{"type": "text", "text": piece}] if manner == "typed_parts" else piece}))
        if manner != "unfinished":
            self._event(delta({}, {"filtered": "content_filter", "reached_limit": "length"}.get(manner, "stop")))
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _misbehaves(self, chat: ChatServer, manner: str) -> bool:
        """In the middle of the answer; True when nothing more is said."""
        if manner == "stall":
            self._keep_silent(chat)
        elif manner == "invalid_json":
            self._chunk(b"data: {this is no JSON\n\n")
        elif manner == "error_in_stream":
            self._event({"error": {"message": "The model is overloaded", "type": "server_error"}})
        elif manner == "unfinished":
            self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")
            return True
        elif manner == "cut":
            self.wfile.write(b"ff\r\ndata: {")
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)
            return True
        return False

    def _keep_silent(self, chat: ChatServer) -> None:
        """For so many seconds, or until the client leaves."""
        until = monotonic() + chat.seconds
        while monotonic() < until and not chat.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.05)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError("the client left")

    def _event(self, body: Any) -> None:
        self.wfile.write(event(body))

    def _chunk(self, raw: bytes) -> None:
        self.wfile.write(chunk(raw))
