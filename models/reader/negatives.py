"""Passages that look like the answer and are not: the best of our own two legs over a source's own passages."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from app.knowledge.embedding_models import Vectors
from app.knowledge.words import terms

K1, B = 1.2, 0.75
POOL = 30  # candidates of each leg
AT_ONCE = 256  # questions; their scores over all passages fit the cache of nobody, but the memory of all

Pools = list[list[int]]  # per question: passages, best first


class WordPools:
    """BM25 over passages that fit in memory, with the analysis of the desk."""

    def __init__(self, passages: Sequence[str]) -> None:
        bags = [Counter(terms(passage)) for passage in passages]
        self._columns = {term: at for at, term in enumerate(dict.fromkeys(term for bag in bags for term in bag))}
        lengths = np.array([max(1, sum(bag.values())) for bag in bags], np.float32)
        rows = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
        columns = np.array([self._columns[term] for bag in bags for term in bag])
        counts = np.array([count for bag in bags for count in bag.values()], np.float32)
        holders = np.bincount(columns, minlength=len(self._columns))
        idf = np.log(1 + (len(bags) - holders + 0.5) / (holders + 0.5)).astype(np.float32)
        saturated = counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths[rows] / lengths.mean()))
        shape = (len(self._columns), len(bags))
        self._weights = csr_matrix((saturated * idf[columns], (columns, rows)), shape=shape)

    def nearest(self, questions: Sequence[str], limit: int = POOL) -> Pools:
        pools: Pools = []
        for start in range(0, len(questions), AT_ONCE):
            asked = [
                sorted({self._columns[term] for term in terms(question) if term in self._columns})
                for question in questions[start : start + AT_ONCE]
            ]
            ends = np.cumsum([0, *(len(columns) for columns in asked)])
            columns = np.array([column for columns in asked for column in columns], np.int64)
            query = csr_matrix((np.ones(len(columns), np.float32), columns, ends), (len(asked), len(self._columns)))
            scores = (query @ self._weights).toarray()
            pools += [
                [at for at in row if line[at] > 0] for row, line in zip(_best(scores, limit), scores, strict=True)
            ]
        return pools


def nearest_by_meaning(questions: Vectors, passages: Vectors, limit: int = POOL) -> Pools:
    """By cosine similarity; all vectors of unit length."""
    pools: Pools = []
    for start in range(0, len(questions), AT_ONCE):
        pools += [list(row) for row in _best(questions[start : start + AT_ONCE] @ passages.T, limit)]
    return pools


def _best(scores: Vectors, limit: int) -> NDArray[np.int64]:
    limit = min(limit, scores.shape[1])
    some = np.argpartition(-scores, limit - 1, axis=1)[:, :limit]
    order = np.take_along_axis(scores, some, axis=1).argsort(axis=1)[:, ::-1]
    return np.take_along_axis(some, order, axis=1)


def mixed(meaning: Sequence[int], words: Sequence[int], allowed: Callable[[int], bool]) -> list[int]:
    """Both legs in turn, each passage once, without those that may answer too."""
    merged = dict.fromkeys(at for pair in zip(meaning, words, strict=False) for at in pair)
    merged |= dict.fromkeys([*meaning, *words])
    return [int(at) for at in merged if allowed(int(at))]
