"""The worker on a real catalog: jobs are done or fail with a reason, changes are published, a signal ends it."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.errors import ServiceUnavailable
from app.knowledge.catalog import Job
from ingestion.connectors import connector_for
from ingestion.pipeline import ingest
from ingestion.worker import INGEST, Worker
from tests.ingestion.parts import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.on_publish = made.settle
    yield made
    made.catalog.close()


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "leave.md").write_text("# Leave\n\nYou have 25 days.")
    return folder


@contextmanager
def running_until(worker: Worker, is_done: Callable[[], bool], seconds: float = 20.0) -> Iterator[None]:
    """The worker runs here, in the main thread, until something is so; then SIGTERM ends it."""

    def end() -> None:
        deadline = time.monotonic() + seconds
        while not is_done() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    watching = threading.Thread(target=end)
    watching.start()
    worker.run()
    watching.join()
    yield


def job(desk: Desk, job_id: int) -> Job:
    found = desk.catalog.job(job_id)
    assert found
    return found


def test_a_job_is_done_and_its_report_kept(desk: Desk, kb: Path) -> None:
    id_ = desk.catalog.enqueue(INGEST, {"source": str(kb), "audiences": ["staff"], "prune": False})

    with running_until(Worker(desk.parts(), 0.05), lambda: job(desk, id_).state == "done"):
        report = job(desk, id_).report

    assert report
    assert report["counts"]["ok"] == 1
    assert desk.catalog.articles(None)[0].audiences == {"staff"}
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_bad_job_fails_with_its_reason_and_the_next_one_is_done(desk: Desk, kb: Path) -> None:
    bad = desk.catalog.enqueue(INGEST, {"source": str(kb / "missing"), "prune": True})
    odd = desk.catalog.enqueue("dance", {})
    good = desk.catalog.enqueue(INGEST, {"source": str(kb)})

    with running_until(Worker(desk.parts(), 0.05), lambda: job(desk, good).state == "done"):
        pass

    assert job(desk, bad).state == job(desk, odd).state == "failed"
    assert "no such folder" in (job(desk, bad).reason or "")
    assert "dance" in (job(desk, odd).reason or "")


def test_what_another_process_committed_is_published_within_a_second(desk: Desk, kb: Path) -> None:
    desk.on_publish = lambda: None
    ingest(connector_for(str(kb)), desk.parts())
    published: list[float] = []

    def publish() -> None:
        published.append(time.monotonic())
        desk.settle()

    desk.on_publish = publish
    started = time.monotonic()

    with running_until(Worker(desk.parts()), lambda: bool(published)):
        pass

    assert published[0] - started < 1.0


def test_publishing_goes_on_after_an_index_was_away(desk: Desk, kb: Path) -> None:
    calls: list[int] = []

    def away_at_first() -> None:
        calls.append(1)
        if len(calls) < 3:
            raise ServiceUnavailable("chroma did not answer")
        desk.settle()

    desk.on_publish = lambda: None
    ingest(connector_for(str(kb)), desk.parts())
    desk.on_publish = away_at_first

    with running_until(Worker(desk.parts(), 0.05), lambda: len(calls) == 3):
        pass

    assert len(calls) == 3


def test_a_job_waits_for_an_ingest_that_is_under_way_elsewhere(desk: Desk, kb: Path) -> None:
    id_ = desk.catalog.enqueue(INGEST, {"source": str(kb)})
    lease = desk.catalog.lease("ingest", f"elsewhere:{os.getpid()}")
    lease.__enter__()
    threading.Timer(0.5, lease.__exit__, (None, None, None)).start()

    with running_until(Worker(desk.parts(), 0.05), lambda: job(desk, id_).state == "done"):
        pass

    assert job(desk, id_).attempts == 1


def test_a_signal_in_the_midst_of_a_job_gives_it_back(desk: Desk, kb: Path) -> None:
    for number in range(300):
        (kb / f"{number}.md").write_text("\n\n".join(f"# {number}.{part}\n\ntext" for part in range(20)))
    id_ = desk.catalog.enqueue(INGEST, {"source": str(kb)})

    with running_until(Worker(desk.parts(), 0.05), lambda: bool(desk.catalog.articles(None))):
        committed = len(desk.catalog.articles(None))

    assert 0 < committed < 301
    assert job(desk, id_).state == "queued"
    assert "stopped" in (job(desk, id_).reason or "")
