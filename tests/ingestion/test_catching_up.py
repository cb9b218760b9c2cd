"""An index version beside the live one comes up to it, whatever happens meanwhile, and goes live in one step."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from app.errors import FootnoteError, VersionMismatch
from app.knowledge.articles import Asker
from app.knowledge.catalog import VECTORS, WORDS, Catalog
from app.knowledge.embedding_models import Vectors
from app.knowledge.index import KnowledgeIndex
from app.knowledge.searchable import embedded_text
from app.knowledge.vector_stores.exact import ExactVectorStore
from app.knowledge.versions import IndexVersion, chunker_of
from ingestion.catching_up import CatchUpParts, catch_up, switch
from tests.builders import HashingModel, a_catalog, a_recipe, publish_article
from tests.fakes import MemoryLexicalIndex

pytestmark = pytest.mark.slow


class Counting(HashingModel):
    """The next model; says what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__(dimensions=8, name="next")
        self.embedded: list[str] = []
        self.before: Callable[[], None] = lambda: None

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        self.before()
        return super().embed_documents(texts)


class Migration:
    """A desk with 30 articles, and the next version, empty."""

    def __init__(self, folder: Path) -> None:
        self.catalog, self.live = a_catalog(folder)
        for number in range(30):
            publish_article(self.catalog, self.live, f"a{number}", texts_of(number), title=f"Article {number}")
        self.model = Counting()
        self.next = self.catalog.add_version(a_recipe(self.model, self.live.recipe.chunker))
        self.published = 0

    def parts(self) -> CatchUpParts:
        return CatchUpParts(self.catalog, self.live, self.next, self.model, self._publish)

    def _publish(self) -> None:
        self.published += 1


def texts_of(number: int) -> list[str]:
    return [f"Article {number} says {word}." for word in ("amber", "birch", "cedar")]


def whole(catalog: Catalog, version: IndexVersion) -> dict[str, tuple[str, ...]]:
    """Article -> the texts of its chunks, all of them alive, with a vector, and told to both indexes."""
    ids = catalog.chunk_ids(version)
    found = catalog.resolve(version, sorted(ids), Asker())
    assert found.keys() == ids
    assert catalog.vectors(version, sorted(ids)).any(axis=1).all()
    for target in (VECTORS, WORDS):
        assert ids <= {row.chunk_id for row in catalog.pending(version, target, limit=10**6)}
    articles = sorted({chunk.article_id for chunk, _ in found.values()})
    return {id_: tuple(chunk.text for chunk in catalog.chunks_of(version, id_)) for id_ in articles}


def has_vectors_of(model: HashingModel, catalog: Catalog, version: IndexVersion) -> bool:
    ids = sorted(catalog.chunk_ids(version))
    found = catalog.resolve(version, ids, Asker())
    texts = [embedded_text(found[id_][1].title, found[id_][0].headings, found[id_][0].text) for id_ in ids]
    return np.allclose(catalog.vectors(version, ids), model.embed_documents(texts))


@pytest.fixture
def migration(tmp_path: Path) -> Iterator[Migration]:
    migration = Migration(tmp_path)
    yield migration
    migration.catalog.close()


def test_the_next_version_holds_the_same_articles_with_its_own_vectors_and_the_live_one_is_untouched(
    migration: Migration,
) -> None:
    before = whole(migration.catalog, migration.live)
    progress: list[tuple[int, int]] = []

    embedded = catch_up(migration.parts(), lambda done, of: progress.append((done, of)))

    assert embedded == 90
    assert whole(migration.catalog, migration.next) == before == whole(migration.catalog, migration.live)
    assert has_vectors_of(migration.model, migration.catalog, migration.next)
    assert migration.catalog.live_version() == migration.live
    assert progress[-1] == (30, 30)
    assert migration.published == 1


