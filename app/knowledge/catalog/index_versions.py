"""Which index versions there are. Every function runs in the caller's transaction."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from app.knowledge.catalog.tables import index_versions
from app.knowledge.embedding_models import EmbeddingIdentity
from app.knowledge.versions import IndexRecipe, IndexVersion, fields_of


def live(connection: Connection) -> IndexVersion | None:
    row = connection.execute(select(index_versions).where(index_versions.c.live)).first()
    return None if row is None else _version(row)


def add(connection: Connection, recipe: IndexRecipe) -> IndexVersion:
    rows = connection.execute(select(index_versions).order_by(index_versions.c.id)).all()
    for row in rows:
        if _version(row).recipe == recipe:
            return _version(row)
    values = {**fields_of(recipe), "live": not rows, "created_at": datetime.now(UTC)}
    id_ = connection.execute(insert(index_versions).values(values).returning(index_versions.c.id)).scalar_one()
    return IndexVersion(id_, recipe, live=not rows)


def _version(row: Row[Any]) -> IndexVersion:
    names = EmbeddingIdentity.__dataclass_fields__
    embedding = EmbeddingIdentity(**{name: row._mapping[name] for name in names})
    return IndexVersion(row.id, IndexRecipe(embedding, row.chunker), row.live)
