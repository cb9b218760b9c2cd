"""The one door to search with a real Chroma server and real tantivy folders (P3, P4, and P1 for a killed server)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from app.errors import ServiceUnavailable
from app.knowledge import chroma_server
from app.knowledge.articles import Asker, Passage
from app.knowledge.audit import audit, repair
from app.knowledge.catalog import Catalog
from app.knowledge.index import KnowledgeIndex
from app.knowledge.lexical_indexes import tantivy
from app.knowledge.vector_stores import chroma, exact
from app.knowledge.versions import IndexVersion
from app.knowledge.words import terms
from app.settings import Settings
from tests.builders import HashingModel, a_catalog, publish_article

pytestmark = pytest.mark.slow


class Desk:
    """A catalog with both real indexes; the server is mended whenever it had to be started anew."""

    def __init__(self, data: Path) -> None:
        settings = Settings(data=data)
        self.data = data
        self.catalog: Catalog
        self.version: IndexVersion
        self.catalog, self.version = a_catalog(data)
        self.store = chroma.build(settings, self.version, self.catalog)
        self.lexical = tantivy.build(settings, self.version, self.catalog)
        scan = exact.build(settings, self.version, self.catalog)
        self.index = KnowledgeIndex(self.catalog, self.version, HashingModel(), self.store, self.lexical, scan)

    def save(self, number: int) -> None:
        publish_article(
            self.catalog, self.version, f"a{number}", [f"chunk{number}x{n} about stamps" for n in range(20)]
        )

    def mend(self) -> None:
        run = chroma_server.run_of(self.data)
        with suppress(ServiceUnavailable):  # killed again meanwhile: not trusted until the next start has mended it
            repair(self.catalog, self.version, self.store, self.lexical)
            chroma_server.trust(self.data, run)

    def in_step(self) -> bool:
        return audit(self.catalog, self.version, self.store, self.lexical).in_step

    def close(self) -> None:
        self.store.close()
        self.lexical.close()
        self.catalog.close()


def kill_server(data: Path) -> None:
    """The very process that was started, when it still runs: never whatever has got its number since."""
    if process := chroma_server._read(data).process:
        process.kill()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_every_published_chunk_is_found_by_its_vector_and_by_its_rarest_word(desk: Desk) -> None:
    with chroma_server.start(desk.data):
        for number in range(15):
            desk.save(number)
        for number in range(5):
            desk.save(number)
        desk.catalog.remove_article("a14")
        desk.index.publish()

        ids = sorted(desk.catalog.chunk_ids(desk.version))
        vectors = desk.catalog.vectors(desk.version, ids)
        texts = [terms(text) for text in desk.catalog.searchable_texts(desk.version, ids)]
        times = Counter(term for words in texts for term in set(words))
        rarest = [min(words, key=times.__getitem__) for words in texts]
        by_meaning = [desk.index.by_meaning(vector, Asker(), limit=3) for vector in vectors]
        by_words = [desk.index.by_words({term: 1.0}, Asker(), limit=3) for term in rarest]

        assert len(ids) == 14 * 20
        assert desk.in_step()
        for found in (by_meaning, by_words):
            assert [id_ for id_, f in zip(ids, found, strict=True) if id_ not in _ids(f.passages)] == []
            assert {note for f in found for note in f.notes} == set()


def test_the_store_ranks_as_the_exact_scan_does(desk: Desk) -> None:
    with chroma_server.start(desk.data):
        for number in range(10):
            desk.save(number)
        desk.index.publish()
        query = HashingModel().embed_query("stamps chunk3x7")

        from_store = desk.index.by_meaning(query, Asker(), limit=10).passages

    from_scan = desk.index.by_meaning(query, Asker(), limit=10)
    assert np.allclose([p.score for p in from_store], [p.score for p in from_scan.passages], atol=1e-5)
    assert len(from_scan.notes) == 1


def test_a_server_that_is_killed_again_and_again_loses_nothing(desk: Desk) -> None:
    with chroma_server.start(desk.data, after_restart=desk.mend):
        for number in range(12):
            desk.save(number)
            if number % 4 == 1:
                kill_server(desk.data)
            with suppress(ServiceUnavailable):  # while the server comes back; the rows wait
                desk.index.publish()
            found = desk.index.by_meaning(f"chunk{number}x7 about stamps", Asker(), limit=1)
            assert found.passages[0].chunk.text == f"chunk{number}x7 about stamps"

    with chroma_server.start(desk.data) as server:
        desk.index.publish()
        if not server.clean:
            desk.mend()

        assert desk.in_step()
        assert len(desk.store.ids()) == 12 * 20


def _ids(passages: Sequence[Passage]) -> set[str]:
    return {passage.chunk.id for passage in passages}
