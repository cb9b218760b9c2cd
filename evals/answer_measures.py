"""How good answers are. Each measure is a pure function and says in a sentence what it means."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
# Chinese, Japanese and Thai part no words: there each character counts as one, as in MLQA (Lewis et al., 2020).
_WORD = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|[^\\s\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]+")


def normalised(text: str) -> str:
    """As SQuAD compares answers: lower case, without punctuation and English articles, single blanks."""
    bare = "".join(sign for sign in text.lower() if not unicodedata.category(sign).startswith("P"))
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(text: str, answers: Iterable[str]) -> float:
    """1 when the text is one of the answers, after normalising both; else 0 (Rajpurkar et al., 2016)."""
    return float(normalised(text) in {normalised(answer) for answer in answers})


def f1(text: str, answers: Iterable[str]) -> float:
    """Harmonic mean of precision and recall of the text's words, against the answer it fits best (same source)."""
    return max(
        (_f1(_WORD.findall(normalised(text)), _WORD.findall(normalised(answer))) for answer in answers), default=0.0
    )


def _f1(said: Sequence[str], wanted: Sequence[str]) -> float:
    if not said or not wanted:
        return float(said == wanted)
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted))


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float | None:
    """How often one of the first lies above one of the second, a tie counting half; None when one side is empty."""
    if not higher or not lower:
        return None
    lower_sorted = sorted(lower)
    won = sum(bisect_left(lower_sorted, value) + bisect_right(lower_sorted, value) for value in higher) / 2
    return won / (len(higher) * len(lower))


def share(counted: Iterable[bool]) -> float | None:
    """The share of those that are true; None when there is nothing to count."""
    values = list(counted)
    return sum(values) / len(values) if values else None
