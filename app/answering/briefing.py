"""What a writer is given for one question: rules, conversation, and as many fenced passages as it can read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from app.answering.answers import Turn
from app.answering.budget import CONVERSATION_SHARE, fitting, room, tokens
from app.answering.citations import unmarked
from app.answering.excerpts import Excerpt
from app.errors import PromptError, ServiceUnavailable
from app.language_models import BOUNDLESS, LanguageModel, Limits, Quotable, WritingRequest
from app.prompting import Prompt

NOT_IN_THE_PASSAGES = "NOT IN THE PASSAGES"  # what the rules ask for when the excerpts do not answer
TURNS_TOLD = 6  # of the conversation, the newest, as far as they fit
LONGEST_HALF = 1_500  # characters of a question or an answer that is told: a long one says first what it is about


@dataclass(frozen=True)
class Prompts:
    """All words that a model is given, in one variant; the others by name."""

    rules: Prompt
    answer: Prompt
    stand_alone: Prompt
    title: Prompt
    variants: dict[str, "Prompts"] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path | None = None, variants: Sequence[str] = ()) -> "Prompts":
        """Ours, with those of the folder in their stead, blank for blank.

        Raises:
            PromptError: a prompt is missing or malformed, or no prompt has such a variant.
        """
        if folder is not None and not folder.is_dir():
            raise PromptError(f"there is no folder {folder}; FOOTNOTE_PROMPTS names where your own prompts stand")
        named = {variant: cls._load(folder, variant) for variant in variants if variant}
        return replace(cls._load(folder, ""), variants=named)

    @classmethod
    def _load(cls, folder: Path | None, variant: str) -> "Prompts":
        rules, answer, stand_alone, title = (
            Prompt.load(name, folder, variant) for name in ("answer_rules", "answer", "stand_alone", "title")
        )
        if variant and not any(prompt.name.endswith(f".{variant}") for prompt in (rules, answer, stand_alone, title)):
            raise PromptError(f"no prompt has a variant {variant!r}; such as answer_rules.{variant}.md")
        return cls(rules, answer, stand_alone, title)

    def of(self, variant: str) -> "Prompts":
        return self.variants[variant] if variant else self

    @property
    def fingerprint(self) -> str:
        """Of what an answer is written with."""
        return f"{self.rules.fingerprint} {self.answer.fingerprint}"


@dataclass(frozen=True)
class Brief:
    """What one model gets, and which excerpts are in it: only these can be cited."""

    request: WritingRequest
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True)
class Briefing:
    """All that there is for one question, and how it is told to each model.

    Args:
        excerpts: best first.
        secret: of this process: no article can guess the fences, and the same prompt has the same ones.
    """

    prompts: Prompts
    question: str
    history: Sequence[Turn]
    excerpts: tuple[Excerpt, ...]
    quotables: tuple[Quotable, ...]
    secret: bytes

    def brief(self, model: LanguageModel) -> Brief:
        """As much as fits the model: the best excerpts, whole, and the newest turns.

        Raises:
            ServiceUnavailable: not even the best passage fits.
        """
        prompts = self.prompts.of(model.limits.variant)
        rules = prompts.rules.fill(not_found=NOT_IN_THE_PASSAGES)
        excerpts, turns = self._fitting(model, rules, prompts.answer)
        conversation = told(turns)
        texts = "\0".join([conversation, self.question, *(excerpt.text for excerpt in excerpts)])
        fence = blake2b(texts.encode(), key=self.secret, digest_size=4).hexdigest()
        prompt = prompts.answer.fill(
            conversation=conversation,
            passages="\n\n".join(fenced(excerpt, fence) for excerpt in excerpts),
            fence=fence,
            question=self.question,
        )
        return Brief(WritingRequest(rules, prompt, self.quotables, fence), excerpts)

    def _fitting(self, model: LanguageModel, rules: str, answer: Prompt) -> tuple[tuple[Excerpt, ...], Sequence[Turn]]:
        limits: Limits = model.limits
        turns = self.history[-TURNS_TOLD:]
        if limits is BOUNDLESS:
            return self.excerpts, turns
        left = room(limits.context_tokens, limits.answer_tokens, tokens(rules + answer.words + self.question))
        turns = newest_turns(turns, int(left * CONVERSATION_SHARE))
        left -= tokens(told(turns))
        given = self.excerpts[: fitting([tokens(fenced(excerpt, "00000000")) for excerpt in self.excerpts], left)]
        if not given and self.excerpts:
            narrow = narrowed(self.excerpts[0])
            if tokens(fenced(narrow, "00000000")) > left:
                raise ServiceUnavailable(
                    f"not one passage fits into the {limits.context_tokens:,} tokens that {model.name} can read; "
                    "give it more at its server, and set context_tokens for it under [models] in footnote.toml"
                )
            given = (narrow,)
        return given, turns


def newest_turns(turns: Sequence[Turn], room: int) -> Sequence[Turn]:
    """The newest turns that fit, oldest first."""
    newest_first = [tokens(told([turn])) for turn in reversed(turns)]
    count = fitting(newest_first, room)
    return turns[len(turns) - count :]


def narrowed(excerpt: Excerpt) -> Excerpt:
    """The best passage of an excerpt alone, without what stands around it."""
    chunk = excerpt.passages[0].chunk
    text = excerpt.text[chunk.start - excerpt.start : chunk.end - excerpt.start]
    return replace(excerpt, start=chunk.start, end=chunk.end, text=text, passages=excerpt.passages[:1])


def fenced(excerpt: Excerpt, fence: str) -> str:
    """An excerpt as the writer reads it, between lines that no article can forge."""
    above = " > ".join(dict.fromkeys([excerpt.article.title, *excerpt.headings]))
    updated = excerpt.article.updated_at.date().isoformat()
    head = f"<<{fence} passage [{excerpt.number}] | {above} | updated {updated}>>"
    return f"{head}\n{excerpt.text.strip()}\n<<{fence} end of [{excerpt.number}]>>"


def is_left_open(text: str, fence: str) -> bool:
    """Whether a fenced excerpt begins in this text, at the head of a line, and does not end in it."""
    before, _, after = text.rpartition(fence)
    return after.startswith(" passage [") and not before.rpartition("\n")[2].removesuffix("<<").strip()


def told(turns: Sequence[Turn]) -> str:
    """Question and answer, oldest first; old marks go, since they would be read as marks of these excerpts."""
    lines = []
    for turn in turns:
        lines += [f"Q: {_in_short(turn.question)}"] if turn.question else []
        lines += [f"A: {_in_short(unmarked(turn.answer_text))}"] if turn.answer_text else []
    return "\n".join(lines) or "-"


def _in_short(text: str) -> str:
    return text if len(text) <= LONGEST_HALF else f"{text[:LONGEST_HALF].rpartition(' ')[0] or text[:LONGEST_HALF]} …"
