"""Passages that say nearly the same are read once."""

from dataclasses import replace
from datetime import timedelta

from app.answering.folding import fold
from app.knowledge.articles import Passage
from tests.builders import WRITTEN, a_chunk, an_article

TEXT = "Every employee has a right to paid leave, which is to be taken in the year in which it was earned."


def a_passage(id: str, text: str, days_later: int = 0) -> Passage:
    article = replace(an_article(id), updated_at=WRITTEN + timedelta(days=days_later))
    return Passage(a_chunk(id, text), article, 1.0)


def test_the_better_of_two_equal_passages_is_kept_and_the_other_says_why_not() -> None:
    folded = fold([a_passage("one", TEXT), a_passage("two", TEXT), a_passage("three", "Another thing.")], limit=5)

    assert [p.article.id for p in folded.kept] == ["one", "three"]
    assert folded.cut == {"two.1.0": "nearly the same as one.1.0"}


def test_the_newer_article_speaks_for_both_in_the_better_place() -> None:
    folded = fold([a_passage("old", TEXT), a_passage("other", "Another thing."), a_passage("new", TEXT, 9)], limit=2)

    assert [p.article.id for p in folded.kept] == ["new", "other"]
    assert folded.cut == {"old.1.0": "nearly the same as new.1.0, which is newer"}


def test_two_passages_that_differ_in_a_number_are_both_kept() -> None:
    folded = fold([a_passage("old", TEXT + " 20 days."), a_passage("new", TEXT + " 25 days.", 9)], limit=5)

    assert len(folded.kept) == 2


def test_no_more_are_kept_than_asked_for() -> None:
    folded = fold((a_passage(word, f"{word} is another thing") for word in ("one", "two", "three")), limit=2)

    assert [p.article.id for p in folded.kept] == ["one", "two"]
