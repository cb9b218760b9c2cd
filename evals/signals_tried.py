"""Signals that might tell whether the answer is there, reckoned from a trace. Pure; the fit says which do.

One that is chosen moves to `app/answering/abstention.py`, whose own signals do not stand here.
"""

import math

from app.answering.reader import PassageReading
from app.answering.tracing import Candidate, Trace
from app.knowledge.words import query_terms, terms

FURTHEST = 3.0  # logits: a longer lead is no surer sign
LIKELY = 0.001  # chances nearer to 0 and 1 are taken for this
SAME = 0.5  # share of terms in common from which on two spans say the same


def tried(trace: Trace) -> dict[str, float]:
    """By name; those of the reader only where it has read something."""
    found = {"title": _in_title(trace)}
    read = [(candidate, candidate.reading) for candidate in trace.candidates if candidate.reading]
    if read:
        found |= _of_reader(read) | {"agreement": _agreement(trace, [candidate for candidate, _ in read])}
    return {name: round(value, 4) for name, value in found.items()}


def _of_reader(read: list[tuple[Candidate, PassageReading]]) -> dict[str, float]:
    first, reading = read[0]
    best: dict[str, float] = {}
    for candidate, other in read:
        article_id = candidate.passage.article.id
        best[article_id] = max(other.relevance, best.get(article_id, -math.inf))
    highest = sorted(best.values(), reverse=True)
    spans = [set(terms(_span(candidate, other))) for candidate, other in read[1:] if _elsewhere(candidate, first)]
    own = set(terms(_span(first, reading)))
    return {
        "first": reading.relevance,  # of the passage ranked first, as are the next two
        "span": max(-10.0, min(10.0, reading.span)),
        "likelihood": _logit(first.reranked or 0.0),
        "lead": min(FURTHEST, highest[0] - highest[1]) if len(highest) > 1 else FURTHEST,
        "surest": max(_logit(other.answerable) for _, other in read),
        "echo": float(any(own and len(own & other) >= SAME * len(own | other) for other in spans)),
    }


def _agreement(trace: Trace, read: list[Candidate]) -> float:
    """Of meaning, words and the reader, how many pairs have the same article first; 0 to 1."""
    by_meaning, by_words = (
        max(trace.candidates, key=lambda candidate: getattr(candidate, leg) or 0.0) for leg in ("meaning", "words")
    )
    by_reader = max(read, key=lambda candidate: candidate.reading.relevance if candidate.reading else -math.inf)
    firsts = [candidate.passage.article.id for candidate in (by_meaning, by_words, by_reader)]
    return sum(a == b for a, b in zip(firsts, [*firsts[1:], firsts[0]], strict=True)) / 3


def _in_title(trace: Trace) -> float:
    """Share of the question's terms that stand in title and headings of the passage ranked first."""
    asked = set(query_terms(trace.question))
    if not asked or not trace.candidates:
        return 0.0
    passage = trace.candidates[0].passage
    return len(asked & set(terms(" ".join((passage.article.title, *passage.chunk.headings))))) / len(asked)


def _elsewhere(candidate: Candidate, first: Candidate) -> bool:
    return candidate.passage.article.id != first.passage.article.id


def _span(candidate: Candidate, reading: PassageReading) -> str:
    return candidate.passage.chunk.text[reading.start : reading.end]


def _logit(chance: float) -> float:
    sure = min(max(chance, LIKELY), 1 - LIKELY)
    return math.log(sure / (1 - sure))
