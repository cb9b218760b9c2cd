"""A comparison calls a difference real when it is, and not when it is not."""

import random

import pytest

from evals.significance import compare, holm


def values(seed: int, shift: float = 0.0) -> dict[str, float]:
    draw = random.Random(seed)
    return {f"q{number}": draw.random() + shift for number in range(200)}


def test_a_clear_difference_is_found_and_its_size_is_right() -> None:
    noise = random.Random(3)
    before = values(1)
    after = {query: value + 0.1 + noise.uniform(-0.1, 0.1) for query, value in before.items()}

    comparison = compare("old", "new", "nDCG@10", before, after)

    assert comparison.difference == pytest.approx(0.1, abs=0.02)
    assert comparison.ci95[0] < comparison.difference < comparison.ci95[1]
    assert comparison.p < 0.001


def test_two_draws_of_the_same_thing_do_not_differ() -> None:
    assert compare("a", "b", "R@5", values(1), values(2)).p > 0.05


def test_equal_values_give_no_difference_and_p_one() -> None:
    comparison = compare("a", "b", "R@5", values(1), values(1))

    assert (comparison.difference, comparison.p, comparison.ci95) == (0.0, 1.0, (0.0, 0.0))


def test_the_same_comparison_gives_the_same_figures_twice() -> None:
    assert compare("a", "b", "R@5", values(1), values(2)) == compare("a", "b", "R@5", values(1), values(2))


def test_holm_corrects_upwards_and_keeps_the_order() -> None:
    comparisons = [compare("a", str(seed), "R@5", values(1), values(seed, shift=0.05)) for seed in (2, 3, 4)]

    corrected = holm(comparisons)

    assert [c.b for c in corrected] == [c.b for c in comparisons]
    assert all(after.p >= before.p for before, after in zip(comparisons, corrected, strict=True))
    smallest = min(range(3), key=lambda place: comparisons[place].p)
    assert corrected[smallest].p == pytest.approx(min(1.0, comparisons[smallest].p * 3))
