"""Make one order of what was found by meaning and what was found by words. Pure: knows no index and no reranker."""

from collections.abc import Sequence
from dataclasses import replace

from app.knowledge.articles import Passage

MEANING_SHARE = 0.4  # the best fixed share over the public sets; see docs/experiments.md


def fuse(by_meaning: Sequence[Passage], by_words: Sequence[Passage], share: float = MEANING_SHARE) -> list[Passage]:
    """Weighted sum of min-max scaled scores (Bruch, Gai and Ingber, 2023): keeps distances that ranks throw away.

    Both legs come best first, scores being cosine similarity and BM25. The passages come back best first with their
    fused score, 0 to 1, and their rank in each leg and here. A chunk that one leg lacks gets nothing from it.
    """
    meaning, words = _scaled(by_meaning), _scaled(by_words)
    meaning_ranks, words_ranks = _ranks(by_meaning), _ranks(by_words)
    passages = {passage.chunk.id: passage for passage in (*by_meaning, *by_words)}
    scores = {id_: share * meaning.get(id_, 0.0) + (1 - share) * words.get(id_, 0.0) for id_ in passages}
    best_first = sorted(scores, key=lambda id_: (-scores[id_], id_))
    return [
        replace(
            passages[id_],
            score=scores[id_],
            ranks=replace(passages[id_].ranks, meaning=meaning_ranks.get(id_), words=words_ranks.get(id_), fused=rank),
        )
        for rank, id_ in enumerate(best_first, start=1)
    ]


def _scaled(passages: Sequence[Passage]) -> dict[str, float]:
    """Worst 0, best 1; where all are alike, each is as good as the best."""
    if not passages:
        return {}
    scores = [passage.score for passage in passages]
    low, spread = min(scores), max(scores) - min(scores)
    return {p.chunk.id: (p.score - low) / spread if spread > 0 else 1.0 for p in passages}


def _ranks(passages: Sequence[Passage]) -> dict[str, int]:
    return {passage.chunk.id: rank for rank, passage in enumerate(passages, start=1)}
