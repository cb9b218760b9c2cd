"""Where articles come from. Each file here is one kind of source.

Each file offers two functions:

- `certainty(source) -> int`: how sure it is, from 0 (no) to 100, that this SOURCE of the command line is its kind.
  Decided by the form alone; whether it is there, `fetch` finds out.
- `build(source) -> Connector`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib import import_module
from typing import Protocol

from app import plugins

LARGEST_FILE = 50_000_000  # bytes; a larger one is no article, and would keep the parser busy for minutes


@dataclass(frozen=True)
class SourceFile:
    """Raw bytes as a source holds them: not read yet, and nothing of what they mean is known."""

    source_id: str
    path: str  # within the source; with the source id it makes the article id
    location: str  # where a person finds it: a file's path, an address
    modified_at: datetime  # aware, UTC
    url: str  # empty when no browser could open it
    read: Callable[[], bytes]  # raises UnreadableSource or LimitExceeded


class Connector(Protocol):
    """One source. `fetch` may be called again and starts anew."""

    @property
    def source_id(self) -> str:
        """The same place always gets the same id, however it was written."""
        ...

    @property
    def location(self) -> str: ...

    def fetch(self) -> Iterator[SourceFile]:
        """Every file, in a stable order. One that cannot be read is there too: its `read` says why.

        Raises:
            WrongUse: there is no such source.
            ServiceUnavailable: it cannot be reached as a whole.
        """
        ...

    def expected(self) -> int | None:
        """How many files `fetch` will give, where that is known without fetching them."""
        ...


def source_id(kind: str, place: str) -> str:
    """16 hex digits of a SHA-256 over the kind of source and its resolved folder, file or address."""
    return sha256(f"{kind}\0{place}".encode("utf-8", "backslashreplace")).hexdigest()[:16]


def connector_for(source: str) -> Connector:
    """What a SOURCE of the command line means: a folder, a file, a URL, a sitemap."""
    kinds = [import_module(f"{__name__}.{name}") for name in plugins.names(__name__)]
    connector: Connector = max(kinds, key=lambda kind: int(kind.certainty(source))).build(source)
    return connector
