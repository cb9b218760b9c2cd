"""Find two articles that say different things of the very same thing: another number or date, or yes and no. Pure.

Rather never than wrongly: two sentences disagree only where they are on the same subject word by word, none of them
says more closely what it is about than the other's article does, and exactly one thing is different. Articles on two
kinds of one thing, "in Germany" and "in Spain", do not contradict each other: there the asker is asked back
(`clarifying`). Of two editions of one article the newer is in force (`succession`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise

from app.answering.answers import Citation, Sentence
from app.answering.citations import Written, shielded
from app.answering.evidence import Grounds
from app.answering.names import names
from app.answering.quantities import Quantity, quantities, without_quantities
from app.answering.reading import Reading
from app.answering.signs import missing, negations, signs
from app.answering.support import VERBATIM
from app.knowledge.function_words import FUNCTION_WORDS
from app.language_models import Quotable

AS_MUCH = 0.8  # of the question's words that the best point says: what another article has to say of them
FEWEST_SHARED = 2  # words that say what it is about, where one thing is a number
FEWEST_DENIED = 3  # the same, where one says yes and the other no
KIN = 0.5  # share of a title's words in another's from which on both name kinds of one thing
LONGEST = 300  # characters; a longer point says too much for one thing to be different
_DATED = frozenset({"month", "weekday", "clock"})  # of these, several may differ at once: a date, a span of time
_MOST_DIFFERENT = 3

_REFERENCE = re.compile(r"[\[［]\s*\d+\s*[\]］]")
_LOST_APOSTROPHE = re.compile(r"\b(do|does|did|is|are|was|were|ca|wo|has|have|had|should|would|could|must)n t\b", re.I)
_WORD = re.compile(r"[^\W\d_]{2,}")
_RHYTHM = re.compile(r"\b(?:annual|monthly|weekly|daily|hourly)\b", re.IGNORECASE)
_STEM = 6  # letters by which a word and its other forms are told: approve, approval, approved
# Words that do not narrow what a sentence is about.
_PLAIN = frozenset(
    """take takes taking taken need needs last lasts get gets got receive receives given give gives arrive arrives have
    per year years day days week weeks month months hour hours minute minutes working business calendar least most
    maximum minimum within until every currently now new usually normally generally always also must may can shall
    should would will since starting employee employees staff colleague colleagues everybody everyone person people
    please note remember standard is are was were been being made make makes allowed entitled amount amounts total
    costs cost price priced charged pay pays paid euro euros dollar dollars eur usd percent about around approximately
    exactly only just up our your their
    mitarbeiter mitarbeitende jahr jahre tage tagen stunden minuten wochen monate beträgt betragen dauert dauern gilt
    pro mindestens höchstens maximal bekommt bekommen erhält erhalten haben hat
    empleado empleados año años días horas semanas meses tiene tienen dura cuesta""".split()  # noqa: SIM905
)
_KINDS_OF_TEXT = """policy policies guide guidelines handbook faq rules overview information info help page notes manual
    process procedure instructions regulations answers questions richtlinie anleitung handbuch hinweise regeln política
    guía manual reglas""".split()  # noqa: SIM905
_NARROWS = re.compile(
    r"\b(?:for|in|at|on|outside|without|für|bei|ohne|außerhalb|para|en|sin)\b|[(:–—]|\s-\s", re.IGNORECASE
)


@dataclass(frozen=True)
class Contradiction:
    """Two readings of different articles that cannot both be right."""

    newer: Reading  # of the article that was updated last; of two of one day the better one
    older: Reading

    @property
    def article_ids(self) -> frozenset[str]:
        return frozenset({self.newer.excerpt.article.id, self.older.excerpt.article.id})

    @property
    def articles(self) -> tuple[tuple[str, datetime], ...]:
        """Title and date of both, the newer first."""
        articles = (reading.excerpt.article for reading in (self.newer, self.older))
        return tuple((article.title, article.updated_at) for article in articles)

    def quotables(self, others: Sequence[Quotable]) -> tuple[Quotable, ...]:
        """Both side by side, the newer first; then what else was worth quoting, unless it says one of them again."""
        both = tuple(quotable for reading in (self.newer, self.older) for quotable in _quoted(reading))
        said = {quotable.text for quotable in both}
        rest = tuple(other for other in others if other.text not in said)
        return (*both, *rest) if not any(other.bullet or "\n" in other.text for other in rest) else both

    def left_out(self, written: Sequence[Written]) -> Written | None:
        """The side that a writer did not cite, in its article's own words; None where it cites both, or neither."""
        citations = [citation for one in written for citation in one.citations]
        cited = {citation.article_id for citation in citations}
        absent = [reading for reading in (self.newer, self.older) if reading.excerpt.article.id not in cited]
        if len(absent) != 1:
            return None
        excerpt, units = absent[0].excerpt, absent[0].point.units
        start, end = units[0].start, units[-1].end
        mark = max(citation.mark for citation in citations) + 1
        article = excerpt.article
        citation = Citation(
            mark=mark,
            article_id=article.id,
            title=article.title,
            url=article.url,
            revision=excerpt.revision,
            start=excerpt.start + start,
            end=excerpt.start + end,
            quote=excerpt.text[start:end],
            updated_at=article.updated_at,
        )
        said = shielded(absent[0].point.text)
        return Written(f"\n\n{said} [{mark}]", Sentence(said, (mark,), "supported", VERBATIM), (citation,))


