"""Datasets are read as they are, or refused with the line that is wrong."""

import json
from pathlib import Path

import pytest

from evals.datasets import DatasetError, dataset_at, read_dataset

CORPUS = [{"_id": "d1", "title": "Refunds", "text": "Five days."}, {"_id": "d2", "title": "", "text": "Nothing."}]
QUERIES = [
    {"_id": "q1", "text": "How long?", "answers": ["Five days"], "history": [{"role": "agent", "text": "Hello"}]},
    {"_id": "q2", "text": "And why?", "answerable": False},
]


def a_folder(tmp_path: Path, corpus: object = CORPUS, queries: object = QUERIES, qrels: str = "q1\td1\t1\n") -> Path:
    for name, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
        text = rows if isinstance(rows, str) else "".join(json.dumps(row) + "\n" for row in rows)  # type: ignore[attr-defined]
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + qrels, encoding="utf-8")
    return tmp_path


def test_documents_queries_and_judgements_are_read(tmp_path: Path) -> None:
    dataset = read_dataset(a_folder(tmp_path))

    assert [document.id for document in dataset.documents] == ["d1", "d2"]
    assert dataset.queries[0].history == (("agent", "Hello"),)
    assert not dataset.queries[1].answerable
    assert [query.id for query in dataset.judged] == ["q1"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"qrels": "q1\td1\t1\nq1\td9\t1\n"}, "qrels.tsv, line 3: there is no document 'd9'"),
        ({"qrels": "q7\td1\t1\n"}, "qrels.tsv, line 2: there is no query 'q7'"),
        ({"qrels": "q1 d1 1\n"}, "qrels.tsv, line 2: expected query id"),
        ({"queries": [{"_id": "q1", "text": "  "}]}, "queries.jsonl, line 1: query 'q1' has no text"),
        ({"queries": [{"_id": "q1"}]}, 'queries.jsonl, line 1: "text" has to be a text'),
        ({"corpus": [*CORPUS, CORPUS[0]]}, "corpus.jsonl, line 3: id 'd1' was already used in line 1"),
        ({"corpus": "{not json}\n"}, "corpus.jsonl, line 1: not JSON"),
        ({"corpus": '{"title": "x"}\n'}, 'corpus.jsonl, line 1: each line is an object with an "_id"'),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, change: dict[str, object], complaint: str) -> None:
    folder = a_folder(tmp_path, **change)  # type: ignore[arg-type]

    with pytest.raises(DatasetError) as refusal:
        read_dataset(folder)

    assert complaint in str(refusal.value)


def test_a_missing_folder_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is no folder"):
        read_dataset(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match=r"there is no other\.jsonl"):
        read_dataset(a_folder(tmp_path), corpus="other.jsonl")


def test_another_text_is_another_corpus(tmp_path: Path) -> None:
    before = read_dataset(a_folder(tmp_path)).corpus_fingerprint

    after = read_dataset(a_folder(tmp_path, corpus=[*CORPUS[:1], {**CORPUS[1], "text": "Else."}])).corpus_fingerprint

    assert before != after


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"queries": ""}, "there is no query in"),
        ({"corpus": "\n"}, "there is no document in"),
        ({"queries": [{"_id": "q1", "text": "Why?", "history": "none"}]}, '"history" has to be a list'),
        ({"queries": [{"_id": "q1", "text": "Why?", "history": [{"role": "bot", "text": "x"}]}]}, "message 1"),
        ({"queries": [{"_id": "q1", "text": "Why?", "answers": [1]}]}, 'each of the "answers" has to be a text'),
        ({"queries": [{"_id": "q1", "text": "Why?", "answerable": "no"}]}, '"answerable" has to be true or false'),
        ({"queries": [{"_id": "q1", "text": "Why? " * 1_000}]}, "longer than the 4,000 characters"),
    ],
)
def test_what_a_desk_could_not_take_is_refused_before_anything_is_asked(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(DatasetError) as refusal:
        read_dataset(a_folder(tmp_path, **change))  # type: ignore[arg-type]

    assert complaint in str(refusal.value)


def test_judgements_are_named_like_their_corpus(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "corpus_passages.jsonl").write_text('{"_id": "p1", "text": "Five days."}\n')
    (folder / "qrels_passages.tsv").write_text("q1\tp1\t1\n")

    passages = dataset_at(f"{folder}:corpus_passages.jsonl")

    assert passages.relevant("q1") == ["p1"]
    assert dataset_at(str(folder)).relevant("q1") == ["d1"]
    assert dataset_at(f"{folder}:corpus_passages.jsonl:qrels_passages.tsv").relevant("q1") == ["p1"]
    with pytest.raises(DatasetError, match="FOLDER:CORPUS:QRELS"):
        dataset_at(f"{folder}:a:b:c")
