"""How likely a passage answers, from what the reader makes of it and where fusion put it. Pure.

The reader alone hurts where it knows the kind of text too little, fusion alone leaves the answer at rank three: what
they say together is better than either, on every kind of text that was measured (docs/experiments.md).
"""

import math
from collections.abc import Sequence

from app.answering.reader import PassageReading

# Fitted by evals/fit_rerank.py on 1,071 held-out questions of fourteen sets; figures in docs/experiments.md.
BIAS, RELEVANCE, FUSED, MEANING = -2.23, 1.03, 2.45, 0.49
UNREAD_BIAS, UNREAD_FUSED = -5.21, 5.84  # what to expect of a passage that nobody has read
SETTLED = 4.0  # so far above what the best unread one can be expected to reach, the best one stays the best


def scaled(scores: Sequence[float]) -> list[float]:
    """Worst 0, best 1; where all are alike, each is as good as the best."""
    low, spread = min(scores), max(scores) - min(scores)
    return [(score - low) / spread if spread > 0 else 1.0 for score in scores]


def blended(reading: PassageReading, fused: float, rank: int | None) -> float:
    """Logit that a passage that was read answers.

    Args:
        fused: its fused score, scaled to 0 to 1.
        rank: its place by meaning, from 1; None where only its words were found. A question that was asked before in
            other words lies nearest by meaning, and the reader takes entries of an FAQ for too short to answer.
    """
    return BIAS + RELEVANCE * reading.relevance + FUSED * fused + (MEANING / rank if rank else 0.0)


def unread(fused: float) -> float:
    """The same, as far as it can be told without reading."""
    return UNREAD_BIAS + UNREAD_FUSED * fused


def is_settled(read: Sequence[float], waiting: Sequence[float]) -> bool:
    """Whether reading on would hardly change what stands first: logits of those read, and of those that wait."""
    return max(read) - max(waiting) >= SETTLED


def likelihood(logit: float) -> float:
    """0 to 1."""
    return 1 / (1 + math.exp(-logit))
