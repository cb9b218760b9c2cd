"""Find what is worth quoting in what was found. Pure but for the embedding model; words nothing itself.

Where the bundled reader has read the passages, the point that holds what it takes for the answer gains by how sure it
is; the words and the meaning of each point tell alone where it has read none (another language, no reader).
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from app.answering.answers import Turn
from app.answering.asking import Wish, names_an_amount, subject, wishes
from app.answering.excerpts import Excerpt
from app.answering.findings import Finding, surest_in
from app.answering.points import Point, points
from app.answering.rewriting import FADING
from app.answering.sentences import Unit, units
from app.knowledge.articles import Passage
from app.knowledge.embedding_models import Vectors
from app.knowledge.searchable import searchable_text
from app.knowledge.words import query_terms, terms

MOST_EMBEDDED = 8  # points whose meaning is compared; the others share too few words with the question
LONGEST_EMBEDDED = 300  # characters; the beginning of a long list tells what it is about
LONGEST_TITLE = 80
MEANING, WORDS, PLACE = 0.4, 0.3, 0.3  # shares of cosine, of the question's rare words, and of the excerpt's own score
FOUND = 0.5  # what the reader's finding adds, at its full chance; tried on held-out questions (docs/answers.md)
SHARPNESS = 8.0  # by 1 / SHARPNESS of score a point is e times as likely to answer
FITS = {Wish.STEPS: 0.2, Wish.CODE: 0.2, Wish.LIST: 0.15, Wish.AMOUNT: 0.1}  # for the kind of answer that was asked for
_SEVERAL = 2
POINTS_ELSEWHERE = 0.15  # off, for a sentence that only says where to read on

# "See our guide.": where an answer may stand, but none itself.
_POINTER = re.compile(
    r"""(?:see|learn\s+(?:more|how|about)|read\s+(?:more|about|our|the)|visit|click\s+here|refer\s+to|for\s+(?:more|further
    |full|details|a\s+full)|more\s+(?:about|information)|siehe|mehr\s+(?:dazu|über|zu)|véase|consulte|más\s+información)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Reading:
    """A point of an excerpt, and how well it fits the question."""

    excerpt: Excerpt
    point: Point
    own: frozenset[str]  # its terms
    said: frozenset[str]  # its terms, with those of its heading and its article's title
    words: float  # share of the question's terms, weighted by rarity, that are said; the title's count half
    score: float = 0.0
    meaning: float = 0.0  # cosine similarity to the question
    finding: Finding | None = None  # the surest of the reader's that stand in it


Rarities = Mapping[frozenset[str], float]  # the forms of one word of the question (stems) -> how much it tells
Embed = Callable[[Sequence[str]], Vectors]


def asked_words(question: str, history: Sequence[Turn]) -> dict[frozenset[str], float]:
    """The words of the question, each as all its forms; those of earlier questions with less and less weight.

    "How many" and "can I get" say how it is asked, not what about.
    """
    weights: dict[frozenset[str], float] = {}
    weight = 1.0
    for said in (question, *(turn.question for turn in reversed(history))):
        for word in subject(said).split():
            if forms := frozenset(query_terms(word)):
                weights.setdefault(forms, weight)
        weight *= FADING
    return weights


def rarity(words: Mapping[frozenset[str], float], passages: Sequence[Passage]) -> dict[frozenset[str], float]:
    """How much each word of the question tells, by how few of the passages have it; weights included.

    The passages stand in for the collection: a word that most of them have does not tell them apart.
    """
    bags = [_words_of(passage) for passage in passages]
    return {
        forms: weight * math.log(1 + (len(bags) + 0.5) / (sum(not forms.isdisjoint(bag) for bag in bags) + 0.5))
        for forms, weight in words.items()
    }


def told(rarities: Rarities, words: Set[str]) -> float:
    """Share of the question's rarity that these words have, 0 to 1."""
    whole = sum(rarities.values())
    return sum(rare for forms, rare in rarities.items() if not forms.isdisjoint(words)) / whole if whole else 0.0


