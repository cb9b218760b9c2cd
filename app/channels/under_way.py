"""Answers being written, each in a thread of its own: who watches may come and go, the answer is written on."""

from collections import OrderedDict
from collections.abc import Callable
from secrets import token_hex
from threading import Condition, Lock, Semaphore, Thread
from time import monotonic
from typing import Final

from app.answering.answers import Answer, Reply
from app.errors import FootnoteError, ServiceUnavailable

AT_ONCE: Final = 8  # answers written at the same time; the next asker is asked to try again
KEPT: Final = 256  # finished answers that can still be followed by the id they had while they were written


class TooMany(ServiceUnavailable):
    """As many answers as this desk writes at once are being written."""


class UnderWay:
    """One answer on its way. Any number of threads may watch it; it is whole when `done`."""

    def __init__(self, question: str) -> None:
        self.id: Final = "w" + token_hex(8)  # never an answer's id: those come from the catalog
        self.question: Final = question
        self._began = monotonic()
        self._changed = Condition()
        self._pieces: list[str] = []
        self._answer: Answer | None = None
        self._problem: FootnoteError | None = None
        self._done = False
        self._reply: Reply | None = None
        self._cancelled = False
        self._watchers: list[Callable[[], None]] = []

    @property
    def done(self) -> bool:
        return self._done

    @property
    def text(self) -> str:
        """What has been written so far."""
        return "".join(self._pieces)

    @property
    def happening(self) -> str:
        """What is being done just now, for a reader who waits."""
        return self._reply.happening if self._reply is not None else ""

    @property
    def seconds(self) -> float:
        """How long this answer has been on its way."""
        return monotonic() - self._began

    @property
    def answer(self) -> Answer:
        """The whole answer, once `done`.

        Raises:
            FootnoteError: what kept it from being written.
        """
        if self._problem is not None:
            raise self._problem
        if self._answer is None:
            raise ServiceUnavailable("this answer is still being written")
        return self._answer

    def pieces(self, first: int = 0) -> list[str]:
        """The pieces written so far, from number `first` on."""
        return self._pieces[first:]

    def wait(self, seconds: float) -> None:
        """Return at the next change, at the latest after so many seconds; at once when done."""
        with self._changed:
            if not self._done:
                self._changed.wait(seconds)

    def watch(self, tell: Callable[[], None]) -> None:
        """Call `tell` after every change, from the writing thread."""
        with self._changed:
            self._watchers.append(tell)

    def unwatch(self, tell: Callable[[], None]) -> None:
        with self._changed:
            self._watchers.remove(tell)

    def cancel(self) -> None:
        """Nobody waits for this answer any more."""
        self._cancelled = True
        if self._reply is not None:
            self._reply.cancel()

    def write(self, ask: Callable[[], Reply]) -> None:
        """Ask, and keep what comes; runs in the writing thread."""
        try:
            self._reply = ask()
            if self._cancelled:
                self._reply.cancel()
            for piece in self._reply:
                self._change(piece)
            self._answer = self._reply.answer
        except FootnoteError as problem:
            self._problem = problem
        except Exception as surprise:  # the watchers must hear of it, or they would wait for ever
            self._problem = ServiceUnavailable("something went wrong while this answer was written; ask again")
            self._problem.__cause__ = surprise
            raise
        finally:
            self._change(None)

    def _change(self, piece: str | None) -> None:
        with self._changed:
            if piece is None:
                self._done = True
            else:
                self._pieces.append(piece)
            self._changed.notify_all()
            watchers = tuple(self._watchers)
        for tell in watchers:
            tell()


class AnswersUnderWay:
    """Every answer that this process is writing, and the last ones it wrote."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._free = Semaphore(at_once)
        self._known: OrderedDict[str, UnderWay] = OrderedDict()
        self._lock = Lock()

    def start(self, question: str, ask: Callable[[], Reply]) -> UnderWay:
        """Begin to write the answer that `ask` gives, in a thread.

        Raises:
            TooMany: all places are taken.
        """
        if not self._free.acquire(blocking=False):
            raise TooMany(f"{self._at_once} answers are being written already; ask again in a moment")
        under_way = UnderWay(question)
        with self._lock:
            self._known[under_way.id] = under_way
            for old in [id_ for id_, known in self._known.items() if known.done][: max(0, len(self._known) - KEPT)]:
                del self._known[old]
        Thread(target=self._write, args=(under_way, ask), name=f"answer-{under_way.id}", daemon=True).start()
        return under_way

    def _write(self, under_way: UnderWay, ask: Callable[[], Reply]) -> None:
        try:
            under_way.write(ask)
        finally:
            self._free.release()

    def find(self, id_: str) -> UnderWay | None:
        """The answer that is, or was lately, being written under this id."""
        with self._lock:
            return self._known.get(id_)

    def cancel_all(self) -> None:
        """The desk closes."""
        with self._lock:
            known = tuple(self._known.values())
        for under_way in known:
            if not under_way.done:
                under_way.cancel()
