"""The two indexes as publishing, audit and repair see them: alike, spoken to in ids, fed from the catalog."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.knowledge.catalog import VECTORS, WORDS, Catalog
from app.knowledge.lexical_indexes import LexicalIndex
from app.knowledge.vector_stores import VectorStore
from app.knowledge.versions import IndexVersion


@dataclass(frozen=True)
class DerivedIndex:
    """A vector store or a lexical index. Every call may raise ServiceUnavailable."""

    target: str  # "vectors" or "words", as the outbox names it
    put: Callable[[Sequence[str]], None]  # takes what belongs to these chunks from the catalog
    remove: Callable[[Sequence[str]], None]
    ids: Callable[[], set[str]]
    clear: Callable[[], None]


def derived_indexes(
    catalog: Catalog, version: IndexVersion, vector_store: VectorStore | None, lexical_index: LexicalIndex
) -> list[DerivedIndex]:
    """Words, then vectors; no vectors where the store is None."""
    words = _words(catalog, version, lexical_index)
    return [words] if vector_store is None else [words, _vectors(catalog, version, vector_store)]


def _words(catalog: Catalog, version: IndexVersion, index: LexicalIndex) -> DerivedIndex:
    def put(ids: Sequence[str]) -> None:
        index.put(ids, catalog.searchable_texts(version, ids))

    return DerivedIndex(WORDS, put, index.remove, index.ids, index.clear)


def _vectors(catalog: Catalog, version: IndexVersion, store: VectorStore) -> DerivedIndex:
    def put(ids: Sequence[str]) -> None:
        store.put(ids, catalog.vectors(version, ids))

    return DerivedIndex(VECTORS, put, store.remove, store.ids, store.clear)
