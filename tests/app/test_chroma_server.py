"""The Chroma server of a data folder: started, shared, watched, stopped, and never trusted after a fall."""

import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from app.errors import DataFolderError, ServiceUnavailable
from app.knowledge import chroma_server

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_a_server_answers_on_loopback_only_and_asks_nobody_else(tmp_path: Path) -> None:
    with chroma_server.start(tmp_path) as server:
        connections = _process(tmp_path).net_connections()

        assert chroma_server.running(tmp_path) == server.address
        assert {connection.laddr.ip for connection in connections} == {"127.0.0.1"}
        assert {connection.raddr.ip for connection in connections if connection.raddr} <= {"127.0.0.1"}


def test_a_stopped_server_is_gone_and_the_next_start_is_clean(tmp_path: Path) -> None:
    with chroma_server.start(tmp_path) as server:
        assert server.clean
        process = _process(tmp_path)

    assert not process.is_running()
    assert chroma_server.running(tmp_path) is None
    with chroma_server.start(tmp_path) as again:
        assert again.clean
        again.stop()
        again.stop()


def test_a_second_caller_shares_the_server_and_leaves_it_running(tmp_path: Path) -> None:
    with chroma_server.start(tmp_path) as first:
        with chroma_server.start(tmp_path) as second:
            assert (first.ours, second.ours) == (True, False)
            assert second.address == first.address

        assert chroma_server.running(tmp_path) == first.address


def test_those_who_start_at_once_get_one_server(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as threads:
        servers = list(threads.map(lambda _: chroma_server.start(tmp_path), range(6)))

    assert len({server.address for server in servers}) == 1
    assert sum(server.ours for server in servers) == 1
    for server in servers:
        server.stop()


def test_the_same_port_is_taken_again_or_another_one_when_it_is_in_use(tmp_path: Path) -> None:
    with chroma_server.start(tmp_path) as server:
        address = server.address
    with chroma_server.start(tmp_path) as server:
        assert server.address == address

    with socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))), chroma_server.start(tmp_path) as server:
        assert server.address != address
        assert chroma_server.running(tmp_path)


def test_a_killed_server_leaves_nothing_to_trust(tmp_path: Path) -> None:
    with chroma_server.start(tmp_path):
        _kill(_process(tmp_path))
        assert chroma_server.running(tmp_path) is None
        assert not chroma_server.is_trusted(tmp_path)

    with chroma_server.start(tmp_path) as again:
        assert not again.clean
        chroma_server.trust(tmp_path, chroma_server.run_of(tmp_path))
        assert again.clean
    with chroma_server.start(tmp_path) as later:
        assert later.clean


def test_a_server_that_was_started_anew_since_it_was_repaired_is_not_trusted(tmp_path: Path) -> None:
    with chroma_server.start(tmp_path):
        _kill(_process(tmp_path))
    with chroma_server.start(tmp_path):
        repaired = chroma_server.run_of(tmp_path)
        _kill(_process(tmp_path))

    with chroma_server.start(tmp_path) as again:
        with pytest.raises(ServiceUnavailable, match="started anew while it was repaired"):
            chroma_server.trust(tmp_path, repaired)

        assert not again.clean


def test_distrust_outlives_a_clean_stop(tmp_path: Path) -> None:
    with chroma_server.start(tmp_path):
        _kill(_process(tmp_path))
    with chroma_server.start(tmp_path):
        """Nobody repairs it."""

    with chroma_server.start(tmp_path) as later:
        assert not later.clean


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove", "add"])
def test_files_that_changed_while_nobody_looked_are_noticed(tmp_path: Path, damage: str) -> None:
    with chroma_server.start(tmp_path):
        """It makes its files."""
    file = tmp_path / "chroma" / "chroma.sqlite3"
    content = bytearray(file.read_bytes())
    if damage == "truncate":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "flip":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif damage == "remove":
        file.unlink()
    else:
        (tmp_path / "chroma" / "stranger").write_text("who is this?")

    with chroma_server.start(tmp_path) as server:
        assert not server.clean
        assert chroma_server.running(tmp_path)


def test_a_lost_or_broken_lock_file_means_that_nothing_is_known(tmp_path: Path) -> None:
    with chroma_server.start(tmp_path):
        """It makes its files."""
    (tmp_path / "locks" / "chroma.json").write_text("{")

    assert chroma_server.running(tmp_path) is None
    with chroma_server.start(tmp_path) as server:
        assert not server.clean


def test_a_recycled_process_id_is_not_mistaken_for_the_server(tmp_path: Path) -> None:
    with chroma_server.start(tmp_path):
        """It writes the lock file."""
    path = tmp_path / "locks" / "chroma.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "pid": os.getpid()}))

    assert chroma_server.running(tmp_path) is None
    with chroma_server.start(tmp_path) as server:
        assert server.ours


def test_a_server_whose_parent_is_gone_is_replaced(tmp_path: Path) -> None:
    """As it would be found where the system does not end it with its parent."""
    with chroma_server.start(tmp_path):
        orphan = _process(tmp_path)
        path = tmp_path / "locks" / "chroma.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "parent_born": 0.0}))

        with chroma_server.start(tmp_path) as server:
            assert server.ours
            assert server.clean
            assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_server_ends_in_peace_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from app.knowledge import chroma_server\n"
        "chroma_server.start(Path(sys.argv[1])); print('ready', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, cwd=ROOT)
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        server = _process(tmp_path)

        parent.kill()

        server.wait(10)
    assert chroma_server.is_trusted(tmp_path)
    with chroma_server.start(tmp_path) as again:
        assert again.clean


def test_a_watched_server_that_dies_is_started_again_and_its_owner_is_told(tmp_path: Path) -> None:
    told = threading.Event()
    with chroma_server.start(tmp_path, after_restart=told.set) as server:
        first = _process(tmp_path)

        _kill(first)

        assert told.wait(20)
        assert chroma_server.running(tmp_path) == server.address
        assert _process(tmp_path).pid != first.pid
        assert not server.clean
    assert chroma_server.running(tmp_path) is None


def test_a_watched_server_of_another_process_is_taken_over_when_that_one_stops(tmp_path: Path) -> None:
    told = threading.Event()
    with chroma_server.start(tmp_path) as theirs:
        with chroma_server.start(tmp_path, after_restart=told.set) as ours:
            assert not ours.ours

            theirs.stop()

            assert _eventually(lambda: ours.ours and chroma_server.running(tmp_path) is not None)
            assert ours.clean
            assert not told.is_set()
        assert chroma_server.running(tmp_path) is None


def test_no_file_may_outgrow_what_the_catalog_explains_and_the_limit_grows_with_it(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.sqlite"
    catalog.write_bytes(b"0" * 1_000_000)
    with chroma_server.start(tmp_path):
        process = _process(tmp_path)
        before = process.rlimit(resource.RLIMIT_FSIZE)[0]

        catalog.write_bytes(b"0" * 2_000_000)

        assert before == chroma_server.FILE_BYTES_FLOOR + 4_000_000
        assert _eventually(lambda: process.rlimit(resource.RLIMIT_FSIZE)[0] == before + 4_000_000)


def test_a_data_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(DataFolderError, match="cannot write to"):
        chroma_server.start(tmp_path / "file" / "data")


def _process(data: Path) -> psutil.Process:
    return psutil.Process(json.loads((data / "locks" / "chroma.json").read_text())["pid"])


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()
        process.wait(10)


def _eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()
