"""Chunks and their vectors as search needs them. Every function runs in the caller's transaction."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, Select, select

from app.knowledge.articles import Article, Asker, Chunk
from app.knowledge.catalog.article_reads import alive, portions, readable_by, with_audiences
from app.knowledge.catalog.tables import articles, chunk_vectors, chunks
from app.knowledge.embedding_models import Vectors
from app.knowledge.searchable import searchable_text
from app.knowledge.versions import IndexVersion

_SCAN_FROM = 2_000  # so many ids at once are had sooner by one pass over the version than one by one


def resolve(
    connection: Connection, version: IndexVersion, chunk_ids: Sequence[str], asker: Asker
) -> dict[str, tuple[Chunk, Article]]:
    found: dict[str, Chunk] = {}
    owners: dict[str, Row[Any]] = {}
    for ids in portions(dict.fromkeys(chunk_ids)):
        rows = connection.execute(_of_version(version).where(chunks.c.id.in_(ids))).all()
        found |= {row.id: _chunk(row) for row in rows}
        query = select(articles).where(articles.c.id.in_({row.article_id for row in rows}), alive(), readable_by(asker))
        owners |= {row.id: row for row in connection.execute(query)}
    allowed = with_audiences(connection, list(owners.values()))
    return {
        id_: (chunk, allowed[chunk.article_id])
        for id_, chunk in found.items()
        if chunk.article_id in allowed and chunk.revision == allowed[chunk.article_id].revision
    }


def neighbours(connection: Connection, version: IndexVersion, chunk: Chunk, before: int, after: int) -> list[Chunk]:
    query = _of_version(version).where(
        chunks.c.article_id == chunk.article_id,
        chunks.c.revision == chunk.revision,
        chunks.c.position.between(chunk.position - before, chunk.position + after),
        chunks.c.position != chunk.position,
    )
    return [_chunk(row) for row in connection.execute(query.order_by(chunks.c.position))]


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
        stored = dict(connection.execute(query).tuples().all())
    else:
        for portion in portions(ids):
            stored.update(connection.execute(query.where(chunks.c.id.in_(portion))).tuples().all())
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


def _of_version(version: IndexVersion) -> Select[Any]:
    return select(chunks).where(chunks.c.version_id == version.id)


def _chunk(row: Row[Any]) -> Chunk:
    return Chunk(
        article_id=row.article_id,
        revision=row.revision,
        position=row.position,
        start=row.start,
        end=row.end,
        text=row.text,
        headings=tuple(row.headings),
        page=row.page,
    )
