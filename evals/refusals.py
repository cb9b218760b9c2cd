"""Does the desk know what it does not know? Several knowledge bases, one threshold, and the curve behind it.

    FOOTNOTE_EVAL_DATA=... python -m evals.refusals [--questions N] [--json] [--svg FILE]

Each knowledge base is asked its own questions, the same without the documents that answer them, its unanswerable ones
where it has some, and those of another one. Which questions is drawn by lot, always the same. Where a document is left
out, another may say the same: a desk that quotes it is right, though it counts as wrong. How often that is so is told.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from app import settings
from app.errors import FootnoteError
from app.knowledge.words import terms
from app.settings import Settings
from evals.answer_measures import auroc, share
from evals.answers import FOREIGN, LEFT_OUT, NOT_THERE, Asked, evaluate_answers
from evals.data_folders import public_data
from evals.datasets import Dataset, Query, read_dataset
from evals.refusal_curve import Point, drawn
from evals.workbench import Progress

SEED = 20261120


@dataclass(frozen=True)
class KnowledgeBase:
    """A folder of FOOTNOTE_EVAL_DATA, what counts as a document of it, and which AUROC it has to reach, by reason."""

    name: str
    folder: str
    floors: Mapping[str, float]
    corpus: str = "corpus.jsonl"


KNOWLEDGE_BASES = (
    KnowledgeBase("squad2", "squad2_dev", {LEFT_OUT: 0.85, NOT_THERE: 0.75}),
    KnowledgeBase("squad2 paragraphs", "squad2_dev", {}, "corpus_passages.jsonl"),
    KnowledgeBase("stackfaq", "stackfaq", {LEFT_OUT: 0.85}),
    KnowledgeBase("doc2dial", "doc2dial_dmv_ssa_studentaid", {LEFT_OUT: 0.85}),
)
FOREIGN_REFUSED, FALSE_REFUSALS = 0.97, 0.03  # over all knowledge bases, each of the same weight
SAME = 0.6  # of an answer's runs of three terms: from this share on a document says it, too
_NAMES = {FOREIGN: "of another knowledge base", LEFT_OUT: "without its article", NOT_THERE: "bent on purpose"}


@dataclass(frozen=True)
class Floor:
    """Something that has to hold, and whether it does."""

    what: str
    bound: float
    is_: float
    holds: bool


@dataclass(frozen=True)
class Refusals:
    """By the name of its knowledge base, what was asked of each."""

    asked: Mapping[str, Sequence[Asked]]
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)  # ids of queries that others answer, too

    def of(self, name: str, reason: str) -> list[Asked]:
        """Those that cannot be answered for this reason; the answerable ones for an empty one."""
        return [one for one in self.asked[name] if one.unanswerable == reason]

    def auroc(self, name: str, reason: str) -> float | None:
        """How often an answerable question has the higher confidence than one that has no answer for this reason."""
        return auroc(*([one.confidence for one in self.of(name, kind)] for kind in ("", reason)))

    def auroc_where_none_repeats(self, name: str) -> float | None:
        """Of answerable questions against those without their article, where no other says what it says."""
        repeated = self.elsewhere.get(name, frozenset())
        alone = [one.confidence for one in self.of(name, LEFT_OUT) if one.query_id not in repeated]
        return auroc([one.confidence for one in self.of(name, "")], alone)

    def repeated(self, name: str) -> float | None:
        """The share of questions without their article that another one answers in nearly the same words."""
        return share(one.query_id in self.elsewhere.get(name, frozenset()) for one in self.of(name, LEFT_OUT))

    def answered(self, name: str, reason: str) -> float | None:
        return share(one.is_answered for one in self.of(name, reason))

    def mean_answered(self, reason: str) -> float:
        """Over the knowledge bases that have such questions."""
        rates = [self.answered(name, reason) for name in self.asked]
        return fmean(rate for rate in rates if rate is not None)

    @property
    def floors(self) -> list[Floor]:
        refused, false_refusals = 1 - self.mean_answered(FOREIGN), 1 - self.mean_answered("")
        found = [
            Floor("questions of another knowledge base refused", FOREIGN_REFUSED, refused, refused >= FOREIGN_REFUSED),
            Floor("answerable questions refused", FALSE_REFUSALS, false_refusals, false_refusals <= FALSE_REFUSALS),
        ]
        for base in KNOWLEDGE_BASES:
            for reason, floor in base.floors.items() if base.name in self.asked else ():
                reached = self.auroc(base.name, reason) or 0.0
                found.append(Floor(f"{base.name}, {_NAMES[reason]}: AUROC", floor, reached, reached >= floor))
        return found

    @property
    def curves(self) -> dict[str, list[Point]]:
        """By name of the line, (answerable refused, others answered) at every threshold."""
        return {line: self._curve(names, reason) for line, names, reason in self._lines()}

    @property
    def chosen(self) -> dict[str, Point]:
        """The same for what the desk did."""
        return {
            line: (
                1 - fmean(self.answered(name, "") or 0.0 for name in names),
                fmean(self.answered(name, reason) or 0.0 for name in names),
            )
            for line, names, reason in self._lines()
        }

    def _lines(self) -> Iterator[tuple[str, Sequence[str], str]]:
        """Name of the line, its knowledge bases, and the reason; foreign questions are much alike over all of them."""
        yield _NAMES[FOREIGN], list(self.asked), FOREIGN
        for name in self.asked:
            for reason in (LEFT_OUT, NOT_THERE):
                if self.of(name, reason):
                    yield f"{name}, {_NAMES[reason]}", [name], reason

    def _curve(self, names: Sequence[str], reason: str) -> list[Point]:
        sides = [[[one.confidence for one in self.of(name, kind)] for kind in ("", reason)] for name in names]
        thresholds = sorted({confidence for good, bad in sides for confidence in (*good, *bad)})
        return [
            (
                fmean(sum(sure < threshold for sure in good) / len(good) for good, _ in sides),
                fmean(sum(sure >= threshold for sure in bad) / len(bad) for _, bad in sides),
            )
            for threshold in thresholds
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "knowledge_bases": {
                name: {
                    "asked": {reason or "answerable": len(self.of(name, reason)) for reason in ("", *_NAMES)},
                    "answered": {
                        reason or "answerable": _rounded(self.answered(name, reason)) for reason in ("", *_NAMES)
                    },
                    "auroc": {reason: _rounded(self.auroc(name, reason)) for reason in _NAMES},
                    "said_elsewhere": _rounded(self.repeated(name)),
                    "auroc_where_none_repeats": _rounded(self.auroc_where_none_repeats(name)),
                }
                for name in self.asked
            },
            "floors": [
                {"what": f.what, "bound": f.bound, "is": round(f.is_, 4), "holds": f.holds} for f in self.floors
            ],
        }


def measure(data: Path, questions: int, chosen: Settings, progress: Progress) -> Refusals:
    """Ask all knowledge bases, each `questions` of its own at most, of either kind, and as many of another's."""
    datasets = {base.name: read_dataset(data / base.folder, base.corpus) for base in KNOWLEDGE_BASES}
    asked = {}
    for number, base in enumerate(KNOWLEDGE_BASES):
        foreign = next(one for one in (*KNOWLEDGE_BASES[number + 1 :], *KNOWLEDGE_BASES) if one.folder != base.folder)
        result = evaluate_answers(
            _drawn_by_lot(datasets[base.name], questions, questions),
            chosen,
            limit=None,
            with_history=True,
            without_gold=True,
            foreign=_drawn_by_lot(datasets[foreign.name], questions, 0),
            progress=progress,
        )
        asked[base.name] = result.asked
    drawn_of = {name: _drawn_by_lot(dataset, questions, 0) for name, dataset in datasets.items()}
    return Refusals(asked, {name: said_elsewhere(dataset) for name, dataset in drawn_of.items()})


