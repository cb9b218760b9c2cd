"""What the catalog keeps, and what it has forgotten once it was told to."""

from dataclasses import replace

import numpy as np
import pytest

from app.errors import ConcurrentChange, UnknownArticle
from app.knowledge.articles import Asker
from app.knowledge.catalog import PUT, REMOVE, VECTORS, WORDS, Catalog
from app.knowledge.versions import IndexVersion
from tests.builders import (
    DIMENSIONS,
    HashingModel,
    Opened,
    a_chunk,
    a_recipe,
    an_article,
    chunks_of,
    publish_article,
)


def operations(catalog: Catalog, version: IndexVersion, target: str) -> list[tuple[str, str]]:
    return [(row.operation, row.chunk_id) for row in catalog.pending(version, target)]


def test_an_article_comes_back_as_it_was_saved(opened: Opened) -> None:
    catalog, version = opened
    text = "Zölle 🛃: ask Ana.\n\nRefunds take five days."
    article = an_article(audiences={"public", "staff"}, url="https://desk.example/refunds")
    chunks = [
        a_chunk(text=text[:17], headings=("Customs", "Zölle"), page=3),
        a_chunk(text=text[19:], position=1, start=19),
    ]
    vectors = HashingModel().embed_documents([chunk.text for chunk in chunks])

    catalog.replace_article(version, article, text, "bytes", chunks, vectors)

    assert catalog.article("refunds", None) == article
    assert catalog.revision("refunds", 1, None).text == text
    assert catalog.resolve(version, ["refunds.1.0", "refunds.1.1"], Asker()) == {c.id: (c, article) for c in chunks}
    assert np.array_equal(catalog.vectors(version, ["refunds.1.1", "refunds.1.0"]), vectors[::-1])


def test_what_was_seen_tells_whether_a_file_has_changed(opened: Opened) -> None:
    catalog, version = opened
    assert catalog.seen("refunds") is None

    article = publish_article(catalog, version, texts=["Five days."])
    seen = catalog.seen("refunds")

    assert seen is not None
    assert seen.article == article
    assert len(seen.bytes_hash) == len(seen.text_hash) == 64


def test_a_replaced_revision_is_gone_with_its_chunks(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version, texts=["Five days.", "In cash."])

    publish_article(catalog, version, texts=["Six days."])

    assert catalog.chunk_ids(version) == {"refunds.2.0"}
    assert set(catalog.resolve(version, ["refunds.1.0", "refunds.2.0"], Asker())) == {"refunds.2.0"}
    with pytest.raises(UnknownArticle, match="no revision 1 any more"):
        catalog.revision("refunds", 1, None)


def test_a_removed_article_leaves_only_its_number(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version)

    catalog.remove_article("refunds")

    assert catalog.seen("refunds") is None
    assert catalog.articles(None) == catalog.articles_of("handbook") == []
    assert catalog.chunk_ids(version) == set()
    assert catalog.next_revision("refunds") == 2
    for gone in (lambda: catalog.article("refunds", None), lambda: catalog.revision("refunds", 1, None)):
        with pytest.raises(UnknownArticle):
            gone()
    with pytest.raises(UnknownArticle):
        catalog.remove_article("refunds")


def test_an_article_that_returns_never_reuses_a_chunk_id(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version)
    catalog.remove_article("refunds")

    returned = publish_article(catalog, version, texts=["Seven days."])

    assert returned.revision == 2
    assert catalog.chunk_ids(version) == {"refunds.2.0"}


def test_of_two_writers_with_the_same_revision_the_second_is_refused(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version, texts=["Five days."])
    text, chunks = chunks_of(an_article(), ["Nine days."])

    with pytest.raises(ConcurrentChange, match=r"refunds.md .* run the ingest again"):
        catalog.replace_article(version, an_article(), text, "h", chunks, HashingModel().embed_documents(["x"]))

    assert catalog.revision("refunds", 1, None).text == "Five days."


