"""The suite over the public sets, on tiny ones that the test writes in their place."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.errors import WrongUse
from evals.chunk_figures import ChunkFigures
from evals.datasets import Dataset
from evals.measures import per_query
from evals.public_sets import SETS, Measured, PublicSet, SuiteResult, main, markdown, measure
from evals.retrieval import RetrievalResult, Searched
from evals.workbench import IngestFigures
from tests.evals.collections import a_collection


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> SuiteResult:
    folder = tmp_path_factory.mktemp("sets")
    for name in ("easy", "hard"):
        a_collection(folder / name)
    sets = [PublicSet("easy", "easy", {"nDCG@10": 0.5}), PublicSet("hard", "hard", {"R@5": 1.1})]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_DATA", str(folder / "data"))
        patch.setenv("FOOTNOTE_RERANKER", "none")
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


def a_measured_set(set_: PublicSet, reranked_right: Sequence[bool]) -> Measured:
    """Every query has one relevant document, which fusion puts second and the reranker first or second."""
    qrels = {f"q{place}": {"right": 1} for place in range(len(reranked_right))}
    second, first = ["wrong", "right"], ["right", "wrong"]
    rankings = [
        dict.fromkeys(("meaning", "words", "fused", "rrf"), second) | {"reranked": first if is_right else second}
        for is_right in reranked_right
    ]
    searched = {
        query: Searched(ranked, {"total": 1.0}, {}, None, 7) for query, ranked in zip(qrels, rankings, strict=True)
    }
    values = {
        stage: per_query(qrels, {query: one.rankings[stage] for query, one in searched.items()})
        for stage in rankings[0]
    }
    values.pop("rrf")
    dataset = Dataset(set_.name, (), (), qrels)
    result = RetrievalResult(dataset, IngestFigures(1, 1.0), ChunkFigures(1, 1, {}, {}, {}), searched, values)
    return Measured(set_, result, 1.0)


def test_what_is_reranked_is_held_against_what_was_fused() -> None:
    better = PublicSet("better", "", {}, reranked={"hit@1": 0.9})
    suite = SuiteResult([a_measured_set(better, [True] * 20), a_measured_set(PublicSet("same", "", {}), [False] * 20)])

    gain = suite.compared("better", "fused", "reranked")

    assert gain.difference == pytest.approx(1 - 1 / 1.5849625, abs=1e-4) and gain.p < 0.05
    assert suite.compared("same", "fused", "reranked").difference == 0
    assert suite.compared("mean of all", "fused", "reranked").difference == pytest.approx(gain.difference / 2)
    assert {f.what: f.holds for f in suite.floors if "reranked" in f.what} == {
        "better: reranked hit@1": True,
        "better: reranked above fused": True,
        "same: reranked above fused": True,
    }
    assert "| 7.0 |" in markdown(suite)


def test_a_set_that_reranking_made_worse_misses_its_floor() -> None:
    worse = a_measured_set(PublicSet("worse", "", {}, may_lose=-0.01), [False] * 5)

    floors = {floor.what: floor.holds for floor in SuiteResult([worse]).floors}

    assert floors["worse: reranked above fused"] is False


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
