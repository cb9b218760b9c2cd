"""Golden questions as values: read from a file, and made from an answer that was really given. Asks nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.answering.answers import Outcome
from app.errors import FootnoteError, WrongUse
from app.knowledge.catalog import AnswerRecord
from evals.datasets import DatasetError, answerable_field, history_field, rows, text_field, texts_field

GOLDEN = Path(__file__).parent / "golden" / "questions.jsonl"


@dataclass(frozen=True)
class GoldenCase:
    """One line of questions.jsonl; evals/golden/README.md says what each field is."""

    id: str
    text: str
    history: tuple[tuple[str, str], ...]
    answerable: bool
    articles: tuple[str, ...]  # paths within the knowledge folder
    answers: tuple[str, ...]  # the very words
    audiences: tuple[str, ...]
    kind: str

    @property
    def fingerprint(self) -> str:
        """Of all of it: an edited case is another case."""
        return sha256(repr(self).encode()).hexdigest()[:12]


def read_cases(file: Path) -> list[GoldenCase]:
    """Every case of the file.

    Raises:
        DatasetError: with file and line.
    """
    cases = [_case(id_, row, where) for id_, row, where in rows(file)]
    if not cases:
        raise DatasetError(f"there is no question in {file}")
    return cases


def _case(id_: str, row: Mapping[str, Any], where: str) -> GoldenCase:
    case = GoldenCase(
        id_,
        text_field(row, "text", where),
        history_field(row, where),
        answerable_field(row, where),
        texts_field(row, "articles", where),
        texts_field(row, "answers", where),
        texts_field(row, "audiences", where),
        text_field(row, "kind", where, default="question"),
    )
    if not case.text.strip():
        raise DatasetError(f"{where}: question {id_!r} has no text")
    if case.answerable and not case.articles:
        raise DatasetError(f'{where}: {id_!r} is answerable and needs "articles", the paths of those that answer it')
    return case


def case_of(record: AnswerRecord, paths: Mapping[str, str], id_: str) -> dict[str, Any]:
    """A stored answer as a line for a curator to correct: what it cited is taken for right, a refusal for right too.

    What was said before the question is not kept with an answer; of a follow-up the curator adds the `history`.

    Args:
        paths: article id -> path within its source, for the articles that are still there.

    Raises:
        FootnoteError: an article that it rests on has been removed, and its quotes with it.
    """
    gone = sorted({cited.article_id for cited in record.citations if cited.article_id not in paths or not cited.quote})
    if gone:
        raise FootnoteError(f"answer {record.id} rests on an article that has been removed ({', '.join(gone)})")
    is_answered = record.outcome == Outcome.ANSWERED
    return {
        "_id": id_,
        "text": record.question,
        "answerable": is_answered,
        "articles": list(dict.fromkeys(paths[cited.article_id] for cited in record.citations)),
        "answers": list(dict.fromkeys(cited.quote for cited in record.citations)),
        "kind": "fact" if is_answered else "unanswerable",
        "from": record.id,
    }


def add_case(record: AnswerRecord, paths: Mapping[str, str], into: Path) -> dict[str, Any]:
    """Append the answer as a case; the line that was written.

    Raises:
        WrongUse: the file has it already, or it cannot be written.
        DatasetError: a line of the file is not a case.
    """
    there = [row for _, row, _ in rows(into)] if into.exists() else []
    twin = next((row for row in there if row.get("from") == record.id), None)
    if twin is not None:
        raise WrongUse(f"answer {record.id} is in {into} already, as {twin['_id']!r}")
    case = case_of(record, paths, _next_id([str(row["_id"]) for row in there]))
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        is_open_ended = into.exists() and not into.read_bytes().endswith(b"\n") and into.stat().st_size > 0
        with into.open("a", encoding="utf-8") as file:
            file.write(("\n" if is_open_ended else "") + json.dumps(case, ensure_ascii=False) + "\n")
    except OSError as problem:
        raise WrongUse(f"{into} cannot be written: {problem.strerror}") from problem
    return case


def _next_id(ids: Sequence[str]) -> str:
    """g61 after g60."""
    numbers = [int(id_[1:]) for id_ in ids if id_[:1] == "g" and id_[1:].isdigit()]
    return f"g{max(numbers, default=0) + 1:02}"
