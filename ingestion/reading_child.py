"""The process that reads files: started by the reading room, one file at a time, inside its limits.

It gets no settings, no keys and no catalog: bytes in, text out. Whatever a hostile file does happens in here.
"""

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import IO, Any

from app import plugins
from app.errors import EncryptedSource, LimitExceeded, UnreadableSource
from ingestion.frames import as_json, read_frame, write_frame
from ingestion.parsers import ParsedText, Parser

# Some seconds after the reading room should have ended this process: for the case that the room itself is gone.
_GRACE = 10
_MOST_TEXT = 16_000_000  # characters; more is a collection of articles, not one
_UNPRINTABLE = re.compile("[\0\ud800-\udfff]")


def main(parsers: str, memory: int, seconds: int) -> None:
    requests, replies = _pipes()
    modules = [import_module(f"{parsers}.{name}") for name in plugins.names(parsers)]
    write_frame(replies, b"ready")
    while (header := read_frame(requests)) is not None and (raw := read_frame(requests)) is not None:
        name = json.loads(header)["name"]
        write_frame(replies, _reply(modules, raw, name, memory, seconds))


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The real stdin and stdout; whatever a library prints goes to stderr instead."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return requests, replies


def _reply(modules: list[ModuleType], raw: bytes, name: str, memory: int, seconds: int) -> bytes:
    try:
        parser = _built(max(modules, key=lambda module: int(module.certainty(raw, name))))
        with _limits(memory, seconds):
            return as_json(_body(parser.parse(raw, name)))
    except EncryptedSource as problem:
        return as_json({"outcome": "encrypted", "reason": str(problem)})
    except (LimitExceeded, MemoryError, RecursionError) as problem:
        reason = {MemoryError: "needs too much memory to be read", RecursionError: "is nested too deeply"}
        return as_json({"outcome": "limit", "reason": reason.get(type(problem), str(problem))})
    except UnreadableSource as problem:
        return as_json({"outcome": "rejected", "reason": str(problem)})
    except Exception as problem:  # noqa: BLE001  a parser's own bug is this file's outcome, not the ingest's end
        return as_json({"outcome": "rejected", "reason": f"cannot be parsed ({type(problem).__name__})"})


@cache
def _built(module: ModuleType) -> Parser:
    parser: Parser = module.build()
    return parser


def _body(parsed: ParsedText) -> dict[str, Any]:
    if len(parsed.text) > _MOST_TEXT:
        raise LimitExceeded("has more text than fits an article")
    front = parsed.front_matter
    return {
        "outcome": "ok",
        "title": _printable(parsed.title),
        "text": _printable(parsed.text),
        "note": _printable(parsed.note),
        "blocks": [[b.kind, b.start, b.end, b.level, b.page] for b in parsed.blocks],
        "front_matter": {
            "title": _printable(front.title),
            "updated": front.updated.isoformat() if front.updated else None,
            "audiences": sorted(_printable(audience) for audience in front.audiences),
            "url": _printable(front.url),
        },
    }


def _printable(text: str) -> str:
    """NULs and lone surrogates cannot be stored or sent; each becomes one U+FFFD, so that offsets stay."""
    return _UNPRINTABLE.sub("\ufffd", text)


@contextmanager
def _limits(memory: int, seconds: int) -> Iterator[None]:
    """Memory beyond what the process has now; and an end in any case, should nobody be left to end it."""
    if sys.platform == "win32":
        yield
        return
    import resource

    signal.alarm(seconds + _GRACE)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_data_size() + memory, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
        signal.alarm(0)


def _data_size() -> int:
    """Bytes of private writable memory, as RLIMIT_DATA counts them; the room's own watch covers other systems."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:  # noqa: PTH123
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData:"))
    except OSError:
        return 1 << 40


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
