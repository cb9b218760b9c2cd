"""A desk of its own over a dataset: its catalog is kept while nothing changes, and never is the desk's."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import app
import ingestion
from app.answering.desk import Desk
from app.bootstrap import Parts
from app.errors import FootnoteError
from app.knowledge.articles import PUBLIC, Article
from app.knowledge.versions import CHUNKER
from app.settings import Settings
from evals.datasets import Dataset, Document
from ingestion.intake import Changed
from ingestion.parsers import ParsedText
from ingestion.parsers.text import paragraphs
from ingestion.pressing import Press

Progress = Callable[[str], None]

# A dataset does not say when its documents were written; a fixed day keeps evals the same for ever.
WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)
_SOURCE = "dataset"
_DONE = "ingest.json"  # written last: its existence means that every document is in


@dataclass(frozen=True)
class IngestFigures:
    """What taking the dataset in has cost, the first time."""

    chunks: int
    seconds: float

    @property
    def chunks_per_second(self) -> float:
        return round(self.chunks / self.seconds, 1) if self.seconds else 0.0


@dataclass(frozen=True)
class Workbench:
    """A dataset taken in, and the desk that answers over it."""

    desk: Desk
    parts: Parts
    ingested: IngestFigures
    folder: Path


@contextmanager
def workbench(dataset: Dataset, settings: Settings, progress: Progress) -> Iterator[Workbench]:
    """Take the dataset in, unless that was done already, and open a desk over it.

    The exact scan stands in for Chroma: an eval starts no server and gives the same figures twice. Set the vector
    store in the settings to `chroma` with a `chroma_url` to measure that one.
    """
    own = settings if settings.chroma_url else settings.model_copy(update={"vector_store": "exact"})
    folder = (settings.data / "evals" / fingerprint(dataset, own)).resolve()
    with Parts(own.model_copy(update={"data": folder, "catalog_url": ""})) as parts:
        ingested = _ingested(folder) or _take_in(dataset, parts, folder, progress)
        yield Workbench(parts.desk, parts, ingested, folder)


def fingerprint(dataset: Dataset, settings: Settings) -> str:
    """Of all that decides what the index holds: documents, embedding model, chunker, and the code between them."""
    parts = [
        dataset.corpus_fingerprint,
        settings.embedding_model,
        settings.lexical_index,
        f"{CHUNKER}/{settings.chunk_tokens}",
        code_fingerprint(Path(ingestion.__path__[0]), Path(app.__path__[0]) / "knowledge"),
    ]
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


def code_fingerprint(*folders: Path) -> str:
    """SHA-256 over every Python file below the folders: other code, other figures."""
    digest = sha256()
    for file in sorted(path for folder in folders for path in folder.rglob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _ingested(folder: Path) -> IngestFigures | None:
    try:
        return IngestFigures(**json.loads((folder / _DONE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def _take_in(dataset: Dataset, parts: Parts, folder: Path, progress: Progress) -> IngestFigures:
    """From `split` on the path of every ingest; documents that an interrupted run has taken in are passed over."""
    began = time.monotonic()
    press = Press(
        parts.catalog, lambda: parts.version, lambda: parts.embedding_model, chunk_tokens=parts.settings.chunk_tokens
    )
    missing = [document for document in dataset.documents if parts.catalog.seen(document.id) is None]
    for number, document in enumerate(missing, start=1):
        _refuse_losses(press.add(_changed(document, parts)))
        progress(f"taking in {dataset.name}: {number} of {len(missing)} documents")
    _refuse_losses(press.finish())
    parts.publish()
    figures = IngestFigures(len(parts.catalog.chunk_ids(parts.version)), round(time.monotonic() - began, 2))
    (folder / _DONE).write_text(json.dumps(asdict(figures)), encoding="utf-8")
    return figures


def _changed(document: Document, parts: Parts) -> Changed:
    article = Article(
        id=document.id,
        source_id=_SOURCE,
        path=document.id,
        title=document.title,
        url="",
        audiences=frozenset({PUBLIC}),
        updated_at=WRITTEN,
        revision=parts.catalog.next_revision(document.id),
    )
    parsed = ParsedText(document.title, document.text, paragraphs(document.text))
    return Changed(article, fingerprint="", parsed=parsed, location=document.id)


def _refuse_losses(outcomes: Iterator[object]) -> None:
    for outcome in outcomes:
        if getattr(outcome, "outcome", "") != "ok":
            raise FootnoteError(f"a document could not be taken in: {outcome}; run the eval again")


def first_of_each(ids: Sequence[str]) -> list[str]:
    """A document's best chunk speaks for it: each id once, in order of its first occurrence."""
    return list(dict.fromkeys(ids))
