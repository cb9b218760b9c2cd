"""A follow-up becomes a query that can stand alone, without a language model. Pure: words in, weights out."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.answers import Turn
from app.knowledge.words import query_terms

FADING = 0.5  # of a turn's weight goes with each turn that follows


@dataclass(frozen=True)
class StandAlone:
    """A query in the form that each leg of retrieval takes."""

    text: str  # the question as it was asked: what readers, rerankers and people are shown
    terms: dict[str, float]  # what is searched by words: its own terms and those that earlier turns lend, weighted
    meanings: tuple[tuple[str, float], ...]  # texts to embed; the query vector is their weighted sum, made unit length


def stand_alone(question: str, history: Sequence[Turn]) -> StandAlone:
    """The question with what it needs of the conversation; `history` is oldest first. Without one, just itself."""
    terms = query_terms(question)
    meanings = [(question, 1.0)]
    weight = 1.0
    for turn in reversed(history):
        weight *= FADING
        said = f"{turn.question} {turn.answer_text}".strip()
        for term, times in query_terms(said).items():
            terms.setdefault(term, 0.0)
            terms[term] = max(terms[term], weight * min(times, 1.0))
        meanings.append((said, weight))
    return StandAlone(question, terms, tuple(meanings))
