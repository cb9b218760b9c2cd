"""An older edition is not quoted beside its successor."""

from datetime import UTC, datetime

from app.answering.excerpts import Excerpt
from app.answering.succession import in_force
from app.knowledge.articles import Passage
from tests.builders import a_chunk, an_article


def an_excerpt(number: int, title: str, year: int) -> Excerpt:
    article = an_article(title, title=title, updated_at=datetime(year, 1, 5, tzinfo=UTC))
    return Excerpt(number, article, 1, 0, 5, "Text.", (Passage(a_chunk(article.id), article, 1.0),))


OLD, NEW = an_excerpt(1, "Per diems 2025", 2025), an_excerpt(2, "Per diems 2026", 2026)


def test_the_newer_of_two_editions_speaks() -> None:
    assert in_force([OLD, NEW], "What is the per diem?") == [NEW]


def test_a_year_that_is_asked_for_keeps_its_edition() -> None:
    assert in_force([OLD, NEW], "What was the per diem in 2025?") == [OLD, NEW]


def test_two_models_of_a_device_are_no_editions() -> None:
    one, two = an_excerpt(1, "Calibrate a Heron 1", 2025), an_excerpt(2, "Calibrate a Heron 2", 2026)

    assert in_force([one, two], "How do I calibrate it?") == [one, two]


def test_an_edition_whose_successor_was_not_found_stays() -> None:
    assert in_force([OLD], "What is the per diem?") == [OLD]
