"""Whether words say what a sentence claims."""

import pytest

from app.answering.support import numbers, support

QUOTES = ("Refunds take 5 days.", "They are not paid in cash.", "Ask Maria Lund for refunds over 1,500 EUR.")
SOURCE = " ".join(QUOTES)


@pytest.mark.parametrize(
    ("claim", "quote", "verdict"),
    [
        ("Refunds take 5 days.", QUOTES[0], "supported"),
        ("For refunds over 1500 EUR, ask Maria Lund.", QUOTES[2], "supported"),
        ("They are paid in cash.", QUOTES[1], "unclear"),
        ("Refunds take 6 days.", QUOTES[0], "unsupported"),
        ("For refunds over 1500 EUR, ask Peter Lund.", QUOTES[2], "unclear"),
        ("The canteen opens at noon.", QUOTES[0], "unsupported"),
    ],
)
def test_numbers_names_and_negation_decide_beside_the_words(claim: str, quote: str, verdict: str) -> None:
    assert support(claim, quote, SOURCE) == verdict


def test_a_number_may_stand_elsewhere_in_the_excerpt() -> None:
    assert support("In 2026 refunds take 5 days.", "Refunds take 5 days.", "# Rules of 2026\n" + SOURCE) == "supported"


def test_numbers_are_the_same_however_they_are_written() -> None:
    assert numbers("1,500 and 2.50") == numbers("1500 and 2.5") == numbers("1.500 und 2,5")


def test_words_of_another_language_are_neither_support_nor_the_contrary() -> None:
    assert support("Die Erstattung ist nach wenigen Tagen auf der Karte.", QUOTES[0], SOURCE) == "unclear"
    assert support("Die Erstattung dauert 9 Tage.", QUOTES[0], SOURCE) == "unsupported"
