"""Whether two texts can be in one language at all. Cheap and careful: told by function words and scripts. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from unicodedata import name

from app.knowledge.function_words import FUNCTION_WORDS

CLEARLY = 2  # function words more than English has; one alone may be an English word as well

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def could_be_one_language(one: str, other: str) -> bool:
    """False only where script or function words tell them apart; names and numbers alone tell nothing."""
    scripts = _script(one), _script(other)
    if all(scripts) and scripts[0] != scripts[1]:
        return False
    languages = _likely_languages(one), _likely_languages(other)
    return not all(languages) or not languages[0].isdisjoint(languages[1])


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


def _votes(text: str) -> dict[str, int]:
    """How many function words of each language it has."""
    words = [word.casefold() for word in _WORD.findall(text[:2000])]
    return {language: sum(word in function for word in words) for language, function in FUNCTION_WORDS.items()}


def language_of(text: str, among: Sequence[str]) -> str:
    """The language that a text is most likely in; of several that are as likely, the first; "" where nothing tells."""
    likely = _likely_languages(text)
    return next((language for language in among if language in likely), "")
