"""Fit the weights and the threshold of `app/answering/abstention.py` on training data. Same data, same figures.

    FOOTNOTE_TRAIN_DATA=... python -m evals.fit_abstention [--questions 40] [--cases FILE]

Each set becomes a small knowledge base. Its questions are asked in three ways: with their passage in it
(answerable), with their passage and all of its group left out (unanswerable, but close), and over the knowledge base
of another set (unanswerable, and far). The threshold is the highest at which no set has more than 3 % of its
answerable questions refused. Questions made from headings are left out: they are too easy to be a measure.
"""

import argparse
import gzip
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app import settings
from app.answering.abstention import WEIGHTS
from app.errors import WrongUse
from evals.datasets import Dataset, Document, Query
from evals.workbench import workbench

SETS = ("gov_help", "ms_docs", "feedbackqa", "dstc9_faq", "nq_qed", "clapnq")
MADE_FROM_HEADINGS = ("heading", "howto", "description")
FALSE_REFUSALS = 0.03
OTHERS = 2  # passages in a knowledge base beside each that is asked for
RIDGE = 0.02  # keeps weights small where signals tell the same
SEED = 20261120

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question as it was asked, and what retrieval signalled."""

    of_set: str
    kind: str  # answerable, close or far
    signals: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--questions", type=int, default=40, help="of each kind, per set")
    parser.add_argument("--cases", type=Path, help="keep the signals here, or fit those that are here already")
    arguments = parser.parse_args()
    folder = os.environ.get("FOOTNOTE_TRAIN_DATA")
    if not folder:
        raise WrongUse("set FOOTNOTE_TRAIN_DATA to the folder with the training sets")
    kept: Path | None = arguments.cases
    if kept and kept.exists():
        cases = [Case(**case) for case in json.loads(kept.read_text(encoding="utf-8"))]
    else:
        cases = list(collect(Path(folder), arguments.questions))
    if kept:
        kept.write_text(json.dumps([asdict(case) for case in cases]), encoding="utf-8")
    json.dump(fitted(cases), sys.stdout, indent=2)
    sys.stdout.write("\n")


def collect(folder: Path, questions: int) -> Iterator[Case]:
    """Ask every set's questions through the desk's front door."""
    rows = {name: relevant_rows(folder / name / "pairs.jsonl.gz") for name in SETS}
    with tempfile.TemporaryDirectory() as scratch:
        own = settings.read(data=Path(scratch), language_model="extractive", reranker="none")
        for number, name in enumerate(SETS):
            dataset, asked = knowledge_base(name, rows[name], rows[SETS[number - 1]], questions)
            with workbench(dataset, own, lambda _: None) as bench:
                for kind, question in asked:
                    yield Case(name, kind, dict(bench.desk.ask(question).answer.trace.signals))
            print(f"{name}: {len(dataset.documents)} documents, {len(asked)} questions", file=sys.stderr)  # noqa: T201


def relevant_rows(path: Path) -> list[dict[str, Any]]:
    """The pairs whose passage answers, each question once, in a fixed random order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    once = {row["question"]: row for row in found if _is_asked(row)}
    rows = list(once.values())
    random.Random(SEED).shuffle(rows)
    return rows


def _is_asked(row: dict[str, Any]) -> bool:
    return bool(row["relevant"]) and row["answers"] != [] and row.get("kind") not in MADE_FROM_HEADINGS


