"""`footnote up`: one command opens the desk, keeps it open, and leaves nothing behind."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cli.command import Command, write_articles

pytestmark = pytest.mark.slow

PATIENCE = 90.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def up(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command, and the address of its page; whatever is left of it is killed in the end."""
    footnote, port = Command(tmp_path / "data"), free_port()
    knowledge = write_articles(tmp_path / "knowledge")
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "up", "--port", str(port), "--knowledge", str(knowledge)],
        env=footnote.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    family: list[psutil.Process] = []
    try:
        eventually(lambda: get(f"http://127.0.0.1:{port}/readyz")["status"] == "ready")
        family = psutil.Process(process.pid).children(recursive=True)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        for one in [*family, psutil.Process(process.pid)] if process.poll() is None else family:
            if one.is_running():
                one.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


def get(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=5) as response:
        return json.load(response)


def ask(address: str, question: str) -> Any:
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{address}/api/v1/answers", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if holds():
                return
        except (OSError, urllib.error.URLError, ValueError):
            pass  # not up yet: asked again until the deadline
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def child(process: "subprocess.Popen[str]", word: str) -> psutil.Process | None:
    """The living child whose command line has this word."""
    for one in psutil.Process(process.pid).children(recursive=True):
        try:
            if word in " ".join(one.cmdline()):
                return one
        except psutil.Error:  # it ended while we looked
            continue
    return None


def is_replaced(process: "subprocess.Popen[str]", word: str, killed: psutil.Process) -> bool:
    now = child(process, word)
    return now is not None and now.pid != killed.pid


def answers_about_refunds(address: str) -> bool:
    return "five working days" in ask(address, "How long does a refund take?")["answer"]


@pytest.mark.timeout(400)
def test_the_folder_is_read_whoever_dies_comes_back_and_a_signal_ends_all(tmp_path: Path) -> None:
    with up(tmp_path) as (process, address):
        eventually(lambda: answers_about_refunds(address))

        for name in ("serve", "chroma_process"):
            killed = child(process, name)
            assert killed is not None
            killed.kill()
            eventually(partial(is_replaced, process, name, killed))
            eventually(lambda: answers_about_refunds(address))
        eventually(lambda: ask(address, "How long does a refund take?")["notes"] == [])

        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)

        assert process.wait(30) == 0
        assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        said = process.stdout.read() if process.stdout else ""
        assert address in said
        assert "3 ok" in said


@pytest.mark.timeout(300)
def test_nothing_outlives_a_killed_up(tmp_path: Path) -> None:
    with up(tmp_path) as (process, _):
        family = psutil.Process(process.pid).children(recursive=True)

        process.kill()
        process.wait(10)

        _, alive = psutil.wait_procs(family, timeout=30)
        assert alive == []
