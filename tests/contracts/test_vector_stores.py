"""What every vector store must do, on a real catalog and, where it needs one, a real server."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from app import plugins
from app.errors import ServiceUnavailable
from app.knowledge import chroma_server
from app.knowledge.audit import repair
from app.knowledge.catalog import Catalog
from app.knowledge.embedding_models import Vectors
from app.knowledge.lexical_indexes import rank_bm25
from app.knowledge.vector_stores import VectorStore, chroma, exact
from app.settings import Settings
from tests.builders import HashingModel, a_catalog, publish_article

STORES = "app.knowledge.vector_stores"
ROOT = Path(__file__).parents[2]


class Desk:
    """A data folder with its catalog and one kind of vector store, told of each change as publishing does."""

    def __init__(self, data: Path, adapter: str, opened: ExitStack) -> None:
        self.data = data
        self.adapter = adapter
        self.settings = Settings(data=data)
        self.catalog, self.version = a_catalog(data)
        opened.callback(self.catalog.close)
        if adapter == "chroma":
            self.server = opened.enter_context(chroma_server.start(data))
        self._opened = opened
        self.store = self.open()

    def open(self) -> VectorStore:
        store: VectorStore = plugins.build(STORES, self.adapter, self.settings, self.version, self.catalog)
        self._opened.callback(store.close)
        return store

    def publish(self, id: str, *texts: str) -> list[str]:
        before = self.catalog.chunk_ids(self.version)
        publish_article(self.catalog, self.version, id, texts)
        after = self.catalog.chunk_ids(self.version)
        new = sorted(after - before)
        self.store.put(new, self.catalog.vectors(self.version, new))
        self.store.remove(sorted(before - after))
        return new

    def withdraw(self, id: str) -> None:
        before = self.catalog.chunk_ids(self.version)
        self.catalog.remove_article(id)
        self.store.remove(sorted(before - self.catalog.chunk_ids(self.version)))

    def find(self, query: str, limit: int = 5) -> list[str]:
        return [id_ for id_, _ in self.store.nearest(vector(query), limit)]


def vector(text: str) -> Vectors:
    return HashingModel().embed_query(text)


@pytest.fixture(params=plugins.names(STORES))
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as opened:
        yield Desk(tmp_path, request.param, opened)


@pytest.fixture
def chroma_desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as opened:
        yield Desk(tmp_path, "chroma", opened)


def test_the_nearest_chunk_comes_first_with_its_cosine(desk: Desk) -> None:
    refunds, moon = desk.publish("a", "refunds take five days", "the moon is far")

    found = desk.store.nearest(vector("refunds take days"), limit=5)

    assert [id_ for id_, _ in found] == [refunds, moon]
    expected = float(vector("refunds take five days") @ vector("refunds take days"))
    assert found[0][1] == pytest.approx(expected, abs=1e-5)


def test_no_more_than_the_limit_are_found(desk: Desk) -> None:
    desk.publish("a", "one", "two", "three")

    assert len(desk.find("one", limit=2)) == 2
    assert len(desk.find("one", limit=100)) == 3


def test_an_empty_store_finds_nothing(desk: Desk) -> None:
    assert desk.find("anything") == []
    assert desk.store.ids() == set()
    desk.store.remove(["never.1.0"])
    desk.store.clear()


def test_a_removed_chunk_is_never_found_again(desk: Desk) -> None:
    gone = desk.publish("a", "refunds take five days")
    kept = desk.publish("b", "refunds take a week")

    desk.withdraw("a")

    assert desk.find("refunds take five days") == kept
    assert desk.store.ids().isdisjoint(gone)


def test_a_new_revision_takes_the_place_of_the_old_one(desk: Desk) -> None:
    desk.publish("a", "refunds take five days", "the moon is far")

    new = desk.publish("a", "refunds take seven days")

    assert desk.find("refunds take five days") == new
    assert desk.store.ids() == set(new)


def test_putting_a_chunk_twice_changes_nothing(desk: Desk) -> None:
    ids = desk.publish("a", "one", "two")
    before = desk.store.nearest(vector("one"), limit=5)

    desk.store.put(ids, desk.catalog.vectors(desk.version, ids))

    assert desk.store.nearest(vector("one"), limit=5) == before
    assert desk.store.ids() == set(ids)


@pytest.mark.slow
def test_more_chunks_than_a_request_may_carry_are_all_there_and_each_is_found_by_its_own_vector(desk: Desk) -> None:
    ids = desk.publish("a", *(f"word{n} text{n % 50}" for n in range(6_000)))

    assert desk.store.ids() == set(ids)
    for n in range(0, 6_000, 40):
        assert f"a.1.{n}" in desk.find(f"word{n} text{n % 50}", limit=3)

    desk.withdraw("a")
    assert desk.store.ids() == set()


def test_a_store_that_is_opened_again_finds_the_same(desk: Desk) -> None:
    desk.publish("a", "refunds take five days", "the moon is far")
    before = desk.store.nearest(vector("refunds"), limit=5)

    desk.store.close()
    desk.store = desk.open()

    assert desk.store.nearest(vector("refunds"), limit=5) == before


def test_a_cleared_store_can_be_filled_again(desk: Desk) -> None:
    ids = desk.publish("a", "refunds take five days", "the moon is far")
    before = desk.store.nearest(vector("refunds"), limit=5)

    desk.store.clear()
    desk.store.put(ids, desk.catalog.vectors(desk.version, ids))

    assert desk.store.nearest(vector("refunds"), limit=5) == before


@pytest.mark.slow
def test_what_another_process_writes_is_found(desk: Desk) -> None:
    desk.publish("a", "refunds take five days")
    assert desk.find("moon") == ["a.1.0"]

    _in_another_process(desk, "desk.publish('b', 'the moon is far')")

    assert desk.find("moon") == ["b.1.0", "a.1.0"]


@pytest.mark.slow
def test_what_another_process_clears_and_fills_again_is_found(desk: Desk) -> None:
    desk.publish("a", "refunds take five days")
    assert desk.find("refunds") == ["a.1.0"]

    _in_another_process(desk, "desk.store.clear(); desk.publish('a', 'refunds take a week')")

    assert desk.find("refunds") == ["a.2.0"]


def test_many_may_search_while_one_writes(desk: Desk) -> None:
    desk.publish("first", *(f"word{n}" for n in range(100)))

    def search(n: int) -> list[str]:
        return desk.find(f"word{n}", limit=3)

    with ThreadPoolExecutor(8) as threads:
        searches = [threads.submit(search, n % 100) for n in range(300)]
        for n in range(10):
            desk.publish(f"more{n}", f"new{n} text")
        found = [search.result() for search in searches]

    assert all(ids and ids[0] == f"first.1.{n % 100}" for n, ids in enumerate(found))


def test_the_exact_scan_finds_only_within_what_is_allowed(tmp_path: Path) -> None:
    catalog, version = a_catalog(tmp_path)
    publish_article(catalog, version, "a", [f"refunds {n}" for n in range(20)])
    store = exact.build(Settings(data=tmp_path), version, catalog)

    found = store.nearest(vector("refunds 3"), limit=5, within={"a.1.3", "a.1.7", "gone.1.0"})

    assert {id_ for id_, _ in found} == {"a.1.3", "a.1.7"}
    assert store.nearest(vector("refunds 3"), limit=5, within=set()) == []
    catalog.close()


def test_chroma_finds_what_the_exact_scan_finds(chroma_desk: Desk) -> None:
    chroma_desk.publish("a", *(f"word{n} about{n % 20} topic{n % 7}" for n in range(1_000)))
    oracle = exact.build(chroma_desk.settings, chroma_desk.version, chroma_desk.catalog)

    shares = []
    for n in range(50):
        query = vector(f"about{n % 20} topic{n % 7} word{n}")
        found = dict(chroma_desk.store.nearest(query, limit=20))
        expected = dict(oracle.nearest(query, limit=20))
        shares.append(len(found.keys() & expected.keys()) / 20)
        for id_ in found.keys() & expected.keys():
            assert found[id_] == pytest.approx(expected[id_], abs=1e-5)

    assert np.mean(shares) >= 0.99


# When the server is away


def test_a_chroma_that_is_not_running_is_unavailable_and_says_what_to_do(tmp_path: Path) -> None:
    store, catalog = _chroma_without_server(tmp_path)

    for call in _calls(store):
        with pytest.raises(ServiceUnavailable, match="not running; `footnote up` starts it"):
            call()
    catalog.close()


def test_a_chroma_of_others_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    store, catalog = _chroma_without_server(tmp_path, chroma_url="http://127.0.0.1:9")

    for call in _calls(store):
        with pytest.raises(ServiceUnavailable, match="Chroma failed"):
            call()
    catalog.close()


def test_a_chroma_of_others_is_used_by_its_address_and_keeps_desks_apart(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    with chroma_server.start(theirs) as server, ExitStack() as opened:
        stores = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            catalog, version = a_catalog(tmp_path / name)
            opened.callback(catalog.close)
            settings = Settings(data=tmp_path / name, chroma_url=server.address)
            stores.append(chroma.build(settings, version, catalog))
        stores[0].put(["a.1.0"], vector("moon")[None])

        assert stores[0].ids() == {"a.1.0"}
        assert stores[1].ids() == set()
        assert not (tmp_path / "one" / "chroma").exists()


def test_a_killed_chroma_is_unavailable_and_is_not_trusted_until_it_is_repaired(chroma_desk: Desk) -> None:
    chroma_desk.publish("a", "refunds take five days", "the moon is far")

    _kill_server(chroma_desk.data)

    with pytest.raises(ServiceUnavailable):
        chroma_desk.find("refunds")
    with chroma_server.start(chroma_desk.data) as again:
        assert not again.clean
        with pytest.raises(ServiceUnavailable, match="run `footnote repair`"):
            chroma_desk.find("refunds")
        with pytest.raises(ServiceUnavailable, match="run `footnote repair`"):
            chroma_desk.store.ids()

        _repair(chroma_desk)

        assert chroma_desk.find("refunds")[0] == "a.1.0"
        assert chroma_desk.store.ids() == {"a.1.0", "a.1.1"}


def test_a_store_finds_its_server_again_at_another_address(tmp_path: Path) -> None:
    with ExitStack() as opened:
        desk = Desk(tmp_path, "chroma", opened)
        desk.publish("a", "refunds take five days")
        address = desk.server.address
        desk.server.stop()
        taken = opened.enter_context(socket.socket())
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(address.rpartition(":")[2])))
        taken.listen()

        with chroma_server.start(tmp_path) as again:
            assert again.clean
            assert again.address != address
            assert desk.find("refunds") == ["a.1.0"]


@pytest.mark.slow
def test_a_chroma_that_hangs_is_given_up_in_time_for_the_exact_scan(chroma_desk: Desk) -> None:
    chroma_desk.publish("a", "refunds take five days")
    chroma_desk.find("refunds")
    pid = _server_pid(chroma_desk.data)
    os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(ServiceUnavailable):
            chroma_desk.find("refunds")
        assert time.monotonic() - started < 5
    finally:
        os.kill(pid, signal.SIGCONT)


# Disk


@pytest.mark.slow
def test_chroma_stays_small_through_ten_full_churns_and_gives_the_disk_back(tmp_path: Path) -> None:
    """Chroma alone never reuses the place of a removed vector: without us it would grow tenfold."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((1_000, 384)).astype(np.float32)
    alive: list[str] = []

    def everything() -> Iterator[tuple[list[str], Vectors]]:
        yield alive, vectors

    with chroma_server.start(tmp_path):
        store = chroma.ChromaVectorStore(chroma.OwnServer(tmp_path), "churned", 384, everything)
        for revision in range(11):
            before, alive = alive, [f"a.{revision}.{n}" for n in range(1_000)]
            store.put(alive, vectors)
            store.remove(before)

        assert store.ids() == set(alive)
        assert all(store.nearest(vectors[n], limit=3)[0][0] == alive[n] for n in range(0, 1_000, 100))
        assert _size(tmp_path / "chroma") < 4 * vectors.nbytes + 4 * 2**20

        store.clear()
        assert [path.name for path in (tmp_path / "chroma").iterdir()] == ["chroma.sqlite3"]


