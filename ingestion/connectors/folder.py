"""A folder with all that is below it, or one file. Hidden files are left out; links may not lead outside."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

from app.errors import LimitExceeded, UnreadableSource, WrongUse
from ingestion.connectors import LARGEST_FILE, SourceFile, source_id


class FolderConnector:
    """The source is the resolved folder or file: the same one, however it is written."""

    def __init__(self, place: Path) -> None:
        self._root = place.expanduser().resolve()
        self.source_id = source_id("folder", str(self._root))
        self.location = _readable(str(self._root))

    def fetch(self) -> Iterator[SourceFile]:
        if self._root.is_dir():
            return (self._source_file(path) for path in self._below(self._root))
        if self._root.exists():
            return iter([self._source_file(self._root)])
        raise WrongUse(f"no such folder or file: {self._root}")

    def expected(self) -> int | None:
        return sum(1 for _ in self.fetch())

    def _below(self, folder: Path) -> Iterator[Path]:
        """Depth first and sorted. What a linked folder shows is found where it really is, or is not ours."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            yield folder
            return
        for path in (Path(entry.path) for entry in entries if not entry.name.startswith(".")):
            if not path.is_dir():
                yield path
            elif not path.is_symlink():
                yield from self._below(path)
            elif not path.resolve().is_relative_to(self._root):
                yield path

    def _source_file(self, path: Path) -> SourceFile:
        within = path.relative_to(self._root).as_posix() if path != self._root else path.name
        try:
            modified_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            modified_at = datetime.fromtimestamp(0, UTC)
        read = partial(self._bytes_of, path)
        return SourceFile(self.source_id, _readable(within), _readable(str(path)), modified_at, "", read)

    def _bytes_of(self, path: Path) -> bytes:
        try:
            real = path.resolve(strict=True)
            if not real.is_relative_to(self._root):
                raise UnreadableSource(f"is a link that leads out of the folder, to {real}")
            if real.is_dir():
                _refuse_folder(real)
            if not real.is_file():
                raise UnreadableSource("is not a regular file")
            if real.stat().st_size > LARGEST_FILE:
                raise LimitExceeded(f"is larger than {LARGEST_FILE // 1_000_000} MB")
            return real.read_bytes()
        except OSError as problem:
            raise UnreadableSource(f"cannot be read: {(problem.strerror or str(problem)).lower()}") from problem


def _readable(name: str) -> str:
    """A file name need not be text; in an id, a report or JSON it has to be."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _refuse_folder(folder: Path) -> NoReturn:
    os.scandir(folder).close()
    raise UnreadableSource("is a folder that could not be listed a moment ago")


def certainty(source: str) -> int:
    return 1  # any other form of source says what it is


def build(source: str) -> FolderConnector:
    return FolderConnector(Path(source))
