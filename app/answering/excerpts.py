"""What the writer reads: found chunks, joined with their neighbours into stretches of one revision."""

from dataclasses import dataclass
from typing import Any

from app.knowledge.articles import Article, Passage


@dataclass(frozen=True)
class Excerpt:
    """One stretch of one revision around one or more passages: `text == revision.text[start:end]`.

    A passage is what was found; an excerpt is what is read, and may hold several passages and what lies between.
    """

    number: int  # 1-based: the mark that the writer cites it by
    article: Article
    revision: int
    start: int
    end: int
    text: str
    passages: tuple[Passage, ...]  # those found in it, best first; never empty

    @property
    def headings(self) -> tuple[str, ...]:
        return self.passages[0].chunk.headings

    @property
    def score(self) -> float:
        return self.passages[0].score

    def address(self) -> dict[str, Any]:
        """Where it stands, without its text."""
        return {
            "number": self.number,
            "article_id": self.article.id,
            "revision": self.revision,
            "start": self.start,
            "end": self.end,
            "chunk_ids": [passage.chunk.id for passage in self.passages],
        }
