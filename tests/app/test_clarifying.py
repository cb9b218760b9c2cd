"""Who asks too little is asked back, once, and only where the articles say different things."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.answering.answers import Answer, Outcome, Turn
from app.answering.clarifying import chosen
from tests.builders import publish_article
from tests.desks import a_desk, turns

GERMANY = ("Parental leave in Germany", "Parental leave lasts 36 months.")
SPAIN = ("Parental leave in Spain", "Parental leave lasts 16 weeks.")


def ask(folder: Path, question: str, *articles: tuple[str, str], history: Sequence[Turn] = ()) -> Answer:
    house = a_desk(folder)
    for number, (title, text) in enumerate(articles):
        publish_article(house.catalog, house.version, f"a{number}", [text], title=title)
    house.index.publish()
    return house.desk.ask(question, history).answer


def test_a_question_that_fits_two_kinds_of_one_thing_is_asked_back(tmp_path: Path) -> None:
    answer = ask(tmp_path, "How long is parental leave?", GERMANY, SPAIN, ("Parking", "Permits last 90 days."))

    assert answer.outcome is Outcome.DECLINED
    lead, _, *titles = answer.text.splitlines()
    assert lead == "Which of these do you mean?"
    assert sorted(titles) == ["- Parental leave in Germany", "- Parental leave in Spain"]


ASKED_BACK = turns(("How long is parental leave?", f"Which of these do you mean?\n\n- {GERMANY[0]}\n- {SPAIN[0]}"))


def test_who_has_said_which_in_the_conversation_is_not_asked(tmp_path: Path) -> None:
    history = turns(("Do you have an office in Spain?", "Yes, in Madrid."))

    assert ask(tmp_path, "How long is parental leave?", GERMANY, SPAIN, history=history).outcome is Outcome.ANSWERED


@pytest.mark.parametrize("choice", ["The one in Spain", "Spain", "the second one", "2.", "The last, please"])
def test_who_was_asked_back_is_answered_next(tmp_path: Path, choice: str) -> None:
    answer = ask(tmp_path, choice, GERMANY, SPAIN, history=ASKED_BACK)

    assert (answer.outcome, answer.query) == (Outcome.ANSWERED, f"How long is parental leave? {SPAIN[0]}")
    assert answer.citations[0].title == SPAIN[0]


@pytest.mark.parametrize("other", ["Both", "And who approves it?", "Germany and Spain", "In 2 weeks"])
def test_what_chooses_none_of_them_is_a_question_of_its_own(other: str) -> None:
    assert chosen(other, ASKED_BACK) == ""


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("How long is parental leave in Spain?", (GERMANY, SPAIN)),
        ("How long is parental leave?", (GERMANY,)),
        ("How long is parental leave?", (GERMANY, (SPAIN[0], GERMANY[1]))),
        ("How long is parental leave?", (GERMANY, ("Parental leave", "Parental leave lasts 16 weeks."))),
        ("How long is parental leave?", (GERMANY, ("Travel in Spain", "Travel leave lasts 16 weeks."))),
    ],
)
def test_nobody_is_asked_back_who_said_which_or_where_the_answer_is_the_same(
    tmp_path: Path, question: str, articles: tuple[tuple[str, str], ...]
) -> None:
    assert ask(tmp_path, question, *articles).outcome is Outcome.ANSWERED
