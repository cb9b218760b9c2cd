"""The one door to search. What an index finds is a guess until the catalog says: alive, current, for this asker."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from app.errors import ServiceUnavailable, VersionMismatch
from app.knowledge.articles import Asker, Passage
from app.knowledge.catalog import VECTORS, WORDS, Catalog
from app.knowledge.embedding_models import EmbeddingModel, Vectors
from app.knowledge.lexical_indexes import LexicalIndex
from app.knowledge.publishing import publish
from app.knowledge.vector_stores import VectorStore
from app.knowledge.versions import IndexVersion
from app.knowledge.words import query_terms

_SPARE = 1.2  # asked of an index beyond the limit: what is replaced or forbidden drops out
_DEEPER = 5  # times as many, when too few were left
_ASKERS_REMEMBERED = 16

Candidates = Sequence[tuple[str, float]]  # (chunk id, score), best first


class ExactScan(Protocol):
    """What `vector_stores.exact` offers beyond its port: a mask of what may be found."""

    def nearest(self, vector: Vectors, limit: int, within: Set[str] | None = None) -> list[tuple[str, float]]: ...


@dataclass(frozen=True)
class Found:
    """Passages, best first, and what the asker should know about the search, one sentence each."""

    passages: list[Passage]
    notes: tuple[str, ...] = ()


class KnowledgeIndex:
    """Search by meaning and by words over one index version.

    Args:
        vector_store: None where there is no server; then the exact scan is the normal way, without a note.
        exact: scans the catalog's own vectors; the fallback for a store that is away or found too little.
    """

    def __init__(
        self,
        catalog: Catalog,
        version: IndexVersion,
        embedding_model: EmbeddingModel,
        vector_store: VectorStore | None,
        lexical_index: LexicalIndex,
        exact: ExactScan,
    ) -> None:
        self._catalog = catalog
        self._version = version
        self._embedding_model = embedding_model
        self._vector_store = vector_store
        self._lexical_index = lexical_index
        self._exact = exact
        self._permitted = _Permitted(catalog, version)

    def by_meaning(self, query: str | Vectors, asker: Asker, limit: int) -> Found:
        """The `limit` passages nearest to a text, or to a vector made of several; scores are cosine similarities.

        Raises:
            VersionMismatch: this index version has been dropped since it was opened.
        """
        self._refuse_dropped()
        vector = self._embedding_model.embed_query(query) if isinstance(query, str) else query
        readable = self._permitted.to(asker)
        if self._vector_store is None or not readable.is_all:
            # A store's search is approximate: what it finds of the readable would depend on what is not.
            return Found(self._scan(vector, asker, limit))
        depth = int(limit * _SPARE)
        try:
            candidates = self._vector_store.nearest(vector, depth)
        except ServiceUnavailable as problem:
            return Found(self._scan(vector, asker, limit), (f"{problem}; the catalog was searched instead",))
        passages = self._passages(candidates, asker)[:limit]
        if len(passages) >= min(limit, len(readable.ids)):
            return Found(passages)
        has_lost = len(candidates) < min(depth, len(readable.ids))
        return Found(self._scan(vector, asker, limit), self._doubts(VECTORS, candidates, has_lost))

    def by_words(self, query: str | Mapping[str, float], asker: Asker, limit: int) -> Found:
        """The `limit` passages that share most with a text, or with weighted terms; scores are BM25."""
        terms = query_terms(query) if isinstance(query, str) else query
        if not terms:
            return Found([])
        depth, readable = int(limit * _SPARE), self._permitted.to(asker).ids
        try:
            candidates = self._lexical_index.matching(terms, depth, readable)
            passages = self._passages(candidates, asker)[:limit]
            while len(passages) < limit and len(candidates) == depth:  # they have changed since they were listed
                depth *= _DEEPER
                candidates = self._lexical_index.matching(terms, depth, readable)
                passages = self._passages(candidates, asker)[:limit]
            has_lost = len(passages) < limit and self._lexical_index.holds(readable) < len(readable)
        except ServiceUnavailable as problem:
            return Found([], (f"{problem}; only meaning was searched",))
        return Found(passages, self._late_or_lost(WORDS) if has_lost else ())

    def similarities(self, vector: Vectors, chunk_ids: Sequence[str]) -> dict[str, float]:
        """The exact cosine of each chunk, for those that only words have found."""
        rows = self._catalog.vectors(self._version, chunk_ids)
        return dict(zip(chunk_ids, (rows @ vector).tolist(), strict=True))

    def publish(self) -> int:
        """Tell both indexes what has changed; rows told. See `app.knowledge.publishing`."""
        return publish(self._catalog, self._version, self._vector_store, self._lexical_index)

    def _refuse_dropped(self) -> None:
        """An empty index would say, of every question, that no article answers it."""
        if not self._catalog.is_kept(self._version):
            raise VersionMismatch(
                f"index version {self._version.id} has been dropped since this process opened it; start it again"
            )

    def _scan(self, vector: Vectors, asker: Asker, limit: int) -> list[Passage]:
        """Exact, among what this asker may read."""
        readable = self._permitted.to(asker)
        within = None if readable.is_all else readable.ids
        passages = self._passages(self._exact.nearest(vector, int(limit * _SPARE), within), asker)[:limit]
        if len(passages) in (limit, len(readable.ids)):
            return passages
        # Some have changed since they were listed.
        return self._passages(self._exact.nearest(vector, limit, self._permitted.to(asker).ids), asker)

    def _passages(self, candidates: Candidates, asker: Asker) -> list[Passage]:
        """What the catalog says of the candidates, in their order; the others never leave this file."""
        known = self._catalog.resolve(self._version, [id_ for id_, _ in candidates], asker)
        return [Passage(*known[id_], score) for id_, score in candidates if id_ in known]

    def _doubts(self, target: str, candidates: Candidates, has_lost: bool) -> tuple[str, ...]:
        """A note when an index that should be up to date has lost chunks, or finds mostly what the catalog lacks."""
        ids = [id_ for id_, _ in candidates]
        strangers = len(ids) - len(self._catalog.still_there(self._version, ids))
        return self._late_or_lost(target) if has_lost or strangers > len(ids) / 2 else ()

    def _late_or_lost(self, target: str) -> tuple[str, ...]:
        if self._catalog.pending(self._version, target, limit=1):
            return ()  # it has not been told yet: no damage, just late
        return (f"the index of {target} is not in step with the catalog; run `footnote repair`",)


@dataclass(frozen=True)
class _Readable:
    """The chunks an asker may see, and whether there are no others."""

    ids: frozenset[str]
    is_all: bool


class _Permitted:
    """Which chunks an asker may see, remembered until the catalog changes."""

    def __init__(self, catalog: Catalog, version: IndexVersion) -> None:
        self._catalog = catalog
        self._version = version
        self._lock = Lock()
        self._change = -1
        self._known: dict[frozenset[str], _Readable] = {}

    def to(self, asker: Asker) -> _Readable:
        change = self._catalog.change()  # asked first: a change while the ids are read makes the next call read again
        with self._lock:
            if change != self._change or len(self._known) >= _ASKERS_REMEMBERED:
                self._change, self._known = change, {}
            if asker.audiences not in self._known:
                ids = frozenset(self._catalog.permitted(self._version, asker))
                self._known[asker.audiences] = _Readable(ids, len(ids) == self._catalog.chunk_count(self._version))
            return self._known[asker.audiences]
