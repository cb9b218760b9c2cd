"""Leaves the order alone."""

from collections.abc import Sequence

from app.answering.reader import Reader
from app.answering.rerankers import Reranking
from app.knowledge.articles import Passage
from app.settings import Settings


class NoReranker:
    """The order of fusion is the last word."""

    name = ""

    def rerank(self, query: str, passages: Sequence[Passage]) -> Reranking:
        return Reranking(list(passages))


def build(settings: Settings, reader: Reader) -> NoReranker:
    return NoReranker()
