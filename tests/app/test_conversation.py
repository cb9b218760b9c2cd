"""Small talk, languages, and being told what happens: what a conversation needs beside answers."""

from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from app.answering import happenings, phrases
from app.answering.answers import Outcome
from app.language_models import Limits, WritingRequest
from app.language_models.scripted import ScriptedWriter
from tests.builders import publish_article
from tests.desks import TestDesk, a_desk, turns


def a_house(folder: Path, *models: ScriptedWriter, threshold: float = 0.0, seconds: float = 30.0) -> TestDesk:
    house = a_desk(folder, *models, threshold=threshold, seconds=seconds)
    publish_article(
        house.catalog, house.version, "refunds", ["The refunds take five days, and they are paid to the card."]
    )
    publish_article(house.catalog, house.version, "travel", ["Trains are booked in the portal. " * 12], title="Travel")
    house.index.publish()
    return house


def test_thanks_are_answered_without_a_search_and_without_a_model(tmp_path: Path) -> None:
    writer = ScriptedWriter(["Refunds take five days [1]."])

    answer = a_house(tmp_path, writer).desk.ask("Thanks a lot!", turns(("Refunds?", "Five days."))).answer

    assert (answer.outcome, answer.text) == (Outcome.DECLINED, phrases.thanked("english"))
    assert (writer.requests, answer.trace.candidates, answer.citations) == ([], (), ())


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Welche Quarks hat ein Proton?", "Ich habe in den Artikeln keine Antwort"),
        ("¿Cuántos quarks tiene un protón?", "No he encontrado respuesta"),
        ("Combien de quarks y a-t-il dans un proton ?", "Je n'ai pas trouvé"),
        ("Which quarks does a proton have?", "I could not find"),
        ("proton", "I could not find"),
    ],
)
def test_the_desk_speaks_the_language_of_the_question(tmp_path: Path, question: str, begins: str) -> None:
    answer = a_house(tmp_path, threshold=1.1).desk.ask(question).answer

    assert answer.text.startswith(begins)


def test_every_phrase_is_there_in_every_language() -> None:
    known = [*vars(phrases).items(), *vars(happenings).items()]
    tables = [table for name, table in known if name.startswith("_") and isinstance(table, dict)]
    tables = [table for table in tables if phrases.ENGLISH in table]

    assert len(tables) > 20
    assert all(tuple(table) == phrases.LANGUAGES and all(table.values()) for table in tables)


def test_a_model_that_answers_in_another_language_is_shown_with_a_word_about_it(tmp_path: Path) -> None:
    writer = ScriptedWriter(["Die Erstattung dauert nach diesem Artikel nicht sehr lange [1]."])

    answer = a_house(tmp_path, writer).desk.ask("How long do the refunds take?").answer

    assert phrases.other_language("english") in answer.notes


def test_a_model_that_can_read_little_gets_the_best_passages_and_the_trace_says_so(tmp_path: Path) -> None:
    writer = ScriptedWriter(["The refunds take five days [1]."], limits=Limits(context_tokens=640))

    answer = a_house(tmp_path, writer).desk.ask("How long do refunds take?").answer

    assert [excerpt.article.id for excerpt in answer.passages] == ["refunds"]
    assert {c.cut for c in answer.trace.candidates if c.passage.article.id == "travel"} == {
        "beyond what scripted can read"
    }
    assert "Trains" not in writer.requests[-1].prompt


def test_one_who_waits_can_be_told_what_is_being_done(tmp_path: Path) -> None:
    told: list[str] = []

    def watching(_: WritingRequest) -> Iterator[str]:
        told.append(reply.happening)
        yield "Refunds take five days [1]."

    house = a_house(
        tmp_path, ScriptedWriter([], failure="one is away", name="one"), ScriptedWriter(watching, name="two")
    )
    reply = house.desk.ask("How long do refunds take?")
    _ = reply.answer

    assert told == ["one is away; two was asked instead; two is writing"]


@pytest.mark.parametrize(
    ("question", "waiting", "note"),
    [
        (
            "Wie lange dauern die refunds?",
            "one ist ausgefallen (no answer at http://one); stattdessen wurde two gefragt; two schreibt",
            "two schrieb 1 Sekunden lang nichts; die Antwort steht stattdessen in den eigenen Sätzen der Artikel.",
        ),
        (
            "How long do the refunds take?",
            "no answer at http://one; two was asked instead; two is writing",
            "two wrote nothing for 1 seconds; the answer is in the articles' own sentences instead.",
        ),
    ],
    ids=["german", "english"],
)
def test_what_went_wrong_is_told_in_the_language_of_the_question(
    tmp_path: Path, question: str, waiting: str, note: str
) -> None:
    told: list[str] = []

    def dawdling(_: WritingRequest) -> Iterator[str]:
        told.append(reply.happening)
        sleep(2.0)
        yield "Refunds take five days [1]."

    one, two = ScriptedWriter([], failure="no answer at http://one", name="one"), ScriptedWriter(dawdling, name="two")
    reply = a_house(tmp_path, one, two, seconds=3.0).desk.ask(question)

    assert reply.answer.notes[1] == note
    assert told == [waiting]
