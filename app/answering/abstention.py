"""Whether what was found answers the question at all. Pure: signals of retrieval in, confidence out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from app.answering.reading import Rarities, Reading, told
from app.answering.tracing import Candidate

# Fitted by evals/fit_abstention.py on 1,350 questions over nine training sets; figures in docs/answers.md.
BIAS = -4.937
WEIGHTS: Mapping[str, float] = {
    "meaning": 2.907,
    "sentence": 2.298,
    "words": 2.807,
    "margin": 4.932,
}
THRESHOLD = 0.122  # the highest at which no set, left out of the fit, has more than 3 % of its answerable refused
UNSURE = 0.249  # the same for 15 %: below, an answer comes with a note that it may be none


@dataclass(frozen=True)
class Signals:
    """What a confidence is reckoned from; each about 0 to 1, more is better."""

    meaning: float  # cosine similarity of the best passage
    sentence: float  # cosine similarity of what would be quoted first
    words: float  # share of the question's terms, by rarity, in the one sentence or list that has most of them
    margin: float  # how far, by meaning, the best article stands above the tenth

    def as_mapping(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def signals(candidates: Sequence[Candidate], readings: Sequence[Reading], rarities: Rarities) -> Signals:
    """What the ranking and the sentences that were read, best first, tell about whether the answer is there."""
    cosines = _best_of_each_article(candidates)
    return Signals(
        meaning=cosines[0] if cosines else 0.0,
        sentence=readings[0].meaning if readings else 0.0,
        words=max((told(rarities, reading.own) for reading in readings), default=0.0),
        margin=cosines[0] - cosines[min(9, len(cosines) - 1)] if cosines else 0.0,
    )


def _best_of_each_article(candidates: Sequence[Candidate]) -> list[float]:
    """Cosines, highest first: the many chunks of one long article must not look like many rivals."""
    best: dict[str, float] = {}
    for candidate in candidates:
        if candidate.meaning is not None:
            article_id = candidate.passage.article.id
            best[article_id] = max(candidate.meaning, best.get(article_id, -1.0))
    return sorted(best.values(), reverse=True)


def confidence(signals: Signals) -> float:
    """0 to 1: how likely the articles answer the question."""
    evidence = BIAS + sum(weight * getattr(signals, name) for name, weight in WEIGHTS.items())
    return 1 / (1 + math.exp(-evidence))
