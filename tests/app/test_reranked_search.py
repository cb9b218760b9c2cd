"""What a search tells of its reranker: places, scores, what was read; nothing of it in words."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.answering.reader import PassageReading
from app.answering.rerankers import Reranking
from app.answering.retrieval import with_questions_before
from app.answering.rewriting import stand_alone
from app.knowledge.articles import Passage
from tests.builders import publish_article
from tests.desks import a_desk, turns

READING = PassageReading(relevance=2.5, answerable=0.75, start=0, end=12, span=3.25)


class TurnsAround:
    """Reads only the first passage it is given, and puts it last."""

    name = "turns around"

    def rerank(self, query: str, passages: Sequence[Passage]) -> Reranking:
        turned = [replace(passage, score=place / 10) for place, passage in enumerate(passages)]
        return Reranking(turned[::-1], {passages[0].chunk.id: READING}, "1 of 2 passages was read")


def test_a_search_keeps_what_the_reranker_has_read(tmp_path: Path) -> None:
    house = a_desk(tmp_path, reranker=TurnsAround())
    publish_article(house.catalog, house.version, "refunds", ["Refunds take five days."])
    publish_article(house.catalog, house.version, "travel", ["Trains are booked in the portal."], title="Travel")
    house.index.publish()

    trace = house.desk.search("How long do refunds take?")

    travel, refunds = trace.candidates
    assert [(c.passage.article.id, c.passage.ranks.fused, c.passage.ranks.reranked) for c in trace.candidates] == [
        ("travel", 2, 1),
        ("refunds", 1, 2),
    ]
    assert (travel.reranked, travel.reading) == (None, None)
    assert (refunds.reranked, refunds.reading) == (0.0, READING)
    assert trace.reranking == "1 of 2 passages was read"


def test_what_was_read_is_kept_in_numbers(tmp_path: Path) -> None:
    house = a_desk(tmp_path, reranker=TurnsAround())
    publish_article(house.catalog, house.version, "refunds", ["Refunds take five days."])
    house.index.publish()

    stored = house.desk.search("How long do refunds take?").as_stored()

    assert stored["candidates"][0]["reading"] == {
        "relevance": 2.5,
        "answerable": 0.75,
        "start": 0,
        "end": 12,
        "span": 3.25,
    }
    assert "five" not in str(stored["candidates"])


def test_a_follow_up_is_read_after_the_questions_it_leans_on() -> None:
    history = turns(("Who pays for trains?", "The company does."), ("When do refunds arrive?", "In five days."))

    def asked(question: str) -> str:
        return with_questions_before(stand_alone(question, history), history)

    assert asked("And for spouses?") == "Who pays for trains? When do refunds arrive? And for spouses?"
    assert asked("Where can visitors with heavy luggage park an electric car overnight?").startswith("Where")
    assert with_questions_before(stand_alone("And?", ()), ()) == "And?"
