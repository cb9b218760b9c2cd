"""The article that a conversation is about stays in view. Pure: knows no index and no reranker.

A follow-up ("and for spouses?") fits passages of many articles; what was said before tells which of them is meant. So
a passage gains by what the *other* passages of its article have of the question, and of the turns before it. Its own
part in earlier turns counts for nothing: that a passage answered the last question does not make it answer this one.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.answering.fusion import scaled
from app.knowledge.articles import Passage

# Round figures by doc2dial's conversations, its pages whole and in sections; docs/experiments.md.
BESIDE = 0.3  # of the fused score of the best other passage of the article
BEFORE = 0.2  # of the best other's score by words for the last turn, scaled to 0 to 1
FADING = 0.9  # what is left of that with each turn that lies between
TURNS = 4  # that are searched for


def continued(fused: Sequence[Passage], before: Sequence[Sequence[Passage]], need: float) -> list[Passage]:
    """The fused passages in their new order, the best with the score that the best had.

    Args:
        before: what was found by words for each earlier turn, the newest turn first.
        need: how much the question leans on the conversation, 0 to 1.
    """
    if not fused or not need:
        return list(fused)
    beside = _Others({p.chunk.id: p.score for p in fused}, fused)
    told = [_Others(scaled(found), found) for found in before]

    def score(passage: Passage) -> float:
        earlier = sum(FADING**turns_ago * others.best(passage) for turns_ago, others in enumerate(told))
        return passage.score + need * (BESIDE * beside.best(passage) + BEFORE * earlier)

    scores = {passage.chunk.id: score(passage) for passage in fused}
    size = fused[0].score / (max(scores.values()) or 1.0)
    best_first = sorted(fused, key=lambda passage: (-scores[passage.chunk.id], passage.chunk.id))
    return [
        replace(passage, score=size * scores[passage.chunk.id], ranks=replace(passage.ranks, fused=rank))
        for rank, passage in enumerate(best_first, start=1)
    ]


class _Others:
    """For each passage the best score of the other passages of its article."""

    def __init__(self, scores: dict[str, float], passages: Sequence[Passage]) -> None:
        self._best_two: dict[str, list[tuple[float, str]]] = {}
        for passage in passages:
            best_two = self._best_two.setdefault(passage.article.id, [])
            best_two.append((scores[passage.chunk.id], passage.chunk.id))
            best_two.sort(reverse=True)
            del best_two[2:]

    def best(self, passage: Passage) -> float:
        best_two = self._best_two.get(passage.article.id, ())
        return next((score for score, chunk_id in best_two if chunk_id != passage.chunk.id), 0.0)
