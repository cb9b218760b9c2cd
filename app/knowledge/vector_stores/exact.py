"""Scans the catalog's own vectors: the plain truth, no server, 10 ms at 100,000 chunks. Fake, fallback and oracle."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.knowledge.catalog import Catalog
from app.knowledge.embedding_models import Vectors
from app.knowledge.versions import IndexVersion
from app.settings import Settings

Rows: TypeAlias = NDArray[np.intp]

ASKERS_REMEMBERED = 16
ROUNDING = 1e-5  # of a cosine: more than a product of many rows at once may be off, depending on which rows they are


@dataclass(frozen=True)
class _Snapshot:
    """The catalog's vectors as they stood at one of its changes; replaced whole, so that readers need no lock."""

    change: int
    ids: tuple[str, ...]
    vectors: Vectors  # (len(ids), dimensions)
    rows_within: list[tuple[Set[str], Rows]] = field(default_factory=list)  # of the last askers


class ExactVectorStore:
    """Holds nothing of its own: what the catalog has is what is found, at once. `put` and `remove` are no-ops."""

    def __init__(self, catalog: Catalog, version: IndexVersion) -> None:
        self._catalog = catalog
        self._version = version
        self._lock = Lock()
        self._snapshot = _Snapshot(-1, (), np.empty((0, version.recipe.embedding.dimensions), np.float32))

    def put(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Nothing to do: the catalog has them already."""

    def remove(self, ids: Sequence[str]) -> None:
        """Nothing to do: what the catalog forgot is not found."""

    def nearest(self, vector: Vectors, limit: int, within: Set[str] | None = None) -> list[tuple[str, float]]:
        """(chunk id, cosine similarity), best first; equals in the order of their ids.

        Args:
            within: only these ids, when given: what an asker may see. The result is, to the last bit, what it would
                be if there were no others. The same object is taken for the same set. Only this adapter has it.
        """
        snapshot = self._fresh()
        own = vector.astype(np.float32)
        roughly = snapshot.vectors @ own
        rows = np.arange(len(snapshot.ids)) if within is None else _rows_within(snapshot, within)
        if 0 < limit < len(rows):
            last = np.partition(roughly[rows], -limit)[-limit]
            rows = rows[roughly[rows] >= last - ROUNDING]
        exactly = (snapshot.vectors[rows] * own).sum(axis=1, dtype=np.float64)
        pairs = [(snapshot.ids[row], cosine) for row, cosine in zip(rows, exactly.tolist(), strict=True)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def ids(self) -> set[str]:
        return set(self._fresh().ids)

    def clear(self) -> None:
        """Drop the copy in memory; the next call reads the catalog again."""
        with self._lock:
            self._snapshot = _Snapshot(-1, (), self._snapshot.vectors[:0])

    def close(self) -> None:
        self.clear()

    def _fresh(self) -> _Snapshot:
        """The newest snapshot; only vectors that are new since the last one are read."""
        if self._catalog.change() == self._snapshot.change:
            return self._snapshot
        with self._lock:
            # Asked before the ids are read: a change in between makes the next call refresh once more.
            change = self._catalog.change()
            if change != self._snapshot.change:
                self._snapshot = self._refreshed(self._snapshot, change)
            return self._snapshot

    def _refreshed(self, old: _Snapshot, change: int) -> _Snapshot:
        alive = self._catalog.chunk_ids(self._version)
        kept = [row for row, id_ in enumerate(old.ids) if id_ in alive]
        new = sorted(alive.difference(old.ids))
        if len(kept) == len(old.ids) and not new:
            return _Snapshot(change, old.ids, old.vectors)
        read = self._catalog.vectors(self._version, new) if new else old.vectors[:0]
        return _Snapshot(
            change,
            (*(old.ids[row] for row in kept), *new),
            np.concatenate([old.vectors[kept], read], dtype=np.float32),
        )


def _rows_within(snapshot: _Snapshot, within: Set[str]) -> Rows:
    for asked, known in snapshot.rows_within:
        if asked is within:
            return known
    rows = np.flatnonzero(np.fromiter(map(within.__contains__, snapshot.ids), bool, len(snapshot.ids)))
    snapshot.rows_within[:] = [(within, rows), *snapshot.rows_within[: ASKERS_REMEMBERED - 1]]
    return rows


def build(settings: Settings, version: IndexVersion, catalog: Catalog) -> ExactVectorStore:
    return ExactVectorStore(catalog, version)
