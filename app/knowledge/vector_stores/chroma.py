"""Vectors in a Chroma server, asked by HTTP. Chroma's client stays inside this file, and is loaded when first needed.

Only ids and vectors go in: text, titles and audiences stay in the catalog, so nothing here can be out of date but a
vector. `langchain_chroma` is not used: it would store every text a second time and knows no ids without documents.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from app.errors import ServiceUnavailable
from app.knowledge import chroma_server
from app.knowledge.catalog import Catalog
from app.knowledge.embedding_models import Vectors
from app.knowledge.versions import IndexVersion
from app.settings import Settings

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

# Recall 1.00 on 50,000 vectors of 384 dimensions (docs/reliability.md); more neighbours cost memory and bring nothing.
HNSW: "CreateHNSWConfiguration" = {"space": "cosine", "ef_construction": 128, "ef_search": 100, "max_neighbors": 16}
IDS_PER_REQUEST = 5000  # the server refuses more than 5461
BYTES_PER_REQUEST = 20 * 2**20  # the server refuses more than 40 MiB
BYTES_PER_NUMBER = 24  # a float32 as JSON at its longest; most servers take them packed, older ones do not
ANSWER_SECONDS = 3.0  # for a search: the exact scan is quicker than waiting
WRITE_SECONDS = 120.0

T = TypeVar("T")


@dataclass(frozen=True)
class _Connection:
    client: "Client"
    collection: "Collection"


class ChromaVectorStore:
    """Cosine space, one collection for each index version. Finds its server anew whenever a connection fails.

    Args:
        address: of a live server, asked at each connect; raises ServiceUnavailable when there is none.
        check_trust: raises ServiceUnavailable when what the server holds must not be shown.
        after_clear: called when the collection is gone.
    """

    def __init__(
        self,
        collection: str,
        address: Callable[[], str],
        check_trust: Callable[[], None] = lambda: None,
        after_clear: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = collection
        self._address = address
        self._check_trust = check_trust
        self._after_clear = after_clear
        self._connections: dict[float, _Connection] = {}  # by time limit
        self._lock = Lock()

    def put(self, ids: Sequence[str], vectors: Vectors) -> None:
        size = max(1, min(IDS_PER_REQUEST, BYTES_PER_REQUEST // (vectors.shape[-1] * BYTES_PER_NUMBER + 100)))
        for start in range(0, len(ids), size):
            self._put_batch(list(ids[start : start + size]), vectors[start : start + size])

    def remove(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), IDS_PER_REQUEST):
            self._remove_batch(list(ids[start : start + IDS_PER_REQUEST]))

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        self._check_trust()
        found = self._ask(
            ANSWER_SECONDS,
            lambda c: c.collection.query(vector.astype(np.float32), n_results=limit, include=["distances"]),
        )
        assert found["distances"] is not None
        return [(id_, 1.0 - distance) for id_, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def ids(self) -> set[str]:
        found: set[str] = set()
        while True:
            page = self._ask(
                WRITE_SECONDS,
                lambda c: c.collection.get(include=[], limit=IDS_PER_REQUEST, offset=len(found))["ids"],
            )
            found.update(page)
            if len(page) < IDS_PER_REQUEST:
                return found

    def clear(self) -> None:
        self._ask(WRITE_SECONDS, lambda c: c.client.delete_collection(self._name))
        self.close()
        self._after_clear()

    def close(self) -> None:
        with self._lock:
            connections, self._connections = self._connections, {}
        for connection in connections.values():
            connection.client.close()

    def _put_batch(self, ids: list[str], vectors: Vectors) -> None:
        self._ask(WRITE_SECONDS, lambda c: c.collection.upsert(ids, embeddings=vectors))

    def _remove_batch(self, ids: list[str]) -> None:
        self._ask(WRITE_SECONDS, lambda c: c.collection.delete(ids))

    def _ask(self, seconds: float, request: Callable[[_Connection], T]) -> T:
        """One request; once more on a fresh connection, as the server may have moved and the collection been rebuilt.

        Every request may be repeated: each says how things should be, none what to add.
        """
        from chromadb.errors import ChromaError, NotFoundError
        from httpx import HTTPError, TimeoutException, TransportError

        try:
            try:
                return request(self._connection(seconds))
            except (TransportError, NotFoundError) as failure:
                self._forget(seconds)
                if isinstance(failure, TimeoutException):
                    raise
                return request(self._connection(seconds))
        except (ChromaError, HTTPError, ValueError) as failure:
            self._forget(seconds)
            raise ServiceUnavailable(f"the vector store Chroma failed: {_one_line(failure)}") from failure

    def _connection(self, seconds: float) -> _Connection:
        with self._lock:
            if seconds not in self._connections:
                self._connections[seconds] = _connect(self._address(), self._name, seconds)
            return self._connections[seconds]

    def _forget(self, seconds: float) -> None:
        with self._lock:
            self._connections.pop(seconds, None)


def build(settings: Settings, version: IndexVersion, catalog: Catalog) -> ChromaVectorStore:
    if settings.chroma_url:
        # Others may keep other desks there: the name says whose this one is.
        whose = sha256((settings.catalog_url or str(settings.data.resolve())).encode()).hexdigest()[:12]
        return ChromaVectorStore(f"footnote-{whose}-v{version.id}", lambda: settings.chroma_url)
    data = settings.data
    return ChromaVectorStore(
        f"footnote-v{version.id}",
        address=lambda: _address_of_ours(data),
        check_trust=lambda: _check_trust(data),
        after_clear=lambda: chroma_server.sweep(data),
    )


def _address_of_ours(data: Path) -> str:
    address = chroma_server.running(data)
    if address is None:
        raise ServiceUnavailable("the vector store Chroma is not running; `footnote up` starts it")
    return address


def _check_trust(data: Path) -> None:
    if not chroma_server.is_trusted(data):
        raise ServiceUnavailable("the vector store Chroma was stopped in the middle of its work; run `footnote repair`")


def _connect(address: str, collection: str, seconds: float) -> _Connection:
    from chromadb import HttpClient
    from chromadb.config import Settings as ChromaSettings

    # `_env_file`: the client would read ours, with its keys.
    chroma_settings = ChromaSettings(anonymized_telemetry=False, _env_file=None)
    client = cast("Client", HttpClient(host=address, settings=chroma_settings))
    # The client waits for ever and offers no setting; a test with a server that hangs holds this line in place.
    client._server._session.timeout = seconds  # type: ignore[attr-defined]
    return _Connection(
        client, client.get_or_create_collection(collection, configuration={"hnsw": HNSW}, embedding_function=None)
    )


def _one_line(failure: Exception) -> str:
    return " ".join(str(failure).split())[:200] or type(failure).__name__
