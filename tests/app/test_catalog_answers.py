"""Answers are kept with their quotes, until an article they rest on is removed."""

from dataclasses import replace
from typing import Any

import pytest

from app.errors import UnknownAnswer
from app.knowledge.catalog import AnswerRecord, CitationRecord
from app.knowledge.catalog.answers import WITHDRAWN
from tests.builders import WRITTEN, Opened, publish_article

QUOTE = "Refunds take five days."


def a_citation(article_id: str = "refunds", mark: int = 1, quote: str = QUOTE) -> CitationRecord:
    return CitationRecord(mark, article_id, article_id.title(), "", 1, 0, len(quote), quote, WRITTEN)


def an_answer(*citations: CitationRecord, trace: dict[str, Any] | None = None) -> AnswerRecord:
    return AnswerRecord("a1", "How long?", "refund time", "answered", f"{QUOTE} [1]", citations, WRITTEN, trace or {})


def test_an_answer_comes_back_as_it_was_given(opened: Opened) -> None:
    catalog, _ = opened
    record = an_answer(a_citation(), a_citation("fees", 2), trace={"candidates": [{"chunk_id": "refunds.1.0"}]})

    catalog.save_answer(record)

    assert catalog.answer("a1") == record


def test_saving_again_replaces(opened: Opened) -> None:
    catalog, _ = opened
    catalog.save_answer(an_answer(a_citation(), a_citation("fees", 2)))
    shorter = replace(an_answer(a_citation()), text="Five days. [1]")

    catalog.save_answer(shorter)

    assert catalog.answer("a1") == shorter


def test_an_unknown_answer_is_said_to_be_unknown(opened: Opened) -> None:
    catalog, _ = opened

    with pytest.raises(UnknownAnswer, match="'nope'"):
        catalog.answer("nope")


def test_a_removed_article_takes_its_words_out_of_the_answers_that_cite_it(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version)
    publish_article(catalog, version, "fees", ["Fees are low."])
    trace = {
        "candidates": [{"chunk_id": "refunds.1.0", "text": QUOTE}, {"chunk_id": "fees.1.0", "text": "Fees are low."}],
        "passages": [{"article_id": "refunds", "title": "Refunds", "quote": QUOTE, "rank": 1}],
        "sentences": [{"text": QUOTE, "marks": [1]}, {"text": "Fees are low.", "marks": [2]}],
    }
    catalog.save_answer(an_answer(a_citation(), a_citation("fees", 2, "Fees are low."), trace=trace))

    catalog.remove_article("refunds")

    kept = catalog.answer("a1")
    assert kept.text == WITHDRAWN
    assert [(cited.article_id, cited.quote) for cited in kept.citations] == [("refunds", ""), ("fees", "Fees are low.")]
    assert kept.trace == {
        "candidates": [{"chunk_id": "refunds.1.0", "text": ""}, {"chunk_id": "fees.1.0", "text": "Fees are low."}],
        "passages": [{"article_id": "refunds", "title": "", "quote": "", "rank": 1}],
        "sentences": [{"text": "", "marks": [1]}, {"text": "Fees are low.", "marks": [2]}],
    }


def test_answers_that_rest_on_other_articles_stay_as_they_are(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version)
    record = an_answer(a_citation("fees"), trace={"candidates": [{"chunk_id": "refunds.1.0"}]})
    catalog.save_answer(record)

    catalog.remove_article("refunds")

    assert catalog.answer("a1") == record


def test_a_new_revision_leaves_answers_as_they_were_given(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version)
    catalog.save_answer(an_answer(a_citation()))

    publish_article(catalog, version, texts=["Refunds take six days."])

    assert catalog.answer("a1").citations[0].quote == QUOTE


def test_an_answer_that_was_being_written_while_its_article_was_removed_keeps_none_of_its_words(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version)
    record = an_answer(a_citation())
    catalog.remove_article("refunds")

    catalog.save_answer(record)

    assert catalog.answer("a1").text == WITHDRAWN
    assert catalog.answer("a1").citations[0].quote == ""
