"""Vectors in a Chroma server, asked by HTTP. Chroma's client stays inside this file, and is loaded when first needed.

Only ids and vectors go in: text, titles and audiences stay in the catalog, so nothing here can be out of date but a
vector. `langchain_chroma` is not used: it would store every text a second time and knows no ids without documents.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from app.errors import ServiceUnavailable
from app.knowledge import chroma_files, chroma_server
from app.knowledge.catalog import Catalog
from app.knowledge.embedding_models import Vectors
from app.knowledge.versions import IndexVersion
from app.settings import Settings

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

# Recall of the nearest 100, among 2,204 real passages and 10,000 synthetic ones: .98 with ef_search 100, .998 with 200.
HNSW: "CreateHNSWConfiguration" = {"space": "cosine", "ef_construction": 128, "ef_search": 200, "max_neighbors": 16}
IDS_PER_REQUEST = 5000  # the server refuses more than 5461
BYTES_PER_REQUEST = 20 * 2**20  # the server refuses more than 40 MiB
BYTES_PER_NUMBER = 24  # a float32 as JSON at its longest; most servers take them packed, older ones do not
ANSWER_SECONDS = 3.0  # for a search: the exact scan is quicker than waiting
WRITE_SECONDS = 120.0

# Chroma never reuses the place of a removed vector. At twice its size an index is made anew; small ones may wait.
BYTES_PER_VECTOR_BEYOND_ITS_NUMBERS = 160
BYTES_NOT_WORTH_MENDING = 4 * 2**20

T = TypeVar("T")
Everything = Callable[[], Iterator[tuple[list[str], Vectors]]]


class Server:
    """Others run it, at a fixed address: what it holds is theirs to look after."""

    folder: Path | None = None  # its files, where they are ours

    def __init__(self, address: str) -> None:
        self._address = address

    def address(self) -> str:
        return self._address

    def check_trust(self) -> None:
        """Raises ServiceUnavailable when what the server holds must not be shown."""


class OwnServer(Server):
    """The server of this data folder, wherever its lock file says that it listens by now."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.folder = data / "chroma"

    def address(self) -> str:
        address = chroma_server.running(self._data)
        if address is None:
            raise ServiceUnavailable("the vector store Chroma is not running; `footnote up` starts it")
        return address

    def check_trust(self) -> None:
        if not chroma_server.is_trusted(self._data):
            raise ServiceUnavailable(
                "the vector store Chroma was stopped in the midst of its work; run `footnote repair`"
            )


class _Connection:
    """One client and, once it is asked for, its collection."""

    def __init__(self, address: str, collection: str, seconds: float) -> None:
        from chromadb import HttpClient
        from chromadb.config import Settings as ChromaSettings

        # `_env_file`: the client would read ours, with its keys.
        chroma_settings = ChromaSettings(anonymized_telemetry=False, _env_file=None)
        self.client = cast("Client", HttpClient(host=address, settings=chroma_settings))
        # The client waits for ever and offers no setting; a test with a server that hangs holds this line in place.
        self.client._server._session.timeout = seconds  # type: ignore[attr-defined]
        self.address = address
        self._name = collection
        self._collection: Collection | None = None

    def collection(self) -> "Collection":
        """Raises NotFoundError where nothing was ever put."""
        if self._collection is None:
            self._collection = self.client.get_collection(self._name, embedding_function=None)
        return self._collection

    def made(self, name: str) -> "Collection":
        return self.client.get_or_create_collection(name, configuration={"hnsw": HNSW}, embedding_function=None)

    def drop(self, *names: str) -> None:
        from chromadb.errors import NotFoundError

        for name in names:
            with suppress(NotFoundError):
                self.client.delete_collection(name)

    def forget_collection(self) -> None:
        self._collection = None


