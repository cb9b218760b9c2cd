"""All public sets with the desk's settings in one run: fusion against its legs and against RRF, and the floors.

    FOOTNOTE_EVAL_DATA=... python -m evals.public_sets [--json] [--only NAME]... [--limit N]

The sets lie in folders below FOOTNOTE_EVAL_DATA; docs/evals.md says where they come from.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

from app import settings
from app.errors import FootnoteError, WrongUse
from evals.datasets import read_dataset
from evals.measures import averages
from evals.retrieval import RRF, RetrievalResult, evaluate_retrieval
from evals.significance import Comparison, Paired, compare, compare_means, holm
from evals.workbench import Progress

_PASSAGES = "corpus_passages.jsonl"
_DOC2DIAL = "doc2dial_dmv_ssa_studentaid"
_GAIN_OVER_RRF, _SIGNIFICANT = 0.02, 0.05
_BELOW_A_LEG = -0.01
_MEAN_OF_FOUR = 0.755


@dataclass(frozen=True)
class PublicSet:
    """One collection as it is asked, and what the fused order has to reach on it: measure -> floor."""

    name: str
    folder: str
    floors: Mapping[str, float]
    corpus: str = "corpus.jsonl"
    with_history: bool = False
    of_the_four: bool = False  # English, without a conversation: their mean has a floor of its own


SETS = (
    PublicSet("scifact", "scifact", {"nDCG@10": 0.725}, of_the_four=True),
    PublicSet("squad2 paragraphs", "squad2_dev", {"nDCG@10": 0.90}, _PASSAGES, of_the_four=True),
    PublicSet("stackfaq", "stackfaq", {"nDCG@10": 0.945}, of_the_four=True),
    PublicSet("doc2dial sections", _DOC2DIAL, {"nDCG@10": 0.43}, _PASSAGES, of_the_four=True),
    PublicSet("doc2dial documents", _DOC2DIAL, {"nDCG@10": 0.52}),
    PublicSet("doc2dial sections, history", _DOC2DIAL, {"R@5": 0.68}, _PASSAGES, with_history=True),
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

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """Fusion against its better leg and against RRF on every set, and on the mean of the four; Holm over all."""
        found = [
            replace(
                compare(against, "fused", "nDCG@10", one.values(against), one.values("fused")), dataset=one.set.name
            )
            for one in self.measured
            for against in (one.better_leg, RRF)
        ]
        if len(self.four) > 1:
            pairs: list[Paired] = [(one.values(RRF), one.values("fused")) for one in self.four]
            found.append(replace(compare_means(RRF, "fused", "nDCG@10", pairs), dataset="mean of the four"))
        return holm(found)

    @property
    def floors(self) -> list[Floor]:
        floors = [
            Floor(f"{one.set.name}: {metric}", floor, value, value >= floor)
            for one in self.measured
            for metric, floor in one.set.floors.items()
            for value in [one.mean("fused", metric)]
        ]
        for one in self.measured:
            above = one.mean("fused") - one.mean(one.better_leg)
            floors.append(Floor(f"{one.set.name}: above its better leg", _BELOW_A_LEG, above, above >= _BELOW_A_LEG))
        if len(self.four) == sum(one.of_the_four for one in SETS):
            mean = fmean(one.mean("fused") for one in self.four)
            floors.append(Floor("mean of the four: nDCG@10", _MEAN_OF_FOUR, mean, mean >= _MEAN_OF_FOUR))
            gain = self.comparisons[-1]
            holds = gain.difference >= _GAIN_OVER_RRF and gain.p < _SIGNIFICANT
            floors.append(Floor("mean of the four: above RRF, p < .05", _GAIN_OVER_RRF, gain.difference, holds))
        return floors

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


def measure(sets: Sequence[PublicSet], data: Path, limit: int | None, progress: Progress) -> SuiteResult:
    """Each set in turn, with the settings of the environment."""
    chosen = settings.read()
    measured = []
    for one in sets:
        began = time.monotonic()
        dataset = replace(read_dataset(data / one.folder, one.corpus), name=one.name)
        result = evaluate_retrieval(
            dataset, chosen, limit=limit, with_history=one.with_history, progress=lambda _: None
        )
        measured.append(Measured(one, result, time.monotonic() - began))
        progress(f"{one.name}: {len(result.searched)} queries in {measured[-1].seconds:.0f} s")
    return SuiteResult(measured)


def markdown(suite: SuiteResult) -> str:
    """The tables of docs/evals.md."""
    last = [one.result.last_stage for one in suite.measured]
    columns = ["meaning", "words", RRF, "fused", *(["reranked"] if "reranked" in last else [])]
    against = {(c.dataset, c.a): c for c in suite.comparisons}
    head = ["set", "queries", *columns, "R@5", "against RRF", "against the better leg", "p50 ms"]
    lines = [head, ["---"] * len(head)]
    for one in suite.measured:
        lines.append(
            [
                one.set.name,
                f"{len(one.result.searched):,}",
                *(f"{one.mean(stage):.3f}" for stage in columns),
                f"{one.mean(columns[-1], 'R@5'):.3f}",
                _told(against[one.set.name, RRF]),
                _told(against[one.set.name, one.better_leg]),
                f"{one.result.steps_ms['total']['p50']:.1f}",
            ]
        )
    floors = [["floor", "at least", "is", ""], ["---"] * 4]
    floors += [
        [f.what, f"{f.at_least:.3f}", f"{f.is_:.3f}", "holds" if f.holds else "**missed**"] for f in suite.floors
    ]
    seconds = sum(one.seconds for one in suite.measured)
    return f"{_rows(lines)}\n\n{_rows(floors)}\n\nThe whole run took {seconds / 60:.1f} minutes.\n"


def _told(comparison: Comparison) -> str:
    return f"{100 * comparison.difference:+.1f} (p {comparison.p:.4f})"


def _rows(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of Markdown tables")
    parser.add_argument("--only", action="append", metavar="NAME", help="sets whose name begins so; may be repeated")
    parser.add_argument("--limit", type=int, help="only the first N queries of each set")
    arguments = parser.parse_args()
    folder = os.environ.get("FOOTNOTE_EVAL_DATA")
    if not folder:
        raise WrongUse("set FOOTNOTE_EVAL_DATA to the folder with the public sets; docs/evals.md says what is in it")
    sets = [one for one in SETS if not arguments.only or one.name.startswith(tuple(arguments.only))]
    if not sets:
        raise WrongUse(f"there is no such set; there are: {', '.join(one.name for one in SETS)}")
    suite = measure(sets, Path(folder), arguments.limit, lambda line: print(line, file=sys.stderr))  # noqa: T201
    sys.stdout.write(json.dumps(suite.as_json()) + "\n" if arguments.json else markdown(suite))
    if not all(floor.holds for floor in suite.floors):
        sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        sys.exit(f"footnote: {error}")
