"""The arithmetic of fitting the blend and the stop rule, on lists whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from app.answering.rerankers.bundled import FIRST, NEXT
from evals.fit_rerank import USED, Blend, Case, chosen_facts, fitted, ndcg, read_until_settled, stopped


def a_case(of_set: str, right: int, relevance: list[float]) -> Case:
    count = len(relevance)
    return Case(
        of_set=of_set,
        documents=tuple(f"d{place}" for place in range(count)),
        relevant=(f"d{right}",),
        fused=tuple(np.linspace(1, 0, count).tolist()),
        relevance=tuple(relevance),
        answerable=(0.5,) * count,
        span=(0.0,) * count,
        meaning=(0.0,) * count,
        words=(0.0,) * count,
        title=(0.0,) * count,
    )


def cases(told: float) -> list[Case]:
    """Lists of 20 whose right passage the reader tells by `told` logits, among noise."""
    draw = np.random.default_rng(3)
    found = []
    for number in range(60):
        right = int(draw.integers(0, 20))
        relevance = draw.normal(0, 1, 20)
        relevance[right] += told
        found.append(a_case("abc"[number % 3], right, relevance.tolist()))
    return found


def test_a_reader_that_knows_gets_the_say() -> None:
    known, guessed = fitted(cases(told=6.0)), fitted(cases(told=0.0))

    assert known.weights["relevance"] > 0.5
    assert abs(guessed.weights["relevance"]) < 0.3


def test_the_likelihood_of_all_candidates_is_how_many_are_right() -> None:
    found = cases(told=2.0)
    blend = fitted(found)

    likely = np.concatenate([1 / (1 + np.exp(-blend.read(case))) for case in found])

    assert likely.mean() == pytest.approx(1 / 20, abs=0.005)


def test_reading_goes_on_until_the_best_stands_far_enough_above_what_waits() -> None:
    unread = np.linspace(0, -5, 20)
    read = np.full(20, -3.0)
    read[FIRST + 1] = 9.0

    assert read_until_settled(read, unread, margin=4.0) == FIRST + NEXT
    assert read_until_settled(read, unread, margin=99.0) == 20
    assert read_until_settled(read[:3], unread[:3], margin=99.0) == 3


def test_a_wider_margin_reads_more_and_keeps_more_of_the_gain() -> None:
    found = cases(told=5.0)
    blend = fitted(found)

    narrow, wide, all_of_it = (stopped(found, blend, margin) for margin in (1.0, 4.0, 99.0))

    assert narrow["pairs"] < wide["pairs"] < all_of_it["pairs"] == 1.0
    assert narrow["gain kept"] <= wide["gain kept"] <= all_of_it["gain kept"] == 1.0


def test_a_fact_that_tells_on_every_set_is_weighed_and_one_that_does_not_is_left_out() -> None:
    noise = np.random.default_rng(5)
    told = [
        replace(case, title=tuple(3.0 * case.truth), words=tuple(noise.normal(0, 1, len(case.truth)).tolist()))
        for case in cases(told=1.0)
    ]

    facts, tried = chosen_facts(told)

    assert facts == (*USED, "title")
    assert tried[" + ".join(USED)] + 0.001 <= tried[" + ".join(facts)]


def test_only_the_first_has_a_lead() -> None:
    case = replace(a_case("a", 0, [0.0] * 3), fused=(0.9, 0.6, 0.5))

    assert case.facts(["lead"]).ravel().tolist() == pytest.approx([0.3, 0.0, 0.0])
    assert replace(a_case("a", 0, [0.0]), fused=(0.9,)).facts(["lead"]).tolist() == [[0.0]]


def test_a_document_counts_once_at_its_best_passage() -> None:
    case = replace(a_case("a", 0, [0.0] * 3), documents=("x", "x", "y"), relevant=("y",))

    assert ndcg(case, np.array([3.0, 2.0, 1.0])) == pytest.approx(1 / np.log2(3))
    assert Blend(0.0, {"relevance": 0.0, "fused": 1.0}, 0.0, 1.0).read(case).tolist() == [1.0, 0.5, 0.0]
