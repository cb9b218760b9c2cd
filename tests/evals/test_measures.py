"""The measures mean what their names say."""

import math

import pytest

from evals.measures import averages, per_query
from evals.percentiles import percentile


def test_a_relevant_document_at_the_second_place_is_worth_what_the_formulas_say() -> None:
    values = averages(per_query({"q": {"gold": 1}}, {"q": ["other", "gold", "third"]}))

    assert values["nDCG@10"] == pytest.approx(1 / math.log2(3))
    assert values["RR@10"] == pytest.approx(0.5)
    assert values["R@5"] == 1.0
    assert values["P@5"] == pytest.approx(0.2)
    assert values["hit@1"] == 0.0


def test_a_query_without_a_ranking_counts_as_zero() -> None:
    values = per_query({"found": {"d": 1}, "lost": {"d": 1}}, {"found": ["d"]})

    assert averages(values)["nDCG@10"] == pytest.approx(0.5)


def test_the_order_of_a_ranking_is_kept_beyond_the_tenth_place() -> None:
    ranking = [f"d{number}" for number in range(60)]

    values = averages(per_query({"q": {"d49": 1}}, {"q": ranking}))

    assert (values["R@10"], values["R@50"]) == (0.0, 1.0)


def test_percentiles_interpolate() -> None:
    assert percentile([1, 2, 3, 4], 0.5) == 2.5
    assert percentile([], 0.95) == 0.0
