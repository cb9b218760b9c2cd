"""Amounts are the same however they are written, and different where they differ."""

import pytest

from app.answering.quantities import numbers, quantities


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("90 minutes", "one and a half hours"),
        ("90 minutes", "an hour and a half"),
        ("thirty days", "30 days"),
        ("30 days", "a month"),
        ("45 days", "a month and a half"),
        ("1,500 EUR", "1500 EUR"),
        ("19:00", "7 pm"),
        ("seven in the evening", "19:00"),
        ("half past ten", "10:30"),
        ("weekly", "every 7 days"),
        ("24 hours", "one day"),
        ("a fortnight", "two weeks"),
        ("half a year", "six months"),
        ("18 months", "one and a half years"),
        ("50 %", "half of the price"),
        ("80 percent", "80%"),
        ("2 TB", "2,000 GB"),
        ("2 TB", "2048 GB"),
        ("3 m", "three metres"),
        ("on Tuesdays", "jeden Dienstag"),
        ("five working days", "5 days"),
        ("5 days", "| Days | 5 |"),
        ("zwei Wochen", "14 days"),
    ],
)
def test_the_same_amount(one: str, other: str) -> None:
    assert any(mine.is_same(theirs) for mine in quantities(one) for theirs in quantities(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("90 minutes", "90 seconds"),
        ("30 days", "31 days"),
        ("a month", "four weeks"),
        ("500 GB", "500 MB"),
        ("9 am", "9 pm"),
        ("10:30", "09:30"),
        ("Monday", "Tuesday"),
        ("in May", "in June"),
        ("1.5", "15"),
        ("twice as long as 3 m", "3 feet"),
        ("1,500", "1,600"),
    ],
)
def test_another_amount(one: str, other: str) -> None:
    assert not any(mine.is_same(theirs) for mine in quantities(one) for theirs in quantities(other))


@pytest.mark.parametrize("text", ["one of them", "you may do it", "version 4.2.0", "error E-104", "a new factor", "v3"])
def test_what_is_no_amount(text: str) -> None:
    assert not quantities(text)


def test_numbers_are_the_same_however_they_are_written() -> None:
    assert numbers("1,500 and 2.50") == numbers("1500 and 2.5") == numbers("1.500 und 2,5")
