"""The measures of answers mean what SQuAD's do, and work beyond English."""

import pytest

from evals.answer_measures import auroc, exact_match, f1, normalised, share


def test_case_punctuation_and_articles_do_not_matter() -> None:
    assert normalised("The  “Broncos”, again!") == "broncos again"
    assert exact_match("the Broncos.", ["Carolina", "Broncos"]) == 1.0
    assert exact_match("Denver Broncos", ["Broncos"]) == 0.0


def test_f1_shares_words_with_the_answer_it_fits_best() -> None:
    assert f1("in October 1973", ["1973", "October 1973"]) == pytest.approx(0.8)
    assert f1("never", ["October"]) == 0.0
    assert f1("anything", []) == 0.0


def test_chinese_is_compared_sign_by_sign() -> None:
    assert f1("丢了分", ["丢了"]) == pytest.approx(0.8)


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert auroc([0.9, 0.5], [0.1, 0.5]) == pytest.approx(0.875)
    assert auroc([0.9], []) is None


def test_a_share_of_nothing_is_no_number() -> None:
    assert share([True, False]) == 0.5
    assert share([]) is None
