"""What a model can read is counted with care, and what does not fit is left out whole."""

import pytest

from app.answering.budget import fitting, room, tokens


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("", 0, 0),
        ("Refunds take five days.", 5, 8),
        ("internationalization", 3, 6),
        ("2026-03-01", 8, 10),
        ("怎么申请年假？", 6, 8),
        ("Отпуск по уходу за ребёнком", 8, 16),
        ("วันลาพักร้อน", 5, 14),
        ("for i in range(10):\n    print(i)\n", 12, 20),
    ],
)
def test_tokens_are_counted_as_models_count_them_or_a_little_higher(text: str, at_least: int, at_most: int) -> None:
    assert at_least <= tokens(text) <= at_most


def test_an_answer_gets_its_room_but_never_more_than_a_third() -> None:
    assert room(8192, 1024, fixed=300) == 8192 - 1024 - 300 - 32
    assert room(1536, 1024, fixed=300) == 1536 - 512 - 300 - 32


def test_the_first_that_fit_are_kept_and_nothing_after_one_that_does_not() -> None:
    assert fitting([10, 20, 30], 60) == 3
    assert fitting([10, 60, 5], 40) == 1
    assert fitting([50], 40) == 0
    assert fitting([], 40) == 0
