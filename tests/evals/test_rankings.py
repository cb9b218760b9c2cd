"""A trace becomes rankings of documents, stage by stage, and what reciprocal rank fusion would have made of it."""

from app.answering.tracing import Candidate, Trace
from app.knowledge.articles import Passage, Ranks
from evals.measures import recall_curve
from evals.retrieval import rankings_of
from tests.builders import a_chunk, an_article


def a_candidate(article: str, position: int = 0, **ranks: int) -> Candidate:
    return Candidate(Passage(a_chunk(article, position=position), an_article(article), 1.0, Ranks(**ranks)))


def a_trace(*candidates: Candidate) -> Trace:
    return Trace("why?", "why?", candidates)


def test_a_documents_best_chunk_speaks_for_it() -> None:
    trace = a_trace(
        a_candidate("a", 0, meaning=3, fused=3),
        a_candidate("a", 1, words=1, fused=1),
        a_candidate("b", 0, meaning=1, words=2, fused=2),
    )

    rankings = rankings_of(trace)

    assert rankings["meaning"] == ["b", "a"]
    assert rankings["words"] == ["a", "b"]
    assert rankings["fused"] == ["a", "b"]


def test_behind_the_reranked_follow_the_others_as_fused() -> None:
    trace = a_trace(
        a_candidate("b", fused=2, reranked=1), a_candidate("a", fused=1, reranked=2), a_candidate("c", fused=3)
    )

    assert rankings_of(trace)["reranked"] == ["b", "a", "c"]


def test_reciprocal_ranks_favour_what_both_legs_have() -> None:
    trace = a_trace(
        a_candidate("a", meaning=1, fused=1), a_candidate("b", meaning=9, words=9, fused=2), a_candidate("c", words=2)
    )

    assert rankings_of(trace)["rrf"] == ["b", "a", "c"]


def test_recall_grows_with_the_depth() -> None:
    curve = recall_curve({"q": {"a": 1, "b": 1, "c": 0}}, {"q": ["c", "a", "d", "b"]}, [1, 2, 4])

    assert curve == [(1.0, 0.0), (2.0, 0.5), (4.0, 1.0)]
