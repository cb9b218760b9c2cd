"""Any server that speaks Chat Completions: OpenAI, and all that are compatible with it. The SDK stays in here."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing
from time import monotonic
from typing import TYPE_CHECKING, Any

from app.chat_completions import (
    ANSWER_SCHEMA,
    StructuredAnswer,
    Thoughts,
    fault,
    refused_setting,
    text_of,
    unfinished,
    wait_of,
)
from app.errors import ServiceUnavailable
from app.language_models import Limits, WritingRequest
from app.plugins import model_of
from app.settings import Settings
from app.streaming import pieces_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT_SECONDS = 3.0  # the reader is waiting: a server that cannot be reached in this time is away
RETRIES = 2  # for 429, 5xx and a lost connection, before the first word
FIRST_WAIT = 0.5  # seconds before the first retry; twice as long before each further one
LONGEST_WAIT = 2.0  # a server that asks for more is left alone, and the next model is asked
WORTH_A_RETRY = (408, 409, 429, 500, 502, 503, 504, 529)


class OpenAIWriter:
    """Knows one model of one server, and remembers what this model does not take.

    Args:
        name: `openai:model`, or a name of the user's own, as in the settings.
        temperature: None sends none.
        structured: ask for JSON by schema.
    """

    def __init__(
        self,
        client: "AsyncOpenAI",
        model: str,
        *,
        name: str = "",
        limits: Limits | None = None,
        temperature: float | None = 0.0,
        structured: bool = False,
    ) -> None:
        self._client = client
        self._model = model
        self.name = name or f"openai:{model}"
        self.limits = limits or Limits()
        self._settings: dict[str, Any] = {} if temperature is None else {"temperature": temperature}
        self._structured = structured
        self._rests_until = 0.0

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        wants_json = self._structured and bool(request.fence)
        thoughts, answer = Thoughts(), StructuredAnswer() if wants_json else None
        begun = False
        for piece in pieces_of(lambda: self._stream(request, wants_json)):
            said = thoughts.spoken(piece)
            said = answer.spoken(said) if answer else said
            begun = begun or bool(said.strip())
            yield said
        last = thoughts.rest()
        last = f"{answer.spoken(last)}{answer.rest()}" if answer else last
        if not begun and not last.strip():
            raise ServiceUnavailable(f"{self.name} wrote nothing")
        yield last

    def offered(self) -> list[str]:
        """The models that the server names; none where it names none."""

        async def ask() -> AsyncGenerator[str, None]:
            listed = await self._client.models.list(timeout=CONNECT_SECONDS)
            for model in listed.data:
                yield model.id

        import openai

        try:
            return [name for name in pieces_of(ask) if name]
        except (openai.OpenAIError, ValueError, AttributeError, TypeError):
            return []

    async def _stream(self, request: WritingRequest, wants_json: bool) -> AsyncGenerator[str, None]:
        """Ask, and ask again where that may help and nothing has come yet."""
        import openai

        if (rest := self._rests_until - monotonic()) > 0:
            raise ServiceUnavailable(f"{self.name} takes no more requests for {rest:.0f} seconds (429)")
        settings = self._settings | ({"response_format": dict(ANSWER_SCHEMA)} if wants_json else {})
        retried = 0
        while True:
            begun = False
            try:
                async with aclosing(self._ask(request, settings)) as pieces:
                    async for piece in pieces:
                        begun = True
                        yield piece
                return
            except openai.APIStatusError as error:
                refused = refused_setting(error.status_code, _words(error))
                if refused in settings:
                    settings = {name: value for name, value in settings.items() if name != refused}
                    self._settings.pop(refused, None)
                    continue
                wait = self._patience(error, retried)
                if begun or wait is None:
                    raise ServiceUnavailable(self._said(error)) from error
            except openai.APIConnectionError as error:
                if begun and not isinstance(error, openai.APITimeoutError):
                    raise ServiceUnavailable(f"{self.name} {unfinished(None)}") from error
                if begun or retried or isinstance(error, openai.APITimeoutError):
                    raise ServiceUnavailable(self._said(error)) from error
                wait = 0.0  # a kept connection that the server has closed meanwhile looks like this
            except openai.OpenAIError as error:
                raise ServiceUnavailable(self._said(error)) from error
            except ValueError as error:
                raise ServiceUnavailable(f"{self.name} sent something that is not Chat Completions") from error
            retried += 1
            await asyncio.sleep(wait)

    async def _ask(self, request: WritingRequest, settings: Mapping[str, Any]) -> AsyncGenerator[str, None]:
        """One request. Raises the SDK's errors, and ServiceUnavailable for an answer that is not whole."""
        ended, begun = None, False
        stream = await self._client.chat.completions.create(
            model=self._model,
            messages=[
                {"role": "system", "content": request.instructions},
                {"role": "user", "content": request.prompt},
            ],
            stream=True,
            **settings,
        )
        async with stream:
            async for chunk in stream:
                for choice in chunk.choices or []:
                    ended = choice.finish_reason or ended
                    if choice.delta and (piece := text_of(choice.delta.content)):
                        begun = True
                        yield piece
        if not begun and not ended:
            raise ServiceUnavailable(f"{self.name} wrote nothing")
        if why := unfinished(ended):
            raise ServiceUnavailable(f"{self.name} {why}")

    def _patience(self, error: "Any", retried: int) -> float | None:
        """How long to wait before asking again; None where that is of no use, or takes too long."""
        if error.status_code not in WORTH_A_RETRY or fault(error.status_code, _words(error)) not in ("busy", "other"):
            return None
        asked_for = wait_of(error.response.headers)
        if asked_for is not None and asked_for > LONGEST_WAIT:
            self._rests_until = monotonic() + asked_for
            return None
        if retried >= RETRIES:
            return None
        return FIRST_WAIT * 2**retried if asked_for is None else asked_for

    def _said(self, error: Exception) -> str:
        """One line: what happened, and what to do."""
        import openai

        address = str(self._client.base_url).rstrip("/")
        if isinstance(error, openai.APITimeoutError):
            return f"{self.name} took too long to answer at {address}"
        if isinstance(error, openai.APIConnectionError):
            return f"no answer at {address}; is the server running, and is its address (OPENAI_BASE_URL) right?"
        if not isinstance(error, openai.APIStatusError):
            return f"{self.name} failed: {_one_line(str(error))}"
        match fault(error.status_code, _words(error)):
            case "key":
                return f"{address} refused the key for {self.name}; check OPENAI_API_KEY, or api_key_from in [models]"
            case "credit":
                return f"the account at {address} has no credit left; {self.name} writes again once it has"
            case "model":
                return f"{address} has no model {self._model!r}; check FOOTNOTE_OPENAI_MODEL and OPENAI_BASE_URL"
            case "context":
                return (
                    f"the passages do not fit into what {self.name} can read; set context_tokens for it under [models] "
                    f"in footnote.toml, or give it more at its server: {_one_line(error.message)}"
                )
            case "busy":
                asked_for = wait_of(error.response.headers) or 0.0
                when = f"for {asked_for:.0f} seconds" if asked_for >= 1 else "for now"
                return f"{self.name} takes no more requests {when} ({error.status_code}); try again later"
            case "filter":
                return f"the content filter of {address} refused this question or its passages"
            case _:
                return f"{self.name} answered with status {error.status_code}: {_one_line(error.message)}"


def _words(error: Any) -> str:
    """Code, type and message of an error, wherever its server puts them."""
    return f"{error.message} {error.body if error.body is not None else ''}"


def _one_line(words: str) -> str:
    return " ".join(words.split())[:200]


def build(settings: Settings) -> OpenAIWriter:
    """The writer for `openai`, `openai:model`, or `openai:NAME` with a section [models."openai:NAME"] of its own."""
    import openai

    name = f"openai:{model_of(settings.language_model) or settings.openai_model}"
    own = settings.of_model(name)
    key = own.api_key if own.base_url else own.api_key or settings.openai_api_key  # one server's key is not another's
    client = openai.AsyncOpenAI(
        base_url=own.base_url or settings.openai_base_url,
        api_key=key or "none",  # local servers want no key, the SDK wants a word
        timeout=openai.Timeout(settings.answer_seconds, connect=CONNECT_SECONDS),
        max_retries=0,  # ours can be stopped while they wait, and know when waiting is of no use
    )
    return OpenAIWriter(
        client,
        own.model or model_of(name),
        name=name,
        limits=Limits(own.context_tokens, own.answer_tokens, own.prompts or ("json" if own.structured else "")),
        temperature=own.temperature,
        structured=own.structured,
    )
