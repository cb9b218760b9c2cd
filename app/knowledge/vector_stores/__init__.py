"""Search by meaning. Each file here is one store, named in settings: derived from the catalog, disposable."""

from collections.abc import Sequence
from typing import Protocol

from app.knowledge.embedding_models import Vectors


class VectorStore(Protocol):
    """Holds the vectors of one index version. Knows ids, nothing of articles, askers or text.

    Each file offers `build(settings, version, catalog)`. Every method may raise ServiceUnavailable.
    """

    def put(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Insert or overwrite; any number at once."""
        ...

    def remove(self, ids: Sequence[str]) -> None:
        """Ids that are not there are no error."""
        ...

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """(chunk id, cosine similarity), best first."""
        ...

    def ids(self) -> set[str]:
        """Every id that a search could return: what an audit compares."""
        ...

    def clear(self) -> None:
        """Forget everything and give the disk space back."""
        ...

    def close(self) -> None: ...
