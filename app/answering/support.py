"""Whether words say what a sentence claims: by terms, numbers, names and negation. Knows nothing of meaning.

A paraphrase that shares few words ends as `unclear`, not as `supported`: the check errs on the side of the reader.
"""

import re

from app.answering.answers import Support
from app.answering.languages import could_be_one_language
from app.knowledge.words import terms

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<=[\w,;] )[A-ZÄÖÜ][\w-]+")
_WORD = re.compile(r"[\w-]+")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|nicht|kein\w*|nie|niemals|ohne|sin|nunca|ningun\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
SAID = 0.75  # share of a sentence's terms from which on words say it; exact sentences have 1
HINTED = 0.4  # share below which words do not even hint at it


def support(sentence: str, quote: str, excerpt: str) -> Support:
    """How well `quote`, readable words from `excerpt`, supports `sentence` (readable, without marks).

    Numbers and names may stand anywhere in the excerpt: a heading or the sentence before often carries them.
    """
    if _words(sentence) == _words(quote):
        return "supported"
    claimed = terms(sentence)
    if not numbers(sentence) <= numbers(excerpt):
        return "unsupported"
    if not claimed or not could_be_one_language(sentence, excerpt):
        return "unclear"  # nothing to compare, or words of two languages
    wanted = [term for term in claimed if not any(sign.isdigit() for sign in term)]
    share = coverage(wanted, terms(quote)) if wanted else 1.0
    if share < HINTED:
        return "unsupported"
    doubtful = (
        share < SAID
        or bool(_NEGATION.search(sentence)) != bool(_NEGATION.search(quote))
        or not set(_NAME.findall(sentence)) <= set(_WORD.findall(excerpt))
    )
    return "unclear" if doubtful else "supported"


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def said_verbatim(claimed: list[str], quoted: list[str]) -> bool:
    """Whether all terms stand in the quote, in this order and with nothing between them."""
    return f" {' '.join(claimed)} " in f" {' '.join(quoted)} "


def coverage(claimed: list[str], quoted: list[str]) -> float:
    """Share of the distinct claimed terms that occur in the quote."""
    wanted = set(claimed)
    return len(wanted & set(quoted)) / len(wanted) if wanted else 0.0


def numbers(text: str) -> set[str]:
    """The numbers in a text, written one way: 1,500 and 1.500 and 1500 are the same, 2.50 and 2.5 too."""
    return {_plain_number(match.group()) for match in _NUMBER.finditer(text)}


def _plain_number(digits: str) -> str:
    without_thousands = re.sub(r"(?<=\d)[.,](?=\d{3}(?:\D|$))", "", digits).replace(",", ".")
    whole, dot, fraction = without_thousands.partition(".")
    return f"{whole.lstrip('0') or '0'}{dot}{fraction}".rstrip("0").rstrip(".") if dot else whole.lstrip("0") or "0"
