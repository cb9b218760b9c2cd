"""Whether both indexes hold exactly the catalog's chunks, id by id, and how they come to do so again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import ServiceUnavailable
from app.knowledge.catalog import VECTORS, WORDS, Catalog, holder_here
from app.knowledge.derived import DerivedIndex, derived_indexes
from app.knowledge.lexical_indexes import LexicalIndex
from app.knowledge.publishing import AT_ONCE, LEASE
from app.knowledge.vector_stores import VectorStore
from app.knowledge.versions import IndexVersion


@dataclass(frozen=True)
class AuditReport:
    """Every id that differs; counts and samples would prove nothing. An index that cannot be read holds nothing."""

    index_version: int
    articles: int
    chunks: int
    vectors: int
    words: int
    missing_vectors: tuple[str, ...]  # what the catalog has and the store lacks, sorted
    orphan_vectors: tuple[str, ...]  # what the store has and the catalog lacks
    missing_words: tuple[str, ...]
    orphan_words: tuple[str, ...]
    problems: tuple[str, ...] = ()  # why an index could not be read

    @property
    def in_step(self) -> bool:
        differing = (self.missing_vectors, self.orphan_vectors, self.missing_words, self.orphan_words, self.problems)
        return not any(differing)

    def as_json(self) -> dict[str, Any]:
        """As `footnote audit --json` prints it."""
        return {
            "in_step": self.in_step,
            "chunks": {"catalog": self.chunks, "vectors": self.vectors, "words": self.words},
            "missing_vectors": list(self.missing_vectors),
            "orphan_vectors": list(self.orphan_vectors),
            "missing_words": list(self.missing_words),
            "orphan_words": list(self.orphan_words),
            "articles": self.articles,
            "index_version": self.index_version,
            "problems": list(self.problems),
        }


@dataclass(frozen=True)
class RepairReport:
    """What was done to each index, in chunks; `rebuilt` names those that were cleared and filled anew."""

    put: dict[str, int]
    removed: dict[str, int]
    rebuilt: tuple[str, ...]


def audit(
    catalog: Catalog, version: IndexVersion, store: VectorStore, lexical: LexicalIndex, patience: float = 60.0
) -> AuditReport:
    """Compare every id. Nobody publishes meanwhile; chunks that were not published yet count as missing.

    Raises:
        LeaseHeld: another process has been publishing for `patience` seconds and still is.
    """
    held: dict[str, set[str]] = {VECTORS: set(), WORDS: set()}
    problems = []
    with catalog.lease(LEASE, holder_here(), patience=patience):
        before = catalog.chunk_ids(version)
        for index in derived_indexes(catalog, version, store, lexical):
            try:
                held[index.target] = index.ids()
            except ServiceUnavailable as problem:
                problems.append(str(problem))
        after = catalog.chunk_ids(version)
        articles = len(catalog.articles(None))
    # Ingestion may commit meanwhile: what came or went since we began is neither missing nor an orphan.
    lasting, ever = before & after, before | after
    return AuditReport(
        index_version=version.id,
        articles=articles,
        chunks=len(after),
        vectors=len(held[VECTORS]),
        words=len(held[WORDS]),
        missing_vectors=_sorted(lasting - held[VECTORS]),
        orphan_vectors=_sorted(held[VECTORS] - ever),
        missing_words=_sorted(lasting - held[WORDS]),
        orphan_words=_sorted(held[WORDS] - ever),
        problems=tuple(problems),
    )


def repair(
    catalog: Catalog,
    version: IndexVersion,
    store: VectorStore,
    lexical: LexicalIndex,
    from_scratch: bool = False,
    patience: float = 60.0,
) -> RepairReport:
    """Bring both indexes in step from the catalog alone; nothing is embedded again.

    An index whose ids cannot be read is cleared and filled anew; with `from_scratch` both are, which also mends
    what ids do not show.

    Raises:
        ServiceUnavailable: an index can be neither read nor rebuilt; the other has been repaired.
        LeaseHeld: another process has been publishing for `patience` seconds and still is.
    """
    put: dict[str, int] = {}
    removed: dict[str, int] = {}
    rebuilt: list[str] = []
    failures: list[ServiceUnavailable] = []
    with catalog.lease(LEASE, holder_here(), patience=patience):
        for index in derived_indexes(catalog, version, store, lexical):
            try:
                held = None if from_scratch else _ids_if_readable(index)
                if held is None:
                    index.clear()
                    rebuilt.append(index.target)
                there = catalog.chunk_ids(version)
                put[index.target] = _put(index, sorted(there - (held or set())))
                removed[index.target] = _remove(index, sorted((held or set()) - there))
            except ServiceUnavailable as failure:
                failures.append(failure)
    if failures:
        raise failures[0]
    return RepairReport(put, removed, tuple(rebuilt))


def _ids_if_readable(index: DerivedIndex) -> set[str] | None:
    try:
        return index.ids()
    except ServiceUnavailable:
        return None


def _put(index: DerivedIndex, ids: Sequence[str]) -> int:
    for start in range(0, len(ids), AT_ONCE):
        index.put(ids[start : start + AT_ONCE])
    return len(ids)


def _remove(index: DerivedIndex, ids: Sequence[str]) -> int:
    if ids:
        index.remove(ids)
    return len(ids)


def _sorted(ids: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))
