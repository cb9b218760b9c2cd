"""What the desk knows, as values: articles, their revisions, chunks, and passages found. Nothing here does I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

PUBLIC = "public"


def article_id(source_id: str, path: str) -> str:
    """The same file of the same source always gets the same id: 16 hex digits of a SHA-256."""
    return sha256(f"{source_id}\0{path}".encode()).hexdigest()[:16]


def chunk_id(article: str, revision: int, position: int) -> str:
    """Deterministic: a rebuild gives every chunk the id it had."""
    return f"{article}.{revision}.{position}"


@dataclass(frozen=True)
class Asker:
    """Who asks, as far as retrieval cares: the audiences this person belongs to. Always includes `public`."""

    audiences: frozenset[str] = frozenset({PUBLIC})

    @classmethod
    def of(cls, audiences: Iterable[str] = ()) -> "Asker":
        return cls(frozenset({PUBLIC, *audiences}))


@dataclass(frozen=True)
class Article:
    """What a person can open: published, cited, replaced, deleted. Its text lives in its revisions."""

    id: str
    source_id: str
    path: str  # within the source
    title: str
    url: str  # empty when the source has no address that a browser could open
    audiences: frozenset[str]
    updated_at: datetime  # when its words last changed, as the source says; aware, UTC
    revision: int = 1  # the current one


@dataclass(frozen=True)
class Revision:
    """One state of an article. Citations count code points in this text."""

    article_id: str
    number: int
    text: str


@dataclass(frozen=True)
class Chunk:
    """A stretch of one revision, small enough to embed and to quote: `text == revision.text[start:end]`."""

    article_id: str
    revision: int
    position: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()  # the heading path above it, outermost first; not part of the text
    page: int | None = None  # 1-based, for paged formats

    @property
    def id(self) -> str:
        return chunk_id(self.article_id, self.revision, self.position)


@dataclass(frozen=True)
class Ranks:
    """Where a passage stood at each step, 1-based; None where that step did not have it."""

    meaning: int | None = None
    words: int | None = None
    fused: int | None = None
    reranked: int | None = None


@dataclass(frozen=True)
class Passage:
    """A chunk that was found for a query, how well it fits, and the article it comes from."""

    chunk: Chunk
    article: Article
    score: float
    ranks: Ranks = field(default=Ranks())
