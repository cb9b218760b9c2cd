"""Where in a passage the answer stands, from the logits of its tokens. Pure: knows no network and no question."""

import math
import re
from collections.abc import Sequence
from typing import Any
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

LONGEST = 30  # tokens
_BREAK = re.compile(r"\n(?=[^\S\n]*(?:\n|[|#>*+•-]|\d+[.)]\s))")  # before a new paragraph, row, item or heading


def best_spans(starts: Floats, ends: Floats, blocks: Places) -> list[tuple[int, int, float]]:
    """Of each row the first and the last token with the highest sum of logits, and that sum; -inf where none is legal.

    Args:
        starts, ends: shape (rows, tokens); -inf where a span may not begin or end.
        blocks: shape (rows, tokens): in which block a token stands; no span goes beyond its own.
    """
    if starts.shape[1] == 0:
        return [(0, 0, -math.inf)] * len(starts)
    same = _reachable(blocks, -1) == blocks[:, :, None]
    sums = np.where(same, starts[:, :, None] + _reachable(ends, -np.inf), -np.inf).reshape(len(starts), -1)
    best = sums.argmax(axis=1)
    first, after = np.divmod(best, LONGEST)
    return list(zip(first.tolist(), (first + after).tolist(), sums[np.arange(len(sums)), best].tolist(), strict=True))


def _reachable(values: NDArray[Any], beyond: float) -> NDArray[Any]:
    """Of each token the values of itself and the LONGEST - 1 after it, shape (rows, tokens, LONGEST)."""
    after = np.full((len(values), LONGEST - 1), beyond, values.dtype)
    return np.lib.stride_tricks.sliding_window_view(np.hstack([values, after]), LONGEST, axis=1)


def blocks_of(text: str, offsets: Sequence[tuple[int, int]]) -> Places:
    """Of each token the number of its block: a paragraph, a row, an item; `offsets` are code points of `text`."""
    breaks = [found.start() for found in _BREAK.finditer(text)]
    starts = np.array([start for start, _ in offsets], dtype=np.int64)
    return np.searchsorted(np.array(breaks, dtype=np.int64), starts)


def legal_ends(offsets: Sequence[tuple[int, int]], goes_on: Flags, begin: int) -> tuple[Flags, Flags]:
    """Which tokens may begin a span, and which may end one: whole words at or after the code point `begin`.

    Args:
        offsets: of each token, code points.
        goes_on: of each token, whether it goes on with the word before it.
    """
    places = np.array(offsets, dtype=np.int64).reshape(len(offsets), 2)
    inside = (places[:, 0] >= begin) & (places[:, 0] < places[:, 1])
    return inside & ~goes_on, inside & ~np.append(goes_on[1:], np.zeros(min(1, len(goes_on)), np.bool_))


def with_its_marks(text: str, end: int) -> int:
    """The end of a span after the accents that belong to its last letter: a vocabulary without accents drops them."""
    while 0 < end < len(text) and category(text[end]).startswith("M"):
        end += 1
    return end
