"""Turn text into the terms that words are searched by. Both lexical indexes take exactly these; knows no index.

Each writing system gets what it needs. Where blanks part words, a term is a word, case-folded and stemmed in its
language; where they do not (Chinese, Japanese, Thai and others, Korean for its particles), a term is a pair of
neighbouring characters. The stemmer of a Latin text is told by its function words, which are themselves left out.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from threading import Lock
from unicodedata import combining, normalize

import Stemmer  # type: ignore[import-not-found]  # it has no type stubs

from app.knowledge.function_words import FUNCTION_WORDS

EDITION = "words_3"  # of the terms below: raised whenever a text gets others, so that no index mixes the two
PLAIN = "english"  # how a Latin text that shows no function words (a name, a code, a table) is stemmed

# Thai, Lao, Burmese, Khmer; Hangul; kana; Han.
_UNSPACED = (
    "\u0e00-\u0e4f\u0e80-\u0ecf\u1000-\u109f\u1780-\u17d3"
    "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
    "\u3005\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Python's \w leaves out the marks that European, Hebrew, Arabic and Indic words are written with.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
)
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])"
_WORD = rf"{_LETTER}+(?:'{_LETTER}+)*"
# Words joined without a blank are one token: E-4012, foo_bar, v2.3.1, a@b.org, and/or; so are C++, C# and 50%.
_TOKEN = re.compile(rf"[{_UNSPACED}]+|{_WORD}(?:[-_.:@/+&]+{_WORD})*(?:\+\+|[#%])?")
_PART = re.compile(_WORD)
_CODE = re.compile(r"[\d_@#%+]|[^\W\d_]\.[^\W\d_]")  # what tells a code, a name or an address from joined words
_JOINT = re.compile(r"[-_]+")
_ELISION = re.compile(r"(?i)^(?:[a-z]{1,2}|dell|all|nell|sull|dall|quest|jusqu|lorsqu|puisqu)'(?=\w)")  # l'eau, I've

_STEMMERS_BY_SCRIPT = (  # Latin is missing: there the text's function words tell
    ("\u0370", "\u03ff", "greek"),
    ("\u0400", "\u052f", "russian"),
    ("\u0531", "\u058a", "armenian"),
    ("\u0600", "\u06ff", "arabic"),
    ("\u0900", "\u097f", "hindi"),
    ("\u0b80", "\u0bff", "tamil"),
)
PAIR_WEIGHT = 0.2  # of a pair of words in a question, a word having 1; more harms long claims, see docs/experiments.md

_LONGEST = 100  # characters of a term; what is longer is no word, and both sides cut it alike
_REMEMBERED = 200_000  # tokens per language whose terms are kept at hand, some 40 MB


def terms(text: str, language: str | None = None) -> list[str]:
    """The terms a stretch of text is indexed by: its words in order, as often as they occur, then pairs of words.

    Args:
        language: that its words are stemmed in; its own function words tell where none is given. Texts whose terms
            are compared one by one share a language: of "Refunds take ten days" only the Polish `ten` would be told.
    """
    tokens = _tokens(text)
    found = _found(tokens, language or _stemmed_in(tokens))
    return [*found, *_pairs(found)]


def stemmed_in(text: str) -> str:
    """The language that the words of a text are stemmed in, by Snowball's name."""
    return _stemmed_in(_tokens(text))


def query_terms(text: str) -> dict[str, float]:
    """The terms a question is searched by: words weigh as often as they occur, pairs of words a little.

    A chunk is stemmed in one language, but a few words may not tell which: a question brings the stems of every
    language it could be in, and always the plain ones, so that it meets what was indexed either way.
    """
    tokens = _tokens(text)
    likely = _likely_languages(tokens)
    # Where each word is a function word of some likely language, those that another one needs are searched.
    searched = [token for token in tokens if not _is_function_word(token, likely)] or tokens
    weights: dict[str, float] = {}
    for language in dict.fromkeys((*(likely or FUNCTION_WORDS), PLAIN)):
        found = _found(searched, language)
        for term, times in Counter(found).items():
            weights[term] = max(weights.get(term, 0.0), float(times))
        weights |= dict.fromkeys(_pairs(found), PAIR_WEIGHT)
    return weights


