"""A whole run over a tiny collection: through the desk, with the bundled model, twice the same, resumed when killed."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.settings import Settings
from cli.evaluate import command
from evals.answers import AnswersResult, evaluate_answers
from evals.datasets import DatasetError, read_dataset
from evals.retrieval import RetrievalResult, evaluate_retrieval
from tests.evals.collections import QRELS, a_collection

pytestmark = pytest.mark.slow

# What others script against, from the contract of the command line; more may stand beside it.
RETRIEVAL_KEYS = {"dataset", "documents", "chunks", "queries", "stages", "latency_ms", "ingest", "comparisons"}
MEASURES = {"nDCG@10", "R@5", "R@10", "R@50", "RR@10", "P@5", "hit@1"}
ANSWERS_KEYS = {
    *("dataset", "queries", "answered_rate", "false_refusal_rate", "false_answer_rate", "abstention_auroc"),
    *("exact_match", "f1", "citation_precision", "citation_recall", "citation_span_recall"),
    *("unsupported_sentence_rate", "latency_ms"),
}

KILLED_AFTER = 3
RUN_AND_DIE = """
import os, signal, sys
from pathlib import Path
from app.settings import Settings
from evals.datasets import read_dataset
from evals.retrieval import evaluate_retrieval

def die(line):
    if line.startswith("searching") and f": {sys.argv[3]} of" in line:
        os.kill(os.getpid(), signal.SIGKILL)

evaluate_retrieval(
    read_dataset(Path(sys.argv[1])), Settings(data=sys.argv[2]), limit=None, with_history=True, progress=die
)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the runs of this module share, as runs of a person do."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_collection(tmp_path_factory.mktemp("sets") / "tiny")


def searched(collection: Path, data: Path, reranker: str = "bundled") -> RetrievalResult:
    dataset, settings = read_dataset(collection), Settings(data=data, reranker=reranker)
    return evaluate_retrieval(dataset, settings, limit=None, with_history=True, progress=lambda _: None)


def asked(collection: Path, data: Path, without_gold: bool = False) -> AnswersResult:
    return evaluate_answers(
        read_dataset(collection),
        Settings(data=data),
        limit=None,
        with_history=True,
        without_gold=without_gold,
        progress=lambda _: None,
    )


def test_a_run_grades_every_stage_of_every_judged_query(collection: Path, data: Path) -> None:
    result = searched(collection, data)

    body = result.as_json()
    assert body["queries"] == len(QRELS) and body["documents"] == 5
    assert body.keys() >= RETRIEVAL_KEYS
    assert {stage: set(values) for stage, values in body["stages"].items()} == {
        "meaning": MEASURES,
        "words": MEASURES,
        "fused": MEASURES,
        "reranked": MEASURES,
    }
    assert {"a", "b", "metric", "difference", "ci95", "p"} <= set(body["comparisons"][0])
    assert set(body["ingest"]) == {"chunks_per_second", "seconds"}
    assert body["stages"]["fused"]["hit@1"] == 1.0
    assert {"p50", "p95"} <= set(body["latency_ms"])
    assert body["lost"]["read"] == len(QRELS)
    assert body["spans"]["read_recall"] == 1.0
    assert body["index"]["chunks"] == body["chunks"] == 5


def test_without_a_reranker_there_is_no_such_stage(collection: Path, data: Path) -> None:
    assert "reranked" not in searched(collection, data, reranker="none").as_json()["stages"]


def test_the_same_run_twice_gives_the_same_figures(collection: Path, data: Path, tmp_path: Path) -> None:
    first, second = searched(collection, data), searched(collection, tmp_path)

    assert first.values == second.values
    assert first.comparisons == second.comparisons
    assert first.lost == second.lost and first.spans == second.spans


def test_answers_are_the_same_twice_too(collection: Path, data: Path) -> None:
    first, second = asked(collection, data), asked(collection, data)

    assert [(a.outcome, a.text, a.confidence) for a in first.asked] == [
        (a.outcome, a.text, a.confidence) for a in second.asked
    ]


