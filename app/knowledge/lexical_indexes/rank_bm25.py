"""Words in memory, by rank-bm25 over the catalog's texts: for small sets, and the plain oracle of tantivy in tests."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from threading import Lock

import numpy as np
from rank_bm25 import BM25Okapi  # type: ignore[import-untyped]  # it ships no types

from app.knowledge import words
from app.knowledge.bm25 import K1, B
from app.knowledge.catalog import Catalog
from app.knowledge.versions import IndexVersion
from app.settings import Settings

ASKERS_REMEMBERED = 4


class _LuceneBM25(BM25Okapi):  # type: ignore[misc]  # so its class is Any
    """BM25 as Lucene and tantivy compute it: an idf that is never negative, where Okapi's is bent up to a floor."""

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        self.idf = {term: math.log(1 + (self.corpus_size - n + 0.5) / (n + 0.5)) for term, n in nd.items()}


@dataclass(frozen=True)
class _Snapshot:
    """The catalog's words as they stood at one of its changes; replaced whole, so that readers need no lock."""

    change: int
    terms: Mapping[str, tuple[str, list[str]]]  # chunk id -> its searchable text and what became of it
    bm25: _LuceneBM25 | None  # None when there is no term at all, which rank-bm25 cannot bear


class RankBM25LexicalIndex:
    """Holds nothing of its own: what the catalog has is what is found, at once. `put` and `remove` are no-ops."""

    def __init__(self, catalog: Catalog, version: IndexVersion) -> None:
        self._catalog = catalog
        self._version = version
        self._lock = Lock()
        self._snapshot = _Snapshot(-1, {}, None)
        self._within: tuple[tuple[Set[str], _Snapshot], ...] = ()  # what the last askers may see, of that snapshot

    def put(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Nothing to do: the catalog has them already."""

    def remove(self, ids: Sequence[str]) -> None:
        """Nothing to do: what the catalog forgot is not found."""

    def matching(
        self, terms: Mapping[str, float], limit: int, within: Set[str] | None = None
    ) -> list[tuple[str, float]]:
        snapshot = self._fresh(within)
        if snapshot.bm25 is None:
            return []
        scores = np.zeros(len(snapshot.terms))
        for term, weight in terms.items():
            scores += weight * snapshot.bm25.get_scores([term])
        found = [(id_, float(score)) for id_, score in zip(snapshot.terms, scores, strict=True) if score > 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def holds(self, ids: Set[str]) -> int:
        return len(ids & self._fresh().terms.keys())

    def ids(self) -> set[str]:
        return set(self._fresh().terms)

    def clear(self) -> None:
        """Drop the copy in memory; the next call reads the catalog again."""
        with self._lock:
            self._snapshot, self._within = _Snapshot(-1, {}, None), ()

    def close(self) -> None:
        self.clear()

    def _fresh(self, within: Set[str] | None = None) -> _Snapshot:
        with self._lock:
            # Asked before the texts are read: a change in between makes the next call refresh once more.
            change = self._catalog.change()
            if change != self._snapshot.change:
                self._snapshot, self._within = self._refreshed(self._snapshot, change), ()
            if within is None:
                return self._snapshot
            known = next((snapshot for asked, snapshot in self._within if asked is within), None)
            if known is None:
                own = {id_: said for id_, said in self._snapshot.terms.items() if id_ in within}
                known = _snapshot(change, own)
                self._within = ((within, known), *self._within[: ASKERS_REMEMBERED - 1])
            return known

    def _refreshed(self, old: _Snapshot, change: int) -> _Snapshot:
        ids = sorted(self._catalog.chunk_ids(self._version))
        fresh: dict[str, tuple[str, list[str]]] = {}
        for id_, text in zip(ids, self._catalog.searchable_texts(self._version, ids), strict=True):
            known = old.terms.get(id_)
            fresh[id_] = known if known and known[0] == text else (text, words.terms(text))
        return _snapshot(change, fresh)


def _snapshot(change: int, said: Mapping[str, tuple[str, list[str]]]) -> _Snapshot:
    corpus = [terms for _, terms in said.values()]
    return _Snapshot(change, said, _LuceneBM25(corpus, k1=K1, b=B) if any(corpus) else None)


def build(settings: Settings, version: IndexVersion, catalog: Catalog) -> RankBM25LexicalIndex:
    return RankBM25LexicalIndex(catalog, version)
