"""Ask back where a question could mean several articles that say different things. Pure; rather never than wrongly.

"How long is parental leave?" where one article is on Germany and one on Spain, each with a number of its own. Two
articles that disagree on the very same thing are another matter: they contradict each other.
"""

import re
from collections.abc import Sequence
from itertools import combinations

from app.answering.answers import Turn
from app.answering.asking import figures
from app.answering.contradictions import are_on_two_kinds
from app.answering.phrases import LANGUAGES, which
from app.answering.quantities import without_quantities
from app.answering.reading import Reading, likelihood
from app.knowledge.words import terms

AS_LIKELY = 0.4  # to answer, as the best point; from there on another article may be meant as well
AS_MUCH = 0.05  # of the question's rarity by which what two articles say of it may differ
MOST_ASKED = 4  # articles to choose from
FEWEST_SHARED = 0.5  # of the words of a title that have to be the same in another: they are on one thing
SAME = 0.75  # of the words of two sentences: they say the same of two kinds of one thing, but for the number

_PLACES = [  # in a list of MOST_ASKED
    re.compile(rf"\b(?:{words})\b|^\W*{place}\W*$", re.IGNORECASE)
    for place, words in enumerate(
        (
            "first|former|erste[nrs]?|premi[eè]re?|primer[oa]?|prim[oa]|primeir[oa]|eerste",
            "second|zweite[nrs]?|deuxième|segund[oa]|second[oa]|tweede",
            "third|dritte[nrs]?|troisième|tercer[oa]?|terz[oa]|terceir[oa]|derde",
            "fourth|vierte[nrs]?|quatrième|cuart[oa]|quart[oa]|vierde",
        ),
        start=1,
    )
]
_LAST = re.compile(r"\b(?:last|latter|letzte[nrs]?|dernière?|últim[oa]|ultim[oa]|laatste)\b", re.IGNORECASE)


def rivals(question: str, readings: Sequence[Reading], history: Sequence[Turn]) -> tuple[str, ...]:
    """The titles between which the asker has to choose, best first; empty where the question can be answered.

    Args:
        readings: what could answer, best first.
        history: may have said which is meant; and who was asked back a moment ago is not asked again.
    """
    if not readings or _asked_back(history):
        return ()
    first = readings[0]
    said = " ".join([question, *(f"{turn.question} {turn.answer_text}" for turn in history)])
    asked, heard = set(terms(question)), set(terms(said))
    seen, found = {first.excerpt.article.id}, {first.excerpt.article.id: first}
    for reading in readings:
        article_id = reading.excerpt.article.id
        is_its_best = article_id not in seen
        seen.add(article_id)
        if article_id in found or not _is_as_good(reading, first):
            continue
        if (is_its_best and _is_kin(first, reading, asked, heard)) or _is_said_of_two_kinds(first, reading, heard):
            found[article_id] = reading
    kin = list(found.values())[:MOST_ASKED]
    if len(kin) < 2 or not any(_disagree(one, other) for one, other in combinations(kin, 2)):
        return ()
    return tuple(reading.excerpt.article.title for reading in kin)


def _is_as_good(reading: Reading, first: Reading) -> bool:
    return likelihood(reading, first) >= AS_LIKELY and abs(reading.words - first.words) <= AS_MUCH


def _is_kin(one: Reading, other: Reading, asked: set[str], heard: set[str]) -> bool:
    """Whether two titles name one thing that is asked about, in two kinds, and nobody has said which."""
    first, second = set(terms(one.excerpt.article.title)), set(terms(other.excerpt.article.title))
    shared, apart = first & second, first ^ second
    if not (first - second) or not (second - first) or not shared & asked or apart & heard:
        return False
    return len(shared) >= FEWEST_SHARED * max(len(first), len(second))


def _is_said_of_two_kinds(one: Reading, other: Reading, heard: set[str]) -> bool:
    """Whether both say the same but for numbers, their titles tell two kinds apart, and nobody has said which.

    "VPN" and "VPN for contractors": the titles have a word in common, the sentences all but the minutes.
    """
    if not are_on_two_kinds(one, other):
        return False
    first, second = (set(terms(without_quantities(reading.point.text))) for reading in (one, other))
    shared = first & second
    apart = set(terms(one.excerpt.article.title)) ^ set(terms(other.excerpt.article.title))
    return len(shared) >= SAME * len(first | second) and not (apart - shared) & heard


def _disagree(one: Reading, other: Reading) -> bool:
    """Whether they give different numbers; sentences that differ in their words alone may well say the same."""
    mine, theirs = figures(one.point.text), figures(other.point.text)
    return bool(mine and theirs) and not (mine <= theirs or theirs <= mine)


def chosen(question: str, history: Sequence[Turn]) -> str:
    """The question that was asked back about, with the article that the asker has chosen; empty where he has not.

    He may name what sets it apart, or say where it stands in the list.
    """
    if not history or not _asked_back(history):
        return ""
    titles = [line.removeprefix("- ").strip() for line in history[-1].answer_text.splitlines() if line.startswith("- ")]
    said = set(terms(question))
    named = [title for title in titles if said & set(terms(title)).difference(*_terms_of_others(title, titles))]
    placed = [title for place, title in zip(_PLACES, titles, strict=False) if place.search(question)]
    placed += titles[-1:] if _LAST.search(question) else []
    choice = named or placed
    return f"{history[-1].question} {choice[0]}" if len(choice) == 1 else ""


def _terms_of_others(title: str, titles: Sequence[str]) -> list[list[str]]:
    return [terms(other) for other in titles if other != title]


def _asked_back(history: Sequence[Turn]) -> bool:
    leads = tuple(which((), language).strip() for language in LANGUAGES)
    return bool(history) and history[-1].answer_text.startswith(leads)
