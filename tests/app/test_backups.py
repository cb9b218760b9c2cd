"""A backup is one state of the catalog, taken while others write; it comes back as it was, and never over another."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.errors import DataFolderError, WrongUse
from app.knowledge.articles import Asker
from app.knowledge.catalog import Catalog, backups
from app.knowledge.catalog.database import Database
from app.knowledge.versions import IndexVersion
from tests.builders import a_catalog, publish_article

ROOT = Path(__file__).parents[2]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Catalog, IndexVersion]]:
    catalog, version = a_catalog(tmp_path / "data")
    yield catalog, version
    catalog.close()


def restored(backup: Path, folder: Path) -> Catalog:
    backups.restore(backup, folder / "catalog.sqlite")
    return Catalog.open(f"sqlite:///{folder / 'catalog.sqlite'}")


def test_a_backup_comes_back_as_it_was_and_what_was_removed_before_is_not_in_it(
    opened: tuple[Catalog, IndexVersion], tmp_path: Path
) -> None:
    catalog, version = opened
    article = publish_article(catalog, version)
    publish_article(catalog, version, "gone", ["The password is xyzzy."], title="Plugh")
    catalog.remove_article("gone")

    catalog.back_up(tmp_path / "desk.backup")
    publish_article(catalog, version, "later")
    again = restored(tmp_path / "desk.backup", tmp_path / "other")

    assert again.articles(None) == [article]
    assert again.live_version() == version
    assert (again.vectors(version, ["refunds.1.0"]) == catalog.vectors(version, ["refunds.1.0"])).all()
    assert again.next_revision("gone") == 2
    assert b"xyzzy" not in (tmp_path / "desk.backup").read_bytes()
    assert stat.S_IMODE((tmp_path / "desk.backup").stat().st_mode) == 0o600
    again.close()


def test_a_backup_taken_while_others_write_is_one_state(opened: tuple[Catalog, IndexVersion], tmp_path: Path) -> None:
    catalog, version = opened
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            publish_article(catalog, version, f"a{number % 5}", [f"{number} {n}" for n in range(20)])
            number += 1

    writing = threading.Thread(target=write)
    writing.start()
    time.sleep(0.2)
    for number in range(3):
        catalog.back_up(tmp_path / f"{number}.backup")
        time.sleep(0.1)
    over.set()
    writing.join()

    for number in range(3):
        again = restored(tmp_path / f"{number}.backup", tmp_path / str(number))
        ids = again.chunk_ids(version)
        found = again.resolve(version, sorted(ids), Asker())
        assert len(ids) == 20 * len(again.articles(None)) > 0
        assert found.keys() == ids
        assert again.vectors(version, sorted(ids)).any(axis=1).all()
        again.close()


def test_leases_of_the_time_of_the_backup_do_not_come_back(
    opened: tuple[Catalog, IndexVersion], tmp_path: Path
) -> None:
    catalog, _ = opened
    with catalog.lease("publish", "another-host:1"):
        catalog.back_up(tmp_path / "desk.backup")

    again = restored(tmp_path / "desk.backup", tmp_path / "other")

    with again.lease("publish", "this-host:1"):
        again.close()


def test_nothing_is_overwritten(opened: tuple[Catalog, IndexVersion], tmp_path: Path) -> None:
    catalog, _ = opened
    catalog.back_up(tmp_path / "desk.backup")
    before = (tmp_path / "desk.backup").read_bytes()

    with pytest.raises(WrongUse, match="exists and is not overwritten; choose another name"):
        catalog.back_up(tmp_path / "desk.backup")
    with pytest.raises(WrongUse, match=r"catalog.sqlite exists and is not overwritten; stop what runs, move .* away"):
        backups.restore(tmp_path / "desk.backup", tmp_path / "data" / "catalog.sqlite")
    with pytest.raises(WrongUse, match="there is no folder"):
        catalog.back_up(tmp_path / "nowhere" / "desk.backup")
    with pytest.raises(WrongUse, match="there is no backup"):
        backups.restore(tmp_path / "nothing", tmp_path / "other" / "catalog.sqlite")

    assert (tmp_path / "desk.backup").read_bytes() == before


def test_a_log_that_another_catalog_left_is_not_taken_for_this_ones(
    opened: tuple[Catalog, IndexVersion], tmp_path: Path
) -> None:
    opened[0].back_up(tmp_path / "desk.backup")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "catalog.sqlite-wal").write_bytes(b"of another")

    with pytest.raises(WrongUse, match=r"catalog\.sqlite-wal exists"):
        backups.restore(tmp_path / "desk.backup", tmp_path / "other" / "catalog.sqlite")


@pytest.mark.parametrize("damage", ["no database", "another database", "cut off", "flipped", "newer"])
def test_what_is_no_sound_catalog_of_a_known_version_is_refused(
    opened: tuple[Catalog, IndexVersion], tmp_path: Path, damage: str
) -> None:
    catalog, version = opened
    for number in range(50):
        publish_article(catalog, version, f"a{number}", [f"{number} {n} " + "word " * 50 for n in range(20)])
    backup = tmp_path / "desk.backup"
    catalog.back_up(backup)
    content = bytearray(backup.read_bytes())
    if damage == "no database":
        backup.write_text("nothing of the kind")
    elif damage == "another database":
        backup.unlink()
        with closing(sqlite3.connect(backup)) as connection:
            connection.execute("CREATE TABLE recipes (name TEXT)")
    elif damage == "cut off":
        backup.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        for page in range(3, len(content) // 8192):
            content[page * 8192 : page * 8192 + 12] = os.urandom(12)
        backup.write_bytes(content)
    else:
        with closing(sqlite3.connect(backup, isolation_level=None)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DataFolderError) as refusal:
        backups.restore(backup, tmp_path / "other" / "catalog.sqlite")

    said = "newer version of Footnote" if damage == "newer" else "no catalog of Footnote|is damaged"
    assert refusal.match(said)
    assert not (tmp_path / "other").exists()


def test_a_backup_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    program = (
        "import resource, sys\nfrom pathlib import Path\nfrom tests.builders import a_catalog, publish_article\n"
        "catalog, version = a_catalog(Path(sys.argv[1]) / 'data')\n"
        "for number in range(20):\n"
        "    publish_article(catalog, version, f'a{number}', ['word ' * 500 for n in range(20)])\n"
        "catalog.checkpoint()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))\n"
        "try:\n    catalog.back_up(Path(sys.argv[1]) / 'desk.backup')\n"
        "except Exception as problem:\n    print(type(problem).__name__, problem)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, timeout=120, cwd=ROOT, check=True
    )

    assert run.stdout.startswith("DataFolderError cannot write")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_another_database_names_its_own_tool(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    database = Database("postgresql+psycopg://desk:secret@db.example/desk")

    with pytest.raises(WrongUse, match="pg_dump") as refusal:
        database.back_up(tmp_path / "desk.backup")

    assert "secret" not in str(refusal.value)
    database.close()
