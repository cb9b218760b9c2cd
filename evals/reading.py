"""Does the reader read? SQuAD 2.0 with the paragraph given, measured as its authors do. Knows no retrieval.

Anything with `read_pairs` can be measured. A long paragraph is read in windows, as the desk reads an article in chunks.
"""

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.answering.reader import PassageReading, Readable
from evals.answer_measures import auroc
from evals.datasets import DatasetError, read_dataset, rows
from evals.lot import drawn_by_lot
from evals.workbench import Progress
from models.reader.rows import pairs

AT_ONCE = 512  # pairs handed to the reader together: it sorts them by length, and progress is told in between
WINDOW = 1_000  # characters; about 220 tokens: with the question it fits what the reader takes in
OVERLAP = 250  # characters that two windows share: an answer stands whole in one of them, with what is around it
NEARLY_SURE = 1e-6  # probabilities are kept so far from 0 and 1, so that their odds stay finite

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)

Numbers = NDArray[np.float64]
Measure = Callable[[str, str], float]  # of what was read and an answer


class Reads(Protocol):
    """What of `app.answering.reader.Reader` is measured here."""

    def read_pairs(self, pairs: Sequence[tuple[str, Readable]]) -> list[PassageReading]:
        """One reading for each (question, passage), in the order given."""
        ...


@dataclass(frozen=True)
class Exercise:
    """A question and the one paragraph that may answer it; `answers` is empty where it does not."""

    id: str  # where it comes from: its question's, or its paragraph's
    question: str
    paragraph: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Solved:
    """What the reader made of an exercise: its best span, whatever it thinks of it, and whether there is an answer."""

    text: str
    answerable: float  # calibrated probability that the answer stands there, in the best window
    span: float  # the best span's logit minus that of no span

    @property
    def evidence(self) -> float:
        """Two opinions on one scale, the log of the odds that there is an answer: the mean of both heads'."""
        sure = min(max(self.answerable, NEARLY_SURE), 1 - NEARLY_SURE)
        return (math.log(sure / (1 - sure)) + self.span) / 2


@dataclass(frozen=True)
class Marks:
    """Each exercise's marks, as columns in one order; a refused one is marked by whether refusing was right."""

    answerable: NDArray[np.bool_]
    evidence: Numbers
    exact_match: Numbers  # of the best span; 0 where there is no answer
    f1: Numbers  # likewise

    def at(self, threshold: float) -> tuple[Numbers, Numbers]:
        """(exact match, F1) of each exercise when those with less evidence than this are refused."""
        answered = self.evidence >= threshold
        refused_rightly = (~answered & ~self.answerable).astype(np.float64)
        return answered * self.exact_match + refused_rightly, answered * self.f1 + refused_rightly

    @property
    def best_threshold(self) -> float:
        """Where the mean F1 over all exercises is highest; of equal ones the lowest. Above all when all are refused."""
        order = np.argsort(self.evidence, kind="stable")
        ranked = self.evidence[order]
        thresholds = np.append(np.unique(ranked), ranked[-1] + 1)
        won_by_refusing = np.where(self.answerable, -self.f1, 1.0)[order]
        won = np.append(0.0, np.cumsum(won_by_refusing))[np.searchsorted(ranked, thresholds)]
        return float(thresholds[np.argmax(np.round(won, 9))])


@dataclass(frozen=True)
class ReadingFigures:
    """Shares from 0 to 1. `oracle_*` are at the threshold that is best on these very exercises: a bound, no result."""

    exercises: int
    answerable: int
    forced_exact_match: float  # over the answerable, the best span taken whatever the evidence
    forced_f1: float
    auroc: float | None  # how often an answerable one has more evidence than an unanswerable one
    auroc_of_answerable: float | None  # the same by the answerable head alone
    auroc_of_span: float | None  # the same by the best span's margin alone
    threshold: float  # given, chosen on other exercises
    exact_match: float  # over all, those below the threshold refused
    f1: float
    f1_of_answerable: float  # at the threshold, a refusal counting 0
    refused_of_unanswerable: float | None
    oracle_threshold: float
    oracle_exact_match: float
    oracle_f1: float

    def as_json(self) -> dict[str, Any]:
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def measure(
    reader: Reads, training: Path, squad2_dev: Path, limit: int | None, progress: Progress
) -> dict[str, ReadingFigures]:
    """On questions held out of the training data, which choose the threshold, and on SQuAD 2.0's development set."""
    ours, theirs = (drawn_by_lot(exercises, limit) for exercises in (held_out(training), squad2(squad2_dev)))
    solved = solve(ours, reader, progress)
    threshold = marked(ours, solved).best_threshold
    return {
        "held out of the training data": figures(ours, solved, threshold),
        "SQuAD 2.0 dev": figures(theirs, solve(theirs, reader, progress), threshold),
    }


def squad2(folder: Path) -> list[Exercise]:
    """The exercises of a folder with `corpus_passages.jsonl`, whose queries name their paragraph.

    Raises:
        DatasetError: as for `read_dataset`, or a query that names no paragraph of the corpus.
    """
    dataset = read_dataset(folder, "corpus_passages.jsonl")
    paragraphs = dataset.text_of
    exercises = []
    for id_, row, where in rows(folder / "queries.jsonl"):
        metadata = row.get("metadata")
        named = metadata.get("passage") if isinstance(metadata, Mapping) else None
        if named not in paragraphs:
            raise DatasetError(
                f"{where}: query {id_!r} names no paragraph of corpus_passages.jsonl in metadata.passage"
            )
        answers = tuple(row.get("answers") or ()) if row.get("answerable", True) else ()
        exercises.append(Exercise(id_, str(row["text"]), paragraphs[named], answers))
    return exercises


