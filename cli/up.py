"""`footnote up`: Chroma, the worker and the page in one terminal; whatever dies is started again."""

import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import click

from app.bootstrap import Parts
from app.errors import FootnoteError, WrongUse
from cli.opening import parts, port_option
from cli.supervision import STOP_SECONDS, Watched

READY_SECONDS = 120.0


@click.command("up")
@port_option
@click.option("--knowledge", type=click.Path(path_type=Path), help="Folder of articles to read at every start.")
def command(port: int, knowledge: Path | None) -> None:
    """Start everything and say which page to open. Ctrl-C ends it.

    With --knowledge, the folder is read at every start: what is new or changed is taken in, what is gone is removed.
    """
    if knowledge and not knowledge.exists():
        raise WrongUse(f"there is no {knowledge}; name a folder with articles: --knowledge FOLDER")
    refuse_taken(port)
    with parts(lasting=True) as opened, stopped_by_signals():
        opened.start_chroma()
        # The settings are checked here, once: a mismatch is one line, not two processes that start again and again.
        _ = opened.version
        job = enqueue(opened, knowledge) if knowledge else None
        watched: list[Watched] = []
        try:
            watched.append(Watched("page", ["serve", "--port", str(port)]))
            watched.append(Watched("worker", ["worker"]))
            tend(opened, watched, f"http://127.0.0.1:{port}", job)
        finally:
            for process in watched:
                process.stop()
            deadline = time.monotonic() + STOP_SECONDS
            for process in watched:
                process.wait(deadline)


def enqueue(opened: Parts, knowledge: Path) -> int:
    return opened.catalog.enqueue("ingest", {"source": str(knowledge.resolve()), "prune": True})


def tend(opened: Parts, watched: list[Watched], address: str, job: int | None) -> None:
    """Until somebody stops us, or a process cannot be kept alive."""
    said_ready = False
    began = time.monotonic()
    while True:
        for process in watched:
            status = process.tend()
            if status is not None:
                raise FootnoteError(f"the {process.name} does not stay up (exit {status}); what it said stands above")
        if not said_ready and is_ready(address):
            said_ready = True
            click.echo(f"The desk is open: {address}   (Ctrl-C closes it)")
        if not said_ready and time.monotonic() - began > READY_SECONDS:
            raise FootnoteError(f"the page did not become ready within {READY_SECONDS:.0f} s; see {address}/readyz")
        if job is not None and said_ready:
            job = announce(opened, job)
        time.sleep(0.2)


def announce(opened: Parts, job: int) -> int | None:
    """Say how the reading of the folder ended; None once said."""
    state = opened.catalog.job(job)
    if state is None or state.state not in ("done", "failed"):
        return job
    if state.state == "failed" or state.report is None:
        click.echo(f"The folder could not be read: {state.reason}", err=True)
        return None
    for file in state.report["files"]:
        if file["outcome"] not in ("ok", "unchanged"):
            click.echo(f"{file['outcome']}: {file['source']}: {file['reason']}", err=True)
    counts = ", ".join(f"{count} {ending}" for ending, count in state.report["counts"].items() if count)
    click.echo(f"Read the articles: {counts or 'none there'} ({state.report['seconds']:.1f} s)")
    return None


def is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def refuse_taken(port: int) -> None:
    """Before anything is started: the most common mistake deserves the quickest answer."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise WrongUse(f"port {port} cannot be used ({problem.strerror}); choose another with --port") from problem


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """SIGTERM and Ctrl-C leave the block in order; a second one does not wait."""

    def leave(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise SystemExit(0)

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        print(file=sys.stderr)