def contradiction(readings: Sequence[Reading]) -> Contradiction | None:
    """Between what answers best and another article that answers as well; `readings` best first."""
    for best, other in ((readings[0], other) for other in readings[1:]):
        is_elsewhere = best.excerpt.article.id != other.excerpt.article.id
        if is_elsewhere and other.words >= AS_MUCH * best.words and disagree(best, other):
            by_date = sorted((best, other), key=lambda reading: reading.excerpt.article.updated_at, reverse=True)
            return Contradiction(*by_date)
    return None


def disagree(one: Reading, other: Reading) -> bool:
    """Whether both say the same of the same, but for one thing."""
    texts = _read(one.point.text), _read(other.point.text)
    if (
        any(reading.point.shape not in ("sentence", "row") for reading in (one, other))
        or max(map(len, texts)) > LONGEST
    ):
        return False
    mine, theirs = (_content(_without_amounts(text)) for text in texts)
    shared = len(_words(_without_amounts(texts[0])) & _words(_without_amounts(texts[1])))
    if not mine & theirs or shared < max(FEWEST_SHARED, len(mine ^ theirs)):
        return False
    if _name_others(*texts) or are_on_two_kinds(one, other):
        return False
    if not (_is_covered(mine - theirs, other) and _is_covered(theirs - mine, one)):
        return False
    left, right = (missing(quantities(a), quantities(b)) for a, b in (texts, texts[::-1]))
    if left or right:
        return _differ_in_one_thing(left, right, texts)
    return shared >= FEWEST_DENIED and _say_yes_and_no(*texts)


def _read(text: str) -> str:
    """Without the numbers of a text's own footnotes, and with the apostrophes that some lose on their way."""
    return _LOST_APOSTROPHE.sub(r"\1n't", _REFERENCE.sub(" ", text))


def are_on_two_kinds(one: Reading, other: Reading) -> bool:
    """Whether the titles, or the headings above, tell two kinds of one thing apart."""
    said, other_said = _content(one.point.text), _content(other.point.text)
    titles = one.excerpt.article.title, other.excerpt.article.title
    return any(_tell_apart(*names, said, other_said) for names in (titles, (_heading(one), _heading(other))))


