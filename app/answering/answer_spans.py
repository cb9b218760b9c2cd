"""Where in a passage the answer stands, from the logits of its tokens. Pure: knows no network and no question."""

import math
from collections.abc import Sequence
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

LONGEST = 30  # tokens


def best_spans(starts: Floats, ends: Floats) -> list[tuple[int, int, float]]:
    """Of each row the first and the last token with the highest sum of logits, and that sum; -inf where none is legal.

    Args:
        starts, ends: shape (rows, tokens); -inf where a span may not begin or end.
    """
    if starts.shape[1] == 0:
        return [(0, 0, -math.inf)] * len(starts)
    beyond = np.full((len(ends), LONGEST - 1), -np.inf, np.float32)
    reachable = np.lib.stride_tricks.sliding_window_view(np.hstack([ends, beyond]), LONGEST, axis=1)
    sums = (starts[:, :, None] + reachable).reshape(len(starts), -1)
    best = sums.argmax(axis=1)
    first, after = np.divmod(best, LONGEST)
    return list(zip(first.tolist(), (first + after).tolist(), sums[np.arange(len(sums)), best].tolist(), strict=True))


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
