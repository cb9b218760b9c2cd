"""A chunk is searched with what stands above it on its page."""

from app.knowledge.searchable import embedded_text, searchable_text


def test_title_and_heading_path_are_searched_with_each_chunk() -> None:
    assert searchable_text("Parental leave", ("Pay",), "Full pay for ten weeks.") == (
        "Parental leave\nPay\nFull pay for ten weeks."
    )
    assert embedded_text("Parental leave", ("Pay",), "Full pay for ten weeks.").startswith("Parental leave\nPay\n")


def test_a_heading_that_repeats_the_title_counts_once() -> None:
    assert embedded_text("Leave", ("Leave", "Pay"), "Full pay.") == "Leave\nPay\nFull pay."


def test_an_article_without_title_and_headings_is_just_its_text() -> None:
    assert searchable_text("", (), "Full pay.") == embedded_text(" ", ("",), "Full pay.") == "Full pay."
