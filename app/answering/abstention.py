"""Whether what was found answers the question at all. Pure: signals of retrieval and reading in, confidence out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from app.answering.reading import Rarities, Reading, told
from app.answering.tracing import Candidate

NEARLY_SURE = 1e-4  # a probability nearer to 0 or 1 tells no more than this


@dataclass(frozen=True)
class ReadSignals:
    """What the reader says of the passages it has read for the question; more is better."""

    answerable: float  # highest log of the odds that the answer stands in one
    relevance: float  # highest calibrated logit
    span: float  # highest logit of a span less that of "there is none"
    lead: float  # how far the most relevant article stands above the second
    agreement: float  # 1 where the passage that most surely holds the answer is the one that fusion put first


@dataclass(frozen=True)
class Signals:
    """What a confidence is reckoned from; each of the four about 0 to 1, more is better."""

    meaning: float  # cosine similarity of the best passage
    sentence: float  # cosine similarity of what would be quoted first
    words: float  # share of the question's terms, by rarity, in the one sentence or list that has most of them
    margin: float  # how far, by meaning, the best article stands above the tenth
    read: ReadSignals | None = None  # None where no passage was read: no reader, or not its language

    def as_mapping(self) -> dict[str, float]:
        named = {**asdict(self), **(asdict(self.read) if self.read else {})}
        return {name: round(value, 4) for name, value in named.items() if name != "read"}


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


# Figures in docs/answers.md. The thresholds are the highest at which no set, left out of the fit, has more than 3 % of
# its answerable questions refused, and 15 % doubted.
BY_RETRIEVAL = Weighing(
    bias=-4.937,
    weights={"meaning": 2.907, "sentence": 2.298, "words": 2.807, "margin": 4.932},
    threshold=0.122,
    unsure=0.249,
)
BY_READING = BY_RETRIEVAL


def weighing_of(signals: Signals) -> Weighing:
    return BY_READING if signals.read else BY_RETRIEVAL


def signals(candidates: Sequence[Candidate], readings: Sequence[Reading], rarities: Rarities) -> Signals:
    """What the ranking and the sentences that were read, best first, tell about whether the answer is there."""
    cosines = _best_of_each_article([(c, c.meaning) for c in candidates if c.meaning is not None])
    return Signals(
        meaning=cosines[0] if cosines else 0.0,
        sentence=readings[0].meaning if readings else 0.0,
        words=max((told(rarities, reading.own) for reading in readings), default=0.0),
        margin=cosines[0] - cosines[min(9, len(cosines) - 1)] if cosines else 0.0,
        read=_read_signals(candidates),
    )


def _read_signals(candidates: Sequence[Candidate]) -> ReadSignals | None:
    read = [(candidate, candidate.reading) for candidate in candidates if candidate.reading]
    if not read:
        return None
    surest, reading = max(read, key=lambda pair: pair[1].answerable)
    relevances = _best_of_each_article([(candidate, reading.relevance) for candidate, reading in read])
    return ReadSignals(
        answerable=_log_odds(reading.answerable),
        relevance=relevances[0],
        span=max(reading.span for _, reading in read),
        lead=relevances[0] - relevances[1] if len(relevances) > 1 else 0.0,
        agreement=float(surest.passage.ranks.fused == 1),
    )


def _best_of_each_article(scored: Sequence[tuple[Candidate, float]]) -> list[float]:
    """Scores, highest first: the many chunks of one long article must not look like many rivals."""
    best: dict[str, float] = {}
    for candidate, score in scored:
        article_id = candidate.passage.article.id
        best[article_id] = max(score, best.get(article_id, -math.inf))
    return sorted(best.values(), reverse=True)


def _log_odds(probability: float) -> float:
    sure = min(max(probability, NEARLY_SURE), 1 - NEARLY_SURE)
    return math.log(sure / (1 - sure))
