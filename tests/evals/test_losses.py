"""Where an article was lost is read from the trace."""

import pytest

from app.answering.tracing import Candidate
from app.knowledge.articles import Passage, Ranks
from evals.losses import counted, fate
from tests.builders import a_chunk, an_article


def a_candidate(article: str = "gold", cut: str = "after the best 5", **ranks: int) -> Candidate:
    return Candidate(Passage(a_chunk(article), an_article(article), 1.0, Ranks(**ranks)), cut=cut)


@pytest.mark.parametrize(
    ("candidates", "end"),
    [
        ([], "not a candidate"),
        ([a_candidate(article="other", fused=1)], "not a candidate"),
        ([a_candidate(fused=21)], "fused away"),
        ([a_candidate(fused=4, reranked=9)], "reranked away"),
        ([a_candidate(fused=15, reranked=9)], "cut"),
        ([a_candidate(fused=8)], "cut"),
        ([a_candidate(fused=3, cut="nearly the same as other.1.0")], "cut"),
        ([a_candidate(fused=30), a_candidate(fused=2, cut="")], "read"),
    ],
)
def test_the_chunk_that_came_furthest_says_where_an_article_was_lost(candidates: list[Candidate], end: str) -> None:
    assert fate("gold", candidates, indexed={"gold"}, readable={"gold"}, reranked=20, read=5) == end


def test_what_has_no_chunk_is_not_indexed_and_what_may_not_be_read_is_filtered() -> None:
    assert fate("gold", [], indexed=set(), readable=set(), reranked=20, read=5) == "not indexed"
    assert fate("gold", [], indexed={"gold"}, readable=set(), reranked=20, read=5) == "filtered"


def test_every_end_is_counted_zeros_too() -> None:
    assert counted(["read", "read", "cut"]) == {
        "not indexed": 0,
        "filtered": 0,
        "not a candidate": 0,
        "fused away": 0,
        "reranked away": 0,
        "cut": 1,
        "read": 2,
    }
