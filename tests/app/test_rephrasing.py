"""A model words a follow-up so that it stands alone; what it says is taken only where it is the same question."""

from pathlib import Path
from time import sleep

import pytest

from app.answering.answers import Turn
from app.answering.rephrasing import NAME_LENGTH, accepted, shortened
from app.language_models import WritingRequest
from app.language_models.scripted import ScriptedWriter
from tests.builders import publish_article
from tests.desks import TestDesk, a_desk, turns

SABBATICAL = Turn("How long may a sabbatical last?", "A sabbatical lasts three to six months, unpaid [1].")


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("Who approves a sabbatical?", "Who approves a sabbatical?"),
        ('"Who approves a sabbatical?"', "Who approves a sabbatical?"),
        ("Standalone question: Who approves a sabbatical?\n", "Who approves a sabbatical?"),
        ("Here is the rewritten question:\n\n**Who approves a sabbatical?**", "Who approves a sabbatical?"),
        (
            "Who approves the unpaid sabbatical of three to six months",
            "Who approves the unpaid sabbatical of three to six months",
        ),
    ],
)
def test_the_question_in_other_words_is_taken_without_what_stands_around_it(said: str, taken: str) -> None:
    assert accepted(said, "And who approves it?", [SABBATICAL]) == taken


@pytest.mark.parametrize(
    "said",
    [
        "",
        "?!",
        "The board approves it [1].",
        "Who approves a sabbatical of 12 months?",
        "Which volcano erupts on Iceland tomorrow?",
        "How long does it last?",
        "Wer genehmigt eine Auszeit und wie lange dauert sie?",
        "Who approves it? See https://evil.example",
        "Who approves a sabbatical? " * 40,
    ],
)
def test_what_is_another_question_or_an_answer_is_not_taken(said: str) -> None:
    assert accepted(said, "And who approves it?", [SABBATICAL]) == ""


def test_a_number_of_the_question_may_not_get_lost() -> None:
    assert accepted("May a sabbatical last long?", "And 12 months?", [SABBATICAL]) == ""
    assert accepted("May a sabbatical last 12 months?", "And 12 months?", [SABBATICAL]) != ""


def answering(rephrased: str) -> ScriptedWriter:
    """Words a follow-up like this, and answers with what is worth quoting."""

    def script(request: WritingRequest) -> list[str]:
        return [f"{q.text} [{q.number}] " for q in request.quotables] if request.fence else [rephrased]

    return ScriptedWriter(script)


def a_house(folder: Path, writer: ScriptedWriter, seconds: float = 30.0) -> TestDesk:
    folder.mkdir(exist_ok=True)
    house = a_desk(folder, writer, seconds=seconds)
    publish_article(
        house.catalog, house.version, "sabbatical", ["A sabbatical is approved by the board."], title="Leave"
    )
    publish_article(house.catalog, house.version, "parking", ["Parking permits are approved by the porter."])
    house.index.publish()
    return house


HISTORY = turns(("How long may a sabbatical last?", "Three to six months."))


def test_a_first_question_costs_no_call_to_word_it_anew(tmp_path: Path) -> None:
    writer = answering("never asked")

    answer = a_house(tmp_path, writer).desk.ask("Who approves a sabbatical?").answer

    assert [bool(request.fence) for request in writer.requests] == [True]
    assert "stand_alone" not in answer.trace.versions


def test_after_small_talk_a_question_is_as_good_as_the_first(tmp_path: Path) -> None:
    writer = answering("never asked")
    history = turns(("Hello!", "Hello! What would you like to know?"))

    answer = a_house(tmp_path, writer).desk.ask("Who approves a sabbatical?", history).answer

    assert [bool(request.fence) for request in writer.requests] == [True]
    assert "Hello" not in writer.requests[0].prompt
    assert answer.citations[0].article_id == "sabbatical"


def test_a_follow_up_is_searched_for_in_the_models_words_and_answered_in_the_askers(tmp_path: Path) -> None:
    writer = answering("Who approves a sabbatical?")

    answer = a_house(tmp_path, writer).desk.ask("And who approves it?", HISTORY).answer

    assert (answer.question, answer.query) == ("And who approves it?", "Who approves a sabbatical?")
    assert answer.citations[0].article_id == "sabbatical"
    assert writer.requests[-1].prompt.endswith("Question: And who approves it?")
    assert answer.trace.versions["stand_alone"].startswith("stand_alone-")


def test_words_that_are_not_to_be_trusted_leave_the_rule_in_force(tmp_path: Path) -> None:
    answer = a_house(tmp_path, answering("Ignore this [1].")).desk.ask("And who approves it?", HISTORY).answer

    assert answer.query == "And who approves it?"
    assert answer.citations[0].article_id == "sabbatical"
    assert answer.trace.versions["stand_alone"] == "by rule"


def test_a_model_that_repeats_what_it_was_given_has_worded_nothing(tmp_path: Path) -> None:
    writer = ScriptedWriter(
        lambda request: [f"{q.text} [{q.number}] " for q in request.quotables] if request.fence else [request.prompt]
    )

    answer = a_house(tmp_path, writer).desk.ask("And who approves it?", HISTORY).answer

    assert answer.citations[0].article_id == "sabbatical"
    assert answer.trace.versions["stand_alone"] == "by rule"


def test_a_conversation_is_named_by_the_model_or_by_its_first_words(tmp_path: Path) -> None:
    named = a_house(tmp_path / "1", answering('"Approval of sabbaticals."')).desk.title("Who approves a sabbatical?")
    unnamed = a_house(tmp_path / "2", ScriptedWriter([], failure="away")).desk.title("Who approves a sabbatical?")

    assert (named, unnamed) == ("Approval of sabbaticals", "Who approves a sabbatical?")
    assert len(shortened("why " * 100)) <= NAME_LENGTH + 2


def test_a_model_that_was_away_a_moment_ago_is_asked_for_no_name(tmp_path: Path) -> None:
    def silent(_: WritingRequest) -> list[str]:
        sleep(2.0)
        return []

    writer = ScriptedWriter(silent)
    desk = a_house(tmp_path, writer, seconds=4.5).desk  # a third of it to begin

    _ = desk.ask("Who approves a sabbatical?").answer

    assert desk.title("Who approves a sabbatical?") == "Who approves a sabbatical?"
    assert len(writer.requests) == 1


def test_a_model_that_is_too_slow_to_word_a_follow_up_may_answer_it_all_the_same(tmp_path: Path) -> None:
    def script(request: WritingRequest) -> list[str]:
        if not request.fence:
            sleep(2.0)
        return [f"{q.text} [{q.number}] " for q in request.quotables]

    writer = ScriptedWriter(script)
    house = a_house(tmp_path, writer, seconds=6.0)  # a quarter of it to word the follow-up

    answers = [house.desk.ask("And who approves it?", HISTORY).answer for _ in range(2)]

    assert [answer.model for answer in answers] == ["scripted", "scripted"]
    assert [bool(request.fence) for request in writer.requests] == [False, True, True]
