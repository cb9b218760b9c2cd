"""The page through Streamlit's own test runner, on a real desk."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.channels import house as houses
from app.channels.house import PUBLIC_ASKER, House
from app.channels.server import page_script
from app.errors import DataFolderError
from tests.app.channels.houses import a_house
from tests.builders import publish_article


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as house:
        houses.share(house)
        yield house


def the_page(address: dict[str, str] | None = None) -> AppTest:
    page = AppTest.from_file(str(page_script()), default_timeout=30)
    for name, value in (address or {}).items():
        page.query_params[name] = value
    return page.run()


def ask(page: AppTest, question: str) -> AppTest:
    page.chat_input[0].set_value(question).run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    """All text on the page that is not a widget's own."""
    shown = [element.proto for kind in ("html", "bidi_component") for element in page.get(kind)]
    return " ".join(str(proto) for proto in shown)


def buttons(page: AppTest) -> dict[str, str]:
    return {button.key or "": button.label for button in page.button}


def test_the_start_says_what_the_desk_knows_and_offers_questions(house: House) -> None:
    page = the_page()

    assert "2 articles" in said(page)
    assert [label for key, label in buttons(page).items() if key.startswith("sample-")]
    assert "Pay" not in said(page)


def test_a_question_is_answered_with_its_source(house: House) -> None:
    page = ask(the_page(), "How long do refunds take?")

    assert "five days" in said(page)
    assert any(label.endswith("Refunds") for key, label in buttons(page).items() if key.startswith("source-"))


def test_a_sample_question_can_be_asked_with_a_click(house: House) -> None:
    page = the_page()

    page.button(key="sample-0").click().run()

    assert page.query_params["c"]
    assert not page.exception


def test_a_click_on_a_source_opens_the_quote_in_its_surroundings(house: House) -> None:
    page = ask(the_page(), "How long do refunds take?")

    next(button for button in page.button if (button.key or "").startswith("source-")).click().run()

    assert "<mark>" in said(page)
    assert "close-source" in buttons(page)

    page.button(key="close-source").click().run()

    assert "close-source" not in buttons(page)


def test_the_whole_article_opens_with_the_quote_and_leads_back(house: House) -> None:
    page = ask(the_page(), "How long do refunds take?")
    next(button for button in page.button if (button.key or "").startswith("source-")).click().run()

    next(button for button in page.button if (button.key or "").startswith("open-")).click().run()

    assert page.query_params["article"] == "refunds"
    assert "card that was charged" in said(page) and "<mark>" in said(page)

    page.button(key="back").click().run()

    assert "article" not in page.query_params
    assert page.query_params["c"]


def test_the_answers_very_words_stand_out_in_the_quote_and_in_the_whole_article(house: House) -> None:
    kept = house.desk.ask("How long do refunds take?", [], PUBLIC_ASKER).answer
    cited = kept.citations[0]
    place = cited.start + cited.quote.index("take")
    span = {"mark": cited.mark, "start": place, "end": place + 4}
    record = house.answer(kept.id)
    house.catalog.save_answer(replace(record, trace=record.trace | {"spans": [span]}))
    page = the_page({"c": kept.id})

    next(button for button in page.button if (button.key or "").startswith("source-")).click().run()
    assert ">take</mark>" in said(page)

    next(button for button in page.button if (button.key or "").startswith("open-")).click().run()
    assert ">take</mark>" in said(page)


def test_reloading_keeps_the_conversation(house: House) -> None:
    page = ask(the_page(), "How long do refunds take?")
    ask(page, "Which card are they paid to?")

    again = the_page({"c": page.query_params["c"]})

    assert "How long do refunds take?" in said(again)
    assert "Which card are they paid to?" in said(again)


def test_a_new_conversation_starts_empty(house: House) -> None:
    page = ask(the_page(), "How long do refunds take?")

    page.button(key="new").click().run()

    assert "c" not in page.query_params
    assert any(key.startswith("sample-") for key in buttons(page))


def test_what_is_not_there_is_said_with_the_nearest_articles(tmp_path: Path) -> None:
    with a_house(tmp_path, threshold=1.0) as cautious:
        houses.share(cautious)

        page = ask(the_page(), "Which quarks does a proton contain?")

        assert "could not find" in said(page)
        assert "data-article" in said(page)


def test_an_empty_desk_says_how_to_fill_it(tmp_path: Path) -> None:
    with a_house(tmp_path, empty=True) as empty:
        houses.share(empty)

        page = the_page()

        assert "footnote ingest" in page.code[0].value
        assert not page.chat_input


def test_a_removed_article_takes_its_words_off_the_page(house: House) -> None:
    page = ask(the_page(), "How long do refunds take?")

    house.catalog.remove_article("refunds")
    page.run()

    assert "five days" not in said(page)
    assert "has been removed" in said(page)


def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise DataFolderError("the disk is full")

    monkeypatch.setattr(house.catalog, "save_answer", full)

    page = ask(the_page(), "How long do refunds take?")

    assert "five days" in said(page)
    assert "this answer was not kept: the disk is full" in said(page)


def test_a_changed_article_still_shows_what_was_quoted_and_says_so(house: House) -> None:
    page = ask(the_page(), "How long do refunds take?")
    version = house.catalog.live_version()
    assert version is not None

    publish_article(house.catalog, version, "refunds", ["Refunds take a week."])
    next(button for button in page.button if (button.key or "").startswith("source-")).click().run()

    assert "five days" in said(page)
    assert "has changed since" in said(page)


@pytest.mark.parametrize(
    "address",
    [
        {"c": "nothing.of.this"},
        {"c": "../../etc/passwd"},
        {"article": "salaries"},
        {"article": "nowhere", "quote": "1-2"},
        {"article": "refunds", "quote": "9-3"},
        {"article": "refunds", "quote": "²-³"},
        {"article": "refunds", "quote": "0-99999999999999999999"},
    ],
)
def test_no_address_breaks_the_page_or_opens_what_is_not_public(house: House, address: dict[str, str]) -> None:
    page = the_page(address)

    assert not page.exception
    assert "May" not in said(page)


def test_a_desk_that_cannot_open_says_so_in_one_sentence(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> list[object]:
        raise DataFolderError("the disk is full; free some space")

    monkeypatch.setattr(house.catalog, "articles", broken)

    page = the_page()

    assert page.error[0].value.replace("\\", "") == "the disk is full; free some space"
