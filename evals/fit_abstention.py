"""Fit the weights and thresholds of `app/answering/abstention.py` on training data. Same data, same figures.

    FOOTNOTE_TRAIN_DATA=... python -m evals.fit_abstention [--questions 40] [--cases FILE]

Prints the constants for the signals that the desk has (`today`), and those for the signals that are worth having
(`chosen`): the desk's own and those of `evals/signals_tried.py`, added one by one while that helps sets that were left
out of the fit and harms none, nor lets more far questions through. What was read is kept by the hash of the weights.

With the bundled reranker the fit is that of retrieval and reading, with `FOOTNOTE_RERANKER=none` of retrieval alone.
Each set becomes a small knowledge base. Only questions are asked that the reader was not trained on, in four ways: as
they are (`answerable`), with all documents of their passage's group left out (`close`), over the knowledge base of
another set (`far`), and, where a set has such, questions that people have bent so that their passage does not answer
them (`twisted`). Every set weighs the same, and each is judged by what was fitted on the others. Questions made from
headings are left out: they are too easy to be a measure.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app import settings
from app.answering.abstention import Signals
from app.answering.tracing import Trace
from evals.data_folders import training_data
from evals.datasets import Dataset, Document
from evals.kept_readings import keeping_reader
from evals.signals_tried import tried
from evals.workbench import workbench
from models.reader.rows import HEADING_KINDS, Pair, pairs

OWN = tuple(field.name for field in fields(Signals))
# Each is asked questions of the one before it, which is of another kind: of two encyclopedias one answers the other's.
SETS = (
    "gov_help", "nq_qed", "feedbackqa", "nq_oracle", "dstc9_faq", "clapnq", "ms_docs", "squad", "sharc", "expertqa",
)  # fmt: skip
BENT = {"squad": "squad2_adv", "clapnq": "clapnq"}  # where questions stand that people bent over a set's passages
SHARES = {"answerable": 0.5, "close": 0.25, "far": 0.15, "twisted": 0.1}  # of a set's weight in the fit
# Shares of a set's answerable questions: at most, on average over the sets, and in any one of them. The average is less
# than is promised, since new questions fare worse; the other keeps those whose people use words of their own from
# paying for all, without letting a handful of odd questions make the desk answer everybody everything.
FALSE_REFUSALS = 0.02, 0.125
DOUBTED = 0.1, 0.3  # refused, or answered with a note that it may be none
HELPS, HARMS = 0.001, 0.02  # AUROC of sets left out, the kinds weighed by SHARES: on average; in no set more than
MOST = 80  # questions of a set that its knowledge base is made for
PASSAGES = 600  # in a knowledge base, where a set has so many
RIDGE = 0.02  # keeps weights small where signals tell the same
SEED = 20261120

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Ask:
    """A question of a kind, and the documents that are left out when it is asked."""

    kind: str
    question: str
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """One question as it was asked, and what retrieval and reading signalled."""

    of_set: str
    kind: str  # answerable, close, far or twisted
    signals: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--questions", type=int, default=40, help=f"of a kind, per set; at most {MOST}")
    parser.add_argument("--cases", type=Path, help="keep the signals here, or fit those that are here already")
    arguments = parser.parse_args()
    folder = training_data()
    kept: Path | None = arguments.cases
    if kept and kept.exists():
        cases = [Case(**case) for case in json.loads(kept.read_text(encoding="utf-8"))]
    else:
        cases = list(collect(folder, arguments.questions))
    if kept:
        kept.write_text(json.dumps([asdict(case) for case in cases]), encoding="utf-8")
    json.dump(summary(cases), sys.stdout, indent=2)
    sys.stdout.write("\n")


def collect(folder: Path, questions: int) -> Iterator[Case]:
    """What the desk signalled of every set's questions, and what else could be."""
    for name, ask, trace in traces(folder, questions):
        yield Case(name, ask.kind, {**trace.signals, **tried(trace)})


