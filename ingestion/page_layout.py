"""Lines of a page, with their places, to headings, paragraphs, lists and table rows. Pure; knows no PDF library."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingestion.parsers import Kind

_HEADING_SIZE = 1.08  # times the size of most of the text
_LONGEST_HEADING = 150  # characters
_ROW_LINES = 9  # times the size: how much higher than the end of one cell the next may begin
_MARKER = re.compile(r"(?:[•·▪◦‣–*-]|\(?(?:\d{1,3}|[a-zA-Z])[.)])$")


@dataclass(frozen=True)
class Line:
    """What stands side by side; `x` and `y` are its start, in points, `y` growing upwards."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together, as one text."""

    kind: Kind
    text: str
    size: float


def body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size in which most characters are set."""
    sizes: Counter[float] = Counter()
    for line in (line for page in pages for line in page):
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Without the page numbers and titles that stand at the edge of nearly every page."""
    edges: Counter[str] = Counter()
    for page in pages:
        edges.update({_pattern(line.text) for line in _edge(page)})
    running = {pattern for pattern, times in edges.items() if times >= max(2, 0.6 * len(pages))}
    return [[line for line in page if line not in _edge(page) or _pattern(line.text) not in running] for page in pages]


def _edge(page: Sequence[Line]) -> list[Line]:
    from_top = sorted(page, key=lambda line: -line.y)
    return [*from_top[:2], *from_top[-2:]]


def _pattern(text: str) -> str:
    return re.sub(r"\d+", "#", text.strip().casefold())


def paragraphs_of(lines: Sequence[Line], body: float) -> list[Paragraph]:
    """In the order of the lines. `body` is the size of plain text; what is larger is a heading."""
    rows = list(_rows(lines))
    return [paragraph for group in _together(rows, body) for paragraph in _as_paragraphs(group, body)]


@dataclass(frozen=True)
class _Row:
    """Cells side by side; plain text is a row of one cell of one line."""

    cells: tuple[tuple[Line, ...], ...]

    @property
    def first(self) -> Line:
        return self.cells[0][0]

    @property
    def lowest(self) -> float:
        return min(line.y for cell in self.cells for line in cell)


def _rows(lines: Iterable[Line]) -> Iterator[_Row]:
    """Plain text runs down the page; a line that does not, and stands right of the one before, is a cell beside it."""
    rows: list[_Row] = []
    for line in lines:
        if rows and _is_beside(rows[-1], line):
            first = len(rows) - 1 if len(rows[-1].cells) > 1 else _first_line_of_cell(rows)
            cells = rows[-1].cells if len(rows[-1].cells) > 1 else (tuple(row.first for row in rows[first:]),)
            rows[first:] = [_Row((*cells, (line,)))]
        elif rows and _continues_cell(rows[-1], line):
            *before, last = rows[-1].cells
            rows[-1] = _Row((*before, (*last, line)))
        else:
            rows.append(_Row(((line,),)))
    yield from rows


def _is_beside(row: _Row, line: Line) -> bool:
    last = row.cells[-1][-1]
    right = line.x > row.cells[-1][0].x + 0.5 * line.size
    return right and -0.3 * line.size < line.y - last.y < _ROW_LINES * line.size


def _first_line_of_cell(rows: Sequence[_Row]) -> int:
    """Where the cell of several lines begins that ends with the last row."""
    first = len(rows) - 1
    while first > 0 and len(rows[first - 1].cells) == 1 and _is_next_line(rows[first - 1].first, rows[first].first):
        first -= 1
    return first


def _is_next_line(above: Line, line: Line) -> bool:
    same_place = abs(above.x - line.x) < 0.5 * line.size and abs(above.size - line.size) < 0.3
    return same_place and 0 < above.y - line.y < 1.45 * line.size


def _continues_cell(row: _Row, line: Line) -> bool:
    return len(row.cells) > 1 and _is_next_line(row.cells[-1][-1], line)


def _together(rows: Sequence[_Row], body: float) -> Iterator[list[_Row]]:
    """Rows of one paragraph: same kind, same size, and no wider gap between them than lines have."""
    group: list[_Row] = []
    for row in rows:
        if group and not _goes_on(group[-1], row, body):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _goes_on(above: _Row, row: _Row, body: float) -> bool:
    kind = _kind(row, body)
    if _kind(above, body) != kind or kind in ("table", "list"):
        return _kind(above, body) == kind
    same_size = abs(above.first.size - row.first.size) < 0.3
    return same_size and 0 < above.lowest - row.first.y < 1.5 * row.first.size


def _kind(row: _Row, body: float) -> Kind:
    text = row.first.text.strip()
    if len(row.cells) > 1:
        return "list" if _MARKER.match(text) else "table"
    large = row.first.size > body * _HEADING_SIZE and len(text) <= _LONGEST_HEADING
    return "heading" if large and re.search(r"[^\W\d]", text) else "paragraph"


def _as_paragraphs(group: Sequence[_Row], body: float) -> Iterator[Paragraph]:
    kind, size = _kind(group[0], body), group[0].first.size
    if kind in ("table", "list"):
        between = " | " if kind == "table" else " "
        yield Paragraph(kind, "\n".join(between.join(joined(cell) for cell in row.cells) for row in group), size)
    elif text := joined([row.first for row in group]):
        yield Paragraph(kind, text, size)


def joined(lines: Iterable[Line]) -> str:
    """One text; a word that was broken at a line's end is whole again."""
    text = ""
    for line in (" ".join(line.text.split()) for line in lines):
        is_broken = re.search(r"[^\W\d_]-$", text) and line[:1].islower()
        text = text[:-1] + line if is_broken else f"{text} {line}".strip()
    return text


def levels_of(sizes: Iterable[float]) -> dict[float, int]:
    """Heading sizes to levels: the largest is 1; there are six at most."""
    largest_first = [size for size, _ in groupby(sorted(sizes, reverse=True))]
    return {size: min(level, 6) for level, size in enumerate(largest_first, 1)}
