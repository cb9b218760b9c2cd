"""A follow-up becomes a query that can stand alone, without a language model. Pure: words in, weights out.

"And for spouses?" means nothing without the turns before it; "When was the Rhine first bridged?" needs none of them,
and would be led astray by a conversation about pensions. So earlier turns lend their words, and the lent ones weigh
the less, the more words of its own the question has and the fewer of these were said before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.answering.answers import Turn
from app.knowledge.words import query_terms, terms

# Round figures that suit doc2dial's conversations and spare questions that stand alone; docs/experiments.md.
LENT = 0.9  # what a word of the last turn weighs, one of the question's own having 1
FADING = 0.98  # what is left of that with each turn that lies between
ENOUGH = 2  # content words: a question that has no more leans on the conversation wholly
SELF_RELIANCE = 0.2  # each content word beyond those makes the conversation count less
MOVED = 0.6  # ... and this much less where no word of the question was said before: the topic has moved
OWN_MEANING = 0.2  # share of the question alone in the vector, beside question and conversation read as one text

HEARD = 400  # characters of each half of a turn: a long answer says first what it is about
TURNS = 10  # further back, nobody remembers what was said either


@dataclass(frozen=True)
class StandAlone:
    """A query in the form that each leg of retrieval takes."""

    text: str  # the question as it was asked: what readers, rerankers and people are shown
    terms: dict[str, float]  # what is searched by words: its own terms and those that earlier turns lend, weighted
    meanings: tuple[tuple[str, float], ...]  # texts to embed; the query vector is their weighted sum, made unit length


def stand_alone(question: str, history: Sequence[Turn]) -> StandAlone:
    """The question with what it needs of the conversation; `history` is oldest first. Without one, just itself."""
    own = query_terms(question)
    said = list(_latest_first(history))
    if not any(said):
        return StandAlone(question, own, ((question, 1.0),))
    need = _need(set(terms(question)), {term for halves in said for half in halves for term in terms(half)})
    weights = dict(own)
    for turns_ago, halves in enumerate(said):
        weight = need * LENT * FADING**turns_ago
        for half in halves:
            for term, times in query_terms(half).items():
                weights[term] = max(weights.get(term, 0.0), weight * min(times, 1.0))
    conversation = " ".join([question, *(half for halves in said for half in reversed(halves))])
    return StandAlone(question, weights, ((question, 1 - need * (1 - OWN_MEANING)), (conversation, need)))


def _latest_first(history: Sequence[Turn]) -> Iterator[tuple[str, ...]]:
    """What each turn said that can be heard: its question, then its answer."""
    for turn in reversed(history[-TURNS:]):
        yield tuple(half[:HEARD] for half in (turn.question.strip(), turn.answer_text.strip()) if half)


def _need(own: Iterable[str], said: set[str]) -> float:
    """How much the question needs the conversation, 0 to 1."""
    content = {term for term in own if "_" not in term}  # pairs of words would count them twice
    if len(content) <= ENOUGH:
        return 1.0
    need = 1 / (1 + SELF_RELIANCE * (len(content) - ENOUGH))
    taken_up = len(content & said) / len(content)
    return min(1.0, need + taken_up) if taken_up else need * MOVED
