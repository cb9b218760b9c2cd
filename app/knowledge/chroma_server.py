"""One Chroma server per data folder, on loopback: start, find, watch and stop it. Knows nothing of what it stores.

Its address and process stand in `locks/chroma.json`: whoever finds a live server there may use it, and the process
that started it stops it. All that Chroma holds is derived from the catalog, so when in doubt it is thrown away.
"""

import fcntl
import json
import logging
import os
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType

import psutil

from app.errors import DataFolderError, FootnoteError, ServiceUnavailable
from app.knowledge import chroma_process

READY_SECONDS = 15.0
STOP_SECONDS = 10.0
HEARTBEAT_SECONDS = 2.0
LOG_BYTES = 2_000_000

# A kill once left a file of 60 GB behind 3.4 MB of vectors: no file may outgrow what the catalog can explain.
FILE_BYTES_FLOOR = 256 * 2**20
FILE_BYTES_PER_CATALOG_BYTE = 4

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _State:
    """What `locks/chroma.json` says of the last server that was started; `pid` is 0 where none ever was."""

    pid: int = 0
    born: float = 0.0  # seconds since the epoch, so that a recycled pid is not mistaken for it
    parent: int = 0
    parent_born: float = 0.0
    port: int = 0
    trusted: bool = True  # whether it holds what the catalog has, as far as we know

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> psutil.Process | None:
        return _process(self.pid, self.born)


@dataclass(frozen=True)
class Run:
    """One run of a server: what was repaired in it is only there as long as it lasts."""

    pid: int
    born: float  # seconds since the epoch


class ChromaServer:
    """A server that answers: ours to stop when we started it; another process's otherwise, and `stop` leaves it be."""

    def __init__(self, data: Path, keeper: "_Keeper | None") -> None:
        self._data = data
        self._keeper = keeper

    @property
    def address(self) -> str:
        """`http://127.0.0.1:port`; a restart may change the port, so ask again rather than keep it."""
        return _read(self._data).address

    @property
    def clean(self) -> bool:
        """False after an unclean stop, until `trust`: audit, and repair, before resting an answer on it."""
        return is_trusted(self._data)

    @property
    def ours(self) -> bool:
        """Whether this object started it, and will stop it."""
        return self._keeper is not None and self._keeper.has_server

    def stop(self) -> None:
        """SIGTERM, wait, then SIGKILL. Twice is no error."""
        if self._keeper:
            self._keeper.stop()

    def __enter__(self) -> "ChromaServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(data: Path, after_restart: Callable[[], None] | None = None) -> ChromaServer:
    """Find the server of this data folder or start it; a second caller waits for the first and shares its server.

    After an unclean stop, or when a file is not what it was at the last clean one, Chroma's files are thrown away: a
    kill leaves a third of them broken, and some in ways that only show as missing results.

    Args:
        after_restart: when given, a server that dies, or that another process stops, is started again. If it is empty
            and not trusted by then, this is called, in a thread of its own: the place to repair.

    Raises:
        ServiceUnavailable: it is not ready within 15 s; the message says why.
        DataFolderError: the data folder cannot be written.
    """
    with _exclusive(data):
        keeper = _Keeper(data, after_restart)
        if not _is_served(data):
            keeper.launch()
        elif after_restart:
            keeper.stand_by()
        else:
            return ChromaServer(data, keeper=None)
        return ChromaServer(data, keeper)


def running(data: Path) -> str | None:
    """Address of the live server of this data folder, or None. Asks it for a heartbeat: about 1 ms."""
    state = _read(data)
    return state.address if state.process and _beats(state.port) else None


def is_trusted(data: Path) -> bool:
    """False from an unclean stop, or the loss of its files, until `trust`."""
    state = _read(data)
    return state.trusted and (state.pid == 0 or state.process is not None or _last_will(data, state) is not None)


def run_of(data: Path) -> Run:
    """The run that the lock file speaks of: ask before a repair, and hand it to `trust` after it."""
    state = _read(data)
    return Run(state.pid, state.born)


def trust(data: Path, repaired: Run) -> None:
    """Say that the server holds what the catalog has: this run of it has just been repaired.

    Raises:
        ServiceUnavailable: it has been started anew since, perhaps empty; what was repaired is not what runs.
    """
    with _exclusive(data):
        if run_of(data) != repaired:
            raise ServiceUnavailable("Chroma was started anew while it was repaired; run `footnote repair` again")
        _write(data, replace(_read(data), trusted=True))


