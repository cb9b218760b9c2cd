"""PDF files, by pypdf. The text is the pages' paragraphs, one after the other; blocks know their page."""

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.errors import EncryptedSource, LimitExceeded, UnreadableSource
from app.knowledge.unseen import without_unseen
from ingestion.front_matter import moment_of
from ingestion.hiding import Hidden, joined_notes
from ingestion.outline import title_from_name
from ingestion.page_layout import Line, Paragraph, body_size, levels_of, paragraphs_of, without_running_lines
from ingestion.parsers import Block, FrontMatter, ParsedText
from ingestion.unseen_on_page import Matrix, UnseenOnPage

_MOST_PAGES = 3_000
_UPRIGHT = (1, 0, 0, 1, 0, 0)
_SCANNED = 20  # characters a page: fewer on average are stray marks, not a text layer


def certainty(raw: bytes, name: str) -> int:
    return 95 if b"%PDF-" in raw[:1024] else 0


class PdfParser:
    def __init__(self, pypdf: Any) -> None:
        self._pypdf = pypdf

    def parse(self, raw: bytes, name: str) -> ParsedText:
        errors = self._pypdf.errors
        try:
            reader = self._opened(raw)
            pages, hidden = _seen(reader.pages)
            title = _real_title(without_unseen(str((reader.metadata or {}).get("/Title") or ""))[0])
            updated = reader.metadata.modification_date if reader.metadata else None
        except errors.LimitReachedError as problem:
            raise LimitExceeded("would unpack to more than a PDF should") from problem
        except (errors.PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
            raise UnreadableSource("is damaged: it is not a complete PDF") from problem
        return _parsed(pages, title or title_from_name(name), _in_utc(updated), hidden)

    def _opened(self, raw: bytes) -> Any:
        reader = self._pypdf.PdfReader(io.BytesIO(raw))
        # An empty password opens what is only protected against printing or changing.
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedSource("needs a password")
        if len(reader.pages) > _MOST_PAGES:
            raise LimitExceeded(f"has more than {_MOST_PAGES} pages")
        return reader


def _seen(pages: Iterable[Any]) -> tuple[list[list[Line]], Hidden]:
    """The lines of each page that a reader sees, and what was left out."""
    seen, hidden = [], Hidden()
    for page in pages:
        lines, left_out, unseen = _lines(page, keeps_invisible=False)
        if unseen.invisible and unseen.is_scan:
            lines, left_out, _ = _lines(page, keeps_invisible=True)
            hidden += Hidden(unseen_pages=1)
        seen.append(lines)
        hidden += left_out
    return seen, hidden


def _lines(page: Any, keeps_invisible: bool) -> tuple[list[Line], Hidden, UnseenOnPage]:
    """The page's lines in the order in which they were set."""
    lines: list[Line] = []
    open_line: list[str] = []
    place = (0.0, 0.0, 0.0)
    characters, stretches = 0, 0
    resources = _Resources(page)
    left, bottom, right, top = (float(side) for side in page.cropbox)
    unseen = UnseenOnPage((left, bottom, right, top), resources.opacity_of, resources.matrix_of, keeps_invisible)

    def before(operator: bytes, operands: Any, cm: Matrix, tm: Matrix) -> None:
        nonlocal stretches
        try:
            hides = unseen.hides(operator, operands, cm, tm)
        except (ValueError, TypeError, IndexError, KeyError, AttributeError):
            return  # an operator that makes no sense draws nothing, and is no reason to refuse the page
        if hides:
            stretches += 1
            operands[-1] = type(operands[-1])()  # shows nothing, and still moves to the next line where it would

    def after(operator: bytes, operands: Any, cm: Matrix, tm: Matrix) -> None:
        unseen.after(operator)
        resources.after(operator)

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        nonlocal place
        for part in text.splitlines(keepends=True):
            if part.strip() and not "".join(open_line).strip():
                place = _place(cm, tm, size)
            open_line.append(part)
            if part.endswith("\n"):
                close()

    def close() -> None:
        nonlocal characters
        words, gone = without_unseen("".join(open_line).strip())
        characters += gone
        open_line.clear()
        if words.strip():
            lines.append(Line(words, *place))

    page.extract_text(visitor_operand_before=before, visitor_operand_after=after, visitor_text=visit)
    close()
    return lines, Hidden(characters, stretches=stretches), unseen


class _Resources:
    """What a page, or the form that is being drawn on it, calls by name."""

    def __init__(self, page: Any) -> None:
        self._stack = [page.get("/Resources")]

    def opacity_of(self, name: str) -> float:
        state = self._named("/ExtGState", name)
        return float(state.get("/ca", 1.0)) if state is not None else 1.0

    def matrix_of(self, name: str) -> Matrix | None:
        form = self._named("/XObject", name)
        is_form = form is not None and form.get("/Subtype") == "/Form"
        self._stack.append(form.get("/Resources", self._stack[-1]) if is_form else self._stack[-1])
        return [float(number) for number in form.get("/Matrix", _UPRIGHT)] if is_form else None

    def after(self, operator: bytes) -> None:
        if operator == b"Do" and len(self._stack) > 1:
            self._stack.pop()

    def _named(self, kind: str, name: str) -> Any:
        resources = self._stack[-1]
        entries = resources.get_object().get(kind) if resources is not None else None
        found = entries.get_object().get(name) if entries is not None else None
        return found.get_object() if found is not None else None


def _place(cm: list[float], tm: list[float], size: float) -> tuple[float, float, float]:
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    return x, y, round(abs(size * (tm[3] or tm[1]) * (cm[3] or cm[1])), 1)


def _real_title(said: str) -> str:
    """Without what programs put there when nobody gave a title."""
    title = " ".join(said.split()).removeprefix("Microsoft Word - ")
    return "" if title.lower().strip("()") in ("untitled", "unspecified", "anonymous") else title


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment_of(moment.isoformat()) if moment else None


def _parsed(pages: list[list[Line]], title: str, updated: datetime | None, hidden: Hidden) -> ParsedText:
    characters = sum(len(line.text) for page in pages for line in page)
    if characters < _SCANNED * len(pages) / 4 or not characters:
        raise UnreadableSource("has no text layer (a scan?)")
    without_text = sum(not page for page in pages)
    note = f"{without_text} of its {len(pages)} pages have no text layer (a scan?)" if without_text else ""
    body = body_size(pages)
    laid_out = [paragraphs_of(page, body) for page in without_running_lines(pages)]
    text, blocks = _assembled(laid_out)
    headings = [text[block.start : block.end] for block in blocks if block.kind == "heading" and block.level == 1]
    note = joined_notes(note, hidden.note)
    return ParsedText(headings[0] if headings else title, text, blocks, FrontMatter(updated=updated), note)


def _assembled(pages: list[list[Paragraph]]) -> tuple[str, tuple[Block, ...]]:
    levels = levels_of(paragraph.size for page in pages for paragraph in page if paragraph.kind == "heading")
    parts: list[str] = []
    blocks: list[Block] = []
    start = 0
    for number, page in enumerate(pages, 1):
        for paragraph in page:
            level = levels[paragraph.size] if paragraph.kind == "heading" else 0
            blocks.append(Block(paragraph.kind, start, start + len(paragraph.text), level, number))
            parts.append(paragraph.text)
            start += len(paragraph.text) + 2
    return "\n\n".join(parts), tuple(blocks)


def build() -> PdfParser:
    import pypdf
    import pypdf.errors

    return PdfParser(pypdf)
