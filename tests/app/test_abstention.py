"""When the desk rather says that it does not know."""

from dataclasses import replace

import pytest

from app.answering.abstention import BY_READING, BY_RETRIEVAL, ReadSignals, Signals, Weighing, signals, weighing_of
from app.answering.reader import PassageReading
from app.answering.tracing import Candidate
from app.knowledge.articles import Passage, Ranks
from tests.builders import a_chunk, an_article

NOTHING = Signals(0.0, 0.0, 0.0, 0.0)
PLAIN = Signals(meaning=0.75, sentence=0.8, words=1.0, margin=0.3)
NOTHING_READ = replace(NOTHING, read=ReadSignals(answerable=-4.0, relevance=-5.0, span=-6.0, lead=0.0, agreement=0.0))
PLAINLY_READ = replace(PLAIN, read=ReadSignals(answerable=3.0, relevance=4.0, span=6.0, lead=4.0, agreement=1.0))


def a_candidate(article: str, fused: int, reading: PassageReading | None) -> Candidate:
    passage = Passage(a_chunk(article), an_article(article), 1.0, Ranks(fused=fused))
    return Candidate(passage, meaning=0.5, reading=reading)


def a_reading(answerable: float, relevance: float, span: float = 0.0) -> PassageReading:
    return PassageReading(relevance, answerable, 0, 4, span)


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


def test_the_reader_speaks_for_the_passages_that_it_has_read() -> None:
    candidates = [
        a_candidate("refunds", 2, a_reading(0.9, 3.0, 2.5)),
        a_candidate("refunds", 3, a_reading(0.2, 2.9, 1.0)),
        a_candidate("parking", 1, a_reading(0.5, 1.0, 4.0)),
        a_candidate("lunch", 4, None),
    ]

    read = signals(candidates, [], {}).read

    assert read is not None
    assert read.answerable == pytest.approx(2.1972, abs=1e-4)  # ln(0.9 / 0.1)
    assert (read.relevance, read.span) == (3.0, 4.0)
    assert read.lead == 2.0  # of two articles, not of two passages of one
    assert read.agreement == 0.0  # the surest is second in the order of fusion


def test_where_no_passage_was_read_the_reader_says_nothing() -> None:
    assert signals([a_candidate("lunch", 1, None)], [], {}).read is None


def test_an_only_article_has_no_lead() -> None:
    read = signals([a_candidate("lunch", 1, a_reading(1.0, 3.0))], [], {}).read

    assert read is not None
    assert (read.lead, read.agreement) == (0.0, 1.0)
    assert read.answerable < 10