def test_it_goes_on_where_it_was_interrupted(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.catching_up.BATCH", 12)

    def interrupt(done: int, of: int) -> None:
        if done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catch_up(migration.parts(), interrupt)
    before = len(migration.model.embedded)
    assert 0 < before < 90
    whole(migration.catalog, migration.next)

    catch_up(migration.parts())

    assert len(migration.model.embedded) == 90
    assert len(whole(migration.catalog, migration.next)) == 30


def test_articles_that_change_come_or_go_meanwhile_are_right_in_the_end(
    migration: Migration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.catching_up.BATCH", 12)
    catalog, live = migration.catalog, migration.live

    def disturb(done: int, of: int) -> None:
        if done == 4:
            publish_article(catalog, live, "a1", ["It says something else."])  # brought over already
            publish_article(catalog, live, "a9", ["It says something new."])  # last in the order of ids
            publish_article(catalog, live, "new", ["It was not there."])
            catalog.remove_article("a0")
            catalog.remove_article("a8")

    catch_up(migration.parts(), disturb)

    assert whole(catalog, migration.next) == whole(catalog, live)
    assert whole(catalog, migration.next)["a1"] == ("It says something else.",)
    assert {"a0", "a8"}.isdisjoint(whole(catalog, migration.next))


def test_an_article_that_changes_while_it_is_embedded_is_embedded_again(migration: Migration) -> None:
    catalog, live = migration.catalog, migration.live
    changes = iter([True])

    def change() -> None:
        for _ in changes:
            publish_article(catalog, live, "a1", ["Changed."])
            catalog.remove_article("a2")

    migration.model.before = change

    catch_up(migration.parts())

    assert whole(catalog, migration.next) == whole(catalog, live)
    assert has_vectors_of(migration.model, catalog, migration.next)


def test_a_version_with_gaps_does_not_go_live(migration: Migration) -> None:
    assert not migration.catalog.make_live(migration.next)
    assert migration.catalog.live_version() == migration.live

    switch(migration.parts(), mend=lambda: None)

    live = migration.catalog.live_version()
    assert live is not None
    assert live.id == migration.next.id
    assert [version.live for version in migration.catalog.versions()] == [False, True]


def test_what_changes_between_the_last_look_and_the_switch_is_brought_over_first(migration: Migration) -> None:
    late = iter(["late"])

    def mend() -> None:
        for id_ in late:
            publish_article(migration.catalog, migration.live, id_)

    switch(migration.parts(), mend)

    assert "late" in whole(migration.catalog, migration.next)


def test_going_back_brings_over_what_has_changed_since(migration: Migration) -> None:
    catalog, old = migration.catalog, migration.live
    switch(migration.parts(), mend=lambda: None)
    publish_article(catalog, migration.next, "a1", ["Changed."])
    publish_article(catalog, migration.next, "b", ["New."])

    back = CatchUpParts(catalog, migration.next, old, HashingModel(), lambda: None)
    switch(back, mend=lambda: None)

    assert catalog.live_version() == old
    assert whole(catalog, old) == whole(catalog, migration.next)
    assert whole(catalog, old)["b"] == ("New.",)


def test_a_process_that_missed_the_switch_writes_nothing_where_nobody_looks(migration: Migration) -> None:
    switch(migration.parts(), mend=lambda: None)

    with pytest.raises(VersionMismatch, match="index version 2 has become the live one"):
        publish_article(migration.catalog, migration.live, "late")

    assert migration.catalog.seen("late") is None
    assert "late" not in whole(migration.catalog, migration.live)


def test_no_article_is_lost_between_two_versions_while_others_write(migration: Migration) -> None:
    """Somebody publishes as fast as it goes, and the switch falls in the midst of it."""
    catalog, over = migration.catalog, Event()

    def write() -> int:
        number = 0
        while not over.is_set():
            try:
                publish_article(catalog, migration.live, f"w{number % 5}", [f"Text {number}."])
            except VersionMismatch:
                return number
            number += 1
        return number

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        switch(migration.parts(), mend=lambda: None)
        written = writing.result(timeout=60)
        over.set()

    assert written > 0
    assert catalog.articles_behind(migration.next) == []
    assert len(whole(catalog, migration.next)) == len(catalog.articles(None))


def test_an_article_that_becomes_nothing_is_named_instead_of_tried_for_ever(
    migration: Migration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.catching_up.recut", lambda *_: [])

    with pytest.raises(FootnoteError, match="30 articles cannot be brought over, for one a0"):
        catch_up(migration.parts())


def test_a_dropped_version_is_gone_with_its_outbox_and_its_number_is_not_given_again(migration: Migration) -> None:
    catalog, live = migration.catalog, migration.live
    catch_up(migration.parts())

    catalog.drop_version(migration.next)

    assert catalog.versions() == [live]
    assert catalog.chunk_ids(migration.next) == set()
    assert catalog.pending(migration.next, WORDS) == []
    assert len(whole(catalog, live)) == 30
    again = catalog.add_version(migration.next.recipe)
    assert again.id == 3
    assert catalog.add_version(a_recipe(chunker=chunker_of(300))).id == 4


def test_who_still_serves_a_dropped_version_says_so_instead_of_finding_nothing(migration: Migration) -> None:
    catalog, old = migration.catalog, migration.live
    scan = ExactVectorStore(catalog, old)
    index = KnowledgeIndex(catalog, old, HashingModel(), None, MemoryLexicalIndex(), scan)
    switch(migration.parts(), mend=lambda: None)
    assert len(index.by_meaning("amber", Asker(), 3).passages) == 3

    catalog.drop_version(old)

    with pytest.raises(VersionMismatch, match="index version 1 has been dropped since this process opened it"):
        index.by_meaning("amber", Asker(), 3)


def test_the_live_version_is_not_dropped(migration: Migration) -> None:
    with pytest.raises(FootnoteError, match="version 1 is the live one"):
        migration.catalog.drop_version(migration.live)

    assert len(whole(migration.catalog, migration.live)) == 30
