"""What the indexes still have to be told. Rows are written with the change itself, and settled when told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from app.knowledge.catalog.article_reads import portions
from app.knowledge.catalog.tables import outbox
from app.knowledge.versions import IndexVersion

PUT, REMOVE = "put", "remove"
VECTORS, WORDS = "vectors", "words"
TARGETS = (VECTORS, WORDS)


@dataclass(frozen=True)
class OutboxRow:
    """One chunk that one target has to put or remove; `seq` is the order of the changes."""

    seq: int
    operation: str
    chunk_id: str


def tell(
    connection: Connection, version_id: int, operation: str, ids: Iterable[str], targets: Sequence[str] = TARGETS
) -> None:
    rows = [
        {"version_id": version_id, "target": target, "operation": operation, "chunk_id": id_}
        for id_ in ids
        for target in targets
    ]
    if rows:
        connection.execute(insert(outbox), rows)


def pending(connection: Connection, version: IndexVersion, target: str, limit: int) -> list[OutboxRow]:
    query = (
        select(outbox.c.seq, outbox.c.operation, outbox.c.chunk_id)
        .where(outbox.c.version_id == version.id, outbox.c.target == target)
        .order_by(outbox.c.seq)
        .limit(limit)
    )
    return [OutboxRow(*row) for row in connection.execute(query)]


def settle(connection: Connection, target: str, seqs: Sequence[int]) -> None:
    for portion in portions(seqs):
        connection.execute(delete(outbox).where(outbox.c.seq.in_(portion), outbox.c.target == target))
