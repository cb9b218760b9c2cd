"""Answers remember what they rested on: what became of it, and who was told, is found when an article changes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.answering.affected import (
    Affected,
    ChangedArticle,
    QuoteNow,
    affected,
    affected_as_json,
    moment_from,
    quote_now,
)
from app.errors import WrongUse
from app.knowledge.articles import Asker
from app.knowledge.catalog import Telling
from tests.builders import publish_article
from tests.desks import TestDesk, a_desk

REFUNDS = ("Refunds take five days.", "They are paid to the card that was charged.")
NOW = datetime.now(UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestDesk]:
    house = a_desk(tmp_path)
    publish_article(house.catalog, house.version, "refunds", REFUNDS)
    publish_article(
        house.catalog, house.version, "travel", ["Flights need the approval of your manager."], title="Trips"
    )
    house.index.publish()
    yield house
    house.desk.close()
    house.catalog.close()


def ask(house: TestDesk, question: str = "How long do refunds take?", reader: str = "") -> str:
    answer = house.desk.ask(question).answer
    if reader:
        place = f"C1/{answer.id}"
        house.catalog.told.tell(Telling("slack", place, answer.id, reader, ("public",), datetime.now(UTC)))
    return answer.id


def an_affected_answer(question: str, quote: str) -> Affected:
    """One whose quote is gone."""
    article = ChangedArticle("refunds", "Refunds", 1, 2, NOW, (QuoteNow(1, quote, "gone"),))
    return Affected("a1", question, NOW, (article,), ())


def fates(answers: list[Affected]) -> list[tuple[str, str]]:
    return [(quote.quote, quote.fate) for a in answers for article in a.articles for quote in article.quotes]


def test_nothing_is_affected_while_nothing_changes(house: TestDesk) -> None:
    ask(house)

    assert affected(house.catalog) == []


def test_a_changed_article_names_the_answers_that_rested_on_it_what_stands_there_now_and_who_was_told(
    house: TestDesk,
) -> None:
    told = ask(house, reader="U7")
    ask(house, "Do flights need approval?")

    publish_article(house.catalog, house.version, "refunds", ["Refunds take ten days.", REFUNDS[1]])

    [answer] = affected(house.catalog)
    assert (answer.answer_id, answer.question) == (told, "How long do refunds take?")
    [article] = answer.articles
    assert (article.title, article.revision, article.now) == ("Refunds", 1, 2)
    assert [(q.fate, q.quote, q.now) for q in article.quotes] == [("changed", REFUNDS[0], "Refunds take ten days.")]
    assert [(telling.channel, telling.reader) for telling in answer.told] == [("slack", "U7")]
    assert not answer.still_stands


def test_a_quote_that_stands_in_the_new_revision_is_said_to_stand(house: TestDesk) -> None:
    ask(house)

    publish_article(house.catalog, house.version, "refunds", ["New: ask Ana.", *REFUNDS])

    [answer] = affected(house.catalog)
    assert answer.still_stands
    assert fates([answer]) == [(REFUNDS[0], "stands")]


def test_a_removed_articles_words_are_told_nowhere(house: TestDesk) -> None:
    ask(house)

    house.catalog.remove_article("refunds")

    [answer] = affected(house.catalog)
    assert [(article.title, article.now) for article in answer.articles] == [("", None)]
    assert fates([answer]) == [("", "removed")]
    assert "five days" not in str(affected_as_json([answer]))


def test_since_leaves_out_what_changed_before(house: TestDesk) -> None:
    ask(house)
    ask(house, "Do flights need approval?")
    publish_article(house.catalog, house.version, "refunds", ["Refunds take ten days."])
    house.catalog.remove_article("travel")
    later = datetime.now(UTC) + timedelta(seconds=1)

    assert len(affected(house.catalog, datetime.now(UTC) - timedelta(hours=1))) == 2
    assert affected(house.catalog, later) == []


def test_an_asker_hears_only_of_answers_whose_articles_he_may_read(house: TestDesk) -> None:
    publish_article(house.catalog, house.version, "pay", ["Salaries rise in May."], title="Pay", audiences={"hr"})
    house.index.publish()
    house.desk.ask("When do salaries rise?", (), Asker.of({"hr"})).answer  # noqa: B018 - keeps it
    ask(house)
    publish_article(house.catalog, house.version, "pay", ["Salaries rise in June."], title="Pay", audiences={"hr"})
    house.catalog.remove_article("refunds")

    assert len(affected(house.catalog)) == 2
    [open_to_all] = affected(house.catalog, asker=Asker())
    assert [article.article_id for article in open_to_all.articles] == ["refunds"]
    assert open_to_all.question == ""  # nobody can tell any more who may read it


@pytest.mark.parametrize(
    ("quote", "text", "fate", "now"),
    [
        ("It takes **five** days.", "First this.\n\nIt takes **five** days.", "stands", ""),
        ("It takes five days.", "It takes\nfive days.", "stands", ""),
        ("It takes **five** days.", "It takes five days.", "stands", ""),
        ("It takes five days.", "It takes six working days.", "changed", "It takes six working days."),
        ("It takes five days.", "Ask Ana for stamps.", "gone", ""),
        ("It takes five days.", None, "removed", ""),
    ],
)
def test_what_became_of_a_quote(quote: str, text: str | None, fate: str, now: str) -> None:
    found = quote_now(1, quote, text)

    assert (found.fate, found.now) == (fate, now)


def test_times_are_dates_times_or_so_long_ago() -> None:
    assert moment_from("36h", NOW) == NOW - timedelta(hours=36)
    assert moment_from("2w", NOW) == NOW - timedelta(weeks=2)
    assert moment_from("2026-11-01", NOW) == datetime(2026, 11, 1, tzinfo=UTC)
    assert moment_from("2026-11-01T09:30+02:00", NOW) == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    for wrong in ("yesterday", "", "99999999999w"):
        with pytest.raises(WrongUse, match="is no time"):
            moment_from(wrong, NOW)


def test_titles_that_a_kept_answer_names_go_with_their_articles(tmp_path: Path) -> None:
    house = a_desk(tmp_path, threshold=1.0)
    publish_article(house.catalog, house.version, "refunds", REFUNDS, title="Secret refunds")
    publish_article(house.catalog, house.version, "travel", ["Flights need approval."], title="Trips")
    house.index.publish()
    given = house.desk.ask("Which quarks does a proton contain?").answer
    assert "- Secret refunds" in given.text
    assert house.catalog.answer(given.id).text == given.text

    house.catalog.remove_article("refunds")
    house.catalog.checkpoint()

    kept = house.catalog.answer(given.id)
    assert "Secret" not in repr(kept)
    assert "- Trips" in kept.text
    assert b"Secret refunds" not in b"".join(f.read_bytes() for f in tmp_path.glob("catalog.sqlite"))
