"""What an embedding server sent, checked and scaled to unit length; and how long a text is to a server that won't say.

Knows nothing of protocols: the adapters in embedding_models/ do.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from app.errors import ServiceUnavailable
from app.knowledge.embedding_models import Vectors, well_formed

TEXTS_A_REQUEST = 32  # the smallest limit that a common server has by default (text-embeddings-inference)
BYTES_A_TOKEN = 4  # of UTF-8; close to what byte-pair vocabularies make of most languages


def unit_vectors(rows: Sequence[Sequence[float]], texts: int, dimensions: int, server: str) -> Vectors:
    """The rows as float32 of unit length, shape (texts, dimensions); `dimensions` 0 takes what came.

    Raises:
        ServiceUnavailable: the rows are too few or too many, of another length, or have no direction.
        ValueError, TypeError: they are no rows of numbers at all.
    """
    if len(rows) != texts:
        raise ServiceUnavailable(f"{server} sent {len(rows)} vectors for {texts} texts; is it an embedding model?")
    lengths = {len(row) for row in rows}
    expected = dimensions or max(lengths)
    if lengths != {expected}:
        raise ServiceUnavailable(
            f"{server} sent vectors of {_listed(lengths - {expected})} dimensions where {expected} were expected; "
            "check the model's name and embedding_dimensions"
        )
    vectors: NDArray[np.float64] = np.asarray(rows, dtype=np.float64)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or not norms.all():
        raise ServiceUnavailable(f"{server} sent a vector without a direction (all zero, or not numbers)")
    unit: Vectors = (vectors / norms).astype(np.float32)
    return unit


def requests_of(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in batches that any server takes; one that is empty goes as a space, which servers accept."""
    sendable = (well_formed(text) or " " for text in texts)
    while batch := list(islice(sendable, TEXTS_A_REQUEST)):
        yield batch


def estimated_tokens(text: str) -> int:
    """About as many tokens as a served model counts; its tokenizer stays with the server."""
    return -(-len(well_formed(text).encode("utf-8")) // BYTES_A_TOKEN)


def _listed(numbers: set[int]) -> str:
    return " and ".join(map(str, sorted(numbers)))
