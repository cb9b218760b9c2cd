"""Some of many, drawn by lot and always the same. Knows nothing of what is drawn."""

import random
from collections.abc import Sequence
from typing import TypeVar

SEED = 20261120

T = TypeVar("T")


def drawn_by_lot(items: Sequence[T], most: int | None) -> list[T]:
    """So many of them in an order of chance; None: all, as they come.

    Neighbours in a file are often about one document, and its first ones may be easier than the rest.
    """
    return list(items) if most is None else random.Random(SEED).sample(items, min(most, len(items)))
