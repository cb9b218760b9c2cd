"""`footnote ingest` and `footnote serve`, as anybody would run them, each in a process of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx

CHECKOUT = Path(__file__).parents[2]


def ingest(folder: Path, data: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "cli", "ingest", str(folder)],
        env=_environment(data, {}),
        cwd=CHECKOUT,
        check=True,
        timeout=120,
        capture_output=True,
    )


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[str]:
    """The address of a desk that is ready; stopped at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (data / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve", "--port", str(port)],
            env=_environment(data, settings),
            cwd=CHECKOUT,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", process, data / "serve.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            status = process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
            raise
    assert status == 0, "SIGTERM must end the desk in order, so that all it opened is closed"


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = monotonic() + 90
    while monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass  # not listening yet
        sleep(0.2)
    raise AssertionError(f"the desk was not ready in time: {log.read_text()}")


def _environment(data: Path, settings: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("FOOTNOTE_", "OPENAI_"))}
    own = {"FOOTNOTE_DATA": str(data), "FOOTNOTE_VECTOR_STORE": "exact"}
    return inherited | own | settings