def _tell_apart(one: str, other: str, said: frozenset[str], other_said: frozenset[str]) -> bool:
    """`VPN` and `VPN for contractors`, `Leave in Germany` and `Leave in Spain`; not `Refunds` and `Refund policy`."""
    mine, theirs = _content(one) - _kinds_of_text(), _content(other) - _kinds_of_text()
    if mine == theirs:
        return set(re.findall(r"\d+", one)) != set(re.findall(r"\d+", other))
    if not mine & theirs:
        return False
    own, other_own = mine - theirs - other_said, theirs - mine - said
    if any(left and _NARROWS.search(name) for left, name in ((own, one), (other_own, other))):
        return True
    return bool(own and other_own) and len(mine & theirs) >= KIN * min(len(mine), len(theirs))


def _heading(reading: Reading) -> str:
    if reading.point.heading:
        return reading.point.heading.shown
    return reading.excerpt.headings[-1] if reading.excerpt.headings else ""


def _content(text: str) -> frozenset[str]:
    """The words that say what a text is about, each by its stem."""
    return _words(text) - _plain()


def _words(text: str) -> frozenset[str]:
    """All but those of grammar, each by its stem."""
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(_stem(word) for word in words if word not in _grammar())


def _without_amounts(text: str) -> str:
    """`annual` counts as an amount, but says what leave is meant."""
    return " ".join([without_quantities(text), *_RHYTHM.findall(text)])


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|en|s|e|n)$", "", word)[:_STEM] if len(word) > 3 else word


@cache
def _plain() -> frozenset[str]:
    return frozenset(map(_stem, _PLAIN))


@cache
def _kinds_of_text() -> frozenset[str]:
    return frozenset(map(_stem, _KINDS_OF_TEXT))


@cache
def _grammar() -> frozenset[str]:
    return frozenset().union(*FUNCTION_WORDS.values())


def _is_covered(words: frozenset[str], reading: Reading) -> bool:
    """Whether what one sentence adds only names what the other's article or heading is about."""
    return words <= _content(
        f"{reading.excerpt.article.title} {' '.join(reading.excerpt.headings)} {_heading(reading)}"
    )


def _name_others(one: str, other: str) -> bool:
    """Whether each has a name or a code that the other lacks; a name beside none is what an article is about."""
    mine, theirs = ({name.casefold() for name in names(without_quantities(text))} for text in (one, other))
    return bool(mine - theirs) and bool(theirs - mine)


def _differ_in_one_thing(left: Sequence[Quantity], right: Sequence[Quantity], texts: tuple[str, str]) -> bool:
    measures, other_measures = (sorted(_measure(quantity) for quantity in side) for side in (left, right))
    if measures != other_measures or len(left) > _MOST_DIFFERENT:
        return False
    if len(left) > 1 and not _DATED & set(measures):
        return False
    if len(left) == 1 and measures == ["number"]:
        return bool(_beside(left[0], texts[0]) & _beside(right[0], texts[1]))
    return True


def _measure(quantity: Quantity) -> str:
    return "time" if quantity.measure == "months" else quantity.measure


def _beside(quantity: Quantity, text: str) -> set[str]:
    """The words right before and right behind a bare number: what it counts."""
    signs_of_it = re.findall(r"[€$£]|\w+", text.casefold())
    found = set()
    for before, after in pairwise(signs_of_it):
        if quantities(before) and any(quantity.is_same(own) for own in quantities(before)):
            found.add(after)
        if quantities(after) and any(quantity.is_same(own) for own in quantities(after)):
            found.add(before)
    return found


def _say_yes_and_no(one: str, other: str) -> bool:
    """Whether one denies what the other says, seen from both sides."""
    seen = [signs(a, Grounds(b).evidence(a)) for a, b in ((one, other), (other, one))]
    if any(found.bounds for found in seen):
        return False  # "only", "unless": each may hold
    denied = negations(one) % 2 != negations(other) % 2
    opposed = all(found.opposite for found in seen)
    return denied != opposed


def _quoted(reading: Reading) -> Iterator[Quotable]:
    for unit in reading.point.units:
        yield Quotable(shielded(unit.shown), reading.excerpt.number, "-")
