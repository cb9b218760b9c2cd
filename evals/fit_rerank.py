"""Fit the blend and the stop rule of `app/answering/blending.py` on held-out training data. Same data, same figures.

    FOOTNOTE_TRAIN_DATA=... python -m evals.fit_rerank [--questions 80] [--cases FILE]

Questions that the reader was not trained on are asked over collections of `evals/held_out.py`; the best fused are all
read, and what was read is kept by the hash of the weights, so that a second run takes seconds. The weights of the
facts about a passage minimise the cross-entropy of the relevant ones among those read, each set counting the same; a
logistic curve over the result makes it a likelihood. Facts beyond those that the desk weighs are added one by one,
while that helps sets that were left out of the fit and harms none of them. The stop rule is then tried at several
margins, and the one that keeps most of the gain in nDCG@10 while it reads no more than `PAIRS` is named. The public
sets of FOOTNOTE_EVAL_DATA are not looked at.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it ships no types

from app import settings
from app.answering.blending import scaled
from app.answering.reader import Reader
from app.answering.rerankers.bundled import FIRST, NEXT, readable
from app.answering.tracing import Candidate
from app.knowledge.words import query_terms, terms
from evals.data_folders import training_data
from evals.datasets import Dataset, Query
from evals.held_out import COLLECTIONS
from evals.kept_readings import keeping_reader
from evals.workbench import workbench

USED = ("relevance", "fused", "meaning")
MORE = ("answerable", "span", "lead", "words", "title")
HELPS, HARMS = 0.001, 0.01  # nDCG@10 of sets left out: on average at least, and in none more than (one of 80 questions)
RIDGE = 1e-3
MARGINS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0)
PAIRS = 0.5  # of all; to keep .99 of the gain with them is the aim

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question: its candidates in the order of fusion, and what the reader made of each."""

    of_set: str
    documents: tuple[str, ...]
    relevant: tuple[str, ...]
    fused: tuple[float, ...]  # as fusion gave it, 0 to 1
    relevance: tuple[float, ...]
    answerable: tuple[float, ...]
    span: tuple[float, ...]
    meaning: tuple[float, ...]  # 1 / rank in this leg; 0 where it had none
    words: tuple[float, ...]
    title: tuple[float, ...]  # share of the question's terms that stand in title and headings

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Case":
        columns: dict[str, Any] = {name: tuple(values) for name, values in row.items() if name != "of_set"}
        return cls(of_set=row["of_set"], **columns)

    @property
    def truth(self) -> NDArray[np.bool_]:
        return np.isin(self.documents, self.relevant)

    @property
    def scaled(self) -> Numbers:
        return np.array(scaled(self.fused))

    def facts(self, names: Sequence[str]) -> Numbers:
        """Shape (candidates, names): what is weighted. `lead`: how far the first, and it alone, is above the second."""
        chances = np.clip(self.answerable, 0.001, 0.999)
        told = {
            "answerable": np.log(chances / (1 - chances)),
            "fused": self.scaled,
            "lead": np.array([self.fused[0] - self.fused[min(1, len(self.fused) - 1)], *[0.0] * (len(self.fused) - 1)]),
        }
        return np.column_stack([told[name] if name in told else getattr(self, name) for name in names])


@dataclass(frozen=True)
class Blend:
    """What app/answering/blending.py has as constants."""

    bias: float
    weights: Mapping[str, float]
    unread_bias: float
    unread_fused: float

    def read(self, case: Case) -> Numbers:
        logits: Numbers = self.bias + case.facts(list(self.weights)) @ np.array(list(self.weights.values()))
        return logits

    def unread(self, case: Case) -> Numbers:
        return self.unread_bias + self.unread_fused * case.scaled

    def adaptive(self, case: Case, margin: float) -> tuple[Numbers, int]:
        """The logits when reading stops at this margin, and how many were read."""
        read, unread = self.read(case), self.unread(case)
        count = read_until_settled(read, unread, margin)
        return np.append(read[:count], unread[count:]), count


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--questions", type=int, default=80, help="per set")
    parser.add_argument("--documents", type=int, default=600, help="in each knowledge base")
    parser.add_argument("--sets", nargs="*", default=list(COLLECTIONS))
    parser.add_argument("--cases", type=Path, help="keep what was read here, or fit what is here already")
    arguments = parser.parse_args()
    folder = training_data()
    kept: Path | None = arguments.cases
    if kept and kept.exists():
        cases = [Case.from_row(row) for row in json.loads(kept.read_text(encoding="utf-8"))]
    else:
        sizes = arguments.questions, arguments.documents
        cases = [case for name in arguments.sets for case in collect(folder, name, *sizes)]
    if kept:
        kept.write_text(json.dumps([asdict(case) for case in cases]), encoding="utf-8")
    json.dump(summary(cases), sys.stdout, indent=2)
    sys.stdout.write("\n")


