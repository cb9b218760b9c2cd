"""What runs inside the server's process: take the limits, then become Chroma's Rust server. Imports nothing of ours.

`chroma run` is a Python script that imports the whole client library (0.9 s, 70 MB) before it calls this same Rust
function; calling it directly has the server ready in 0.2 s.
"""

import ctypes
import os
import resource
import signal
import sys

import chromadb_rust_bindings  # type: ignore[import-untyped]  # it ships no types

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _die_with(parent: int) -> None:
    """Linux only: elsewhere a server whose parent was killed lives until the next start finds its lock file."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit("the process that started this server is gone")


def _limit_files(size: int) -> None:
    """A file that outgrows `size` bytes kills the server: a dead one is noticed, one that half writes is not."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, which turns the kill into an error code


if __name__ == "__main__":
    parent, file_size, path, port = sys.argv[1:]
    _die_with(int(parent))
    _limit_files(int(file_size))
    chromadb_rust_bindings.cli(["chroma", "run", "--path", path, "--host", "127.0.0.1", "--port", port])
