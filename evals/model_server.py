"""A language model on loopback that says what a script says: Chat Completions, streamed, as any compatible server does.

Evals put it where a real model would stand, so that the desk's own adapter, its stream and its checks are measured.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from typing import Any

from app.errors import ServiceUnavailable
from app.language_models import WritingRequest

PIECE = 6  # code points; about what a model's token has, so that marks come in halves

Script = Callable[[WritingRequest], Iterable[str]]


@dataclass
class ModelServer:
    """What it says, and when it had said it. Change `says` between requests."""

    base_url: str
    says: Script = lambda request: ()  # of a request that has rules and prompt alone: that is all a server gets
    pieces_per_second: float = 0.0  # 0: as fast as they are taken
    last_piece_at: float = 0.0  # as `monotonic` counts: when the last piece of the newest answer had been sent


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A running server on a free port; stopped at the end."""
    listening = _Listening(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield listening.model
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def event(body: object) -> bytes:
    """One server-sent event as a chunk of HTTP/1.1."""
    return chunk(f"data: {json.dumps(body)}\n\n".encode())


def chunk(raw: bytes) -> bytes:
    """The empty one ends the body."""
    return f"{len(raw):x}\r\n".encode() + raw + b"\r\n"


def delta(said: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    """A piece of an answer, as Chat Completions wraps it."""
    choice = {"index": 0, "delta": said, "finish_reason": finish_reason}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "test", "choices": [choice]}


def cut(said: Iterable[str], length: int = PIECE) -> Iterator[str]:
    """The same words in pieces of so many code points."""
    for text in said:
        yield from (text[start : start + length] for start in range(0, len(text), length))


class _Listening(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.model = ModelServer(f"http://127.0.0.1:{self.server_address[1]}/v1")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a small piece waits up to 40 ms for the one before to be acknowledged
    server: _Listening

    def do_POST(self) -> None:
        model = self.server.model
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        rules, prompt = (message["content"] for message in body["messages"])
        try:
            self._stream(model, WritingRequest(rules, prompt))
        except ServiceUnavailable:
            self.close_connection = True  # in the middle of a body: the client sees a connection that was cut
        except ConnectionError:
            self.close_connection = True  # the client has heard enough

    def log_message(self, format: str, *args: Any) -> None:
        """An eval prints one document."""

    def _stream(self, model: ModelServer, request: WritingRequest) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        due = monotonic()
        for piece in cut(model.says(request)):
            if model.pieces_per_second:
                due += 1 / model.pieces_per_second
                sleep(max(0.0, due - monotonic()))
            self.wfile.write(event(delta({"content": piece})))
            model.last_piece_at = monotonic()
        self.wfile.write(event(delta({}, "stop")) + chunk(b"data: [DONE]\n\n") + chunk(b""))
