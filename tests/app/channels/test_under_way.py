"""Answers are written on whoever watches, and never by more threads than there are places."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from app.answering.answers import Cancelled
from app.channels.house import House
from app.channels.under_way import TooMany, UnderWay
from app.errors import WrongUse
from tests.app.channels.houses import PatientWriter, a_house

QUESTION = "How long do refunds take?"


@pytest.fixture
def writer() -> PatientWriter:
    return PatientWriter()


@pytest.fixture
def house(tmp_path: Path, writer: PatientWriter) -> Iterator[House]:
    with a_house(tmp_path, writer, at_once=2) as house:
        yield house


def whole(under_way: UnderWay) -> UnderWay:
    end = monotonic() + 10
    while not under_way.done and monotonic() < end:
        under_way.wait(0.1)
    assert under_way.done
    return under_way


def test_an_answer_nobody_watches_is_written_and_kept(house: House, writer: PatientWriter) -> None:
    under_way = house.start(QUESTION, ())
    writer.write_all()

    answer = whole(under_way).answer

    assert under_way.text == answer.text == house.answer(answer.id).text
    assert house.under_way.find(under_way.id) is under_way


def test_what_is_written_can_be_seen_on_the_way(house: House, writer: PatientWriter) -> None:
    under_way = house.start(QUESTION, ())
    told: list[str] = []
    under_way.watch(lambda: told.append(under_way.text))

    writer.write_first()
    while not under_way.text:
        under_way.wait(0.1)
    was_done = under_way.done
    writer.write_all()

    assert not was_done
    assert whole(under_way).text == told[-1]


def test_one_too_many_is_told_to_come_back(house: House, writer: PatientWriter) -> None:
    taken = [house.start(QUESTION, ()) for _ in range(2)]

    with pytest.raises(TooMany, match="2 answers"):
        house.start(QUESTION, ())

    writer.write_all()
    for under_way in taken:
        whole(under_way)
    whole(house.start(QUESTION, ()))


def test_cancelling_stops_the_writer_and_frees_the_place(house: House, writer: PatientWriter) -> None:
    under_way = house.start(QUESTION, ())
    writer.write_first()
    while not under_way.text:
        under_way.wait(0.1)

    under_way.cancel()
    writer.may_write[2].set()

    with pytest.raises(Cancelled):
        _ = whole(under_way).answer
    writer.write_all()  # what is on its way is its last
    assert writer.stopped.wait(5)


def test_a_question_the_desk_refuses_is_refused_in_its_words(house: House) -> None:
    under_way = whole(house.start("", ()))

    with pytest.raises(WrongUse, match="empty"):
        _ = under_way.answer
