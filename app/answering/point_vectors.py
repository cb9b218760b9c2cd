"""Vectors of what was read, remembered: the same few articles answer most questions. Holds hashes, no text."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from threading import Lock

import numpy as np

from app.knowledge.embedding_models import EmbeddingModel, Vectors

REMEMBERED = 8192  # vectors; 13 MB at 384 dimensions


class PointVectors:
    """Embeds texts as an embedding model does, each only once as long as it is remembered. Safe between threads."""

    def __init__(self, embedding_model: EmbeddingModel, most: int = REMEMBERED) -> None:
        self._embedding_model = embedding_model
        self._most = most
        self._lock = Lock()
        self._vectors: OrderedDict[bytes, Vectors] = OrderedDict()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), in the order given."""
        keys = [blake2b(text.encode("utf-8", "replace"), digest_size=16).digest() for text in texts]
        with self._lock:
            known = {key: self._vectors[key] for key in keys if key in self._vectors}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            known |= self._embedded(missing)
        self._remember(keys, known)
        return np.stack([known[key] for key in keys])

    def _embedded(self, texts: Mapping[bytes, str]) -> dict[bytes, Vectors]:
        """Short and long texts apart: in one batch the short would be padded to the length of the longest."""
        shortest_first = sorted(texts, key=lambda key: len(texts[key]))
        half = (len(shortest_first) + 1) // 2
        found: dict[bytes, Vectors] = {}
        for keys in (shortest_first[:half], shortest_first[half:]):
            if keys:
                found |= zip(keys, self._embedding_model.embed_documents([texts[key] for key in keys]), strict=True)
        return found

    def _remember(self, keys: Sequence[bytes], vectors: dict[bytes, Vectors]) -> None:
        with self._lock:
            for key in keys:
                self._vectors[key] = vectors[key]
                self._vectors.move_to_end(key)
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
