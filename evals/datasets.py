"""Read a BEIR-shaped folder (corpus.jsonl, queries.jsonl, qrels.tsv), or say which line of it is wrong."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.errors import WrongUse


class DatasetError(WrongUse):
    """A file of the dataset is missing or malformed; the message names file and line."""


@dataclass(frozen=True)
class Document:
    """One line of corpus.jsonl. It becomes an article whose id is `id` and whose revision is `text`."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Query:
    """One line of queries.jsonl. `history` is oldest first, as (role, text) pairs, role `user` or `agent`."""

    id: str
    text: str
    history: tuple[tuple[str, str], ...] = ()
    answers: tuple[str, ...] = ()
    answerable: bool = True


@dataclass(frozen=True)
class Dataset:
    """Documents, queries and, for each judged query, the relevance of documents."""

    name: str
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    qrels: Mapping[str, Mapping[str, int]]

    @property
    def judged(self) -> list[Query]:
        """The queries that have a relevant document, in file order."""
        return [query for query in self.queries if any(self.qrels.get(query.id, {}).values())]

    @property
    def corpus_fingerprint(self) -> str:
        """SHA-256 over ids, titles and texts: another corpus, another index."""
        digest = sha256()
        for document in self.documents:
            digest.update(json.dumps([document.id, document.title, document.text]).encode())
        return digest.hexdigest()


def read_dataset(
    folder: Path, corpus: str = "corpus.jsonl", queries: str = "queries.jsonl", qrels: str = "qrels.tsv"
) -> Dataset:
    """Read and check a dataset. File names are relative to the folder.

    Raises:
        DatasetError: a missing file, an unreadable line, a repeated id, a query without text, an unknown id in qrels.
    """
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}; a dataset is a folder with corpus.jsonl and queries.jsonl")
    documents = _documents(folder / corpus)
    asked = _queries(folder / queries)
    judgements = _qrels(folder / qrels, {d.id for d in documents}, {q.id for q in asked})
    return Dataset(folder.resolve().name, tuple(documents), tuple(asked), judgements)


def _documents(path: Path) -> list[Document]:
    return [
        Document(line_id, _text(row, "title", where, default=""), _text(row, "text", where))
        for line_id, row, where in _rows(path)
    ]


def _queries(path: Path) -> list[Query]:
    queries = []
    for line_id, row, where in _rows(path):
        text = _text(row, "text", where)
        if not text.strip():
            raise DatasetError(f"{where}: query {line_id!r} has no text")
        history = tuple(
            (str(turn.get("role", "user")), _text(turn, "text", where)) for turn in row.get("history") or ()
        )
        answers = tuple(str(answer) for answer in row.get("answers") or ())
        queries.append(Query(line_id, text, history, answers, bool(row.get("answerable", True))))
    return queries


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """(id, row, file and line) for every line that is not blank."""
    first_seen: dict[str, int] = {}
    for number, line in _lines(path):
        where = f"{path.name}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as problem:
            raise DatasetError(f"{where}: not JSON: {problem}") from problem
        if not isinstance(row, dict) or not str(row.get("_id", "")):
            raise DatasetError(f'{where}: each line is an object with an "_id"')
        line_id = str(row["_id"])
        if line_id in first_seen:
            raise DatasetError(f"{where}: id {line_id!r} was already used in line {first_seen[line_id]}")
        first_seen[line_id] = number
        yield line_id, row, where


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())
    except FileNotFoundError as problem:
        raise DatasetError(f"there is no {path.name} in {path.parent}") from problem
    except UnicodeDecodeError as problem:
        raise DatasetError(f"{path.name} is not UTF-8: {problem}") from problem


def _text(row: Mapping[str, Any], field: str, where: str, default: str | None = None) -> str:
    text = row.get(field, default)
    if not isinstance(text, str):
        raise DatasetError(f'{where}: "{field}" has to be a text')
    return text


def _qrels(path: Path, documents: set[str], queries: set[str]) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        where = f"{path.name}, line {number}"
        cells = line.rstrip("\n").split("\t")
        if number == 1 and not cells[-1].strip().lstrip("-").isdigit():
            continue  # the header
        if len(cells) != 3 or not cells[2].strip().lstrip("-").isdigit():
            raise DatasetError(f"{where}: expected query id, document id and a whole number, separated by tabs")
        query, document, relevance = cells[0], cells[1], int(cells[2])
        if query not in queries:
            raise DatasetError(f"{where}: there is no query {query!r}")
        if document not in documents:
            raise DatasetError(f"{where}: there is no document {document!r}")
        qrels.setdefault(query, {})[document] = relevance
    return qrels