def knowledge_base(
    name: str, rows: Sequence[dict[str, Any]], foreign: Sequence[dict[str, Any]], questions: int
) -> tuple[Dataset, list[tuple[str, str]]]:
    """The set's passages, some of its groups left out, and (kind, question) pairs."""
    answerable = rows[:questions]
    held_out = [row for row in rows[questions:] if row["group"] not in {r["group"] for r in answerable}][:questions]
    missing = {row["group"] for row in held_out} if len({r["group"] for r in rows}) > questions else set()
    gone = {row["passage"] for row in held_out}
    others = [row for row in rows[questions:] if row["group"] not in missing and row["passage"] not in gone]
    passages = {row["passage"]: row["title"] for row in [*answerable, *others[: OTHERS * questions]]}
    documents = tuple(Document(f"d{i}", title, text) for i, (text, title) in enumerate(passages.items()))
    asked = [("answerable", r["question"]) for r in answerable] + [("close", r["question"]) for r in held_out]
    asked += [("far", row["question"]) for row in foreign[: questions // 2]]
    queries = tuple(Query(f"q{i}", question) for i, (_, question) in enumerate(asked))
    return Dataset(name, documents, queries, {}), asked


def fitted(cases: Sequence[Case]) -> dict[str, Any]:
    """Weights and threshold over all sets, and how well they do on each set when it is left out of the fit."""
    names = list(WEIGHTS)
    signals = np.array([[case.signals.get(name, 0.0) for name in names] for case in cases])
    answerable = np.array([case.kind == "answerable" for case in cases])
    sets = np.array([case.of_set for case in cases])
    kinds = np.array([case.kind for case in cases])
    bias, weights = logistic(signals, answerable)
    scores = 1 / (1 + np.exp(-(bias + signals @ weights)))
    threshold = _threshold(scores[answerable], sets[answerable])
    return {
        "bias": round(bias, 3),
        "weights": {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)},
        "threshold": round(threshold, 3),
        "cases": {kind: int((kinds == kind).sum()) for kind in ("answerable", "close", "far")},
        "all": figures(scores, kinds, threshold),
        "each signal alone, AUROC": {
            name: round(auroc(signals[answerable, i], signals[~answerable, i]), 3) for i, name in enumerate(names)
        },
        "left out": dict(left_out(signals, answerable, sets, kinds)),
    }


def left_out(
    signals: Numbers, answerable: NDArray[np.bool_], sets: NDArray[Any], kinds: NDArray[Any]
) -> Iterator[tuple[str, dict[str, float]]]:
    """Each set, judged by what was fitted on the others: what a new knowledge base can expect."""
    for name in dict.fromkeys(sets.tolist()):
        others = sets != name
        bias, weights = logistic(signals[others], answerable[others])
        scores = 1 / (1 + np.exp(-(bias + signals @ weights)))
        threshold = _threshold(scores[others & answerable], sets[others & answerable])
        yield name, figures(scores[~others], kinds[~others], threshold)


def _threshold(scores: Numbers, sets: NDArray[Any]) -> float:
    return min(float(np.quantile(scores[sets == name], FALSE_REFUSALS)) for name in set(sets.tolist()))


def figures(scores: Numbers, kinds: NDArray[Any], threshold: float) -> dict[str, float]:
    good, close, far = (scores[kinds == kind] for kind in ("answerable", "close", "far"))
    return {
        "false_refusal_rate": round(float((good < threshold).mean()), 3),
        "false_answer_rate_close": round(float((close >= threshold).mean()), 3),
        "false_answer_rate_far": round(float((far >= threshold).mean()), 3),
        "auroc_close": round(auroc(good, close), 3),
        "auroc_far": round(auroc(good, far), 3),
    }


def logistic(signals: Numbers, answerable: NDArray[np.bool_], steps: int = 50) -> tuple[float, Numbers]:
    """Ridge-regularised logistic regression by Newton's method, both classes weighing the same: (bias, weights)."""
    rows = np.column_stack([np.ones(len(signals)), signals])
    share = np.where(answerable, 0.5 / answerable.mean(), 0.5 / (~answerable).mean()) / len(rows)
    ridge = RIDGE * np.diag([0.0, *signals.var(axis=0)])
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        expected = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (share * (expected - answerable)) + ridge @ weights
        curvature = (rows * (share * expected * (1 - expected))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(curvature, gradient)
    return float(weights[0]), weights[1:]


def auroc(higher: Numbers, lower: Numbers) -> float:
    """How often one of the first is above one of the second; a tie counts half."""
    difference = higher[:, None] - lower[None, :]
    return float((difference > 0).mean() + (difference == 0).mean() / 2)


if __name__ == "__main__":
    main()
