"""A follow-up stays with the article that the conversation is about."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.answering.answers import Turn
from app.answering.continuity import BEFORE, BESIDE, FADING, continued
from app.knowledge.articles import Passage
from tests.builders import a_chunk, an_article, publish_article
from tests.desks import a_desk, turns


def a_passage(place: str, score: float) -> Passage:
    """`tours.1` is the passage of the article `tours` at position 1."""
    article_id, _, position = place.partition(".")
    return Passage(a_chunk(article_id, position=int(position)), an_article(article_id), score)


def order(passages: list[Passage]) -> list[str]:
    return [f"{passage.article.id}.{passage.chunk.position}" for passage in passages]


FUSED = [a_passage("walks.2", 0.8), a_passage("tours.2", 0.78), a_passage("tours.1", 0.1), a_passage("food.1", 0.0)]


def test_what_the_last_turn_found_elsewhere_in_an_article_lifts_its_passages() -> None:
    last_turn = [a_passage("tours.1", 20.0), a_passage("food.1", 4.0)]

    assert order(continued(FUSED, [last_turn], need=1.0))[:2] == ["tours.2", "walks.2"]


def test_the_passage_that_answered_the_last_question_gains_nothing_by_it() -> None:
    before = continued(FUSED, [], need=1.0)
    after = continued(FUSED, [[a_passage("walks.2", 20.0), a_passage("food.9", 4.0)]], need=1.0)

    assert order(after) == order(before)


def test_a_question_that_stands_alone_keeps_its_order() -> None:
    last_turn = [a_passage("tours.1", 20.0), a_passage("food.1", 4.0)]

    assert continued(FUSED, [last_turn], need=0.0) == FUSED


def test_turns_count_the_less_the_longer_they_are_ago() -> None:
    recent, long_ago = [a_passage("tours.1", 9.0)], [a_passage("walks.1", 9.0)]
    fused = [a_passage("tours.2", 0.5), a_passage("walks.2", 0.5)]

    assert order(continued(fused, [recent, long_ago], need=1.0)) == ["tours.2", "walks.2"]
    assert order(continued(fused, [long_ago, recent], need=1.0)) == ["walks.2", "tours.2"]


def test_the_best_keeps_the_best_score_and_ranks_tell_the_new_order() -> None:
    found = continued(FUSED, [[a_passage("tours.1", 20.0), a_passage("food.1", 4.0)]], need=1.0)

    lifted = 0.78 + BESIDE * 0.1 + BEFORE * FADING**0 * 1.0
    assert found[0].score == pytest.approx(0.8)
    assert found[1].score == pytest.approx(0.8 * 0.8 / lifted)
    assert [passage.ranks.fused for passage in found] == [1, 2, 3, 4]
    assert continued([], [], need=1.0) == []


def test_a_follow_up_is_answered_from_the_article_of_the_turn_before(tmp_path: Path) -> None:
    house = a_desk(tmp_path)
    for name, start, dogs in (
        ("a", "harbour walk starts at noon", "carried"),
        ("b", "tower tour starts at ten", "small"),
    ):
        publish_article(house.catalog, house.version, name, [f"The {start}.", f"Dogs may come if they are {dogs}."])
    house.index.publish()
    conversation = turns(("When does the tower tour start?", "It starts at ten."))

    def about_dogs(history: Sequence[Turn]) -> str:
        found = house.desk.search("May dogs come?", history).candidates
        return next(c.passage.article.id for c in found if "Dogs" in c.passage.chunk.text)

    assert about_dogs([]) == "a"
    assert about_dogs(conversation) == "b"
