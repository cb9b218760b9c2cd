"""Choose which of the points that were read make the answer, and put them in readable order. Pure.

Where the reader has found the answer, the point that holds it is the answer, and what else is said must be needed: the
question asks how or why, or has a second half that another finding answers. Elsewhere the best points by words and
meaning stand side by side.
"""

from collections.abc import Iterator, Sequence, Set

from app.answering.asking import Wish
from app.answering.citations import shielded
from app.answering.points import Point
from app.answering.reading import Rarities, Reading, likelihood, told
from app.answering.sentences import Unit
from app.language_models import Quotable

MOST_QUOTED = 3  # points; a list counts as one
NEAR = 0.9  # of the best point's score: to be quoted beside it
ADDING = 0.8  # the same for a point of its excerpt that brings words of the question which the best lacks
ADDS = 0.1  # of the question's rarity that such a point has to bring
SAME = 0.75  # share of the shorter's terms from which on two points say the same
AS_LIKELY, AS_LIKELY_ELSEWHERE = 0.3, 0.8  # as the best, where the reader has read: to be quoted beside it
_BLOCKS = ("steps", "list", "code")  # shapes that answer on their own


def quotables(readings: Sequence[Reading], rarities: Rarities, wished: Set[Wish] = frozenset()) -> tuple[Quotable, ...]:
    """The best points in readable order: excerpt by excerpt, as they stand there.

    Args:
        readings: best first.
        wished: what the question asks for.
    """
    chosen = choose(readings, rarities, wished)
    in_order = _in_order(chosen)
    return tuple(quotable for reading in in_order for quotable in _quoted(reading, is_alone=len(in_order) == 1))


def _in_order(chosen: Sequence[Reading]) -> list[Reading]:
    """The best first, and what stands right before it; the others as they stand, excerpt by excerpt."""
    places = {number: place for place, number in enumerate(dict.fromkeys(r.excerpt.number for r in chosen))}

    def place(reading: Reading) -> tuple[int, bool, int]:
        leads = reading is chosen[0] or _is_right_before(reading, chosen[0])
        return places[reading.excerpt.number], not leads, reading.point.first

    return sorted(chosen, key=place)


def _is_right_before(one: Reading, other: Reading) -> bool:
    return one.excerpt.number == other.excerpt.number and one.point.last + 1 == other.point.first


def choose(readings: Sequence[Reading], rarities: Rarities, wished: Set[Wish] = frozenset()) -> list[Reading]:
    """The best, and those near it that add something: nothing twice, and no list beside an answer."""
    chosen: list[Reading] = []
    belongs = _is_needed if any(reading.finding for reading in readings) else _is_near
    for reading in readings:
        if len(chosen) == MOST_QUOTED:
            break
        if not chosen or (_is_new(reading, chosen) and belongs(reading, chosen, rarities, wished)):
            chosen.append(reading)
    return chosen


def _is_new(reading: Reading, chosen: Sequence[Reading]) -> bool:
    if reading.point.shape in _BLOCKS:
        return False
    return not any(_overlap(reading, other) or _say_the_same(reading, other) for other in chosen)


def _is_needed(reading: Reading, chosen: Sequence[Reading], rarities: Rarities, wished: Set[Wish]) -> bool:
    """Beside the point that the reader took for the answer."""
    best = chosen[0]
    is_here = reading.excerpt.number == best.excerpt.number
    if Wish.EXPLANATION in wished and is_here and _goes_on(reading, chosen[-1]):
        return True
    is_likely = likelihood(reading, best) >= (AS_LIKELY if is_here else AS_LIKELY_ELSEWHERE)
    return is_likely and _adds(reading, chosen, rarities)


def _is_near(reading: Reading, chosen: Sequence[Reading], rarities: Rarities, wished: Set[Wish]) -> bool:
    """Beside the point that fits best by its words, which may be the wrong one."""
    best = chosen[0]
    is_here = reading.excerpt.number == best.excerpt.number
    if _adds(reading, chosen, rarities):
        return reading.score >= (ADDING if is_here else NEAR) * best.score
    return is_here and reading.point.shape == "sentence" and reading.score >= NEAR * best.score


def _goes_on(reading: Reading, other: Reading) -> bool:
    """Whether one sentence stands right behind another."""
    shapes = {reading.point.shape, other.point.shape}
    return shapes == {"sentence"} and _is_right_before(other, reading)


def _overlap(one: Reading, other: Reading) -> bool:
    same = one.excerpt.number == other.excerpt.number
    return same and one.point.first <= other.point.last and other.point.first <= one.point.last


def _say_the_same(one: Reading, other: Reading) -> bool:
    """Two sentences that differ in a word or a number only: the second, without its context, would just confuse."""
    fewest = min(len(one.own), len(other.own))
    return one.point.shape == "sentence" and len(one.own & other.own) >= SAME * fewest


def _adds(reading: Reading, chosen: Sequence[Reading], rarities: Rarities) -> bool:
    known: Set[str] = frozenset().union(*(other.said for other in chosen))
    return told(rarities, known | reading.said) - told(rarities, known) >= ADDS


def _quoted(reading: Reading, is_alone: bool) -> Iterator[Quotable]:
    """A point as a writer gets it; steps without a line that leads to them are led in by their heading."""
    point, number = reading.point, reading.excerpt.number
    heading = point.heading
    if heading and heading.kind == "heading" and _needs_a_lead(point, is_alone):
        yield Quotable(f"{shielded(heading.shown).rstrip(':')}:", number)
    for unit in point.units:
        yield Quotable(_shown(unit), number, "-" if unit.kind == "row" else unit.bullet)


def _needs_a_lead(point: Point, is_alone: bool) -> bool:
    return point.shape in _BLOCKS and not point.has_lead and not (is_alone and point.shape == "code")


def _shown(unit: Unit) -> str:
    return f"```\n{unit.shown}\n```" if unit.kind == "code" else shielded(unit.shown)
