"""An answer that was really given becomes a golden case, for a curator to correct."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.errors import FootnoteError, WrongUse
from cli import footnote
from evals.datasets import DatasetError
from evals.golden_cases import GOLDEN, add_case, read_cases
from tests.builders import publish_article
from tests.desks import TestDesk, a_desk

PATHS = {"refunds": "hr/refunds.md"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestDesk]:
    house = a_desk(tmp_path / "data")
    publish_article(house.catalog, house.version, "refunds", ["Refunds take five days."])
    house.index.publish()
    yield house
    house.desk.close()
    house.catalog.close()


def an_answer(house: TestDesk, question: str = "How long do refunds take?") -> str:
    return house.desk.ask(question).answer.id


def test_question_cited_articles_and_quotes_become_a_case(house: TestDesk, tmp_path: Path) -> None:
    record = house.catalog.answer(an_answer(house))
    into = tmp_path / "questions.jsonl"
    into.write_text('{"_id": "g07", "text": "x", "answerable": false, "articles": [], "answers": []}')

    add_case(record, PATHS, into)

    case = read_cases(into)[-1]
    assert (case.id, case.text, case.answerable) == ("g08", "How long do refunds take?", True)
    assert case.articles == ("hr/refunds.md",)
    assert case.answers == ("Refunds take five days.",)


def test_a_refusal_becomes_an_unanswerable_case(house: TestDesk, tmp_path: Path) -> None:
    record = house.catalog.answer(an_answer(house, "?!"))

    add_case(record, PATHS, tmp_path / "own.jsonl")

    [case] = read_cases(tmp_path / "own.jsonl")
    assert (case.id, case.answerable, case.kind, case.articles) == ("g01", False, "unanswerable", ())


def test_the_same_answer_is_not_added_twice(house: TestDesk, tmp_path: Path) -> None:
    record = house.catalog.answer(an_answer(house))
    add_case(record, PATHS, tmp_path / "own.jsonl")

    with pytest.raises(WrongUse, match="already, as 'g01'"):
        add_case(record, PATHS, tmp_path / "own.jsonl")


def test_an_answer_whose_article_is_removed_is_no_case_any_more(house: TestDesk, tmp_path: Path) -> None:
    id_ = an_answer(house)
    house.catalog.remove_article("refunds")

    with pytest.raises(FootnoteError, match=r"has been removed \(refunds\)"):
        add_case(house.catalog.answer(id_), {}, tmp_path / "own.jsonl")


def test_an_unknown_answer_is_named_with_where_ids_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path))

    ran = CliRunner().invoke(footnote, ["eval", "add-case", "nowhere", "--into", str(tmp_path / "own.jsonl")])

    assert isinstance(ran.exception, FootnoteError)
    assert "'nowhere'" in str(ran.exception) and "trace_id" in str(ran.exception)
    assert not (tmp_path / "own.jsonl").exists()


def test_an_answer_is_added_by_one_command(house: TestDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path / "data"))
    into = tmp_path / "own.jsonl"

    ran = CliRunner().invoke(footnote, ["eval", "add-case", an_answer(house), "--into", str(into)])

    assert ran.exit_code == 0, ran.output
    assert json.loads(into.read_text())["articles"] == ["refunds.md"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"_id": "g1", "text": " ", "articles": ["a.md"]}', "has no text"),
        ('{"_id": "g1", "text": "Why?"}', 'needs "articles"'),
        ('{"_id": "g1", "text": "Why?", "articles": "a.md"}', '"articles" has to be a list'),
        ('{"_id": "g1", "text": "Why?", "articles": [1]}', 'each of the "articles" has to be a text'),
        ('{"_id": "g1", "text": "Why?", "articles": ["a.md"], "history": [{"role": "x"}]}', "message 1 of the history"),
    ],
)
def test_a_case_that_is_wrong_is_named_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    (tmp_path / "own.jsonl").write_text(line + "\n")

    with pytest.raises(DatasetError, match=f"own.jsonl, line 1: .*{complaint}"):
        read_cases(tmp_path / "own.jsonl")


def test_the_committed_questions_can_be_read() -> None:
    assert len(read_cases(GOLDEN)) >= 60
