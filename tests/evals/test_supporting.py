"""The measures of the support check: what is compared with what."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from app.answering.support import Judgement, SupportCheck
from evals.fit_support import features, fitted
from evals.supporting import Case, figures, golden, judged, peoples, spoiled, strangers

TEXT = (
    "A project folder holds 500 GB for two years. The sync client is not allowed on private computers of employees. "
    "Uploads to Estuary are enabled for all employees in the office of Kiel. A guest link works for at most 30 days. "
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("gov_help", "ms_docs", "aws_docs", "lib_docs", "feedbackqa"):
        (tmp_path / name).mkdir()
        rows = [
            {
                "question": "?",
                "passage": TEXT,
                "title": "",
                "answers": None,
                "relevant": True,
                "group": f"page {number}",
            }
            for number in range(12)
        ]
        with gzip.open(tmp_path / name / "pairs.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_golden_sentences_come_in_pairs_that_are_compared_by_what_is_wrong() -> None:
    cases = golden()

    assert len(cases) == 200
    for kind in {case.about for case in cases}:
        of_kind = [case.supported for case in cases if case.about == kind]
        assert of_kind.count(True) == of_kind.count(False)


def test_pages_are_either_fitted_on_or_tested_on(folder: Path) -> None:
    fit, test = spoiled(folder, "fit", 5), spoiled(folder, "test", 5)

    assert fit and test
    assert sum(case.supported for case in fit) == len(fit) / 2
    assert spoiled(folder, "fit", 5) == fit


def test_a_stranger_is_a_true_sentence_held_against_another_page() -> None:
    cases = [Case("spoiled", f"Sentence {number}.", f"Passage {number}.", True, "number") for number in range(40)]

    found = strangers(cases, most=10)

    assert [case.supported for case in found] == [True] * 10 + [False] * 10
    assert sum(case.sentence.split()[1] != case.passage.split()[1] for case in found[10:]) >= 9


def test_statements_that_nobody_was_sure_of_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "fm2").mkdir()
    rows = [
        {"sentence": "A.", "passage": f"Passage {number}.", "label": label, "kind": "fm2/x"}
        for number in range(20)
        for label in ("supported", "unclear", "unsupported")
    ]
    with gzip.open(tmp_path / "fm2" / "support.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)

    both = [*peoples(tmp_path, "fm2", "fit"), *peoples(tmp_path, "fm2", "test")]

    assert (len(both), sum(case.supported for case in both)) == (40, 20)


def test_figures_say_how_well_good_and_wrong_are_told_apart() -> None:
    cases = [Case("x", "s", "p", is_good, kind) for kind in ("number", "name") for is_good in (True, False)]
    judgements = [Judgement("supported", 0.9), Judgement("unclear", 0.5), Judgement("unclear", 0.4)]
    judgements.append(Judgement("supported", 0.8))

    measured = figures(cases, judgements)

    assert measured["auroc_of"] == {"name": 0.0, "number": 1.0}
    assert (measured["auroc"], measured["wrong_caught"], measured["good_not_supported"]) == (0.5, 0.5, 0.5)


def test_the_words_alone_tell_a_wrong_number_from_the_right_one() -> None:
    cases = [
        Case("x", f"A project folder has room for {size} GB for two years.", TEXT, size == 500, "number")
        for size in (400, 500)
    ]

    wrong, right = judged(cases, SupportCheck())

    assert right.probability > wrong.probability + 0.2


def test_a_fitted_sign_never_counts_against_its_meaning() -> None:
    rng = np.random.default_rng(1)
    rows = rng.random((400, 2))
    cases = [Case("x", "s", "p", bool(said < 0.5 and lost < 0.9), "") for said, lost in rows]

    _, weights = fitted(rows, cases, ["said", "quantities_missing"])

    assert weights[0] == 0.0
    assert weights[1] < 0.0


def test_features_are_the_signs_of_each_case() -> None:
    assert features([Case("x", "A guest link works for 30 days.", TEXT, True, "")], None).shape == (1, 10)