def test_a_change_that_fails_leaves_nothing_behind(opened: Opened) -> None:
    catalog, version = opened
    text, chunks = chunks_of(an_article(), ["Five days.", "In cash."])
    before = catalog.change()
    twice_the_same = [chunks[0], chunks[0]]

    with pytest.raises(Exception, match="UNIQUE"):
        catalog.replace_article(version, an_article(), text, "h", twice_the_same, np.ones((2, DIMENSIONS), np.float32))

    assert catalog.seen("refunds") is None
    assert catalog.chunk_ids(version) == set()
    assert operations(catalog, version, WORDS) == []
    assert catalog.change() == before


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        (np.ones((1, DIMENSIONS), np.float32), r"2 chunks need"),
        (np.ones((2, 7), np.float32), r"shape \(2, 32\)"),
        (np.full((2, DIMENSIONS), np.nan, np.float32), "NaN"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(opened: Opened, vectors: np.ndarray, said: str) -> None:
    catalog, version = opened
    text, chunks = chunks_of(an_article(), ["Five days.", "In cash."])

    with pytest.raises(ValueError, match=said):
        catalog.replace_article(version, an_article(), text, "h", chunks, vectors)


def test_a_chunk_that_is_not_the_text_at_its_offsets_is_refused(opened: Opened) -> None:
    catalog, version = opened
    vectors = HashingModel().embed_documents(["x"])

    with pytest.raises(ValueError, match="offsets 3 and 8"):
        catalog.replace_article(version, an_article(), "Five days.", "h", [a_chunk(text="Fives", start=3)], vectors)


def test_an_asker_sees_only_what_shares_an_audience(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version, "open", ["For all."], title="A")
    publish_article(catalog, version, "board", ["For few."], title="B", audiences=["board"])
    everything = ["open.1.0", "board.1.0"]
    public, board = Asker(), Asker.of(["board"])

    assert set(catalog.resolve(version, everything, public)) == catalog.permitted(version, public) == {"open.1.0"}
    assert set(catalog.resolve(version, everything, board)) == catalog.permitted(version, board) == set(everything)
    assert [article.id for article in catalog.articles(public)] == ["open"]
    assert [article.id for article in catalog.articles(board)] == ["open", "board"]


def test_a_forbidden_article_sounds_exactly_like_one_that_never_was(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version, "board", audiences=["board"])

    refusals = []
    for id_ in ("board", "never"):
        with pytest.raises(UnknownArticle) as refusal:
            catalog.revision(id_, 1, Asker())
        refusals.append(str(refusal.value).replace(id_, "?"))

    assert refusals[0] == refusals[1]


def test_changed_audiences_apply_at_once_without_a_new_revision(opened: Opened) -> None:
    catalog, version = opened
    article = publish_article(catalog, version)
    before = catalog.change()

    catalog.update_article(replace(article, audiences=frozenset({"staff"})), "h")

    assert catalog.resolve(version, ["refunds.1.0"], Asker()) == {}
    assert set(catalog.resolve(version, ["refunds.1.0"], Asker.of(["staff"]))) == {"refunds.1.0"}
    assert catalog.article("refunds", None).revision == 1
    assert catalog.change() > before


def test_a_changed_title_is_told_to_the_words_but_not_to_the_vectors(opened: Opened) -> None:
    catalog, version = opened
    article = publish_article(catalog, version)
    for target in (VECTORS, WORDS):
        catalog.settle(target, [row.seq for row in catalog.pending(version, target)])

    catalog.update_article(replace(article, title="Money back"), "h")

    assert operations(catalog, version, WORDS) == [(PUT, "refunds.1.0")]
    assert operations(catalog, version, VECTORS) == []
    assert catalog.searchable_texts(version, ["refunds.1.0"])[0].startswith("Money back\n")


def test_an_update_that_rests_on_an_older_revision_is_refused(opened: Opened) -> None:
    catalog, version = opened
    old = publish_article(catalog, version)
    publish_article(catalog, version, texts=["Six days."])

    with pytest.raises(ConcurrentChange):
        catalog.update_article(replace(old, title="Money back"), "h")


def test_the_outbox_tells_each_target_every_change_in_order(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version)
    publish_article(catalog, version, texts=["Six days."])
    catalog.remove_article("refunds")
    expected = [(PUT, "refunds.1.0"), (REMOVE, "refunds.1.0"), (PUT, "refunds.2.0"), (REMOVE, "refunds.2.0")]

    catalog.settle(WORDS, [row.seq for row in catalog.pending(version, WORDS, limit=3)])

    assert operations(catalog, version, VECTORS) == expected
    assert operations(catalog, version, WORDS) == expected[3:]


def test_settling_one_target_leaves_the_other_alone(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version)
    rows = catalog.pending(version, VECTORS)

    catalog.settle(WORDS, [row.seq for row in rows])

    assert catalog.pending(version, VECTORS) == rows


def test_neighbours_are_of_the_same_revision_and_in_reading_order(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version, "other", ["x"])
    publish_article(catalog, version, texts=["a", "b", "c", "d", "e"])
    middle, _ = catalog.resolve(version, ["refunds.1.2"], Asker())["refunds.1.2"]

    around = catalog.neighbours(version, middle, before=1, after=5)

    assert [chunk.text for chunk in around] == ["b", "d", "e"]


def test_an_id_that_is_gone_gets_a_row_of_zeros_and_an_empty_text(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version)

    vectors = catalog.vectors(version, ["refunds.1.0", "gone.1.0"])

    assert np.linalg.norm(vectors, axis=1).tolist() == pytest.approx([1.0, 0.0])
    assert catalog.searchable_texts(version, ["gone.1.0"]) == [""]
    assert catalog.still_there(version, ["refunds.1.0", "gone.1.0"]) == {"refunds.1.0"}
    assert catalog.vectors(version, []).shape == (0, DIMENSIONS)


def test_many_vectors_come_in_the_order_asked_for(opened: Opened) -> None:
    catalog, version = opened
    for number in range(3):
        publish_article(catalog, version, f"a{number}", [f"word{number} {n}" for n in range(1000)])
    ids = sorted(catalog.chunk_ids(version), reverse=True)

    scanned = catalog.vectors(version, ids)

    assert np.array_equal(scanned[5:9], catalog.vectors(version, ids[5:9]))


def test_an_article_without_text_is_an_article_without_chunks(opened: Opened) -> None:
    catalog, version = opened

    publish_article(catalog, version, texts=[])

    assert catalog.revision("refunds", 1, None).text == ""
    assert catalog.chunk_ids(version) == set()


def test_a_source_knows_its_own_articles_only(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version, "a", source_id="handbook")
    publish_article(catalog, version, "b", source_id="wiki")

    assert [article.id for article in catalog.articles_of("wiki")] == ["b"]


def test_the_first_index_version_is_live_and_a_recipe_has_one_version(opened: Opened) -> None:
    catalog, version = opened

    other = catalog.add_version(a_recipe(chunker="structure-1/300"))

    assert catalog.live_version() == version
    assert not other.live
    assert catalog.add_version(a_recipe()) == version
    assert catalog.add_version(other.recipe) == other


def test_a_replaced_article_leaves_every_index_version(opened: Opened) -> None:
    catalog, live = opened
    beside = catalog.add_version(a_recipe(chunker="structure-1/300"))
    article = publish_article(catalog, live)
    chunks = catalog.chunks_of(live, article.id)
    assert catalog.add_chunks(beside, article, chunks, catalog.vectors(live, [chunk.id for chunk in chunks]))

    publish_article(catalog, live)

    assert catalog.chunk_ids(beside) == set()
    assert operations(catalog, beside, WORDS)[-1] == (REMOVE, "refunds.1.0")
    assert catalog.chunk_ids(live) == {"refunds.2.0"}
