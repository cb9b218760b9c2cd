"""Where words stand in a text, and how much of them was read. Spans are (start, end) in code points. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

Span = tuple[int, int]


def occurrences(text: str, quote: str) -> list[Span]:
    """Every place where the quote stands, whatever white space parts its words; `12` does not stand in `2012`."""
    return [match.span() for match in _pattern(quote).finditer(text)] if quote.strip() else []


@lru_cache(maxsize=4096)
def _pattern(quote: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in quote.split())
    # Letters beyond ASCII join words without a blank in many scripts; there any place will do.
    before = r"(?<![0-9A-Za-z])" if _is_ascii_word(quote.strip()[0]) else ""
    after = r"(?![0-9A-Za-z])" if _is_ascii_word(quote.strip()[-1]) else ""
    return re.compile(before + words + after)


def _is_ascii_word(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def overlap(span: Span, others: Iterable[Span]) -> int:
    """How many of the span's code points the others cover together."""
    start, end = span
    clipped = [(max(start, first), min(end, last)) for first, last in others if first < end and last > start]
    return length(clipped)


def length(spans: Iterable[Span]) -> int:
    """Code points in the union of the spans."""
    covered, reached = 0, -1
    for start, end in sorted(spans):
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def recall(gold: Sequence[Span], read: Sequence[Span]) -> float:
    """Share of the gold span that was read; where several would do, of the one that was read best."""
    return max((overlap(span, read) / (span[1] - span[0]) for span in gold), default=0.0)


def shared(gold: Sequence[Span], read: Sequence[Span]) -> int:
    """Code points that are in both."""
    return length((max(a, c), min(b, d)) for a, b in gold for c, d in read if a < d and c < b)


@dataclass(frozen=True)
class SpanFigures:
    """How much of the words that answer a query is in one chunk, and in all that was read; and what that cost."""

    chunk_recall: float  # share of the gold span that the chunk has which holds most of it: what the cutting allows
    chunk_precision: float  # share of that chunk that is gold
    read_recall: float  # share of the gold span in what the writer was given
    read_precision: float  # share of what the writer was given that is gold
    read_tokens: int  # that the writer was given


def span_figures(
    gold: Mapping[str, Sequence[Span]],
    chunks: Mapping[str, Sequence[Span]],
    read: Mapping[str, Sequence[Span]],
    tokens: int,
) -> SpanFigures:
    """All by article id. Where several spans or articles would answer, the one that was served best counts."""
    fitting = [
        (overlap(span, [chunk]) / (span[1] - span[0]), overlap(span, [chunk]) / (chunk[1] - chunk[0]))
        for article, spans in gold.items()
        for span in spans
        for chunk in chunks.get(article, ())
    ]
    chunk_recall, chunk_precision = max(fitting, default=(0.0, 0.0))
    all_read = sum(length(spans) for spans in read.values())
    gold_read = sum(shared(spans, read.get(article, ())) for article, spans in gold.items())
    return SpanFigures(
        round(chunk_recall, 4),
        round(chunk_precision, 4),
        round(max((recall(spans, read.get(article, ())) for article, spans in gold.items()), default=0.0), 4),
        round(gold_read / all_read if all_read else 0.0, 4),
        tokens,
    )
