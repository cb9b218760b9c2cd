"""Answers that were given, with their quotes and traces; and how an article's words leave them again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.errors import UnknownAnswer
from app.knowledge.catalog.tables import answers, articles, citations, traces

LISTED = "\n\n- "  # where a list of titles begins that ends a text
NAMED = "named"  # in a stored trace
REMOVED = "(an article that has been removed)"
WITHDRAWN = "This answer rested on an article that has been removed."


@dataclass(frozen=True)
class CitationRecord:
    """A footnote as it stood when the answer was given; `quote` is empty once the article is removed."""

    mark: int
    article_id: str
    title: str
    url: str
    revision: int
    start: int  # code points in the revision's text
    end: int
    quote: str
    updated_at: datetime


@dataclass(frozen=True)
class AnswerRecord:
    """An answer as it was given. `trace` is JSON-able; it keeps chunk ids, not text."""

    id: str
    question: str
    query: str
    outcome: str  # answered, not_found or declined
    text: str
    citations: tuple[CitationRecord, ...]
    asked_at: datetime
    trace: dict[str, Any] = field(default_factory=dict)
    named: tuple[str, ...] = ()  # ids of the articles whose titles stand as a list at the end of the text


def save(connection: Connection, record: AnswerRecord) -> None:
    connection.execute(delete(answers).where(answers.c.id == record.id))
    connection.execute(
        insert(answers).values(
            id=record.id,
            question=record.question,
            query=record.query,
            outcome=record.outcome,
            text=record.text.partition(LISTED)[0] if record.named else record.text,
            asked_at=record.asked_at,
        )
    )
    trace = record.trace | ({NAMED: list(record.named)} if record.named else {})
    connection.execute(insert(traces).values(answer_id=record.id, trace=trace))
    rows = [{"answer_id": record.id, "ordinal": n, **vars(cited)} for n, cited in enumerate(record.citations)]
    if rows:
        connection.execute(insert(citations), rows)
    for article_id in _removed(connection, record):
        blank(connection, article_id)


def answer(connection: Connection, answer_id: str) -> AnswerRecord:
    row = connection.execute(
        select(answers, traces.c.trace)
        .join(traces, traces.c.answer_id == answers.c.id)
        .where(answers.c.id == answer_id)
    ).first()
    if row is None:
        raise UnknownAnswer(f"there is no answer {answer_id!r}")
    cited = select(citations).where(citations.c.answer_id == answer_id).order_by(citations.c.ordinal)
    trace = dict(row.trace)
    named = tuple(trace.pop(NAMED, ()))
    return AnswerRecord(
        id=row.id,
        question=row.question,
        query=row.query,
        outcome=row.outcome,
        text="\n".join([row.text, "", *_titles(connection, named)]) if named else _without_list(row.text, row.outcome),
        citations=tuple(
            CitationRecord(**{name: c[name] for name in CitationRecord.__dataclass_fields__})
            for c in connection.execute(cited).mappings()
        ),
        asked_at=row.asked_at,
        trace=trace,
        named=named,
    )


def _titles(connection: Connection, named: Sequence[str]) -> list[str]:
    """As they are now: an answer keeps the ids only, so that a title goes with its article."""
    there = select(articles.c.id, articles.c.title).where(articles.c.id.in_(named), articles.c.removed_at.is_(None))
    titles: dict[str, str] = dict(connection.execute(there).all())
    return [f"- {titles.get(id_, REMOVED)}" for id_ in named]


def _without_list(text: str, outcome: str) -> str:
    """Answers of former versions kept titles, which outlived their articles."""
    return text if outcome == "answered" else text.partition(LISTED)[0]


def _removed(connection: Connection, record: AnswerRecord) -> Sequence[str]:
    """The articles it cites that were removed while it was written."""
    cited = {cited.article_id for cited in record.citations}
    tombstones = select(articles.c.id).where(articles.c.id.in_(cited), articles.c.removed_at.is_not(None))
    return connection.execute(tombstones).scalars().all()


def blank(connection: Connection, article_id: str) -> None:
    """Take a removed article's words out of every answer that cites it, and out of those answers' traces."""
    resting = select(citations.c.answer_id).where(citations.c.article_id == article_id)
    touched = connection.execute(resting.distinct()).scalars().all()
    for answer_id in touched:
        record = answer(connection, answer_id)
        own = [cited for cited in record.citations if cited.article_id == article_id]
        trace = without(record.trace, article_id, {cited.mark for cited in own})
        trace |= {NAMED: list(record.named)} if record.named else {}
        connection.execute(update(traces).where(traces.c.answer_id == answer_id).values(trace=trace))
        connection.execute(update(answers).where(answers.c.id == answer_id).values(text=WITHDRAWN))
    gone = {"quote": "", "title": "", "url": ""}
    connection.execute(update(citations).where(citations.c.article_id == article_id).values(gone))


def without(value: Any, article_id: str, marks: set[int]) -> Any:
    """A trace without the article's words: texts, quotes and titles beside its ids or its marks become empty."""
    if isinstance(value, list):
        return [without(element, article_id, marks) for element in value]
    if not isinstance(value, dict):
        return value
    own = (
        value.get("article_id") == article_id
        or str(value.get("chunk_id", "")).startswith(f"{article_id}.")
        or not marks.isdisjoint(value.get("marks") or ())
    )
    return {
        name: "" if own and name in {"text", "quote", "title", "url"} else without(element, article_id, marks)
        for name, element in value.items()
    }
