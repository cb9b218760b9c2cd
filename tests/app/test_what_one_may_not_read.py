"""P14: what an asker gets is, to the last bit, what it would be if the articles he may not read did not exist."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.answering.as_json import answer_as_json, search_as_json
from app.answering.desk import as_record
from app.knowledge.articles import PUBLIC, Asker
from app.language_models.scripted import ScriptedWriter
from tests.builders import publish_article
from tests.desks import TestDesk, a_desk

WORDS = ["refunds", "take", "five", "six", "days", "salaries", "rise", "May", "stamps", "Ana", "E-4012", "not", "board"]
AUDIENCES = [PUBLIC, "hr", "board"]


@dataclass(frozen=True)
class Told:
    """An article as a test writes it."""

    title: str
    sentences: tuple[str, ...]  # a chunk each
    audiences: frozenset[str]


words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)
articles = st.builds(
    Told,
    title=words.map(lambda some: " ".join(some[:3])),
    sentences=st.lists(words.map(lambda some: f"{' '.join(some)}."), min_size=1, max_size=4).map(tuple),
    audiences=st.sets(st.sampled_from(AUDIENCES), min_size=1, max_size=2).map(frozenset),
)
anything = given(
    told=st.lists(articles, min_size=1, max_size=7),
    question=words,
    audiences=st.sets(st.sampled_from(AUDIENCES), max_size=2),
    removed=st.sets(st.integers(0, 6), max_size=2),
)


@contextmanager
def knowing(told: dict[str, Told], lexical_index: str, gone: Sequence[str] = ()) -> Iterator[tuple[TestDesk, Any]]:
    """A desk with a model that keeps its prompts, over these articles; those that are gone were there once."""
    with TemporaryDirectory() as folder:
        model = ScriptedWriter(["refunds take five days [1]. "])
        house = a_desk(Path(folder), model, read=2, words=lexical_index)
        house.desk._secret = b"the same for both"  # or the fences of two prompts would differ by it
        for id_, one in told.items():
            publish_article(house.catalog, house.version, id_, one.sentences, title=one.title, audiences=one.audiences)
        house.index.publish()
        for id_ in gone:
            house.catalog.remove_article(id_)
        try:
            yield house, model
        finally:
            house.desk.close()
            house.catalog.close()


def all_that_is_seen(house: TestDesk, model: Any, question: str, asker: Asker) -> dict[str, Any]:
    """Every word and every number that any channel could show."""
    answer = house.desk.ask(question, (), asker).answer
    found = house.desk.search(question, (), asker)
    record = as_record(answer)
    seen = {
        "answer": answer_as_json(answer) | {"trace_id": "", "timings_ms": {}},
        "confidence": repr(answer.confidence),
        "kept": repr((record.text, record.citations, record.trace | {"timings_ms": {}})),
        "search": search_as_json(found, 100, explain=True) | {"timings_ms": {}},
        "scores": [repr((c.meaning, c.words, c.fused)) for c in found.candidates],
        "prompts": [(request.instructions, request.prompt, request.quotables) for request in model.requests],
    }
    model.requests.clear()
    return seen


def check(told: list[Told], question: list[str], audiences: set[str], removed: set[int], lexical_index: str) -> None:
    asker = Asker.of(audiences)
    everything = {f"article{n}": one for n, one in enumerate(told)}
    gone = [f"article{n}" for n in removed if n < len(told)]
    readable = {id_: one for id_, one in everything.items() if one.audiences & asker.audiences and id_ not in gone}
    with knowing(everything, lexical_index, gone) as (full, model), knowing(readable, lexical_index) as (bare, other):
        seen, expected = (
            all_that_is_seen(house, its_model, " ".join(question), asker)
            for house, its_model in ((full, model), (bare, other))
        )
    assert seen == expected


@pytest.mark.parametrize("lexical_index", ["rank_bm25", "tantivy"])
def test_a_word_is_as_rare_as_it_is_in_what_one_may_read(lexical_index: str) -> None:
    told = [
        Told("Refunds", ("refunds take five days.", "stamps are with Ana."), frozenset({PUBLIC})),
        Told("Pay", ("salaries rise in May.",), frozenset({PUBLIC})),
        *[Told("Board", ("refunds refunds refunds", "five days and a very long tail of words."), frozenset({"board"}))]
        * 4,
    ]

    check(told, ["refunds", "five", "salaries", "stamps"], set(), {3}, lexical_index)


@settings(max_examples=15, deadline=None)
@anything
def test_articles_one_may_not_read_change_nothing_that_one_sees(
    told: list[Told], question: list[str], audiences: set[str], removed: set[int]
) -> None:
    check(told, question, audiences, removed, "rank_bm25")


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@anything
def test_nor_do_they_with_the_index_that_the_desk_uses(
    told: list[Told], question: list[str], audiences: set[str], removed: set[int]
) -> None:
    check(told, question, audiences, removed, "tantivy")
