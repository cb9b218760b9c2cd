"""What the bundled reranker reads, when it stops, and what it says of it; its reader is a fake that keeps count."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.answering.reader import PassageReading, Readable
from app.answering.rerankers.bundled import FIRST, NEXT, BundledReranker, build
from app.errors import SettingsError
from app.knowledge.articles import Passage, Ranks
from app.settings import Settings
from tests.builders import a_chunk, an_article

LONG = 1e9  # seconds
QUESTION = "How long do refunds take?"


class FakeReader:
    """Finds relevant what says "answer", and knows every word but German ones."""

    name = "fake"

    def __init__(self) -> None:
        self.rounds: list[list[str]] = []
        self.read_last: Sequence[Readable] = ()

    def read(self, question: str, passages: Sequence[Readable]) -> list[PassageReading]:
        self.rounds.append([passage.text for passage in passages])
        self.read_last = passages
        return [PassageReading(9.0 if "answer" in passage.text else -9.0, 0.5, 0, 4, 1.0) for passage in passages]

    def familiarity(self, text: str) -> float:
        return 0.2 if "Werktage" in text else 1.0


class Clock:
    """Each look at it costs a second."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def passages(*texts: str) -> list[Passage]:
    return [
        Passage(a_chunk(text=text, position=place), an_article(), 1.0 - place / len(texts), Ranks(fused=place + 1))
        for place, text in enumerate(texts)
    ]


def a_reranker(reader: Any, seconds: float = LONG) -> BundledReranker:
    return BundledReranker(reader, seconds, Clock())


def test_what_the_reader_finds_relevant_comes_first() -> None:
    reranking = a_reranker(FakeReader()).rerank(QUESTION, passages("one thing", "another", "the answer", "more"))

    assert reranking.passages[0].chunk.text == "the answer"
    assert reranking.passages[0].score > 0.5 > reranking.passages[1].score
    assert reranking.note == "4 of 4 passages were read"


def test_reading_stops_when_the_order_is_settled() -> None:
    reader = FakeReader()

    reranking = a_reranker(reader).rerank(QUESTION, passages("the answer", *(f"other {n}" for n in range(19))))

    assert [len(read) for read in reader.rounds] == [FIRST]
    assert reranking.note == f"{FIRST} of 20 passages were read: the order was settled"
    assert len(reranking.read) == FIRST
    assert len(reranking.passages) == 20


def test_where_all_is_to_be_read_nothing_is_ever_settled() -> None:
    reader: Any = FakeReader()
    reranker = BundledReranker(reader, LONG, Clock(), reads_all=True)

    reranker.rerank(QUESTION, passages("the answer", *(f"other {n}" for n in range(19))))

    assert sum(len(read) for read in reader.rounds) == 20


def test_reading_goes_on_while_nothing_relevant_was_found() -> None:
    reader = FakeReader()

    reranking = a_reranker(reader).rerank(QUESTION, passages(*(f"other {n}" for n in range(19)), "the answer"))

    assert [len(read) for read in reader.rounds] == [FIRST, NEXT, NEXT, NEXT, 20 - FIRST - 3 * NEXT]
    assert reranking.passages[0].chunk.text == "the answer"


def test_no_round_begins_that_would_end_after_the_time_is_up() -> None:
    reader = FakeReader()

    reranking = a_reranker(reader, seconds=2.5).rerank(QUESTION, passages(*(f"other {n}" for n in range(20))))

    assert len(reader.rounds) == 1
    assert reranking.note == f"{FIRST} of 20 passages were read: 2.5 seconds were up"


@pytest.mark.parametrize(
    "question",
    ["Wie viele Werktage dauert eine Rückzahlung?", "退款需要多长时间？", "Когда вернут деньги?", "Werktage refund"],
)
def test_a_question_in_another_language_leaves_the_order_alone(question: str) -> None:
    reader, given = FakeReader(), passages("one", "two", "the answer")

    reranking = a_reranker(reader).rerank(question, given)

    assert (reranking.passages, reranking.read, reader.rounds) == (given, {}, [])
    assert reranking.note == "no passage was read: the question is not in the reader's language"


@pytest.mark.parametrize("question", ["Zytokine inhibit the Werktage of apoptosis", "refund card lost"])
def test_an_english_question_is_read_whatever_its_terms(question: str) -> None:
    reranking = a_reranker(FakeReader()).rerank(question, passages("one", "two"))

    assert len(reranking.read) == 2


def test_passages_in_another_language_are_not_read() -> None:
    reader = FakeReader()

    reranking = a_reranker(reader).rerank(
        QUESTION, passages("退款需要五个工作日。", "Das dauert nach dem Eingang der Ware nicht lange.", "the answer")
    )

    assert reader.rounds == [["the answer"]]
    assert {p.chunk.position for p in reranking.passages} == {0, 1, 2}
    assert reranking.note == "1 of 3 passages were read: the others are in another language"


def test_title_and_headings_are_read_above_the_text() -> None:
    reader = FakeReader()
    passage = Passage(a_chunk(headings=("Money", "Cards")), an_article(), 1.0)

    a_reranker(reader).rerank(QUESTION, [passage])

    assert reader.read_last == [Readable("Refunds\nMoney\nCards", passage.chunk.text)]


def test_a_model_that_does_not_come_with_the_desk_is_said_at_once() -> None:
    reader: Any = FakeReader()

    assert build(Settings(reranker="bundled"), reader).name == "bundled:fake"
    with pytest.raises(SettingsError, match="any cross-encoder runs as cross_encoder:ms-marco"):
        build(Settings(reranker="bundled:ms-marco"), reader)
