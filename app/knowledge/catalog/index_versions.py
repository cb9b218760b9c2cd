"""Which index versions there are, which one is live, how far another has come. Runs in the caller's transaction."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, func, insert, select, update

from app.errors import WrongUse
from app.knowledge.catalog.article_reads import alive
from app.knowledge.catalog.tables import articles, chunk_vectors, chunks, index_versions, outbox, state
from app.knowledge.embedding_models import EmbeddingIdentity
from app.knowledge.versions import IndexRecipe, IndexVersion, fields_of

_DROPPED_AT_ONCE = 2_000  # chunks: a tenth of a second, so that other writers hardly wait


def live(connection: Connection) -> IndexVersion | None:
    row = connection.execute(select(index_versions).where(index_versions.c.live)).first()
    return None if row is None else _version(row)


def kept(connection: Connection) -> list[IndexVersion]:
    query = select(index_versions).where(index_versions.c.dropped_at.is_(None)).order_by(index_versions.c.id)
    return [_version(row) for row in connection.execute(query)]


def is_kept(connection: Connection, version: IndexVersion) -> bool:
    dropped_at = select(index_versions.c.dropped_at).where(index_versions.c.id == version.id)
    return connection.execute(dropped_at).scalar() is None


def add(connection: Connection, recipe: IndexRecipe) -> IndexVersion:
    for version in kept(connection):
        if version.recipe == recipe:
            return version
    is_first = live(connection) is None
    values = {**fields_of(recipe), "live": is_first, "created_at": datetime.now(UTC)}
    id_ = connection.execute(insert(index_versions).values(values).returning(index_versions.c.id)).scalar_one()
    return IndexVersion(id_, recipe, live=is_first)


def chunk_count(connection: Connection, version: IndexVersion) -> int:
    query = select(func.count()).select_from(chunks).where(chunks.c.version_id == version.id)
    return connection.execute(query).scalar_one()


def articles_behind(connection: Connection, version: IndexVersion) -> list[str]:
    return list(connection.execute(_behind(version).order_by(articles.c.id)).scalars())


def make_live(connection: Connection, version: IndexVersion) -> bool:
    # First of all: whoever else changes articles touches this row too, and waits until we are done.
    connection.execute(update(state).values(change=state.c.change + 1))
    if not is_kept(connection, version):
        raise WrongUse(f"index version {version.id} has been dropped; `footnote index list` shows those there are")
    if connection.execute(_behind(version).limit(1)).first() is not None:
        return False
    connection.execute(update(index_versions).values(live=index_versions.c.id == version.id))
    return True


def drop_some(connection: Connection, version: IndexVersion) -> bool:
    """A part of it; True when there is no more of it. Until then it is a version like others, with gaps."""
    current = live(connection)
    if current is not None and current.id == version.id:
        raise WrongUse(f"index version {version.id} is the live one; switch to another before you drop it")
    some = select(chunks.c.key).where(chunks.c.version_id == version.id).limit(_DROPPED_AT_ONCE)
    keys = connection.execute(some).scalars().all()
    connection.execute(delete(chunk_vectors).where(chunk_vectors.c.chunk_key.in_(keys)))
    connection.execute(delete(chunks).where(chunks.c.key.in_(keys)))
    if keys:
        return False
    connection.execute(delete(outbox).where(outbox.c.version_id == version.id))
    dropped = update(index_versions).where(index_versions.c.id == version.id)
    connection.execute(dropped.values(dropped_at=datetime.now(UTC)))
    return True


def _behind(version: IndexVersion) -> Select[Any]:
    """Articles that the live version has and this one has not, or not as they are now."""
    living = select(index_versions.c.id).where(index_versions.c.live).scalar_subquery()
    own = (chunks.c.article_id == articles.c.id) & (chunks.c.revision == articles.c.revision)
    return select(articles.c.id).where(
        alive(),
        exists().where(own, chunks.c.version_id == living),
        ~exists().where(own, chunks.c.version_id == version.id),
    )


def _version(row: Row[Any]) -> IndexVersion:
    names = EmbeddingIdentity.__dataclass_fields__
    embedding = EmbeddingIdentity(**{name: row._mapping[name] for name in names})
    return IndexVersion(row.id, IndexRecipe(embedding, row.chunker), row.live)
