"""Cut Markdown or plain text into sentences with exact offsets, and say how each reads. Knows no article."""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["sentence", "item", "row", "code", "heading"]

_FENCE = re.compile(r"\s*(```|~~~)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+")
_ITEM = re.compile(r"\s*([-*+•]|\d{1,3}[.)])\s+")
_RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_QUOTE_SIGNS = re.compile(r"(?m)^\s*(?:>\s?)+")
# What builds a page out of Markdown and is no text of it: `:::tip`, and the imports of MDX.
_SCAFFOLD = re.compile(r"\s*(?::{3,}.*|import\s.+\sfrom\s+['\"].+|export\s+(?:const|default|function)\b.*)$")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_HIDDEN = re.compile(r"\s*<(script|style)\b", re.IGNORECASE)
_STOPS = str.maketrans(dict.fromkeys(".!?…。！？", "_"))
_COLUMN_SIGN = " | "  # parts the cells of a table that came out of a PDF, which has no frame
_ITEM_IS_SPLIT_BEYOND = 320  # characters: a longer list item is a paragraph with a bullet

# A full stop after one of these ends no sentence. Lower case, without the last stop.
_ABBREVIATIONS = frozenset(
    """
    e.g i.e etc vs cf approx ca nr sec fig vol pp ed st mr mrs ms dr prof jr sr inc ltd co corp dept est u.s u.k u.n
    a.m p.m z.b d.h u.a bzw ggf inkl evtl usw sog str tel abs ziff sra ud uds pág núm p.ej
    """.split()  # noqa: SIM905 - easier to read and to extend than sixty quoted words
)
_END = re.compile(r"(?:[.!?…]+[\"'”’»)\]*_]*(?=\s|$|\[\^?\d|【)|[。！？])")
# Whole ones, and one that is still being written: in a stream "[1][2]" comes as "[1][", "2]".
_MARKS_AFTER = re.compile(r"(?:\s*(?:\[\^?[\d\s,;–-]+\]|【[^】]{1,20}】))*(?:\s*(?:\[[\^\d\s,;–-]*|【[^】]{0,20})$)?")
_MONTH = re.compile(
    r"\W*(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jahrhundert)\b"
)  # "am 8. März": a German day of the month ends no sentence
_WORD_BEFORE = re.compile(r"([^\s(\[\"'“]+)$")


@dataclass(frozen=True)
class Unit:
    """A sentence, or what stands for one: a list item, a table row, a block of code, a heading."""

    kind: Kind
    start: int
    end: int  # `text[start:end]` is the unit as written, without the blanks around it
    shown: str  # as it reads: markup stripped, blanks collapsed, a table row spelled out with its column names
    bullet: str = ""  # of a list item: "-" or its number, "1."


def units(text: str) -> list[Unit]:
    """The units of a text, in order; blanks, rules, front matter and bare markup belong to none."""
    return list(_units(text))


def sentence_ends(text: str) -> list[int]:
    """Where each sentence of a paragraph ends, its marks included; the last is the end of the text."""
    ends = []
    for match in _END.finditer(text):
        end = match.end()
        if end < len(text) and not _ends_a_sentence(text, match.start(), end):
            continue
        ends.append(_after_marks(text, end))
    if not ends or text[ends[-1] :].strip():
        ends.append(len(text))
    return ends


def plain(markdown: str) -> str:
    """Markdown as it reads: links keep their words, images and emphasis signs go, blanks are one space."""
    words = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    words = re.sub(r"\[([^\]]+)\]\((?:[^()]|\([^)]*\))*\)", r"\1", words)
    words = re.sub(r"<!--.*?-->|</?[a-zA-Z][^<>]*>", " ", words, flags=re.DOTALL)
    words = re.sub(r"<(https?://[^>\s]+)>", r"\1", words)
    words = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", words, flags=re.DOTALL)
    words = re.sub(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"\1", words)
    words = re.sub(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])", r"\1", words)
    words = re.sub(r"(?<!`)`([^`\n]+)`(?!`)", r"\1", words)
    words = re.sub(r"\\([\\`*_{}\[\]()#+.!|<>-])", r"\1", words)
    return " ".join(words.split())


def _units(text: str) -> Iterator[Unit]:
    lines = _lines(text)
    at = _after_front_matter(text, lines)
    while at < len(lines):
        start, end = lines[at]
        line = text[start:end]
        if not line.strip() or _RULE.match(line) or _SCAFFOLD.match(line):
            at += 1
        elif hidden := _HIDDEN.match(line):
            at = _after(f"</{hidden.group(1)}".casefold(), text, lines, at)
        elif _FENCE.match(line):
            last = next((i for i in range(at + 1, len(lines)) if _FENCE.match(text[slice(*lines[i])])), len(lines) - 1)
            yield from _unit("code", text, start, lines[last][1])
            at = last + 1
        elif _HEADING.match(line):
            yield from _unit("heading", text, start, end)
            at += 1
        elif _is_row(line):
            at = yield from _table(text, lines, at)
        else:
            last = at
            while last + 1 < len(lines) and _goes_on(text[slice(*lines[last + 1])]):
                last += 1
            yield from _prose(text, start, lines[last][1])
            at = last + 1