def collect(folder: Path, name: str, questions: int, documents: int) -> Iterator[Case]:
    """Ask through the desk's front door, without a reranker, and read what comes first."""
    dataset = COLLECTIONS[name](folder, questions, documents)
    own = settings.read(language_model="extractive", reranker="none")
    reader = keeping_reader(own)
    with workbench(dataset, own, lambda _: None) as bench:
        for query in dataset.judged:
            if candidates := bench.desk.search(query.text).candidates[: own.reranked]:
                yield _case(name, query, candidates, dataset, reader)
    print(f"{name}: {len(dataset.documents)} documents, {len(dataset.judged)} questions", file=sys.stderr)  # noqa: T201


def _case(name: str, query: Query, candidates: Sequence[Candidate], dataset: Dataset, reader: Reader) -> Case:
    passages = [candidate.passage for candidate in candidates]
    readings = reader.read(query.text, [readable(passage) for passage in passages])
    asked = set(query_terms(query.text))
    return Case(
        of_set=name,
        documents=tuple(passage.article.id for passage in passages),
        relevant=tuple(dataset.relevant(query.id)),
        fused=tuple(passage.score for passage in passages),
        relevance=tuple(round(reading.relevance, 4) for reading in readings),
        answerable=tuple(round(reading.answerable, 4) for reading in readings),
        span=tuple(round(reading.span, 4) for reading in readings),
        meaning=tuple(1 / passage.ranks.meaning if passage.ranks.meaning else 0.0 for passage in passages),
        words=tuple(1 / passage.ranks.words if passage.ranks.words else 0.0 for passage in passages),
        title=tuple(len(asked & set(terms(readable(p).above))) / max(1, len(asked)) for p in passages),
    )


def summary(cases: Sequence[Case]) -> dict[str, Any]:
    facts, tried = chosen_facts(cases)
    blend = fitted(cases, facts)
    stops = [stopped(cases, blend, margin) for margin in MARGINS]
    stop = max((stop for stop in stops if stop["pairs"] <= PAIRS), key=lambda stop: stop["gain kept"])
    orders: dict[str, Callable[[Case], Numbers]] = {
        "fused": lambda case: case.scaled,
        "reader alone": lambda case: np.array(case.relevance),
        "full": blend.read,
        "adaptive": lambda case: blend.adaptive(case, stop["margin"])[0],
        "full, of the other sets": _taught_by_the_others(cases, facts),
    }
    return {
        "questions": len(cases),
        "facts tried, mean nDCG@10 of sets left out": tried,
        "blend": asdict(blend),
        "nDCG@10": {order: _rounded(by_set(cases, score)) for order, score in orders.items()},
        "stop rule": stops,
        "chosen": stop,
    }


def chosen_facts(cases: Sequence[Case]) -> tuple[tuple[str, ...], dict[str, float]]:
    """What is worth weighing, and the mean of every choice that was looked at."""
    facts: tuple[str, ...] = USED
    tried = {
        " + ".join(fewer): by_set(cases, _taught_by_the_others(cases, fewer))["mean"] for fewer in combinations(USED, 2)
    }
    standing = by_set(cases, _taught_by_the_others(cases, facts))
    tried[" + ".join(facts)] = standing["mean"]
    while more := [name for name in MORE if name not in facts]:
        figures = {name: by_set(cases, _taught_by_the_others(cases, (*facts, name))) for name in more}
        tried |= {" + ".join((*facts, name)): figure["mean"] for name, figure in figures.items()}
        harmless = [
            name
            for name, figure in figures.items()
            if figure["mean"] >= standing["mean"] + HELPS
            and all(figure[of_set] >= standing[of_set] - HARMS for of_set in standing)
        ]
        if not harmless:
            break
        best = max(harmless, key=lambda name: figures[name]["mean"])
        facts, standing = (*facts, best), figures[best]
    return facts, _rounded(tried)


def by_set(cases: Sequence[Case], score: Callable[[Case], Numbers]) -> dict[str, float]:
    """nDCG@10 of each set, and their mean under `mean`."""
    found: dict[str, list[float]] = {}
    for case in cases:
        found.setdefault(case.of_set, []).append(ndcg(case, score(case)))
    means = {of_set: float(np.mean(values)) for of_set, values in found.items()}
    return {"mean": float(np.mean(list(means.values()))), **means}


