"""Tells the vector store and the lexical index what the catalog has changed. May be killed anywhere and run again."""

from app.errors import LeaseHeld, ServiceUnavailable
from app.knowledge.catalog import PUT, REMOVE, Catalog, Lease, holder_here
from app.knowledge.derived import DerivedIndex, derived_indexes
from app.knowledge.lexical_indexes import LexicalIndex
from app.knowledge.vector_stores import VectorStore
from app.knowledge.versions import IndexVersion

LEASE = "publish"  # who holds it is the only one who writes to the indexes
AT_ONCE = 5000  # rows: some 8 MB of vectors, and one commit of the words


def publish(
    catalog: Catalog,
    version: IndexVersion,
    vector_store: VectorStore | None,
    lexical_index: LexicalIndex,
    patience: float = 60.0,
) -> int:
    """Drain the outbox; rows told. A store that is None keeps its rows for later.

    A row is settled after its index has taken it, and taking it twice changes nothing: whatever was under way when
    a process died is told again. Whoever else is publishing tells our rows too; we wait until that is done.

    Raises:
        ServiceUnavailable: an index did not answer, after the other was told all; its rows stay for the next time.
        LeaseHeld: another process has been publishing for `patience` seconds and still is.
    """
    indexes = derived_indexes(catalog, version, vector_store, lexical_index)
    if not any(catalog.pending(version, index.target, limit=1) for index in indexes):
        return 0
    told, failures = 0, list[ServiceUnavailable]()
    with catalog.lease(LEASE, holder_here(), patience=patience) as lease:
        for index in indexes:
            try:
                told += _drain(catalog, version, index, lease)
            except ServiceUnavailable as failure:
                failures.append(failure)
        catalog.checkpoint()
    if failures:
        raise failures[0]
    return told


def _drain(catalog: Catalog, version: IndexVersion, index: DerivedIndex, lease: Lease) -> int:
    told = 0
    while rows := catalog.pending(version, index.target, limit=AT_ONCE):
        if not lease.still_held:
            raise LeaseHeld("this process was stopped for so long that another took over publishing; run it again")
        last = {row.chunk_id: row.operation for row in rows}
        if gone := [id_ for id_, operation in last.items() if operation == REMOVE]:
            index.remove(gone)
        # A chunk that was replaced or removed meanwhile is skipped; its own row to remove it follows.
        wanted = [id_ for id_, operation in last.items() if operation == PUT]
        there = catalog.still_there(version, wanted)
        if new := [id_ for id_ in wanted if id_ in there]:
            index.put(new)
        catalog.settle(index.target, [row.seq for row in rows])
        told += len(rows)
    return told
