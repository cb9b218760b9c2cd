"""Signals that a trace could give beside the desk's own, reckoned by hand."""

from app.answering.abstention import Signals
from app.answering.reader import PassageReading
from app.answering.tracing import Candidate, Trace
from app.knowledge.articles import Passage
from evals.signals_tried import tried
from tests.builders import a_chunk, an_article

TEXT = "A refund takes five days."


def a_candidate(article: str, relevance: float | None, text: str = TEXT, meaning: float = 0.5) -> Candidate:
    passage = Passage(a_chunk(article, text=text), an_article(article), 1.0)
    reading = None if relevance is None else PassageReading(relevance, 0.5, 0, len(text), 40.0)
    return Candidate(passage, meaning=meaning, words=meaning, reranked=0.5, reading=reading)


def a_trace(*candidates: Candidate) -> Trace:
    return Trace("How long does a refund take?", "", candidates)


def test_what_is_ranked_first_speaks_and_not_what_is_most_relevant() -> None:
    found = tried(a_trace(a_candidate("refunds", 1.0), a_candidate("parking", 2.5)))

    assert (found["first"], found["lead"], found["surest"], found["span"]) == (1.0, 1.5, 0.0, 10.0)


def test_another_article_that_says_the_same_is_heard() -> None:
    same = a_trace(a_candidate("refunds", 1.0), a_candidate("money", 0.0, "The refund takes five whole days."))
    other = a_trace(a_candidate("refunds", 1.0), a_candidate("lunch", 0.0, "Lunch is at noon."))

    assert (tried(same)["echo"], tried(other)["echo"]) == (1.0, 0.0)


def test_three_orders_agree_or_do_not() -> None:
    first, second = a_candidate("refunds", 2.0, meaning=0.9), a_candidate("lunch", 1.0)

    assert tried(a_trace(first, second))["agreement"] == 1.0
    assert tried(a_trace(first, a_candidate("lunch", 3.0)))["agreement"] == 0.3333


def test_without_a_reader_only_the_title_tells() -> None:
    assert list(tried(a_trace(a_candidate("refunds", None)))) == ["title"]
    assert not set(tried(a_trace(a_candidate("refunds", 1.0)))) & set(Signals.__dataclass_fields__)