def _found(tokens: Sequence[str], language: str) -> list[str]:
    terms_of = _analysis(language)
    return [term for token in tokens for term in terms_of[token]]


def _pairs(found: Sequence[str]) -> list[str]:
    """Each word with the next that counts, `renew_licens`: a passage that has both side by side is likelier meant.

    Neighbouring characters of unspaced writing are pairs already.
    """
    return [f"{first}_{second}" for first, second in pairwise(found) if _is_spaced(first) and _is_spaced(second)]


class _Analysis(dict[str, tuple[str, ...]]):
    """Token -> its terms in one language, worked out once: most tokens of a text were seen before."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._stemmers = {name: Stemmer.Stemmer(name, 0) for name in (language, *(s for *_, s in _STEMMERS_BY_SCRIPT))}
        self._lock = Lock()  # a stemmer has inner state

    def __missing__(self, token: str) -> tuple[str, ...]:
        with self._lock:
            if len(self) >= _REMEMBERED:
                self.clear()
            found = self[token] = tuple(self._terms(token))
        return found

    def _terms(self, token: str) -> list[str]:
        if _is_unspaced(token):
            return [token[i : i + 2] for i in range(max(1, len(token) - 1))]
        words = (_ELISION.sub("", word) for word in _PART.findall(token))
        stems = (self._stem(word.casefold()) for word in words if not _is_function_word(word, (self._language,)))
        parts = [stem for stem in stems if stem]  # a stemmer may leave nothing of a word that is all ending
        folded = token.casefold()
        if not _CODE.search(folded):
            return parts
        return list(dict.fromkeys([_JOINT.sub("", folded)[:_LONGEST], *parts]))

    def _stem(self, word: str) -> str:
        word = word[:_LONGEST]
        if word.isascii() and not word.isalpha() and "'" not in word:
            return word
        for first, last, name in _STEMMERS_BY_SCRIPT:
            if first <= word[0] <= last:
                return str(self._stemmers[name].stemWord(word))
        return _without_accents(self._stemmers[self._language].stemWord(word))


@cache
def _analysis(language: str) -> _Analysis:
    return _Analysis(language)


def _tokens(text: str) -> list[str]:
    text = normalize("NFKC", text).replace("’", "'").replace("\u00ad", "")  # a soft hyphen parts no word
    if text.isupper():
        text = text.casefold()  # shouted: capitals tell nothing here
    return _TOKEN.findall(text)


def _is_unspaced(token: str) -> bool:
    return re.match(rf"[{_UNSPACED}]", token) is not None


def _is_spaced(term: str) -> bool:
    return term.isascii() or not _is_unspaced(term)


def _is_function_word(token: str, languages: Sequence[str]) -> bool:
    """IT and WHO in capitals are names, not function words."""
    if token.isupper() and len(token) > 1:
        return False
    folded = token.casefold()
    return any(folded in FUNCTION_WORDS[language] for language in languages)


_languages_of: dict[str, tuple[str, ...]] = {
    word: tuple(language for language, words in FUNCTION_WORDS.items() if word in words)
    for word in frozenset().union(*FUNCTION_WORDS.values())
}


def _likely_languages(tokens: Sequence[str]) -> tuple[str, ...]:
    """Those with the most function words among the tokens; none where there is not one function word."""
    votes = Counter(language for token in tokens for language in _languages_of.get(token.casefold(), ()))
    most = max(votes.values(), default=0)
    return tuple(language for language, count in votes.items() if count == most)


def _stemmed_in(tokens: Sequence[str]) -> str:
    likely = _likely_languages(tokens)
    return PLAIN if PLAIN in likely or not likely else likely[0]


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    return "".join(letter for letter in normalize("NFD", word) if not combining(letter))
