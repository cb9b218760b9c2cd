"""Read a BEIR-shaped folder (corpus.jsonl, queries.jsonl, qrels.tsv), or say which line of it is wrong."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.answering.desk import LONGEST_QUESTION
from app.answering.history import turns_from
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
        return [query for query in self.queries if self.relevant(query.id)]

    def relevant(self, query_id: str) -> list[str]:
        """Ids of the documents that are relevant to a query."""
        return [document for document, relevance in self.qrels.get(query_id, {}).items() if relevance > 0]

    @cached_property
    def text_of(self) -> dict[str, str]:
        """Document id -> text."""
        return {document.id: document.text for document in self.documents}

    @property
    def corpus_fingerprint(self) -> str:
        """SHA-256 over ids, titles and texts: another corpus, another index."""
        return _fingerprint([document.id, document.title, document.text] for document in self.documents)

    @property
    def queries_fingerprint(self) -> str:
        """SHA-256 over queries and judgements: others, other figures."""
        judged = [[query.id, sorted(self.qrels.get(query.id, {}).items())] for query in self.queries]
        return _fingerprint([*(list(astuple(query)) for query in self.queries), *judged])


def _fingerprint(rows: Iterable[object]) -> str:
    digest = sha256()
    for row in rows:
        digest.update(json.dumps(row).encode())
    return digest.hexdigest()


def read_dataset(
    folder: Path, corpus: str = "corpus.jsonl", queries: str = "queries.jsonl", qrels: str | None = None
) -> Dataset:
    """Read and check a dataset. File names are relative to the folder.

    Args:
        qrels: the judgements; by default those that are named like the corpus, `qrels_passages.tsv` beside
            `corpus_passages.jsonl`, or else `qrels.tsv`.

    Raises:
        DatasetError: a missing file, an unreadable line, a repeated id, a query without text, an unknown id in qrels.
    """
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}; a dataset is a folder with corpus.jsonl and queries.jsonl")
    documents = _documents(folder / corpus)
    asked = _queries(folder / queries)
    named = folder / (qrels or _qrels_beside(folder, corpus))
    judgements = _qrels(named, {d.id for d in documents}, {q.id for q in asked})
    return Dataset(folder.resolve().name, tuple(documents), tuple(asked), judgements)


def dataset_at(choice: str) -> Dataset:
    """`FOLDER`, `FOLDER:CORPUS` or `FOLDER:CORPUS:QRELS`, as in `squad2_dev:corpus_passages.jsonl`.

    Raises:
        DatasetError: as for `read_dataset`.
    """
    if Path(choice).is_dir():
        return read_dataset(Path(choice))
    folder, *files = choice.split(":")
    if len(files) > 2:
        raise DatasetError(f"{choice!r} is no dataset; write FOLDER, FOLDER:CORPUS or FOLDER:CORPUS:QRELS")
    return read_dataset(Path(folder), **dict(zip(("corpus", "qrels"), files, strict=False)))


def _qrels_beside(folder: Path, corpus: str) -> str:
    like_corpus = Path(corpus).stem.replace("corpus", "qrels", 1) + ".tsv"
    return like_corpus if (folder / like_corpus).exists() else "qrels.tsv"


def _documents(path: Path) -> list[Document]:
    documents = [
        Document(line_id, text_field(row, "title", where, default=""), text_field(row, "text", where))
        for line_id, row, where in rows(path)
    ]
    if not documents:
        raise DatasetError(f"there is no document in {path}")
    return documents


def _queries(path: Path) -> list[Query]:
    queries = []
    for line_id, row, where in rows(path):
        text = text_field(row, "text", where)
        if not text.strip():
            raise DatasetError(f"{where}: query {line_id!r} has no text")
        if len(text) > LONGEST_QUESTION:
            raise DatasetError(
                f"{where}: query {line_id!r} is longer than the {LONGEST_QUESTION:,} characters a desk reads"
            )
        answers = texts_field(row, "answers", where)
        queries.append(Query(line_id, text, history_field(row, where), answers, answerable_field(row, where)))
    if not queries:
        raise DatasetError(f"there is no query in {path}")
    return queries


def history_field(row: Mapping[str, Any], where: str) -> tuple[tuple[str, str], ...]:
    messages = list_field(row, "history", where)
    try:
        turns_from(messages)
    except WrongUse as problem:
        raise DatasetError(f"{where}: {problem}") from problem
    return tuple((message["role"], message["text"]) for message in messages)


def answerable_field(row: Mapping[str, Any], where: str) -> bool:
    answerable = row.get("answerable", True)
    if not isinstance(answerable, bool):
        raise DatasetError(f'{where}: "answerable" has to be true or false')
    return answerable


def texts_field(row: Mapping[str, Any], field: str, where: str) -> tuple[str, ...]:
    values = list_field(row, field, where)
    if not all(isinstance(value, str) for value in values):
        raise DatasetError(f'{where}: each of the "{field}" has to be a text')
    return tuple(values)


def list_field(row: Mapping[str, Any], field: str, where: str) -> list[Any]:
    values = row.get(field) or []
    if not isinstance(values, list):
        raise DatasetError(f'{where}: "{field}" has to be a list')
    return values


def rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any], str]]:
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


def text_field(row: Mapping[str, Any], field: str, where: str, default: str | None = None) -> str:
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
