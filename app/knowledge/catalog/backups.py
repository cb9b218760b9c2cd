"""A catalog as one file: written while others go on with their work, and looked at before it becomes a catalog again.

Only for SQLite; other databases bring tools of their own.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from pysqlite3 import dbapi2 as sqlite  # type: ignore[import-untyped]

from app.errors import DataFolderError, WrongUse
from app.knowledge.catalog.migrating import known_revisions


def back_up(source: "sqlite.Connection", file: Path) -> None:
    """One state of the catalog in one new file: complete under its name, or not there.

    Raises:
        WrongUse: the file exists, or its folder does not.
        DataFolderError: it cannot be written, or the catalog is damaged.
    """
    if file.exists():
        raise WrongUse(f"{file} exists and is not overwritten; choose another name")
    if not file.absolute().parent.is_dir():
        raise WrongUse(f"there is no folder {file.absolute().parent}; make it, or choose another place")

    def write(unfinished: Path) -> None:
        with closing(sqlite.connect(str(unfinished))) as copy:
            source.backup(copy)  # in one go: a copy in portions would start again at each commit of another process
            copy.execute("PRAGMA journal_mode = DELETE")  # no file beside it: the catalog that it becomes goes back
        _check(unfinished)

    _in_one_piece(file, write)


def restore(backup: Path, catalog: Path) -> None:
    """Make the backup the catalog of a data folder that has none.

    Raises:
        WrongUse: there is no such backup, or there is a catalog.
        DataFolderError: it is no catalog, is damaged, comes from a newer version of Footnote, or cannot be written.
    """
    if not backup.is_file():
        raise WrongUse(f"there is no backup {backup}")
    there = [path for path in (catalog, *_beside(catalog)) if path.exists()]
    if there:
        raise WrongUse(
            f"{there[0]} exists and is not overwritten; stop what runs, move {catalog.parent} away, and restore again"
        )
    _check(backup)
    try:
        catalog.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise DataFolderError(f"cannot make the data folder {catalog.parent}: {problem.strerror}") from problem

    def write(unfinished: Path) -> None:
        shutil.copyfile(backup, unfinished)
        _check(unfinished)
        with closing(sqlite.connect(str(unfinished), isolation_level=None)) as copy:
            copy.execute("DELETE FROM leases")  # of processes that ran when the backup was made

    _in_one_piece(catalog, write)


def _in_one_piece(file: Path, write: Callable[[Path], None]) -> None:
    unfinished = file.with_name(f".{file.name}.unfinished")
    with _told(file), _removed_at_the_end(unfinished):
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it has every article's text
        write(unfinished)
        _to_disk(unfinished)
        if file.exists():
            raise WrongUse(f"{file} has been written by another process meanwhile")
        unfinished.replace(file)
        _to_disk(file.absolute().parent)


@contextmanager
def _removed_at_the_end(unfinished: Path) -> Iterator[None]:
    try:
        yield
    finally:
        for path in (unfinished, *_beside(unfinished)):
            with suppress(OSError):
                path.unlink(missing_ok=True)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise DataFolderError(f"cannot write {file}: {problem.strerror}") from problem
    except sqlite.Error as problem:
        raise DataFolderError(f"cannot write {file}: {problem}; is the disk full?") from problem


def _check(file: Path) -> None:
    """Raise DataFolderError unless it is a sound catalog that this version of Footnote knows. Changes nothing."""
    address = f"file:{quote(str(file.absolute()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite.connect(address, uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"alembic_version", "articles", "chunk_vectors"} <= tables:
                raise DataFolderError(f"{file} is no catalog of Footnote; `footnote backup` writes one")
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite.Error as problem:
        raise DataFolderError(f"{file} is no catalog of Footnote, or is damaged ({problem})") from problem
    if revision not in known_revisions():
        raise DataFolderError(
            f"{file} was written by a newer version of Footnote (schema {revision}, this version knows up to "
            f"{known_revisions()[-1]}); upgrade Footnote"
        )
    if found != "ok":
        raise DataFolderError(f"{file} is damaged ({' '.join(found.split())[:200]}); use another backup")


def _beside(database: Path) -> list[Path]:
    """What SQLite keeps beside a database while it is open; one that was left behind belongs to another database."""
    return [database.with_name(database.name + ending) for ending in ("-wal", "-shm", "-journal")]


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
