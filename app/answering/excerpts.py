"""What the writer reads: found chunks, joined with their neighbours into stretches of one revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from app.knowledge.articles import Article, Chunk, Passage


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


@dataclass(frozen=True)
class Span:
    """A passage with the neighbours that belong to it: chunks `first` to `last` of its revision."""

    passage: Passage
    first: int  # positions of chunks
    last: int
    start: int  # code points
    end: int


def span_of(passage: Passage, neighbours: Sequence[Chunk], reads_on: bool = False) -> Span:
    """The passage and those of its neighbours that stand under the same heading: they finish what it says.

    One that `reads_on` takes what follows under other headings too: an introduction is found, its steps come later.
    """
    found = passage.chunk
    beside = [
        chunk
        for chunk in neighbours
        if chunk.headings == found.headings or (reads_on and chunk.position > found.position)
    ]
    together = sorted([found, *beside], key=lambda chunk: chunk.position)
    return Span(passage, together[0].position, together[-1].position, together[0].start, together[-1].end)


def numbered(spans: Sequence[Span], texts: Mapping[str, str]) -> tuple[Excerpt, ...]:
    """Spans that touch or overlap become one excerpt, in the order of their best passage, numbered from 1.

    `spans` come best first; `texts` are the revisions' by article id; an article without one gives no excerpt.
    """
    groups: list[list[Span]] = []
    for span in spans:
        if span.passage.article.id not in texts:
            continue
        touching = [group for group in groups if any(_touch(span, other) for other in group)]
        if not touching:
            groups.append([span])
            continue
        touching[0].append(span)
        for further in touching[1:]:
            touching[0].extend(further)
            groups.remove(further)
    return tuple(_excerpt(number, group, texts) for number, group in enumerate(groups, start=1))


@dataclass(frozen=True)
class Given:
    """A stretch that a writer was given earlier in a conversation, and the number it had; no text."""

    number: int
    article_id: str
    revision: int
    start: int
    end: int


def renumbered(excerpts: Sequence[Excerpt], given: Sequence[Given]) -> tuple[Excerpt, ...]:
    """What was given before keeps its number, as far as it overlaps; what is new takes the smallest free ones.

    `given`: the newest first. The order of the excerpts, best first, stays as it is.
    """
    numbers: list[int] = []
    for excerpt in excerpts:
        known = (one.number for one in given if _is_same_stretch(excerpt, one))
        numbers.append(next((number for number in known if number not in numbers), 0))
    taken = {one.number for one in given}.union(numbers)
    free = (number for number in count(1) if number not in taken)
    return tuple(
        replace(excerpt, number=number or next(free)) for excerpt, number in zip(excerpts, numbers, strict=True)
    )


def _is_same_stretch(excerpt: Excerpt, given: Given) -> bool:
    same_text = (excerpt.article.id, excerpt.revision) == (given.article_id, given.revision)
    return same_text and excerpt.start < given.end and given.start < excerpt.end


def _touch(one: Span, other: Span) -> bool:
    chunk, another = one.passage.chunk, other.passage.chunk
    same_text = (chunk.article_id, chunk.revision) == (another.article_id, another.revision)
    return same_text and one.first <= other.last + 1 and other.first <= one.last + 1


def _excerpt(number: int, group: Sequence[Span], texts: Mapping[str, str]) -> Excerpt:
    article = group[0].passage.article
    start, end = min(span.start for span in group), max(span.end for span in group)
    passages = tuple(span.passage for span in group)
    return Excerpt(number, article, passages[0].chunk.revision, start, end, texts[article.id][start:end], passages)
