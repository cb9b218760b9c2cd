"""SQuAD 2.0 as its authors measure it, on figures reckoned by hand; a fake stands in for the reader."""

import gzip
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from app.answering.reader import PassageReading, Readable
from evals.datasets import DatasetError
from evals.reading import (
    OVERLAP,
    WINDOW,
    Exercise,
    Solved,
    exact_match,
    f1,
    figures,
    held_out,
    marked,
    measure,
    solve,
    squad2,
    windows,
)
from models.reader.rows import is_held_out

PARAGRAPH = "The gate of the car park opens at six. Bicycles stand in the cellar."


class FakeReader:
    """Finds the words that it was told for a question; elsewhere its best guess is the first word."""

    def __init__(self, finds: Mapping[str, str]) -> None:
        self._finds = finds
        self.asked: list[tuple[str, Readable]] = []

    def read_pairs(self, pairs: Sequence[tuple[str, Readable]]) -> list[PassageReading]:
        self.asked += pairs
        return [self._read(question, passage.text) for question, passage in pairs]

    def _read(self, question: str, text: str) -> PassageReading:
        start = text.find(self._finds.get(question, "\0"))
        if start < 0:
            return PassageReading(-1.0, 0.2, 0, len(text.split()[0]), -3.0)
        return PassageReading(1.0, 0.8, start, start + len(self._finds[question]), 3.0)


@pytest.mark.parametrize(
    ("text", "answer", "exact", "overlap"),
    [
        ("The gate!", "gate", 1.0, 1.0),
        ("$12", "12", 1.0, 1.0),
        ("nearly $12", "$12", 0.0, 2 / 3),
        ("six o'clock", "six", 0.0, 2 / 3),
        ("the", "a", 1.0, 1.0),
        ("cellar", "car park", 0.0, 0.0),
    ],
)
def test_words_are_compared_as_squad_does(text: str, answer: str, exact: float, overlap: float) -> None:
    assert exact_match(text, answer) == exact
    assert f1(text, answer) == pytest.approx(overlap)


def test_figures_are_those_reckoned_by_hand() -> None:
    exercises = [
        Exercise("right", "", PARAGRAPH, ("six", "at six")),
        Exercise("half right", "", PARAGRAPH, ("the car park",)),
        Exercise("none", "", PARAGRAPH, ()),
        Exercise("none, but it seems so", "", PARAGRAPH, ()),
    ]
    solved = [
        Solved("at six", 0.5, 4.0),
        Solved("car", 0.5, 2.0),
        Solved("Bicycles", 0.5, -4.0),
        Solved("gate", 0.5, 3.0),
    ]

    found = figures(exercises, solved, threshold=0.0)

    assert (found.exercises, found.answerable) == (4, 2)
    assert found.forced_exact_match == 0.5
    assert found.forced_f1 == pytest.approx((1 + 2 / 3) / 2)
    assert found.auroc == found.auroc_of_span == 0.75
    assert found.auroc_of_answerable == 0.5
    assert found.exact_match == 0.5  # right answered, none refused; the two others wrong
    assert found.f1 == pytest.approx((1 + 2 / 3 + 1 + 0) / 4)
    assert found.refused_of_unanswerable == 0.5
    assert found.oracle_threshold == 2.0  # between the one that seems so and the right one
    assert found.oracle_f1 == pytest.approx((1 + 0 + 1 + 1) / 4)


def test_a_threshold_above_all_refuses_all() -> None:
    exercises = [Exercise("a", "", PARAGRAPH, ("six",)), Exercise("b", "", PARAGRAPH, ())]
    solved = [Solved("gate", 0.5, 0.0), Solved("gate", 0.9, 5.0)]

    marks = marked(exercises, solved)

    assert marks.best_threshold > max(marks.evidence)
    assert marks.at(marks.best_threshold)[1].tolist() == [0.0, 1.0]


def test_the_reader_is_given_the_paragraph_and_nothing_else() -> None:
    reader = FakeReader({"When?": "at six"})

    solved = solve([Exercise("q", "When?", PARAGRAPH, ("six",))], reader, lambda _: None)

    assert reader.asked == [("When?", Readable("", PARAGRAPH))]
    assert solved == [Solved("at six", 0.8, 3.0)]


