"""Whether what was found answers the question at all. Pure: signals of retrieval in, confidence out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from app.answering.excerpts import Excerpt
from app.answering.reading import Rarities, Reading, told
from app.answering.tracing import Candidate
from app.knowledge.searchable import searchable_text
from app.knowledge.words import terms

# Fitted by evals/fit_abstention.py on 600 questions over six training sets; figures in docs/answers.md.
BIAS = -5.685
WEIGHTS: Mapping[str, float] = {
    "meaning": 2.09,
    "sentence": 2.993,
    "words": 2.324,
    "margin": 6.92,
    "rarest": 0.437,
}
THRESHOLD = 0.107  # the highest at which no training set has more than 3 % of its answerable questions refused


@dataclass(frozen=True)
class Signals:
    """What a confidence is reckoned from; each about 0 to 1, more is better."""

    meaning: float  # cosine similarity of the best passage
    sentence: float  # cosine similarity of the best sentence
    words: float  # share of the question's terms, by rarity, in the excerpt that has most of them
    margin: float  # how far, by meaning, the best article stands above the tenth
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
    cosines = _best_of_each_article(candidates)
    bags = [set(terms(searchable_text(e.article.title, e.headings, e.text))) for e in excerpts]
    rarest = max(rarities, key=rarities.__getitem__, default=frozenset[str]())
    return Signals(
        meaning=cosines[0] if cosines else 0.0,
        sentence=max((reading.meaning for reading in readings), default=0.0),
        words=max((told(rarities, bag) for bag in bags), default=0.0),
        margin=cosines[0] - cosines[min(9, len(cosines) - 1)] if cosines else 0.0,
        rarest=float(any(not rarest.isdisjoint(bag) for bag in bags)),
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
