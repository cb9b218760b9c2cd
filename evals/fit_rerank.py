"""Fit the blend and the stop rule of `app/answering/blending.py` on held-out training data. Same data, same figures.

    FOOTNOTE_TRAIN_DATA=... python -m evals.fit_rerank [--questions 80] [--cases FILE]

Questions that the reader was not trained on are asked over a small knowledge base of their own set; the best fused
are all read. The weights of relevance and fused score minimise the cross-entropy of the relevant passages among
those read, each set counting the same; a logistic curve over the result makes it a likelihood. Each set is also
ranked by what the others taught. The stop rule is then tried at several margins, and the widest that keeps
`KEPT` of the gain in nDCG@10 is named. The public sets of FOOTNOTE_EVAL_DATA are not looked at.
"""

import argparse
import json
import math
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it ships no types

from app import settings
from app.answering.blending import scaled
from app.answering.rerankers.bundled import FIRST, NEXT, readable
from app.answering.tracing import Candidate
from evals.data_folders import training_data
from evals.datasets import Dataset, Document, Query
from evals.workbench import workbench
from models.reader.rows import Pair, pairs

SETS = (
    "aws_docs", "clapnq", "dstc9_faq", "expertqa", "feedbackqa", "gov_help", "lib_docs", "ms_docs", "nq_oracle",
    "nq_qed", "sharc", "squad",
)  # fmt: skip
MADE_UP = ("heading", "description")  # asked only where people have not asked enough
USED = ("relevance", "fused")
TRIED = (USED, ("relevance", "answerable", "fused"), ("relevance", "span", "fused"), ("answerable", "fused"))
RIDGE = 1e-3
MARGINS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0)
KEPT = 0.995  # of the gain; the promise is .99
SEED = 20261120

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question: its candidates in the order of fusion, and what the reader made of each."""

    of_set: str
    documents: tuple[str, ...]
    relevant: tuple[str, ...]
    fused: tuple[float, ...]  # scaled to 0 to 1
    relevance: tuple[float, ...]
    answerable: tuple[float, ...]
    span: tuple[float, ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Case":
        columns: dict[str, Any] = {name: tuple(values) for name, values in row.items() if name != "of_set"}
        return cls(of_set=row["of_set"], **columns)

    @property
    def truth(self) -> NDArray[np.bool_]:
        return np.isin(self.documents, self.relevant)

    def facts(self, names: Sequence[str]) -> Numbers:
        """Shape (candidates, names): what is weighted."""
        chances = np.clip(self.answerable, 0.001, 0.999)
        told = {"answerable": np.log(chances / (1 - chances)), "relevance": self.relevance, "fused": self.fused}
        return np.column_stack([told.get(name, getattr(self, name)) for name in names])


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
        return self.unread_bias + self.unread_fused * np.array(case.fused)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--questions", type=int, default=80, help="per set")
    parser.add_argument("--documents", type=int, default=600, help="in each knowledge base")
    parser.add_argument("--sets", nargs="*", default=list(SETS))
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
    dataset = knowledge_base(folder, name, questions, documents)
    with workbench(dataset, settings.read(language_model="extractive", reranker="none"), lambda _: None) as bench:
        most = bench.parts.settings.reranked
        for query in dataset.judged:
            candidates = bench.desk.search(query.text).candidates[:most]
            if candidates:
                yield _case(name, query, candidates, dataset, bench.parts.reader)
    print(f"{name}: {len(dataset.documents)} documents, {len(dataset.judged)} questions", file=sys.stderr)  # noqa: T201


def _case(name: str, query: Query, candidates: Sequence[Candidate], dataset: Dataset, reader: Any) -> Case:
    readings = reader.read(query.text, [readable(candidate.passage) for candidate in candidates])
    return Case(
        of_set=name,
        documents=tuple(candidate.passage.article.id for candidate in candidates),
        relevant=tuple(dataset.relevant(query.id)),
        fused=tuple(scaled([candidate.passage.score for candidate in candidates])),
        relevance=tuple(round(reading.relevance, 4) for reading in readings),
        answerable=tuple(round(reading.answerable, 4) for reading in readings),
        span=tuple(round(reading.span, 4) for reading in readings),
    )


def knowledge_base(folder: Path, name: str, questions: int, documents: int) -> Dataset:
    """Held-out questions of one set over their passages and others of the set, in a fixed random order."""
    rows = [pair for pair in pairs(folder, name) if pair.relevant]
    shuffled = random.Random(SEED)
    held_out = [pair for pair in rows if pair.held_out]
    shuffled.shuffle(held_out)
    held_out.sort(key=lambda pair: pair.kind in MADE_UP)
    chosen = set(list(dict.fromkeys(pair.question for pair in held_out))[:questions])
    right: dict[str, list[Pair]] = {}
    for pair in rows:
        if pair.question in chosen:
            right.setdefault(pair.question, []).append(pair)
    wanted = {pair.passage: pair for some in right.values() for pair in some}
    others = {pair.passage: pair for pair in rows if pair.passage not in wanted}
    sea = shuffled.sample(sorted(others), min(len(others), max(0, documents - len(wanted))))
    passages = [*wanted.values(), *(others[passage] for passage in sea)]
    ids = {pair.passage: f"d{number}" for number, pair in enumerate(passages)}
    return Dataset(
        f"held-out {name}",
        tuple(Document(ids[pair.passage], pair.title, pair.passage) for pair in passages),
        tuple(Query(f"q{number}", question) for number, question in enumerate(right)),
        {f"q{number}": {ids[pair.passage]: 1 for pair in some} for number, some in enumerate(right.values())},
    )


def summary(cases: Sequence[Case]) -> dict[str, Any]:
    names = list(dict.fromkeys(case.of_set for case in cases))
    blend = fitted(cases)
    orders: dict[str, Callable[[Case], Numbers]] = {
        "fused": lambda case: np.array(case.fused),
        "reader alone": lambda case: np.array(case.relevance),
        "half and half, scaled": lambda case: np.array(scaled(case.relevance)) + np.array(case.fused),
        "blend": blend.read,
    }
    for facts in TRIED:
        orders[f"{' + '.join(facts)}, of the other sets"] = _taught_by_the_others(cases, names, facts)
    quality = {
        order: {name: _mean_ndcg([c for c in cases if c.of_set == name], score) for name in names}
        for order, score in orders.items()
    }
    stops = [stopped(cases, blend, margin) for margin in MARGINS]
    enough = [stop for stop in stops if stop["gain kept"] >= KEPT]
    return {
        "questions": len(cases),
        "blend": asdict(blend),
        "nDCG@10": {
            order: {"mean": round(float(np.mean(list(of_set.values()))), 4)}
            | {name: round(value, 4) for name, value in of_set.items()}
            for order, of_set in quality.items()
        },
        "stop rule": stops,
        "chosen": min(enough, key=lambda stop: stop["pairs"]) if enough else None,
    }


def _taught_by_the_others(
    cases: Sequence[Case], names: Sequence[str], facts: Sequence[str]
) -> Callable[[Case], Numbers]:
    blends = {name: fitted([case for case in cases if case.of_set != name], facts) for name in names}
    return lambda case: blends[case.of_set].read(case)


def fitted(cases: Sequence[Case], facts: Sequence[str] = USED) -> Blend:
    """Direction by cross-entropy over each list, level and slope by logistic regression over all candidates."""
    known = [case for case in cases if case.truth.any() and not case.truth.all()]
    shares = _equal_shares(known)
    lists = [(case.facts(facts), case.truth) for case in known]

    def listwise(weights: Numbers) -> float:
        losses = []
        for rows, truth in lists:
            logits = rows @ weights
            chances = np.exp(logits - logits.max())
            losses.append(-math.log(chances[truth].sum() / chances.sum()))
        return float(shares @ np.array(losses) + RIDGE * weights @ weights)

    direction = minimize(listwise, np.ones(len(facts)), method="L-BFGS-B").x
    sums = np.concatenate([case.facts(facts) @ direction for case in cases])
    truth = np.concatenate([case.truth for case in cases])
    counts = np.repeat(_equal_shares(cases), [len(case.documents) for case in cases])
    bias, slope = _logistic(sums, truth, counts)
    fused = np.concatenate([case.fused for case in cases])
    waiting = np.concatenate([np.arange(len(case.documents)) >= FIRST for case in cases])
    unread_bias, unread_fused = _logistic(fused[waiting], truth[waiting], counts[waiting])
    weights = {name: round(float(slope * weight), 4) for name, weight in zip(facts, direction, strict=True)}
    return Blend(round(bias, 4), weights, round(unread_bias, 4), round(unread_fused, 4))


def _equal_shares(cases: Sequence[Case]) -> Numbers:
    sizes = {name: sum(case.of_set == name for case in cases) for name in {case.of_set for case in cases}}
    return np.array([1 / (len(sizes) * sizes[case.of_set]) for case in cases])


def _logistic(values: Numbers, truth: NDArray[np.bool_], counts: Numbers) -> tuple[float, float]:
    def loss(point: Numbers) -> float:
        logits = point[0] + point[1] * values
        return float(counts @ (np.logaddexp(0, logits) - truth * logits) / counts.sum() + 1e-6 * point @ point)

    bias, slope = minimize(loss, np.array([-2.0, 1.0]), method="L-BFGS-B").x
    return float(bias), float(slope)


def stopped(cases: Sequence[Case], blend: Blend, margin: float) -> dict[str, float]:
    """What stopping at this margin keeps of the gain, and what it costs; each set counts the same."""
    shares = _equal_shares(cases)
    read = [read_until_settled(blend.read(case), blend.unread(case), margin) for case in cases]

    def mean(values: Sequence[float]) -> float:
        return float(shares @ np.array(values))

    fused = mean([ndcg(case, np.array(case.fused)) for case in cases])
    full = mean([ndcg(case, blend.read(case)) for case in cases])
    adaptive = mean(
        [
            ndcg(case, np.append(blend.read(case)[:count], blend.unread(case)[count:]))
            for case, count in zip(cases, read, strict=True)
        ]
    )
    kept = (adaptive - fused) / (full - fused) if full > fused else 0.0
    pairs_share = mean([count / len(case.documents) for case, count in zip(cases, read, strict=True)])
    figures = {"margin": margin, "nDCG@10": adaptive, "gain kept": kept, "pairs": pairs_share}
    return {name: round(value, 4) for name, value in figures.items()}


def read_until_settled(read: Numbers, unread: Numbers, margin: float) -> int:
    """How many are read in rounds, as the bundled reranker reads them."""
    count = FIRST
    while count < len(read) and read[:count].max() - unread[count:].max() < margin:
        count += NEXT
    return min(count, len(read))


def _mean_ndcg(cases: Sequence[Case], score: Callable[[Case], Numbers]) -> float:
    return float(np.mean([ndcg(case, score(case)) for case in cases]))


def ndcg(case: Case, scores: Numbers) -> float:
    """nDCG@10 over documents: a document's best passage speaks for it."""
    ranked = list(dict.fromkeys(case.documents[place] for place in np.argsort(-scores, kind="stable")))[:10]
    gain = sum(1 / math.log2(rank + 1) for rank, id_ in enumerate(ranked, start=1) if id_ in case.relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(case.relevant)) + 1))
    return gain / ideal


if __name__ == "__main__":
    main()
