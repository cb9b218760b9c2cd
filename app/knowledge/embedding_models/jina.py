"""Jina's embedding API: `jina:jina-embeddings-v3`. Queries and documents go through adapters of their own."""

from collections.abc import Sequence
from functools import cached_property
from time import sleep
from typing import Any

import httpx
import numpy as np

from app.errors import ServiceUnavailable, SettingsError
from app.knowledge.embedding_models import EmbeddingIdentity, Vectors
from app.knowledge.served_vectors import estimated_tokens, requests_of, unit_vectors
from app.plugins import model_of
from app.settings import Settings

DEFAULT_MODEL = "jina-embeddings-v3"
QUERY_TASK, DOCUMENT_TASK = "retrieval.query", "retrieval.passage"  # the model's adapters, as the API names them
WINDOW = 8192
SECONDS = 30.0  # for one batch
CONNECT_SECONDS = 3.0
PAUSES = (0.5, 2.0)  # seconds before a second and a third try at what may pass: 429, 5xx, a lost connection


class JinaEmbeddingModel:
    """One model behind Jina's API. Nothing is called before the first vector or the identity is asked for.

    Args:
        client: knows address, key and timeouts.
        dimensions: asked of the API; 0 takes the model's own, found by a first call.

    Raises:
        ServiceUnavailable: from every method that calls, when the API is away, refuses, or sends no vectors.
    """

    def __init__(self, client: httpx.Client, model: str, dimensions: int = 0) -> None:
        self._client = client
        self._model = model
        self._asked = dimensions
        self._name = f"jina:{model}"

    @cached_property
    def identity(self) -> EmbeddingIdentity:
        return EmbeddingIdentity(
            name=self._name,
            revision="",
            file_hash="",
            dimensions=self._request(["dimensions"], DOCUMENT_TASK, self._asked).shape[1],
            query_prompt=QUERY_TASK,
            document_prompt=DOCUMENT_TASK,
            normalised=True,
            window=WINDOW,
        )

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, DOCUMENT_TASK)

    def embed_query(self, query: str) -> Vectors:
        vector: Vectors = self._embed([query], QUERY_TASK)[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [estimated_tokens(text) for text in texts]

    def _embed(self, texts: Sequence[str], task: str) -> Vectors:
        dimensions = self.identity.dimensions
        found = [self._request(batch, task, dimensions) for batch in requests_of(texts)]
        return np.concatenate(found) if found else np.empty((0, dimensions), dtype=np.float32)

    def _request(self, texts: list[str], task: str, expected: int) -> Vectors:
        wanted: dict[str, Any] = {"model": self._model, "task": task, "input": texts, "truncate": True}
        if self._asked:
            wanted["dimensions"] = self._asked
        try:
            rows = sorted(self._post(wanted).json()["data"], key=lambda row: row["index"])
            return unit_vectors([row["embedding"] for row in rows], len(texts), expected, self._name)
        except (ValueError, TypeError, KeyError) as error:
            raise ServiceUnavailable(f"{self._name} sent something that is not a list of embeddings") from error

    def _post(self, wanted: dict[str, Any]) -> httpx.Response:
        for pause in (*PAUSES, None):
            try:
                answer = self._client.post("embeddings", json=wanted)
            except httpx.TransportError as error:
                if pause is None:
                    raise ServiceUnavailable(
                        f"no answer at {self._client.base_url}; check the network and FOOTNOTE_JINA_BASE_URL"
                    ) from error
            else:
                if answer.is_success:
                    return answer
                if pause is None or not (answer.status_code == 429 or answer.is_server_error):
                    raise ServiceUnavailable(self._said(answer))
            sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _said(self, answer: httpx.Response) -> str:
        match answer.status_code:
            case 401 | 403:
                return f"{self._client.base_url} refused the key for {self._name}; check JINA_API_KEY"
            case 404:
                return f"{self._client.base_url} has no model {self._model!r}; check FOOTNOTE_EMBEDDING_MODEL"
            case 429:
                return f"{self._name} takes no more requests for now (429); try again later"
            case status:
                return f"{self._name} answered with status {status}: {' '.join(answer.text.split())[:200]}"


def build(settings: Settings) -> JinaEmbeddingModel:
    if not settings.jina_api_key:
        raise SettingsError("Jina's API wants a key; set JINA_API_KEY")
    client = httpx.Client(
        base_url=settings.jina_base_url,
        headers={"Authorization": f"Bearer {settings.jina_api_key}"},
        timeout=httpx.Timeout(SECONDS, connect=CONNECT_SECONDS),
    )
    model = model_of(settings.embedding_model) or DEFAULT_MODEL
    return JinaEmbeddingModel(client, model, settings.embedding_dimensions)
