"""What words, numbers, names and negations tell of a sentence and its evidence. Pure; knows nothing of meaning."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.answering.evidence import Evidence, coverage
from app.answering.names import names
from app.answering.quantities import Quantity, quantities, without_quantities
from app.knowledge.words import terms


@dataclass(frozen=True)
class Signs:
    """What words tell of a sentence and its evidence; all between 0 and 1."""

    said: float  # share of its terms that the quote has
    hinted: float  # 0 where hardly any of its terms stands near the quote, 1 from `ENOUGH` of them on
    quantities_missing: float  # from 0.5 on where the excerpt lacks one of its numbers, times or measures; 1: all
    quantities_elsewhere: float  # the same for those in the excerpt but neither in the best sentence nor above
    names_missing: float  # the same for its names and codes
    names_elsewhere: float
    negated: float  # 1 where only one of it and its best sentence has a negation
    denied: float  # 1 where a word that both have is negated in one of them
    opposite: float  # 1 where a word's opposite stands in its place, and no negation makes up for it
    bounds: float  # 1 where one sets a lower bound and the other an upper one, or only one says "only" or "unless"


ENOUGH = 0.4  # share of a sentence's terms
_WORD = re.compile(r"[\w-]+")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|nobody|nothing|nowhere|without|cannot|hardly|nicht|kein\w*|nie|niemals|ohne"
    r"|sin|nunca|ningun\w*|forbid\w*|prohibit\w*|refus\w*|lacks?|lacking|fails?|failed|instead of|rather than)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
_NOT_NEGATION = re.compile(r"\bno (?:more|fewer|less|later|earlier) than\b|\bnot only\b|\bno\.? \d", re.IGNORECASE)
_LOWER = re.compile(
    r"\b(?:at least|minimum|not? (?:less|fewer) than|none (?:shorter|less|fewer)|or (?:more|longer|older)"
    r"|(?<!no )(?<!not )more than"
    r"|over|from|above|mindestens|al menos)\b",
    re.IGNORECASE,
)
_UPPER = re.compile(
    r"\b(?:at most|up to|maximum|not? more than|no longer than|or (?:less|fewer|younger)"
    r"|(?<!no )(?<!not )(?:less|fewer) than|under|below|within|höchstens|bis zu|como máximo)\b",
    re.IGNORECASE,
)
_LIMITS = (
    re.compile(r"\b(?:only|solely|exclusively|nur|solo|just)\b", re.IGNORECASE),
    re.compile(r"\b(?:unless|except|apart from|save for)\b", re.IGNORECASE),
    re.compile(r"\b(?:even if|even without|whether or not|regardless)\b", re.IGNORECASE),
    re.compile(r"\b(?:some|sometimes|partly|few|rarely|seldom)\b", re.IGNORECASE),
)
_OPPOSITES = """
enable disable|allow forbid|allow prevent|permit forbid|accept refuse|accept reject|include exclude|increase decrease
increase reduce|raise lower|start stop|open close|open shut|lock unlock|add remove|create delete|keep delete
connect disconnect|install uninstall|activate deactivate|encrypt decrypt|import export|upload download|send receive
show hide|approve reject|grant revoke|pass fail|succeed fail|buy sell|lend borrow|extend shorten|join leave
before after|first last|minimum maximum|always never|with without|inside outside|internal external|public private
possible impossible|valid invalid|available unavailable|enabled disabled|active inactive|visible hidden
required optional|mandatory optional|manual automatic|manually automatically|online offline|early late|earlier later
higher lower|high low|larger smaller|longer shorter|more less|more fewer|faster slower|older newer|oldest newest
temporary permanent
correct incorrect|correct wrong|same different|left right|top bottom|incoming outgoing|full empty|local remote
safe unsafe|horizontal vertical|upper lower|used unused|everybody nobody|everyone nobody|all none|every no|free charged
necessary unnecessary|legal illegal|likely unlikely|paid unpaid|employee contractor|day night|morning evening
buyer seller|sender recipient|customer vendor|on off|most least|many few|begin end|once twice|up down|in out
"""


def signs(sentence: str, evidence: Evidence) -> Signs:
    """Compare a sentence with its evidence, word by word."""
    wanted = [
        term
        for term in terms(without_quantities(sentence), evidence.language)
        if not any(sign.isdigit() for sign in term)
    ]
    amounts, named = quantities(sentence), names(without_quantities(sentence))
    near = f"{evidence.above}\n{evidence.best}"
    absent, distant = (missing(amounts, quantities(text)) for text in (evidence.excerpt, near))
    unknown, not_near = (_unknown(named, text) for text in (evidence.excerpt, near))
    is_negated = negations(sentence) % 2 != negations(evidence.best) % 2
    is_opposite = _flips(sentence, evidence.best, evidence.quote)
    return Signs(
        said=coverage(wanted, terms(evidence.quote, evidence.language)) if wanted else 1.0,
        hinted=min(1.0, coverage(wanted, terms(evidence.around, evidence.language)) / ENOUGH) if wanted else 1.0,
        quantities_missing=_weight(absent, amounts),
        quantities_elsewhere=_weight([one for one in distant if one not in absent], amounts),
        names_missing=_weight(unknown, named),
        names_elsewhere=_weight([name for name in not_near if name not in unknown], named),
        negated=float(is_negated and not is_opposite),
        denied=float(_denies(sentence, evidence.quote)),
        opposite=float(is_opposite and not is_negated),
        bounds=float(_bounds_differ(sentence, evidence.quote)),
    )


def words_of(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def missing(amounts: Sequence[Quantity], known: Sequence[Quantity]) -> list[Quantity]:
    return [amount for amount in amounts if not any(amount.is_same(other) for other in known)]


def _weight(part: Sequence[object], whole: Sequence[object]) -> float:
    """0 where nothing is amiss, else between a half and 1: one wrong number among many true ones is still wrong."""
    return (1 + len(part) / len(whole)) / 2 if part else 0.0


def _unknown(named: Sequence[str], text: str) -> list[str]:
    """The names that a text does not have, not in the plural or the genitive either."""
    words = words_of(text)
    parts = [part for word in words for part in re.split(r"[-_]", word)]
    known = {*words, *parts, *(name.casefold() for name in names(text))}
    return [name for name in named if not known & _forms(name.casefold())]


def _forms(name: str) -> set[str]:
    return {name, f"{name}s", name.removesuffix("s"), name.removesuffix("es")}


def negations(text: str) -> int:
    """How many words of a text deny something."""
    return len(_NEGATION.findall(_NOT_NEGATION.sub(" ", text)))


def _denies(sentence: str, quote: str) -> bool:
    """Whether a word of both stands behind a negation in one of them only."""
    denied, denied_there = _in_scope(sentence), _in_scope(quote)
    mine, theirs = ({_stem(word) for word in words_of(text)} for text in (sentence, quote))
    return bool((denied & theirs) - denied_there or (denied_there & mine) - denied)


def _in_scope(text: str) -> set[str]:
    """Stems of the words that the negations of a text negate: of each the next one that carries meaning."""
    found: set[str] = set()
    for match in _NEGATION.finditer(_NOT_NEGATION.sub(" ", text)):
        clause = re.split(r"[.;:!?,]", match.string[match.end() :], maxsplit=1)[0]
        found |= {_stem(word) for word in [word for word in words_of(clause) if len(word) > 3][:1]}
    return found


@cache
def _opposites() -> dict[str, frozenset[str]]:
    """Each word's opposites, by stem."""
    table: dict[str, set[str]] = {}
    for pair in _OPPOSITES.replace("\n", "|").split("|"):
        if pair.strip():
            one, other = (_stem(word) for word in pair.split())
            table.setdefault(one, set()).add(other)
            table.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in table.items()}


def _stem(word: str) -> str:
    stem = re.sub(r"(?:ing|ed|es|s|e)$", "", word) if len(word) > 4 else word
    return stem[:-1] if len(stem) > 4 and stem[-1] == stem[-2] else stem


def _flips(sentence: str, best: str, quote: str) -> bool:
    """Whether a word has its opposite in the best sentence and does not stand in the quote itself."""
    mine, theirs, quoted = ({_stem(word) for word in words_of(text)} for text in (sentence, best, quote))
    return any(_opposites().get(word, frozenset()) & (theirs - mine) for word in mine - quoted)


def _bounds_differ(sentence: str, quote: str) -> bool:
    lower, upper = (bool(pattern.search(sentence)) for pattern in (_LOWER, _UPPER))
    quoted_lower, quoted_upper = (bool(pattern.search(quote)) for pattern in (_LOWER, _UPPER))
    if (lower and quoted_upper and not quoted_lower) or (upper and quoted_lower and not quoted_upper):
        return True
    return any(bool(limit.search(sentence)) != bool(limit.search(quote)) for limit in _LIMITS)
