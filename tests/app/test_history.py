"""A history from outside becomes turns, or is refused with the message that is wrong."""

import pytest

from app.answering.answers import Turn
from app.answering.history import turns_from
from app.errors import WrongUse


def message(role: str, text: str) -> dict[str, str]:
    return {"role": role, "text": text}


def test_questions_and_answers_are_paired_and_neighbours_of_one_role_joined() -> None:
    history = [
        message("user", "Hello."),
        message("user", "Lost card?"),
        message("agent", "Which?"),
        message("user", "Mine"),
    ]

    assert turns_from(history) == [Turn("Hello.\nLost card?", "Which?"), Turn("Mine", "")]


def test_the_agent_may_have_spoken_first() -> None:
    history = [message("agent", "How can I help?"), message("user", "Refund?"), message("agent", "Five days.")]

    assert turns_from(history) == [Turn("", "How can I help?"), Turn("Refund?", "Five days.")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "system", "text": "x"},
        {"role": "user"},
        {"role": "user", "text": 3},
        "hi",
        {"role": "user", "text": "\udcff"},
    ],
)
def test_what_is_no_message_is_refused_by_its_place(wrong: object) -> None:
    with pytest.raises(WrongUse, match="message 2 of the history"):
        turns_from([message("user", "Hello"), wrong])
