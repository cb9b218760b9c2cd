"""What runs inside the server's process: take the limits, become Chroma's Rust server, and sign off when it ends.

`chroma run` is a Python script that imports the whole client library (0.9 s, 70 MB) before it calls this same Rust
function; called directly, the server is ready in 0.2 s. Run as a file, so that nothing of ours is imported either.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from zlib import crc32

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def checksums(folder: Path) -> dict[str, int]:
    """CRC-32 of every file below the folder, by relative path: 0.1 s for 100,000 vectors of 384 dimensions."""
    return {str(path.relative_to(folder)): _checksum(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _checksum(path: Path) -> int:
    total = 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            total = crc32(block, total)
    return total


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


def _serve(parent: int, file_size: int, folder: Path, port: int, last_will: Path) -> None:
    import chromadb_rust_bindings  # type: ignore[import-untyped]  # it ships no types

    _die_with(parent)
    _limit_files(file_size)
    chromadb_rust_bindings.cli(["chroma", "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)])
    # Only a server that was asked to end comes here: its files are whole, and these are they.
    last_will.write_text(json.dumps({"pid": os.getpid(), "files": checksums(folder)}))


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
