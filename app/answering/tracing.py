"""What happened on the way from a question to its answer, for "why this article, and why not that one?"."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any

from app.answering.excerpts import Excerpt
from app.answering.reader import PassageReading
from app.knowledge.articles import Passage


@dataclass(frozen=True)
class Candidate:
    """A passage on its way through retrieval. The scores are each step's own; None where the step did not have it."""

    passage: Passage
    meaning: float | None = None  # cosine similarity
    words: float | None = None  # BM25
    fused: float | None = None
    reranked: float | None = None  # None too for one that the reranker has put in its place without reading it
    reading: PassageReading | None = None  # what the bundled reader made of it
    cut: str = ""  # why the writer did not get to read it; empty for what was read

    def summary(self) -> dict[str, Any]:
        """Ids, ranks and scores, no text."""
        ranks = self.passage.ranks
        return {
            "chunk_id": self.passage.chunk.id,
            "article_id": self.passage.article.id,
            "ranks": {
                "meaning": ranks.meaning,
                "words": ranks.words,
                "fused": ranks.fused,
                "reranked": ranks.reranked,
            },
            "scores": {
                "meaning": self.meaning,
                "words": self.words,
                "fused": self.fused,
                "reranked": self.reranked,
            },
            "reading": _rounded(self.reading),
            "cut": self.cut,
        }


def _rounded(reading: PassageReading | None) -> dict[str, float] | None:
    return {name: round(value, 4) for name, value in asdict(reading).items()} if reading else None


class Stopwatch:
    """Milliseconds per step, in the order the steps ended. Safe for steps that run at the same time."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        finally:
            self._steps[name] = _milliseconds(began)

    def mark(self, name: str) -> None:
        """Milliseconds from the very beginning until now."""
        self._steps[name] = _milliseconds(self._began)

    def timings_ms(self) -> dict[str, float]:
        return dict(self._steps)


def _milliseconds(began: float) -> float:
    return round((perf_counter() - began) * 1000, 2)


@dataclass(frozen=True)
class Trace:
    """The ranking in full, what was read of it, and with which models. Lives with its answer."""

    question: str
    query: str
    candidates: tuple[Candidate, ...]  # best first, each once, those cut included
    read: tuple[Excerpt, ...] = ()  # what the writer gets, numbered from 1
    versions: Mapping[str, str] = field(default_factory=dict)  # embedding, chunker, index, reranker, prompts, writer
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    signals: Mapping[str, float] = field(default_factory=dict)  # what confidence was reckoned from
    reranking: str = ""  # how many passages the reranker has read, and why no more
    notes: tuple[str, ...] = ()

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The whole ranking, best first: what `footnote search` shows and evals grade."""
        return tuple(candidate.passage for candidate in self.candidates)

    def as_stored(self) -> dict[str, Any]:
        """JSON-able, with ids and offsets instead of text: a deleted article leaves no words in a trace."""
        return {
            "question": self.question,
            "query": self.query,
            "candidates": [candidate.summary() for candidate in self.candidates],
            "read": [excerpt.address() for excerpt in self.read],
            "versions": dict(self.versions),
            "timings_ms": dict(self.timings_ms),
            "signals": dict(self.signals),
            "reranking": self.reranking,
            "notes": list(self.notes),
        }
