"""Which message showed which answer to whom: what a channel has to correct when an article changes or goes."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from app.knowledge.catalog.tables import article_audiences, articles, citations, told

Access = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True)
class Telling:
    """An answer as one message showed it. `audiences` are those it was drawn from, and may be read with."""

    channel: str  # slack, page, api, ...
    place: str  # where in that channel, unique there; in Slack `C123/1700000000.000100`
    answer_id: str
    reader: str  # who sees that place, in the channel's words
    audiences: tuple[str, ...]
    told_at: datetime
    about: Mapping[str, Any] = field(default_factory=dict)  # what the channel needs to find it again; JSON-able
    settled_as: str | None = None  # why there is nothing (more) to correct in it: corrected, stands, left, ...


@dataclass(frozen=True)
class Change:
    """What became of an article that an answer cites."""

    article_id: str
    revision: int  # the one that the answer rested on
    now: int | None  # the current one; None when the article is gone, or not for the readers of that place any more


@dataclass(frozen=True)
class Outdated:
    """A message that shows an answer whose articles have changed since. Its quotes may stand all the same."""

    telling: Telling
    changes: tuple[Change, ...]


class Told:
    """Each call is one transaction."""

    def __init__(self, reading: Access, writing: Access) -> None:
        self._reading = reading
        self._writing = writing

    def tell(self, telling: Telling) -> None:
        """A message that shows another answer now is told anew, and open to correction again."""
        with self._writing() as connection:
            tell(connection, telling)

    def at(self, channel: str, place: str) -> Telling | None:
        """What a message shows; None for a message that shows no answer."""
        with self._reading() as connection:
            row = connection.execute(select(told).where(told.c.channel == channel, told.c.place == place)).first()
            return None if row is None else _telling(row)

    def of(self, answer_id: str) -> list[Telling]:
        """Where one answer was shown, oldest first."""
        query = select(told).where(told.c.answer_id == answer_id).order_by(told.c.id)
        with self._reading() as connection:
            return [_telling(row) for row in connection.execute(query)]

    def outdated(self, channel: str, limit: int = 100) -> list[Outdated]:
        """The open ones whose answer cites an article that has a newer revision, is gone, or is not for its readers."""
        is_open = (told.c.channel == channel, told.c.settled_as.is_(None))
        current = and_(articles.c.id == citations.c.article_id, articles.c.removed_at.is_(None))
        query = (
            select(told, citations.c.article_id.label("cited"), citations.c.revision, articles.c.revision.label("now"))
            .join(citations, citations.c.answer_id == told.c.answer_id)
            .outerjoin(articles, current)
            .where(*is_open)
            .order_by(told.c.id)
        )
        rested_on = select(citations.c.article_id).join(told, told.c.answer_id == citations.c.answer_id).where(*is_open)
        readers = select(article_audiences).where(article_audiences.c.article_id.in_(rested_on))
        tellings: dict[int, Telling] = {}
        changes: dict[int, dict[str, Change]] = {}
        audiences: dict[str, set[str]] = {}
        with self._reading() as connection:
            rows = connection.execute(query).all()
            for article_id, audience in connection.execute(readers):
                audiences.setdefault(article_id, set()).add(audience)
        for row in rows:
            is_hidden = audiences.get(row.cited, set()).isdisjoint(row.audiences)
            now = None if is_hidden else row.now
            if now != row.revision:
                tellings[row.id] = _telling(row)
                changes.setdefault(row.id, {})[row.cited] = Change(row.cited, row.revision, now)
        return [Outdated(telling, tuple(changes[id_].values())) for id_, telling in tellings.items()][:limit]

    def settle(self, telling: Telling, settled_as: str) -> bool:
        """Nothing (more) to correct in it; False when that was said before, or it shows another answer by now."""
        open_ = and_(
            told.c.channel == telling.channel,
            told.c.place == telling.place,
            told.c.answer_id == telling.answer_id,
            told.c.settled_as.is_(None),
        )
        settled = {"settled_as": settled_as, "settled_at": datetime.now(UTC)}
        with self._writing() as connection:
            return bool(connection.execute(update(told).where(open_).values(settled)).rowcount)


def tell(connection: Connection, telling: Telling) -> None:
    values = {**vars(telling), "audiences": sorted(telling.audiences), "about": dict(telling.about)}
    values |= {"settled_at": None}
    here = and_(told.c.channel == telling.channel, told.c.place == telling.place)
    if not connection.execute(update(told).where(here).values(values)).rowcount:
        connection.execute(insert(told).values(values))


def _telling(row: Row[Any]) -> Telling:
    values = {name: getattr(row, name) for name in Telling.__dataclass_fields__}
    return Telling(**{**values, "audiences": tuple(row.audiences)})
