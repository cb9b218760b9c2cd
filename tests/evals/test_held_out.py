"""Collections that the reader's surroundings are fitted on: only what no weight has seen is asked."""

import gzip
import json
from pathlib import Path
from typing import Any

from evals.held_out import COLLECTIONS, asked_again, entries, passages
from models.reader.rows import is_held_out

HELD_OUT = [group for group in (f"group {n}" for n in range(200)) if is_held_out("nq_qed", group)]
TRAINED_ON = [group for group in (f"group {n}" for n in range(200)) if not is_held_out("nq_qed", group)]


def a_row(question: str, passage: str, group: str, **more: Any) -> dict[str, Any]:
    return {
        "question": question,
        "passage": passage,
        "title": "",
        "answers": None,
        "relevant": True,
        "group": group,
    } | more


def a_source(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    (folder / name).mkdir(parents=True)
    with gzip.open(folder / name / "pairs.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def test_only_questions_of_groups_that_were_held_out_are_asked(tmp_path: Path) -> None:
    seen = [a_row(f"Seen {n}?", f"Text {n}.", group) for n, group in enumerate(TRAINED_ON[:9])]
    folder = a_source(tmp_path, "nq_qed", [a_row("Unseen?", "The text.", HELD_OUT[0], title="Texts"), *seen])

    dataset = passages("nq_qed", folder, 5, 4)

    assert [query.text for query in dataset.judged] == ["Unseen?"]
    (document,) = dataset.relevant("q0")
    assert next(one for one in dataset.documents if one.id == document).text == "The text."
    assert len(dataset.documents) == 4


def test_an_entry_stands_under_its_heading_and_people_ask_for_it_in_their_own_words(tmp_path: Path) -> None:
    rows = [
        a_row("cant get in", "Reset it.", "p", title="Passwords", heading="Forgot it", kind="alias"),
        a_row("Forgot it", "Reset it.", "p", title="Passwords", heading="Forgot it", kind="heading"),
        a_row("Fees", "None.", "f", title="Fees", heading="Fees", kind="heading"),
    ]

    dataset = entries("gov_help", a_source(tmp_path, "gov_help", rows), 5, 5)

    assert [query.text for query in dataset.judged] == ["cant get in"]
    assert {document.title for document in dataset.documents} == {"Passwords > Forgot it", "Fees"}


def test_a_question_is_asked_again_over_the_other_that_has_the_same_words_for_its_answer(tmp_path: Path) -> None:
    text = "Ada wrote it in 1843. Charles built nothing."
    rows = [
        a_row("Who wrote it?", text, "t", answers=["Ada"]),
        a_row("Who was the writer?", text, "t", answers=["Ada"]),
        a_row("When was it written?", text, "t", answers=["1843"]),
    ]

    dataset = asked_again(["squadshifts_reddit"], a_source(tmp_path, "squadshifts_reddit", rows), 5, 5)

    assert [query.text for query in dataset.judged] == ["Who wrote it?"]
    found = {document.id: (document.title, document.text) for document in dataset.documents}
    assert [found[id_] for id_ in dataset.relevant("q0")] == [("Who was the writer?", "Ada wrote it in 1843.")]
    assert sorted(found.values())[-1] != ("Who wrote it?", text)
    assert ("When was it written?", "Ada wrote it in 1843.") in found.values()


def test_there_are_collections_whose_articles_are_short_answers_to_questions() -> None:
    assert {"dstc9_faq", "gov_help entries", "asked again", "feedbackqa"} <= set(COLLECTIONS)
