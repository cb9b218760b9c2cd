"""Which answers rested on text that is not an article's current one any more. Runs in the caller's transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, case, func, select

from app.knowledge.catalog.tables import answers, articles, citations, revisions


@dataclass(frozen=True)
class OutdatedCitation:
    """A footnote whose article has another revision now, or is gone; its quote is empty then."""

    answer_id: str
    mark: int
    article_id: str
    title: str  # as it is now; empty when the article is gone
    revision: int  # the one it rested on
    now: int | None  # the current one; None when the article is gone
    changed_at: datetime  # when that came about
    quote: str


def outdated(connection: Connection, since: datetime | None) -> list[OutdatedCitation]:
    """Those of all answers, the latest answer first; with `since`, where the article changed at that time or later."""
    is_gone = articles.c.removed_at.is_not(None)
    changed_at = func.coalesce(articles.c.removed_at, revisions.c.created_at, type_=articles.c.removed_at.type)
    query = (
        select(
            citations.c.answer_id,
            citations.c.mark,
            citations.c.article_id,
            articles.c.title,
            citations.c.revision,
            case((is_gone, None), else_=articles.c.revision).label("now"),
            changed_at.label("changed_at"),
            citations.c.quote,
        )
        .join(answers, answers.c.id == citations.c.answer_id)
        .join(articles, articles.c.id == citations.c.article_id)
        .outerjoin(revisions, (revisions.c.article_id == articles.c.id) & (revisions.c.number == articles.c.revision))
        .where(is_gone | (articles.c.revision != citations.c.revision))
        .order_by(answers.c.asked_at.desc(), citations.c.answer_id, citations.c.ordinal)
    )
    if since is not None:
        query = query.where(changed_at >= since.astimezone(UTC))
    return [OutdatedCitation(**row) for row in connection.execute(query).mappings()]
