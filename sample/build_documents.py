"""Make the sample's PDF and Word articles from the Markdown in sample/sources: `python sample/build_documents.py`.

`sources/hr/expenses.pdf.md` becomes `knowledge/hr/expenses.pdf`. The same sources always give the same bytes (with the
same reportlab and python-docx): dates come from the front matter, never from the clock.
"""

import argparse
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path

import docx
import yaml
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph
from markdown_it import MarkdownIt
from markdown_it.token import Token
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table

SAMPLE = Path(__file__).resolve().parent
COMPANY = "Larkmoor Instruments"
RUN = re.compile(r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*|`(?P<code>.+?)`|(?P<plain>[^*`]+)")


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Prose:
    text: str


@dataclass(frozen=True)
class Items:
    ordered: bool
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    rows: tuple[tuple[str, ...], ...]  # the first row is the header


Part = Heading | Prose | Items | Grid


@dataclass(frozen=True)
class Source:
    """One document to make: its properties and its parts, with inline Markdown left in the texts."""

    title: str
    updated: date
    parts: tuple[Part, ...]


def read(path: Path) -> Source:
    """Front matter (`title`, `updated`) and the four kinds of part that the sources use."""
    _, front_matter, markdown = path.read_text("utf-8").split("---\n", 2)
    properties = yaml.safe_load(front_matter)
    return Source(properties["title"], properties["updated"], tuple(parts_of(markdown)))


def parts_of(markdown: str) -> Iterator[Part]:
    """Raises ValueError for a kind of block that the documents cannot show."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    for kind, inside in _top_level(tokens):
        texts = tuple(token.content for token in inside if token.type == "inline")
        if kind.type == "heading_open":
            yield Heading(int(kind.tag[1]), texts[0])
        elif kind.type == "paragraph_open":
            yield Prose(texts[0])
        elif kind.type in ("bullet_list_open", "ordered_list_open"):
            yield Items(kind.type == "ordered_list_open", texts)
        elif kind.type == "table_open":
            width = sum(token.type == "th_open" for token in inside)
            yield Grid(tuple(texts[at : at + width] for at in range(0, len(texts), width)))
        else:
            raise ValueError(f"line {(kind.map or [0])[0] + 1}: {kind.type} cannot be shown in a document")


def _top_level(tokens: list[Token]) -> Iterator[tuple[Token, list[Token]]]:
    """Each outermost block with the tokens inside it."""
    inside: list[Token] = []
    opened: Token | None = None
    for token in tokens:
        if opened is None:
            opened, inside = token, []
        elif token.level == 0 and token.nesting == -1:
            yield opened, inside
            opened = None
        else:
            inside.append(token)


# PDF


def pdf(source: Source) -> bytes:
    """A4, numbered pages, real text in the standard fonts."""
    target = io.BytesIO()
    template = SimpleDocTemplate(
        target, pagesize=A4, title=source.title, author=COMPANY, invariant=1, topMargin=24 * mm, bottomMargin=24 * mm
    )

    def footer(canvas: Canvas, _: object) -> None:
        canvas.setDateFormatter(lambda *_now: f"D:{source.updated:%Y%m%d}090000Z")
        canvas.setFont("Helvetica", 8)
        canvas.drawString(25 * mm, 12 * mm, f"{COMPANY} - {source.title} - {source.updated.isoformat()}")
        canvas.drawRightString(185 * mm, 12 * mm, f"Page {canvas.getPageNumber()}")

    template.build(list(_flowables(source.parts)), onFirstPage=footer, onLaterPages=footer)
    return target.getvalue()


def _flowables(parts: tuple[Part, ...]) -> Iterator[Flowable]:
    styles = getSampleStyleSheet()
    body = ParagraphStyle("Footnote body", parent=styles["BodyText"], fontSize=11, leading=15)
    small = ParagraphStyle("Footnote cell", parent=body, fontSize=10, leading=13)
    for part in parts:
        if isinstance(part, Heading):
            yield Paragraph(_reportlab_markup(part.text), styles[f"Heading{part.level}"])
        elif isinstance(part, Prose):
            yield Paragraph(_reportlab_markup(part.text), body)
        elif isinstance(part, Items):
            # "-" and not a dot: the standard fonts' dot comes back from text extraction as a control character.
            kind, start, shown = ("1", None, "%s.") if part.ordered else ("bullet", "-", None)
            entries = [Paragraph(_reportlab_markup(text), body) for text in part.texts]
            yield ListFlowable(entries, bulletType=kind, start=start, bulletFormat=shown, leftIndent=18)
        else:
            rows = [[Paragraph(_reportlab_markup(cell), small) for cell in row] for row in part.rows]
            yield Spacer(0, 2 * mm)
            yield Table(rows, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.grey)], repeatRows=1)
            yield Spacer(0, 3 * mm)


def _reportlab_markup(text: str) -> str:
    tags = {"bold": ("<b>", "</b>"), "italic": ("<i>", "</i>"), "code": ('<font face="Courier">', "</font>")}
    pieces = []
    for kind, words in _runs(text):
        before, after = tags.get(kind, ("", ""))
        pieces.append(f"{before}{escape(words, quote=False)}{after}")
    return "".join(pieces)


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """`a **b** c` -> ("plain", "a "), ("bold", "b"), ("plain", " c")."""
    for match in RUN.finditer(text):
        kind = match.lastgroup or "plain"
        yield kind, match[kind]


# Word


def word(source: Source) -> bytes:
    """A .docx with the built-in styles of Word."""
    document = docx.Document()
    noon = datetime(source.updated.year, source.updated.month, source.updated.day, 12)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = source.title, COMPANY, COMPANY
    properties.created = properties.modified = noon
    properties.comments = ""
    for part in source.parts:
        _add(document, part)
    target = io.BytesIO()
    document.save(target)
    return _with_fixed_times(target.getvalue(), noon)


def _add(document: WordDocument, part: Part) -> None:
    if isinstance(part, Heading):
        document.add_heading(_plain(part.text), level=part.level)
    elif isinstance(part, Prose):
        _write(document.add_paragraph(), part.text)
    elif isinstance(part, Items):
        list_number = _fresh_numbering(document) if part.ordered else None
        for text in part.texts:
            paragraph = document.add_paragraph(style="List Number" if part.ordered else "List Bullet")
            if list_number is not None:
                numbering = paragraph._p.get_or_add_pPr().get_or_add_numPr()
                numbering.get_or_add_ilvl().val = 0
                numbering.get_or_add_numId().val = list_number
            _write(paragraph, text)
    else:
        table = document.add_table(rows=0, cols=len(part.rows[0]), style="Table Grid")
        for row in part.rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                _write(cell.paragraphs[0], text)


def _write(paragraph: WordParagraph, text: str) -> None:
    for kind, words in _runs(text):
        run = paragraph.add_run(words)
        run.bold, run.italic = kind == "bold" or None, kind == "italic" or None
        if kind == "code":
            run.font.name = "Courier New"


def _plain(text: str) -> str:
    return "".join(words for _, words in _runs(text))


def _fresh_numbering(document: WordDocument) -> int:
    """A list that starts at 1 again: Word goes on counting through all lists of one style."""
    numbering = document.part.numbering_part.element
    of_the_style = document.styles["List Number"].element.find(f".//{qn('w:numId')}").val
    fresh = numbering.add_num(numbering.num_having_numId(of_the_style).abstractNumId.val)
    fresh.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(fresh.numId)


def _with_fixed_times(archive: bytes, when: datetime) -> bytes:
    """The same zip with one time for all members, so that two builds are equal byte by byte."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            entry = zipfile.ZipInfo(member.filename, when.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(member))
    return target.getvalue()


FORMATS: dict[str, Callable[[Source], bytes]] = {".pdf": pdf, ".docx": word}


def build(sources: Path, knowledge: Path) -> list[Path]:
    """Make every document of `sources` below `knowledge`; returns the files written."""
    written = []
    for path in sorted(sources.rglob("*.md")):
        target = knowledge / path.relative_to(sources).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(FORMATS[target.suffix](read(path)))
        written.append(target)
    return written


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--into", type=Path, default=SAMPLE / "knowledge", help="folder to write below")
    build(SAMPLE / "sources", arguments.parse_args().into)


if __name__ == "__main__":
    main()