def test_an_answer_at_the_end_of_a_long_paragraph_is_found() -> None:
    long = "word " * 600 + PARAGRAPH
    reader = FakeReader({"When?": "at six"})

    solved = solve([Exercise("q", "When?", long, ()), Exercise("r", "What?", "Fish.", ())], reader, lambda _: None)

    assert len(reader.asked) > 2
    assert [one.text for one in solved] == ["at six", "Fish."]


def test_windows_overlap_and_leave_nothing_out() -> None:
    text = " ".join(f"word{number}" for number in range(700))

    cut = list(windows(text))

    assert all(len(window) <= WINDOW and text.count(window) == 1 for window in cut)
    starts = [text.index(window) for window in cut]
    assert all(after - before <= WINDOW - OVERLAP for before, after in pairwise(starts))
    assert text.endswith(cut[-1])
    assert next(windows("x" * 3 * WINDOW)) == "x" * WINDOW


def test_exercises_come_from_the_folder_and_each_names_its_paragraph(tmp_path: Path) -> None:
    _write(tmp_path, passage="cars#p0")

    exercises = squad2(tmp_path)

    assert exercises == [
        Exercise("q1", "When?", PARAGRAPH, ("six", "at six")),
        Exercise("q2", "Who?", PARAGRAPH, ()),
    ]


def test_a_query_without_its_paragraph_is_refused_with_its_line(tmp_path: Path) -> None:
    _write(tmp_path, passage="elsewhere")

    with pytest.raises(DatasetError, match=r"queries\.jsonl, line 1: .*metadata\.passage"):
        squad2(tmp_path)


def test_held_out_questions_choose_the_threshold_for_the_others(tmp_path: Path) -> None:
    _write(tmp_path / "dev", passage="cars#p0")
    _write_bent(tmp_path / "training" / "squad2_adv")
    reader = FakeReader({"When?": "at six", "when does the gate open?": "six"})

    found = measure(reader, tmp_path / "training", tmp_path / "dev", None, lambda _: None)

    ours, theirs = found["held out of the training data"], found["SQuAD 2.0 dev"]
    assert (ours.exercises, ours.answerable) == (2, 1)
    assert ours.threshold == ours.oracle_threshold == theirs.threshold
    assert ours.f1 == theirs.f1 == 1.0


def test_bent_questions_that_were_trained_on_are_left_out(tmp_path: Path) -> None:
    _write_bent(tmp_path / "squad2_adv")

    assert [(one.question, one.answers) for one in held_out(tmp_path)] == [
        ("when does the gate shut?", ()),
        ("when does the gate open?", ("six",)),
    ]


def _write_bent(folder: Path) -> None:
    """One pair of an article that is held out, one of another."""
    articles = [f"Article {number}" for number in range(200)]
    chosen = [next(a for a in articles if is_held_out("squad2_adv", a) is kept) for kept in (True, False)]
    row: dict[str, object] = {
        "question": "when does the gate shut?",
        "passage": PARAGRAPH,
        "title": "Cars",
        "answers": [],
    }
    row |= {"relevant": False, "pair_of": "when does the gate open?", "pair_answers": ["six"]}
    folder.mkdir(parents=True)
    with gzip.open(folder / "pairs.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row | {"group": f"{article}#p0"}) + "\n" for article in chosen)


def _write(folder: Path, passage: str) -> None:
    queries = [
        {"_id": "q1", "text": "When?", "answers": ["six", "at six"], "metadata": {"passage": passage}},
        {"_id": "q2", "text": "Who?", "answers": [], "answerable": False, "metadata": {"passage": passage}},
    ]
    corpus = {"_id": "cars#p0", "title": "Cars", "text": PARAGRAPH}
    folder.mkdir(exist_ok=True)
    (folder / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in queries))
    (folder / "corpus_passages.jsonl").write_text(json.dumps(corpus) + "\n")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n")
