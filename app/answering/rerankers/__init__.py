"""A second, slower look at the order of passages. Each file here is one, named in settings."""

from collections.abc import Sequence
from typing import Protocol

from app.knowledge.articles import Passage


class Reranker(Protocol):
    """Each file offers `build(settings)`."""

    def rerank(self, query: str, passages: Sequence[Passage]) -> list[Passage]:
        """The same passages, best first, with new scores."""
        ...
