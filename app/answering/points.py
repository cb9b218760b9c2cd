"""Group the sentences of a text into what can be quoted alone: a list with its lead, a sentence with what it leans on.

Pure; knows no article and no question.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.answering.sentences import Unit

Shape = Literal["sentence", "list", "steps", "row", "code"]

MOST_ITEMS = 10  # a longer list is quoted item by item
MOST_STEPS = 15  # steps are only right as a whole
FEWEST_LETTERS = 4  # "7, 1998." is what is left of a date, and no quote
LONGEST = 600  # characters; a longer "sentence" is text without full stops, and no quote
LONGEST_CODE = 1500
_LEANS_BACK = 2  # sentences that may be needed to understand one

# A sentence that begins so says little without the one before.
_DANGLES = re.compile(
    r"""(?:this|that|these|those|it|its|they|their|them|he|she|such|however|otherwise|instead|then|also|but|and|so|or
    |both|neither|the\s+(?:same|former|latter)|therefore|thus|in\s+(?:this|that|these|such)\b.*
    |dies|diese[rsnm]?|dabei|dazu|dafür|danach|dann|damit|dadurch|deshalb|sonst|jedoch|außerdem|er|sie|aber|oder|und
    |est[eao]s?|es[ao]s?|además|pero|entonces|también|ellos|ellas|sin\s+embargo)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_FENCED = re.compile(r"(```|~~~).*\n\s*\1\s*", re.DOTALL)


@dataclass(frozen=True)
class Point:
    """Neighbouring units that make sense together; `heading` is what they stand under, a question counts as one."""

    shape: Shape
    first: int  # index of its first unit
    units: tuple[Unit, ...]
    heading: Unit | None = None

    @property
    def last(self) -> int:
        return self.first + len(self.units) - 1

    @property
    def text(self) -> str:
        """As it is read, on one line."""
        return " ".join(unit.shown for unit in self.units)

    @property
    def has_lead(self) -> bool:
        return self.units[0].kind == "sentence"


def points(text: str, units: Sequence[Unit]) -> list[Point]:
    """All that can be quoted of a text, in order. The items of a list come whole, and each alone beside it."""
    found: list[Point] = []
    heading: Unit | None = None
    at = 0
    while at < len(units):
        unit = units[at]
        if _is_heading(unit):
            heading = unit
            at += 1
            continue
        lead = 1 if unit.kind == "sentence" and unit.shown.endswith(":") else 0
        listed = _listed(units, at + lead)
        if listed > at + lead:
            found += _list(units, at, listed, lead, heading)
            at = listed
        elif unit.kind == "code" or (lead and at + 1 < len(units) and units[at + 1].kind == "code"):
            found += _code(text, units[at : at + lead + 1], at, heading)
            at += lead + 1
        else:
            if not lead:
                found += _alone(text, units, at, heading)
            at += 1
    return found


def _is_heading(unit: Unit) -> bool:
    return unit.kind == "heading" or (unit.kind == "sentence" and unit.shown.endswith(("?", "？")))


def _listed(units: Sequence[Unit], first: int) -> int:
    """Where the list that begins here ends (exclusive); `first` itself where none begins.

    Numbers that begin anew begin a new list. What stands between two steps (a sub-list, a command) belongs to it.
    """
    if first >= len(units) or units[first].kind not in ("item", "row"):
        return first
    if _number(units[first]) is None:
        at = first
        while at < len(units) and units[at].kind == units[first].kind and _number(units[at]) is None:
            at += 1
        return at
    last = first
    at = first + 1
    while at < len(units) and units[at].kind != "heading" and at <= last + MOST_ITEMS:
        if units[at].kind == "item" and (number := _number(units[at])) is not None:
            before = _number(units[last])
            if before is None or not (number == before + 1 or number == before == 1):
                break
            last = at
        at += 1
    return last + 1


def _number(unit: Unit) -> int | None:
    digits = unit.bullet.rstrip(".")
    return int(digits) if digits.isdigit() else None


def _list(units: Sequence[Unit], first: int, end: int, lead: int, heading: Unit | None) -> Iterator[Point]:
    whole = tuple(units[first:end])
    has_steps = _number(whole[lead]) is not None
    items = sum(unit.kind in ("item", "row") for unit in whole)
    if items <= (MOST_STEPS if has_steps else MOST_ITEMS) and items > 1:
        yield Point("steps" if has_steps else "list", first, _counted(whole), heading)
    if has_steps and items <= MOST_STEPS and items > 1:
        return
    for at in range(first + lead, end):
        if _is_quotable(units[at]):
            yield Point("row", at, (units[at],), units[first] if lead else heading)


def _counted(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Steps that are all numbered 1, as Markdown allows, get the numbers that a page would show."""
    numbers = [number for unit in units if (number := _number(unit)) is not None]
    if len(numbers) < 2 or set(numbers) != {1}:
        return units
    counted, number = [], 0
    for unit in units:
        if _number(unit) is None:
            counted.append(unit)
        else:
            number += 1
            counted.append(Unit(unit.kind, unit.start, unit.end, unit.shown, f"{number}."))
    return tuple(counted)


def _code(text: str, units: Sequence[Unit], first: int, heading: Unit | None) -> Iterator[Point]:
    """Code that the excerpt has only in part is left out: half a command is none."""
    is_whole = _FENCED.fullmatch(text, units[-1].start, units[-1].end) is not None
    if is_whole and len(units[-1].shown) <= LONGEST_CODE:
        yield Point("code", first, tuple(units), heading)


def _alone(text: str, units: Sequence[Unit], at: int, heading: Unit | None) -> Iterator[Point]:
    """A sentence with the one or two that it leans on, or a row."""
    unit = units[at]
    if not _is_quotable(unit):
        return
    first = at
    while first > 0 and at - first < _LEANS_BACK and _dangles(units[first]) and _runs_on(text, units, first):
        first -= 1
    yield Point("row" if unit.kind in ("row", "item") else "sentence", first, tuple(units[first : at + 1]), heading)


def _dangles(unit: Unit) -> bool:
    begin = _DANGLES.match(unit.shown) if unit.kind == "sentence" else None
    return begin is not None and not (len(begin.group()) > 1 and begin.group().isupper())  # IT is a department


def _runs_on(text: str, units: Sequence[Unit], at: int) -> bool:
    """Whether the unit stands in one paragraph with the one before."""
    before = units[at - 1]
    return before.kind == "sentence" and "\n\n" not in text[before.end : units[at].start] and _is_quotable(before)


def _is_quotable(unit: Unit) -> bool:
    letters = sum(sign.isalpha() for sign in unit.shown)
    return letters >= FEWEST_LETTERS and len(unit.shown) <= LONGEST
