"""Who words the answer. Each file here is one way, named in settings as `adapter` or `adapter:model`."""

import sys
from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Quotable:
    """A sentence of an excerpt, fit to be shown: what a writer that has no model puts into its answer."""

    text: str  # readable: markup stripped, a table row spelled out
    number: int  # of the excerpt it stands in
    bullet: str = ""  # "-" or "1." for a list item or a step, which stands on a line of its own


@dataclass(frozen=True)
class WritingRequest:
    """All that a writer gets: no tools, no secrets, nothing that the asker may not read."""

    instructions: str  # the system message
    prompt: str  # the numbered excerpts and the question
    quotables: tuple[Quotable, ...] = ()  # in readable order
    fence: str = ""  # the mark around each excerpt, which no article can know; empty: no answer with marks is asked for


@dataclass(frozen=True)
class Limits:
    """What a model can take, counted in tokens, and in which words it is best asked."""

    context_tokens: int = 8192  # for all it reads and writes
    answer_tokens: int = 1024  # of these, kept for the answer
    variant: str = ""  # of the prompts that it is given


BOUNDLESS = Limits(context_tokens=sys.maxsize)  # a writer that reads no prompt


class LanguageModel(Protocol):
    """Knows nothing of articles and askers; gets words and gives words.

    Each file offers `build(settings)`. A writer that fails raises ServiceUnavailable, also in mid-stream; closing the
    iterator stops the request at the provider.
    """

    @property
    def name(self) -> str:
        """`adapter:model`, as traces and notes name it."""
        ...

    @property
    def limits(self) -> Limits: ...

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        """The answer in pieces, as it comes, each claim marked with the number of its excerpt, like [1].

        A piece may be empty: nothing has come, and this is a moment to stop.
        """
        ...
