"""Reads query and passage together: slower, better. Any sentence-transformers CrossEncoder by name or local path."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.answering.blending import scaled
from app.answering.reader import Reader
from app.answering.rerankers import Reranking
from app.errors import SettingsError
from app.knowledge.articles import Passage
from app.knowledge.searchable import embedded_text
from app.plugins import model_of
from app.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

BATCH = 5  # small batches stay in the processor's cache: a third faster than one of twenty
OWN_SHARE = 0.5  # of its own score; alone it hurts on some collections, half and half it never did


class CrossEncoderReranker:
    """Blends its own score with the fused one, both scaled to 0 to 1 over the passages of one query."""

    def __init__(self, model: "CrossEncoder", name: str) -> None:
        self._model = model
        self.name = name

    def rerank(self, query: str, passages: Sequence[Passage]) -> Reranking:
        if not passages:
            return Reranking([])
        pairs = [(query, embedded_text(p.article.title, p.chunk.headings, p.chunk.text)) for p in passages]
        own = scaled([float(score) for score in self._model.predict(pairs, batch_size=BATCH, show_progress_bar=False)])
        fused = scaled([passage.score for passage in passages])
        rescored = [
            replace(passage, score=OWN_SHARE * mine + (1 - OWN_SHARE) * theirs)
            for passage, mine, theirs in zip(passages, own, fused, strict=True)
        ]
        best_first = sorted(rescored, key=lambda passage: -passage.score)
        return Reranking(best_first, dict.fromkeys(passage.chunk.id for passage in passages))


def build(settings: Settings, reader: Reader) -> CrossEncoderReranker:
    """Raises SettingsError: no model is named, the extra is missing, or there is no such model."""
    name = model_of(settings.reranker)
    if not name:
        raise SettingsError("name the cross-encoder: FOOTNOTE_RERANKER=cross_encoder:NAME, or a local path for NAME")
    try:
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise SettingsError("a cross-encoder needs the extra `models`: pip install 'footnote[models]'") from error
    try:
        model = CrossEncoder(name)
    except (OSError, ValueError) as error:
        words = " ".join(str(error).split())[:200]
        raise SettingsError(f"the cross-encoder {name!r} cannot be loaded: {words}") from error
    return CrossEncoderReranker(model, settings.reranker)
