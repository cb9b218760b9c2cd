"""Whether what was found answers the question at all. Pure: signals of retrieval and reading in, confidence out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from app.answering.reading import Rarities, Reading, told
from app.answering.tracing import Candidate


@dataclass(frozen=True)
class Signals:
    """What a confidence is reckoned from; more is better, and all but the last two are about 0 to 1."""

    meaning: float  # cosine similarity of the best passage
    sentence: float  # cosine similarity of what would be quoted first
    words: float  # share of the question's terms, by rarity, in the one sentence or list that has most of them
    margin: float  # how far, by meaning, the best article stands above the tenth
    # The highest calibrated logit that the reader gives a passage; None where it read none: there is no reader, or the
    # question is not in its language.
    relevance: float | None = None
    # Log odds that the answer stands in the first passage that was read, as the reader sees it; None as above.
    answerable: float | None = None

    def as_mapping(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Weighing:
    """How signals become a confidence, and what it takes to answer. Fitted by evals/fit_abstention.py."""

    bias: float
    weights: Mapping[str, float]
    threshold: float  # below: not found
    unsure: float  # below: an answer comes with a note that it may be none

    def confidence(self, signals: Signals) -> float:
        """0 to 1: how likely the articles answer the question."""
        values = signals.as_mapping()
        evidence = self.bias + sum(weight * values[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-evidence))


# docs/answers.md has the figures, and says why these thresholds.
BY_RETRIEVAL = Weighing(
    bias=-5.695,
    weights={"meaning": 3.706, "sentence": 3.555, "words": 2.279, "margin": 5.339},
    threshold=0.176,
    unsure=0.406,
)
BY_READING = Weighing(
    bias=-3.84,
    weights={
        "meaning": 2.6,
        "sentence": 2.672,
        "words": 1.333,
        "margin": 4.437,
        "relevance": 0.438,
        "answerable": 0.365,
    },
    threshold=0.187,
    unsure=0.39,
)
LIKELY = 0.001  # chances nearer to 0 and 1 are taken for this


def weighing_of(signals: Signals) -> Weighing:
    return BY_RETRIEVAL if signals.relevance is None else BY_READING


def signals(candidates: Sequence[Candidate], readings: Sequence[Reading], rarities: Rarities) -> Signals:
    """What the ranking and the sentences that were read, best first, tell about whether the answer is there."""
    cosines = _best_of_each_article(candidates)
    return Signals(
        meaning=cosines[0] if cosines else 0.0,
        sentence=readings[0].meaning if readings else 0.0,
        words=max((told(rarities, reading.own) for reading in readings), default=0.0),
        margin=cosines[0] - cosines[min(9, len(cosines) - 1)] if cosines else 0.0,
        relevance=max((c.reading.relevance for c in candidates if c.reading), default=None),
        answerable=next((_log_odds(c.reading.answerable) for c in candidates if c.reading), None),
    )


def _log_odds(chance: float) -> float:
    sure = min(max(chance, LIKELY), 1 - LIKELY)
    return math.log(sure / (1 - sure))


def _best_of_each_article(candidates: Sequence[Candidate]) -> list[float]:
    """Cosines, highest first: the many chunks of one long article must not look like many rivals."""
    best: dict[str, float] = {}
    for candidate in candidates:
        if candidate.meaning is not None:
            article_id = candidate.passage.article.id
            best[article_id] = max(candidate.meaning, best.get(article_id, -1.0))
    return sorted(best.values(), reverse=True)
