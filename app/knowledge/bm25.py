"""BM25 among the texts that one asker may read: how rare a word is tells nothing of the others. Pure; knows no index.

Lucene's form (an idf that is never negative), k1 1.2, b 0.75. A text is a row; equal scores keep the order of rows.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75

Rows: TypeAlias = NDArray[np.int32]
Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Postings:
    """Where one term occurs: the rows of the texts, ascending, and how often in each."""

    rows: Rows
    times: Numbers


@dataclass(frozen=True)
class Readable:
    """The texts that count: all that BM25 knows of a collection is reckoned among them."""

    mask: NDArray[np.bool_]  # by row
    count: int
    norms: Numbers  # by row: what a text's length adds to the frequency of a term in it

    @classmethod
    def among(cls, lengths: Numbers, mask: NDArray[np.bool_]) -> "Readable":
        """`lengths`: terms of each text, by row."""
        count = int(mask.sum())
        average = float(lengths[mask].sum()) / count if count else 1.0
        return cls(mask, count, K1 * (1 - B + B * lengths / (average or 1.0)))


def best(
    terms: Mapping[str, float], postings: Callable[[str], Postings], readable: Readable, limit: int
) -> list[tuple[int, float]]:
    """(row, score), best first, of the texts that count and have one of the terms; each term times its weight."""
    scores = np.zeros(len(readable.mask))
    for term, weight in terms.items():
        found = postings(term)
        counts = readable.mask[found.rows]
        rows, times = found.rows[counts], found.times[counts]
        rarity = math.log(1 + (readable.count - len(rows) + 0.5) / (len(rows) + 0.5))
        scores[rows] += weight * rarity * times * (K1 + 1) / (times + readable.norms[rows])
    matching = np.flatnonzero(scores)
    if 0 < limit < len(matching):
        own = scores[matching]
        least = own[np.argpartition(-own, limit - 1)[limit - 1]]
        matching = matching[own >= least]
    in_order: Any = matching[np.argsort(-scores[matching], kind="stable")][:limit]
    return [(int(row), float(scores[row])) for row in in_order]
