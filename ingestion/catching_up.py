"""Brings an index version beside the live one up to it, from the catalog alone. May be killed anywhere and run again.

The live version is only read; what each article becomes in the other one is committed whole, article by article.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.errors import FootnoteError, UnknownArticle
from app.knowledge.articles import Chunk
from app.knowledge.catalog import Catalog
from app.knowledge.embedding_models import EmbeddingModel
from app.knowledge.searchable import embedded_text
from app.knowledge.versions import IndexVersion
from ingestion.pressing import BATCH, embedded
from ingestion.recutting import Standing, recut

LEASE = "changing index versions"  # who holds it is the only one who fills, switches or drops index versions
_VAIN_ROUNDS = 5  # all that is left may have changed while we looked, but not again and again
_PUBLISH_SECONDS = 30.0  # what is embedded goes into the indexes now and then, not all at the end


@dataclass(frozen=True)
class CatchUpParts:
    """What it works with; the model is the one that the version was, or is to be, made with."""

    catalog: Catalog
    live: IndexVersion
    version: IndexVersion
    embedding_model: EmbeddingModel
    publish: Callable[[], object]  # drains the version's outbox into its indexes


@dataclass(frozen=True)
class _Cut:
    """An article that waits for its vectors."""

    standing: Standing
    chunks: list[Chunk]

    @property
    def texts(self) -> list[str]:
        title = self.standing.article.title
        return [embedded_text(title, chunk.headings, chunk.text) for chunk in self.chunks]


def _unseen(done: int, of: int) -> None:
    """Nobody watches."""


def catch_up(parts: CatchUpParts, on_progress: Callable[[int, int], None] = _unseen) -> int:
    """Until no article is behind and all of it is published; the number of chunks that were embedded.

    The caller holds the lease. `on_progress` hears how many articles are done, and of how many.

    Raises:
        FootnoteError: an article cannot be brought over; the others are, and stay.
    """
    total, vain_rounds = 0, 0
    while behind := parts.catalog.articles_behind(parts.version):
        if vain_rounds == _VAIN_ROUNDS:
            raise FootnoteError(f"{len(behind)} articles cannot be brought over, for one {behind[0]}; ingest them anew")
        added = _bring_over(parts, behind, on_progress)
        vain_rounds = 0 if added else vain_rounds + 1
        total += added
    parts.publish()
    return total


def switch(parts: CatchUpParts, mend: Callable[[], object], on_progress: Callable[[int, int], None] = _unseen) -> None:
    """Catch up, make sure of the indexes, and go live in one transaction; again, if articles changed meanwhile.

    The caller holds the lease. `mend` brings the version's indexes in step with the catalog.
    """
    catch_up(parts, on_progress)
    mend()
    while not parts.catalog.make_live(parts.version):
        catch_up(parts)


def _bring_over(parts: CatchUpParts, behind: Sequence[str], on_progress: Callable[[int, int], None]) -> int:
    total, published = 0, time.monotonic()
    for done, batch in _batches(parts, behind):
        vectors = embedded(parts.embedding_model, [text for cut in batch for text in cut.texts])
        start = 0
        for cut in batch:
            own = vectors[start : start + len(cut.chunks)]
            if parts.catalog.add_chunks(parts.version, cut.standing.article, cut.chunks, own):
                total += len(cut.chunks)
            start += len(cut.chunks)
        on_progress(done, len(behind))
        if time.monotonic() - published > _PUBLISH_SECONDS:
            parts.publish()
            published = time.monotonic()
    return total


def _batches(parts: CatchUpParts, behind: Sequence[str]) -> Iterator[tuple[int, list[_Cut]]]:
    """Enough chunks to fill the model, and how many of the articles are done with them."""
    batch: list[_Cut] = []
    for done, article_id in enumerate(behind, 1):
        if cut := _cut(parts, article_id):
            batch.append(cut)
        if batch and (done == len(behind) or sum(len(cut.chunks) for cut in batch) >= BATCH):
            yield done, batch
            batch = []


def _cut(parts: CatchUpParts, article_id: str) -> _Cut | None:
    """None when the article has changed or gone since it was found behind: it is seen to in the next round."""
    try:
        article = parts.catalog.article(article_id, None)
        text = parts.catalog.revision(article_id, article.revision, None).text
    except UnknownArticle:
        return None
    chunks = parts.catalog.chunks_of(parts.live, article_id)
    if not chunks or chunks[0].revision != article.revision:
        return None
    standing = Standing(article, text, chunks)
    recipes = parts.live.recipe, parts.version.recipe
    return _Cut(standing, recut(standing, *recipes, parts.embedding_model))
