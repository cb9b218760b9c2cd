"""Telling languages apart by scripts and function words: careful rather than clever."""

import pytest

from app.answering.languages import could_be_english


@pytest.mark.parametrize(
    "text",
    [
        "How long do refunds take?",
        "one way flights",  # `one` is a Polish word as well
        "reset password",
        "4031?",
        "",
        "| plan | seats | price |\n| basic | 5 | 19 EUR |",
        "El Niño: what was it, and when did it come to Los Angeles?",
    ],
)
def test_what_may_be_english_is_taken_for_english(text: str) -> None:
    assert could_be_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wie lange dauert die Erstattung?",
        "¿Cuánto tarda el reembolso de los billetes?",
        "退款需要多长时间",
        "Когда?",
        "متى",
    ],
)
def test_another_script_or_its_function_words_tell_another_language(text: str) -> None:
    assert not could_be_english(text)
