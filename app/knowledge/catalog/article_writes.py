"""Changes to articles: each is one transaction of the caller's, with the outbox rows that tell the indexes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update

from app.errors import ConcurrentChange, VersionMismatch
from app.knowledge.articles import Article, Chunk
from app.knowledge.catalog import answers, article_reads, index_versions, outbox
from app.knowledge.catalog.tables import article_audiences, articles, chunk_vectors, chunks, revisions, state
from app.knowledge.embedding_models import Vectors
from app.knowledge.versions import IndexVersion


def replace(
    connection: Connection,
    version: IndexVersion,
    article: Article,
    text: str,
    bytes_hash: str,
    pieces: Sequence[Chunk],
    vectors: Vectors,
) -> None:
    _check(version, article, text, pieces, vectors)
    expected = article_reads.next_revision(connection, article.id)
    if article.revision != expected:
        raise ConcurrentChange(
            f"{article.path} was changed by another process meanwhile (revision {article.revision} was taken; "
            f"the next is {expected}); run the ingest again"
        )
    _drop_chunks(connection, article.id)
    connection.execute(update(revisions).where(revisions.c.article_id == article.id).values(text=None))
    _save(connection, article, bytes_hash, is_new=expected == 1)
    connection.execute(
        insert(revisions).values(
            article_id=article.id,
            number=article.revision,
            text=text,
            text_hash=text_hash(text),
            created_at=datetime.now(UTC),
        )
    )
    _add_chunks(connection, version, pieces, vectors)
    _moved(connection)
    _refuse_unless_live(connection, version)


def add_chunks(
    connection: Connection, version: IndexVersion, article: Article, pieces: Sequence[Chunk], vectors: Vectors
) -> bool:
    current = article_reads.seen(connection, article.id)
    if current is None or current.article.revision != article.revision:
        return False
    if version.id in _chunks_of(connection, article.id):
        return False
    text = article_reads.revision(connection, article.id, article.revision, None).text
    _check(version, article, text, pieces, vectors)
    _add_chunks(connection, version, pieces, vectors)
    return True


def update_article(connection: Connection, article: Article, bytes_hash: str) -> None:
    current = article_reads.article(connection, article.id, None)
    if article.revision != current.revision:
        raise ConcurrentChange(f"{article.path} was changed by another process meanwhile; run the ingest again")
    _save(connection, article, bytes_hash, is_new=False)
    if article.title != current.title:
        for version_id, ids in _chunks_of(connection, article.id).items():
            outbox.tell(connection, version_id, outbox.PUT, ids, [outbox.WORDS])
    _moved(connection)


def remove(connection: Connection, article_id: str) -> None:
    article_reads.article(connection, article_id, None)
    _drop_chunks(connection, article_id)
    connection.execute(delete(revisions).where(revisions.c.article_id == article_id))
    connection.execute(delete(article_audiences).where(article_audiences.c.article_id == article_id))
    tombstone = {"path": "", "title": "", "url": "", "bytes_hash": "", "removed_at": datetime.now(UTC)}
    connection.execute(update(articles).where(articles.c.id == article_id).values(tombstone))
    answers.blank(connection, article_id)
    _moved(connection)


def _refuse_unless_live(connection: Connection, version: IndexVersion) -> None:
    """Asked last, when our row of `state` holds off a switch: an article is never published where nobody looks."""
    live = index_versions.live(connection)
    if live is None or live.id != version.id:
        raise VersionMismatch(
            f"index version {live.id if live else 'none'} has become the live one, and this process works for version "
            f"{version.id}; start it again"
        )


def text_hash(text: str) -> str:
    """SHA-256 of the text, lone surrogates included: the same for the same code points."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _check(version: IndexVersion, article: Article, text: str, pieces: Sequence[Chunk], vectors: Vectors) -> None:
    dimensions = version.recipe.embedding.dimensions
    if vectors.shape != (len(pieces), dimensions):
        raise ValueError(
            f"{len(pieces)} chunks need vectors of shape ({len(pieces)}, {dimensions}), not {vectors.shape}"
        )
    if not np.isfinite(vectors).all():
        raise ValueError(f"a vector of {article.path} has a number that is none (NaN or infinite)")
    if not article.audiences:
        raise ValueError(f"{article.path} has no audience: nobody could read it")
    for piece in pieces:
        if (piece.article_id, piece.revision) != (article.id, article.revision):
            raise ValueError(f"chunk {piece.id} is not of article {article.id}, revision {article.revision}")
        if piece.text != text[piece.start : piece.end]:
            raise ValueError(f"chunk {piece.id} is not the text between its offsets {piece.start} and {piece.end}")


def _save(connection: Connection, article: Article, bytes_hash: str, is_new: bool) -> None:
    values = {
        "source_id": article.source_id,
        "path": article.path,
        "title": article.title,
        "url": article.url,
        "updated_at": article.updated_at,
        "revision": article.revision,
        "bytes_hash": bytes_hash,
        "removed_at": None,
    }
    if is_new:
        connection.execute(insert(articles).values(id=article.id, **values))
    else:
        connection.execute(update(articles).where(articles.c.id == article.id).values(values))
        connection.execute(delete(article_audiences).where(article_audiences.c.article_id == article.id))
    shared_with = [{"article_id": article.id, "audience": audience} for audience in sorted(article.audiences)]
    connection.execute(insert(article_audiences), shared_with)


def _add_chunks(connection: Connection, version: IndexVersion, pieces: Sequence[Chunk], vectors: Vectors) -> None:
    if not pieces:
        return
    rows = [
        {
            "version_id": version.id,
            "id": piece.id,
            "article_id": piece.article_id,
            "revision": piece.revision,
            "position": piece.position,
            "start": piece.start,
            "end": piece.end,
            "text": piece.text,
            "headings": list(piece.headings),
            "page": piece.page,
        }
        for piece in pieces
    ]
    connection.execute(insert(chunks), rows)
    stored = select(chunks.c.id, chunks.c.key).where(
        chunks.c.article_id == pieces[0].article_id, chunks.c.version_id == version.id
    )
    keys = dict(connection.execute(stored).all())
    exact = np.ascontiguousarray(vectors, dtype="<f4")
    connection.execute(
        insert(chunk_vectors),
        [
            {"chunk_key": keys[piece.id], "vector": vector.tobytes()}
            for piece, vector in zip(pieces, exact, strict=True)
        ],
    )
    outbox.tell(connection, version.id, outbox.PUT, keys)


def _drop_chunks(connection: Connection, article_id: str) -> None:
    """From every index version: their text is gone with the revision. Vectors go with their chunks."""
    for version_id, ids in _chunks_of(connection, article_id).items():
        outbox.tell(connection, version_id, outbox.REMOVE, ids)
    connection.execute(delete(chunks).where(chunks.c.article_id == article_id))


def _chunks_of(connection: Connection, article_id: str) -> dict[int, list[str]]:
    query = select(chunks.c.version_id, chunks.c.id).where(chunks.c.article_id == article_id)
    ids: dict[int, list[str]] = {}
    for version_id, id_ in connection.execute(query.order_by(chunks.c.key)):
        ids.setdefault(version_id, []).append(id_)
    return ids


def _moved(connection: Connection) -> None:
    connection.execute(update(state).values(change=state.c.change + 1))
