"""Fold passages that say nearly the same: the newer article, or else the better place, speaks for both. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from app.answering.quantities import Quantity, quantities
from app.answering.signs import negations
from app.knowledge.articles import Passage
from app.knowledge.words import terms

_SHINGLE = 3  # terms in a row; single terms would call every passage of one subject the same
SAME = 0.8  # share of shingles in common from which on a reader would call two passages the same


@dataclass(frozen=True)
class Folded:
    """The passages that are left, best first, and why each of the others went (by chunk id)."""

    kept: tuple[Passage, ...]
    cut: dict[str, str]


def fold(passages: Iterable[Passage], limit: int) -> Folded:
    """The best `limit` passages that differ; so do two that differ in an amount or a "not": they may disagree."""
    kept: list[_Fingerprint] = []
    cut: dict[str, str] = {}
    for passage in passages:
        fresh = _Fingerprint.of(passage)
        twin = next((i for i, other in enumerate(kept) if fresh.is_nearly(other)), None)
        if twin is None and len(kept) == limit:
            break
        if twin is None:
            kept.append(fresh)
        elif _is_newer(passage, kept[twin].passage):
            cut[kept[twin].passage.chunk.id] = f"nearly the same as {passage.chunk.id}, which is newer"
            kept[twin] = fresh
        else:
            cut[passage.chunk.id] = f"nearly the same as {kept[twin].passage.chunk.id}"
    return Folded(tuple(fingerprint.passage for fingerprint in kept), cut)


@dataclass(frozen=True)
class _Fingerprint:
    passage: Passage
    shingles: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, passage: Passage) -> "_Fingerprint":
        words = terms(passage.chunk.text)
        shingles = zip(*(words[i:] for i in range(_SHINGLE)), strict=False) if len(words) > _SHINGLE else [tuple(words)]
        return cls(passage, frozenset(shingles))

    @cached_property
    def facts(self) -> tuple[frozenset[Quantity], bool]:
        """Its amounts, and whether it denies; looked at only where two passages are nearly the same."""
        return frozenset(quantities(self.passage.chunk.text)), negations(self.passage.chunk.text) % 2 == 1

    def is_nearly(self, other: "_Fingerprint") -> bool:
        together = self.shingles | other.shingles
        return len(self.shingles & other.shingles) >= SAME * len(together) and self.facts == other.facts


def _is_newer(passage: Passage, other: Passage) -> bool:
    return passage.article.id != other.article.id and passage.article.updated_at > other.article.updated_at
