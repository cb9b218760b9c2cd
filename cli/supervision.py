"""Child processes that are kept alive, and that end with us. Knows nothing of what they do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from threading import Thread

STOP_SECONDS = 15.0  # an answer that is being written may end; then the process is killed
QUICK_SECONDS = 30.0  # a process that ends this soon after its start did not work …
QUICK_ENDS = 4  # … and after so many in a row it will not


class Watched:
    """One command of ours, started again when it ends by itself."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self.name = name
        self._command = [sys.executable, "-m", "cli", *arguments, "--parent", str(os.getpid())]
        self._quick_ends = 0
        self._start_again_at = 0.0
        self._start()

    def _start(self) -> None:
        self._began = time.monotonic()
        # In a session of its own: Ctrl-C in the terminal is for us, and we end what we started in order.
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, start_new_session=True)
        self._ended: int | None = None

    def tend(self) -> int | None:
        """Start it again if it ended; the exit status when that has no use: wrong use, or a quick end too often."""
        if self._ended is None:
            self._ended = self._process.poll()
            if self._ended is None:
                return None
            if time.monotonic() - self._began > QUICK_SECONDS:
                self._quick_ends = 0
            self._quick_ends += 1
            if self._ended == 2 or self._quick_ends >= QUICK_ENDS:
                return self._ended or 1
            wait = 2.0 ** (self._quick_ends - 1)
            self._start_again_at = time.monotonic() + wait
            print(f"The {self.name} ended ({self._ended}); it starts again in {wait:.0f} s.", file=sys.stderr)
        elif time.monotonic() >= self._start_again_at:
            self._start()
        return None

    def stop(self) -> None:
        """SIGTERM; `wait` does the rest. Twice is no error."""
        if self._process.poll() is None:
            self._process.terminate()

    def wait(self, deadline: float) -> None:
        """Until it has ended, killed at the deadline (of the monotonic clock)."""
        try:
            self._process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def end_with(parent: int) -> None:
    """Send ourselves SIGTERM as soon as `parent` is not our parent any more, even when it was killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="end-with-parent", daemon=True).start()
