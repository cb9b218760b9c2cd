"""What askers said about answers: helpful or not, and the gaps, questions the desk answered wrongly or not at all."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from app.knowledge.catalog.tables import feedback, gaps

WRONG, ASKED_OWNER = "wrong", "asked_owner"

Access = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True)
class Gap:
    """A question that the articles, or the desk, should answer better."""

    key: str  # the same gap, reported twice by a retry, is one
    kind: str  # wrong: somebody said so; asked_owner: somebody wanted a person to answer
    question: str
    answer_id: str  # what it got; empty when there was none
    channel: str
    asker: str
    note: str
    made_at: datetime


@dataclass(frozen=True)
class Feedback:
    """One asker's thumb on one answer; the last one counts."""

    answer_id: str
    asker: str
    channel: str
    helpful: bool
    given_at: datetime


class Gaps:
    """Each call is one transaction."""

    def __init__(self, reading: Access, writing: Access) -> None:
        self._reading = reading
        self._writing = writing

    def add(self, gap: Gap) -> bool:
        """False when a gap of this key is there already."""
        with self._writing() as connection:
            if connection.execute(select(gaps.c.id).where(gaps.c.key == gap.key)).first() is not None:
                return False
            connection.execute(insert(gaps).values(vars(gap)))
            return True

    def all(self) -> list[Gap]:
        """Oldest first."""
        with self._reading() as connection:
            return [_read(Gap, row) for row in connection.execute(select(gaps).order_by(gaps.c.id))]

    def rate(self, given: Feedback) -> None:
        values: dict[str, Any] = vars(given) | {"given_at": given.given_at.astimezone(UTC)}
        mine = and_(feedback.c.answer_id == given.answer_id, feedback.c.asker == given.asker)
        with self._writing() as connection:
            if not connection.execute(update(feedback).where(mine).values(values)).rowcount:
                connection.execute(insert(feedback).values(values))

    def ratings(self, answer_id: str) -> list[Feedback]:
        """By asker."""
        query = select(feedback).where(feedback.c.answer_id == answer_id).order_by(feedback.c.asker)
        with self._reading() as connection:
            return [_read(Feedback, row) for row in connection.execute(query)]


def _read(kind: type[Any], row: Row[Any]) -> Any:
    return kind(**{name: getattr(row, name) for name in kind.__dataclass_fields__})
