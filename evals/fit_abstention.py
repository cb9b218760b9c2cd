"""Fit the weights and the threshold of `app/answering/abstention.py` on training data. Same data, same figures.

    FOOTNOTE_TRAIN_DATA=... python -m evals.fit_abstention [--questions 60] [--cases FILE]

Each set becomes a small knowledge base. Its questions are asked in four ways: with their passage in it
(`answerable`), with their passage and all of its group left out (`close`), over the knowledge base of another set
(`far`), and, where a set has such, questions that people have written to mislead over a passage that does not answer
them (`twisted`). Every set weighs the same. Each set is judged by what was fitted on the others; the threshold is the
highest at which none of them has more than 3 % of its answerable questions refused, or 15 % doubted. Questions made
from headings are left out: they are too easy to be a measure.
"""

import argparse
import gzip
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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

SETS = ("gov_help", "ms_docs", "feedbackqa", "dstc9_faq", "nq_qed", "clapnq", "sharc", "aws_docs", "squad2_adv")
MADE_FROM_HEADINGS = ("heading", "howto", "description")
SHARES = {"answerable": 0.5, "close": 0.25, "far": 0.15, "twisted": 0.1}  # of a set's weight in the fit
FALSE_REFUSALS = 0.03
DOUBTED = 0.15  # of the answerable questions of a set: refused, or answered with a note that it may be none
OTHERS = 2  # passages in a knowledge base beside each that is asked for
RIDGE = 0.02  # keeps weights small where signals tell the same
SEED = 20261120

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question as it was asked, and what retrieval signalled."""

    of_set: str
    kind: str  # answerable, close, far or twisted
    signals: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--questions", type=int, default=60, help="of each kind, per set")
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
    twisted = {name: twisted_rows(folder / name / "pairs.jsonl.gz") for name in SETS}
    with tempfile.TemporaryDirectory() as scratch:
        own = settings.read(data=Path(scratch), language_model="extractive", reranker="none")
        for number, name in enumerate(SETS):
            dataset, asked = knowledge_base(name, rows[name], rows[SETS[number - 1]], questions, twisted[name])
            with workbench(dataset, own, lambda _: None) as bench:
                for kind, question in asked:
                    yield Case(name, kind, dict(bench.desk.ask(question).answer.trace.signals))
            print(f"{name}: {len(dataset.documents)} documents, {len(asked)} questions", file=sys.stderr)  # noqa: T201


def relevant_rows(path: Path) -> list[dict[str, Any]]:
    """The pairs whose passage answers, each question once, in a fixed random order."""
    found = [_untwisted(row) for row in _rows(path)]
    once = {row["question"]: row for row in found if _is_asked(row)}
    rows = list(once.values())
    random.Random(SEED).shuffle(rows)
    return rows


def twisted_rows(path: Path) -> list[dict[str, Any]]:
    """Pairs whose passage is on the subject and does not answer, written by people to mislead."""
    rows = [row for row in _rows(path) if not row["relevant"] and row["answers"] == []]
    random.Random(SEED).shuffle(rows)
    return rows


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _untwisted(row: dict[str, Any]) -> dict[str, Any]:
    """The answerable question that a twisted one was made from."""
    if not row.get("pair_of"):
        return row
    return row | {"question": row["pair_of"], "answers": row["pair_answers"], "relevant": True}


def _is_asked(row: dict[str, Any]) -> bool:
    return bool(row["relevant"]) and row["answers"] != [] and row.get("kind") not in MADE_FROM_HEADINGS


def knowledge_base(
    name: str,
    rows: Sequence[dict[str, Any]],
    foreign: Sequence[dict[str, Any]],
    questions: int,
    twisted: Sequence[dict[str, Any]],
) -> tuple[Dataset, list[tuple[str, str]]]:
    """The set's passages, some of its groups left out, and (kind, question) pairs."""
    answerable = rows[:questions]
    held_out = [row for row in rows[questions:] if row["group"] not in {r["group"] for r in answerable}][:questions]
    missing = {row["group"] for row in held_out} if len({r["group"] for r in rows}) > questions else set()
    gone = {row["passage"] for row in held_out}
    misleading = [r for r in twisted if r["group"] not in missing and r["passage"] not in gone][: questions // 2]
    others = [row for row in rows[questions:] if row["group"] not in missing and row["passage"] not in gone]
    together = [*answerable, *misleading, *others[: OTHERS * questions]]
    passages = {row["passage"]: row["title"] for row in together}
    documents = tuple(Document(f"d{i}", title, text) for i, (text, title) in enumerate(passages.items()))
    asked = [("answerable", r["question"]) for r in answerable] + [("close", r["question"]) for r in held_out]
    asked += [("far", row["question"]) for row in foreign[: questions // 2]]
    asked += [("twisted", row["question"]) for row in misleading]
    queries = tuple(Query(f"q{i}", question) for i, (_, question) in enumerate(asked))
    return Dataset(name, documents, queries, {}), asked


@dataclass(frozen=True)
class Table:
    """All cases as columns, one row a case."""

    signals: Numbers
    answerable: NDArray[np.bool_]
    kinds: NDArray[np.str_]
    sets: NDArray[np.str_]
    weights: Numbers

    @classmethod
    def of(cls, cases: Sequence[Case]) -> "Table":
        counts = Counter((case.of_set, case.kind) for case in cases)
        return cls(
            np.array([[case.signals[name] for name in WEIGHTS] for case in cases]),
            np.array([case.kind == "answerable" for case in cases]),
            np.array([case.kind for case in cases]),
            np.array([case.of_set for case in cases]),
            np.array([SHARES[case.kind] / counts[case.of_set, case.kind] for case in cases]),
        )

    @property
    def names(self) -> list[str]:
        """The sets, in order."""
        return list(dict.fromkeys(self.sets.tolist()))


def fitted(cases: Sequence[Case]) -> dict[str, Any]:
    """Weights over all sets; the threshold, and how well it does, on sets that were left out of the fit."""
    table = Table.of(cases)
    bias, weights = logistic(table, np.ones(len(cases), dtype=np.bool_))
    scores = left_out(table)
    threshold, unsure = (_threshold(scores, table, share) for share in (FALSE_REFUSALS, DOUBTED))
    by_set = {
        name: figures(scores[table.sets == name], table.kinds[table.sets == name], threshold, unsure)
        for name in table.names
    }
    return {
        "bias": round(bias, 3),
        "weights": {name: round(float(weight), 3) for name, weight in zip(WEIGHTS, weights, strict=True)},
        "threshold": round(threshold, 3),
        "unsure": round(unsure, 3),
        "cases": dict(Counter(table.kinds.tolist())),
        "each set, left out of the fit": by_set,
        "mean": {
            name: _mean(figure.get(name) for figure in by_set.values())
            for name in dict.fromkeys(name for figure in by_set.values() for name in figure)
        },
        "each signal alone, mean AUROC": {
            kind: {name: _alone(table, column, kind) for column, name in enumerate(WEIGHTS)}
            for kind in SHARES
            if kind != "answerable"
        },
    }


def left_out(table: Table) -> Numbers:
    """The confidence in each case by what was fitted on the other sets: what a new knowledge base can expect."""
    scores = np.zeros(len(table.signals))
    for name in table.names:
        bias, weights = logistic(table, table.sets != name)
        own = table.sets == name
        scores[own] = 1 / (1 + np.exp(-(bias + table.signals[own] @ weights)))
    return scores


def _threshold(scores: Numbers, table: Table, share: float) -> float:
    """The highest below which no set, left out of the fit, has more than this share of its answerable questions."""
    of_sets = (scores[table.answerable & (table.sets == name)] for name in table.names)
    return min(float(np.quantile(of_set, share)) for of_set in of_sets)


def figures(scores: Numbers, kinds: NDArray[np.str_], threshold: float, unsure: float) -> dict[str, float]:
    """Refused, and of the unanswerable: answered at all, and answered without the note of doubt."""
    good = scores[kinds == "answerable"]
    found = {
        "false_refusal_rate": float((good < threshold).mean()),
        "doubted_rate": float(((good >= threshold) & (good < unsure)).mean()),
    }
    for kind in ("close", "far", "twisted"):
        bad = scores[kinds == kind]
        if bad.size:
            found[f"false_answer_rate_{kind}"] = float((bad >= threshold).mean())
            found[f"undoubted_rate_{kind}"] = float((bad >= unsure).mean())
            found[f"auroc_{kind}"] = auroc(good, bad)
    return {name: round(figure, 3) for name, figure in found.items()}


def _alone(table: Table, column: int, kind: str) -> float:
    def of_set(name: str) -> float | None:
        signal, own = table.signals[:, column], table.sets == name
        bad = signal[own & (table.kinds == kind)]
        return auroc(signal[own & table.answerable], bad) if bad.size else None

    return _mean(of_set(name) for name in table.names)


def _mean(figures: Iterable[float | None]) -> float:
    return round(float(np.mean([figure for figure in figures if figure is not None])), 3)


def logistic(table: Table, chosen: NDArray[np.bool_], steps: int = 50) -> tuple[float, Numbers]:
    """Ridge-regularised logistic regression by Newton's method over the chosen rows: (bias, weights)."""
    signals, answerable = table.signals[chosen], table.answerable[chosen]
    rows = np.column_stack([np.ones(len(signals)), signals])
    share = table.weights[chosen] / table.weights[chosen].sum()
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
