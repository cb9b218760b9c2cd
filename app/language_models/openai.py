"""Any server that speaks Chat Completions: OpenAI, and all that are compatible with it. The SDK stays in here."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from app.errors import ServiceUnavailable
from app.language_models import WritingRequest
from app.plugins import model_of
from app.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

CONNECT_SECONDS = 3.0  # the reader is waiting: a server that cannot be reached in this time is away
RETRIES = 2  # by the SDK, for 429 and 5xx, as Retry-After says


class OpenAIWriter:
    """Knows one model of one server."""

    def __init__(self, client: "OpenAI", model: str) -> None:
        self._client = client
        self._model = model
        self.name = f"openai:{model}"

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        import openai

        begun = finished = False
        try:
            with self._client.chat.completions.create(
                model=self._model,
                messages=[
                    {"role": "system", "content": request.instructions},
                    {"role": "user", "content": request.prompt},
                ],
                temperature=0,
                stream=True,
            ) as stream:
                for chunk in stream:
                    for choice in chunk.choices or []:
                        finished = finished or choice.finish_reason == "stop"
                        if choice.delta and choice.delta.content:
                            begun = True
                            yield choice.delta.content
        except openai.OpenAIError as error:
            raise ServiceUnavailable(self._said(error)) from error
        except ValueError as error:
            raise ServiceUnavailable(f"{self.name} sent something that is not Chat Completions") from error
        if not begun:
            raise ServiceUnavailable(f"{self.name} wrote nothing")
        if not finished:
            raise ServiceUnavailable(f"{self.name} stopped in the middle of its answer")

    def _said(self, error: Exception) -> str:
        """One line: what happened, and what to do."""
        import openai

        address = str(self._client.base_url).rstrip("/")
        match error:
            case openai.APITimeoutError():
                return f"{self.name} took too long to answer at {address}"
            case openai.APIConnectionError():
                return f"no answer at {address}; is the server running, and is OPENAI_BASE_URL right?"
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return f"{address} refused the key for {self.name}; check OPENAI_API_KEY"
            case openai.NotFoundError():
                return f"{address} has no model {self._model!r}; check FOOTNOTE_OPENAI_MODEL and OPENAI_BASE_URL"
            case openai.RateLimitError():
                return f"{self.name} takes no more requests for now (429); try again later"
            case openai.APIStatusError():
                return f"{self.name} answered with status {error.status_code}: {_one_line(error.message)}"
            case _:
                return f"{self.name} failed: {_one_line(str(error))}"


def _one_line(words: str) -> str:
    return " ".join(words.split())[:200]


def build(settings: Settings) -> OpenAIWriter:
    import openai

    client = openai.OpenAI(
        base_url=settings.openai_base_url,
        api_key=settings.openai_api_key or "none",  # local servers want no key, the SDK wants a word
        timeout=openai.Timeout(settings.answer_seconds, connect=CONNECT_SECONDS),
        max_retries=RETRIES,
    )
    return OpenAIWriter(client, model_of(settings.language_model) or settings.openai_model)
