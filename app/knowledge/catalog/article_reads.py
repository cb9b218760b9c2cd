"""Articles and revisions as the catalog tells them. Every function runs in the caller's transaction."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, select

from app.errors import UnknownArticle
from app.knowledge.articles import Article, Asker, Revision
from app.knowledge.catalog.tables import article_audiences, articles, revisions

_AT_ONCE = 10_000  # ids in one IN (...): under SQLite's limit of 250,000 and PostgreSQL's of 65,535

Item = TypeVar("Item")


@dataclass(frozen=True)
class Seen:
    """What the catalog holds of an article that is there: enough to tell whether it has changed."""

    article: Article
    bytes_hash: str
    text_hash: str


def portions(ids: Iterable[Item], size: int = _AT_ONCE) -> Iterator[list[Item]]:
    """The ids, as many at once as a database takes in one statement."""
    rest = iter(ids)
    while portion := list(islice(rest, size)):
        yield portion


def alive() -> ColumnElement[bool]:
    return articles.c.removed_at.is_(None)


def readable_by(asker: Asker) -> ColumnElement[bool]:
    """What an article must fulfil so that this asker may read it: they share an audience. Nothing else counts."""
    return exists().where(
        article_audiences.c.article_id == articles.c.id, article_audiences.c.audience.in_(sorted(asker.audiences))
    )


def seen(connection: Connection, article_id: str) -> Seen | None:
    query = (
        select(articles, revisions.c.text_hash)
        .join(revisions, (revisions.c.article_id == articles.c.id) & (revisions.c.number == articles.c.revision))
        .where(articles.c.id == article_id, alive())
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return Seen(_with_audiences(connection, [row])[0], row.bytes_hash, row.text_hash)


def next_revision(connection: Connection, article_id: str) -> int:
    last = connection.execute(select(articles.c.revision).where(articles.c.id == article_id)).scalar()
    return 1 if last is None else last + 1


def of_source(connection: Connection, source_id: str) -> list[Article]:
    return _listed(connection, select(articles).where(articles.c.source_id == source_id, alive()))


def readable(connection: Connection, asker: Asker | None) -> list[Article]:
    query = select(articles).where(alive())
    return _listed(connection, query if asker is None else query.where(readable_by(asker)))


def article(connection: Connection, article_id: str, asker: Asker | None) -> Article:
    query = select(articles).where(articles.c.id == article_id, alive())
    row = connection.execute(query if asker is None else query.where(readable_by(asker))).first()
    if row is None:
        raise UnknownArticle(f"there is no article {article_id!r}; `footnote articles list` shows those there are")
    return _with_audiences(connection, [row])[0]


def revision(connection: Connection, article_id: str, number: int, asker: Asker | None) -> Revision:
    article(connection, article_id, asker)
    query = select(revisions.c.text).where(revisions.c.article_id == article_id, revisions.c.number == number)
    text = connection.execute(query).scalar()
    if text is None:
        raise UnknownArticle(f"article {article_id!r} has no revision {number} any more; open its current one")
    return Revision(article_id, number, text)


def audiences_of(connection: Connection, article_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """By article; none for one that is removed."""
    found: dict[str, set[str]] = {}
    for ids in portions(article_ids):
        query = select(article_audiences.c.article_id, article_audiences.c.audience)
        for id_, audience in connection.execute(query.where(article_audiences.c.article_id.in_(ids))).all():
            found.setdefault(id_, set()).add(audience)
    return {id_: frozenset(audiences) for id_, audiences in found.items()}


def _with_audiences(connection: Connection, rows: Sequence[Row[Any]]) -> list[Article]:
    audiences = audiences_of(connection, [row.id for row in rows])
    return [
        Article(
            id=row.id,
            source_id=row.source_id,
            path=row.path,
            title=row.title,
            url=row.url,
            audiences=audiences[row.id],
            updated_at=row.updated_at,
            revision=row.revision,
        )
        for row in rows
    ]


def _listed(connection: Connection, query: Select[Any]) -> list[Article]:
    return _with_audiences(connection, connection.execute(query.order_by(articles.c.title, articles.c.id)).all())