def traces(folder: Path, questions: int) -> Iterator[tuple[str, Ask, Trace]]:
    """Ask every set's questions through the desk's front door."""
    own = settings.read(language_model="extractive")
    reader = keeping_reader(own)
    every = {name: list(pairs(folder, name)) for name in SETS}
    asked = {name: chosen(every[name], MOST) for name in SETS}
    for number, name in enumerate(SETS):
        bent = [pair for pair in pairs(folder, BENT[name]) if is_bent(pair)] if name in BENT else []
        misleading = random.Random(SEED).sample(bent, min(MOST, len(bent)))
        passages = knowledge_base(name, every[name], asked[name], misleading)
        foreign = asked[SETS[number - 1]]
        asks = passages.asks(asked[name][:questions], foreign[: questions // 2], misleading[:questions])
        with workbench(passages.dataset, own, lambda _: None, lambda _: reader) as bench:
            for ask in asks:
                with bench.catalog.without(ask.left_out):
                    yield name, ask, bench.desk.ask(ask.question).answer.trace
        print(f"{name}: {len(passages.pairs)} documents, {len(asks)} questions", file=sys.stderr)  # noqa: T201


def chosen(every: Sequence[Pair], questions: int) -> list[Pair]:
    """Pairs whose passage answers, that the reader was not trained on, each question once, in a fixed random order."""
    once = {pair.question: pair for pair in every if is_asked(pair)}
    found = list(once.values())
    random.Random(SEED).shuffle(found)
    return found[:questions]


def is_asked(pair: Pair) -> bool:
    return pair.held_out and pair.relevant and pair.answers != () and pair.kind not in HEADING_KINDS


def is_bent(pair: Pair) -> bool:
    """On the subject of its passage and not answered there, as people wrote it to mislead."""
    return pair.held_out and not pair.relevant and pair.answers == ()


@dataclass(frozen=True)
class Passages:
    """A knowledge base: each passage is a document, `d` and its place."""

    name: str
    pairs: tuple[Pair, ...]

    @property
    def dataset(self) -> Dataset:
        documents = tuple(Document(f"d{at}", pair.title, pair.passage) for at, pair in enumerate(self.pairs))
        return Dataset(self.name, documents, (), {})

    def group_of(self, passage: str) -> frozenset[str]:
        """The documents of its group."""
        group = next(pair.group for pair in self.pairs if pair.passage == passage)
        return frozenset(f"d{at}" for at, pair in enumerate(self.pairs) if pair.group == group)

    def asks(self, asked: Sequence[Pair], foreign: Sequence[Pair], misleading: Sequence[Pair]) -> list[Ask]:
        return [
            *(Ask("answerable", pair.question) for pair in asked),
            *(Ask("close", pair.question, self.group_of(pair.passage)) for pair in asked),
            *(Ask("far", pair.question) for pair in foreign),
            *(Ask("twisted", pair.question) for pair in misleading),
        ]


def knowledge_base(name: str, every: Sequence[Pair], asked: Sequence[Pair], misleading: Sequence[Pair]) -> Passages:
    """The passages that questions are about, among others of the set."""
    others = [pair for pair in every if pair.held_out], list(every)
    for pile in others:
        random.Random(SEED).shuffle(pile)
    together = {pair.passage: pair for pair in (*asked, *misleading, *others[0], *others[1])}
    return Passages(name, tuple(together.values())[: max(PASSAGES, len(asked) + len(misleading))])


@dataclass(frozen=True)
class Table:
    """All cases as columns, one row a case."""

    names: tuple[str, ...]  # of the signals
    signals: Numbers
    answerable: NDArray[np.bool_]
    kinds: NDArray[np.str_]
    sets: NDArray[np.str_]
    weights: Numbers

    @classmethod
    def of(cls, cases: Sequence[Case], names: Sequence[str] = ()) -> "Table":
        """Of these signals, or of all that there are; without the cases of which nothing was read."""
        every = max((tuple(case.signals) for case in cases), key=len)
        cases = [case for case in cases if len(case.signals) == len(every)]
        names = tuple(names) or every
        counts = Counter((case.of_set, case.kind) for case in cases)
        return cls(
            names,
            np.array([[case.signals[name] for name in names] for case in cases]),
            np.array([case.kind == "answerable" for case in cases]),
            np.array([case.kind for case in cases]),
            np.array([case.of_set for case in cases]),
            np.array([SHARES[case.kind] / counts[case.of_set, case.kind] for case in cases]),
        )

    @property
    def each_set(self) -> list[str]:
        return list(dict.fromkeys(self.sets.tolist()))


def summary(cases: Sequence[Case]) -> dict[str, Any]:
    everything = Table.of(cases).names
    own = tuple(name for name in everything if name in OWN)
    chosen_names, looked_at = worth_having(cases, own, everything)
    return {
        "today": fitted(cases, own),
        "chosen": fitted(cases, chosen_names) if set(chosen_names) != set(own) else "as today",
        "not in app/answering/abstention.py yet": [name for name in chosen_names if name not in OWN],
        "looked at, AUROC of sets left out": looked_at,
    }


@dataclass(frozen=True)
class Judged:
    """How well signals tell, each set judged by what was fitted on the others."""

    auroc: Mapping[str, Mapping[str, float]]  # by kind and set
    far_answered: float  # share of the far questions above the threshold, on average over the sets

    @classmethod
    def of(cls, table: Table) -> "Judged":
        scores = left_out(table)
        threshold = _threshold(scores, table, *FALSE_REFUSALS)
        found: dict[str, dict[str, float]] = {}
        far = []
        for name in table.each_set:
            own = table.sets == name
            for kind in set(table.kinds[own].tolist()) - {"answerable"}:
                bad = scores[own & (table.kinds == kind)]
                found.setdefault(kind, {})[name] = auroc(scores[own & table.answerable], bad)
                far += [(bad >= threshold).mean()] if kind == "far" else []
        return cls(found, float(np.mean(far)))

    @property
    def told(self) -> float:
        """One number: the mean AUROC of each kind, weighed as in the fit."""
        shares = np.array([SHARES[kind] for kind in self.auroc])
        means = np.array([np.mean(list(of_sets.values())) for of_sets in self.auroc.values()])
        return float(shares @ means / shares.sum())

    def is_worth_more_than(self, other: "Judged") -> bool:
        spared = all(
            self.auroc[kind][name] >= before - HARMS
            for kind, of_sets in other.auroc.items()
            for name, before in of_sets.items()
        )
        return spared and self.far_answered <= other.far_answered + HARMS and self.told >= other.told + HELPS


def worth_having(
    cases: Sequence[Case], start: Sequence[str], everything: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, float]]:
    """The signals that are there when one more helps no further, and how each choice did."""
    names, standing = tuple(start), Judged.of(Table.of(cases, start))
    looked_at = {" + ".join(names): standing.told}
    while True:
        found = {(*names, more): Judged.of(Table.of(cases, (*names, more))) for more in everything if more not in names}
        looked_at |= {" + ".join(choice): judged.told for choice, judged in found.items()}
        better = [choice for choice, judged in found.items() if judged.is_worth_more_than(standing)]
        if not better:
            return names, {choice: round(told, 4) for choice, told in looked_at.items()}
        names = max(better, key=lambda choice: found[choice].told)
        standing = found[names]


def fitted(cases: Sequence[Case], names: Sequence[str] = ()) -> dict[str, Any]:
    """Weights over all sets; the threshold, and how well it does, on sets that were left out of the fit."""
    table = Table.of(cases, names)
    bias, weights = logistic(table, np.ones(len(table.sets), dtype=np.bool_))
    scores = left_out(table)
    threshold, unsure = (_threshold(scores, table, *most) for most in (FALSE_REFUSALS, DOUBTED))
    by_set = {
        name: figures(scores[table.sets == name], table.kinds[table.sets == name], threshold, unsure)
        for name in table.each_set
    }
    return {
        "bias": round(bias, 3),
        "weights": {name: round(float(weight), 3) for name, weight in zip(table.names, weights, strict=True)},
        "threshold": round(threshold, 3),
        "unsure": round(unsure, 3),
        "cases": dict(Counter(table.kinds.tolist())),
        "each set, left out of the fit": by_set,
        "mean": {
            name: _mean(figure.get(name) for figure in by_set.values())
            for name in dict.fromkeys(name for figure in by_set.values() for name in figure)
        },
        "each signal alone, mean AUROC": {
            kind: {name: _alone(table, column, kind) for column, name in enumerate(table.names)}
            for kind in SHARES
            if kind != "answerable" and kind in table.kinds
        },
    }


def left_out(table: Table) -> Numbers:
    """The confidence in each case by what was fitted on the other sets: what a new knowledge base can expect."""
    scores = np.zeros(len(table.signals))
    for name in table.each_set:
        bias, weights = logistic(table, table.sets != name)
        own = table.sets == name
        scores[own] = 1 / (1 + np.exp(-(bias + table.signals[own] @ weights)))
    return scores


def _threshold(scores: Numbers, table: Table, on_average: float, in_any: float) -> float:
    """The highest below which no more than these shares of the answerable questions of sets left out of the fit lie."""
    of_sets = [scores[table.answerable & (table.sets == name)] for name in table.each_set]

    def holds(threshold: float) -> bool:
        below = [(of_set < threshold).mean() for of_set in of_sets]
        return bool(np.mean(below) <= on_average and max(below) <= in_any)

    return max(float(threshold) for threshold in np.sort(scores) if holds(threshold))


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

    return _mean(of_set(name) for name in table.each_set)


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