def _lines(text: str) -> list[tuple[int, int]]:
    """(start, end) of each line, its line feed left out."""
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append((start, start + len(line)))
        start += len(line) + 1
    return lines


def _after_front_matter(text: str, lines: list[tuple[int, int]]) -> int:
    if not lines or text[slice(*lines[0])].strip() != "---":
        return 0
    for number, line in enumerate(lines[1:], start=1):
        if text[slice(*line)].strip() == "---":
            return number + 1
    return 0


def _after(sign: str, text: str, lines: list[tuple[int, int]], at: int) -> int:
    """The number of the line after the next that has the sign; without one, of the line after this."""
    return next((i + 1 for i in range(at, len(lines)) if sign in text[slice(*lines[i])].casefold()), at + 1)


def _is_row(line: str) -> bool:
    return (line.count("|") >= 2 and _is_framed(line)) or line.count(_COLUMN_SIGN) >= 2


def _is_framed(line: str) -> bool:
    return line.strip().startswith("|")


def _goes_on(line: str) -> bool:
    """Whether a line continues the paragraph or list item above it."""
    begins_another = any(sign.match(line) for sign in (_ITEM, _FENCE, _HEADING, _RULE, _SCAFFOLD, _HIDDEN))
    return bool(line.strip()) and not begins_another and not _is_row(line)


def _table(text: str, lines: list[tuple[int, int]], at: int) -> Generator[Unit, None, int]:
    """Rows of a table; gives the number of the line after it. A row reads `Column: cell; column: cell`."""
    names: list[str] = []
    if at + 1 < len(lines) and _TABLE_RULE.match(text[slice(*lines[at + 1])]):
        names = _cells(text[slice(*lines[at])])
        at += 2
    elif not _is_framed(text[slice(*lines[at])]) and at + 1 < len(lines) and _is_row(text[slice(*lines[at + 1])]):
        names = _cells(text[slice(*lines[at])])
        at += 1
    while at < len(lines) and _is_row(text[slice(*lines[at])]):
        start, end = lines[at]
        cells = _cells(text[start:end])
        if names and len(cells) == len(names):
            shown = "; ".join(
                f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=True) if cell
            )
        else:
            shown = "; ".join(cell for cell in cells if cell)
        if shown and not _TABLE_RULE.match(text[start:end]):
            yield from _unit("row", text, start, end, shown)
        at += 1
    return at


def _cells(row: str) -> list[str]:
    return [plain(cell) for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def _prose(text: str, start: int, end: int) -> Iterator[Unit]:
    """A paragraph cut into sentences, or a list item, whole; one beyond the limit is a paragraph with a bullet."""
    bullet = _ITEM.match(text, start, end)
    begin = bullet.end() if bullet else start
    if bullet and end - start <= _ITEM_IS_SPLIT_BEYOND:
        number = bullet.group(1).rstrip(".)")
        yield from _unit("item", text, begin, end, bullet=f"{number}." if number.isdigit() else "-")
        return
    stopless = _TAG.sub(lambda tag: tag.group().translate(_STOPS), text[begin:end])  # a tag is never cut in two
    ends = [begin + sentence_end for sentence_end in sentence_ends(stopless)]
    for sentence_start, sentence_end in zip([begin, *ends], ends, strict=False):
        yield from _unit("sentence", text, sentence_start, sentence_end)


def _unit(kind: Kind, text: str, start: int, end: int, shown: str = "", bullet: str = "") -> Iterator[Unit]:
    raw = text[start:end]
    start, end = start + len(raw) - len(raw.lstrip()), end - (len(raw) - len(raw.rstrip()))
    raw = text[start:end]
    if kind == "code":
        shown = "\n".join(line for line in raw.splitlines() if not _FENCE.match(line))
    elif kind == "heading":
        shown = plain(_HEADING.sub("", raw, count=1).rstrip("# "))
    else:
        shown = shown or plain(_QUOTE_SIGNS.sub("", raw))
    if any(sign.isalnum() for sign in shown):
        yield Unit(kind, start, end, shown, bullet)


def _after_marks(text: str, end: int) -> int:
    """Where the marks behind a sentence end; `end` where there are none."""
    marks = _MARKS_AFTER.match(text, end)
    return marks.end() if marks else end


def _ends_a_sentence(text: str, at: int, end: int) -> bool:
    """Whether the terminator `text[at:end]` ends a sentence, given what stands around it."""
    if text[at] in "。！？":
        return True
    rest = text[_after_marks(text, end) :].lstrip()
    following = rest.lstrip("\"'“‘«([*_")[:1]
    if text[at] != ".":
        return not following.islower() or text[at] != "…"
    if following.islower():
        return False
    word = _WORD_BEFORE.search(text, 0, at)
    before = word.group(1).lower() if word else ""
    if before.isdigit() and _MONTH.match(rest):
        return False
    return before not in _ABBREVIATIONS and not (len(before) == 1 and before.isalpha())
