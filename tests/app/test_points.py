"""What is quoted as one: lists with their leads, sentences with what they lean on."""

from app.answering.points import points
from app.answering.sentences import units


def grouped(text: str) -> list[tuple[str, str]]:
    return [(point.shape, point.text) for point in points(text, units(text))]


def test_a_list_comes_with_its_lead_and_each_item_alone() -> None:
    assert grouped("You need:\n\n- a passport\n- a photo") == [
        ("list", "You need: a passport a photo"),
        ("row", "a passport"),
        ("row", "a photo"),
    ]


def test_steps_are_only_right_as_a_whole() -> None:
    assert grouped("1. Open it.\n2. Close it.") == [("steps", "Open it. Close it.")]


def test_numbers_that_begin_anew_begin_a_second_list() -> None:
    assert grouped("1. Open one.\n2. Close one.\n\n1. Open two.\n2. Close two.") == [
        ("steps", "Open one. Close one."),
        ("steps", "Open two. Close two."),
    ]


def test_what_stands_between_two_steps_belongs_to_them() -> None:
    text = "1. Run this:\n\n```\nfootnote up\n```\n\n2. Open the page."

    assert grouped(text) == [("steps", "Run this: footnote up Open the page.")]


def test_steps_that_are_all_numbered_one_are_counted() -> None:
    (steps,) = points("1. Open it.\n1. Close it.", units("1. Open it.\n1. Close it."))

    assert [unit.bullet for unit in steps.units] == ["1.", "2."]


def test_a_sentence_that_refers_back_comes_with_the_one_before() -> None:
    assert grouped("Refunds take five days. They are paid by card. IT helps you there.") == [
        ("sentence", "Refunds take five days."),
        ("sentence", "Refunds take five days. They are paid by card."),
        ("sentence", "IT helps you there."),
    ]


def test_nothing_refers_back_over_a_paragraph() -> None:
    assert grouped("Refunds take five days.\n\nThey are paid by card.")[1] == ("sentence", "They are paid by card.")


def test_a_question_in_the_text_is_a_heading_and_no_answer() -> None:
    (answer,) = points("How long does it take? Five days.", units("How long does it take? Five days."))

    assert (answer.text, answer.heading and answer.heading.shown) == ("Five days.", "How long does it take?")


def test_code_comes_with_the_line_that_leads_to_it() -> None:
    assert grouped("Start it with:\n\n```bash\nfootnote up\n```") == [("code", "Start it with: footnote up")]


def test_code_that_is_cut_off_is_not_quoted() -> None:
    assert grouped("```bash\nfootnote up \\") == []


def test_a_line_that_leads_to_nothing_and_a_scrap_are_not_quoted() -> None:
    assert grouped("7, 1998.\n\nThese are paid:") == []


def test_a_small_table_comes_whole_and_row_by_row() -> None:
    table = "| Plan | Price |\n|---|---|\n| Basic | 5 EUR |\n| Full | 9 EUR |"

    assert [shape for shape, _ in grouped(table)] == ["list", "row", "row"]
