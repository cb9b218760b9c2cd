"""Whether two texts can be in one language at all. Cheap and careful: told by function words and scripts. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from unicodedata import name

from app.knowledge.function_words import FUNCTION_WORDS

CLEARLY = 2  # function words more than another language has; one alone may be a word of that one as well

# Function words elsewhere that are usual words of English.
_ENGLISH_TOO = frozenset("care come door end go man men non one per plus pro sale sea size ten war".split())  # noqa: SIM905
# Written with a capital within a sentence, where others are names.
_CAPITALS = frozenset(("i", "ihnen", "ihr", "ihre", "ihrem", "ihren", "ihrer", "ihres", "sie"))

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_AROUND = "\"'“”„«»‹›‘’()[],.;:!?¿¡…*_"  # what may stand around a word of prose
_ENDS_A_SENTENCE = re.compile(r"[-–—.!?:;|•>#][\"'”»)*_]*$")


def could_be_one_language(one: str, other: str) -> bool:
    """False only where script or function words tell them apart; names and numbers alone tell nothing."""
    scripts = _script(one), _script(other)
    if all(scripts) and scripts[0] != scripts[1]:
        return False
    return not _possible_languages(one).isdisjoint(_possible_languages(other))


def could_be_english(text: str) -> bool:
    """False where its script, or clearly more function words of another language, tell otherwise."""
    if _script(text) not in ("", "LATIN"):
        return False
    votes = _votes(text)
    return max(votes.values()) - votes["english"] < CLEARLY


def is_likely_english(text: str) -> bool:
    """Whether it has more function words of English than of any other language; short texts may have none."""
    return _likely_languages(text) == {"english"}


def _script(text: str) -> str:
    """The script that most of the letters are in, by the first word of their Unicode names."""
    votes = Counter(name(letter, "").partition(" ")[0] for letter in text[:400] if letter.isalpha())
    return max(votes, key=votes.__getitem__, default="")


def _likely_languages(text: str) -> frozenset[str]:
    """Those with the most function words; none where there is not one."""
    votes = _votes(text)
    most = max(votes.values())
    return frozenset(language for language, count in votes.items() if count == most and most > 0)


def _possible_languages(text: str) -> frozenset[str]:
    """English is told from all others by one word, these from each other by two: they share many."""
    votes = _votes(text)
    most, english = max(votes.values()), votes["english"]
    may_be_english = english + sum(word in _ENGLISH_TOO for word in _words(text)) >= most
    others = (language for language, count in votes.items() if count >= english and most - count < CLEARLY)
    return frozenset(others) | {"english"} if may_be_english else frozenset(others) - {"english"}


def _votes(text: str) -> dict[str, int]:
    """How many function words of each language it has; a compound is one where all of its parts are, as in "est-ce"."""
    words = [word.split("-") for word in _words(text)]
    return {language: sum(map(function.issuperset, words)) for language, function in FUNCTION_WORDS.items()}


def _words(text: str) -> list[str]:
    """Its words as grammar has them, case-folded: no names, abbreviations, units, code.

    "Premium Plus", "AI", "USB-C", "2 m" and "eu-central-1" hold function words of some language, but are none.
    """
    pieces = (text.lower() if text.isupper() else text)[:2000].split()
    found = []
    for before, piece in zip(["", *pieces], pieces, strict=False):
        word = piece.strip(_AROUND).replace("’", "'")
        if not _WORD.fullmatch(word):
            continue
        begins = not any(map(str.isalnum, before)) or _ENDS_A_SENTENCE.search(before)
        is_name = word[0].isupper() and not begins and word.casefold() not in _CAPITALS
        is_abbreviation = word.isupper() and len(word) > 1
        is_unit = len(word) == 1 and before[-1:].isdigit()
        if not (is_name or is_abbreviation or is_unit):
            found.append(word.casefold())
    return found


def language_of(text: str, among: Sequence[str]) -> str:
    """The language that a text is most likely in; of several that are as likely, the first; "" where nothing tells."""
    likely = _likely_languages(text)
    return next((language for language in among if language in likely), "")
