"""Search finds what the catalog allows, however late, wrong or absent an index is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from app.knowledge.articles import Asker, Passage
from app.knowledge.catalog import Catalog
from app.knowledge.index import KnowledgeIndex
from app.knowledge.vector_stores.exact import ExactVectorStore
from app.knowledge.versions import IndexVersion
from tests.builders import HashingModel, a_catalog, publish_article
from tests.fakes import MemoryLexicalIndex, MemoryVectorStore

PUBLIC, BOARD = Asker(), Asker.of(["board"])


@dataclass
class Desk:
    catalog: Catalog
    version: IndexVersion
    store: MemoryVectorStore
    lexical: MemoryLexicalIndex
    index: KnowledgeIndex

    def save(self, id: str, *texts: str, audience: str = "public") -> None:
        publish_article(self.catalog, self.version, id, texts, title=id, audiences=[audience])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    catalog, version = a_catalog(tmp_path)
    store, lexical = MemoryVectorStore(), MemoryLexicalIndex()
    exact = ExactVectorStore(catalog, version)
    yield Desk(
        catalog, version, store, lexical, KnowledgeIndex(catalog, version, HashingModel(), store, lexical, exact)
    )
    catalog.close()


def texts(passages: list[Passage]) -> list[str]:
    return [passage.chunk.text for passage in passages]


def test_what_is_published_is_found_by_meaning_and_by_words(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.", "Ask Ana for stamps.")

    told = desk.index.publish()

    assert told == 4
    by_meaning = desk.index.by_meaning("stamps from Ana", PUBLIC, limit=1)
    by_words = desk.index.by_words("stamps", PUBLIC, limit=5)
    assert texts(by_meaning.passages) == texts(by_words.passages) == ["Ask Ana for stamps."]
    assert by_meaning.passages[0].score == pytest.approx(desk.store.nearest(_embed("stamps from Ana"), 1)[0][1])
    assert by_meaning.notes == by_words.notes == ()


def test_a_vector_or_weighted_terms_may_be_asked_for_as_well(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.", "Ask Ana for stamps.")
    desk.index.publish()

    by_vector = desk.index.by_meaning(_embed("stamps from Ana"), PUBLIC, limit=1)
    by_terms = desk.index.by_words({"ana": 0.2, "five": 0.9}, PUBLIC, limit=2)

    assert texts(by_vector.passages) == ["Ask Ana for stamps."]
    assert [passage.score for passage in by_terms.passages] == [0.9, 0.2]


def test_removed_text_is_never_found_although_both_indexes_still_have_it(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.")
    desk.index.publish()

    desk.catalog.remove_article("refunds")

    assert desk.store.vectors
    assert desk.index.by_meaning("refunds", PUBLIC, limit=5).passages == []
    assert desk.index.by_words("refunds", PUBLIC, limit=5).passages == []


def test_replaced_text_is_never_found_although_both_indexes_still_have_it(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.")
    desk.index.publish()

    desk.save("refunds", "Refunds take six days.")

    assert texts(desk.index.by_meaning("refunds days", PUBLIC, limit=5).passages) == ["Refunds take six days."]
    assert desk.index.by_words("refunds", PUBLIC, limit=5).passages == []
    desk.index.publish()
    assert texts(desk.index.by_words("refunds", PUBLIC, limit=5).passages) == ["Refunds take six days."]


def test_withdrawn_text_is_gone_for_those_it_was_withdrawn_from(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.")
    desk.index.publish()

    article = desk.catalog.article("refunds", None)
    desk.catalog.update_article(replace(article, audiences=frozenset({"board"})), "h")

    for search in (desk.index.by_meaning, desk.index.by_words):
        assert search("refunds", PUBLIC, limit=5).passages == []
        assert texts(search("refunds", BOARD, limit=5).passages) == ["Refunds take five days."]


def test_forbidden_articles_never_crowd_out_those_an_asker_may_read(desk: Desk) -> None:
    for number in range(60):
        desk.save(f"board{number}", "Stamps for the board.", audience="board")
    desk.save("open", *[f"Stamps are at desk {number}." for number in range(10)])
    desk.index.publish()

    by_meaning = desk.index.by_meaning("stamps for the board", PUBLIC, limit=8)
    by_words = desk.index.by_words("stamps board", PUBLIC, limit=8)

    assert len(by_meaning.passages) == len(by_words.passages) == 8
    assert {passage.article.id for passage in (*by_meaning.passages, *by_words.passages)} == {"open"}
    assert by_meaning.notes == by_words.notes == ()


def test_too_few_is_no_reason_to_look_twice_when_there_is_no_more(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.")
    desk.index.publish()

    found = desk.index.by_meaning("refunds", PUBLIC, limit=100)
    desk.index.by_words("refunds", PUBLIC, limit=100)

    assert len(found.passages) == 1
    assert found.notes == ()
    assert len(desk.store.asked) == len(desk.lexical.asked) == 1


def test_a_store_that_is_away_is_replaced_by_the_exact_scan_and_that_is_said(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.", "Ask Ana for stamps.")
    desk.index.publish()
    usual = desk.index.by_meaning("stamps from Ana", PUBLIC, limit=5)

    desk.store.is_away = True
    found = desk.index.by_meaning("stamps from Ana", PUBLIC, limit=5)

    assert texts(found.passages) == texts(usual.passages)
    assert found.notes == ("the vector store is away; the catalog was searched instead",)


def test_without_a_store_the_exact_scan_is_the_normal_way(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.", "Ask Ana for stamps.")
    desk.save("board", "Stamps for the board.", audience="board")
    exact = ExactVectorStore(desk.catalog, desk.version)
    index = KnowledgeIndex(desk.catalog, desk.version, HashingModel(), None, desk.lexical, exact)

    found = index.by_meaning("stamps", PUBLIC, limit=2)

    assert sorted(texts(found.passages)) == ["Ask Ana for stamps.", "Refunds take five days."]
    assert found.notes == ()


def test_words_that_are_away_are_said_to_be_away(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.")
    desk.lexical.is_away = True

    found = desk.index.by_words("refunds", PUBLIC, limit=5)

    assert found.passages == []
    assert found.notes == ("the index of words is away; only meaning was searched",)


def test_a_store_that_lost_chunks_is_noticed_and_not_relied_on(desk: Desk) -> None:
    desk.save("refunds", *[f"Refunds take {number} days." for number in range(20)])
    desk.index.publish()

    desk.store.remove([f"refunds.1.{position}" for position in range(5, 20)])
    found = desk.index.by_meaning("refunds", PUBLIC, limit=10)

    assert len(found.passages) == 10
    assert found.notes == ("the index of vectors is not in step with the catalog; run `footnote repair`",)


def test_a_store_full_of_strangers_is_noticed_and_not_relied_on(desk: Desk) -> None:
    desk.save("refunds", *[f"Refunds take {number} days." for number in range(20)])
    desk.index.publish()

    desk.store.put([f"stranger.1.{n}" for n in range(50)], np.repeat(_embed("refunds")[None], 50, axis=0))
    desk.lexical.put([f"stranger.1.{n}" for n in range(50)], ["refunds"] * 50)
    by_meaning = desk.index.by_meaning("refunds", PUBLIC, limit=10)
    by_words = desk.index.by_words("refunds", PUBLIC, limit=30)

    assert len(by_meaning.passages) == 10
    assert by_meaning.notes == ("the index of vectors is not in step with the catalog; run `footnote repair`",)
    assert len(by_words.passages) == 20
    assert by_words.notes == ()  # they count for nothing there


def test_words_that_lost_chunks_are_noticed(desk: Desk) -> None:
    desk.save("refunds", *[f"Refunds take {number} days." for number in range(20)])
    desk.index.publish()

    desk.lexical.remove([f"refunds.1.{position}" for position in range(5, 20)])
    found = desk.index.by_words("refunds", PUBLIC, limit=10)

    assert len(found.passages) == 5
    assert found.notes == ("the index of words is not in step with the catalog; run `footnote repair`",)


def test_an_index_that_was_not_told_yet_is_late_but_not_damaged(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.")

    found = desk.index.by_meaning("refunds", PUBLIC, limit=5)

    assert texts(found.passages) == ["Refunds take five days."]
    assert found.notes == ()


def test_a_question_without_a_word_to_search_for_finds_nothing_by_words(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.")
    desk.index.publish()

    assert desk.index.by_words("??", PUBLIC, limit=5).passages == []


def test_similarities_complete_what_only_words_have_found(desk: Desk) -> None:
    desk.save("refunds", "Refunds take five days.", "Ask Ana for stamps.")
    vector = _embed("Ana")

    scores = desk.index.similarities(vector, ["refunds.1.1", "refunds.1.0"])

    assert list(scores) == ["refunds.1.1", "refunds.1.0"]
    assert scores["refunds.1.1"] == pytest.approx(float(_embed("Ask Ana for stamps.") @ vector))
    assert desk.index.similarities(vector, []) == {}


def _embed(text: str) -> np.ndarray:
    return HashingModel().embed_query(text)
