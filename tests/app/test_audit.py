"""An audit looks at every id; a repair brings both indexes back in step without embedding anything (P3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.errors import ServiceUnavailable
from app.knowledge.audit import audit, repair
from app.knowledge.catalog import Catalog
from app.knowledge.publishing import publish
from app.knowledge.versions import IndexVersion
from tests.builders import DIMENSIONS, a_catalog, publish_article
from tests.fakes import MemoryLexicalIndex, MemoryVectorStore


@dataclass
class Desk:
    catalog: Catalog
    version: IndexVersion
    store: MemoryVectorStore
    lexical: MemoryLexicalIndex

    def audit(self) -> dict[str, object]:
        return audit(self.catalog, self.version, self.store, self.lexical).as_json()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    catalog, version = a_catalog(tmp_path)
    store, lexical = MemoryVectorStore(), MemoryLexicalIndex()
    publish_article(catalog, version, "a", ["one", "two", "three"])
    publish_article(catalog, version, "b", ["four"], audiences=["board"])
    publish(catalog, version, store, lexical)
    yield Desk(catalog, version, store, lexical)
    catalog.close()


def test_what_is_published_is_in_step(desk: Desk) -> None:
    assert desk.audit() == {
        "in_step": True,
        "chunks": {"catalog": 4, "vectors": 4, "words": 4},
        "missing_vectors": [],
        "orphan_vectors": [],
        "missing_words": [],
        "orphan_words": [],
        "articles": 2,
        "index_version": 1,
        "problems": [],
    }


def test_every_id_that_differs_is_named(desk: Desk) -> None:
    desk.store.remove(["a.1.1"])
    desk.store.put(["old.1.0"], np.zeros((1, DIMENSIONS), np.float32))
    desk.lexical.remove(["a.1.2", "b.1.0"])
    desk.lexical.put(["old.1.0", "old.1.1"], ["x", "y"])

    report = desk.audit()

    assert report["in_step"] is False
    assert report["missing_vectors"] == ["a.1.1"]
    assert report["orphan_vectors"] == ["old.1.0"]
    assert report["missing_words"] == ["a.1.2", "b.1.0"]
    assert report["orphan_words"] == ["old.1.0", "old.1.1"]


def test_equal_counts_do_not_hide_a_difference(desk: Desk) -> None:
    desk.store.remove(["a.1.1"])
    desk.store.put(["old.1.0"], np.zeros((1, DIMENSIONS), np.float32))

    report = desk.audit()

    assert report["chunks"] == {"catalog": 4, "vectors": 4, "words": 4}
    assert report["in_step"] is False


def test_what_was_not_published_yet_is_missing(desk: Desk) -> None:
    publish_article(desk.catalog, desk.version, "c", ["five"])

    report = desk.audit()

    assert report["missing_vectors"] == report["missing_words"] == ["c.1.0"]


def test_an_index_that_cannot_be_read_is_not_in_step_and_says_why(desk: Desk) -> None:
    desk.store.is_unreadable = True

    report = desk.audit()

    assert report["in_step"] is False
    assert report["problems"] == ["the vector store is damaged"]
    assert report["missing_words"] == []


def test_a_repair_puts_what_is_missing_and_removes_what_is_too_much(desk: Desk) -> None:
    vector = desk.store.vectors["a.1.1"]
    desk.store.remove(["a.1.1"])
    desk.lexical.put(["old.1.0", "old.1.1"], ["x", "y"])

    report = repair(desk.catalog, desk.version, desk.store, desk.lexical)

    assert report.put == {"vectors": 1, "words": 0}
    assert report.removed == {"vectors": 0, "words": 2}
    assert report.rebuilt == ()
    assert desk.audit()["in_step"] is True
    assert np.array_equal(desk.store.vectors["a.1.1"], vector)


def test_an_index_that_cannot_be_read_is_cleared_and_filled_anew(desk: Desk) -> None:
    desk.store.is_unreadable = True
    desk.lexical.is_unreadable = True

    report = repair(desk.catalog, desk.version, desk.store, desk.lexical)

    assert report.put == {"vectors": 4, "words": 4}
    assert set(report.rebuilt) == {"vectors", "words"}
    assert desk.audit()["in_step"] is True


def test_a_repair_from_scratch_mends_what_ids_do_not_show(desk: Desk) -> None:
    right = desk.store.vectors["a.1.0"]
    desk.store.vectors["a.1.0"] = np.zeros(DIMENSIONS, np.float32)
    assert desk.audit()["in_step"] is True

    repair(desk.catalog, desk.version, desk.store, desk.lexical, from_scratch=True)

    assert np.array_equal(desk.store.vectors["a.1.0"], right)


def test_a_store_that_is_away_is_said_to_be_and_the_words_are_repaired_all_the_same(desk: Desk) -> None:
    desk.store.is_away = True
    desk.lexical.remove(["a.1.0"])

    with pytest.raises(ServiceUnavailable, match="the vector store is away"):
        repair(desk.catalog, desk.version, desk.store, desk.lexical)

    assert desk.lexical.ids() == desk.catalog.chunk_ids(desk.version)


def test_publishing_after_a_repair_does_no_harm(desk: Desk) -> None:
    publish_article(desk.catalog, desk.version, "a", ["six"])
    repair(desk.catalog, desk.version, desk.store, desk.lexical)

    publish(desk.catalog, desk.version, desk.store, desk.lexical)

    assert desk.audit()["in_step"] is True
