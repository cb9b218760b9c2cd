"""Cutting text into sentences: exact places, readable words."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.sentences import plain, units

ARTICLE = """---
title: Passwords
---
# Reset your *password*

Open [the portal](https://desk.example/portal). Dr. Lund knows, e.g. from 5.50 EUR up! Really?

- Bring your **passport**
- Bring a photo.
  Not older than six months.

1. Step one

| Plan | Price |
|---|---:|
| Basic | 5 EUR |

```bash
footnote ask. Or not.
```
> A quote here.
"""


def test_every_kind_of_line_reads_like_a_sentence() -> None:
    read = [(unit.kind, unit.shown) for unit in units(ARTICLE)]

    assert read == [
        ("heading", "Reset your password"),
        ("sentence", "Open the portal."),
        ("sentence", "Dr. Lund knows, e.g. from 5.50 EUR up!"),
        ("sentence", "Really?"),
        ("item", "Bring your passport"),
        ("item", "Bring a photo. Not older than six months."),
        ("item", "Step one"),
        ("row", "Plan: Basic; Price: 5 EUR"),
        ("code", "footnote ask. Or not."),
        ("sentence", "A quote here."),
    ]


def test_steps_keep_their_numbers_and_lists_their_bullets() -> None:
    assert [unit.bullet for unit in units("Do this:\n3) Open it\n* Close it")] == ["", "3.", "-"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Refunds take five days. They are paid by card.", ["Refunds take five days.", "They are paid by card."]),
        ("Das gilt seit dem 8. März 2021. Danach nicht.", ["Das gilt seit dem 8. März 2021.", "Danach nicht."]),
        ("Ask Mr. Ode at 5 p.m. on Monday. Bring it.", ["Ask Mr. Ode at 5 p.m. on Monday.", "Bring it."]),
        ("Version 3.2 is out. 4.0 follows.", ["Version 3.2 is out.", "4.0 follows."]),
        ("Five days. [1] Six days.[2] Seven [3].", ["Five days. [1]", "Six days.[2]", "Seven [3]."]),
        ("Vorsicht! Z.B. hier. Sog. Fälle zählen.", ["Vorsicht!", "Z.B. hier.", "Sog. Fälle zählen."]),
        ("退款需要五天。請聯絡我們。", ["退款需要五天。", "請聯絡我們。"]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("wrapped\nover lines. And\nmore.", ["wrapped\nover lines.", "And\nmore."]),
        ("", []),
        ("---\n\n***\n", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert [text[unit.start : unit.end] for unit in units(text)] == sentences


@given(st.text(alphabet=st.sampled_from("aB1 .!?\n-*#|`>[](:\\\"'—。é😀"), max_size=120))
def test_units_stand_in_order_without_overlap_whatever_the_text(text: str) -> None:
    found = units(text)

    assert all(0 <= unit.start < unit.end <= len(text) for unit in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(text[unit.start : unit.end].strip() == text[unit.start : unit.end] for unit in found)


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("a **bold** and _soft_ `code`", "a bold and soft code"),
        ("see [the page](https://x.example/a_(b)) now", "see the page now"),
        ("![a logo](logo.png) hello", "a logo hello"),
        ("keep snake_case_names and 2 * 3 * 4", "keep snake_case_names and 2 * 3 * 4"),
        ("an <b>old</b> tag <!-- gone -->", "an old tag"),
        (r"escaped \[3\] \*", "escaped [3] *"),
    ],
)
def test_markup_is_left_out_of_what_is_shown(markdown: str, words: str) -> None:
    assert plain(markdown) == words


def test_what_only_builds_the_page_is_no_sentence() -> None:
    page = """import Box from '@site/Box';

<script type="application/ld+json">
{ "text": "Hidden. Very." }
</script>

<Box
  title="Free for a month. No card needed!"
  link="/start"
/>

:::tip Did you know?
Trials end by themselves.
:::
"""

    assert [unit.shown for unit in units(page)] == ["Trials end by themselves."]


def test_a_table_without_a_frame_is_read_by_its_first_row() -> None:
    table = "What is paid:\nKind | Limit | Receipt\nTaxi | 20 EUR | yes\nTips | none | no"

    assert [(unit.kind, unit.shown) for unit in units(table)] == [
        ("sentence", "What is paid:"),
        ("row", "Kind: Taxi; Limit: 20 EUR; Receipt: yes"),
        ("row", "Kind: Tips; Limit: none; Receipt: no"),
    ]


@pytest.mark.parametrize("begun", ["[", "[1", "[1]", "[1][", "[1][2", "[1] [2, ", "[1]【", "【1】[2"])
def test_marks_that_are_still_being_written_belong_to_the_sentence_before_them(begun: str) -> None:
    assert [unit.shown for unit in units(f"Five days. {begun}")] == [f"Five days. {begun}".strip()]
