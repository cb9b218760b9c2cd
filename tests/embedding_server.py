"""A server on loopback that speaks the embeddings endpoint of OpenAI and Jina: a text's vector tells its words."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from zlib import crc32

DIMENSIONS = 16


@dataclass
class EmbeddingServer:
    """What it was asked, and how it misbehaves when a test wants it to."""

    address: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)  # answered in turn before it behaves; the last one stays
    dimensions: int = DIMENSIONS
    sends: bytes | None = None  # instead of vectors

    def answer(self, wanted: dict[str, Any]) -> tuple[int, bytes]:
        self.asked.append(wanted)
        if self.statuses:
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            if status != 200:
                return status, b'{"error": {"message": "no,\\nnot now"}}'
        if self.sends is not None:
            return 200, self.sends
        dimensions = wanted.get("dimensions") or self.dimensions
        rows = [
            {"object": "embedding", "index": index, "embedding": words_vector(text, wanted.get("task", ""), dimensions)}
            for index, text in enumerate(wanted["input"])
        ]
        # Backwards: the protocol orders by `index`, not by place.
        return 200, json.dumps({"object": "list", "model": wanted["model"], "data": rows[::-1]}).encode()


def words_vector(text: str, task: str, dimensions: int) -> list[float]:
    """Counts of hashed words, not of unit length; another task, other counts in the last place."""
    vector = [0.0] * dimensions
    for word in text.split() or [text]:
        vector[crc32(word.encode()) % (dimensions - 1)] += 1.0
    vector[-1] = 1.0 + crc32(task.encode()) % 3
    return vector


@contextmanager
def embedding_server() -> Iterator[EmbeddingServer]:
    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.keys.append(self.headers.get("Authorization", "").removeprefix("Bearer "))
            status, body = served.answer(wanted) if self.path == "/v1/embeddings" else (404, b"{}")
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *values: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    listening.daemon_threads = True
    served = EmbeddingServer(f"http://127.0.0.1:{listening.server_port}/v1")
    Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        listening.shutdown()
        listening.server_close()
