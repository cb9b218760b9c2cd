"""Does what a sentence cites say what it says? A probability, from signs that words give and from the bundled reader.

Numbers, names and negation are compared as strings: a small network that lower-cases everything is the wrong one to
ask about them. What a paraphrase means is what the network is asked. Without it the words decide alone, and err on the
side of the reader: a paraphrase that shares few words ends as `unclear`.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from operator import mul
from typing import Protocol

from app.answering.answers import Support
from app.answering.evidence import Evidence
from app.answering.languages import could_be_english, could_be_one_language
from app.answering.quantities import quantities
from app.answering.signs import Signs, missing, signs, words_of
from app.knowledge.words import terms


class Checker(Protocol):
    """What of the bundled reader a check needs."""

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Of each (sentence, passage) the logit that the passage bears it out; 0 is as likely as not."""


@dataclass(frozen=True)
class Judgement:
    support: Support
    probability: float  # 0 to 1: that the evidence says what the sentence says


VERBATIM = 0.99
NOTHING = 0.02  # no word in common
FOREIGN = 0.4  # words of two languages: the words can tell nothing but a wrong number
FOREIGN_NUMBER = 0.1


@dataclass(frozen=True)
class Weights:
    """What each sign adds to the log-odds, and where the verdicts begin."""

    constant: float
    signs: Signs
    supported_from: float
    unsupported_below: float
    logit: float = 0.0  # of the reader, where it was asked


# Fitted by evals/fit_support.py on held-out spoiled sentences, our own twins, strangers, squad_claims and fm2.
READ = Weights(
    -0.37,
    Signs(
        said=0.0,
        hinted=0.891,
        quantities_missing=-0.109,
        quantities_elsewhere=-0.241,
        names_missing=-1.891,
        names_elsewhere=0.0,
        negated=-0.094,
        denied=-0.174,
        opposite=-0.561,
        bounds=-0.257,
    ),
    supported_from=0.547,
    unsupported_below=0.108,
    logit=0.952,
)
WORDS_ALONE = Weights(
    -1.568,
    Signs(
        said=1.703,
        hinted=1.34,
        quantities_missing=-3.334,
        quantities_elsewhere=-2.218,
        names_missing=-2.395,
        names_elsewhere=-1.424,
        negated=-0.793,
        denied=-1.438,
        opposite=-2.117,
        bounds=-0.975,
    ),
    supported_from=0.65,
    unsupported_below=0.2,
)
CERTAIN = 6.0  # a logit beyond which certainty tells no more
DOUBT = 0.01  # so far below `supported` stays what is in doubt whatever else speaks for it
SURE = 1.0  # a logit from which on the reader is believed when a sentence says it in hardly any word of its evidence


class SupportCheck:
    """Judges sentences by their evidence; with a reader by what it reads, too.

    Args:
        reader: None when no reader is to be asked; then words decide alone.
    """

    def __init__(self, reader: Checker | None = None) -> None:
        self._reader = reader

    def judge(self, claims: Sequence[tuple[str, Evidence]]) -> list[Judgement]:
        """One judgement each, in order; all that must be read is read together."""
        found = [_plainly(sentence, evidence) for sentence, evidence in claims]
        open_ = [place for place, one in enumerate(found) if one is None]
        readings = self._readings([claims[place] for place in open_])
        for place, reading in zip(open_, readings, strict=True):
            found[place] = judgement(signs(*claims[place]), reading)
        return [one for one in found if one is not None]

    def _readings(self, claims: Sequence[tuple[str, Evidence]]) -> list[float | None]:
        """The reader's logit of each sentence; None where there is none, or where it does not know the language."""
        if self._reader is None:
            return [None] * len(claims)
        asked = [place for place, claim in enumerate(claims) if _is_readable(*claim)]
        readings: list[float | None] = [None] * len(claims)
        pairs = [(claims[place][0], claims[place][1].around) for place in asked]
        for place, reading in zip(asked, self._reader.supports(pairs), strict=True):
            readings[place] = reading
        return readings


def judgement(found: Signs, reading: float | None) -> Judgement:
    """What signs and, where it was asked, the reader's logit come to."""
    weights = WORDS_ALONE if reading is None else READ
    total = weights.constant + sum(map(mul, astuple(weights.signs), astuple(found)))
    if reading is not None:
        total += weights.logit * counted(found, reading)
    chance = 1 / (1 + math.exp(-total))
    if found.quantities_missing or (reading is not None and found.hinted < 1 and reading < SURE):
        chance = min(chance, weights.supported_from - DOUBT)
    return _verdict(chance, weights)


def counted(found: Signs, reading: float) -> float:
    """The reader's logit as far as it counts: it cannot read a number that is not there, or a name that belongs
    elsewhere, into what a sentence rests on."""
    is_capped = found.quantities_missing or found.names_missing or found.names_elsewhere
    return max(-CERTAIN, min(reading, 0.0 if is_capped else CERTAIN))


def _verdict(chance: float, weights: Weights) -> Judgement:
    if chance >= weights.supported_from:
        return Judgement("supported", chance)
    return Judgement("unsupported" if chance < weights.unsupported_below else "unclear", chance)


def _plainly(sentence: str, evidence: Evidence) -> Judgement | None:
    """What needs no weighing: the very words, no words in common, or words of two languages."""
    if words_of(sentence) == words_of(evidence.quote):
        return Judgement("supported", VERBATIM)
    if not terms(sentence) or not could_be_one_language(sentence, evidence.excerpt):
        is_wrong = missing(quantities(sentence), quantities(evidence.excerpt))
        return Judgement("unsupported", FOREIGN_NUMBER) if is_wrong else Judgement("unclear", FOREIGN)
    return None if evidence.quote else Judgement("unsupported", NOTHING)


def _is_readable(sentence: str, evidence: Evidence) -> bool:
    return could_be_english(sentence) and could_be_english(evidence.around)
