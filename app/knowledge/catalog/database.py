"""How the catalog reaches its database: connections, pragmas, transactions, and database errors in plain words."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

# The wheel brings SQLite 3.51.3 or later; the system's may have the WAL-reset bug, which corrupts.
from pysqlite3 import dbapi2 as sqlite  # type: ignore[import-untyped]
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import DataFolderError, SettingsError, WrongUse
from app.knowledge.catalog import backups

_BUSY_SECONDS = 30.0  # how long a writer waits for another process's (short) transaction
_FREE_SHARE = 0.2  # of the file may stay free for what comes next; the disk is promised to stay in proportion
_PAGES_AT_ONCE = 500
_NEW_FILE = (  # only there: on a file that has pages, the second would be a write at each connect
    "PRAGMA page_size = 8192",  # holds five vectors of 384 dimensions; 4096 would hold two and waste a quarter
    "PRAGMA auto_vacuum = INCREMENTAL",  # lets deleted space be given back without a rewrite
)
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # the commit is what "ingested" means: it must outlive a power cut, not just a kill
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # deleted text is overwritten, not just unlinked
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -16384",
)


class Database:
    """One engine. Writers of this process take turns on a lock, so that none starves in SQLite's busy wait."""

    def __init__(self, url: str) -> None:
        self._place = url
        try:
            parsed = make_url(url)
        except ArgumentError as problem:
            raise SettingsError(f"{url!r} is no database address; use sqlite:////folder/catalog.sqlite") from problem
        if parsed.get_backend_name() == "sqlite":
            self._place = parsed.database or ":memory:"
            _make_folder(Path(self._place).parent)
            self._engine = _sqlite(url)
        else:
            self._place = parsed.render_as_string(hide_password=True)
            try:
                self._engine = create_engine(parsed, json_serializer=_json)
            except ModuleNotFoundError as missing:
                raise SettingsError(
                    f"{self._place} needs {missing.name}: .venv/bin/pip install --editable '.[postgres]'"
                ) from missing
        self._writing = self._engine.execution_options(writes=True)
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees one state of the catalog."""
        with self._plain_words(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed when the block ends, undone when it raises."""
        with self._turn, self._plain_words(), self._writing.begin() as connection:
            yield connection

    def version(self) -> str:
        """Which database runs here, such as `SQLite 3.53.4`."""
        if self._engine.dialect.name == "sqlite":
            return f"SQLite {sqlite.sqlite_version}"
        with self.reading() as connection:
            numbers = connection.dialect.server_version_info or ()
        return f"{self._engine.dialect.name} {'.'.join(map(str, numbers))}"

    def checkpoint(self) -> None:
        """Empty SQLite's write-ahead log into the file, and give space back that deletions have left.

        Readers in the midst of a transaction keep the log for a while; the next call, or the last close, empties it.
        """
        if self._engine.dialect.name != "sqlite":
            return
        with self._turn, self._plain_words():
            connection = self._engine.raw_connection()
            cursor = connection.cursor()
            try:
                cursor.execute("PRAGMA busy_timeout = 0")  # whoever is busy now has a turn later
                _give_back_space(cursor)
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
                connection.close()

    def back_up(self, file: Path) -> None:
        """See `backups.back_up`; another database than SQLite has a tool of its own."""
        if self._engine.dialect.name != "sqlite":
            raise WrongUse(f"the catalog is in {self._place}; back it up with `pg_dump`, restore it with `pg_restore`")
        with self._plain_words():
            connection = self._engine.raw_connection()
            try:
                backups.back_up(connection.driver_connection, file)
            finally:
                connection.close()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _plain_words(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as problem:
            raise DataFolderError(_say(self._place, str(problem.orig))) from problem
        except sqlite.Error as problem:  # from a connection used without SQLAlchemy
            raise DataFolderError(_say(self._place, str(problem))) from problem


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        module=sqlite,
        json_serializer=_json,
        pool_size=8,
        max_overflow=-1,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself: `begin` below does
        cursor = connection.cursor()
        is_new = cursor.execute("PRAGMA page_count").fetchone() == (0,)
        for pragma in (*_NEW_FILE, *_PRAGMAS) if is_new else _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer asks for the lock at once: a reader that turns writer half-way cannot wait, it fails.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _give_back_space(cursor: DBAPICursor) -> None:
    """A few pages at a time, so that no other writer waits for long."""

    def number(pragma: str) -> int:
        cursor.execute(f"PRAGMA {pragma}")
        found: int = cursor.fetchall()[0][0]
        return found

    try:
        while number("freelist_count") > _FREE_SHARE * number("page_count"):
            cursor.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            cursor.fetchall()  # it works while it is read
    except sqlite.OperationalError as problem:
        if "locked" not in str(problem):
            raise


_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise DataFolderError(
            f"cannot make the data folder {folder}: {problem.strerror}; choose another with FOOTNOTE_DATA"
        ) from problem


def _say(place: str, said: str) -> str:
    if "readonly" in said or "unable to open" in said:
        return f"cannot write {place}; give this user write permission there, or choose another FOOTNOTE_DATA"
    if "locked" in said:
        return f"{place} is being written by another process for more than {_BUSY_SECONDS:.0f} s; try again"
    if "disk is full" in said or "disk I/O" in said:
        return f"cannot write {place} ({said}): free some disk space, then run the command again; nothing is lost"
    if "malformed" in said or "not a database" in said:
        return f"{place} is damaged ({said}); restore a backup with `footnote restore`"
    return f"the catalog at {place} failed: {said}"