class _Keeper:
    """Runs the server from a thread that lives as long as it: Linux ends a child with the *thread* that made it."""

    def __init__(self, data: Path, after_restart: Callable[[], None] | None) -> None:
        self._data = data
        self._after_restart = after_restart
        self._stopping = threading.Event()
        self._launched: Future[None] = Future()
        self._thread = threading.Thread(target=self._launch_and_keep, name="chroma-keeper", daemon=True)
        self.has_server = False

    def launch(self) -> None:
        """Returns when the server is ready; the caller holds the file lock."""
        self._thread.start()
        self._launched.result()

    def stand_by(self) -> None:
        """Another process has a server: take over when it is gone."""
        self._thread = threading.Thread(target=self._take_over, name="chroma-keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _launch_and_keep(self) -> None:
        try:
            process = _launch(self._data)
        except (FootnoteError, OSError) as failure:
            self._launched.set_exception(failure)
            return
        self.has_server = True
        self._launched.set_result(None)
        if not self._follow(process) and self._after_restart:
            self._take_over()

    def _take_over(self) -> None:
        """Have a server running until we are told to stop."""
        while process := self._successor():
            self.has_server = True
            if self._after_restart and not is_trusted(self._data):
                # In a thread of its own: it may take minutes, and the server has to be followed meanwhile.
                threading.Thread(target=self._after_restart, name="chroma-after-restart", daemon=True).start()
            if self._follow(process):
                return

    def _follow(self, process: subprocess.Popen[bytes]) -> bool:
        """Return when the server has ended: True when we stopped it, False when it died."""
        while not self._stopping.wait(1.0):
            if process.poll() is not None:
                logger.warning("Chroma died (exit status %s): %s", process.returncode, _last_words(self._data))
                self.has_server = False
                return False
            _raise_limit(process.pid, self._data)
        with _exclusive(self._data):
            _stop(process)
        return True

    def _successor(self) -> subprocess.Popen[bytes] | None:
        """Wait until nobody serves, and start one; None when we were told to stop before."""
        pause = 0.0
        while not self._stopping.wait(pause):
            pause = max(1.0, pause)
            try:
                with _exclusive(self._data):
                    if not _is_served(self._data):
                        return _launch(self._data)
            except (FootnoteError, OSError) as failure:
                logger.error("%s", failure)
                pause = min(30.0, pause * 2)
        return None


def _launch(data: Path) -> subprocess.Popen[bytes]:
    """A process that answers, written into the lock file. Files that it cannot live with are thrown away."""
    state = _read(data)
    if state.process:
        _stop(state.process)
    trusted = is_trusted(data) and _is_intact(data)
    if not trusted:
        _throw_away(data)
    for _ in range(3):
        port = _free_port(preferred=state.port)
        process = _spawn(data, port)
        if _becomes_ready(process, port):
            us, born = psutil.Process(), psutil.Process(process.pid).create_time()
            _write(data, _State(process.pid, born, us.pid, us.create_time(), port, trusted))
            return process
        reason = _last_words(data)
        if "is not available" not in reason:  # else somebody took the port since we looked
            _throw_away(data)
            trusted = False
    raise ServiceUnavailable(f"Chroma did not start: {reason} (more in {_log(data)})")


def _spawn(data: Path, port: int) -> subprocess.Popen[bytes]:
    log = _log(data)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    (data / "chroma").mkdir(exist_ok=True)
    # By path and without `-m`: neither our packages nor the client library are imported there.
    command = [sys.executable, "-P", chroma_process.__file__]
    arguments = [os.getpid(), _file_limit(data), (data / "chroma").resolve(), port, _last_will_path(data).resolve()]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CHROMA_", "OTEL_"))}
    with log.open("ab") as output:
        return subprocess.Popen(
            command + [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment | {"ANONYMIZED_TELEMETRY": "False", "NO_COLOR": "1"},
            cwd=data,
            start_new_session=True,  # Ctrl-C in a terminal is for us: we stop the server when we are done with it
        )


def _becomes_ready(process: subprocess.Popen[bytes], port: int) -> bool:
    """False when it ended instead. Raises ServiceUnavailable when it does neither in time."""
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None:
        if _beats(port):
            return True
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise ServiceUnavailable(f"Chroma was not ready within {READY_SECONDS:.0f} s")
        time.sleep(0.02)
    return False


def _is_served(data: Path) -> bool:
    """Whether there is a server that answers, and a process that looks after it.

    A busy server may miss a heartbeat; one that misses all of them hangs, and one without a parent nobody would stop.
    """
    state = _read(data)
    deadline = time.monotonic() + READY_SECONDS
    while state.process and _process(state.parent, state.parent_born) and time.monotonic() < deadline:
        if _beats(state.port):
            return True
        time.sleep(0.1)
    return False


def _stop(process: subprocess.Popen[bytes] | psutil.Process) -> None:
    """With SIGTERM it leaves its last will, which a later start relies on; with SIGKILL it cannot."""
    with suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            process.kill()
            process.wait(STOP_SECONDS)


def _is_intact(data: Path) -> bool:
    """Whether every file is what it was when the last server ended: a flipped bit would be served as a result."""
    state = _read(data)
    return state.pid == 0 or _last_will(data, state) == chroma_process.checksums(data / "chroma")


def _last_will(data: Path, state: _State) -> dict[str, int] | None:
    """Checksums of the files at the end of that server; None unless it ended in peace."""
    try:
        will = json.loads(_last_will_path(data).read_text())
        return dict(will["files"]) if will["pid"] == state.pid else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _throw_away(data: Path) -> None:
    logger.warning("Chroma's files may be broken and are thrown away; a repair fills them again from the catalog")
    shutil.rmtree(data / "chroma", ignore_errors=True)
    _write(data, _State(port=_read(data).port, trusted=False))


def _process(pid: int, born: float) -> psutil.Process | None:
    """The process, if it still is the one that was born at that time (seconds since the epoch)."""
    try:
        process = psutil.Process(pid) if pid else None
        alive = process is not None and process.status() != psutil.STATUS_ZOMBIE
        return process if process and alive and abs(process.create_time() - born) < 1.0 else None
    except psutil.NoSuchProcess:
        return None


def _beats(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=HEARTBEAT_SECONDS)
    try:
        connection.request("GET", "/api/v2/heartbeat")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _free_port(preferred: int) -> int:
    """The port it had before, so that its clients find it again; another one when that is taken."""
    for port in (preferred, 0):
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(candidate.getsockname()[1])
    raise ServiceUnavailable("no port is free on 127.0.0.1 for Chroma")


def _file_limit(data: Path) -> int:
    """Bytes that no file of Chroma's may exceed. The catalog holds every vector once: its size is the live bytes."""
    catalog = data / "catalog.sqlite"
    if not catalog.exists():  # it is on another server: all we can do is to leave the disk usable
        return max(FILE_BYTES_FLOOR, shutil.disk_usage(data).free // 4)
    return FILE_BYTES_FLOOR + FILE_BYTES_PER_CATALOG_BYTE * catalog.stat().st_size


def _raise_limit(pid: int, data: Path) -> None:
    """Let a running server's files grow with the catalog (Linux; elsewhere the limit is that of its start)."""
    if sys.platform == "linux":
        with suppress(OSError):  # it ended, or the catalog is being replaced: what was allowed stays allowed
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (_file_limit(data), resource.RLIM_INFINITY))


def _last_words(data: Path) -> str:
    lines = [line.strip() for line in _log(data).read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def _log(data: Path) -> Path:
    return data / "logs" / "chroma.log"


def _last_will_path(data: Path) -> Path:
    return data / "locks" / "chroma.ended"


@contextmanager
def _exclusive(data: Path) -> Iterator[None]:
    """One process at a time starts, stops or judges the server."""
    try:
        (data / "locks").mkdir(parents=True, exist_ok=True)
        lock = (data / "locks" / "chroma.lock").open("w")
    except OSError as problem:
        raise DataFolderError(f"cannot write to {data}: {problem.strerror}") from problem
    with lock:
        deadline = time.monotonic() + 2 * READY_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as held:
                if time.monotonic() > deadline:
                    raise ServiceUnavailable("another process has been starting Chroma for too long") from held
                time.sleep(0.02)
        yield


def _read(data: Path) -> _State:
    """A lock file that is missing or unreadable means: no server; and no trust, if there is something to distrust."""
    try:
        return _State(**json.loads((data / "locks" / "chroma.json").read_text()))
    except (OSError, ValueError, TypeError):
        return _State(trusted=not (data / "chroma").exists())


def _write(data: Path, state: _State) -> None:
    path = data / "locks" / "chroma.json"
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_text(json.dumps(asdict(state)))
        unfinished.replace(path)
    except OSError as problem:
        raise DataFolderError(f"cannot write {path}: {problem.strerror}") from problem
