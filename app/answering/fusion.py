"""Make one order of what was found by meaning and what was found by words. Pure: knows no index and no reranker.

How much meaning should count differs from query to query and from collection to collection: an embedding model that
cannot read a script finds everything equally near, and a question in the article's own words needs no model. What
the two legs' scores look like tells, before anything is reranked.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from app.errors import SettingsError
from app.knowledge.articles import Passage

Fusion = Callable[[Sequence[Passage], Sequence[Passage]], list[Passage]]  # by meaning, by words; each best first

PER_QUERY, RRF = "per_query", "rrf"

# Learned by `python -m evals.fit_fusion` on training sets of other kinds than those we measure with, and on copies of
# them in invented scripts, where the embedding model is blind; docs/experiments.md has the figures.
WEIGHTS = {"bias": 2.68, "spread": 0.541, "background": -3.794, "drop by words": -1.716, "lead by words": -1.209}

_TENTH = 9  # index of the passage by words that the best is compared with
_LEAST = 1e-3  # cosine: less is no spread at all
_RRF_K = 60  # Cormack, Clarke and Büttcher, 2009


def fusion_named(choice: str) -> Fusion:
    """What the setting `fusion` means: `per_query`, `rrf`, or a share of meaning such as `0.4`.

    Raises:
        SettingsError: it is none of these.
    """
    if choice == PER_QUERY:
        return fuse
    if choice == RRF:
        return fuse_by_ranks
    try:
        share = float(choice)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise SettingsError(f"fusion cannot be {choice!r}; choose {PER_QUERY}, {RRF} or a share of meaning from 0 to 1")
    return partial(fuse, share=share)


def fuse(by_meaning: Sequence[Passage], by_words: Sequence[Passage], share: float | None = None) -> list[Passage]:
    """Weighted sum of min-max scaled scores (Bruch, Gai and Ingber, 2023): keeps distances that ranks throw away.

    Both legs come best first, scores being cosine similarity and BM25. The passages come back best first with their
    fused score, 0 to 1, and their rank in each leg and here. A chunk that one leg lacks gets nothing from it.

    Args:
        share: of meaning in the sum, 0 to 1; the rest is the words'. None: as `share_of_meaning` says.
    """
    share = share_of_meaning(by_meaning, by_words) if share is None else share
    meaning, words = _scaled(by_meaning), _scaled(by_words)
    ids = {passage.chunk.id for passage in (*by_meaning, *by_words)}
    scores = {id_: share * meaning.get(id_, 0.0) + (1 - share) * words.get(id_, 0.0) for id_ in ids}
    return _best_first(scores, by_meaning, by_words)


def fuse_by_ranks(by_meaning: Sequence[Passage], by_words: Sequence[Passage]) -> list[Passage]:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009), k = 60: what others use, for comparison."""
    legs = (_ranks(by_meaning), _ranks(by_words))
    ids = legs[0].keys() | legs[1].keys()
    scores = {id_: sum(1 / (_RRF_K + leg[id_]) for leg in legs if id_ in leg) for id_ in ids}
    return _best_first(scores, by_meaning, by_words)


def _best_first(
    scores: Mapping[str, float], by_meaning: Sequence[Passage], by_words: Sequence[Passage]
) -> list[Passage]:
    """The passages of both legs with these scores and all their ranks; equals in the order of their ids."""
    meaning_ranks, words_ranks = _ranks(by_meaning), _ranks(by_words)
    passages = {passage.chunk.id: passage for passage in (*by_meaning, *by_words)}
    best_first = sorted(scores, key=lambda id_: (-scores[id_], id_))
    return [
        replace(
            passages[id_],
            score=scores[id_],
            ranks=replace(passages[id_].ranks, meaning=meaning_ranks.get(id_), words=words_ranks.get(id_), fused=rank),
        )
        for rank, id_ in enumerate(best_first, start=1)
    ]


def share_of_meaning(by_meaning: Sequence[Passage], by_words: Sequence[Passage]) -> float:
    """How much meaning should count for this query, 0 to 1, from what the legs' scores look like."""
    if not by_words or not by_meaning:
        return 1.0 if by_meaning else 0.0
    facts = signals([p.score for p in by_meaning], [p.score for p in by_words])
    return 1 / (1 + math.exp(-WEIGHTS["bias"] - sum(WEIGHTS[name] * value for name, value in facts.items())))


def signals(cosines: Sequence[float], bm25: Sequence[float]) -> dict[str, float]:
    """What the scores of one query, best first, tell about the legs; neither may be empty.

    `spread`: how far the best by meaning stands out from the last, as a logarithm. `background`: the last's cosine,
    high where the model cannot tell texts apart. `drop by words`, `lead by words`: the part of the best BM25 that the
    tenth and the second lack. Only ratios of BM25, since its size grows with the query: a follow-up carries many terms.
    """
    best = max(bm25[0], _LEAST)
    return {
        "spread": math.log(max(cosines[0] - cosines[-1], _LEAST)),
        "background": cosines[-1],
        "drop by words": 1 - _at(bm25, _TENTH) / best,
        "lead by words": 1 - _at(bm25, 1) / best,
    }


def _at(bm25: Sequence[float], place: int) -> float:
    """0 where so many did not match: a word that one passage alone has (a code, a name) leads by all there is."""
    return bm25[place] if place < len(bm25) else 0.0


def _scaled(passages: Sequence[Passage]) -> dict[str, float]:
    """Worst 0, best 1; where all are alike, each is as good as the best."""
    if not passages:
        return {}
    scores = [passage.score for passage in passages]
    low, spread = min(scores), max(scores) - min(scores)
    return {p.chunk.id: (p.score - low) / spread if spread > 0 else 1.0 for p in passages}


def _ranks(passages: Sequence[Passage]) -> dict[str, int]:
    return {passage.chunk.id: rank for rank, passage in enumerate(passages, start=1)}