def held_out(folder: Path) -> list[Exercise]:
    """Bent questions that the reader was not trained on, and those they were bent from, over the same paragraphs."""
    found: dict[Exercise, None] = {}
    for pair in pairs(folder, "squad2_adv"):
        if pair.held_out and pair.twin:
            question, answer = pair.twin
            found[Exercise(pair.group, pair.question, pair.passage, ())] = None
            found[Exercise(pair.group, question, pair.passage, (answer,))] = None
    return list(found)


def solve(exercises: Sequence[Exercise], reader: Reads, progress: Progress) -> list[Solved]:
    """Read each exercise's paragraph, many at once."""
    pairs = [(place, window) for place, one in enumerate(exercises) for window in windows(one.paragraph)]
    best: dict[int, Solved] = {}
    for start in range(0, len(pairs), AT_ONCE):
        batch = pairs[start : start + AT_ONCE]
        asked = [(exercises[place].question, Readable("", window)) for place, window in batch]
        for (place, window), reading in zip(batch, reader.read_pairs(asked), strict=True):
            read = Solved(window[reading.start : reading.end], reading.answerable, reading.span)
            best[place] = _better(best[place], read) if place in best else read
        progress(f"reading: {min(start + AT_ONCE, len(pairs))} of {len(pairs)} windows")
    return [best[place] for place in range(len(exercises))]


def windows(text: str) -> Iterator[str]:
    """The text in overlapping stretches that begin at a word; a text that fits is one stretch."""
    start = 0
    while len(text) - start > WINDOW:
        yield text[start : start + WINDOW]
        after = start + WINDOW - OVERLAP
        start = text.rfind(" ", start, after) + 1 or after
    yield text[start:]


def marked(exercises: Sequence[Exercise], solved: Sequence[Solved]) -> Marks:
    return Marks(
        np.array([bool(one.answers) for one in exercises]),
        np.array([one.evidence for one in solved]),
        _best(exact_match, exercises, solved),
        _best(f1, exercises, solved),
    )


def figures(exercises: Sequence[Exercise], solved: Sequence[Solved], threshold: float) -> ReadingFigures:
    """Everything measured on these exercises; `threshold` was chosen on others (`Marks.best_threshold`)."""
    marks = marked(exercises, solved)
    exact, overlap = marks.at(threshold)
    oracle = marks.best_threshold
    oracle_exact, oracle_overlap = marks.at(oracle)
    good = [one for one, is_answerable in zip(solved, marks.answerable, strict=True) if is_answerable]
    bad = [one for one, is_answerable in zip(solved, marks.answerable, strict=True) if not is_answerable]
    return ReadingFigures(
        exercises=len(exercises),
        answerable=len(good),
        forced_exact_match=_mean(marks.exact_match[marks.answerable]) or 0.0,
        forced_f1=_mean(marks.f1[marks.answerable]) or 0.0,
        auroc=auroc([s.evidence for s in good], [s.evidence for s in bad]),
        auroc_of_answerable=auroc([s.answerable for s in good], [s.answerable for s in bad]),
        auroc_of_span=auroc([s.span for s in good], [s.span for s in bad]),
        threshold=threshold,
        exact_match=_mean(exact) or 0.0,
        f1=_mean(overlap) or 0.0,
        f1_of_answerable=_mean(overlap[marks.answerable]) or 0.0,
        refused_of_unanswerable=_mean(overlap[~marks.answerable]),
        oracle_threshold=oracle,
        oracle_exact_match=_mean(oracle_exact) or 0.0,
        oracle_f1=_mean(oracle_overlap) or 0.0,
    )


def squad_words(text: str) -> list[str]:
    """As the official script has them: lower case, no ASCII punctuation, no articles, cut at white space."""
    return _ARTICLES.sub(" ", text.lower().translate(_WITHOUT_PUNCTUATION)).split()


def exact_match(text: str, answer: str) -> float:
    """1 when both are the same words (Rajpurkar et al., 2016)."""
    return float(squad_words(text) == squad_words(answer))


def f1(text: str, answer: str) -> float:
    """Harmonic mean of precision and recall of the words; of two without words, 1 (same source)."""
    said, wanted = squad_words(text), squad_words(answer)
    if not said or not wanted:
        return float(said == wanted)
    shared = (Counter(said) & Counter(wanted)).total()
    return 2 * shared / (len(said) + len(wanted))


def _best(measure: Measure, exercises: Sequence[Exercise], solved: Sequence[Solved]) -> Numbers:
    """Of the answers of an exercise, the one that fits best counts."""
    return np.array(
        [
            max((measure(read.text, answer) for answer in one.answers), default=0.0)
            for one, read in zip(exercises, solved, strict=True)
        ]
    )


def _better(one: Solved, other: Solved) -> Solved:
    """The more evident span; that the answer stands there is as sure as in the surer window."""
    better = max(one, other, key=lambda solved: solved.span)
    return Solved(better.text, max(one.answerable, other.answerable), better.span)


def _mean(values: Numbers) -> float | None:
    return float(values.mean()) if values.size else None
