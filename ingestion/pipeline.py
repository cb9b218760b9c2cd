"""Articles in: fetch, parse, skip if unchanged, split, embed, replace, publish. One bad file never stops the others."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.errors import ConcurrentChange, FootnoteError, LeaseHeld, ServiceUnavailable, UnknownArticle
from app.knowledge.articles import PUBLIC
from app.knowledge.catalog import TARGETS, Catalog, Lease, holder_here
from app.knowledge.embedding_models import EmbeddingModel
from app.knowledge.versions import IndexVersion
from app.settings import Settings
from ingestion.connectors import Connector
from ingestion.intake import Changed, Relabelled, take_in
from ingestion.pressing import Press
from ingestion.reading_ahead import ReadingAhead
from ingestion.reading_room import ReadingRoom
from ingestion.report import FileOutcome, IngestReport

_READ_AHEAD = 16  # articles parsed and waiting while others are embedded
_PUBLISH_SECONDS = 5.0  # a long ingest becomes searchable as it goes


class LazyParts(Protocol):
    """What an ingest needs of the parts of a desk; each is built when it is first asked for (app.bootstrap.Parts)."""

    settings: Settings

    @property
    def catalog(self) -> Catalog: ...
    @property
    def version(self) -> IndexVersion: ...
    @property
    def embedding_model(self) -> EmbeddingModel: ...
    def publish(self) -> object: ...


@dataclass(frozen=True)
class IngestParts:
    """What an ingest works with. The callables are asked when the first changed article needs them, not before."""

    catalog: Catalog
    version: Callable[[], IndexVersion]
    embedding_model: Callable[[], EmbeddingModel]
    publish: Callable[[], object]  # drains the outbox into the indexes
    chunk_tokens: int

    @classmethod
    def of(cls, parts: LazyParts) -> "IngestParts":
        """Those of a desk; nothing but its catalog is built yet."""
        return cls(
            parts.catalog,
            version=lambda: parts.version,
            embedding_model=lambda: parts.embedding_model,
            publish=parts.publish,
            chunk_tokens=parts.settings.chunk_tokens,
        )


def _unseen(outcome: FileOutcome) -> None:
    """Nobody watches."""


def ingest(
    connector: Connector,
    parts: IngestParts,
    audiences: Iterable[str] = (),
    prune: bool = False,
    on_file: Callable[[FileOutcome], None] = _unseen,
) -> IngestReport:
    """Every file of the source ends in the report; what it says is committed, also when this is interrupted.

    `audiences` are those of articles that name none themselves; empty means `public`. `prune` removes articles of
    this source that are no longer there.

    Raises:
        LeaseHeld: another process is ingesting; the message says which.
        WrongUse, ServiceUnavailable: the source is not there or cannot be reached. Nothing is pruned then.
    """
    started = time.monotonic()
    outcomes: list[FileOutcome] = []
    with parts.catalog.lease("ingest", holder_here()) as lease, ReadingRoom() as room:
        publisher = _Publisher(parts)
        sources = connector.fetch()
        arriving = (
            take_in(source, parts.catalog, room, frozenset(audiences) or frozenset({PUBLIC})) for source in sources
        )
        try:
            for outcome in _finished(ReadingAhead(arriving, _READ_AHEAD), parts, lease):
                outcomes.append(outcome)
                on_file(outcome)
                publisher.at_times()
        except FootnoteError:
            publisher.at_the_end()
            raise
        removed, notes = _pruned(connector.source_id, outcomes, parts.catalog) if prune else ([], [])
        publisher.at_the_end()
    return IngestReport(tuple(outcomes), time.monotonic() - started, tuple(removed), (*notes, *publisher.notes))


def _finished(
    arrivals: ReadingAhead[FileOutcome | Relabelled | Changed], parts: IngestParts, lease: Lease
) -> Iterator[FileOutcome]:
    """Every arrival's outcome, once it is committed."""
    press = Press(parts.catalog, parts.version, parts.embedding_model, parts.chunk_tokens)
    try:
        for arrival in arrivals:
            if not lease.still_held:
                raise LeaseHeld("this ingest was suspended and another one has begun; run it again when that is done")
            if isinstance(arrival, FileOutcome):
                yield arrival
            elif isinstance(arrival, Relabelled):
                yield _relabel(arrival, parts.catalog)
            else:
                yield from press.add(arrival)
        yield from press.finish()
    except FootnoteError:
        yield from press.finish()  # a source that breaks off: what it gave is taken
        raise
    finally:
        arrivals.stop()


def _relabel(arrival: Relabelled, catalog: Catalog) -> FileOutcome:
    try:
        catalog.update_article(arrival.article, arrival.fingerprint)
    except (UnknownArticle, ConcurrentChange) as problem:
        return replace(arrival.outcome, outcome="rejected", reason=str(problem))
    return arrival.outcome


def _pruned(source_id: str, outcomes: Sequence[FileOutcome], catalog: Catalog) -> tuple[list[str], list[str]]:
    """Remove what the source no longer has; what could not be read is still there. The removed ids, and notes."""
    if not outcomes:
        return [], ["nothing was pruned: the source is empty, and an unmounted disk looks just like that"]
    there = {outcome.article_id for outcome in outcomes}
    closed = tuple(f"{outcome.path}/" for outcome in outcomes if outcome.outcome == "rejected")
    gone = [
        article.id
        for article in catalog.articles_of(source_id)
        if article.id not in there and not article.path.startswith(closed)
    ]
    return [id_ for id_ in gone if _removed(id_, catalog)], []


def _removed(id_: str, catalog: Catalog) -> bool:
    try:
        catalog.remove_article(id_)
    except UnknownArticle:
        return False  # somebody else was faster
    return True


class _Publisher:
    """Publishes now and then, and says why when it could not: what is committed is safe and goes out later."""

    def __init__(self, parts: IngestParts) -> None:
        self._parts = parts
        self._last = time.monotonic()
        self.notes: list[str] = []

    def at_times(self) -> None:
        if time.monotonic() - self._last > _PUBLISH_SECONDS:
            self.at_the_end()

    def at_the_end(self) -> None:
        """Nothing is started, no index opened, when there is nothing to publish: a second run stays cheap."""
        if is_behind(self._parts.catalog):
            try:
                self._parts.publish()
            except LeaseHeld:
                pass  # another process is publishing, these changes too
            except ServiceUnavailable as problem:
                self.notes = [f"not all is in the indexes yet: {problem}"]
        self._last = time.monotonic()


def is_behind(catalog: Catalog) -> bool:
    """Whether something is committed that an index has not been told."""
    live = catalog.live_version()
    return live is not None and any(catalog.pending(live, target, limit=1) for target in TARGETS)
