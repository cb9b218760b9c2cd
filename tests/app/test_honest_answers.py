"""Twelve ways for a language model to misbehave; in each the answer stays honest: P16 and P17, and what is shown."""

import re
from itertools import count
from pathlib import Path

import pytest

from app.answering import writing
from app.answering.answers import Answer, Outcome
from app.knowledge.articles import Asker
from app.language_models import WritingRequest
from app.language_models.scripted import BEHAVIOURS, EVIL, ScriptedWriter
from tests.builders import publish_article
from tests.desks import TestDesk, a_desk

QUESTION = "How long do refunds take?"
ARTICLES = {
    "refunds": ["Refunds take five days. They are paid to the card that was charged."],
    "shipping": ["Refunds of shipping costs take 12 days. Ask the desk in Utrecht."],
    "travel": ["Trains are booked in the portal at https://portal.example/trains."],
}


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest) -> TestDesk:
    behaviour = request.param
    opened = a_desk(tmp_path, ScriptedWriter(BEHAVIOURS[behaviour], name=f"scripted:{behaviour}"))
    for id_, texts in ARTICLES.items():
        publish_article(opened.catalog, opened.version, id_, texts, title=id_.title())
    opened.index.publish()
    return opened


def misbehaving(*behaviours: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("house", behaviours, indirect=True)


def sentence_with(answer: Answer, words: str) -> str:
    """What the answer says of the sentence that has these words: its support; empty when it is not in it."""
    return next((sentence.support for sentence in answer.sentences if words in sentence.text), "")


@misbehaving(*BEHAVIOURS)
def test_whatever_a_model_writes_each_footnote_opens_what_was_given_and_nothing_leads_outside(house: TestDesk) -> None:
    reply = house.desk.ask(QUESTION)
    streamed = "".join(reply)
    answer = reply.answer

    assert (answer.outcome, streamed) == (Outcome.ANSWERED, answer.text)
    for citation in answer.citations:
        text = house.catalog.revision(citation.article_id, citation.revision, Asker()).text
        assert text[citation.start : citation.end] == citation.quote != ""
        assert any(
            given.article.id == citation.article_id and given.start <= citation.start and citation.end <= given.end
            for given in answer.passages
        )
    marks = {citation.mark for citation in answer.citations}
    assert {int(mark) for mark in re.findall(r"\[(\d+)\]", answer.text)} == marks != set()
    assert all(set(sentence.marks) <= marks for sentence in answer.sentences)
    assert all(sentence.marks == () for sentence in answer.sentences if sentence.support == "unsupported")
    without_known = answer.text.replace("https://portal.example/trains", "")
    assert not re.search(r"evil|https?:|<[a-z/!]|!\[|\]\(", without_known, re.IGNORECASE)


@misbehaving("forged_marks", "swapped_marks", "no_marks", "html", "markdown_images", "echoed_prompt")
def test_true_sentences_get_the_footnote_that_is_right_however_they_are_marked(house: TestDesk) -> None:
    answer = house.desk.ask(QUESTION).answer

    assert sentence_with(answer, "Refunds take five days") == "supported"
    assert answer.citations[0].article_id == "refunds"
    assert answer.notes == ()


@misbehaving("unsupported_additions")
def test_what_is_added_is_shown_as_unsupported_and_has_no_footnote(house: TestDesk) -> None:
    answer = house.desk.ask(QUESTION).answer

    assert sentence_with(answer, "Refunds take five days") == "supported"
    assert answer.sentences[-1].support == "unsupported"


@misbehaving("wrong_numbers", "empty")
def test_what_rests_on_nothing_is_not_shown_the_articles_own_sentences_are(house: TestDesk) -> None:
    answer = house.desk.ask(QUESTION).answer

    assert answer.text.startswith("Refunds take five days.")
    assert (answer.model, len(answer.notes)) == ("extractive", 1)


@misbehaving("other_languages")
def test_another_language_is_never_called_supported_and_the_reader_is_told(house: TestDesk) -> None:
    answer = house.desk.ask(QUESTION).answer

    assert all(sentence.support != "supported" for sentence in answer.sentences) or answer.model == "extractive"
    assert answer.notes != ()


@misbehaving("half_a_stream", "endless_repetition")
def test_what_breaks_off_or_never_ends_keeps_what_was_good_and_says_so(house: TestDesk) -> None:
    answer = house.desk.ask(QUESTION).answer

    assert answer.text.startswith("Refunds take five days.")
    assert len(answer.text) < 200
    assert len(answer.notes) == 1


@misbehaving("echoed_prompt")
def test_an_echoed_prompt_shows_neither_rules_nor_passages_as_an_answer(house: TestDesk) -> None:
    answer = house.desk.ask(QUESTION).answer

    assert not re.search(r"<<|you are given|carry the mark", answer.text)
    assert [sentence.text for sentence in answer.sentences if sentence.marks] == ["Refunds take five days."]


def test_a_model_that_lost_itself_in_its_prompt_is_asked_the_next_question_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "WAITED_IN_VAIN", -1.0)  # a reader may have waited long: no model is away for that
    asked = count()

    def lost_at_first(request: WritingRequest) -> list[str]:
        return [request.prompt] * 50 if next(asked) == 0 else ["Refunds take five days [1]."]

    house = a_desk(tmp_path, ScriptedWriter(lost_at_first))
    publish_article(house.catalog, house.version, "refunds", ["Refunds take five days."])
    house.index.publish()

    models = [house.desk.ask(QUESTION).answer.model for _ in range(2)]

    assert models == ["extractive", "scripted"]


@misbehaving("markdown_images")
def test_an_address_that_stands_in_a_passage_may_stand_in_the_answer_no_other(house: TestDesk) -> None:
    answer = house.desk.ask("Where are trains booked?").answer

    assert "https://portal.example/trains" in answer.text
    assert EVIL not in answer.text
