"""Small articles, chunks and vectors for tests. A test names only what matters to it; the rest is hidden here."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np

from app.knowledge.articles import PUBLIC, Article, Chunk
from app.knowledge.catalog import Catalog
from app.knowledge.embedding_models import EmbeddingIdentity, Vectors
from app.knowledge.versions import IndexRecipe, IndexVersion

WRITTEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DIMENSIONS = 32


def an_article(
    id: str = "refunds",
    *,
    title: str = "Refunds",
    revision: int = 1,
    audiences: Iterable[str] = (PUBLIC,),
    source_id: str = "handbook",
    path: str = "",
    url: str = "",
    updated_at: datetime = WRITTEN,
) -> Article:
    """An article of the source `handbook`."""
    return Article(id, source_id, path or f"{id}.md", title, url, frozenset(audiences), updated_at, revision)


def a_chunk(
    article_id: str = "refunds",
    text: str = "Refunds take five days.",
    *,
    revision: int = 1,
    position: int = 0,
    start: int = 0,
    headings: tuple[str, ...] = (),
    page: int | None = None,
) -> Chunk:
    """A chunk whose end fits its text."""
    return Chunk(article_id, revision, position, start, start + len(text), text, headings, page)


def chunks_of(article: Article, texts: Sequence[str]) -> tuple[str, list[Chunk]]:
    """The revision's text (the pieces, one per paragraph) and its chunks."""
    chunks, start = [], 0
    for position, text in enumerate(texts):
        chunks.append(a_chunk(article.id, text, revision=article.revision, position=position, start=start))
        start += len(text) + 2
    return "\n\n".join(texts), chunks


class HashingModel:
    """A tiny honest embedding model: each word is a fixed random direction, a text the sum of its words."""

    def __init__(self, dimensions: int = DIMENSIONS, name: str = "hashing") -> None:
        self.identity = EmbeddingIdentity(
            name=name,
            revision="1",
            file_hash="0" * 64,
            dimensions=dimensions,
            query_prompt="",
            document_prompt="",
            normalised=True,
            window=256,
        )

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        vectors = np.stack([self._sum(text) for text in texts]) if texts else np.zeros((0, self.identity.dimensions))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.where(lengths, lengths, 1)).astype(np.float32)

    def embed_query(self, query: str) -> Vectors:
        vector: Vectors = self.embed_documents([query])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_words(text)) for text in texts]

    def _sum(self, text: str) -> Vectors:
        total = np.zeros(self.identity.dimensions, dtype=np.float32)
        for word in _words(text):
            total += _direction(word, self.identity.dimensions)
        return total


def a_recipe(model: HashingModel | None = None, chunker: str = "structure-1/200") -> IndexRecipe:
    return IndexRecipe((model or HashingModel()).identity, chunker)


Opened = tuple[Catalog, IndexVersion]  # a catalog and its live version


def a_catalog(folder: Path) -> Opened:
    """An empty catalog in this folder, with a live version of the hashing model."""
    catalog = Catalog.open(f"sqlite:///{folder / 'catalog.sqlite'}")
    return catalog, catalog.add_version(a_recipe())


def publish_article(
    catalog: Catalog,
    version: IndexVersion,
    id: str = "refunds",
    texts: Sequence[str] = ("Refunds take five days.",),
    *,
    title: str = "Refunds",
    audiences: Iterable[str] = (PUBLIC,),
    source_id: str = "handbook",
) -> Article:
    """Save the next revision of an article, each text one chunk, as ingestion would. Returns it as saved."""
    article = an_article(id, title=title, revision=catalog.next_revision(id), audiences=audiences, source_id=source_id)
    text, chunks = chunks_of(article, texts)
    vectors = HashingModel(version.recipe.embedding.dimensions).embed_documents([chunk.text for chunk in chunks])
    catalog.replace_article(version, article, text, sha256(text.encode()).hexdigest(), chunks, vectors)
    return article


@cache
def _direction(word: str, dimensions: int) -> Vectors:
    seed = int.from_bytes(sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimensions, dtype=np.float32)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
