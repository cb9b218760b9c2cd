"""The suite over the public sets, on tiny ones that the test writes in their place."""

import json
from pathlib import Path

import pytest

from app.errors import WrongUse
from evals.public_sets import SETS, PublicSet, SuiteResult, main, markdown, measure
from tests.evals.collections import a_collection


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> SuiteResult:
    folder = tmp_path_factory.mktemp("sets")
    for name in ("easy", "hard"):
        a_collection(folder / name)
    sets = [PublicSet("easy", "easy", {"nDCG@10": 0.5}), PublicSet("hard", "hard", {"R@5": 1.1})]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_DATA", str(folder / "data"))
        return measure(sets, folder, None, lambda _: None)


def test_a_floor_holds_or_is_missed(suite: SuiteResult) -> None:
    holds = {floor.what: floor.holds for floor in suite.floors}

    assert holds == {
        "easy: nDCG@10": True,
        "hard: R@5": False,
        "easy: above its better leg": True,
        "hard: above its better leg": True,
    }


def test_the_table_has_a_row_for_each_set_and_each_floor(suite: SuiteResult) -> None:
    text = markdown(suite)

    assert text.count("| easy |") == 1 and "| rrf |" in text
    assert "**missed**" in text and text.count("holds") == 3


def test_every_set_is_compared_with_rrf_and_with_its_better_leg(suite: SuiteResult) -> None:
    body = suite.as_json()

    assert [(c["dataset"], c["b"]) for c in body["comparisons"]] == [("easy", "fused")] * 2 + [("hard", "fused")] * 2
    assert {"meaning", "words", "fused", "rrf"} <= set(body["sets"][0]["stages"])
    json.dumps(body)


def test_no_two_sets_have_one_name() -> None:
    assert len({one.name for one in SETS}) == len(SETS)


def test_the_folder_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOOTNOTE_EVAL_DATA", raising=False)
    monkeypatch.setattr("sys.argv", ["public_sets"])

    with pytest.raises(WrongUse, match="FOOTNOTE_EVAL_DATA"):
        main()


def test_a_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="there is no folder"):
        measure(SETS[:1], tmp_path, None, lambda _: None)
