"""What an article's chunks are in another index version, from what the catalog holds of it; no source is read again.

Pure. Where the live version's chunks suit the other version they are kept, so that their ids mean the same stretches
in both. Otherwise the text is cut anew, as it was when it was read. Only of a PDF less is known by then: its
paragraphs are found by their empty lines, and pages and headings are those of the live chunk at the same place.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.knowledge.articles import Article, Chunk
from app.knowledge.embedding_models import EmbeddingModel
from app.knowledge.searchable import embedded_text
from app.knowledge.versions import IndexRecipe, chunk_tokens_of
from ingestion.chunking import split
from ingestion.outline import outline
from ingestion.parsers import Block, ParsedText, markdown, text
from ingestion.pressing import longest_chunk, room_in


@dataclass(frozen=True)
class Standing:
    """An article as the live version has it: its text, and its chunks in reading order."""

    article: Article
    text: str
    chunks: Sequence[Chunk]


def recut(standing: Standing, made_with: IndexRecipe, wanted: IndexRecipe, model: EmbeddingModel) -> list[Chunk]:
    """The chunks of the wanted version, which the model embeds; `made_with` is the live version's recipe."""
    if made_with.chunker == wanted.chunker and _fit(standing, model):
        return list(standing.chunks)
    parsed = _read_again(standing)
    limit = longest_chunk(model, chunk_tokens_of(wanted))
    cut = split(parsed, standing.article.id, standing.article.revision, model.count_tokens, limit)
    return [_placed(chunk, standing.chunks) for chunk in cut] if _is_paged(standing) else cut


def _fit(standing: Standing, model: EmbeddingModel) -> bool:
    """Whether the model reads each chunk to its end; it may count more tokens than the one they were cut for."""
    title = standing.article.title
    lengths = model.count_tokens([embedded_text(title, chunk.headings, chunk.text) for chunk in standing.chunks])
    return max(lengths, default=0) <= room_in(model)


def _read_again(standing: Standing) -> ParsedText:
    article, words = standing.article, standing.text
    if _is_paged(standing):
        blocks = tuple(replace(block, page=_at(block.start, standing.chunks).page) for block in text.paragraphs(words))
        longest_path = max((chunk.headings for chunk in standing.chunks), key=lambda path: len("".join(path)))
        return ParsedText("\n".join([article.title, *longest_path]), words, blocks)  # room for what is put before it
    return ParsedText(article.title, words, _blocks(words, article.path))


def _blocks(words: str, path: str) -> tuple[Block, ...]:
    """As plain text or as Markdown, by the same signs as when it was read. Pages and Word files became Markdown."""
    is_plain = text.certainty(b"", path) > markdown.certainty(words.encode("utf-8", "replace"), path)
    return text.paragraphs(words) if is_plain else outline(words)


def _is_paged(standing: Standing) -> bool:
    return any(chunk.page is not None for chunk in standing.chunks)


def _placed(chunk: Chunk, standing: Sequence[Chunk]) -> Chunk:
    there = _at(chunk.start, standing)
    return replace(chunk, headings=there.headings, page=there.page)


def _at(offset: int, chunks: Sequence[Chunk]) -> Chunk:
    return chunks[max(0, bisect_right([chunk.start for chunk in chunks], offset) - 1)]
