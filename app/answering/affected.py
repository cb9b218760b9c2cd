"""Answers that rested on a text which has changed or gone since: what was said, what stands there now, who was told.

An answer keeps the revision of every article it cites. Nothing is corrected here; channels do that where they can.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal

from app.answering.sentences import plain, units
from app.errors import UnknownAnswer, UnknownArticle, WrongUse
from app.knowledge.articles import Asker
from app.knowledge.catalog import Catalog, OutdatedCitation, Telling

# What became of a quote: it still stands in the article, word for word; other words stand there; nothing like it does;
# or the article is gone with all its words.
Fate = Literal["stands", "changed", "gone", "removed"]

_ALIKE = 0.6  # how alike a sentence of the new text must be to be what the quote became, 0 to 1
_LONGEST_TEXT = 400_000  # code points of an article in which a changed sentence is looked for


@dataclass(frozen=True)
class QuoteNow:
    """A footnote of an answer, and what became of its quote."""

    mark: int
    quote: str  # empty when the article is removed: its words are nowhere any more
    fate: Fate
    now: str = ""  # the sentence of the current text that took its place, where `fate` is `changed`


@dataclass(frozen=True)
class ChangedArticle:
    """An article that an answer cites, as it was and as it is."""

    article_id: str
    title: str  # empty when it is removed
    revision: int  # the one that the answer rested on
    now: int | None  # the current one; None when it is removed
    changed_at: datetime
    quotes: tuple[QuoteNow, ...]


@dataclass(frozen=True)
class Affected:
    """An answer that cites articles as they are no more. Its quotes may stand all the same."""

    answer_id: str
    question: str
    asked_at: datetime
    articles: tuple[ChangedArticle, ...]
    told: tuple[Telling, ...]

    @property
    def still_stands(self) -> bool:
        """Whether every quote from the changed articles stands in them as before."""
        return all(quote.fate == "stands" for article in self.articles for quote in article.quotes)


def affected(catalog: Catalog, since: datetime | None = None, asker: Asker | None = None) -> list[Affected]:
    """Latest answer first. Articles that changed before `since` do not count; None: since ever.

    Args:
        asker: only answers whose articles he may all read; None is the curator's own command line. A removed article
            has no readers to ask about, so that what was asked of it is not told to an asker.
    """
    text_of = lru_cache(maxsize=64)(lambda article_id, revision: catalog.revision(article_id, revision, None).text)
    found: list[Affected] = []
    for answer_id, outdated in groupby(catalog.outdated_citations(since), key=lambda citation: citation.answer_id):
        changed = _articles(list(outdated), text_of)
        try:
            record = catalog.answer(answer_id)
        except UnknownAnswer:
            continue  # dropped meanwhile
        if asker is not None and not _may_read_all(catalog, asker, {c.article_id for c in record.citations if c.quote}):
            continue
        is_told = asker is None or all(article.now is not None for article in changed)
        question = record.question if is_told else ""
        told = tuple(catalog.told.of(answer_id))
        found.append(Affected(answer_id, question, record.asked_at, changed, told))
    return found


def _may_read_all(catalog: Catalog, asker: Asker, article_ids: Iterable[str]) -> bool:
    try:
        for article_id in article_ids:
            catalog.article(article_id, asker)
    except UnknownArticle:
        return False
    return True


def _articles(outdated: Sequence[OutdatedCitation], text_of: Any) -> tuple[ChangedArticle, ...]:
    of: dict[str, list[OutdatedCitation]] = {}
    for citation in outdated:
        of.setdefault(citation.article_id, []).append(citation)
    return tuple(_article(citations, text_of) for citations in of.values())


def _article(citations: Sequence[OutdatedCitation], text_of: Any) -> ChangedArticle:
    first = citations[0]
    try:
        text = None if first.now is None else text_of(first.article_id, first.now)
    except UnknownArticle:
        text = None  # changed again meanwhile
    quotes = tuple(quote_now(citation.mark, citation.quote, text) for citation in citations)
    return ChangedArticle(first.article_id, first.title, first.revision, first.now, first.changed_at, quotes)


def quote_now(mark: int, quote: str, text: str | None) -> QuoteNow:
    """What became of a quote; `text` is the article's current one, None when there is none."""
    if text is None or not quote:
        return QuoteNow(mark, quote, "removed")
    if quote in text:
        return QuoteNow(mark, quote, "stands")
    said = " ".join(unit.shown for unit in units(quote)) or plain(quote)
    successor = _successor(said, text[:_LONGEST_TEXT])
    if successor == said:
        return QuoteNow(mark, quote, "stands")  # in other markup, or broken into other lines
    return QuoteNow(mark, quote, "changed" if successor else "gone", successor)


def _successor(said: str, text: str) -> str:
    """The sentence of the text that is most like what was said; empty when none is."""
    best, best_alike = "", _ALIKE
    matcher = SequenceMatcher(None, "", said, autojunk=False)
    for unit in units(text):
        if unit.shown == said:
            return said
        matcher.set_seq1(unit.shown)
        if matcher.real_quick_ratio() > best_alike and matcher.quick_ratio() > best_alike:
            alike = matcher.ratio()
            if alike > best_alike:
                best, best_alike = unit.shown, alike
    return best


def moment_from(written: str, now: datetime) -> datetime:
    """`2026-11-01`, `2026-11-01T09:30`, or so long ago: `36h`, `7d`, `2w`. Aware, UTC where no zone is named.

    Raises:
        WrongUse: it is none of these.
    """
    units_of_time = {"h": "hours", "d": "days", "w": "weeks"}
    try:
        if written[-1:] in units_of_time and written[:-1].isdecimal():
            return now - timedelta(**{units_of_time[written[-1]]: int(written[:-1])})
        moment = datetime.fromisoformat(written.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise WrongUse(
            f"{written!r} is no time; write a date such as 2026-11-01, a time such as 2026-11-01T09:30, or how long "
            "ago: 36h, 7d, 2w"
        ) from problem


def affected_as_json(answers: Sequence[Affected]) -> dict[str, Any]:
    """What `footnote answers affected --json` prints, and the API sends."""
    return {"answers": [_as_json(answer) for answer in answers]}


def _as_json(answer: Affected) -> dict[str, Any]:
    return {
        "trace_id": answer.answer_id,
        "question": answer.question,
        "asked_at": answer.asked_at.isoformat(),
        "still_stands": answer.still_stands,
        "articles": [
            {
                "article_id": article.article_id,
                "title": article.title,
                "change": "removed" if article.now is None else "changed",
                "changed_at": article.changed_at.isoformat(),
                "revision": article.revision,
                "revision_now": article.now,
                "quotes": [vars(quote) for quote in article.quotes],
            }
            for article in answer.articles
        ],
        "told": [
            {
                "channel": telling.channel,
                "place": telling.place,
                "reader": telling.reader,
                "told_at": telling.told_at.isoformat(),
                "settled_as": telling.settled_as,
            }
            for telling in answer.told
        ],
    }