def test_a_killed_run_goes_on_where_it_was(collection: Path, tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", RUN_AND_DIE, str(collection), str(tmp_path), str(KILLED_AFTER)], timeout=120, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    [unfinished] = tmp_path.rglob("unfinished/*.jsonl")
    with unfinished.open("a") as file:
        file.write('{"key": "q5", "ranki')  # and the last line is only half there
    kept = [json.loads(line) for line in unfinished.read_text().splitlines()[:-1]]

    result = searched(collection, tmp_path)

    assert [row["key"] for row in kept] == list(QRELS)[:KILLED_AFTER]
    assert [result.searched[row["key"]].timings_ms for row in kept] == [row["timings_ms"] for row in kept]
    assert len(result.searched) == len(QRELS)
    assert not unfinished.exists()


def test_an_answer_is_graded_by_its_words_its_citations_and_its_outcome(collection: Path, data: Path) -> None:
    body = asked(collection, data).as_json()

    assert body.keys() >= ANSWERS_KEYS
    assert body["asked"] == {"answerable": 5, "unanswerable": 1}
    assert body["citation_recall"] == body["citation_span_recall"] == 1.0
    assert 0.0 < body["f1"] < 1.0 and body["exact_match"] == 0.0
    assert body["unsupported_sentence_rate"] == 0.0
    assert {"p50", "p95"} <= set(body["latency_ms"])


def test_a_query_whose_articles_are_left_out_is_unanswerable_and_cites_none_of_them(
    collection: Path, data: Path
) -> None:
    result = asked(collection, data, without_gold=True)

    assert len(result.asked) == 11 and len(result.unanswerable) == 6
    assert not any(is_gold for one in result.unanswerable for is_gold in one.cited_gold)
    assert result.abstention_auroc is not None and result.abstention_auroc > 0.5


def test_queries_of_another_dataset_are_asked_and_told_apart(collection: Path, data: Path, tmp_path: Path) -> None:
    foreign = read_dataset(a_collection(tmp_path / "other"))

    result = evaluate_answers(
        read_dataset(collection),
        Settings(data=data),
        limit=2,
        with_history=True,
        without_gold=True,
        foreign=foreign,
        progress=lambda _: None,
    )

    assert [one.unanswerable for one in result.asked] == ["", "without_gold"] * 2 + ["foreign"] * 2
    assert {reason: figures["asked"] for reason, figures in result.unanswerable_of.items()} == {
        "without_gold": 2,
        "foreign": 2,
    }
    assert not any(one.judged for one in result.asked if one.unanswerable == "foreign")


def test_a_dataset_without_a_relevant_document_is_refused(collection: Path, data: Path) -> None:
    (collection / "none.tsv").write_text("query-id\tcorpus-id\tscore\nq1\trefunds\t0\n")
    dataset = read_dataset(collection, qrels="none.tsv")

    with pytest.raises(DatasetError, match="nothing to measure"):
        evaluate_retrieval(dataset, Settings(data=data), limit=None, with_history=True, progress=lambda _: None)


def test_the_command_prints_one_document_and_writes_a_report(
    collection: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", str(data))

    for kind in ("retrieval", "answers"):
        ran = CliRunner().invoke(command, [kind, str(collection), "--limit", "2", "--json", "--report", str(tmp_path)])

        assert ran.exit_code == 0, ran.output
        assert json.loads(ran.stdout)["queries"] == 2
        assert (tmp_path / f"{kind}-tiny.html").exists()


def test_two_configurations_are_compared_in_one_run(
    collection: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", str(data))

    ran = CliRunner().invoke(command, ["compare", "--b", "candidates=1", f"{collection}:corpus.jsonl", "--json"])

    assert ran.exit_code == 0, ran.output
    body = json.loads(ran.stdout)
    assert body["b"] == {"candidates": "1"} and body["datasets"][0]["dataset"] == "tiny:corpus.jsonl"
    assert [c["metric"] for c in body["comparisons"]] == ["nDCG@10", "R@5"]
