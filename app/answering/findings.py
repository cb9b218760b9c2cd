"""Where the bundled reader has found the answer: stretches of revisions, and how sure it is of each. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.answering.answers import Citation
from app.answering.reader import PassageReading
from app.answering.tracing import Candidate

SHOWN = 0.2  # chance from which on a finding is worth pointing at: below, what is pointed at is mostly beside the point


@dataclass(frozen=True)
class Finding:
    """The words of one revision that would be the answer, if it stands there: `revision.text[start:end]`."""

    article_id: str
    revision: int
    start: int  # code points of the revision's text
    end: int
    chance: float  # 0 to 1: how likely this is the answer, as the reader says


def chance(reading: PassageReading) -> float:
    """That a text is about the question, and that the answer stands in it; 0 to 1."""
    return reading.answerable / (1 + math.exp(-reading.relevance))


def findings(candidates: Iterable[Candidate]) -> tuple[Finding, ...]:
    """One of each passage that was read, the surest first; empty where none was."""
    found = []
    for candidate in candidates:
        reading, chunk = candidate.reading, candidate.passage.chunk
        if reading and reading.start < reading.end:
            start, end = chunk.start + reading.start, chunk.start + reading.end
            found.append(Finding(chunk.article_id, chunk.revision, start, end, chance(reading)))
    return tuple(sorted(found, key=lambda finding: -finding.chance))


def surest_in(found: Sequence[Finding], article_id: str, revision: int, start: int, end: int) -> Finding | None:
    """The first of those that lie in this stretch with more than half of their length."""
    for finding in found:
        inside = min(end, finding.end) - max(start, finding.start)
        is_here = (finding.article_id, finding.revision) == (article_id, revision)
        if is_here and 2 * inside > finding.end - finding.start:
            return finding
    return None


def pointed_at(citations: Iterable[Citation], found: Iterable[Finding]) -> tuple[Citation, ...]:
    """The citations, each with the answer's very words in its quote where the reader has found them there."""
    likely = sorted((finding for finding in found if finding.chance >= SHOWN), key=lambda finding: -finding.chance)
    return tuple(_pointed_at(citation, likely) for citation in citations)


def _pointed_at(citation: Citation, likely: Sequence[Finding]) -> Citation:
    finding = surest_in(likely, citation.article_id, citation.revision, citation.start, citation.end)
    if finding is None:
        return citation
    return replace(citation, span=(max(citation.start, finding.start), min(citation.end, finding.end)))


def stored(citations: Iterable[Citation]) -> list[dict[str, int]]:
    """The spans as an answer's trace keeps them: offsets, no words."""
    return [{"mark": c.mark, "start": c.span[0], "end": c.span[1]} for c in citations if c.span]


def spans_in(trace: Mapping[str, Any]) -> dict[int, tuple[int, int]]:
    """The spans that a stored trace has, by mark."""
    return {span["mark"]: (span["start"], span["end"]) for span in trace.get("spans", [])}
