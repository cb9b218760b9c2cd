"""Any server with OpenAI's embeddings endpoint: `openai_compatible:text-embedding-3-small`. The SDK stays in here."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from app.errors import ServiceUnavailable
from app.knowledge.embedding_models import EmbeddingIdentity, Vectors
from app.knowledge.served_vectors import estimated_tokens, requests_of, unit_vectors
from app.plugins import model_of
from app.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

DEFAULT_MODEL = "text-embedding-3-small"
WINDOW = 8192  # OpenAI's own; the chunks of this desk are far below what any server takes
SECONDS = 30.0  # for one batch
CONNECT_SECONDS = 3.0
RETRIES = 2  # by the SDK, for 429, 5xx and a lost connection, as Retry-After says


class OpenAICompatibleEmbeddingModel:
    """One model of one server. Nothing is called before the first vector or the identity is asked for.

    Args:
        dimensions: asked of the server; 0 takes the model's own, found by a first call.

    Raises:
        ServiceUnavailable: from every method that calls, when the server is away, refuses, or sends no vectors.
    """

    def __init__(self, client: "OpenAI", model: str, dimensions: int = 0) -> None:
        self._client = client
        self._model = model
        self._asked = dimensions
        self._name = f"openai_compatible:{model}"

    @cached_property
    def identity(self) -> EmbeddingIdentity:
        return EmbeddingIdentity(
            name=self._name,
            revision="",
            file_hash="",
            dimensions=self._request(["dimensions"], self._asked).shape[1],
            query_prompt="",
            document_prompt="",
            normalised=True,
            window=WINDOW,
        )

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        dimensions = self.identity.dimensions
        found = [self._request(batch, dimensions) for batch in requests_of(texts)]
        return np.concatenate(found) if found else np.empty((0, dimensions), dtype=np.float32)

    def embed_query(self, query: str) -> Vectors:
        vector: Vectors = self.embed_documents([query])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [estimated_tokens(text) for text in texts]

    def _request(self, texts: list[str], expected: int) -> Vectors:
        import openai

        try:
            answer = self._client.embeddings.create(
                model=self._model,
                input=texts,
                dimensions=self._asked or openai.omit,
                encoding_format="float",
            )
            rows = [row.embedding for row in sorted(answer.data, key=lambda row: row.index)]
            return unit_vectors(rows, len(texts), expected, self._name)
        except openai.OpenAIError as error:
            raise ServiceUnavailable(self._said(error)) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise ServiceUnavailable(f"{self._name} sent something that is not a list of embeddings") from error

    def _said(self, error: Exception) -> str:
        import openai

        address = str(self._client.base_url).rstrip("/")
        match error:
            case openai.APITimeoutError():
                return f"{self._name} took longer than {SECONDS:.0f} s at {address}"
            case openai.APIConnectionError():
                return f"no answer at {address}; is the server running, and is OPENAI_BASE_URL right?"
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return f"{address} refused the key for {self._name}; check OPENAI_API_KEY"
            case openai.NotFoundError():
                return f"{address} has no model {self._model!r}; check FOOTNOTE_EMBEDDING_MODEL and OPENAI_BASE_URL"
            case openai.RateLimitError():
                return f"{self._name} takes no more requests for now (429); try again later"
            case openai.APIStatusError():
                return f"{self._name} answered with status {error.status_code}: {' '.join(error.message.split())[:200]}"
            case _:
                return f"{self._name} failed: {' '.join(str(error).split())[:200]}"


def build(settings: Settings) -> OpenAICompatibleEmbeddingModel:
    import openai

    client = openai.OpenAI(
        base_url=settings.openai_base_url,
        api_key=settings.openai_api_key or "none",  # local servers want no key, the SDK wants a word
        timeout=openai.Timeout(SECONDS, connect=CONNECT_SECONDS),
        max_retries=RETRIES,
    )
    model = model_of(settings.embedding_model) or DEFAULT_MODEL
    return OpenAICompatibleEmbeddingModel(client, model, settings.embedding_dimensions)
