"""Chunks that belong together are read together."""

from app.answering.excerpts import Excerpt, Given, Span, numbered, renumbered, span_of
from app.knowledge.articles import Chunk, Passage
from tests.builders import a_chunk, an_article, chunks_of

ARTICLE = an_article()
TEXT, CHUNKS = chunks_of(ARTICLE, ["One is here.", "Two is here.", "Three is here.", "Four is here.", "Five is here."])


def a_span(*positions: int, found: int) -> Span:
    passage = Passage(CHUNKS[found], ARTICLE, 1.0)
    return span_of(passage, [CHUNKS[position] for position in positions])


def test_a_passage_is_read_with_its_neighbours_and_what_lies_between() -> None:
    (excerpt,) = numbered([a_span(1, 3, found=2)], {"refunds": TEXT})

    assert excerpt.text == TEXT[excerpt.start : excerpt.end] == "Two is here.\n\nThree is here.\n\nFour is here."


def test_a_neighbour_under_another_heading_is_left_out() -> None:
    other = Chunk("refunds", 1, 1, 14, 26, "Two is here.", headings=("Elsewhere",))

    span = span_of(Passage(CHUNKS[0], ARTICLE, 1.0), [other])

    assert (span.first, span.last) == (0, 0)


def test_spans_that_touch_become_one_excerpt_in_the_place_of_the_better() -> None:
    far = Passage(CHUNKS[4], ARTICLE, 0.5)
    spans = [a_span(found=1), span_of(far, []), a_span(found=2)]

    excerpts = numbered(spans, {"refunds": TEXT})

    assert [(e.number, e.text) for e in excerpts] == [(1, "Two is here.\n\nThree is here."), (2, "Five is here.")]
    assert [p.chunk.position for p in excerpts[0].passages] == [1, 2]


def test_two_excerpts_become_one_when_a_third_lies_between_them() -> None:
    excerpts = numbered([a_span(found=0), a_span(found=2), a_span(found=1)], {"refunds": TEXT})

    assert [e.text for e in excerpts] == ["One is here.\n\nTwo is here.\n\nThree is here."]


def test_an_article_that_is_gone_meanwhile_gives_no_excerpt() -> None:
    assert numbered([a_span(found=0)], {}) == ()


def test_what_was_given_before_keeps_its_number_and_what_is_new_takes_a_free_one() -> None:
    article, other = an_article("a"), an_article("b", title="B")
    found = [
        Excerpt(1, other, 1, 0, 50, "x" * 50, (Passage(a_chunk("b", "x" * 50), other, 1.0),)),
        Excerpt(2, article, 1, 40, 90, "y" * 50, (Passage(a_chunk("a", "y" * 50, start=40), article, 0.9),)),
        Excerpt(3, article, 1, 500, 550, "z" * 50, (Passage(a_chunk("a", "z" * 50, start=500), article, 0.8),)),
    ]

    kept = renumbered(found, [Given(1, "a", 1, 0, 60), Given(2, "a", 2, 500, 550)])

    assert [excerpt.number for excerpt in kept] == [3, 1, 4]
    assert [excerpt.number for excerpt in renumbered(found, [])] == [1, 2, 3]
