"""The catalog as everybody else sees it: one object, safe between threads; each call is one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select

from app.knowledge.articles import Article, Asker, Chunk, Revision
from app.knowledge.catalog import (
    answers,
    article_reads,
    article_writes,
    chunk_reads,
    index_versions,
    jobs,
    outbox,
    outdated,
)
from app.knowledge.catalog.answers import AnswerRecord
from app.knowledge.catalog.article_reads import Seen
from app.knowledge.catalog.database import Database
from app.knowledge.catalog.gaps import Gaps
from app.knowledge.catalog.inbox import Inbox
from app.knowledge.catalog.jobs import Job
from app.knowledge.catalog.leases import Lease
from app.knowledge.catalog.migrating import is_current, migrate
from app.knowledge.catalog.outbox import OutboxRow
from app.knowledge.catalog.outdated import OutdatedCitation
from app.knowledge.catalog.tables import state
from app.knowledge.catalog.told import Told
from app.knowledge.embedding_models import Vectors
from app.knowledge.versions import IndexRecipe, IndexVersion


class Catalog:
    """The only truth. Any call may raise DataFolderError: full disk, no permission, damage, a busy database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.inbox = Inbox(database.reading, database.writing)
        self.told = Told(database.reading, database.writing)
        self.gaps = Gaps(database.reading, database.writing)

    @classmethod
    def open(cls, url: str) -> Self:
        """Create or migrate the catalog at `sqlite:////folder/catalog.sqlite` (or a PostgreSQL address), and open it.

        Raises:
            DataFolderError: it cannot be written, is damaged, or a newer version of Footnote wrote it.
        """
        database = Database(url)
        try:
            with database.reading() as connection:
                current = is_current(connection)
            if not current:
                with database.writing() as connection:
                    migrate(connection)  # another process may have been first: then this does nothing
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        self._database.close()

    def database_version(self) -> str:
        """For `footnote doctor`: `SQLite 3.53.4`."""
        return self._database.version()

    def checkpoint(self) -> None:
        """Let deleted text leave SQLite's write-ahead log too, and give its space back; publishing ends with it."""
        self._database.checkpoint()

    def back_up(self, file: Path) -> None:
        """Write one consistent copy of all that is committed into a new file, while others go on reading and writing.

        Raises:
            WrongUse: the file exists, its folder does not, or the catalog is in another database than SQLite.
            DataFolderError: it cannot be written, or the copy is damaged as the catalog is.
        """
        self._database.back_up(file)

    def change(self) -> int:
        """Grows with every committed change to articles or chunks; cheap enough to ask before every search."""
        with self._database.reading() as connection:
            counted: int = connection.execute(select(state.c.change)).scalar_one()
            return counted

    # index versions

    def live_version(self) -> IndexVersion | None:
        """None until the first ingest says which model makes the vectors."""
        with self._database.reading() as connection:
            return index_versions.live(connection)

    def add_version(self, recipe: IndexRecipe) -> IndexVersion:
        """The version of this recipe, made if it is new; the first ever made is live."""
        with self._database.writing() as connection:
            return index_versions.add(connection, recipe)

    def versions(self) -> list[IndexVersion]:
        """All that were not dropped, oldest first."""
        with self._database.reading() as connection:
            return index_versions.kept(connection)

    def is_kept(self, version: IndexVersion) -> bool:
        """False once it has been dropped."""
        with self._database.reading() as connection:
            return index_versions.is_kept(connection, version)

    def chunk_count(self, version: IndexVersion) -> int:
        with self._database.reading() as connection:
            return index_versions.chunk_count(connection, version)

    def articles_behind(self, version: IndexVersion) -> list[str]:
        """Ids of the articles that the live version has, and this one has not yet as they are now."""
        with self._database.reading() as connection:
            return index_versions.articles_behind(connection, version)

    def chunks_of(self, version: IndexVersion, article_id: str) -> list[Chunk]:
        """In reading order; none when the article is not there."""
        with self._database.reading() as connection:
            return chunk_reads.of_article(connection, version, article_id)

    def add_chunks(self, version: IndexVersion, article: Article, chunks: Sequence[Chunk], vectors: Vectors) -> bool:
        """What an article becomes in a version beside the live one; False when it has changed or gone meanwhile.

        Raises:
            ValueError: chunks and vectors do not fit each other, the text or the version.
        """
        with self._database.writing() as connection:
            return article_writes.add_chunks(connection, version, article, chunks, vectors)

    def make_live(self, version: IndexVersion) -> bool:
        """Switch to this version, in one transaction; False, and nothing changes, while articles are behind.

        Raises:
            WrongUse: it has been dropped.
        """
        with self._database.writing() as connection:
            return index_versions.make_live(connection, version)

    def drop_version(self, version: IndexVersion) -> None:
        """Remove its chunks and vectors, a few at a time; a drop that was interrupted is finished by another one.

        Raises:
            WrongUse: it is the live one.
        """
        is_gone = False
        while not is_gone:
            with self._database.writing() as connection:
                is_gone = index_versions.drop_some(connection, version)

    # articles

    def seen(self, article_id: str) -> Seen | None:
        """None if the article was never there or is removed."""
        with self._database.reading() as connection:
            return article_reads.seen(connection, article_id)

    def next_revision(self, article_id: str) -> int:
        """Goes on counting after a removal: a chunk id is never used for two texts."""
        with self._database.reading() as connection:
            return article_reads.next_revision(connection, article_id)

    def replace_article(
        self,
        version: IndexVersion,
        article: Article,
        text: str,
        bytes_hash: str,
        chunks: Sequence[Chunk],
        vectors: Vectors,
    ) -> None:
        """A new revision with its chunks and vectors (one row each), whole or not at all; the old one keeps its hash.

        Raises:
            ConcurrentChange: `article.revision` is not the next one, because somebody else was faster.
            VersionMismatch: the version is not the live one (any more).
            ValueError: chunks and vectors do not fit each other, the text or the version.
        """
        with self._database.writing() as connection:
            article_writes.replace(connection, version, article, text, bytes_hash, chunks, vectors)

    def update_article(self, article: Article, bytes_hash: str) -> None:
        """Same text, but title, address, audiences or date have changed: no new revision, nothing embedded.

        Raises:
            UnknownArticle: it is not there.
            ConcurrentChange: its text has changed meanwhile.
        """
        with self._database.writing() as connection:
            article_writes.update_article(connection, article, bytes_hash)

    def remove_article(self, article_id: str) -> None:
        """Its text, chunks and vectors are gone, and its quotes in stored answers; only the id and a number stay.

        Raises:
            UnknownArticle: it is not there.
        """
        with self._database.writing() as connection:
            article_writes.remove(connection, article_id)

    def articles_of(self, source_id: str) -> list[Article]:
        """By title; those that are there, whoever may read them."""
        with self._database.reading() as connection:
            return article_reads.of_source(connection, source_id)

    def articles(self, asker: Asker | None) -> list[Article]:
        """By title; those this asker may read. None is the curator's own command line: all."""
        with self._database.reading() as connection:
            return article_reads.readable(connection, asker)

    def article(self, article_id: str, asker: Asker | None) -> Article:
        """Raises UnknownArticle when it is not there or not for this asker: the two sound alike."""
        with self._database.reading() as connection:
            return article_reads.article(connection, article_id, asker)

    def revision(self, article_id: str, number: int, asker: Asker | None) -> Revision:
        """Raises UnknownArticle when article or revision is gone, superseded, or not for this asker."""
        with self._database.reading() as connection:
            return article_reads.revision(connection, article_id, number, asker)

    # search

    def resolve(
        self, version: IndexVersion, chunk_ids: Sequence[str], asker: Asker
    ) -> dict[str, tuple[Chunk, Article]]:
        """Of the ids an index found, those that are alive, current and for this asker. In no order."""
        with self._database.reading() as connection:
            return chunk_reads.resolve(connection, version, chunk_ids, asker)

    def neighbours(self, version: IndexVersion, chunk: Chunk, before: int, after: int) -> list[Chunk]:
        """Up to `before` chunks before and `after` chunks after it in the same revision, in reading order."""
        with self._database.reading() as connection:
            return chunk_reads.neighbours(connection, version, chunk, before, after)

    def chunk_ids(self, version: IndexVersion) -> set[str]:
        """Every chunk that is alive: what both indexes should hold."""
        with self._database.reading() as connection:
            return chunk_reads.ids_of(connection, version)

    def still_there(self, version: IndexVersion, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are alive."""
        with self._database.reading() as connection:
            return chunk_reads.still_there(connection, version, ids)

    def vectors(self, version: IndexVersion, ids: Sequence[str]) -> Vectors:
        """Shape (len(ids), dimensions), in the order of ids; a row of zeros for a chunk that is gone meanwhile."""
        with self._database.reading() as connection:
            return chunk_reads.vectors(connection, version, ids)

    def permitted(self, version: IndexVersion, asker: Asker) -> set[str]:
        """Every chunk this asker may see."""
        with self._database.reading() as connection:
            return chunk_reads.permitted(connection, version, asker)

    def searchable_texts(self, version: IndexVersion, ids: Sequence[str]) -> list[str]:
        """What the lexical index is fed, in the order of ids; empty for a chunk that is gone meanwhile."""
        with self._database.reading() as connection:
            return chunk_reads.searchable_texts(connection, version, ids)

    # outbox

    def pending(self, version: IndexVersion, target: str, limit: int = 5000) -> list[OutboxRow]:
        """What `target` ("vectors" or "words") still has to be told, oldest change first."""
        with self._database.reading() as connection:
            return outbox.pending(connection, version, target, limit)

    def settle(self, target: str, seqs: Sequence[int]) -> None:
        """The target has been told these."""
        with self._database.writing() as connection:
            outbox.settle(connection, target, seqs)

    # leases and jobs

    def lease(self, name: str, holder: str, seconds: float = 30.0, patience: float = 0.0) -> Lease:
        """Use it in `with`; entering raises LeaseHeld when somebody else has it for another `patience` seconds.

        `holder` begins with `host:pid`, as `holder_here()` gives it: a lease whose process has died is free at once.
        """
        return Lease(self._database.writing, name, holder, seconds, patience)

    def enqueue(self, kind: str, payload: Mapping[str, Any]) -> int:
        """The new job's id; the payload is JSON-able."""
        with self._database.writing() as connection:
            return jobs.enqueue(connection, kind, payload)

    def claim(self, holder: str, seconds: float) -> Job | None:
        """The oldest job that nobody works on, for so many seconds; None when there is none."""
        with self._database.writing() as connection:
            return jobs.claim(connection, holder, seconds)

    def renew(self, job_id: int, holder: str, seconds: float) -> bool:
        """Claim it for longer; False when the claim has gone to somebody else."""
        with self._database.writing() as connection:
            return jobs.renew(connection, job_id, holder, seconds)

    def finish(self, job_id: int, report: Mapping[str, Any]) -> None:
        with self._database.writing() as connection:
            jobs.finish(connection, job_id, report)

    def fail(self, job_id: int, reason: str) -> None:
        """Back into the queue, or, after the third attempt, failed for good with this reason."""
        with self._database.writing() as connection:
            jobs.fail(connection, job_id, reason)

    def job(self, job_id: int) -> Job | None:
        with self._database.reading() as connection:
            return jobs.job(connection, job_id)

    # answers

    def save_answer(self, record: AnswerRecord) -> None:
        """An answer of the same id is replaced."""
        with self._database.writing() as connection:
            answers.save(connection, record)

    def answer(self, answer_id: str) -> AnswerRecord:
        """Raises UnknownAnswer when there is none."""
        with self._database.reading() as connection:
            return answers.answer(connection, answer_id)

    def outdated_citations(self, since: datetime | None = None) -> list[OutdatedCitation]:
        """Of all answers, latest first, those whose article has changed or gone; with `since`, from that time on."""
        with self._database.reading() as connection:
            return outdated.outdated(connection, since)
