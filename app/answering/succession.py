"""Which of two articles with one title but for a year is in force. Pure."""

import re
from collections.abc import Sequence

from app.answering.excerpts import Excerpt

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def in_force(excerpts: Sequence[Excerpt], question: str) -> list[Excerpt]:
    """The excerpts without those of an older edition whose newer one was found too; a year that is asked for stays."""
    asked = set(_YEAR.findall(question))
    return [
        excerpt
        for excerpt in excerpts
        if asked & set(_YEAR.findall(excerpt.article.title)) or not any(_succeeds(e, excerpt) for e in excerpts)
    ]


def _succeeds(newer: Excerpt, older: Excerpt) -> bool:
    titles = newer.article.title, older.article.title
    is_edition = _without_year(titles[0]) == _without_year(titles[1]) and titles[0] != titles[1]
    return is_edition and newer.article.updated_at > older.article.updated_at


def _without_year(title: str) -> str:
    return " ".join(re.findall(r"\w+", _YEAR.sub(" ", title).casefold()))