def _taught_by_the_others(cases: Sequence[Case], facts: Sequence[str]) -> Callable[[Case], Numbers]:
    """Orders, not likelihoods: level and slope of a blend change none."""
    names = {case.of_set for case in cases}
    directions = {name: _direction([case for case in cases if case.of_set != name], facts) for name in names}
    return lambda case: np.array(case.facts(facts) @ directions[case.of_set])


def fitted(cases: Sequence[Case], facts: Sequence[str] = USED) -> Blend:
    """Direction by cross-entropy over each list, level and slope by logistic regression over all candidates."""
    direction = _direction(cases, facts)
    sums = np.concatenate([case.facts(facts) @ direction for case in cases])
    truth = np.concatenate([case.truth for case in cases])
    counts = np.repeat(_equal_shares(cases), [len(case.documents) for case in cases])
    bias, slope = _logistic(sums, truth, counts)
    fused = np.concatenate([case.scaled for case in cases])
    waiting = np.concatenate([np.arange(len(case.documents)) >= FIRST for case in cases])
    unread_bias, unread_fused = _logistic(fused[waiting], truth[waiting], counts[waiting])
    weights = {name: round(float(slope * weight), 4) for name, weight in zip(facts, direction, strict=True)}
    return Blend(round(bias, 4), weights, round(unread_bias, 4), round(unread_fused, 4))


def _direction(cases: Sequence[Case], facts: Sequence[str]) -> Numbers:
    """Weights of the facts that make the relevant ones of each list likely; shape (facts,)."""
    known = [case for case in cases if case.truth.any() and not case.truth.all()]
    shares, lengths = _equal_shares(known), [len(case.documents) for case in known]
    starts = np.cumsum([0, *lengths[:-1]])
    rows, truth = np.concatenate([case.facts(facts) for case in known]), np.concatenate([case.truth for case in known])

    def listwise(weights: Numbers) -> tuple[float, Numbers]:
        logits = rows @ weights
        chances = np.exp(logits - np.repeat(np.maximum.reduceat(logits, starts), lengths))
        right = chances * truth
        whole, of_right = (np.add.reduceat(some, starts) for some in (chances, right))
        pulled = np.repeat(shares / whole, lengths) * chances - np.repeat(shares / of_right, lengths) * right
        loss = shares @ np.log(whole / of_right) + RIDGE * weights @ weights
        return float(loss), rows.T @ pulled + 2 * RIDGE * weights

    found: Numbers = minimize(listwise, np.ones(rows.shape[1]), jac=True, method="L-BFGS-B").x
    return found


def _equal_shares(cases: Sequence[Case]) -> Numbers:
    sizes: dict[str, int] = {}
    for case in cases:
        sizes[case.of_set] = sizes.get(case.of_set, 0) + 1
    return np.array([1 / (len(sizes) * sizes[case.of_set]) for case in cases])


def _logistic(values: Numbers, truth: NDArray[np.bool_], counts: Numbers) -> tuple[float, float]:
    def loss(point: Numbers) -> float:
        logits = point[0] + point[1] * values
        return float(counts @ (np.logaddexp(0, logits) - truth * logits) / counts.sum() + 1e-6 * point @ point)

    bias, slope = minimize(loss, np.array([-2.0, 1.0]), method="L-BFGS-B").x
    return float(bias), float(slope)


def stopped(cases: Sequence[Case], blend: Blend, margin: float) -> dict[str, float]:
    """What stopping at this margin keeps of the gain, and what it costs; each set counts the same."""
    fused, full, adaptive = (
        by_set(cases, score)["mean"]
        for score in (lambda case: case.scaled, blend.read, lambda case: blend.adaptive(case, margin)[0])
    )
    read = np.array([blend.adaptive(case, margin)[1] / len(case.documents) for case in cases])
    kept = (adaptive - fused) / (full - fused) if full > fused else 0.0
    pairs = float(_equal_shares(cases) @ read)
    return _rounded({"margin": margin, "nDCG@10": adaptive, "gain kept": kept, "pairs": pairs})


def read_until_settled(read: Numbers, unread: Numbers, margin: float) -> int:
    """How many are read in rounds, as the bundled reranker reads them."""
    count = FIRST
    while count < len(read) and read[:count].max() - unread[count:].max() < margin:
        count += NEXT
    return min(count, len(read))


def ndcg(case: Case, scores: Numbers) -> float:
    """nDCG@10 over documents: a document's best passage speaks for it."""
    ranked = list(dict.fromkeys(case.documents[place] for place in np.argsort(-scores, kind="stable")))[:10]
    gain = sum(1 / math.log2(rank + 1) for rank, id_ in enumerate(ranked, start=1) if id_ in case.relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(case.relevant)) + 1))
    return gain / ideal


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(figure, 4) for name, figure in figures.items()}


if __name__ == "__main__":
    main()
