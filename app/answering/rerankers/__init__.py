"""A second, slower look at the order of passages. Each file here is one, named in settings."""

from collections.abc import Sequence
from typing import Protocol

from app.knowledge.articles import Passage


class Reranker(Protocol):
    """Each file offers `build(settings)`."""

    @property
    def name(self) -> str:
        """As traces name it, `adapter:model`; empty for the one that leaves the order alone."""
        ...

    def rerank(self, query: str, passages: Sequence[Passage]) -> list[Passage]:
        """The same passages, best first, with new scores; they come with their fused scores, ranks stay as they are."""
        ...
