"""The fit finds what the signals tell, and the disguises hide meaning without hiding words."""

import numpy as np

from app.answering.fusion import WEIGHTS, signals
from app.knowledge.words import query_terms, terms
from evals.fit_fusion import DISGUISES, Asked, asked, fitted, reciprocal_ranks

NAMES = list(WEIGHTS)[1:]


def a_question(is_blind: bool, random: np.random.Generator) -> Asked:
    """Twenty candidates, the first relevant; where meaning is blind its background is high and words tell."""
    background = 0.9 if is_blind else 0.3
    cosines = [background + 0.04 if is_blind else 0.6, *([background] * 20)]
    meaning, words = random.random(20), random.random(20)
    (words if is_blind else meaning)[0] = 1.2
    return Asked("a set", signals(cosines, [9.0, 5.0, 4.0]), meaning, words)


def test_the_fit_learns_to_distrust_a_blind_leg() -> None:
    random = np.random.default_rng(7)
    questions = [a_question(is_blind, random) for is_blind in (True, False) * 40]

    bias, weights, steepness = fitted(questions, NAMES)

    share = [1 / (1 + np.exp(-bias - sum(w * q.signals[n] for n, w in zip(NAMES, weights, strict=True))))
             for q in questions[:2]]  # fmt: skip
    assert share[0] < 0.3 < 0.5 < share[1]
    assert steepness > 1


def test_the_same_questions_give_the_same_weights() -> None:
    random = np.random.default_rng(7)
    questions = [a_question(is_blind, random) for is_blind in (True, False) * 20]

    assert np.array_equal(fitted(questions, NAMES)[1], fitted(questions, NAMES)[1])


def test_a_learned_share_is_compared_with_fixed_ones() -> None:
    question = Asked("a set", signals([0.9, 0.8], [3.0, 1.0]), np.array([0.0, 1.0]), np.array([1.0, 0.4]))

    learned, third, *_, half_and_more, mean_share = reciprocal_ranks([question], dict.fromkeys(WEIGHTS, 0.0))

    assert (learned, third, half_and_more, mean_share) == (0.5, 1.0, 0.5, 0.5)


def test_a_question_whose_legs_missed_teaches_nothing() -> None:
    assert list(asked("a set", [], {"refunds"})) == []


def test_a_disguise_keeps_the_words_that_question_and_text_share() -> None:
    text, question = "Refunds are paid within five days.", "refunds in five days"

    for disguise in DISGUISES.values():
        assert set(terms(disguise(text))) & set(query_terms(disguise(question)))
        assert disguise(text) != text
        assert disguise(text) == disguise(text)
