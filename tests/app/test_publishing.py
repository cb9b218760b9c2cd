"""Both indexes are told every change, whole, in order, once it counts; a kill or a failure only delays it."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.errors import LeaseHeld, ServiceUnavailable
from app.knowledge import publishing
from app.knowledge.audit import audit
from app.knowledge.catalog import VECTORS, WORDS, Catalog, holder_here
from app.knowledge.lexical_indexes.tantivy import TantivyLexicalIndex
from app.knowledge.publishing import LEASE, publish
from app.knowledge.vector_stores.exact import ExactVectorStore
from app.knowledge.versions import IndexVersion
from tests.builders import Opened, a_catalog, publish_article
from tests.fakes import MemoryLexicalIndex, MemoryVectorStore

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

PUBLISHER = """
import sys
from pathlib import Path
from app.knowledge.lexical_indexes.tantivy import TantivyLexicalIndex
from app.knowledge.publishing import publish
from tests.builders import a_catalog, publish_article

folder = Path(sys.argv[1])
catalog, version = a_catalog(folder)
words = TantivyLexicalIndex(folder / "words")
print("ready", flush=True)
for number in range(100_000):
    publish_article(catalog, version, f"a{number % 7}", [f"{number} {n}" for n in range(20)])
    publish(catalog, version, None, words)
"""


def waiting(catalog: Catalog, version: IndexVersion) -> dict[str, int]:
    return {target: len(catalog.pending(version, target)) for target in (VECTORS, WORDS)}


def test_publishing_brings_both_indexes_in_step_and_leaves_nothing_to_tell(opened: Opened) -> None:
    catalog, version = opened
    store, lexical = MemoryVectorStore(), MemoryLexicalIndex()
    publish_article(catalog, version, "a", ["one", "two", "three"])
    publish_article(catalog, version, "b", ["one"])
    publish_article(catalog, version, "a", ["four"])
    catalog.remove_article("b")

    told = publish(catalog, version, store, lexical)

    assert told == 2 * (3 + 1 + 3 + 1 + 1)
    assert store.ids() == lexical.ids() == {"a.2.0"}
    assert waiting(catalog, version) == {VECTORS: 0, WORDS: 0}
    assert publish(catalog, version, store, lexical) == 0


def test_a_long_outbox_is_told_in_portions(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog, version = opened
    monkeypatch.setattr(publishing, "AT_ONCE", 7)
    store, lexical = MemoryVectorStore(), MemoryLexicalIndex()
    portions: list[int] = []
    store.before_put = lambda ids: portions.append(len(ids))
    publish_article(catalog, version, "a", [f"text {n}" for n in range(20)])

    publish(catalog, version, store, lexical)

    assert portions == [7, 7, 6]
    assert store.ids() == lexical.ids() == catalog.chunk_ids(version)


def test_a_chunk_that_is_gone_is_never_put(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog, version = opened
    monkeypatch.setattr(publishing, "AT_ONCE", 1)
    store, put = MemoryVectorStore(), list[str]()
    store.before_put = put.extend
    publish_article(catalog, version, "a", ["one"])
    publish_article(catalog, version, "a", ["two"])

    publish(catalog, version, store, MemoryLexicalIndex())

    assert put == ["a.2.0"]


def test_a_store_that_is_away_keeps_its_rows_while_the_words_are_told(opened: Opened) -> None:
    catalog, version = opened
    store, lexical = MemoryVectorStore(is_away=True), MemoryLexicalIndex()
    publish_article(catalog, version, "a", ["one", "two"])

    with pytest.raises(ServiceUnavailable, match="the vector store is away"):
        publish(catalog, version, store, lexical)

    assert waiting(catalog, version) == {VECTORS: 2, WORDS: 0}
    store.is_away = False
    assert publish(catalog, version, store, lexical) == 2
    assert store.ids() == lexical.ids()


def test_words_that_are_away_do_not_hold_up_the_vectors(opened: Opened) -> None:
    catalog, version = opened
    store, lexical = MemoryVectorStore(), MemoryLexicalIndex(is_away=True)
    publish_article(catalog, version, "a", ["one", "two"])

    with pytest.raises(ServiceUnavailable, match="the index of words is away"):
        publish(catalog, version, store, lexical)

    assert waiting(catalog, version) == {VECTORS: 0, WORDS: 2}


def test_without_a_store_its_rows_wait_for_one(opened: Opened) -> None:
    catalog, version = opened
    lexical = MemoryLexicalIndex()
    publish_article(catalog, version, "a", ["one"])

    assert publish(catalog, version, None, lexical) == 1

    assert waiting(catalog, version) == {VECTORS: 1, WORDS: 0}


def test_an_article_that_changes_while_it_is_published_ends_as_it_is_now(opened: Opened) -> None:
    catalog, version = opened
    store, lexical = MemoryVectorStore(), MemoryLexicalIndex()
    publish_article(catalog, version, "a", ["one", "two"])

    def change_once(ids: object) -> None:
        store.before_put = lambda ids: None
        publish_article(catalog, version, "a", ["three"])

    store.before_put = change_once
    publish(catalog, version, store, lexical)
    publish(catalog, version, store, lexical)

    assert store.ids() == lexical.ids() == {"a.2.0"}


def test_telling_again_what_was_told_but_not_settled_changes_nothing(opened: Opened) -> None:
    catalog, version = opened
    store, lexical = MemoryVectorStore(), MemoryLexicalIndex()
    publish_article(catalog, version, "a", ["one", "two"])
    publish_article(catalog, version, "a", ["three"])
    rows = catalog.pending(version, VECTORS)
    store.put([row.chunk_id for row in rows if row.operation == "put"], catalog.vectors(version, ["a.1.0"] * 3))

    publish(catalog, version, store, lexical)  # as the next process does after a kill before `settle`

    assert store.ids() == lexical.ids() == {"a.2.0"}
    assert store.vectors["a.2.0"].any()


def test_publishing_waits_for_whoever_is_at_it(opened: Opened) -> None:
    catalog, version = opened
    store, lexical = MemoryVectorStore(), MemoryLexicalIndex()
    publish_article(catalog, version, "a", ["one"])
    held = threading.Event()

    def hold() -> None:
        with catalog.lease(LEASE, holder_here()):
            held.set()
            time.sleep(0.3)
            assert store.ids() == set()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(10)

    assert publish(catalog, version, store, lexical, patience=10) == 2
    other.join()


def test_who_loses_patience_learns_who_is_publishing(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version, "a", ["one"])

    with (
        catalog.lease(LEASE, "other-host:77"),
        pytest.raises(LeaseHeld, match="'publish' is being done by process 77 on other-host"),
    ):
        publish(catalog, version, MemoryVectorStore(), MemoryLexicalIndex(), patience=0)

    assert waiting(catalog, version) == {VECTORS: 1, WORDS: 1}


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.4])
def test_a_publisher_that_is_killed_is_finished_by_the_next(tmp_path: Path, seconds: float) -> None:
    publisher = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert publisher.stdout is not None
    publisher.stdout.readline()
    time.sleep(seconds)
    os.kill(publisher.pid, signal.SIGKILL)
    publisher.communicate(timeout=60)

    catalog, version = a_catalog(tmp_path)
    store, words = ExactVectorStore(catalog, version), TantivyLexicalIndex(tmp_path / "words")
    publish(catalog, version, store, words, patience=0)

    assert audit(catalog, version, store, words).in_step
    catalog.close()
