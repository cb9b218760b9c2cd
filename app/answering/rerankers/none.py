"""Leaves the order alone."""

from collections.abc import Sequence

from app.knowledge.articles import Passage
from app.settings import Settings


class NoReranker:
    """The order of fusion is the last word."""

    name = ""

    def rerank(self, query: str, passages: Sequence[Passage]) -> list[Passage]:
        return list(passages)


def build(settings: Settings) -> NoReranker:
    return NoReranker()
