"""The path of a question, on a real catalog and real indexes."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from app.answering import phrases
from app.answering.answers import Answer, Cancelled, Outcome, Reply
from app.answering.as_json import answer_as_json, search_as_json
from app.errors import ServiceUnavailable, WrongUse
from app.knowledge.articles import Asker
from app.language_models.scripted import ScriptedWriter
from tests.builders import publish_article
from tests.desks import TestDesk, a_desk

REFUNDS = "Refunds take five days. They are paid to the card that was charged."
TRAINS = "Trains are booked through the travel portal. Flights need the approval of your manager."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestDesk]:
    house = a_desk(tmp_path)
    publish_article(house.catalog, house.version, "refunds", [REFUNDS])
    publish_article(house.catalog, house.version, "travel", [TRAINS], title="Travel")
    publish_article(house.catalog, house.version, "salaries", ["Salaries rise in May."], audiences={"hr"}, title="Pay")
    house.index.publish()
    yield house
    house.desk.close()
    house.catalog.close()


def test_a_question_gets_the_sentence_that_answers_it_with_a_footnote(house: TestDesk) -> None:
    answer = house.desk.ask("How long do refunds take?").answer

    assert answer.outcome is Outcome.ANSWERED
    assert answer.text == "Refunds take five days. [1]"
    assert [(c.mark, c.title, c.quote) for c in answer.citations] == [(1, "Refunds", "Refunds take five days.")]


def test_a_quote_stands_in_the_article_character_by_character(house: TestDesk) -> None:
    citation = house.desk.ask("Do flights need approval?").answer.citations[0]

    text = house.catalog.revision(citation.article_id, citation.revision, Asker()).text
    assert text[citation.start : citation.end] == citation.quote == "Flights need the approval of your manager."


def test_what_was_streamed_is_the_text_of_the_answer(house: TestDesk) -> None:
    reply = house.desk.ask("How long do refunds take, and do flights need approval?")

    first = next(reply)
    streamed = first + "".join(reply)

    assert streamed == reply.answer.text
    assert reply.answer is reply.answer


def test_an_answer_read_in_part_can_still_be_taken_whole(house: TestDesk) -> None:
    reply = house.desk.ask("How long do refunds take?")

    next(reply)

    assert reply.answer.outcome is Outcome.ANSWERED


def test_an_answer_is_kept_with_its_trace_and_no_text_in_it(house: TestDesk) -> None:
    answer = house.desk.ask("How long do refunds take?").answer

    kept = house.catalog.answer(answer.id)
    assert kept.text == answer.text
    assert [c.quote for c in kept.citations] == ["Refunds take five days."]
    assert kept.trace["candidates"][0]["chunk_id"] == "refunds.1.0"
    assert "card that was charged" not in str(kept.trace)


def test_a_search_shows_the_whole_ranking_and_why_the_rest_was_cut(tmp_path: Path) -> None:
    house = a_desk(tmp_path, read=1)
    publish_article(house.catalog, house.version, "refunds", [REFUNDS])
    publish_article(house.catalog, house.version, "travel", [TRAINS], title="Travel")
    house.index.publish()

    trace = house.desk.search("How long do refunds take?")

    assert [p.article.id for p in trace.passages] == ["refunds", "travel"]
    assert [(p.ranks.meaning, p.ranks.words, p.ranks.fused) for p in trace.passages] == [(1, 1, 1), (2, None, 2)]
    assert [c.cut for c in trace.candidates] == ["", "after the best 1"]
    assert {"meaning", "words", "fuse", "rerank", "join", "total"} <= set(trace.timings_ms)


def test_nobody_sees_what_is_not_for_their_audience(house: TestDesk) -> None:
    question = "When do salaries rise?"

    public = house.desk.ask(question).answer
    trusted = house.desk.ask(question, (), Asker.of({"hr"})).answer

    assert "salaries" not in {p.article.id for p in public.trace.passages}
    assert "May" not in str(answer_as_json(public))
    assert [c.article_id for c in trusted.citations] == ["salaries"]


def test_an_empty_desk_says_that_there_are_no_articles(tmp_path: Path) -> None:
    answer = a_desk(tmp_path).desk.ask("How long do refunds take?").answer

    assert answer.outcome is Outcome.NOT_FOUND
    assert "no articles" in answer.text


def test_what_is_not_in_the_articles_is_not_answered_but_the_nearest_are_named(tmp_path: Path) -> None:
    house = a_desk(tmp_path, threshold=1.0)
    publish_article(house.catalog, house.version, "refunds", [REFUNDS])
    house.index.publish()

    answer = house.desk.ask("Which quarks does a proton contain?").answer

    assert answer.outcome is Outcome.NOT_FOUND
    assert answer.citations == ()
    assert "- Refunds" in answer.text


@pytest.mark.parametrize("question", ["", "  \n ", "why? " * 20_000])
def test_an_empty_or_endless_question_is_refused_at_once(house: TestDesk, question: str) -> None:
    with pytest.raises(WrongUse, match=r"empty|at most 4,000"):
        house.desk.ask(question)
    with pytest.raises(WrongUse):
        house.desk.search(question)


def test_an_answer_that_may_be_none_says_so(house: TestDesk) -> None:
    sure = house.desk.ask("Refunds take five days?").answer
    unsure = house.desk.ask("Which quarks does a proton contain?").answer

    assert (sure.outcome, sure.notes) == (Outcome.ANSWERED, ())
    assert (unsure.outcome, unsure.notes) == (Outcome.ANSWERED, (phrases.UNSURE,))


def test_a_language_model_that_has_read_the_passages_is_not_doubted(tmp_path: Path) -> None:
    house = a_desk(tmp_path, ScriptedWriter(["Refunds take five days [1]."]))
    publish_article(house.catalog, house.version, "refunds", [REFUNDS])
    house.index.publish()

    assert house.desk.ask("Which quarks does a proton contain?").answer.notes == ()


def test_a_question_without_a_word_is_declined(house: TestDesk) -> None:
    assert house.desk.ask("?!").answer.outcome is Outcome.DECLINED


def test_a_cancelled_reply_stops_the_language_model(tmp_path: Path) -> None:
    endless = ScriptedWriter(["Refunds take five days [1]. "] * 5_000)
    house = a_desk(tmp_path, endless)
    publish_article(house.catalog, house.version, "refunds", [REFUNDS])
    house.index.publish()
    reply = house.desk.ask("How long do refunds take?")
    next(reply)

    reply.cancel()

    assert list(reply) == []
    with pytest.raises(Cancelled):
        _ = reply.answer
    assert endless.stopped.wait(5)


def test_an_article_removed_while_it_is_quoted_leaves_no_words_behind(tmp_path: Path) -> None:
    def remove_then_quote(_: object) -> list[str]:
        desks.catalog.remove_article("refunds")
        return ["Refunds take five days [1]."]

    desks = a_desk(tmp_path, ScriptedWriter(remove_then_quote))
    publish_article(desks.catalog, desks.version, "refunds", [REFUNDS])
    desks.index.publish()

    answer = desks.desk.ask("How long do refunds take?").answer

    assert answer.outcome is Outcome.NOT_FOUND
    assert "five days" not in str(answer_as_json(answer)) + str(desks.catalog.answer(answer.id))


def test_what_kept_an_answer_from_being_written_is_said_each_time_one_asks() -> None:
    def failing() -> Generator[str, None, Answer]:
        yield "Refunds"
        raise ServiceUnavailable("the catalog is away")

    reply = Reply(failing())

    for _ in range(2):
        with pytest.raises(ServiceUnavailable, match="the catalog is away"):
            _ = reply.answer


def test_the_json_of_an_answer_has_the_fields_of_the_contract(house: TestDesk) -> None:
    body = answer_as_json(house.desk.ask("How long do refunds take?").answer)

    assert list(body) == [
        "question",
        "query",
        "outcome",
        "confidence",
        "answer",
        "citations",
        "sentences",
        "passages",
        "trace_id",
        "model",
        "timings_ms",
        "notes",
    ]
    assert list(body["citations"][0]) == [
        "mark",
        "article_id",
        "title",
        "url",
        "revision",
        "start",
        "end",
        "quote",
        "updated_at",
        "span",
    ]
    assert list(body["passages"][0]) == ["article_id", "chunk_id", "title", "text", "start", "end", "score"]
    sentence = {"text": "Refunds take five days.", "marks": [1], "support": "supported", "probability": 0.99}
    assert body["sentences"][0] == sentence


def test_the_json_of_a_search_has_the_fields_of_the_contract(house: TestDesk) -> None:
    body = search_as_json(house.desk.search("refunds"), 1)

    assert list(body) == ["query", "passages", "timings_ms"]
    assert [p["ranks"] for p in body["passages"]] == [{"meaning": 1, "words": 1, "fused": 1, "reranked": None}]
