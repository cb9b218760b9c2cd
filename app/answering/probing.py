"""Try a language model as an answer would: does it begin, mark its sentences, and see all that it is given?"""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from app.answering.briefing import Briefing, Prompts
from app.answering.budget import tokens
from app.answering.citations import marks_in
from app.answering.excerpts import Excerpt
from app.answering.writing import in_time
from app.errors import ServiceUnavailable
from app.knowledge.articles import PUBLIC, Article, Chunk, Passage
from app.language_models import LanguageModel, WritingRequest

LONGEST_PROMPT = 6_000  # tokens; about as much as five excerpts, rules and a conversation ever are
CODE_WORD = "amber-lantern"
_FILLER = "The lighthouse keeper wrote down the wind, the tide and the ships that went by. "
SHARE_PROBED = 0.9  # of what a model can read by its settings; the rest is for what the estimate gets wrong


@dataclass(frozen=True)
class Trial:
    """How a model did."""

    first_words: float  # seconds until they came
    marks: bool  # its sentences carry the numbers of their passages
    prompt_tokens: int  # of the long prompt, as we estimate them
    sees_the_beginning: bool  # of a prompt as long as its settings say it can be


def tried(model: LanguageModel, prompts: Prompts, seconds: float) -> Trial:
    """Ask the model twice: a little question with a passage, and one whose answer stands at the very beginning.

    Raises:
        ServiceUnavailable: it fails; the message says what is wrong.
    """
    began = monotonic()
    first_words, said = _said(model, little_question(model, prompts), seconds)
    long_prompt = about_the_beginning(model)
    _, recalled = _said(model, long_prompt, seconds)
    return Trial(
        first_words=first_words - began,
        marks=1 in marks_in(said),
        prompt_tokens=tokens(long_prompt.instructions + long_prompt.prompt),
        sees_the_beginning=CODE_WORD in recalled.casefold(),
    )


def little_question(model: LanguageModel, prompts: Prompts) -> WritingRequest:
    """One passage, and a question that it answers, in the words of every answer."""
    text = "A permit is valid for ninety days. It is renewed at the front desk."
    article = Article("permits", "doctor", "permits.md", "Permits", "", frozenset({PUBLIC}), datetime.now(UTC), 1)
    passage = Passage(Chunk(article.id, 1, 0, 0, len(text), text, (), None), article, 1.0)
    excerpt = Excerpt(1, article, 1, 0, len(text), text, (passage,))
    return Briefing(prompts, "How long is a permit valid?", (), (excerpt,), (), b"doctor").brief(model).request


def about_the_beginning(model: LanguageModel) -> WritingRequest:
    """A prompt nearly as long as the model can read, that asks for a word at its beginning."""
    limits = model.limits
    room = min(LONGEST_PROMPT, int(SHARE_PROBED * (limits.context_tokens - limits.answer_tokens)))
    times = max(1, (room - 100) // tokens(_FILLER))
    instructions = f"The code word is {CODE_WORD}. Remember it."
    prompt = f"{_FILLER * times}\n\nWhat is the code word that your instructions name? Answer with the code word alone."
    return WritingRequest(instructions, prompt)


def _said(model: LanguageModel, request: WritingRequest, seconds: float) -> tuple[float, str]:
    """When the first words came, and all words."""
    came, said = 0.0, ""
    with closing(in_time(model, request, seconds, monotonic() + seconds)) as pieces:
        for piece in pieces:
            came = came or monotonic()
            said += piece
    if not said.strip():
        raise ServiceUnavailable(f"{model.name} wrote nothing")
    return came, said
