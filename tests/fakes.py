"""Small honest stand-ins for the indexes, which can be away, late or wrong when a test says so."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from app.errors import ServiceUnavailable
from app.knowledge.embedding_models import Vectors


@dataclass
class MemoryVectorStore:
    """A vector store in a dictionary."""

    vectors: dict[str, Vectors] = field(default_factory=dict)
    is_away: bool = False
    is_unreadable: bool = False  # until it is cleared
    asked: list[int] = field(default_factory=list)  # the limit of each search
    before_put: Callable[[Sequence[str]], None] = lambda ids: None

    def put(self, ids: Sequence[str], vectors: Vectors) -> None:
        self._answer()
        self.before_put(ids)
        self.vectors.update(zip(ids, vectors, strict=True))

    def remove(self, ids: Sequence[str]) -> None:
        self._answer()
        for id_ in ids:
            self.vectors.pop(id_, None)

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        self._answer()
        self.asked.append(limit)
        scored = [(id_, float(np.dot(own, vector))) for id_, own in self.vectors.items()]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def ids(self) -> set[str]:
        self._answer()
        if self.is_unreadable:
            raise ServiceUnavailable("the vector store is damaged")
        return set(self.vectors)

    def clear(self) -> None:
        self._answer()
        self.vectors.clear()
        self.is_unreadable = False

    def close(self) -> None: ...

    def _answer(self) -> None:
        if self.is_away:
            raise ServiceUnavailable("the vector store is away")


@dataclass
class MemoryLexicalIndex:
    """A lexical index in a dictionary; a chunk scores the weight of each term it has."""

    texts: dict[str, str] = field(default_factory=dict)
    is_away: bool = False
    is_unreadable: bool = False  # until it is cleared
    asked: list[int] = field(default_factory=list)  # the limit of each search

    def put(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        self._answer()
        self.texts.update(zip(ids, texts, strict=True))

    def remove(self, ids: Sequence[str]) -> None:
        self._answer()
        for id_ in ids:
            self.texts.pop(id_, None)

    def matching(
        self, terms: Mapping[str, float], limit: int, within: Set[str] | None = None
    ) -> list[tuple[str, float]]:
        self._answer()
        self.asked.append(limit)
        scored = [
            (id_, sum(weight for term, weight in terms.items() if term in text.casefold()))
            for id_, text in self.texts.items()
            if within is None or id_ in within
        ]
        found = [pair for pair in scored if pair[1] > 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def holds(self, ids: Set[str]) -> int:
        self._answer()
        return len(ids & self.texts.keys())

    def ids(self) -> set[str]:
        self._answer()
        if self.is_unreadable:
            raise ServiceUnavailable("the index of words is damaged")
        return set(self.texts)

    def clear(self) -> None:
        self._answer()
        self.texts.clear()
        self.is_unreadable = False

    def close(self) -> None: ...

    def _answer(self) -> None:
        if self.is_away:
            raise ServiceUnavailable("the index of words is away")
