"""Characters that no reader sees: what a machine reads and a person does not. Pure; knows no format.

What people write with is not among them: the joiners of emoji and of Persian and Indic words, the marks of text from
right to left, soft hyphens.
"""

import re
from collections.abc import Iterator
from unicodedata import bidirectional, category

# Control characters, zero-width ones, bidi controls, fillers that look like nothing, and the tags and selectors that
# can spell out any text unseen. Tab, line feed and soft hyphen are not among them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{2,6}\U000e007f")  # Scotland's, for one
_MARKS = "\u200e\u200f\u061c"  # of direction: they reorder nothing that is written in one direction
_OPENING, _CLOSING = "\u202a\u202b\u2066\u2067\u2068", "\u202c\u2069"
_EMBEDDING = _OPENING + _CLOSING


def unseen(text: str) -> list[int]:
    """Where the characters are that have no shape and are no part of how people write."""
    found: list[int] = []
    start = 0
    for line in text.split("\n") if _UNSEEN.search(text) else ():
        found += [start + at for at in _unseen_in(line)]
        start += len(line) + 1
    return found


def _unseen_in(line: str) -> Iterator[int]:
    suspects = [at.start() for at in _UNSEEN.finditer(line)]
    if not suspects:
        return
    flags = {at for flag in _FLAG.finditer(line) for at in range(*flag.span())}
    runs_both_ways, is_balanced = _runs_both_ways(line), _is_balanced(line)
    for at in suspects:
        directs = line[at] in _MARKS or (line[at] in _EMBEDDING and is_balanced)
        if not (at in flags or (directs and runs_both_ways) or _belongs(line, at)):
            yield at


def without_unseen(text: str) -> tuple[str, int]:
    """The text without them, and how many they were."""
    places = unseen(text)
    if not places:
        return text, 0
    gone = set(places)
    return "".join(sign for at, sign in enumerate(text) if at not in gone), len(places)


def _belongs(line: str, at: int) -> bool:
    """Whether the sign changes how its neighbours are written: one of them at most, or it could spell something."""
    sign, before, after = line[at], line[at - 1 : at] if at else "", line[at + 1 : at + 2]
    if not before:
        return False
    if sign in "\u200c\u200d":
        return _joins(before, after, sign)
    if "\ufe00" <= sign <= "\ufe0f":
        return category(before) in ("So", "Sm", "Sk", "Po", "Pd", "Mn") or before in "#*0123456789" or _is_han(before)
    if "\U000e0100" <= sign <= "\U000e01ef":
        return _is_han(before)
    return "\u180b" <= sign <= "\u180f" and "\u1800" <= before <= "\u18af"  # Mongolian


def _joins(before: str, after: str, sign: str) -> bool:
    """Between letters of a script that needs it, or between two pictures."""
    pictures = sign == "\u200d" and after and category(after) == "So"
    return bool(
        (bidirectional(before) == "AL" and (not after or bidirectional(after) in ("AL", "NSM", "WS", "ON", "CS")))
        or any(first <= before <= last for first, last in _JOINING)
        or (pictures and (category(before) in ("So", "Sk") or before == "\ufe0f"))
    )


_JOINING = (("\u0900", "\u0dff"), ("\u1000", "\u109f"), ("\u1780", "\u18af"))  # Indic, Burmese, Khmer, Mongolian


def _is_han(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff" or "\uf900" <= sign <= "\ufaff" or "\U00020000" <= sign <= "\U0003ffff"


def _runs_both_ways(line: str) -> bool:
    return any(bidirectional(sign) in ("R", "AL") and sign not in _MARKS for sign in line)


def _is_balanced(line: str) -> bool:
    """Whether every embedding is closed in its line and none is closed that was not opened."""
    depth = 0
    for sign in line:
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if depth < 0:
            return False
    return depth == 0
