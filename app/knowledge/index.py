"""The one door to search. What an index finds is a guess until the catalog says: alive, current, for this asker."""

from collections.abc import Mapping, Sequence
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

    def nearest(self, vector: Vectors, limit: int, within: set[str] | None = None) -> list[tuple[str, float]]: ...


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
        if self._vector_store is None:
            return Found(self._scan(vector, asker, limit))
        depth = int(limit * _SPARE)
        try:
            candidates = self._vector_store.nearest(vector, depth)
        except ServiceUnavailable as problem:
            return Found(self._scan(vector, asker, limit), (f"{problem}; the catalog was searched instead",))
        passages = self._passages(candidates, asker)[:limit]
        readable = len(self._permitted.to(asker)) if len(passages) < limit else limit
        if len(passages) >= min(limit, readable):
            return Found(passages)
        has_lost = len(candidates) < min(depth, readable)
        return Found(self._scan(vector, asker, limit), self._doubts(VECTORS, candidates, has_lost))

    def by_words(self, query: str | Mapping[str, float], asker: Asker, limit: int) -> Found:
        """The `limit` passages that share most with a text, or with weighted terms; scores are BM25."""
        terms = query_terms(query) if isinstance(query, str) else query
        if not terms:
            return Found([])
        depth = int(limit * _SPARE)
        try:
            candidates = self._lexical_index.matching(terms, depth)
            passages = self._passages(candidates, asker)[:limit]
            while len(passages) < limit and len(candidates) == depth:
                depth *= _DEEPER
                candidates = self._lexical_index.matching(terms, depth)
                allowed = self._permitted.to(asker)
                passages = self._passages([found for found in candidates if found[0] in allowed][:limit], asker)
        except ServiceUnavailable as problem:
            return Found([], (f"{problem}; only meaning was searched",))
        return Found(passages, self._doubts(WORDS, candidates) if len(passages) < limit else ())

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
        """Exact: first as if all were readable, which is quick and mostly true; else among what is readable."""
        passages = self._passages(self._exact.nearest(vector, int(limit * _SPARE)), asker)[:limit]
        if len(passages) == limit:
            return passages
        readable = self._permitted.to(asker)
        if len(passages) == len(readable):
            return passages
        return self._passages(self._exact.nearest(vector, limit, within=readable), asker)

    def _passages(self, candidates: Candidates, asker: Asker) -> list[Passage]:
        """What the catalog says of the candidates, in their order; the others never leave this file."""
        known = self._catalog.resolve(self._version, [id_ for id_, _ in candidates], asker)
        return [Passage(*known[id_], score) for id_, score in candidates if id_ in known]

    def _doubts(self, target: str, candidates: Candidates, has_lost: bool = False) -> tuple[str, ...]:
        """A note when an index that should be up to date has lost chunks, or finds mostly what the catalog lacks."""
        ids = [id_ for id_, _ in candidates]
        strangers = len(ids) - len(self._catalog.still_there(self._version, ids))
        if not has_lost and strangers <= len(ids) / 2:
            return ()
        if self._catalog.pending(self._version, target, limit=1):
            return ()  # it has not been told yet: no damage, just late
        return (f"the index of {target} is not in step with the catalog; run `footnote repair`",)


class _Permitted:
    """Which chunks an asker may see, remembered until the catalog changes."""

    def __init__(self, catalog: Catalog, version: IndexVersion) -> None:
        self._catalog = catalog
        self._version = version
        self._lock = Lock()
        self._change = -1
        self._ids: dict[frozenset[str], set[str]] = {}

    def to(self, asker: Asker) -> set[str]:
        change = self._catalog.change()  # asked first: a change while the ids are read makes the next call read again
        with self._lock:
            if change != self._change or len(self._ids) >= _ASKERS_REMEMBERED:
                self._change, self._ids = change, {}
            if asker.audiences not in self._ids:
                self._ids[asker.audiences] = self._catalog.permitted(self._version, asker)
            return self._ids[asker.audiences]
