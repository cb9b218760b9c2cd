"""PDF files, by pypdf. The text is the pages' paragraphs, one after the other; blocks know their page."""

import io
from datetime import datetime
from typing import Any

from app.errors import EncryptedSource, LimitExceeded, UnreadableSource
from ingestion.front_matter import moment_of
from ingestion.outline import title_from_name
from ingestion.page_layout import Line, Paragraph, body_size, levels_of, paragraphs_of, without_running_lines
from ingestion.parsers import Block, FrontMatter, ParsedText

_MOST_PAGES = 3_000
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
            pages = [_lines(page) for page in reader.pages]
            title = _real_title(str((reader.metadata or {}).get("/Title") or ""))
            updated = reader.metadata.modification_date if reader.metadata else None
        except errors.LimitReachedError as problem:
            raise LimitExceeded("would unpack to more than a PDF should") from problem
        except (errors.PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
            raise UnreadableSource("is damaged: it is not a complete PDF") from problem
        return _parsed(pages, title or title_from_name(name), _in_utc(updated))

    def _opened(self, raw: bytes) -> Any:
        reader = self._pypdf.PdfReader(io.BytesIO(raw))
        # An empty password opens what is only protected against printing or changing.
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedSource("needs a password")
        if len(reader.pages) > _MOST_PAGES:
            raise LimitExceeded(f"has more than {_MOST_PAGES} pages")
        return reader


def _lines(page: Any) -> list[Line]:
    """The page's lines in the order in which they were set."""
    lines: list[Line] = []
    open_line: list[str] = []
    place = (0.0, 0.0, 0.0)

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        nonlocal place
        for part in text.splitlines(keepends=True):
            if part.strip() and not "".join(open_line).strip():
                place = _place(cm, tm, size)
            open_line.append(part)
            if part.endswith("\n"):
                close()

    def close() -> None:
        words = "".join(open_line).strip()
        open_line.clear()
        if words:
            lines.append(Line(words, *place))

    page.extract_text(visitor_text=visit)
    close()
    return lines


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


def _parsed(pages: list[list[Line]], title: str, updated: datetime | None) -> ParsedText:
    characters = sum(len(line.text) for page in pages for line in page)
    if characters < _SCANNED * len(pages) / 4 or not characters:
        raise UnreadableSource("has no text layer (a scan?)")
    without_text = sum(not page for page in pages)
    note = f"{without_text} of its {len(pages)} pages have no text layer (a scan?)" if without_text else ""
    body = body_size(pages)
    laid_out = [paragraphs_of(page, body) for page in without_running_lines(pages)]
    text, blocks = _assembled(laid_out)
    headings = [text[block.start : block.end] for block in blocks if block.kind == "heading" and block.level == 1]
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
