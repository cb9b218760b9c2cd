"""Numbers, times, dates and measures in a text, each as a value that does not depend on how it is written.

90 minutes and one and a half hours are the same, so are 1,500 and 1500, 19:00 and 7 pm, weekly and every 7 days.
Pure; knows English, and the number words and units of time of German and Spanish.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from math import isclose
from typing import Literal

Measure = Literal["number", "time", "months", "bytes", "metres", "share", "clock", "month", "weekday"]

MONTH_IN_DAYS = 30.44
MONTHS_ARE_ROUNDED = 0.035  # 30 days are a month and 45 are one and a half; 28 and 31 days are neither
THOUSANDS_ARE_ROUNDED = 0.1  # 1 TB is 1,000 or 1,024 GB; the four steps of the units make 10 %

_ONES = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_GERMAN = "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"
_SPANISH = "dos tres cuatro cinco seis siete ocho nueve diez once doce"
_UNITS: dict[str, tuple[Measure, float]] = {
    "second": ("time", 1),
    "minute": ("time", 60),
    "hour": ("time", 3600),
    "day": ("time", 86_400),
    "night": ("time", 86_400),
    "week": ("time", 604_800),
    "fortnight": ("time", 1_209_600),
    "month": ("months", 1),
    "quarter": ("months", 3),
    "year": ("months", 12),
    "decade": ("months", 120),
    "millisecond": ("time", 0.001),
    "kb": ("bytes", 1e3),
    "mb": ("bytes", 1e6),
    "gb": ("bytes", 1e9),
    "tb": ("bytes", 1e12),
    "mm": ("metres", 0.001),
    "cm": ("metres", 0.01),
    "m": ("metres", 1),
    "metre": ("metres", 1),
    "meter": ("metres", 1),
    "km": ("metres", 1000),
    "kilometre": ("metres", 1000),
    "kilometer": ("metres", 1000),
    "foot": ("metres", 0.3048),
    "feet": ("metres", 0.3048),
    "inch": ("metres", 0.0254),
    "mile": ("metres", 1609),
    "%": ("share", 0.01),
    "percent": ("share", 0.01),
    "per cent": ("share", 0.01),
    "sekunde": ("time", 1),
    "stunde": ("time", 3600),
    "tag": ("time", 86_400),
    "tagen": ("time", 86_400),
    "woche": ("time", 604_800),
    "monat": ("months", 1),
    "monaten": ("months", 1),
    "jahr": ("months", 12),
    "jahren": ("months", 12),
    "segundo": ("time", 1),
    "minuto": ("time", 60),
    "hora": ("time", 3600),
    "día": ("time", 86_400),
    "semana": ("time", 604_800),
    "mes": ("months", 1),
    "año": ("months", 12),
}
_RHYTHMS = {"hourly": "hour", "daily": "day", "nightly": "day", "weekly": "week", "fortnightly": "fortnight"}
_RHYTHMS |= {"monthly": "month", "quarterly": "quarter", "yearly": "year", "annually": "year", "annual": "year"}
_FRACTIONS = {"half": 0.5, "a third": 1 / 3, "two thirds": 2 / 3, "a quarter": 0.25, "three quarters": 0.75}
_MONTHS = """january february march april may june july august september october november december
    januar februar märz april mai juni juli august september oktober november dezember
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre""".split()  # noqa: SIM905
_WEEKDAYS = """monday tuesday wednesday thursday friday saturday sunday
    montag dienstag mittwoch donnerstag freitag samstag sonntag
    lunes martes miércoles jueves viernes sábado domingo""".split()  # noqa: SIM905


@dataclass(frozen=True)
class Quantity:
    """A value of one measure. A bare number is as good as any measure of as many: tables part them from their units."""

    measure: Measure
    value: float
    count: float  # how many of its unit: 90 of "90 minutes"

    def is_same(self, other: "Quantity") -> bool:
        """Whether both may mean the same amount."""
        if self.measure == other.measure:
            tolerance = THOUSANDS_ARE_ROUNDED if self.measure == "bytes" and self.count != other.count else 1e-6
            return isclose(self.value, other.value, rel_tol=tolerance)
        if {self.measure, other.measure} == {"time", "months"}:
            return isclose(self._days(), other._days(), rel_tol=MONTHS_ARE_ROUNDED)
        return "number" in (self.measure, other.measure) and isclose(self.count, other.count, rel_tol=1e-6)

    def _days(self) -> float:
        return self.value * MONTH_IN_DAYS if self.measure == "months" else self.value / 86_400


def quantities(text: str) -> tuple[Quantity, ...]:
    """Those of a text. "One" and "a" count only before a unit of measure: "one of them" is no amount."""
    return tuple(quantity for quantity, _, _ in _found(text))


def without_quantities(text: str) -> str:
    """The text with a blank in place of each amount and its unit."""
    signs = list(text)
    for _, start, end in _found(text):
        signs[start:end] = " " * (end - start)
    return "".join(signs)


@lru_cache(maxsize=256)  # one excerpt is held against every sentence of an answer
def _found(text: str) -> tuple[tuple[Quantity, int, int], ...]:
    """Each amount and where it stands, no two of them overlapping."""
    found: list[tuple[Quantity, int, int]] = []
    taken = [False] * len(text)
    for pattern, read in _readings():
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(taken[start:end]) and (quantity := read(match)):
                found.append((quantity, start, end))
                taken[start:end] = [True] * (end - start)
    return tuple(found)


def numbers(text: str) -> set[str]:
    """The numbers in a text, written one way: 1,500 and 1.500 and 1500 are the same, 2.50 and 2.5 too."""
    return {_plain_number(match.group()) for match in _NUMBER.finditer(text)}


_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def _plain_number(digits: str) -> str:
    without_thousands = re.sub(r"(?<=\d)[.,](?=\d{3}(?:\D|$))", "", digits).replace(",", ".")
    whole, dot, fraction = without_thousands.partition(".")
    return f"{whole.lstrip('0') or '0'}{dot}{fraction}".rstrip("0").rstrip(".") if dot else whole.lstrip("0") or "0"


@cache
def _words() -> dict[str, float]:
    """Number words and their values."""
    ones, tens = _ONES.split(), _TENS.split()
    words = {word: float(value) for value, word in enumerate(ones, start=1)}
    words |= {word: 10.0 * value for value, word in enumerate(tens, start=2)}
    words |= {f"{ten}-{one}": words[ten] + words[one] for ten in tens for one in ones[:9]}
    words |= {"a dozen": 12.0, "a hundred": 100.0, "hundred": 100.0, "a thousand": 1000.0, "a couple of": 2.0}
    for language in (_GERMAN, _SPANISH):
        words |= {word: float(value) for value, word in enumerate(language.split(), start=2)}
    del words["once"]  # eleven in Spanish, one time in English
    return words


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def _readings() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Quantity | None]], ...]:
    """How quantities are written, the most telling first: what one has read, no later one reads again."""
    number = rf"(?:(?<![\w.,:/-])\d+(?:[.,]\d+)*|(?<![\w-])(?:{_any(list(_words()))}))"
    unit = rf"(?:{_any(list(_UNITS))})(?:s|es|n|en|e)?(?!\w)"
    unit = rf"(?:(?:working|business|calendar|full|whole|more|further|extra) )?{unit}"
    return tuple(
        (re.compile(pattern, re.IGNORECASE), read)
        for pattern, read in (
            (
                r"(?<![\d:.])([01]?\d|2[0-3])[:.]([0-5]\d)(?:[:.][0-5]\d)?(?![\d:]) ?(am|pm|a\.m\.|p\.m\.)?(?!\w|\.\d)",
                _clock,
            ),
            (rf"({number}) ?(am\b|pm\b|a\.m\.|p\.m\.|o['’]clock)(?: in the (morning|afternoon|evening))?", _hour),
            (r"\b(noon|midday|midnight)\b", _named_hour),
            (r"\bhalf past (\w+)\b", _half_past),
            (r"\b(\w+|\d+) in the (morning|afternoon|evening)\b", _hour_of_day),
            (rf"({number}|\ban?|\bone) and a half[ -]?({unit})", _and_a_half),
            (rf"\b(?:an?|one) ({unit}) and a half\b", _and_a_half),
            (rf"({number}) ({unit}) and a half\b", _and_a_half),
            (rf"\b(half|a quarter of|three quarters of|quarter of) (?:an? |of the )?({unit})", _part_of),
            (rf"({number}|\bone|\bein(?:e|en|em|er)?|\bun[ao]?)[ -]?({unit})", _measured),
            (rf"\b(?:an?|per|every|each|once an?|the same) ({unit})", _measured),
            (rf"\b({_any(list(_RHYTHMS))})\b", _rhythm),
            (r"\b(half|a third|two thirds|a quarter|three quarters)\b(?= (?:of|the|is|are)\b)", _fraction),
            (rf"\b({_any(sorted({*_MONTHS} - {'may', 'march'}))}|May(?= \d)|(?<=\d )May|(?<=in )May|March)\b", _month),
            (rf"\b({_any(_WEEKDAYS)})s?\b", _weekday),
            (rf"({number})(?:st|nd|rd|th)?(?!\w|[:/-]\w|[.,]\d)", _bare),
        )
    )


def _value(text: str) -> float | None:
    word = text.lower()
    if word in ("a", "an", "one", "ein", "eine", "einen", "einem", "einer", "un", "una", "uno"):
        return 1.0
    if word in _words():
        return _words()[word]
    if re.fullmatch(r"\d+\.\d{1,2}\.\d+.*", text):
        return None  # a version or a date
    plain = _plain_number(text)
    return float(plain) if re.fullmatch(r"\d+(?:\.\d+)?", plain) else None


def _unit(text: str) -> tuple[Measure, float]:
    word = text.lower().rpartition(" ")[2] if text.lower() != "per cent" else "per cent"
    return next(_UNITS[form] for form in (word, word[:-1], word[:-2]) if form in _UNITS)


def _amount(count: float, unit: str) -> Quantity:
    measure, size = _unit(unit)
    return Quantity(measure, count * size, count)


def _measured(match: re.Match[str]) -> Quantity | None:
    *number, unit = match.groups()
    count = _value(number[0]) if number else 1.0
    if count is None or (unit.lower() == "m" and match.group().endswith("M")):
        return None
    return _amount(count, unit)


def _and_a_half(match: re.Match[str]) -> Quantity | None:
    *number, unit = match.groups()
    count = _value(number[0]) if number else 1.0
    return None if count is None else _amount(count + 0.5, unit)


def _part_of(match: re.Match[str]) -> Quantity:
    part = {"half": 0.5, "three quarters of": 0.75}.get(match.group(1).lower(), 0.25)
    return _amount(part, match.group(2))


def _rhythm(match: re.Match[str]) -> Quantity:
    return _amount(1.0, _RHYTHMS[match.group(1).lower()])


def _fraction(match: re.Match[str]) -> Quantity:
    part = _FRACTIONS[match.group(1).lower()]
    return Quantity("share", part, 100 * part)


def _clock(match: re.Match[str]) -> Quantity | None:
    hour, minute, half = int(match.group(1)), int(match.group(2)), (match.group(3) or "").lower()
    if "." in match.group()[:3] and not half:
        return None  # 10.30 is as likely an amount
    return _at(hour, minute, half)


def _at(hour: float, minute: float, half: str) -> Quantity | None:
    if hour > 24:
        return None
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return Quantity("clock", 60 * hour + minute, hour)


def _hour(match: re.Match[str]) -> Quantity | None:
    hour = _value(match.group(1))
    said = match.group(2).lower()
    half = said if said[0] in "ap" else {"afternoon": "p", "evening": "p"}.get((match.group(3) or "").lower(), "")
    return None if hour is None else _at(hour, 0, half)


def _hour_of_day(match: re.Match[str]) -> Quantity | None:
    hour = _value(match.group(1))
    half = "a" if match.group(2).lower() == "morning" else "p"
    return None if hour is None or hour > 12 or hour != int(hour) else _at(hour, 0, half)


def _half_past(match: re.Match[str]) -> Quantity | None:
    hour = _value(match.group(1))
    return None if hour is None else _at(hour, 30, "")


def _named_hour(match: re.Match[str]) -> Quantity:
    hour = 0.0 if match.group(1).lower() == "midnight" else 12.0
    return Quantity("clock", 60 * hour, hour)


def _month(match: re.Match[str]) -> Quantity:
    place = _MONTHS.index(match.group(1).lower()) % 12 + 1
    return Quantity("month", place, place)


def _weekday(match: re.Match[str]) -> Quantity:
    place = _WEEKDAYS.index(match.group(1).lower()) % 7 + 1
    return Quantity("weekday", place, place)


def _bare(match: re.Match[str]) -> Quantity | None:
    count = _value(match.group(1))
    return None if count is None or (count == 1 and match.group(1).isalpha()) else Quantity("number", count, count)
