"""Files are read by a child process inside limits; it is kept while healthy, and replaced when it is not."""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, Any

import psutil

from app.errors import EncryptedSource, FootnoteError, LimitExceeded, UnreadableSource
from ingestion.frames import as_json, read_frame, write_frame
from ingestion.parsers import Block, FrontMatter, ParsedText

_LOOK_SECONDS = 0.05  # how often a busy child is measured
_LARGEST_IMPORTS = 300 * 1024 * 1024  # bytes; markitdown brings a runtime for models along
_DIED = "ended the process that reads files"
_START_SECONDS = 60.0  # a cold disk may take long to import Python


@dataclass(frozen=True)
class Limits:
    """What one file may take. Figures: promise P18."""

    memory: int = 512 * 1024 * 1024  # bytes above what the child has after its imports
    cpu_seconds: float = 20.0
    wall_seconds: float = 30.0


class ReadingRoom:
    """Reads one file at a time; not for several threads at once. Use it in `with`; the child starts when needed."""

    def __init__(self, parsers: str = "ingestion.parsers", limits: Limits | None = None) -> None:
        self._parsers = parsers
        self._limits = limits or Limits()
        self._child: _Child | None = None
        self._changing = threading.Lock()
        self._closed = False

    def read(self, raw: bytes, name: str) -> ParsedText:
        """The text of these bytes; `name` is only a hint.

        Raises:
            UnreadableSource, EncryptedSource, LimitExceeded: with the reason for the report.
        """
        child = self._healthy_child()
        try:
            return _parsed(child.ask(raw, name))
        except _ChildStopped as stopped:
            child.end()
            raise LimitExceeded(str(stopped)) from stopped
        except BaseException as problem:
            if not isinstance(problem, UnreadableSource):
                child.end()  # it may be in the midst of a reply
            raise

    def _healthy_child(self) -> "_Child":
        with self._changing:
            if self._closed:
                raise FootnoteError("the reading room is closed")
            if self._child is None or not self._child.is_alive:
                self._child = _Child(self._parsers, self._limits)
            return self._child

    def close(self) -> None:
        """Also from another thread, while a file is being read: that file then ends as stopped."""
        with self._changing:
            self._closed = True
            if self._child:
                self._child.end()

    def __enter__(self) -> "ReadingRoom":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _ChildStopped(Exception):
    """The child died or had to be ended; the message is the reason."""


class _Child:
    """One process and the thread that listens to it."""

    def __init__(self, parsers: str, limits: Limits) -> None:
        self._limits = limits
        command = [sys.executable, "-m", "ingestion.reading_child", parsers]
        self._process = subprocess.Popen(
            [*command, str(limits.memory), str(int(limits.wall_seconds))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the parent, which then ends the child
        )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # pipes, as asked for
        self._stdin: IO[bytes] = stdin
        self._stdout: IO[bytes] = stdout
        self._replies: SimpleQueue[bytes | None] = SimpleQueue()
        threading.Thread(target=self._listen, name="reading room", daemon=True).start()
        self._seen = psutil.Process(self._process.pid)
        self._wait_until_ready()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def _wait_until_ready(self) -> None:
        try:
            if self._replies.get(timeout=_START_SECONDS) is not None:
                return
        except Empty:
            pass
        self.end()
        raise FootnoteError("the process that reads files did not start; try `footnote doctor`")

    def ask(self, raw: bytes, name: str) -> bytes:
        """The reply, as the child wrote it.

        Raises:
            _ChildStopped: the child has died, or has used up a limit and must be ended.
        """
        started, used_before = time.monotonic(), self._cpu_seconds()
        try:
            write_frame(self._stdin, as_json({"name": name}))
            write_frame(self._stdin, raw)
        except OSError as problem:
            raise _ChildStopped(_DIED) from problem
        while True:
            try:
                reply = self._replies.get(timeout=_LOOK_SECONDS)
            except Empty:
                self._refuse_excess(time.monotonic() - started, self._cpu_seconds() - used_before)
                continue
            if reply is None:
                raise _ChildStopped(_DIED)
            return reply

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):  # closing flushes what the child was not there to read any more
            self._stdin.close()

    def _refuse_excess(self, wall_seconds: float, cpu_seconds: float) -> None:
        if wall_seconds > self._limits.wall_seconds:
            raise _ChildStopped(f"takes longer than {self._limits.wall_seconds:g} seconds to read")
        if cpu_seconds > self._limits.cpu_seconds:
            raise _ChildStopped(f"takes more than {self._limits.cpu_seconds:g} seconds of computing to read")
        if self._resident_bytes() > self._limits.memory + _LARGEST_IMPORTS:
            raise _ChildStopped("needs too much memory to be read")

    def _cpu_seconds(self) -> float:
        try:
            times = self._seen.cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def _resident_bytes(self) -> int:
        try:
            return int(self._seen.memory_info().rss)
        except psutil.Error:
            return 0

    def _listen(self) -> None:
        """Hands replies over as they come; None when the child has gone."""
        with self._stdout as pipe:
            while (reply := read_frame(pipe)) is not None:
                self._replies.put(reply)
        self._replies.put(None)


def _environment() -> dict[str, str]:
    """What the child may know: where Python's packages are, and no key or setting."""
    passed_on = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
    known = {name: os.environ[name] for name in passed_on if name in os.environ}
    here = [str(Path(__file__).parents[1]), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return known | {"PYTHONPATH": os.pathsep.join(here), "PYTHONUTF8": "1"}


def _parsed(reply: bytes) -> ParsedText:
    body: dict[str, Any] = json.loads(reply)
    endings = {"rejected": UnreadableSource, "limit": LimitExceeded, "encrypted": EncryptedSource}
    if body["outcome"] in endings:
        raise endings[body["outcome"]](body["reason"])
    front = body["front_matter"]
    updated = datetime.fromisoformat(front["updated"]) if front["updated"] else None
    return ParsedText(
        title=body["title"],
        text=body["text"],
        blocks=tuple(Block(*block) for block in body["blocks"]),
        front_matter=FrontMatter(front["title"], updated, frozenset(front["audiences"]), front["url"]),
        note=body["note"],
    )
