"""What the desk says, as values, and the `Reply` that is still being written. Nothing here does I/O."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Event, Lock
from typing import Literal

from app.answering.excerpts import Excerpt, Given
from app.answering.tracing import Trace
from app.errors import FootnoteError

Support = Literal["supported", "unclear", "unsupported"]


class Outcome(StrEnum):
    """How a question ended. Nothing found is an outcome, not an error."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"
    DECLINED = "declined"


@dataclass(frozen=True)
class Turn:
    """One question and its answer, in a conversation. Either half may be empty while the other is there."""

    question: str
    answer_text: str
    given: tuple[Given, ...] = ()  # what its writer had read, where the conversation is kept; numbers stay


@dataclass(frozen=True)
class Citation:
    """The very words a sentence rests on: `quote == revision.text[start:end]`, counted in code points."""

    mark: int  # as it stands in the text, [1], [2], ...; each mark opens exactly one stretch
    article_id: str
    title: str
    url: str
    revision: int
    start: int
    end: int
    quote: str
    updated_at: datetime
    span: tuple[int, int] | None = None  # the answer's very words in the quote, in code points of the revision's text


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer, without its marks, and whether what it cites says so."""

    text: str
    marks: tuple[int, ...]
    support: Support
    probability: float  # 0 to 1: that what it cites says so


@dataclass(frozen=True)
class Answer:
    """What the desk said to one question, and why. Kept in the catalog under its id."""

    id: str  # also the trace's: `footnote answers`, feedback and links name it
    question: str
    query: str
    outcome: Outcome
    confidence: float  # 0 to 1: that what was found answers the question
    text: str  # Markdown, with marks
    citations: tuple[Citation, ...]
    sentences: tuple[Sentence, ...]
    passages: tuple[Excerpt, ...]  # what the writer was given
    trace: Trace
    model: str  # who worded it; empty when nobody was asked
    notes: tuple[str, ...]  # what the reader of the answer should know, one sentence each


class Cancelled(FootnoteError):
    """The reply was cancelled before it was whole."""


class Happening:
    """What passes between the desk that writes and the reader who waits, in whatever threads they are.

    The desk says what it is doing; the reader may say that he waits no more.
    """

    def __init__(self) -> None:
        self.words = ""  # without a full stop, such as "searching the articles"
        self._cancelled = Event()

    def say(self, words: str) -> None:
        self.words = words

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def refuse_cancelled(self) -> None:
        """
        Raises:
            Cancelled: nobody waits any more.
        """
        if self.is_cancelled:
            raise Cancelled("this answer was cancelled before it was whole; ask again")


class Reply:
    """An answer being written. Iterate it to stream it, ask for `.answer` to have it whole: one object, one path.

    What was streamed, put together, is `answer.text`. One thread reads; any thread may `cancel`.
    """

    def __init__(self, pieces: Generator[str, None, Answer], happening: Happening | None = None) -> None:
        self._pieces = pieces
        self._happening = happening or Happening()
        self._answer: Answer | None = None
        self._problem: FootnoteError | None = None
        self._reading = Lock()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with self._reading:
            if self._happening.is_cancelled:
                self._pieces.close()
                raise StopIteration
            try:
                return next(self._pieces)
            except StopIteration as end:
                if end.value is not None:
                    self._answer = end.value
                raise StopIteration from None
            except Cancelled:
                raise StopIteration from None
            except FootnoteError as problem:
                self._problem = problem
                raise

    @property
    def happening(self) -> str:
        """What is being done just now, for a reader who has waited for more than a moment."""
        return self._happening.words

    @property
    def answer(self) -> Answer:
        """The whole answer; writes what is left of it first.

        Raises:
            Cancelled: the reply was cancelled before it was whole.
            FootnoteError: what kept it from being written, however often one asks.
        """
        for _ in self:
            pass
        if self._problem is not None:
            raise self._problem
        if self._answer is None:
            raise Cancelled("this answer was cancelled before it was whole; ask again")
        return self._answer

    def cancel(self) -> None:
        """Stop writing, and stop the language model, within a moment; any thread may."""
        self._happening.cancel()
        if self._reading.acquire(blocking=False):
            try:
                self._pieces.close()
            finally:
                self._reading.release()
