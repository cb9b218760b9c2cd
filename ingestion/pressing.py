"""Changed articles become chunks and vectors, many articles to a batch, and are committed one by one, each whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.errors import ConcurrentChange
from app.knowledge.articles import Chunk
from app.knowledge.catalog import Catalog
from app.knowledge.embedding_models import EmbeddingModel, Vectors
from app.knowledge.searchable import embedded_text
from app.knowledge.versions import IndexVersion
from ingestion.chunking import split
from ingestion.intake import Changed
from ingestion.report import FileOutcome

BATCH = 128  # chunks: enough to sort by length and fill the model, few enough to commit every second
_LONGEST_CALL = 1024  # chunks embedded in one call: a book of an article must not hold up Ctrl-C for minutes
_SPECIAL_TOKENS = 2  # of the window, at a text's start and end


def room_in(model: EmbeddingModel) -> int:
    """Tokens of a text that the model reads to its end, its own prompt put before it."""
    identity = model.identity
    prompt = model.count_tokens([identity.document_prompt])[0] if identity.document_prompt else 0
    return identity.window - _SPECIAL_TOKENS - prompt


def longest_chunk(model: EmbeddingModel, chunk_tokens: int) -> int:
    """The limit that articles are cut with for this model, in its tokens."""
    return min(chunk_tokens, room_in(model))


def embedded(model: EmbeddingModel, texts: Sequence[str]) -> Vectors:
    """Any number of texts, shape (len(texts), dimensions)."""
    portions = [texts[start : start + _LONGEST_CALL] for start in range(0, len(texts), _LONGEST_CALL)]
    return np.concatenate([model.embed_documents(portion) for portion in portions or [texts]])


@dataclass(frozen=True)
class _Set:
    """An article that is split and waits for its vectors."""

    changed: Changed
    chunks: list[Chunk]

    @property
    def texts(self) -> list[str]:
        return [embedded_text(self.changed.parsed.title, chunk.headings, chunk.text) for chunk in self.chunks]


class Press:
    """Give it articles with `add`, then call `finish`; outcomes come as articles are committed."""

    def __init__(
        self,
        catalog: Catalog,
        version: Callable[[], IndexVersion],
        embedding_model: Callable[[], EmbeddingModel],
        chunk_tokens: int,
    ) -> None:
        self._catalog, self._version, self._embedding_model = catalog, version, embedding_model
        self._chunk_tokens = chunk_tokens
        self._waiting: list[_Set] = []

    def add(self, changed: Changed) -> Iterator[FileOutcome]:
        self._version()  # refuses a recipe that does not fit the index, before anything is embedded for it
        article, model = changed.article, self._embedding_model()
        limit = longest_chunk(model, self._chunk_tokens)
        chunks = split(changed.parsed, article.id, article.revision, model.count_tokens, limit)
        self._waiting.append(_Set(changed, chunks))
        if sum(len(waiting.chunks) for waiting in self._waiting) >= BATCH:
            yield from self.finish()

    def finish(self) -> Iterator[FileOutcome]:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        vectors = embedded(self._embedding_model(), [text for one in waiting for text in one.texts])
        start = 0
        for one in waiting:
            yield self._commit(one, vectors[start : start + len(one.chunks)])
            start += len(one.chunks)

    def _commit(self, one: _Set, vectors: Vectors) -> FileOutcome:
        article, changed = one.changed.article, one.changed
        try:
            self._catalog.replace_article(
                self._version(), article, changed.parsed.text, changed.fingerprint, one.chunks, vectors
            )
        except ConcurrentChange as problem:
            return FileOutcome(changed.location, article.id, "rejected", str(problem), path=article.path)
        note = changed.parsed.note
        return FileOutcome(changed.location, article.id, "ok", note, len(one.chunks), article.path)