def test_a_server_that_outgrows_its_file_limit_dies_and_is_noticed(chroma_desk: Desk) -> None:
    chroma_desk.publish("a", "refunds take five days")
    rng = np.random.default_rng(0)
    resource.prlimit(_server_pid(chroma_desk.data), resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))

    with pytest.raises(ServiceUnavailable):
        for n in range(50):
            chroma_desk.store.put([f"b{n}.1.{i}" for i in range(1_000)], rng.standard_normal((1_000, 32)).astype("f4"))

    assert not chroma_server.is_trusted(chroma_desk.data)
    assert max(path.stat().st_size for path in (chroma_desk.data / "chroma").rglob("*")) <= 300_000


@pytest.mark.slow
def test_whatever_was_acknowledged_before_a_kill_is_there_after_the_repair(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    with ExitStack() as opened:
        catalog, version = a_catalog(tmp_path)
        opened.callback(catalog.close)
        publish_article(catalog, version, "a", [f"word{n}" for n in range(3_000)])
        ids = sorted(catalog.chunk_ids(version))
        vectors = catalog.vectors(version, ids)
        for _ in range(4):
            server = chroma_server.start(tmp_path)
            store = chroma.build(Settings(data=tmp_path), version, catalog)
            with ThreadPoolExecutor(1) as killer:
                killer.submit(_kill_server, tmp_path, float(rng.uniform(0.05, 0.8)))
                with pytest.raises(ServiceUnavailable):
                    while True:
                        for start in range(0, len(ids), 250):
                            store.put(ids[start : start + 250], vectors[start : start + 250])
            server.stop()
            assert not chroma_server.is_trusted(tmp_path)

            with chroma_server.start(tmp_path):
                run = chroma_server.run_of(tmp_path)
                repair(catalog, version, store, rank_bm25.build(Settings(data=tmp_path), version, catalog))
                chroma_server.trust(tmp_path, run)

                assert store.ids() == set(ids)
                for n in range(0, len(ids), 100):
                    assert ids[n] in [id_ for id_, _ in store.nearest(vectors[n], limit=3)]


def _in_another_process(desk: Desk, code: str) -> None:
    program = (
        "from tests.contracts.test_vector_stores import Desk, ExitStack, Path\n"
        f"with ExitStack() as opened:\n    desk = Desk(Path({str(desk.data)!r}), {desk.adapter!r}, opened)\n    {code}"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=ROOT)


def _server_pid(data: Path) -> int:
    return int(json.loads((data / "locks" / "chroma.json").read_text())["pid"])


def _kill_server(data: Path, after: float = 0.0) -> None:
    time.sleep(after)
    process = psutil.Process(_server_pid(data))
    process.kill()
    with suppress(psutil.NoSuchProcess):
        process.wait(10)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _repair(desk: Desk) -> None:
    run = chroma_server.run_of(desk.data)
    repair(desk.catalog, desk.version, desk.store, rank_bm25.build(desk.settings, desk.version, desk.catalog))
    chroma_server.trust(desk.data, run)


def _calls(store: VectorStore) -> list[Callable[[], object]]:
    return [
        lambda: store.put(["a.1.0"], vector("moon")[None]),
        lambda: store.remove(["a.1.0"]),
        lambda: store.nearest(vector("moon"), limit=3),
        store.ids,
        store.clear,
    ]


def _chroma_without_server(data: Path, chroma_url: str = "") -> tuple[VectorStore, Catalog]:
    catalog, version = a_catalog(data)
    return chroma.build(Settings(data=data, chroma_url=chroma_url), version, catalog), catalog
