"""What turns text into vectors. Each file here is one way, named in settings as `adapter` or `adapter:model`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class EmbeddingIdentity:
    """All that makes two vectors comparable. Runtime and arithmetic are not: a backup opens on another CPU."""

    name: str  # adapter:model as settings name it
    revision: str  # the hub's or the package's; empty when a server does not say
    file_hash: str  # SHA-256 of the weights; empty for a remote model
    dimensions: int
    query_prompt: str
    document_prompt: str
    normalised: bool
    window: int  # tokens; what is longer is cut off by the model


class EmbeddingModel(Protocol):
    """Vectors are float32, unit length, one row per text; cosine is their dot product."""

    @property
    def identity(self) -> EmbeddingIdentity: ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), in the order given; the model's own document prompt is applied."""
        ...

    def embed_query(self, query: str) -> Vectors:
        """Shape (dimensions,); the model's own query prompt is applied."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as this model counts them, without special tokens and without truncation."""
        ...


def well_formed(text: str) -> str:
    """The text as every tokenizer and server takes it: half a surrogate pair, as JSON can carry, becomes `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")
