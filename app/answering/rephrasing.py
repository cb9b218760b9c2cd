"""A follow-up becomes a question that stands alone, and a question becomes a name, by a model whose words are checked.

Without a model, or where it fails, `rewriting` lends words instead: nothing here is needed to answer.
"""

import re
from collections.abc import Sequence
from contextlib import closing
from time import monotonic

from app.answering.answers import Happening, Turn
from app.answering.asking import figures
from app.answering.briefing import told
from app.answering.citations import marks_in
from app.answering.languages import could_be_one_language
from app.answering.writing import in_time
from app.errors import ServiceUnavailable
from app.knowledge.words import terms
from app.language_models import LanguageModel, WritingRequest
from app.prompting import Prompt

SECONDS = 4.0  # the reader has not seen a word yet; a model that takes longer is not waited for
LONGEST_SAID = 1_000  # characters that a model may write before it is stopped
LONGER = 300  # characters that a stand-alone question may have more than the question
KNOWN = 0.6  # share of its words that the conversation has to know: it may word anew, not invent
KEPT = 0.5  # share of the question's own words that it has to keep
NAME_LENGTH = 60  # characters of a conversation's name

_LABEL = re.compile(r"^[\"'“”«»*\s]*(?:[\w -]{0,30}question|[\w -]{0,30}frage|title|name|titel)\s*:\s*", re.IGNORECASE)


def rephrased(
    model: LanguageModel,
    prompt: Prompt,
    question: str,
    history: Sequence[Turn],
    seconds: float,
    happening: Happening | None = None,
) -> str:
    """The question as it stands alone, in the model's words; empty when these are not to be trusted.

    Raises:
        ServiceUnavailable: the model fails, or takes too long.
    """
    asked = prompt.fill(conversation=told(history), question=question)
    said = _said(model, asked, seconds, happening)
    return "" if _is_echo(said, asked) else accepted(said, question, history)


def named(model: LanguageModel, prompt: Prompt, question: str, seconds: float) -> str:
    """A name for the conversation that begins with this question; the question, shortened, when the model fails."""
    try:
        said = _line(_said(model, prompt.fill(question=question), seconds)).rstrip(".")
    except ServiceUnavailable:
        said = ""
    fits = 0 < len(said) <= NAME_LENGTH and not marks_in(said) and could_be_one_language(question, said)
    return said if fits else shortened(question)


def shortened(question: str) -> str:
    """The first words of a question, as many as a name may have."""
    line = " ".join(question.split())
    if len(line) <= NAME_LENGTH:
        return line
    return f"{line[:NAME_LENGTH].rsplit(' ', 1)[0].rstrip(',;:')} …"


def accepted(said: str, question: str, history: Sequence[Turn]) -> str:
    """What the model said, where it is the question in other words: nothing invented, nothing left out, no answer."""
    line = _line(said)
    own, new = _words(question), _words(line)
    known = own.union(*(_words(f"{turn.question} {turn.answer_text}") for turn in history))
    heard = " ".join([question, *(f"{turn.question} {turn.answer_text}" for turn in history)])
    is_the_question = (
        bool(new)
        and len(line) <= len(question) + LONGER
        and not marks_in(line)
        and "://" not in line
        and figures(question) <= figures(line) <= figures(heard)
        and len(new & known) >= KNOWN * len(new)
        and len(own & new) >= KEPT * len(own)
        and could_be_one_language(question, line)
    )
    return line if is_the_question else ""


def _said(model: LanguageModel, prompt: str, seconds: float, happening: Happening | None = None) -> str:
    """The model's words. It has all of the time to begin."""
    said = ""
    request = WritingRequest("You do exactly what you are asked, and write nothing else.", prompt)
    with closing(in_time(model, request, seconds * 3, monotonic() + seconds, happening)) as pieces:
        for piece in pieces:
            said += piece
            if len(said) > LONGEST_SAID:
                break
    return said


def _is_echo(said: str, prompt: str) -> bool:
    """Whether the model repeats what it was given: the question in it would be taken for one that stands alone."""
    given = {line.strip() for line in prompt.splitlines()} - {""}
    return any(line.strip() in given for line in said.splitlines())


def _line(said: str) -> str:
    """The one line that was asked for; of several, the last that is a question."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    questions = [line for line in lines if line.rstrip("\"'”»*").endswith(("?", "？", "؟"))]
    chosen = (questions or lines[:1] or [""])[-1]
    return _LABEL.sub("", chosen).strip(" \"'“”«»*`")


def _words(text: str) -> set[str]:
    return {term for term in terms(text) if "_" not in term}
