"""The catalog's file: who may open it, what a kill, a full disk or another process does to it, what stays in it."""

import gzip
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pysqlite3 import dbapi2 as sqlite  # type: ignore[import-untyped]

from app.errors import DataFolderError, SettingsError
from app.knowledge.articles import Asker
from app.knowledge.catalog import VECTORS, WORDS, Catalog
from app.knowledge.catalog.database import Database
from app.knowledge.catalog.migrating import known_revisions
from app.knowledge.catalog.tables import metadata
from tests.builders import a_catalog, a_recipe, publish_article

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parent / "fixtures"
ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from pathlib import Path
from tests.builders import a_catalog, publish_article

catalog, version = a_catalog(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    publish_article(catalog, version, f"{sys.argv[2]}{number % 7}", [f"{sys.argv[2]} {number} {n}" for n in range(20)])
    print(number, flush=True)
"""


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'catalog.sqlite'}"


def a_writer(folder: Path, name: str, times: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", WRITER, str(folder), name, str(times)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def whole(catalog: Catalog) -> None:
    """Every article has its text, all its chunks, a vector for each, and has told both targets of each."""
    version = catalog.add_version(a_recipe())
    told = {target: {row.chunk_id for row in catalog.pending(version, target, 10**6)} for target in (VECTORS, WORDS)}
    expected = set()
    for article in catalog.articles(None):
        ids = [f"{article.id}.{article.revision}.{position}" for position in range(20)]
        resolved = catalog.resolve(version, ids, Asker())
        text = catalog.revision(article.id, article.revision, None).text
        assert all(chunk.text == text[chunk.start : chunk.end] for chunk, _ in resolved.values())
        assert catalog.vectors(version, ids).any(axis=1).all()
        expected.update(ids)
    assert catalog.chunk_ids(version) == expected
    assert expected <= told[VECTORS] == told[WORDS]


def test_a_catalog_reopens_as_it_was(tmp_path: Path) -> None:
    catalog, version = a_catalog(tmp_path / "new" / "folder")
    article = publish_article(catalog, version)
    catalog.close()

    again = Catalog.open(url(tmp_path / "new" / "folder"))

    assert again.live_version() == version
    assert again.articles(None) == [article]
    assert again.change() == 1
    again.close()


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.25])
def test_a_writer_that_is_killed_leaves_whole_articles_only(tmp_path: Path, seconds: float) -> None:
    writer = a_writer(tmp_path, "w", times=100_000)
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(seconds)

    writer.send_signal(signal.SIGKILL)
    said = writer.communicate(timeout=60)[0].split()

    catalog, _ = a_catalog(tmp_path)
    whole(catalog)
    # What it said it had saved is there; one more may be, saved but not yet said.
    saved = sum(article.revision for article in catalog.articles(None))
    assert len(said) <= saved <= len(said) + 1
    catalog.close()


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [a_writer(tmp_path, name, times=14) for name in ("a", "b", "c")]

    said = [writer.communicate(timeout=120)[0].split() for writer in writers]

    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert all(len(lines) == 15 for lines in said)
    catalog, _ = a_catalog(tmp_path)
    assert len(catalog.articles(None)) == 21
    assert catalog.change() == 42
    whole(catalog)
    catalog.close()


def test_threads_read_and_write_at_once(tmp_path: Path) -> None:
    catalog, version = a_catalog(tmp_path)

    def write(number: int) -> None:
        publish_article(catalog, version, f"a{number}", [f"{number} {n}" for n in range(20)])
        whole_articles = catalog.chunk_ids(version)
        assert len(whole_articles) % 20 == 0

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))

    assert len(catalog.articles(None)) == 40
    whole(catalog)
    catalog.close()


def test_two_processes_may_create_the_same_catalog_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(lambda _: a_catalog(tmp_path), range(4)))

    assert {version.id for _, version in opened} == {1}
    for catalog, _ in opened:
        catalog.close()


def test_deleted_words_are_not_in_the_files_any_more(tmp_path: Path) -> None:
    catalog, version = a_catalog(tmp_path)
    publish_article(catalog, version, "kept", ["An ordinary sentence."] * 50)
    publish_article(catalog, version, "gone", [f"The password is xyzzy-{n}." for n in range(200)], title="Plugh")

    catalog.remove_article("gone")
    catalog.checkpoint()

    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"xyzzy" not in on_disk
    assert b"Plugh" not in on_disk
    assert b"An ordinary sentence." in on_disk
    catalog.close()


def test_the_file_stays_in_proportion_to_what_is_in_it(tmp_path: Path) -> None:
    catalog, version = a_catalog(tmp_path)
    for churn in range(3):
        for number in range(30):
            publish_article(catalog, version, f"a{number}", [f"{churn} {number} {n} " * 20 for n in range(20)])
    for number in range(20):
        catalog.remove_article(f"a{number}")
    for target in (VECTORS, WORDS):
        catalog.settle(target, [row.seq for row in catalog.pending(version, target, 10**6)])

    catalog.checkpoint()

    used = sum(path.stat().st_size for path in tmp_path.iterdir() if not path.name.endswith("-shm"))
    connection = sqlite.connect(tmp_path / "catalog.sqlite")
    connection.execute("VACUUM INTO ?", [str(tmp_path / "smallest.sqlite")])
    connection.close()
    assert used <= 1.5 * (tmp_path / "smallest.sqlite").stat().st_size
    catalog.close()


def test_a_checkpoint_waits_for_nobody(tmp_path: Path) -> None:
    catalog, version = a_catalog(tmp_path)
    other = Database(url(tmp_path))
    publish_article(catalog, version, "a", [f"{n} " * 200 for n in range(200)])
    catalog.remove_article("a")

    started = time.monotonic()
    with other.writing():
        catalog.checkpoint()

    assert time.monotonic() - started < 1
    other.close()
    catalog.close()


def test_a_catalog_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    catalog, _ = a_catalog(tmp_path)
    catalog.close()
    connection = sqlite.connect(tmp_path / "catalog.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = (tmp_path / "catalog.sqlite").read_bytes()

    with pytest.raises(DataFolderError, match=r"written by a newer version of Footnote \(schema 9999.*upgrade"):
        Catalog.open(url(tmp_path))

    assert (tmp_path / "catalog.sqlite").read_bytes() == before


@pytest.mark.parametrize("revision", known_revisions())
def test_data_of_every_released_version_opens(tmp_path: Path, revision: str) -> None:
    """P11. The frozen catalogs were written by `fixtures/freeze_catalog.py` when their schema was the newest."""
    frozen = FIXTURES / f"catalog-{revision}.sqlite.gz"
    (tmp_path / "catalog.sqlite").write_bytes(gzip.decompress(frozen.read_bytes()))

    catalog = Catalog.open(url(tmp_path))

    version = catalog.live_version()
    assert version is not None
    assert [article.title for article in catalog.articles(None)] == ["Board minutes", "Refunds"]
    assert [article.id for article in catalog.articles(Asker())] == ["refunds"]
    assert catalog.chunk_ids(version) == {"board.1.0", "refunds.2.0", "refunds.2.1"}
    assert catalog.vectors(version, ["refunds.2.0"]).any()
    assert catalog.next_revision("removed") == 2
    assert catalog.answer("a1").citations[0].quote == "Refunds take six days."
    assert [row.chunk_id for row in catalog.pending(version, WORDS)][-1] == "removed.1.0"
    job = catalog.claim("host:1", 30)
    assert job is not None
    assert job.payload == {"source": "handbook"}
    catalog.close()


def test_there_is_a_frozen_catalog_for_every_schema() -> None:
    frozen = {path.name.removesuffix(".sqlite.gz").removeprefix("catalog-") for path in FIXTURES.glob("catalog-*")}

    assert frozen == set(known_revisions())


def test_the_migrations_make_exactly_the_tables_the_code_uses(tmp_path: Path) -> None:
    Catalog.open(url(tmp_path)).close()
    database = Database(url(tmp_path))

    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    assert differences == []
    database.close()


def test_the_migrations_can_be_said_in_postgresql_too() -> None:
    """No server runs here: this only holds that no statement is SQLite's own."""
    said = StringIO()
    config = Config()
    config.set_main_option("script_location", str(ROOT / "app" / "knowledge" / "catalog" / "migrations"))
    script = ScriptDirectory.from_config(config)

    with EnvironmentContext(config, script, fn=lambda revision, _: script._upgrade_revs("head", "base")) as environment:
        environment.configure(dialect_name="postgresql", as_sql=True, output_buffer=said)
        environment.run_migrations()

    assert said.getvalue().count("CREATE TABLE") == len(metadata.tables) + 1
    assert "BYTEA" in said.getvalue()


def test_opening_a_current_catalog_does_not_load_alembic(tmp_path: Path) -> None:
    Catalog.open(url(tmp_path)).close()
    script = f"""
import sys
from app.knowledge.catalog import Catalog
Catalog.open({url(tmp_path)!r}).close()
assert "alembic" not in sys.modules
"""

    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, timeout=60)


