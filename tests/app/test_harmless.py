"""Nothing that a writer says can make a browser or a chat contact an address, or pose as a link."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.answering.harmless import LEFT_OUT, harmless

KNOWN = "Book at https://portal.example/trains. Or call."


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Five days [1].", "Five days [1]."),
        ("![chart](https://evil.example/?q=1)Five", "chartFive"),
        ("![chart][ref] Five", "chart Five"),
        ("[Read more](https://evil.example) now", "Read more now"),
        ("[1](https://evil.example)", "[1]"),
        ('[1](https://evil.example "title")', "[1]"),
        ("[ref]: https://evil.example/x", ""),
        ("<img src=x onerror=alert(1)>Five", "Five"),
        ("<script src='https://evil.example'>x</script>", "x"),
        ("<b>Five</b> <!-- hidden --> days", "Five  days"),
        ("<img src='x. y", ""),
        ("See https://evil.example/a?b=c.", f"See {LEFT_OUT}."),
        ("See <https://evil.example>", f"See {LEFT_OUT}"),
        ("www.evil.example!", f"{LEFT_OUT}!"),
        ("javascript:alert(1)", f"{LEFT_OUT})"),
        ("Book at https://portal.example/trains.", "Book at https://portal.example/trains."),
        ("[Book](https://portal.example/trains)", "Book"),
        ("Type <your name> and 3 < 4 > 2", "Type <your name> and 3 < 4 > 2"),
        ("`<img src=x>` and `https://evil.example`", "`<img src=x>` and `https://evil.example`"),
        ("[click", "[click"),
        (" now](https://evil.example)", f" now] ({LEFT_OUT})"),
    ],
)
def test_what_could_lead_outside_is_taken_out_and_words_stay(written: str, shown: str) -> None:
    assert harmless(written, KNOWN) == shown


PARTS = st.sampled_from(
    ["![", "](", ")", "[", "]", "[1]", "<img ", "src=", ">", "<", "https://evil.example", "//evil", " ", "a", "\n", "!"]
)


@given(st.lists(PARTS, max_size=12).map("".join))
@example("!![")
def test_no_image_no_link_and_no_element_is_left_however_it_is_put_together(written: str) -> None:
    shown = harmless(written, KNOWN)

    assert "https://evil" not in shown
    assert not re.search(r"!\[|\]\(|<img", shown)


def test_what_is_left_of_two_elements_does_not_come_together_to_a_third() -> None:
    assert "<img" not in harmless("See <i<b>mg src=x> and !![there.", KNOWN)
