"""Chunks: exact, complete, in order, short enough, and cut where a reader would cut."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.knowledge.articles import Chunk
from app.knowledge.searchable import embedded_text
from ingestion.chunking import split
from ingestion.decoding import decode
from ingestion.outline import outline
from ingestion.parsers import Block, ParsedText
from ingestion.parsers.markdown import parsed_markdown
from ingestion.parsers.text import paragraphs
from tests.ingestion.parts import count_words

LIMIT = 40


def chunks_of(markdown: str, limit: int = LIMIT) -> list[Chunk]:
    return split(parsed_markdown(markdown, "article.md"), "article", 1, count_words, limit)


def assert_whole(parsed: ParsedText, chunks: list[Chunk], limit: int = LIMIT) -> None:
    reached = 0
    for position, chunk in enumerate(chunks):
        assert chunk.text == parsed.text[chunk.start : chunk.end]
        assert chunk.text.strip(), "a chunk without a word"
        assert chunk.position == position
        assert not parsed.text[reached : chunk.start].strip(), "left out"
        assert chunk.start >= reached, "overlaps the one before"
        assert count_words([chunk.text])[0] <= limit
        reached = chunk.end
    assert not parsed.text[reached:].strip(), "left out at the end"


_pieces = st.sampled_from(
    [
        "# A heading",
        "## **Bold** [link](x) ##",
        "Under\n-----",
        "A sentence. Another one! And a third?",
        "long " * 60,
        "- a list\n- of things\n    - and below",
        "1. first\n2. second",
        "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 20,
        "```python\n" + "def f():\n    return 1\n\n" * 12 + "```",
        "```\nnever closed",
        "> a quote",
        "---",
        "[ref]: https://example.org",
        "<div>\nhtml\n</div>",
        "日本語の文章です。" * 30,
        "👩‍👩‍👧‍👦" * 30,
        "x" * 3000,
        "\t\u00a0\u2028 ",
        "a:\n- b",
    ]
)
_texts = st.one_of(
    st.lists(_pieces, max_size=12).map("\n\n".join),
    st.lists(_pieces, max_size=12).map("\n".join),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=600),
    st.text(alphabet="#-*>|` \n\t\\:[]ab1.", max_size=300),
)


@settings(max_examples=300, deadline=None)
@given(text=_texts, limit=st.integers(8, 120))
@example(text="---\ntitle: A\naudiences: [x]\n---\n# B\n\ntext", limit=40)
@example(text="# only\n## headings\n### here", limit=40)
def test_chunks_are_exact_in_order_short_enough_and_leave_nothing_out(text: str, limit: int) -> None:
    for blocks in (outline(text), paragraphs(text), ()):
        parsed = ParsedText("A title of the article", text, blocks)

        chunks = split(parsed, "article", 1, count_words, limit)

        assert_whole(parsed, chunks, limit)


@settings(max_examples=100, deadline=None)
@given(text=_texts)
def test_blocks_are_exact_in_order_and_without_white_space_at_their_ends(text: str) -> None:
    reached = 0
    for block in outline(text):
        assert reached <= block.start < block.end <= len(text)
        assert text[block.start : block.end].strip() == text[block.start : block.end]
        reached = block.end


def test_a_chunk_and_its_title_and_headings_fit_the_limit_together() -> None:
    text = "# The travel policy of the whole company\n\n## Trains and buses\n\n" + "one two three four five. " * 60

    parsed = parsed_markdown(text, "travel.md")
    chunks = split(parsed, "article", 1, count_words, LIMIT)

    whole = count_words([embedded_text(parsed.title, chunk.headings, chunk.text) for chunk in chunks])
    assert max(whole) <= LIMIT + 1  # the title's own heading is in the first chunk's text and before it


def test_a_heading_stays_with_what_follows_and_is_the_path_of_what_comes_later() -> None:
    text = (
        "# Leave\n\n## Sick leave\n\n"
        + "Tell your manager. " * 20
        + "\n\nBring a note.\n\n## Parents\n\nCongratulations."
    )

    chunks = chunks_of(text)

    assert chunks[0].text.startswith("# Leave\n\n## Sick leave\n\nTell")
    assert chunks[0].headings == ()
    assert chunks[1].headings == ("Leave", "Sick leave")
    assert chunks[-1].text == "## Parents\n\nCongratulations."
    assert chunks[-1].headings == ("Leave",)


def test_small_neighbours_of_one_section_share_a_chunk_and_sections_do_not() -> None:
    chunks = chunks_of("## One\n\nfirst\n\nsecond\n\n- third\n\n## Two\n\nfourth")

    assert [chunk.text for chunk in chunks] == ["## One\n\nfirst\n\nsecond\n\n- third", "## Two\n\nfourth"]


@pytest.mark.parametrize(
    "block",
    [
        "| Office | Days |\n|---|---|\n| Bristol | 25 |\n| Kiel | 30 |",
        "- passport\n- visa\n- tickets\n- money",
        "```sh\nfoo --bar\n\nbaz\n```",
    ],
)
def test_tables_lists_and_code_stay_whole_where_they_fit(block: str) -> None:
    chunks = chunks_of("word " * 30 + "\n\n" + block + "\n\n" + "word " * 30)

    assert any(block in chunk.text for chunk in chunks)


def test_a_line_that_announces_a_list_goes_with_it() -> None:
    text = "word " * 25 + "\n\nYou need:\n\n- a passport\n- a visa\n- a ticket\n- some money"

    chunks = chunks_of(text)

    assert chunks[1].text.startswith("You need:\n\n- a passport")


def test_a_long_table_is_cut_between_rows_and_long_code_between_lines() -> None:
    rows = "\n".join(f"| name {n} | value {n} |" for n in range(30))
    code = "\n".join(f"call({n})" for n in range(40))

    for text in (f"| a | b |\n|---|---|\n{rows}", f"```\n{code}\n```"):
        chunks = chunks_of(text)
        assert len(chunks) > 2
        assert all(text[chunk.end : chunk.end + 1] in ("\n", "") for chunk in chunks)


def test_pages_come_along() -> None:
    parsed = ParsedText("t", "one\n\ntwo", (Block("paragraph", 0, 3, page=1), Block("paragraph", 5, 8, page=2)))

    assert [chunk.page for chunk in split(parsed, "a", 1, count_words, 1)] == [1, 2]


def test_windows_line_ends_and_a_byte_order_mark_leave_no_trace_in_offsets() -> None:
    parsed = parsed_markdown(decode(b"\xef\xbb\xbf# A\r\n\r\nfirst\r\nsecond\r\n"), "a.md")

    chunks = split(parsed, "a", 1, count_words, LIMIT)

    assert chunks[0].text == "# A\n\nfirst\nsecond"


@pytest.mark.slow
@pytest.mark.parametrize("text", ["x" * 1_000_000, "word " * 200_000, "字" * 300_000, "a,b;" * 250_000])
def test_one_line_of_a_megabyte_is_cut_in_seconds(text: str) -> None:
    parsed = ParsedText("huge", text, outline(text))
    started = time.monotonic()

    chunks = split(parsed, "huge", 1, count_words, 200)

    assert time.monotonic() - started < 20
    assert_whole(parsed, chunks, 200)
    assert max(len(chunk.text) for chunk in chunks) <= 2000


def test_headings_that_nothing_follows_do_not_become_a_chunk_of_their_own() -> None:
    chunks = chunks_of("# Moped\n\nHow to register one.\n\n## Was this helpful?\n")

    assert [chunk.text for chunk in chunks] == ["# Moped\n\nHow to register one.\n\n## Was this helpful?"]


def test_a_heading_goes_with_the_line_that_announces_a_long_table() -> None:
    rows = "\n".join(f"| name {n} | value {n} |" for n in range(30))

    chunks = chunks_of(f"Before.\n\n## Rates\n\nThese hold:\n\n| a | b |\n|---|---|\n{rows}")

    assert chunks[1].text.startswith("## Rates\n\nThese hold:\n\n| a | b |")
