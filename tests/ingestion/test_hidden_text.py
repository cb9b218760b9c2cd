"""What no reader of a file sees never becomes text of an article; what is seen stays where it stood."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.knowledge.articles import Asker
from app.knowledge.unseen import unseen, without_unseen
from ingestion.connectors.folder import FolderConnector
from ingestion.hidden_markup import seen_markdown
from ingestion.hiding import BLANK
from ingestion.parsers import ParsedText, docx, html, markdown, pdf, text
from ingestion.pipeline import ingest
from tests.ingestion import hiding_places
from tests.ingestion.hiding_places import SECRET
from tests.ingestion.parts import Desk

TAGS = "".join(chr(0xE0000 + ord(sign)) for sign in SECRET)
SELECTED = "".join(chr(0xE0100 + ord(sign)) for sign in SECRET)


def check(parsed: ParsedText, opens: int) -> None:
    assert "SECRET" not in parsed.text + parsed.title
    assert parsed.text.count("OPEN") == opens
    assert parsed.note.startswith("hidden text was left out")


@pytest.mark.parametrize("place", hiding_places.MARKDOWN)
def test_what_is_hidden_in_markdown_is_blanked_and_offsets_stay(place: str) -> None:
    written = hiding_places.MARKDOWN[place]

    parsed = markdown.parsed_markdown(written, "a.md")

    check(parsed, opens=2)
    assert len(parsed.text) == len(written)
    assert all(shown in (sign, BLANK) for shown, sign in zip(parsed.text, written, strict=True))


@pytest.mark.parametrize("place", hiding_places.HTML)
def test_what_is_hidden_in_a_web_page_is_left_out(place: str) -> None:
    parsed = html.build().parse(hiding_places.page(hiding_places.HTML[place]), "a.html")

    check(parsed, opens=8)


@pytest.mark.parametrize("place", hiding_places.PDF)
def test_what_is_hidden_in_a_pdf_is_left_out(place: str) -> None:
    parsed = pdf.build().parse(hiding_places.pdf(hiding_places.PDF[place]), "a.pdf")

    check(parsed, opens=2)


@pytest.mark.parametrize("place", hiding_places.DOCX)
def test_what_is_hidden_in_a_word_file_is_left_out(place: str) -> None:
    parsed = docx.build().parse(hiding_places.docx(hiding_places.DOCX[place]), "a.docx")

    check(parsed, opens=3)


def test_the_text_layer_of_a_scan_is_taken_and_that_is_said() -> None:
    parsed = pdf.build().parse(hiding_places.scanned_pdf(), "a.pdf")

    assert parsed.text == "OPEN: what the scanner has read on this page of paper."
    assert parsed.note.startswith("the text of 1 page lies unseen under a picture")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Re\u200bfund\ufeff it\u2060 now\u00ad!", "Re fund  it  now\u00ad!"),
        (f"pay{TAGS}.", f"pay{' ' * len(TAGS)}."),
        (f"pay{SELECTED}😀{SELECTED}.", f"pay{' ' * len(SELECTED)}😀{' ' * len(SELECTED)}."),
        ("send \u202e10 \u202cto \u2066me", "send  10  to  me"),
        ("mail\u200dbox \u200c", "mail box  "),
        ("\x1b[2Jgone\x07 \x9b31m", " [2Jgone   31m"),
        ("blank\u3164letters\u115f\u2800", "blank letters  "),
    ],
)
def test_characters_without_a_shape_are_blanked_one_by_one(written: str, shown: str) -> None:
    raw = written.encode()

    plain = text.TextParser().parse(raw, "a.txt") if "\x1b" not in written else None
    marked, hidden = seen_markdown(written)

    assert marked.replace(BLANK, " ") == shown
    assert plain is None or plain.text == marked
    assert hidden.note.startswith("hidden text was left out")


@pytest.mark.parametrize(
    "written",
    [
        "👩‍💻 👨‍👩‍👧 ❤️‍🔥 👩🏽‍🚀 🏳️‍🌈 ☎️ 1️⃣ ↔️ ⚠️",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland
        "می‌خواهم خانه‌ها را ببینم",  # Persian
        "क्‍ष श्री ন্‌য ശ്രീ ක්‍ෂ",  # joiners of Indic scripts
        "האתר \u200eabc.example\u200f נפתח \u2067ביום\u2069 שני",
        "مرحبا \u061c(123)\u200f ",
        "Donau\u00addampf\u00adschiff",
        "葛\U000e0100城市 辻\U000e0101",  # variants of Han that names are written with
        "naïve e\u0301 𝒳 \u00a0 \u2009 – … « »",
        "page one\x0cpage two\ttab",
    ],
)
def test_what_people_write_with_stays(written: str) -> None:
    assert unseen(written) == []
    assert without_unseen(written) == (written, 0)


@pytest.mark.parametrize(
    "written",
    [
        "```html\n<!-- this comment is shown as an example -->\n<div style='display:none'>so is this</div>\n```",
        "    <!-- indented code is shown as it is, too -->",
        "Write `<span hidden>these words here</span>` to hide them.",
        "Is a < b? And <https://a.example/x>, <b>bold</b>, <br/> & more > less.",
        '<div style="background:#222"><span style="color:white">white words on black</span></div>',
        "[words]: https://a.example 'a title'\n\n[^1]: A footnote with (some words in brackets)",
        "<details><summary>More</summary>what opens at a click</details>",
    ],
)
def test_what_a_reader_sees_is_not_touched(written: str) -> None:
    assert seen_markdown(written)[0] == written


def test_a_comment_for_a_program_is_blanked_without_a_word() -> None:
    shown, hidden = seen_markdown("<!-- prettier-ignore -->\n| a | b |\n")

    assert "prettier" not in shown
    assert hidden.note == ""


@given(st.text(alphabet="a <>!-/=\"'`~\n\u200b\u202ebpdivspanhidden", max_size=80))
def test_no_text_changes_its_length_or_its_lines(written: str) -> None:
    shown, _ = seen_markdown(written)

    assert len(shown) == len(written)
    assert [at for at, sign in enumerate(shown) if sign == "\n"] == [at for at, s in enumerate(written) if s == "\n"]
    assert unseen(shown) == []


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.catalog.close()


def test_an_article_that_hides_something_is_taken_in_and_flagged(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.md").write_text(f"# Stamps{TAGS}\n\nStamps are with Ana.\n\n<!-- {SECRET} -->\n")
    (folder / "b.md").write_text("# Trains\n\nTrains are booked early.\n")

    report = ingest(FolderConnector(folder), desk.parts())

    outcomes = {Path(file.path).name: (file.outcome, file.reason) for file in report.files}
    count = len(TAGS)
    assert outcomes["a.md"] == ("ok", f"hidden text was left out: {count} invisible characters, 1 comment")
    assert outcomes["b.md"] == ("ok", "")
    ids = desk.catalog.permitted(desk.version, Asker())
    kept = [chunk.text for chunk, _ in desk.catalog.resolve(desk.version, sorted(ids), Asker()).values()]
    assert "SECRET" not in "".join(kept)
    assert all(unseen(said) == [] and said.strip() for said in kept)
    assert {article.title for article in desk.catalog.articles(None)} == {"Stamps", "Trains"}


def test_an_audience_that_is_spelled_with_something_unseen_is_still_heard() -> None:
    parsed = markdown.parsed_markdown("---\naudiences\u200b: hr\n---\nPay.", "a.md")

    assert parsed.front_matter.audiences == {"hr"}