def test_a_fixed_sqlite_runs_with_durable_commits_and_overwritten_deletions(tmp_path: Path) -> None:
    database = Database(url(tmp_path))

    with database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "auto_vacuum")
        }

    assert database.version() >= "SQLite 3.51.3"
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "auto_vacuum": 2}
    database.close()


def test_a_folder_that_cannot_be_made_is_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(DataFolderError, match=r"cannot make the data folder .*file.*FOOTNOTE_DATA"):
        Catalog.open(url(tmp_path / "file"))


def test_a_folder_without_write_permission_is_one_plain_sentence() -> None:
    script = """
import os, sys
from app.errors import DataFolderError
from app.knowledge.catalog import Catalog
if os.getuid() == 0:
    os.setuid(65534)  # root may write anywhere
try:
    Catalog.open(sys.argv[1])
except DataFolderError as refusal:
    print(refusal)
"""
    with TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        Path(folder).chmod(0o555)
        run = [sys.executable, "-c", script, url(Path(folder))]
        ended = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, timeout=60)

    assert "give this user write permission there, or choose another FOOTNOTE_DATA" in ended.stdout, ended.stderr


def test_a_file_that_is_no_catalog_is_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite").write_bytes(os.urandom(20_000))

    with pytest.raises(DataFolderError, match=r"is damaged .*footnote restore"):
        Catalog.open(url(tmp_path))


def test_an_address_that_is_none_is_one_plain_sentence() -> None:
    with pytest.raises(SettingsError, match="is no database address"):
        Catalog.open("here")


def test_a_full_disk_costs_the_article_on_its_way_and_nothing_else(tmp_path: Path) -> None:
    script = f"""
import resource
from pathlib import Path
from app.errors import DataFolderError
from tests.builders import a_catalog, publish_article
catalog, version = a_catalog(Path({str(tmp_path)!r}))
for number in range(7):
    publish_article(catalog, version, f"w{{number}}", [f"{{number}} {{n}}" for n in range(20)])
catalog.checkpoint()
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    for number in range(1000):
        publish_article(catalog, version, f"w{{number % 7}}", [f"{{number}} {{n}}" for n in range(20)])
except DataFolderError as refusal:
    print(refusal)
"""

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)

    assert "free some disk space, then run the command again; nothing is lost" in ended.stdout, ended.stderr
    catalog, _ = a_catalog(tmp_path)
    assert len(catalog.articles(None)) == 7
    whole(catalog)
    catalog.close()
