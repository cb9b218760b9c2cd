"""Each format on real files, through the real child process."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from docx import Document
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from app import plugins
from app.errors import UnreadableSource
from ingestion.decoding import decode
from ingestion.outline import heading_words, title_from_name
from ingestion.page_layout import Line, joined, paragraphs_of
from ingestion.parsers import ParsedText
from ingestion.reading_room import ReadingRoom
from tests.ingestion import bombs

PARSERS = "ingestion.parsers"


@pytest.fixture(scope="module")
def room() -> Iterator[ReadingRoom]:
    with ReadingRoom() as opened:
        yield opened


def kinds(parsed: ParsedText) -> list[str]:
    return [block.kind for block in parsed.blocks]


def blocks(parsed: ParsedText) -> list[str]:
    return [parsed.text[block.start : block.end] for block in parsed.blocks]


@pytest.mark.parametrize("name", plugins.names(PARSERS))
def test_a_parser_is_sure_of_nothing_but_its_own_format(name: str) -> None:
    parser = import_module(f"{PARSERS}.{name}")

    assert parser.certainty(b"plain words", "a") <= 1
    assert callable(parser.build)


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (bombs.pdf("Words on a page of paper."), "Misleading"),
        (bombs.docx("Words in a file of Word."), "Misleading"),
        (b"<!doctype html><html><head><title>Seen</title></head><body><p>Words on the web.</p></body>", "Seen"),
        (b"# Said\n\nWords.", "Said"),
        (b"just words, more than a few of them, and no markup at all.", "Misleading"),
    ],
)
def test_the_content_decides_and_not_the_name(room: ReadingRoom, raw: bytes, title: str) -> None:
    parsed = room.read(raw, "misleading.xyz")

    assert parsed.title == title
    assert "ords" in parsed.text


def test_markdown_is_kept_as_it_is_written(room: ReadingRoom) -> None:
    text = (
        "---\ntitle: Travel\naudiences: staff, board\nupdated: 2026-02-03\n---\n# Trips\n\nBook *early*.\n\n"
        "- trains\n- buses\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n> quote\n"
    )

    parsed = room.read(text.replace("\n", "\r\n").encode("utf-8-sig"), "trips.md")

    assert parsed.text == text
    assert kinds(parsed) == ["front_matter", "heading", "paragraph", "list", "table", "code", "quote"]
    assert blocks(parsed)[2] == "Book *early*."
    assert parsed.title == "Travel"
    assert parsed.front_matter.audiences == {"staff", "board"}
    assert parsed.front_matter.updated == datetime(2026, 2, 3, tzinfo=UTC)


def test_front_matter_that_cannot_be_read_is_passed_over_unless_it_speaks_of_audiences(room: ReadingRoom) -> None:
    odd = room.read(b"---\ntitle: a: b\nurl: javascript:alert(1)\n---\n# Title\n\ntext", "a.md")
    other = room.read(b"---\ntitle: [1]\nurl: javascript:alert(1)\nupdated: soon\n---\n# Title\n\ntext", "a.md")

    assert (odd.title, odd.front_matter.url) == ("Title", "")
    assert "not valid YAML (line 2)" in odd.note
    assert (other.title, other.front_matter.url, other.front_matter.updated) == ("Title", "", None)
    for wrong in ("audiences: []", "audiences: {a: b}", "audiences:", 'audiences: "a'):
        with pytest.raises(UnreadableSource, match="audiences"):
            room.read(f"---\n{wrong}\n---\ntext".encode(), "a.md")


def test_a_rule_of_dashes_at_the_top_is_no_front_matter(room: ReadingRoom) -> None:
    parsed = room.read(b"---\nJust text.\n---\nmore", "a.md")

    assert "front_matter" not in kinds(parsed)


def test_a_page_keeps_its_content_tables_and_date_and_loses_menu_and_script(room: ReadingRoom) -> None:
    sentences = "<p>" + "Mooring lines are checked every week by two people. " * 5 + "</p>"
    page = (
        "<html><head><meta charset='iso-8859-1'><title>Quay | Site</title><meta name='date' content='2026-05-04'>"
        "<link rel='canonical' href='https://kb.example/quay'></head><body><nav><a href='/'>Home</a></nav><main>"
        f"<h1>Quay</h1>{sentences}<table><tr><th>Rope</th><th>Caf\u00e9</th></tr><tr><td>long</td><td>5</td></tr>"
        f"</table>{sentences}</main><script>alert(1)</script><footer>Imprint</footer></body></html>"
    )

    parsed = room.read(page.encode("iso-8859-1"), "quay.html")

    assert parsed.title == "Quay"
    assert "| Rope | Café |" in parsed.text
    assert "table" in kinds(parsed)
    assert not any(word in parsed.text for word in ("Home", "alert", "Imprint"))
    assert parsed.front_matter.url == "https://kb.example/quay"
    assert parsed.front_matter.updated == datetime(2026, 5, 4, tzinfo=UTC)


def test_a_page_without_recognisable_content_is_taken_whole_and_says_so(room: ReadingRoom) -> None:
    parsed = room.read(b"<html><body><footer>Open the gate</footer></body></html>", "gate.html")

    assert parsed.text == "Open the gate"
    assert "whole page" in parsed.note


def test_a_pdf_has_pages_headings_rows_and_whole_words() -> None:
    styles, file = getSampleStyleSheet(), io.BytesIO()
    rows = [["Office", "Days"], ["Bristol", "25"], ["Kiel", "30"]]
    story = [
        Paragraph("Leave policy", styles["Title"]),
        Paragraph("Everybody has days off. " * 12, styles["BodyText"]),
        Table(rows),
        Paragraph("Carrying over", styles["Heading2"]),
        Paragraph("Five days at most. " * 300, styles["BodyText"]),
    ]
    SimpleDocTemplate(file).build(story)

    with ReadingRoom() as room:
        parsed = room.read(file.getvalue(), "leave.pdf")

    assert parsed.title == "Leave policy"
    assert blocks(parsed)[2] == "Office | Days\nBristol | 25\nKiel | 30"
    headings = [(parsed.text[b.start : b.end], b.level) for b in parsed.blocks if b.kind == "heading"]
    assert headings == [("Leave policy", 1), ("Carrying over", 2)]
    assert {block.page for block in parsed.blocks} == {1, 2}
    assert "at most. Five days" in parsed.text


def test_a_pdf_that_only_forbids_printing_is_read(room: ReadingRoom) -> None:
    assert "secret of the house" in room.read(bombs.encrypted_pdf(password=""), "open.pdf").text


def test_a_word_file_keeps_headings_lists_and_tables(room: ReadingRoom) -> None:
    document, file = Document(), io.BytesIO()
    document.add_heading("Visitors", level=1)
    document.add_paragraph("Register them.")
    document.add_paragraph("badge", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(1, 1).text = "Office", "Kiel"
    document.save(file)

    parsed = room.read(file.getvalue(), "visitors.docx")

    assert parsed.title == "Visitors"
    assert kinds(parsed) == ["heading", "paragraph", "list", "table"]
    assert blocks(parsed)[3].startswith("| Office |")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_decoded_as_it_was_written(encoding: str) -> None:
    text = "Grüße aus Kiel – 5 € für „Kaffee“, señor.\n"

    assert decode(text.encode(encoding)) == text


def test_a_text_file_has_a_title_when_its_first_line_stands_alone(room: ReadingRoom) -> None:
    assert room.read(b"Shared drives\n\nThe Hold is on drive H.", "shared.txt").title == "Shared drives"
    assert room.read(b"Shared drives\n=============\nThe Hold.", "shared.txt").title == "Shared drives"
    assert room.read(b"The Hold is on drive H,\nas you know.", "shared_drives-2026.txt").title == "Shared drives 2026"


def test_words_broken_at_a_line_end_are_whole_again() -> None:
    lines = [Line("The infor-", 0, 30, 10), Line("mation desk of Baden-", 0, 18, 10), Line("Baden", 0, 6, 10)]

    assert joined(lines) == "The information desk of Baden- Baden"


def test_two_columns_stay_apart() -> None:
    left = [Line(f"left {n}", 50, 700 - 12 * n, 10) for n in range(30)]
    right = [Line(f"right {n}", 300, 700 - 12 * n, 10) for n in range(30)]

    texts = [paragraph.text for paragraph in paragraphs_of([*left, *right], 10)]

    assert texts == [joined(left), joined(right)]


def test_headings_lose_their_markup_and_names_become_titles() -> None:
    assert heading_words("## The **first** [day](x.md) of `work` ##") == "The first day of work"
    assert heading_words("Under\n-----") == "Under"
    assert title_from_name("a/b/travel_policy-2026.md") == "Travel policy 2026"


def test_every_sample_article_can_be_read(room: ReadingRoom) -> None:
    sample = Path(__file__).parents[2] / "sample" / "knowledge"
    files = [path for path in sample.rglob("*") if path.is_file()]

    for path in files:
        parsed = room.read(path.read_bytes(), path.name)
        assert parsed.title
        assert parsed.note == ""
    assert files
