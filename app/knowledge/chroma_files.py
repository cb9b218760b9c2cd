"""What Chroma leaves on its disk: which folder belongs to which collection, and which to none any more.

Only for a server of our own. Its table of segments is read beside it, which SQLite allows; nothing is written there.
"""

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

logger = logging.getLogger(__name__)


def index_bytes(chroma: Path, collection: str) -> int:
    """Size of the collection's vector index; 0 while there is none, or while it cannot be told."""
    found = _ask(
        chroma,
        "SELECT s.id FROM segments s JOIN collections c ON s.collection = c.id WHERE c.name = ?",
        (collection,),
    )
    folders = [chroma / id_ for id_ in found or []]
    return sum(file.stat().st_size for folder in folders if folder.is_dir() for file in folder.iterdir())


def sweep(chroma: Path) -> None:
    """Remove the index folders of collections that are gone; Chroma leaves them (its issue 5259).

    A segment stands in the table before it has a folder, so a folder without a row belongs to nobody.
    """
    used = _ask(chroma, "SELECT id FROM segments", ())
    if used is None:
        return
    for folder in chroma.iterdir():
        if folder.is_dir() and folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)


def _ask(chroma: Path, query: str, values: tuple[str, ...]) -> set[str] | None:
    """The first column; None when the database cannot be asked just now."""
    address = f"file:{quote(str((chroma / 'chroma.sqlite3').resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
            return {row[0] for row in connection.execute(query, values)}
    except sqlite3.Error as problem:
        logger.warning("Chroma's files were not looked at: %s", problem)
        return None
