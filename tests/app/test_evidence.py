"""What bears on a sentence: the stretch that says most of it, and what stands around."""

from app.answering.evidence import AROUND, Grounds

TEXT = """# Leave

Everybody has thirty days of leave.

- Up to five days may be carried over.
- The rest lapses in March.
"""


def test_the_quote_is_the_sentence_that_says_most_and_opens_at_its_place() -> None:
    evidence = Grounds(TEXT).evidence("Five days may be carried over.")

    assert evidence.quote == evidence.best == "Up to five days may be carried over."
    assert TEXT[evidence.start : evidence.end] == evidence.quote


def test_a_sentence_of_two_facts_is_quoted_from_both() -> None:
    evidence = Grounds(TEXT).evidence("Five days may be carried over, the rest lapses in March.")

    assert evidence.quote == "Up to five days may be carried over. The rest lapses in March."


def test_a_lead_in_is_found_whether_it_ends_in_a_colon_or_not() -> None:
    assert Grounds("You need:\n\n- a badge").evidence("You need").quote == "You need:"


def test_around_is_what_stands_beside_the_quote_below_title_and_headings() -> None:
    evidence = Grounds(TEXT, above="Handbook\nLeave").evidence("Five days may be carried over.")

    assert evidence.around.startswith("Handbook\nLeave\n")
    assert "Everybody has thirty days of leave." in evidence.around
    assert evidence.excerpt == f"Handbook\nLeave\n{TEXT}"


def test_around_does_not_grow_without_end() -> None:
    text = " ".join(f"Sentence number {number} speaks of boats and buoys." for number in range(200))

    words = len(Grounds(text).evidence("Sentence number 77 speaks of boats.").around.split())

    assert AROUND <= words < AROUND + 20


def test_nothing_fits_a_sentence_without_a_word_in_common() -> None:
    evidence = Grounds(TEXT).evidence("Submarines dive.")

    assert (evidence.quote, evidence.around, evidence.share) == ("", "", 0.0)
