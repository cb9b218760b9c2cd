"""What kind of answer a question asks for."""

import pytest

from app.answering.asking import Wish, names_an_amount, subject, wishes


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("How do I reset my password?", Wish.STEPS),
        ("Wie kann ich mein Passwort ändern?", Wish.STEPS),
        ("What documents do I need?", Wish.LIST),
        ("Which plans are there?", Wish.LIST),
        ("¿Cuáles son los planes?", Wish.LIST),
        ("Show me the snippet", Wish.CODE),
        ("How much does it cost?", Wish.AMOUNT),
        ("Wie lange dauert es?", Wish.AMOUNT),
        ("¿A qué hora abre?", Wish.AMOUNT),
        ("Why was my claim refused?", Wish.EXPLANATION),
        ("Wie läuft die Rückgabe?", Wish.EXPLANATION),
    ],
)
def test_the_words_of_a_question_tell_what_is_wished_for(question: str, wish: Wish) -> None:
    assert wish in wishes(question)


@pytest.mark.parametrize("question", ["vpn", "Can I bring my dog?", "What is the capital of Peru?", "Wie viele Tage?"])
def test_no_steps_and_no_list_where_none_is_asked_for(question: str) -> None:
    assert not {Wish.STEPS, Wish.LIST, Wish.CODE} & wishes(question)


def test_an_amount_may_be_in_words() -> None:
    assert names_an_amount("It takes five days.") and names_an_amount("On Monday") and names_an_amount("42")
    assert not names_an_amount("It takes a while.")


def test_how_it_is_asked_is_no_part_of_what_is_asked_about() -> None:
    assert subject("How many days of leave do I get?").split() == ["days", "of", "leave", "?"]
    assert subject("how long") == "how long"
