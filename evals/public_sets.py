"""All public sets with the desk's settings in one run: fusion against its legs and RRF, the reranked against fusion.

    FOOTNOTE_EVAL_DATA=... python -m evals.public_sets [--json] [--only NAME]... [--limit N]

Each comparison has its test, each aim its floor. The sets lie in folders below FOOTNOTE_EVAL_DATA; docs/evals.md says
where they come from.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

from app import settings
from app.errors import FootnoteError, WrongUse
from evals.data_folders import public_data
from evals.datasets import read_dataset
from evals.lot import drawn_by_lot
from evals.measures import averages
from evals.retrieval import RRF, RetrievalResult, evaluate_retrieval
from evals.significance import Comparison, Paired, compare, compare_means, holm
from evals.workbench import Progress

RERANKED = "reranked"
_OF_FOUR, _OF_ALL = "mean of the four", "mean of all"
_PASSAGES = "corpus_passages.jsonl"
_DOC2DIAL = "doc2dial_dmv_ssa_studentaid"
_GAIN_OVER_RRF, _SIGNIFICANT = 0.02, 0.05
_BELOW_A_LEG = -0.01
_MEAN_OF_FOUR = 0.755
_GAIN_BY_RERANKING = 0.02  # nDCG@10, mean over all sets


@dataclass(frozen=True)
class PublicSet:
    """One collection as it is asked, and what has to be reached on it: measure -> floor."""

    name: str
    folder: str
    floors: Mapping[str, float]  # of the fused order
    corpus: str = "corpus.jsonl"
    with_history: bool = False
    of_the_four: bool = False  # English, without a conversation: their mean has a floor of its own
    reranked: Mapping[str, float] = field(default_factory=dict)
    may_lose: float = 0.005  # nDCG@10, by reranking


SETS = (
    PublicSet("scifact", "scifact", {"nDCG@10": 0.725}, of_the_four=True, reranked={"nDCG@10": 0.74}, may_lose=0.0),
    PublicSet("squad2 paragraphs", "squad2_dev", {"nDCG@10": 0.90}, _PASSAGES, of_the_four=True),
    PublicSet("stackfaq", "stackfaq", {"nDCG@10": 0.945}, of_the_four=True, reranked={"nDCG@10": 0.96}),
    PublicSet("doc2dial sections", _DOC2DIAL, {"nDCG@10": 0.43}, _PASSAGES, of_the_four=True),
    PublicSet("doc2dial documents", _DOC2DIAL, {"nDCG@10": 0.52}),
    PublicSet(
        "doc2dial sections, history",
        _DOC2DIAL,
        {"R@5": 0.68},
        _PASSAGES,
        with_history=True,
        reranked={"R@5": 0.74, "hit@1": 0.42},
    ),
    PublicSet("doc2dial documents, history", _DOC2DIAL, {"nDCG@10": 0.88}, with_history=True),
    *(
        PublicSet(f"xquad {language}", f"xquad/{language}", {"nDCG@10": floor}, _PASSAGES)
        for language, floor in (("en", 0.96), ("es", 0.955), ("de", 0.935), ("zh", 0.955), ("ar", 0.92))
    ),
)


@dataclass(frozen=True)
class Measured:
    """One set, measured."""

    set: PublicSet
    result: RetrievalResult
    seconds: float  # with taking it in, where that was not done before

    def values(self, stage: str, metric: str = "nDCG@10") -> Mapping[str, float]:
        per_query = self.result.rrf if stage == RRF else self.result.values[stage]
        return per_query[metric]

    def mean(self, stage: str, metric: str = "nDCG@10") -> float:
        return fmean(self.values(stage, metric).values())

    @property
    def better_leg(self) -> str:
        return max(("meaning", "words"), key=self.mean)

    @property
    def is_reranked(self) -> bool:
        return self.result.last_stage == RERANKED


@dataclass(frozen=True)
class Floor:
    """Something that has to hold, and whether it does."""

    what: str
    at_least: float
    is_: float
    holds: bool


@dataclass(frozen=True)
class SuiteResult:
    measured: Sequence[Measured]

    @property
    def four(self) -> list[Measured]:
        return [one for one in self.measured if one.set.of_the_four]

    @property
    def reranked(self) -> list[Measured]:
        """Those that were reranked: all or none, since one run has one configuration."""
        return [one for one in self.measured if one.is_reranked]

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """Fusion against its better leg and RRF, the reranked against fusion: each set and the means; Holm over all."""
        found = [_compared(one, against, "fused") for one in self.measured for against in (one.better_leg, RRF)]
        found += [_compared(one, "fused", RERANKED) for one in self.reranked]
        for name, sets, a, b in (
            (_OF_FOUR, self.four, RRF, "fused"),
            (_OF_FOUR, [one for one in self.four if one.is_reranked], "fused", RERANKED),
            (_OF_ALL, self.reranked, "fused", RERANKED),
        ):
            if len(sets) > 1:
                pairs: list[Paired] = [(one.values(a), one.values(b)) for one in sets]
                found.append(replace(compare_means(a, b, "nDCG@10", pairs), dataset=name))
        return holm(found)

    def compared(self, dataset: str, a: str, b: str) -> Comparison:
        return next(c for c in self.comparisons if (c.dataset, c.a, c.b) == (dataset, a, b))

    @property
    def floors(self) -> list[Floor]:
        return [*self._fused_floors(), *self._reranked_floors()]

    def _fused_floors(self) -> Iterator[Floor]:
        for one in self.measured:
            for metric, floor in one.set.floors.items():
                yield _floor(f"{one.set.name}: {metric}", floor, one.mean("fused", metric))
        for one in self.measured:
            above = one.mean("fused") - one.mean(one.better_leg)
            yield _floor(f"{one.set.name}: above its better leg", _BELOW_A_LEG, above)
        if len(self.four) == sum(one.of_the_four for one in SETS):
            mean = fmean(one.mean("fused") for one in self.four)
            yield _floor(f"{_OF_FOUR}: nDCG@10", _MEAN_OF_FOUR, mean)
            yield _gain(f"{_OF_FOUR}: above RRF", _GAIN_OVER_RRF, self.compared(_OF_FOUR, RRF, "fused"))

    def _reranked_floors(self) -> Iterator[Floor]:
        for one in self.reranked:
            for metric, floor in one.set.reranked.items():
                yield _floor(f"{one.set.name}: reranked {metric}", floor, one.mean(RERANKED, metric))
        for one in self.reranked:
            above = one.mean(RERANKED) - one.mean("fused")
            yield _floor(f"{one.set.name}: reranked above fused", -one.set.may_lose, above)
        if len(self.reranked) == len(SETS):
            gain = self.compared(_OF_ALL, "fused", RERANKED)
            yield _gain(f"{_OF_ALL}: reranked above fused", _GAIN_BY_RERANKING, gain)

    def as_json(self) -> dict[str, Any]:
        return {
            "sets": [
                {
                    "name": one.set.name,
                    "history": one.set.with_history,
                    "queries": len(one.result.searched),
                    "chunks": one.result.index.chunks,
                    "stages": {
                        stage: {name: round(value, 4) for name, value in averages(values).items()}
                        for stage, values in (*one.result.values.items(), (RRF, one.result.rrf))
                    },
                    "pairs_read": round(one.result.pairs_read, 2),
                    "latency_ms": one.result.steps_ms["total"],
                    "seconds": round(one.seconds, 1),
                }
                for one in self.measured
            ],
            "comparisons": [comparison.as_json() for comparison in self.comparisons],
            "floors": [
                {"what": f.what, "at_least": f.at_least, "is": round(f.is_, 4), "holds": f.holds} for f in self.floors
            ],
            "seconds": round(sum(one.seconds for one in self.measured), 1),
        }


def _compared(one: Measured, a: str, b: str) -> Comparison:
    return replace(compare(a, b, "nDCG@10", one.values(a), one.values(b)), dataset=one.set.name)


def _floor(what: str, at_least: float, is_: float) -> Floor:
    return Floor(what, at_least, is_, is_ >= at_least)


def _gain(what: str, at_least: float, gain: Comparison) -> Floor:
    """A gain that chance alone could have brought is none."""
    holds = gain.difference >= at_least and gain.p < _SIGNIFICANT
    return Floor(f"{what}, p < {_SIGNIFICANT:g}", at_least, gain.difference, holds)


def measure(sets: Sequence[PublicSet], data: Path, limit: int | None, progress: Progress) -> SuiteResult:
    """Each set in turn, with the settings of the environment; of each so many queries, drawn by lot."""
    chosen = settings.read()
    measured = []
    for one in sets:
        began = time.monotonic()
        dataset = replace(read_dataset(data / one.folder, one.corpus), name=one.name)
        if limit:
            dataset = replace(dataset, queries=tuple(drawn_by_lot(dataset.judged, limit)))
        result = evaluate_retrieval(dataset, chosen, limit=None, with_history=one.with_history, progress=lambda _: None)
        measured.append(Measured(one, result, time.monotonic() - began))
        progress(f"{one.name}: {len(result.searched)} queries in {measured[-1].seconds:.0f} s")
    return SuiteResult(measured)


def markdown(suite: SuiteResult) -> str:
    """The tables of docs/evals.md."""
    stages = ["meaning", "words", RRF, "fused", *([RERANKED] if suite.reranked else [])]
    head = ["set", "queries", *stages, "R@5", "hit@1", "fused against RRF", "against the better leg"]
    head += ["reranked against fused", "pairs read"] if suite.reranked else []
    lines = [[*head, "p50 ms"], ["---"] * (len(head) + 1)]
    for one in suite.measured:
        line = [one.set.name, f"{len(one.result.searched):,}", *(f"{one.mean(stage):.3f}" for stage in stages)]
        line += [f"{one.mean(stages[-1], metric):.3f}" for metric in ("R@5", "hit@1")]
        line += [_told(suite.compared(one.set.name, against, "fused")) for against in (RRF, one.better_leg)]
        if suite.reranked:
            line += [_told(suite.compared(one.set.name, "fused", RERANKED)), f"{one.result.pairs_read:.1f}"]
        lines.append([*line, f"{one.result.steps_ms['total']['p50']:.1f}"])
    means = [["mean", "of nDCG@10", "gain"], ["---"] * 3]
    means += [[c.dataset, f"{c.b} against {c.a}", _told(c)] for c in suite.comparisons if c.dataset.startswith("mean")]
    floors = [["floor", "at least", "is", ""], ["---"] * 4]
    floors += [
        [f.what, f"{f.at_least:.3f}", f"{f.is_:.3f}", "holds" if f.holds else "**missed**"] for f in suite.floors
    ]
    tables = "\n\n".join(_rows(table) for table in (lines, means, floors) if len(table) > 2)
    seconds = sum(one.seconds for one in suite.measured)
    return f"{tables}\n\nThe whole run took {seconds / 60:.1f} minutes.\n"


def _told(comparison: Comparison) -> str:
    return f"{100 * comparison.difference:+.1f} (p {comparison.p:.4f})"


def _rows(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of Markdown tables")
    parser.add_argument("--only", action="append", metavar="NAME", help="sets whose name begins so; may be repeated")
    parser.add_argument("--limit", type=int, help="only N queries of each set, drawn by lot, always the same")
    arguments = parser.parse_args()
    folder = public_data()
    sets = [one for one in SETS if not arguments.only or one.name.startswith(tuple(arguments.only))]
    if not sets:
        raise WrongUse(f"there is no such set; there are: {', '.join(one.name for one in SETS)}")
    suite = measure(sets, folder, arguments.limit, lambda line: print(line, file=sys.stderr))  # noqa: T201
    sys.stdout.write(json.dumps(suite.as_json()) + "\n" if arguments.json else markdown(suite))
    if not all(floor.holds for floor in suite.floors):
        sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        sys.exit(f"footnote: {error}")
