"""One process at a time; a dead one is not waited for; who waits is told for whom."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.errors import LeaseHeld
from app.knowledge.catalog import Catalog, holder_here

ELSEWHERE = "other-host:1"


def test_a_lease_is_held_by_one_and_free_again_afterwards(catalog: Catalog) -> None:
    with catalog.lease("publish", ELSEWHERE) as lease:
        assert lease.still_held
        with pytest.raises(LeaseHeld), catalog.lease("publish", holder_here()):
            pass

    assert not lease.still_held
    with catalog.lease("publish", holder_here()):
        pass


def test_two_leases_of_one_process_exclude_each_other_too(catalog: Catalog) -> None:
    with catalog.lease("publish", holder_here()), pytest.raises(LeaseHeld), catalog.lease("publish", holder_here()):
        pass


def test_leases_of_other_names_are_nobodys_business(catalog: Catalog) -> None:
    with catalog.lease("publish", ELSEWHERE), catalog.lease("ingest handbook", holder_here()):
        pass


def test_a_refusal_says_who_has_it_since_when_and_what_to_do(catalog: Catalog) -> None:
    today = time.strftime("%Y-%m-%d")

    with catalog.lease("publish", ELSEWHERE), pytest.raises(LeaseHeld) as refusal:
        catalog.lease("publish", holder_here()).__enter__()

    said = str(refusal.value)
    assert f"'publish' is being done by process 1 on other-host since {today}" in said
    assert "wait for it to finish, or end that process" in said


def test_a_lease_is_renewed_while_it_is_held(catalog: Catalog) -> None:
    with catalog.lease("publish", ELSEWHERE, seconds=0.6) as lease:
        time.sleep(1.3)

        assert lease.still_held
        with pytest.raises(LeaseHeld), catalog.lease("publish", holder_here()):
            pass


def test_a_lease_that_nobody_renews_runs_out(catalog: Catalog, tmp_path: Path) -> None:
    forgotten = catalog.lease("publish", ELSEWHERE, seconds=0.5)
    forgotten._take()  # as a process on another host that stopped right after

    with catalog.lease("publish", holder_here(), patience=5):
        assert time.time() > forgotten._valid_until


def test_a_process_of_this_host_that_died_is_not_waited_for(catalog: Catalog) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    catalog.lease("publish", f"{socket.gethostname()}:{dead.pid}", seconds=600)._take()

    with catalog.lease("publish", holder_here()) as lease:
        assert lease.still_held


def test_whoever_is_patient_gets_it_when_it_is_free(catalog: Catalog) -> None:
    held = threading.Event()

    def hold_for_a_while() -> None:
        with catalog.lease("publish", ELSEWHERE):
            held.set()
            time.sleep(0.3)

    other = threading.Thread(target=hold_for_a_while)
    other.start()
    held.wait(10)

    with catalog.lease("publish", holder_here(), patience=10) as lease:
        assert lease.still_held
    other.join()


def test_who_was_suspended_for_too_long_learns_that_it_lost_its_lease(catalog: Catalog) -> None:
    suspended = catalog.lease("publish", ELSEWHERE, seconds=0.2)
    suspended._take()
    time.sleep(0.3)

    with catalog.lease("publish", holder_here()):
        assert not suspended.still_held
        suspended._done.set()


def test_this_process_is_named_by_host_and_pid() -> None:
    assert holder_here() == f"{socket.gethostname()}:{os.getpid()}"
