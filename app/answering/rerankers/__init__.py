"""A second, slower look at the order of passages. Each file here is one, named in settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.answering.reader import PassageReading
from app.knowledge.articles import Passage


@dataclass(frozen=True)
class Reranking:
    """The new order, and what it rests on."""

    passages: list[Passage]  # those that were given, best first, with new scores; ranks stay as they are
    # By chunk id, those whose words were read, and what was made of them; None from one that only tells a score.
    read: Mapping[str, PassageReading | None] = field(default_factory=dict)
    note: str = ""  # for the trace: why some were not read


class Reranker(Protocol):
    """Each file offers `build(settings, reader)`; the reader is the one that comes with the desk."""

    @property
    def name(self) -> str:
        """As traces name it, `adapter:model`; empty for the one that leaves the order alone."""
        ...

    def rerank(self, query: str, passages: Sequence[Passage]) -> Reranking:
        """The same passages, best first; they come in the order of their fused scores."""
        ...
