"""Questions and their answers as plain sentences: true with the right answer, false with another of the same passage.

What people ask of a passage is worded apart from it, so a true sentence made of it is no nearer to the passage than the
false one beside it: only what is said of what can tell them apart. (After Demszky et al. 2018, arXiv 1809.02922, with
rules of word order alone: the sentences are terse, and some read badly.)
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from models.reader.rows import Claim, Pair

MOST_ANSWER_WORDS = 6
SHORTEST_QUESTION = 5  # words
_SUPPORTS = "do|does|did"
_BEINGS = "is|are|was|were"
_HELPERS = f"{_SUPPORTS}|{_BEINGS}|has|have|had|can|could|will|would|should|may|might|must"
_PREPOSITIONS = "in|on|at|by|from|for|to|of|with|during|until|since|after|before|under|through|into"
# "Who discovered ...", "What is the ...": the answer takes the place of what asks.
_SUBJECT = re.compile(
    rf"(?:who|what) (?=(?:{_BEINGS}) (?:the|a|an)\b|(?!{_HELPERS}|kind|type|sort)\w+(?:ed|s)\b)", re.I
)
_COUNTED = re.compile(rf"how many (?P<thing>(?:(?!{_HELPERS})\w+ ){{1,3}})(?P<helper>{_HELPERS}) (?P<rest>.+)", re.I)
_NAMED = re.compile(
    rf"(?P<before>(?:{_PREPOSITIONS}) )?(?:what|which) (?P<thing>(?:(?!{_HELPERS})\w+ ){{0,3}})"
    rf"(?P<helper>{_HELPERS}) (?P<rest>.+)",
    re.I,
)
_PLACED = re.compile(
    rf"(?P<how>when|where|how long|how much|how often|whom?) (?P<helper>{_HELPERS}) (?P<rest>.+)", re.I
)


def stated(question: str, answer: str) -> str | None:
    """The sentence that question and answer make; None for a question of another form."""
    asked = question.strip().rstrip("?").strip()
    if subject := _SUBJECT.match(asked):
        return f"{answer} {asked[subject.end() :]}."
    for form in (_COUNTED, _NAMED, _PLACED):
        if found := form.fullmatch(asked):
            parts = found.groupdict()
            helper = "" if re.fullmatch(_SUPPORTS, parts["helper"], re.I) else f" {parts['helper']}"
            thing = parts.get("thing") or ""
            if form is _COUNTED:
                return f"{parts['rest']}{helper} {answer} {thing.strip()}."
            before = parts.get("before") or ""
            return f"{parts['rest']}{helper} {before.lower()}{thing}{answer}."
    return None


def stated_claims(found: Sequence[Pair], rng: random.Random) -> Iterator[Claim]:
    """A true sentence, and a false twin, for each question that has a like answer beside it in its passage.

    The twin takes the answer of another question of the same passage: a number for a number, words for words.
    """
    asked: dict[str, list[tuple[Pair, str]]] = defaultdict(list)
    for pair in found:
        if pair.answers and len(pair.answers[0].split()) <= MOST_ANSWER_WORDS:
            asked[pair.passage].append((pair, pair.answers[0].strip(" .,;")))
    for passage, some in asked.items():
        for pair, answer in some:
            if len(pair.question.split()) < SHORTEST_QUESTION:
                continue
            others = sorted({other for _, other in some if _is_like(answer, other) and not _overlap(answer, other)})
            others = [other for other in others if not _overlap(other, pair.question)]
            if not others:
                continue
            said, unsaid = stated(pair.question, answer), stated(pair.question, rng.choice(others))
            if said and unsaid:
                yield Claim("stated", said, passage, 1.0, "stated", held_out=pair.held_out, twin=unsaid)


def _is_like(one: str, other: str) -> bool:
    return bool(re.search(r"\d", one)) == bool(re.search(r"\d", other)) and one[:1].isupper() == other[:1].isupper()


def _overlap(one: str, other: str) -> bool:
    return bool(_words(one) & _words(other))


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3 or word.isdigit()}
