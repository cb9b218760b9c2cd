"""Whether what was found answers the question at all. Pure: signals of retrieval in, confidence out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from app.answering.excerpts import Excerpt
from app.answering.reading import Rarities, Reading, told
from app.answering.tracing import Candidate
from app.knowledge.searchable import searchable_text
from app.knowledge.words import terms

# Weights and threshold: see evals/fit_abstention.py.
BIAS = -4.0
WEIGHTS: Mapping[str, float] = {
    "meaning": 4.0,
    "sentence": 4.0,
    "words": 2.0,
    "agreement": 1.0,
    "margin": 2.0,
    "together": 0.0,
    "rarest": 0.5,
}
THRESHOLD = 0.3


@dataclass(frozen=True)
class Signals:
    """What a confidence is reckoned from; each about 0 to 1, more is better."""

    meaning: float  # cosine similarity of the best passage
    sentence: float  # cosine similarity of the best sentence
    words: float  # share of the question's terms, by rarity, in the excerpt that has most of them
    agreement: float  # share of the five best by meaning that are among the ten best by words
    margin: float  # how far the best passage stands above the tenth, by meaning
    together: float  # share of the question's terms, by rarity, in the one sentence that has most of them
    rarest: float  # 1 when an excerpt has the question's rarest term

    def as_mapping(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def signals(
    candidates: Sequence[Candidate],
    excerpts: Sequence[Excerpt],
    readings: Sequence[Reading],
    rarities: Rarities,
) -> Signals:
    """What the ranking, the excerpts and their best sentences tell about whether the answer is there."""
    cosines = sorted((c.meaning for c in candidates if c.meaning is not None), reverse=True)
    bags = [set(terms(searchable_text(e.article.title, e.headings, e.text))) for e in excerpts]
    rarest = max(rarities, key=rarities.__getitem__, default=frozenset[str]())
    best_by_meaning = [c.passage.ranks for c in candidates if (c.passage.ranks.meaning or 99) <= 5]
    return Signals(
        meaning=cosines[0] if cosines else 0.0,
        sentence=max((reading.meaning for reading in readings), default=0.0),
        words=max((told(rarities, bag) for bag in bags), default=0.0),
        agreement=sum((ranks.words or 99) <= 10 for ranks in best_by_meaning) / 5,
        margin=cosines[0] - cosines[min(9, len(cosines) - 1)] if cosines else 0.0,
        together=max((reading.words for reading in readings), default=0.0),
        rarest=float(any(not rarest.isdisjoint(bag) for bag in bags)),
    )


def confidence(signals: Signals) -> float:
    """0 to 1: how likely the articles answer the question."""
    evidence = BIAS + sum(weight * getattr(signals, name) for name, weight in WEIGHTS.items())
    return 1 / (1 + math.exp(-evidence))
