"""When the desk rather says that it does not know."""

from dataclasses import replace

import pytest

from app.answering.abstention import BY_READING, BY_RETRIEVAL, Signals, Weighing, signals, weighing_of
from app.answering.reader import PassageReading
from app.answering.tracing import Candidate
from app.knowledge.articles import Passage
from tests.builders import a_chunk, an_article

NOTHING = Signals(0.0, 0.0, 0.0, 0.0)
PLAIN = Signals(meaning=0.75, sentence=0.8, words=1.0, margin=0.3)
NOTHING_READ = replace(NOTHING, relevance=-5.0, answerable=-5.0)
PLAINLY_READ = replace(PLAIN, relevance=4.0, answerable=4.0)


def a_candidate(article: str, relevance: float | None) -> Candidate:
    reading = None if relevance is None else PassageReading(relevance, 0.5, 0, 4, 0.0)
    return Candidate(Passage(a_chunk(article), an_article(article), 1.0), meaning=0.5, reading=reading)


@pytest.mark.parametrize("nothing", [NOTHING, NOTHING_READ])
def test_where_nothing_fits_the_desk_is_not_sure(nothing: Signals) -> None:
    weighing = weighing_of(nothing)

    assert weighing.confidence(nothing) < weighing.threshold


@pytest.mark.parametrize("plain", [PLAIN, PLAINLY_READ])
def test_where_all_fits_it_is(plain: Signals) -> None:
    weighing = weighing_of(plain)

    assert weighing.confidence(plain) > weighing.unsure > weighing.threshold


def test_without_a_reader_retrieval_alone_is_weighed() -> None:
    assert weighing_of(PLAIN) is BY_RETRIEVAL
    assert weighing_of(PLAINLY_READ) is BY_READING


@pytest.mark.parametrize(("weighing", "whole"), [(BY_RETRIEVAL, PLAIN), (BY_READING, PLAINLY_READ)])
def test_only_what_is_signalled_is_weighed(weighing: Weighing, whole: Signals) -> None:
    assert set(weighing.weights) <= set(whole.as_mapping())


def test_the_reader_speaks_for_the_most_relevant_of_the_passages_that_it_has_read() -> None:
    candidates = [a_candidate("refunds", 1.0), a_candidate("parking", 3.0), a_candidate("lunch", None)]

    assert signals(candidates, [], {}).relevance == 3.0


def test_where_no_passage_was_read_the_reader_says_nothing() -> None:
    assert signals([a_candidate("lunch", None)], [], {}).relevance is None


def test_what_the_reader_finds_relevant_makes_the_desk_surer() -> None:
    unread, found = (replace(PLAIN, relevance=logit, answerable=logit) for logit in (-3.0, 3.0))

    assert BY_READING.confidence(found) > BY_READING.confidence(unread) + 0.05