class ChromaVectorStore:
    """Cosine space, one collection for each index version. Finds its server anew whenever a connection fails.

    Args:
        everything: what the collection should hold, in portions: for making it anew when it has grown too large.
    """

    def __init__(self, server: Server, collection: str, dimensions: int, everything: Everything) -> None:
        self._server = server
        self._name = collection
        self._dimensions = dimensions
        self._everything = everything
        self._connections: dict[float, _Connection] = {}  # by time limit
        self._lock = Lock()

    def put(self, ids: Sequence[str], vectors: Vectors) -> None:
        if len(ids):
            self._ask(WRITE_SECONDS, lambda c: _put(c.made(self._name), ids, vectors), None)
            self._keep_small()

    def remove(self, ids: Sequence[str]) -> None:
        self._ask(WRITE_SECONDS, lambda c: _remove(c.collection(), ids), None)
        self._keep_small()

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        self._server.check_trust()
        query = vector.astype(np.float32)
        found = self._ask(
            ANSWER_SECONDS, lambda c: c.collection().query(query, n_results=limit, include=["distances"]), None
        )
        if found is None or found["distances"] is None:
            return []
        return [(id_, 1.0 - distance) for id_, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def ids(self) -> set[str]:
        self._server.check_trust()
        return self._ask(WRITE_SECONDS, lambda c: _ids(c.collection()), set())

    def clear(self) -> None:
        self._ask(WRITE_SECONDS, lambda c: c.drop(self._name, *self._while_renewing()), None)
        self._sweep()

    def close(self) -> None:
        with self._lock:
            connections, self._connections = self._connections, {}
        for connection in connections.values():
            connection.client.close()

    def _keep_small(self) -> None:
        """Make the collection anew, beside the old one, when most of it is places of removed vectors."""
        if self._server.folder is None:
            return
        size = chroma_files.index_bytes(self._server.folder, self._name)
        if size < BYTES_NOT_WORTH_MENDING:
            return
        alive = self._ask(WRITE_SECONDS, lambda c: c.collection().count(), 0)
        if size > 2 * alive * (4 * self._dimensions + BYTES_PER_VECTOR_BEYOND_ITS_NUMBERS):
            self._ask(WRITE_SECONDS, self._renew, None)
            self._sweep()

    def _renew(self, connection: _Connection) -> None:
        """Searches go on in the old one; a process that knew it finds the new one at its next request."""
        successor, former = self._while_renewing()
        connection.drop(successor, former)
        collection = connection.made(successor)
        for ids, vectors in self._everything():
            _put(collection, ids, vectors)
        connection.collection().modify(name=former)
        collection.modify(name=self._name)
        connection.drop(former)
        connection.forget_collection()

    def _while_renewing(self) -> tuple[str, str]:
        return f"{self._name}-next", f"{self._name}-former"

    def _sweep(self) -> None:
        if self._server.folder is not None:
            chroma_files.sweep(self._server.folder)

    def _ask(self, seconds: float, request: Callable[[_Connection], T], when_missing: T) -> T:
        """One request; once more on a fresh connection, as the server may have moved and the collection been renewed.

        Every request may be repeated: each says how things should be, none what to add.
        """
        from chromadb.errors import ChromaError, NotFoundError
        from httpx import HTTPError, TimeoutException, TransportError

        try:
            try:
                return request(self._connection(seconds))
            except (TransportError, NotFoundError) as failure:
                if isinstance(failure, TimeoutException):
                    raise
                return request(self._connection(seconds, anew=True))
        except NotFoundError:
            return when_missing
        except (ChromaError, HTTPError, ValueError) as failure:
            raise ServiceUnavailable(f"the vector store Chroma failed: {_one_line(failure)}") from failure

    def _connection(self, seconds: float, anew: bool = False) -> _Connection:
        with self._lock:
            known = self._connections.get(seconds)
            if known and not anew:
                return known
            address = self._server.address()
            if known and known.address == address:
                known.forget_collection()
                return known
            # The old one is not closed: another thread may be asking it, and shall hear from it why it fails.
            self._connections[seconds] = _Connection(address, self._name, seconds)
            return self._connections[seconds]


def _put(collection: "Collection", ids: Sequence[str], vectors: Vectors) -> None:
    size = max(1, min(IDS_PER_REQUEST, BYTES_PER_REQUEST // (vectors.shape[-1] * BYTES_PER_NUMBER + 100)))
    for start in range(0, len(ids), size):
        collection.upsert(list(ids[start : start + size]), embeddings=vectors[start : start + size])


def _remove(collection: "Collection", ids: Sequence[str]) -> None:
    for start in range(0, len(ids), IDS_PER_REQUEST):
        collection.delete(list(ids[start : start + IDS_PER_REQUEST]))


def _ids(collection: "Collection") -> set[str]:
    found: set[str] = set()
    offset = 0
    while page := collection.get(include=[], limit=IDS_PER_REQUEST, offset=offset)["ids"]:
        found.update(page)
        offset += len(page)
    return found


def build(settings: Settings, version: IndexVersion, catalog: Catalog) -> ChromaVectorStore:
    def everything() -> Iterator[tuple[list[str], Vectors]]:
        alive = sorted(catalog.chunk_ids(version))
        for start in range(0, len(alive), IDS_PER_REQUEST):
            ids = alive[start : start + IDS_PER_REQUEST]
            yield ids, catalog.vectors(version, ids)

    # Others may keep other desks on theirs: the name says whose this one is.
    whose = sha256((settings.catalog_url or str(settings.data.resolve())).encode()).hexdigest()[:12] + "-"
    server = Server(settings.chroma_url) if settings.chroma_url else OwnServer(settings.data)
    name = f"footnote-{whose if settings.chroma_url else ''}v{version.id}"
    return ChromaVectorStore(server, name, version.recipe.embedding.dimensions, everything)


def _one_line(failure: Exception) -> str:
    return " ".join(str(failure).split())[:200] or type(failure).__name__