def said_elsewhere(dataset: Dataset) -> frozenset[str]:
    """Ids of the queries with an answer whose words stand, nearly as they are, in a document that is not relevant.

    Answers of fewer than three terms, such as a year, are no matter: they stand everywhere and tell nothing.
    """
    said = {document.id: _runs(document.text) for document in dataset.documents}
    found = set()
    for query in dataset.judged:
        relevant = set(dataset.relevant(query.id))
        answers = [runs for answer in query.answers if (runs := _runs(answer))]
        if any(len(runs & said[id_]) >= SAME * len(runs) for runs in answers for id_ in said.keys() - relevant):
            found.add(query.id)
    return frozenset(found)


def _runs(text: str) -> frozenset[tuple[str, str, str]]:
    of_text = terms(text)
    return frozenset(zip(of_text, of_text[1:], of_text[2:], strict=False))


def markdown(refusals: Refusals) -> str:
    """The tables of docs/answers.md."""
    head = ["knowledge base", "asked", "refused, answerable"]
    head += [f"answered, {name}" for name in _NAMES.values()] + [f"AUROC, {name}" for name in _NAMES.values()]
    head += ["said elsewhere, too", "AUROC, without its article, where it is not"]
    rows = [head, ["---"] * len(head)]
    for name in refusals.asked:
        row = [name, str(len(refusals.of(name, ""))), _told(1 - (refusals.answered(name, "") or 0.0))]
        row += [_told(refusals.answered(name, reason)) for reason in _NAMES]
        row += [_told(refusals.auroc(name, reason)) for reason in _NAMES]
        rows.append([*row, _told(refusals.repeated(name)), _told(refusals.auroc_where_none_repeats(name))])
    floors = [["bar", "bound", "is", ""], ["---"] * 4]
    floors += [
        [f.what, f"{f.bound:.2f}", f"{f.is_:.3f}", "holds" if f.holds else "**missed**"] for f in refusals.floors
    ]
    return "\n\n".join("\n".join(f"| {' | '.join(row)} |" for row in table) for table in (rows, floors)) + "\n"


def _drawn_by_lot(dataset: Dataset, answerable: int, others: int) -> Dataset:
    """So many of its queries of either kind; neighbours in the file are often about one document."""
    draw = random.Random(SEED)
    kinds: tuple[list[Query], list[Query]] = ([], [])
    for query in dataset.queries:
        kinds[0 if query.answerable else 1].append(query)
    chosen = [
        draw.sample(of_kind, min(most, len(of_kind))) for of_kind, most in zip(kinds, (answerable, others), strict=True)
    ]
    return replace(dataset, queries=tuple(query for of_kind in chosen for query in of_kind))


def _told(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--questions", type=int, default=200, help="of each kind, per knowledge base")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of Markdown tables")
    parser.add_argument(
        "--svg", type=Path, help="draw the curve of false answers against false refusals into this file"
    )
    arguments = parser.parse_args()
    folder = public_data()
    refusals = measure(folder, arguments.questions, settings.read(), lambda _: None)
    sys.stdout.write(json.dumps(refusals.as_json()) + "\n" if arguments.json else markdown(refusals))
    if arguments.svg:
        arguments.svg.write_text(drawn(refusals.curves, refusals.chosen), encoding="utf-8")
    if not all(floor.holds for floor in refusals.floors):
        sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        sys.exit(f"footnote: {error}")
