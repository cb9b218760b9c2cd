"""Real parts for the tests of ingestion: a catalog in a folder, and a small honest embedding model."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np

from app.knowledge.catalog import TARGETS, Catalog
from app.knowledge.embedding_models import EmbeddingIdentity, Vectors
from app.knowledge.versions import IndexRecipe
from ingestion.pipeline import IngestParts

DIMENSIONS = 16


def count_words(texts: Sequence[str]) -> list[int]:
    """One token a word, one each mark and CJK letter, as WordPiece counts them more or less."""
    return [len(re.findall(r"[぀-ヿ㐀-鿿가-힯]|\w+?(?=[぀-ヿ㐀-鿿가-힯]|\b)|[^\w\s]", text)) for text in texts]


@dataclass
class WordBags:
    """Texts that share words are near each other. Counts what it has embedded."""

    embedded: int = 0

    @property
    def identity(self) -> EmbeddingIdentity:
        return EmbeddingIdentity("word_bags", "1", "", DIMENSIONS, "", "", True, 256)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, query: str) -> Vectors:
        vector = np.full(DIMENSIONS, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", query.lower()):
            vector[sha256(word.encode()).digest()[0] % DIMENSIONS] += 1
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return count_words(texts)


@dataclass
class Desk:
    """The parts of an ingest over one catalog, and how often each of the lazy ones was asked for."""

    folder: Path
    chunk_tokens: int = 60
    model: WordBags = field(default_factory=WordBags)
    asked: dict[str, int] = field(default_factory=lambda: {"model": 0, "publish": 0})
    on_publish: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.catalog = Catalog.open(f"sqlite:///{self.folder / 'catalog.sqlite'}")
        self.version = self.catalog.add_version(IndexRecipe(self.model.identity, f"structure-1/{self.chunk_tokens}"))

    def parts(self) -> IngestParts:
        return IngestParts(self.catalog, lambda: self.version, self._model, self._publish, self.chunk_tokens)

    def settle(self) -> None:
        """As if both indexes had been told everything."""
        for target in TARGETS:
            self.catalog.settle(target, [row.seq for row in self.catalog.pending(self.version, target)])

    def _model(self) -> WordBags:
        self.asked["model"] += 1
        return self.model

    def _publish(self) -> None:
        self.asked["publish"] += 1
        self.on_publish()
