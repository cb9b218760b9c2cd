"""Chunks and their vectors as search needs them. Every function runs in the caller's transaction."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from app.knowledge.articles import Article, Asker, Chunk
from app.knowledge.catalog.article_reads import alive, audiences_of, portions, readable_by
from app.knowledge.catalog.tables import articles, chunk_vectors, chunks
from app.knowledge.embedding_models import Vectors
from app.knowledge.searchable import searchable_text
from app.knowledge.versions import IndexVersion

_CHUNK = (
    chunks.c.article_id,
    chunks.c.revision,
    chunks.c.position,
    chunks.c.start,
    chunks.c.end,
    chunks.c.text,
    chunks.c.headings,
    chunks.c.page,
)
_SCAN_FROM = 2_000  # so many ids at once are had sooner by one pass over the version than one by one


def resolve(
    connection: Connection, version: IndexVersion, chunk_ids: Sequence[str], asker: Asker
) -> dict[str, tuple[Chunk, Article]]:
    of_article = (articles.c.source_id, articles.c.path, articles.c.title, articles.c.url, articles.c.updated_at)
    query = (
        select(*_CHUNK, *of_article)
        .join(articles, articles.c.id == chunks.c.article_id)
        .where(chunks.c.version_id == version.id, chunks.c.revision == articles.c.revision)
        .where(alive(), readable_by(asker))
    )
    rows = [
        row
        for ids in portions(dict.fromkeys(chunk_ids))
        for row in connection.execute(query.where(chunks.c.id.in_(ids))).all()
    ]
    audiences = audiences_of(connection, {row[0] for row in rows})
    found: dict[str, tuple[Chunk, Article]] = {}
    owners: dict[str, Article] = {}
    for row in rows:
        chunk = _chunk(row[: len(_CHUNK)])
        if chunk.article_id not in owners:
            source_id, path, title, url, updated_at = row[len(_CHUNK) :]
            shared_with = audiences[chunk.article_id]
            owners[chunk.article_id] = Article(
                chunk.article_id, source_id, path, title, url, shared_with, updated_at, chunk.revision
            )
        found[chunk.id] = (chunk, owners[chunk.article_id])
    return found


def of_article(connection: Connection, version: IndexVersion, article_id: str) -> list[Chunk]:
    query = select(*_CHUNK).where(chunks.c.version_id == version.id, chunks.c.article_id == article_id)
    return [_chunk(tuple(row)) for row in connection.execute(query.order_by(chunks.c.position))]


def neighbours(connection: Connection, version: IndexVersion, chunk: Chunk, before: int, after: int) -> list[Chunk]:
    query = select(*_CHUNK).where(
        chunks.c.version_id == version.id,
        chunks.c.article_id == chunk.article_id,
        chunks.c.revision == chunk.revision,
        chunks.c.position.between(chunk.position - before, chunk.position + after),
        chunks.c.position != chunk.position,
    )
    return [_chunk(tuple(row)) for row in connection.execute(query.order_by(chunks.c.position))]


def ids_of(connection: Connection, version: IndexVersion) -> set[str]:
    return set(connection.execute(select(chunks.c.id).where(chunks.c.version_id == version.id)).scalars())


def still_there(connection: Connection, version: IndexVersion, ids: Sequence[str]) -> set[str]:
    """Those of the ids that are (still) chunks."""
    there: set[str] = set()
    for portion in portions(ids):
        query = select(chunks.c.id).where(chunks.c.version_id == version.id, chunks.c.id.in_(portion))
        there.update(connection.execute(query).scalars())
    return there


def permitted(connection: Connection, version: IndexVersion, asker: Asker) -> set[str]:
    query = (
        select(chunks.c.id)
        .join(articles, articles.c.id == chunks.c.article_id)
        .where(chunks.c.version_id == version.id, alive(), readable_by(asker))
    )
    return set(connection.execute(query).scalars())


def vectors(connection: Connection, version: IndexVersion, ids: Sequence[str]) -> Vectors:
    query = (
        select(chunks.c.id, chunk_vectors.c.vector)
        .join(chunk_vectors, chunk_vectors.c.chunk_key == chunks.c.key)
        .where(chunks.c.version_id == version.id)
    )
    dimensions = version.recipe.embedding.dimensions
    stored: dict[str, bytes] = {}
    if len(ids) >= _SCAN_FROM:
        stored = dict(connection.execute(query).all())
    else:
        for portion in portions(ids):
            stored |= dict(connection.execute(query.where(chunks.c.id.in_(portion))).all())
    gone = bytes(4 * dimensions)
    joined = b"".join([stored.get(id_, gone) for id_ in ids])
    return np.frombuffer(joined, dtype="<f4").reshape(len(ids), dimensions)


def searchable_texts(connection: Connection, version: IndexVersion, ids: Sequence[str]) -> list[str]:
    query = (
        select(chunks.c.id, articles.c.title, chunks.c.headings, chunks.c.text)
        .join(articles, articles.c.id == chunks.c.article_id)
        .where(chunks.c.version_id == version.id)
    )
    texts: dict[str, str] = {}
    for portion in portions(ids):
        for id_, title, headings, text in connection.execute(query.where(chunks.c.id.in_(portion))):
            texts[id_] = searchable_text(title, tuple(headings), text)
    return [texts.get(id_, "") for id_ in ids]


def _chunk(row: Sequence[Any]) -> Chunk:
    article_id, revision, position, start, end, text, headings, page = row
    return Chunk(article_id, revision, position, start, end, text, tuple(headings), page)
