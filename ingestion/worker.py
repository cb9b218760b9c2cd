"""Works off ingest jobs and publishes what is committed, until told to stop. One bad job never stops the others."""

import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from app.errors import FootnoteError, LeaseHeld
from app.knowledge.catalog import Job, holder_here
from ingestion.connectors import connector_for
from ingestion.pipeline import IngestParts, ingest, is_behind
from ingestion.report import FileOutcome, IngestReport

logger = logging.getLogger(__name__)

INGEST = "ingest"  # the kind of job; its payload: {"source": str, "audiences": [str], "prune": bool}

_CLAIM_SECONDS = 60.0
_LONGEST_PAUSE = 30.0  # seconds between two attempts at something that keeps failing


class _Stopping(Exception):
    """The worker was told to stop in the midst of a job."""


class Worker:
    """`run` in the main thread; SIGTERM and Ctrl-C end it after the batch at hand. What is committed stays.

    Args:
        look_seconds: how often it looks for jobs and for changes to publish.
    """

    def __init__(self, parts: IngestParts, look_seconds: float = 0.5) -> None:
        self._parts = parts
        self._look_seconds = look_seconds
        self._stopped = threading.Event()

    def run(self) -> None:
        previous = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        publishing = threading.Thread(target=self._again_and_again, args=(self._publish,), name="publishing")
        publishing.start()
        try:
            self._again_and_again(self._work)
        finally:
            self.stop()
            publishing.join()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """From any thread."""
        self._stopped.set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop()

    def _again_and_again(self, step: Callable[[], None]) -> None:
        """Whatever goes wrong is logged and tried again, after longer and longer pauses."""
        pause = self._look_seconds
        while not self._stopped.wait(pause):
            try:
                step()
                pause = self._look_seconds
            except Exception as problem:
                pause = min(2 * pause, _LONGEST_PAUSE)
                surprising = not isinstance(problem, FootnoteError)
                logger.error("%s; trying again in %.0f s", problem, pause, exc_info=surprising)

    def _publish(self) -> None:
        if is_behind(self._parts.catalog):
            with suppress(LeaseHeld):  # another process is publishing, these changes too
                self._parts.publish()

    def _work(self) -> None:
        """Every job that waits, one after the other."""
        catalog, holder = self._parts.catalog, holder_here()
        while not self._stopped.is_set() and (job := catalog.claim(holder, _CLAIM_SECONDS)):
            done = threading.Event()
            renewing = threading.Thread(target=self._keep, args=(job, holder, done), name=f"job {job.id}")
            renewing.start()
            try:
                catalog.finish(job.id, self._report_of(job).as_json())
            except _Stopping:
                catalog.fail(job.id, "the worker was stopped in the midst of it")
            except FootnoteError as problem:
                catalog.fail(job.id, str(problem))
            except Exception as problem:
                logger.exception("job %s failed", job.id)
                catalog.fail(job.id, f"{type(problem).__name__}: {problem}")
            finally:
                done.set()
                renewing.join()

    def _keep(self, job: Job, holder: str, done: threading.Event) -> None:
        while not done.wait(_CLAIM_SECONDS / 3):
            try:
                self._parts.catalog.renew(job.id, holder, _CLAIM_SECONDS)
            except FootnoteError as problem:
                logger.warning("job %s could not be kept: %s", job.id, problem)

    def _report_of(self, job: Job) -> IngestReport:
        if job.kind != INGEST or not isinstance(job.payload.get("source"), str):
            raise FootnoteError(f"a job of kind {job.kind!r} is unknown, or names no source")
        connector = connector_for(job.payload["source"])
        audiences, prune = job.payload.get("audiences", ()), bool(job.payload.get("prune", False))
        while True:
            try:
                return ingest(connector, self._parts, audiences, prune, self._unless_stopped)
            except LeaseHeld:
                if self._stopped.wait(self._look_seconds):
                    raise _Stopping from None

    def _unless_stopped(self, outcome: FileOutcome) -> None:
        if self._stopped.is_set():
            raise _Stopping
