"""How bytes become an article. Each file here reads one format, recognised by content; a file's name is only a hint.

Each file offers two functions:

- `certainty(raw, name) -> int`: how sure it is that these bytes are its format, 0 (no) to 100 (a magic number says
  so). Cheap: it runs for every file, before anything heavy is imported.
- `build() -> Parser`: imports what it needs. What memory that takes is not charged to the file that is read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Kind = Literal["heading", "paragraph", "list", "table", "code", "quote", "front_matter"]


@dataclass(frozen=True)
class Block:
    """A stretch of the text that belongs together: `text[start:end]`, in code points, no white space at its ends."""

    kind: Kind
    start: int
    end: int
    level: int = 0  # of a heading: 1 is the outermost
    page: int | None = None  # 1-based, for paged formats


@dataclass(frozen=True)
class FrontMatter:
    """What an article says about itself. Empty means: it does not say."""

    title: str = ""
    updated: datetime | None = None  # aware, UTC
    audiences: frozenset[str] = frozenset()
    url: str = ""


@dataclass(frozen=True)
class ParsedText:
    """A file as text that can be cited. For Markdown and plain text it is the file as decoded, markup and all."""

    title: str
    text: str
    blocks: tuple[Block, ...]  # in order, not overlapping
    front_matter: FrontMatter = FrontMatter()
    note: str = ""  # what the curator should know though it could be read, such as pages that are scans


class Parser(Protocol):
    def parse(self, raw: bytes, name: str) -> ParsedText:
        """Runs in the limited child process.

        Raises:
            UnreadableSource: with the reason, in words for the report.
            EncryptedSource: a password is needed.
            LimitExceeded: it would become too much.
        """
        ...
