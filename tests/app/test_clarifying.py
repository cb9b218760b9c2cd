"""Who asks too little is asked back, once, and only where the articles say different things."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.answering.answers import Answer, Outcome, Turn
from app.answering.clarifying import chosen, rivals
from app.answering.excerpts import Excerpt
from app.answering.reading import Reading, asked_words, rarity, read
from app.knowledge.articles import Passage
from tests.builders import HashingModel, a_chunk, an_article, publish_article
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


STAFF = ("VPN at home and abroad", "The VPN closes a tunnel without traffic after 90 minutes.")
CONTRACTORS = ("VPN for contractors and agencies", "The VPN closes a tunnel without traffic after 30 minutes.")


@pytest.mark.parametrize(
    ("question", "asks_back"),
    [
        ("When does the VPN close a tunnel without traffic?", True),
        ("When does the VPN close a tunnel without traffic for contractors?", False),
    ],
)
def test_the_same_sentence_with_another_number_for_other_people_is_asked_back_unless_they_were_named(
    tmp_path: Path, question: str, asks_back: bool
) -> None:
    answer = ask(tmp_path, question, STAFF, CONTRACTORS, ("Parking", "Permits last 90 days."))

    assert (answer.outcome is Outcome.DECLINED) is asks_back
    assert asks_back or "30 minutes" in answer.text


def test_another_sentence_that_fits_an_article_better_does_not_hide_the_one_that_differs() -> None:
    question = "When does the VPN close a tunnel without traffic?"
    first, second = readings_of(question, STAFF, CONTRACTORS)
    other = readings_of(question, (CONTRACTORS[0], "A tunnel of the VPN ends with the contract."))[0]

    readings = [replace(first, score=1.0), replace(other, score=0.98), replace(second, score=0.95)]

    assert rivals(question, readings, []) == (STAFF[0], CONTRACTORS[0])
    assert rivals(question, readings[:2], []) == ()


def test_two_articles_of_one_kind_that_differ_in_a_number_are_shown_not_asked_about(
    tmp_path: Path,
) -> None:
    refunds = ("Refunds", "Refunds take 5 days."), ("Refund policy", "Refunds take 7 days.")

    answer = ask(tmp_path, "How long do refunds take?", *refunds, ("Parking", "Permits last 90 days."))

    assert answer.outcome is Outcome.ANSWERED
    assert "5 days" in answer.text
    assert "7 days" in answer.text


def readings_of(question: str, *articles: tuple[str, str]) -> list[Reading]:
    model, excerpts = HashingModel(), []
    for number, (title, text) in enumerate(articles, start=1):
        article = an_article(title, title=title)
        passages = (Passage(a_chunk(title, text), article, 1.0),)
        excerpts.append(Excerpt(number, article, 1, 0, len(text), text, passages))
    rarities = rarity(asked_words(question, []), [excerpt.passages[0] for excerpt in excerpts])
    return read(question, model.embed_query(question), rarities, excerpts, model.embed_documents)


@pytest.mark.parametrize("best", [0.5, 1.0, 1.6])
@pytest.mark.parametrize(("behind", "asks_back"), [(0.1, True), (0.13, False)])
def test_how_near_an_article_must_come_does_not_depend_on_how_high_the_best_stands(
    best: float, behind: float, asks_back: bool
) -> None:
    question = "How long is parental leave?"
    first, second = readings_of(question, GERMANY, SPAIN)

    asked = rivals(question, [replace(first, score=best), replace(second, score=best - behind)], [])

    assert bool(asked) is asks_back


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
