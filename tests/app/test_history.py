"""A history from outside becomes turns, or is refused with the message that is wrong."""

from pathlib import Path

import pytest

from app.answering.answers import Turn
from app.answering.history import turn_of, turns_from
from app.errors import WrongUse
from app.language_models.scripted import ScriptedWriter
from tests.builders import publish_article
from tests.desks import a_desk


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


def test_a_kept_answer_becomes_a_turn_that_knows_what_its_writer_had_read(tmp_path: Path) -> None:
    writer = ScriptedWriter(lambda request: [f"{q.text} [{q.number}] " for q in request.quotables])
    house = a_desk(tmp_path, writer)
    publish_article(house.catalog, house.version, "refunds", ["Refunds take five days."])
    publish_article(house.catalog, house.version, "travel", ["Trains are booked in the portal."], title="Travel")
    house.index.publish()

    history: list[Turn] = []
    for question in ("How are trains booked?", "How long do refunds take, in how many days?"):
        answer = house.desk.ask(question, history).answer
        history.append(turn_of(house.catalog.answer(answer.id)))

    numbers = [[(given.article_id, given.number) for given in turn.given] for turn in history]
    assert numbers == [[("travel", 1), ("refunds", 2)], [("refunds", 2), ("travel", 1)]]


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
