"""Questions and answers as plain sentences: what is asked for takes its place, and a false twin says another thing."""

from random import Random

import pytest

from models.reader.rows import Claim, Pair, is_held_out
from models.reader.stating import MOST_ANSWER_WORDS, stated, stated_claims

PASSAGE = "The canteen opens at 7. A badge costs 12 euros. Maria Lund heads payroll, Ana Roth heads sales."


@pytest.mark.parametrize(
    ("question", "answer", "sentence"),
    [
        ("What is the daily limit?", "40 euros", "40 euros is the daily limit."),
        ("Who is the head of payroll?", "Maria Lund", "Maria Lund is the head of payroll."),
        ("Who approves long trips?", "a director", "a director approves long trips."),
        ("who signed the lease", "Ana Roth", "Ana Roth signed the lease."),
        ("How many days of leave do interns get?", "20", "interns get 20 days of leave."),
        ("Which floor is the canteen on?", "3", "the canteen on is floor 3."),
        ("What does a badge cost?", "12 euros", "a badge cost 12 euros."),
        ("In which city is the head office?", "Bergen", "the head office is in city Bergen."),
        ("When does the canteen open?", "at seven", "the canteen open at seven."),
        ("Where are badges printed?", "in the lobby", "badges printed are in the lobby."),
        ("How long do refunds take?", "ten days", "refunds take ten days."),
        ("Whom should visitors call?", "the porter", "visitors call should the porter."),
    ],
)
def test_the_answer_stands_where_the_question_asks(question: str, answer: str, sentence: str) -> None:
    assert stated(question, answer) == sentence


@pytest.mark.parametrize(
    "question",
    [
        "Why do refunds take so long?",
        "Is parking free on Sundays?",
        "How do I reset my password?",
        "Which printer is?",
        "Tell me about refunds.",
        "",
    ],
)
def test_a_question_of_another_form_makes_no_sentence(question: str) -> None:
    assert stated(question, "five") is None


def a_pair(question: str, *answers: str, passage: str = PASSAGE, group: str = "g", source: str = "faq") -> Pair:
    return Pair(source, question, passage, "", answers or None, bool(answers), "", group)


def claims_of(*found: Pair) -> list[Claim]:
    return list(stated_claims(found, Random(1)))


HOURS = a_pair("When does the canteen open?", "7")
PRICE = a_pair("How much does a badge cost?", "12 euros")
PAYROLL = a_pair("Who is the head of payroll?", "Maria Lund")
SALES = a_pair("Who is the head of sales?", "Ana Roth")


def test_a_true_sentence_has_a_twin_with_a_like_answer_of_the_same_passage() -> None:
    told = {(claim.sentence, claim.twin) for claim in claims_of(HOURS, PRICE, PAYROLL, SALES)}

    assert told == {
        ("the canteen open 7.", "the canteen open 12 euros."),
        ("a badge cost 12 euros.", "a badge cost 7."),
        ("Maria Lund is the head of payroll.", "Ana Roth is the head of payroll."),
        ("Ana Roth is the head of sales.", "Maria Lund is the head of sales."),
    }


def test_it_is_told_as_true_of_the_passage_it_was_asked_of() -> None:
    for claim in claims_of(HOURS, PRICE):
        assert (claim.source, claim.passage, claim.supported) == ("stated", PASSAGE, 1.0)


@pytest.mark.parametrize(
    "other",
    [
        PAYROLL,  # a name is not like a number
        a_pair("How much does a badge cost?", "12 euros", passage="Another page: 12 euros."),
        a_pair("How much does a badge cost?", "7"),
        a_pair("How much does a badge cost?", "7 to 9"),
        a_pair("How much does a badge cost?", " ".join(["12"] * (MOST_ANSWER_WORDS + 1))),
        a_pair("How much does a badge cost?"),
    ],
    ids=["unlike", "elsewhere", "the same", "a part of it", "too long", "none"],
)
def test_without_a_like_answer_beside_it_nothing_is_told(other: Pair) -> None:
    assert not [claim for claim in claims_of(HOURS, other) if claim.sentence.startswith("the canteen")]


def test_an_answer_that_the_question_names_already_is_no_false_one() -> None:
    asked = a_pair("How long before 12 does the canteen close?", "30 minutes")

    assert not [claim for claim in claims_of(asked, PRICE) if "close" in claim.sentence]


def test_a_question_of_few_words_makes_none() -> None:
    assert not [claim for claim in claims_of(a_pair("When is lunch?", "7"), PRICE) if "lunch" in claim.sentence]


def test_what_is_held_out_stays_held_out() -> None:
    groups = {is_held_out("faq", f"group {at}"): f"group {at}" for at in range(200)}

    for kept_back, group in groups.items():
        found = claims_of(
            a_pair("When does the canteen open?", "7", group=group),
            a_pair("How much does a badge cost?", "12 euros", group=group),
        )

        assert [claim.held_out for claim in found] == [kept_back] * 2
    assert set(groups) == {True, False}
