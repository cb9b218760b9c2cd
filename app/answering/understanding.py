"""What is asked, before anything is searched: small talk, the language, a choice, a follow-up in words of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic

from app.answering import happenings, phrases, rephrasing
from app.answering.answers import Happening, Turn
from app.answering.briefing import TURNS_TOLD, Prompts
from app.answering.clarifying import chosen
from app.answering.languages import language_of
from app.answering.small_talk import SmallTalk, small_talk
from app.answering.tracing import Stopwatch
from app.answering.writing import LAST_RESORT, Away
from app.errors import ServiceUnavailable
from app.language_models import LanguageModel

TOO_SLOW_SECONDS = 300.0  # for which a model is not asked to word follow-ups that was too slow for it


@dataclass(frozen=True)
class Standing:
    """A question as it is searched for, and the history that it still needs for that."""

    question: str
    history: tuple[Turn, ...]
    how: str  # for the trace: the prompt and the model that worded it, or the rule; empty without a conversation


class Understanding:
    """Makes a question stand alone. Safe between threads.

    Args:
        models: the chain; its first language model words follow-ups.
        away: those that made somebody wait in vain a moment ago.
    """

    def __init__(self, models: Sequence[LanguageModel], prompts: Prompts, away: Away) -> None:
        self._model = next((model for model in models if model.name != LAST_RESORT), None)
        self._prompts = prompts
        self._away = away
        self._too_slow = Away(TOO_SLOW_SECONDS)

    def standing(
        self, question: str, history: Sequence[Turn], end: float, watch: Stopwatch, happening: Happening
    ) -> Standing:
        """What to search for: in a model's words where one can be asked and trusted, else with the history.

        Args:
            end: when the time for the answer is over, as `monotonic` counts; at most a quarter of it is spent here.
        """
        if choice := chosen(question, history):
            return Standing(choice, (), "by choice")
        as_asked = Standing(question, tuple(history), "by rule" if history else "")
        model = self._model
        if not history or model is None or self._away.is_away(model.name) or self._too_slow.is_away(model.name):
            return as_asked
        happening.say(happenings.rephrasing(model.name, language_asked_in(question, history)))
        prompt = self._prompts.of(model.limits.variant).stand_alone
        began = monotonic()
        seconds = min(rephrasing.SECONDS, (end - began) / 4)
        try:
            with watch.step("rephrase"):
                rephrased = rephrasing.rephrased(model, prompt, question, history[-TURNS_TOLD:], seconds, happening)
        except ServiceUnavailable as problem:
            was_impatient = monotonic() - began >= seconds  # it may have time enough to answer
            (self._too_slow if was_impatient else self._away).note(model.name, began)
            return replace(as_asked, how=f"by rule: {problem}")
        return Standing(rephrased, (), f"{prompt.fingerprint} {model.name}") if rephrased else as_asked

    def title(self, question: str) -> str:
        """A name for the conversation that begins with this question: a model's where there is one, else its words."""
        if self._model is None or self._away.is_away(self._model.name):
            return rephrasing.shortened(question)
        prompt = self._prompts.of(self._model.limits.variant).title
        return rephrasing.named(self._model, prompt, question, rephrasing.SECONDS)


def to_the_point(history: Sequence[Turn]) -> list[Turn]:
    """The conversation without its small talk, whose words would be searched for."""
    return [turn for turn in history if not (turn.question and small_talk(turn.question))]


def language_asked_in(question: str, history: Sequence[Turn]) -> str:
    """In which language the desk speaks: the question's, else that of the questions before it, else English."""
    asked = (question, *(turn.question for turn in reversed(history)))
    told = (language_of(text, phrases.LANGUAGES) for text in asked)
    return next((language for language in told if language), phrases.ENGLISH)


def courtesy(question: str, language: str) -> str:
    """What to say to somebody who asks nothing; empty where something is asked."""
    if not any(sign.isalnum() for sign in question):
        return phrases.no_words(language)
    talk = small_talk(question)
    if talk is None:
        return ""
    kind, spoken = talk
    answers = {
        SmallTalk.GREETING: phrases.greeted,
        SmallTalk.THANKS: phrases.thanked,
        SmallTalk.FAREWELL: phrases.left,
        SmallTalk.WHO: phrases.asked_who,
    }
    return answers[kind](spoken)
