"""Two orders become one: by scores, not by ranks, and by as much of each leg as the query deserves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.fusion import WEIGHTS, fuse, fuse_by_ranks, fusion_named, share_of_meaning, signals
from app.errors import SettingsError
from app.knowledge.articles import Passage, Ranks
from tests.builders import a_chunk, an_article


def a_leg(**scores: float) -> list[Passage]:
    """Passages named by the keywords, best first."""
    found = [Passage(a_chunk(id), an_article(id), score) for id, score in scores.items()]
    return sorted(found, key=lambda passage: -passage.score)


def a_leg_of(scores: list[float]) -> list[Passage]:
    return a_leg(**{f"p{number}": score for number, score in enumerate(scores)})


def order(passages: list[Passage]) -> list[str]:
    return [passage.article.id for passage in passages]


def test_a_passage_that_both_legs_like_comes_before_the_favourites_of_one() -> None:
    by_meaning = a_leg(only_meaning=0.9, both=0.85, neither=0.3)
    by_words = a_leg(only_words=12.0, both=11.0, neither=2.0)

    fused = fuse(by_meaning, by_words, share=0.5)

    assert order(fused)[0] == "both"
    assert {passage.article.id for passage in fused} == {"only_meaning", "only_words", "both", "neither"}


def test_distances_count_not_only_ranks() -> None:
    by_meaning = a_leg(far_ahead=0.9, second=0.2, last=0.1)
    by_words = a_leg(second=10.0, far_ahead=9.9, last=1.0)

    assert order(fuse(by_meaning, by_words, share=0.5)) == ["far_ahead", "second", "last"]


def test_each_passage_tells_its_rank_in_each_leg_and_its_score_lies_between_none_and_one() -> None:
    fused = fuse(a_leg(a=0.9, b=0.4), a_leg(b=7.0, c=3.0), share=0.5)

    assert {p.article.id: p.ranks for p in fused} == {
        "a": Ranks(meaning=1, words=None, fused=1),
        "b": Ranks(meaning=2, words=1, fused=2),
        "c": Ranks(meaning=None, words=2, fused=3),
    }
    assert [p.score for p in fused] == [0.5, 0.5, 0.0]


@pytest.mark.parametrize(("share", "first"), [(1.0, "meant"), (0.0, "worded")])
def test_a_leg_without_a_share_has_no_say(share: float, first: str) -> None:
    assert order(fuse(a_leg(meant=0.9, worded=0.1), a_leg(worded=9.0, meant=1.0), share))[0] == first


def test_where_one_leg_finds_nothing_the_other_decides_alone() -> None:
    leg = a_leg(a=0.9, b=0.4, c=0.1)

    assert order(fuse(leg, [])) == order(fuse([], leg)) == ["a", "b", "c"]
    assert fuse([], []) == []


def test_a_model_that_finds_everything_equally_near_gets_little_say() -> None:
    by_words = a_leg_of([20.0, 9.0, *([6.0] * 20)])
    seeing = a_leg_of([0.7, *(0.35 - n / 100 for n in range(20))])
    blind = a_leg_of([0.93 - n / 1000 for n in range(21)])

    assert share_of_meaning(blind, by_words) < 0.15
    assert share_of_meaning(seeing, by_words) > 2 * share_of_meaning(blind, by_words)


def test_words_that_single_out_one_passage_count_for_more_than_words_that_are_everywhere() -> None:
    by_meaning = a_leg_of([0.6 - n / 100 for n in range(30)])
    telling = a_leg_of([20.0, 8.0, *([5.0] * 20)])
    vague = a_leg_of([5.0 - n / 100 for n in range(22)])

    assert share_of_meaning(by_meaning, telling) < share_of_meaning(by_meaning, vague)


def test_a_code_that_one_passage_alone_has_beats_what_is_only_near_in_meaning() -> None:
    by_meaning = a_leg_of([0.34, 0.33, 0.3, 0.28, 0.26, 0.25, 0.2, 0.17, 0.14, 0.11, 0.08])
    by_words = a_leg(with_the_code=7.2)

    assert share_of_meaning(by_meaning, by_words) < 0.4
    assert order(fuse(by_meaning, by_words))[0] == "with_the_code"


def test_the_share_does_not_depend_on_how_large_bm25_grows_with_the_question() -> None:
    by_meaning, by_words = a_leg(a=0.6, b=0.2), a_leg(a=8.0, b=6.0, c=1.0)
    larger = [replace(passage, score=3 * passage.score) for passage in by_words]

    assert share_of_meaning(by_meaning, by_words) == pytest.approx(share_of_meaning(by_meaning, larger))


def test_there_is_a_weight_for_each_signal() -> None:
    assert ["bias", *signals([0.5], [3.0])] == list(WEIGHTS)


cosines = st.lists(st.floats(-1, 1, allow_nan=False), max_size=20)
bm25 = st.lists(st.floats(0, 100, allow_nan=False), max_size=20)


@given(cosines, bm25)
def test_nothing_is_lost_or_found_twice_whatever_the_scores(cosines: list[float], bm25: list[float]) -> None:
    by_meaning, by_words = a_leg_of(cosines), a_leg_of(bm25)

    fused = fuse(by_meaning, by_words)

    assert sorted(order(fused)) == sorted({*order(by_meaning), *order(by_words)})
    assert all(0 <= passage.score <= 1 + 1e-9 for passage in fused)
    assert [passage.ranks.fused for passage in fused] == list(range(1, len(fused) + 1))


def test_by_ranks_only_places_count() -> None:
    by_meaning, by_words = a_leg(first=0.9, second=0.1), a_leg(second=9.0, third=8.9)

    fused = fuse_by_ranks(by_meaning, by_words)

    assert order(fused) == ["second", "first", "third"]
    assert fused[0].score == pytest.approx(1 / 62 + 1 / 61)
    assert fused[0].ranks == Ranks(meaning=2, words=1, fused=1)


def test_the_setting_names_a_fusion_or_says_what_it_could_be() -> None:
    by_meaning, by_words = a_leg(a=0.9, b=0.1), a_leg(b=9.0, a=1.0)

    assert order(fusion_named("1")(by_meaning, by_words)) == ["a", "b"]
    assert order(fusion_named("0.0")(by_meaning, by_words)) == ["b", "a"]
    assert fusion_named("per_query") is fuse
    assert fusion_named("rrf") is fuse_by_ranks
    for wrong in ("1.5", "nan", "borda", ""):
        with pytest.raises(SettingsError, match="per_query, rrf or a share"):
            fusion_named(wrong)