def read(
    question: str,
    vector: Vectors,
    rarities: Rarities,
    excerpts: Sequence[Excerpt],
    embed: Embed,
    found: Sequence[Finding] = (),
) -> list[Reading]:
    """The points of the excerpts that could answer, best first.

    Args:
        vector: the query's.
        found: what the reader has found in the passages, the surest first; empty where it has read none.
    """
    wished = wishes(question)
    best_place = max((excerpt.score for excerpt in excerpts), default=0.0) or 1.0

    def without_meaning(reading: Reading) -> float:
        place = PLACE * reading.excerpt.score / best_place
        found_here = FOUND * reading.finding.chance if reading.finding else 0.0
        return WORDS * reading.words + place + _fit(reading.point, wished) + found_here

    readings = [reading for excerpt in excerpts for reading in _readings(excerpt, rarities, found)]
    readings.sort(key=without_meaning, reverse=True)
    compared = readings[:MOST_EMBEDDED]
    if not compared:
        return []
    cosines = embed([embedded(reading) for reading in compared]) @ vector
    scored = [
        replace(r, score=without_meaning(r) + MEANING * cosine, meaning=cosine)
        for r, cosine in zip(compared, cosines.tolist(), strict=True)
    ]
    return sorted(scored, key=lambda reading: -reading.score)


def likelihood(reading: Reading, best: Reading) -> float:
    """How likely a point answers, of one that the best is 1 of; more than 1 for a better one."""
    return math.exp(SHARPNESS * (reading.score - best.score))


def embedded(reading: Reading) -> str:
    """What is compared with the question: steps and lists say what they are for only in what stands above."""
    point = reading.point
    if point.shape in ("sentence", "row"):
        return point.units[-1].shown[:LONGEST_EMBEDDED]
    above = [reading.excerpt.article.title[:LONGEST_TITLE], *([point.heading.shown] if point.heading else [])]
    return f"{', '.join(dict.fromkeys(above))}: {point.text}"[:LONGEST_EMBEDDED]


def _readings(excerpt: Excerpt, rarities: Rarities, found: Sequence[Finding]) -> list[Reading]:
    readings: list[Reading] = []
    title = frozenset(terms(excerpt.article.title))
    outside = frozenset(terms(" ".join(excerpt.headings[-1:])))
    text_units = units(excerpt.text)
    terms_of = {unit: frozenset(terms(unit.shown)) for unit in text_units}
    for point in points(excerpt.text, text_units):
        above = terms_of[point.heading] if point.heading else outside
        own = frozenset().union(*(terms_of[unit] for unit in text_units[point.first : point.last + 1]))
        said = own | above | title
        words = (told(rarities, own | above) + told(rarities, said)) / 2
        finding = _in_units(excerpt, point.units, found)
        is_table = point.shape == "list" and point.units[-1].kind == "row"
        if is_table and any(
            _in_units(excerpt, [unit], found) and told(rarities, terms_of[unit]) >= told(rarities, own)
            for unit in point.units
        ):
            finding = None  # one row answers alone: it says as much of the question as the whole table
        readings.append(Reading(excerpt, point, own, said, words, finding=finding))
    return readings


def _in_units(excerpt: Excerpt, of_point: Sequence[Unit], found: Sequence[Finding]) -> Finding | None:
    start, end = excerpt.start + of_point[0].start, excerpt.start + of_point[-1].end
    return surest_in(found, excerpt.article.id, excerpt.revision, start, end)


def _fit(point: Point, wished: Set[Wish]) -> float:
    """What a point's shape adds: steps for "how do I", a list for "which", a number for "how many"."""
    if point.shape == "sentence" and _POINTER.match(point.text):
        return -POINTS_ELSEWHERE
    offers = {
        Wish.STEPS: point.shape == "steps",
        Wish.CODE: point.shape == "code",
        Wish.LIST: point.shape == "list" or _enumerates(point.text),
        Wish.AMOUNT: names_an_amount(point.text),
    }
    return max((FITS[wish] for wish in wished if offers.get(wish)), default=0.0)


def _enumerates(text: str) -> bool:
    """Whether a sentence is a list in prose: "such as: this; that; and the other"."""
    return text.count(";") >= _SEVERAL or (":" in text and text.count(",") > _SEVERAL)


def _words_of(passage: Passage) -> set[str]:
    return set(terms(searchable_text(passage.article.title, passage.chunk.headings, passage.chunk.text)))
