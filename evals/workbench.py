"""A desk of its own over a dataset: its catalog is kept while nothing changes, and never is the desk's."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

import app
import ingestion
from app.answering.desk import Desk
from app.answering.reader import Reader, open_reader
from app.bootstrap import Parts
from app.errors import FootnoteError
from app.knowledge.articles import PUBLIC, Article, Asker, Chunk
from app.knowledge.catalog import AnswerRecord, Catalog, holder_here
from app.knowledge.versions import IndexVersion, chunker_of
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
_PATIENCE = 3600.0  # seconds
_DONE = "ingest.json"  # written last: its existence means that every document is in


class WorkbenchCatalog(Catalog):
    """The product's catalog, but articles can be left out for a while, and answers are not kept.

    An article that is left out is treated as one that the asker may not read: search resolves every candidate here,
    so nothing of it goes any further. The indexes still hold it; its share in how rare a word is stays.
    """

    _left_out: frozenset[str] = frozenset()

    @contextmanager
    def without(self, article_ids: frozenset[str]) -> Iterator[None]:
        """Leave these out inside the `with`. For one question at a time."""
        self._left_out = article_ids
        try:
            yield
        finally:
            self._left_out = frozenset()

    def resolve(
        self, version: IndexVersion, chunk_ids: Sequence[str], asker: Asker
    ) -> dict[str, tuple[Chunk, Article]]:
        found = super().resolve(version, chunk_ids, asker)
        return {id_: pair for id_, pair in found.items() if pair[1].id not in self._left_out}

    def save_answer(self, record: AnswerRecord) -> None:
        """Ten thousand answers with their traces would be half a gigabyte that nobody opens."""


@dataclass(frozen=True)
class IngestFigures:
    """What taking the dataset in has cost, the first time."""

    chunks: int
    seconds: float  # of the run that finished it
    found: int = 0  # chunks that an interrupted run had left

    @property
    def chunks_per_second(self) -> float:
        return round((self.chunks - self.found) / self.seconds, 1) if self.seconds else 0.0


@dataclass(frozen=True)
class Workbench:
    """A collection taken in, and the desk that answers over it."""

    parts: Parts
    catalog: WorkbenchCatalog
    ingested: IngestFigures
    folder: Path

    @property
    def desk(self) -> Desk:
        return self.parts.desk

    @cached_property
    def chunk_ids(self) -> frozenset[str]:
        return frozenset(self.catalog.chunk_ids(self.parts.version))

    @cached_property
    def indexed(self) -> frozenset[str]:
        """Ids of the articles that have a chunk."""
        return frozenset(article_of(chunk) for chunk in self.chunk_ids)

    @cached_property
    def readable(self) -> frozenset[str]:
        """Ids of the articles that an asker without further audiences may read."""
        return frozenset(article_of(chunk) for chunk in self.catalog.permitted(self.parts.version, Asker()))

    def chunks(self) -> list[Chunk]:
        """All of them, article by article, in reading order."""
        known = self.catalog.resolve(self.parts.version, sorted(self.chunk_ids), Asker())
        return sorted((chunk for chunk, _ in known.values()), key=lambda chunk: (chunk.article_id, chunk.position))

    def disk_bytes(self) -> dict[str, int]:
        """Bytes of the catalog (with the vectors) and of the index of words."""
        words = sum(file.stat().st_size for file in (self.folder / "words").rglob("*") if file.is_file())
        catalog = sum(file.stat().st_size for file in self.folder.glob("catalog.sqlite*"))
        return {"catalog": catalog, "words": words}


def article_of(chunk_id: str) -> str:
    """A chunk id is article id, revision and position."""
    return chunk_id.rsplit(".", 2)[0]


@contextmanager
def workbench(
    dataset: Dataset, settings: Settings, progress: Progress, reader: Callable[[Settings], Reader] = open_reader
) -> Iterator[Workbench]:
    """Take the dataset in, unless that was done already, and open a desk over it."""
    collection = dataset.corpus_fingerprint
    with opened(collection, settings, lambda parts: _take_in(dataset, parts, progress), reader) as bench:
        yield bench


@contextmanager
def opened(
    collection: str,
    settings: Settings,
    take_in: Callable[[Parts], None],
    reader: Callable[[Settings], Reader] = open_reader,
) -> Iterator[Workbench]:
    """Open the workbench of a collection, named by its fingerprint; `take_in` fills it when it is new or was cut off.

    The exact scan stands in for Chroma: an eval starts no server and gives the same figures twice. Set the vector
    store in the settings to `chroma` with a `chroma_url` to measure that one. No clock cuts the reranker short either:
    a busy machine would change the figures.
    """
    own = settings.model_copy(update={"rerank_seconds": _PATIENCE})
    if not settings.chroma_url:
        own = own.model_copy(update={"vector_store": "exact"})
    folder = (settings.data / "evals" / fingerprint(collection, own)).resolve()
    catalogs: list[WorkbenchCatalog] = []

    def open_catalog(url: str) -> Catalog:
        catalogs.append(WorkbenchCatalog.open(url))
        return catalogs[-1]

    beside = own.model_copy(update={"data": folder, "catalog_url": ""})
    with Parts(beside, open_catalog=open_catalog, open_reader=reader) as parts:
        ingested = _ingested(folder) or _ingest(folder, parts, take_in)
        parts.catalog.change()  # opens it, where nothing had to be taken in
        yield Workbench(parts, catalogs[0], ingested, folder)


def _ingest(folder: Path, parts: Parts, take_in: Callable[[Parts], None]) -> IngestFigures:
    """Under a lease: of two evals that begin at once, one takes the collection in and the other waits for it."""
    with parts.catalog.lease("workbench", holder_here(), patience=_PATIENCE):
        began = time.monotonic()
        if done := _ingested(folder):
            return done
        found = len(parts.catalog.chunk_ids(parts.version))
        take_in(parts)
        parts.publish()
        chunks = len(parts.catalog.chunk_ids(parts.version))
        figures = IngestFigures(chunks, round(time.monotonic() - began, 2), found)
        (folder / _DONE).write_text(json.dumps(asdict(figures)), encoding="utf-8")
        return figures


def fingerprint(collection: str, settings: Settings) -> str:
    """Of all that decides what the index holds: documents, embedding model, chunker, and the code between them."""
    parts = [
        collection,
        settings.embedding_model,
        str(settings.embedding_dimensions),
        settings.lexical_index,
        chunker_of(settings.chunk_tokens),
        code_fingerprint(Path(ingestion.__path__[0]), Path(app.__path__[0]) / "knowledge"),
    ]
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


@cache
def code_fingerprint(*folders: Path) -> str:
    """SHA-256 over every Python file below the folders: other code, other figures. Read once, like the code itself."""
    digest = sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _ingested(folder: Path) -> IngestFigures | None:
    try:
        return IngestFigures(**json.loads((folder / _DONE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def _take_in(dataset: Dataset, parts: Parts, progress: Progress) -> None:
    """From `split` on the path of every ingest; documents that an interrupted run has taken in are passed over."""
    press = Press(
        parts.catalog, lambda: parts.version, lambda: parts.embedding_model, chunk_tokens=parts.settings.chunk_tokens
    )
    missing = [document for document in dataset.documents if parts.catalog.seen(document.id) is None]
    for number, document in enumerate(missing, start=1):
        _refuse_losses(press.add(_changed(document, parts)))
        progress(f"taking in {dataset.name}: {number} of {len(missing)} documents")
    _refuse_losses(press.finish())


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
