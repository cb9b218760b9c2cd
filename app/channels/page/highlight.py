"""An article with a quote highlighted in its surroundings. Pure: text and offsets in, safe HTML out."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from markdown_it.token import Token

from app.channels.page.prose import change_text, html, parse

MARKDOWN_ENDINGS: Final = (".md", ".markdown")

# What a block starts with in Markdown: a highlight begins after it, or the block would stop being one.
_BLOCK_MARKUP: Final = re.compile(r"[ \t]*(?:(?:>|[-*+](?=[ \t])|\d{1,9}[.)]|#{1,6}(?=[ \t])|\|)[ \t]*)*")
_FENCE: Final = re.compile(r"[ \t>]*(?:`{3,}|~{3,})")
_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
# Brackets stand in for <mark> while Markdown is read; punctuation, so that emphasis beside them stays emphasis.
_BRACKETS: Final = (("⸨", "⸩"), ("⦃", "⦄"), ("⟬", "⟭"), ("⧼", "⧽"))

Span = tuple[int, int]


def is_markdown(path: str) -> bool:
    """Whether an article at this path is read as Markdown; the text of any other is shown as it stands."""
    return path.lower().endswith(MARKDOWN_ENDINGS)


def without_front_matter(text: str) -> str:
    return _FRONT_MATTER.sub("", text, count=1)


def article_html(text: str, *, markdown: bool, quote: Span | None = None, reach: int | None = None) -> str:
    """The article, or whole blocks within `reach` code points of the quote, with the quote in `<mark>`.

    Markdown keeps its shape where the highlight leaves that shape alone; else the text is shown as it stands.
    """
    if quote is not None:
        quote = _trimmed(text, quote)
    window = (0, len(text)) if quote is None or reach is None else (quote[0] - reach, quote[1] + reach)
    shaped = _shaped(text, window, quote) if markdown else None
    return shaped or _as_it_stands(text, window, quote)


def _trimmed(text: str, quote: Span) -> Span | None:
    """The quote without white space around it; None when it is not a stretch of this text."""
    start, end = quote
    if not 0 <= start < end <= len(text) or not (quoted := text[start:end].strip()):
        return None
    start = text.index(quoted, start)
    return start, start + len(quoted)


def _shaped(text: str, window: Span, quote: Span | None) -> str | None:
    hidden = _FRONT_MATTER.match(text)
    if hidden and (quote is None or quote[0] >= hidden.end()):
        text = "\n" * text.count("\n", 0, hidden.end()) + text[hidden.end() :]
        shift = hidden.end() - hidden[0].count("\n")
        window = (window[0] - shift, window[1] - shift)
        quote = quote and (quote[0] - shift, quote[1] - shift)
    plain = parse(text)
    if quote is None:
        return _clipped(html(_near(plain, text, window)), plain, text, window)
    bracketed = _bracketed(text, quote)
    if bracketed is None:
        return None
    marked_text, opening, closing = bracketed
    marked = parse(marked_text)
    if _shape(marked) != _shape(plain):
        return None
    return _with_mark(_clipped(html(_near(marked, text, window)), plain, text, window), opening, closing)


def _bracketed(text: str, quote: Span) -> tuple[str, str, str] | None:
    """The text with brackets around the quote, moved inwards past the markup of blocks; None when nothing is left."""
    start, end = quote
    pair = next((pair for pair in _BRACKETS if pair[0] not in text and pair[1] not in text), None)
    line = text.rfind("\n", 0, start) + 1
    if _FENCE.match(text, line):
        start = text.find("\n", start) + 1
    elif (markup := _BLOCK_MARKUP.match(text, line)) and markup.end() > start:
        start = markup.end()
    last_line = text.rfind("\n", 0, end) + 1
    if _FENCE.match(text, last_line):
        end = last_line
    end = start + len(text[start:end].rstrip(" \t\n|"))
    if pair is None or start >= end:
        return None
    return text[:start] + pair[0] + text[start:end] + pair[1] + text[end:], *pair


def _shape(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """What Markdown made of a text, without its words."""
    every = (child for token in tokens for child in (token, *(token.children or [])))
    return [(token.type, token.tag) for token in every if token.type != "text"]


def _near(tokens: Sequence[Token], text: str, window: Span) -> Iterator[Token]:
    """The tokens of whole top-level blocks that touch the window."""
    first, last = _lines(text, window)
    wanted = False
    for token in tokens:
        if token.level == 0 and token.nesting >= 0 and token.map:
            wanted = token.map[1] > first and token.map[0] <= last
        if wanted:
            yield token


def _lines(text: str, window: Span) -> Span:
    return text.count("\n", 0, max(0, window[0])), text.count("\n", 0, max(0, window[1]))


def _clipped(body: str, tokens: Sequence[Token], text: str, window: Span) -> str:
    """Say with an ellipsis that the article goes on above or below."""
    first, last = _lines(text, window)
    blocks = [token.map for token in tokens if token.level == 0 and token.map]
    above = any(lines[1] <= first for lines in blocks)
    below = any(lines[0] > last for lines in blocks)
    return f"{_MORE if above else ''}{body}{_MORE if below else ''}"


_MORE: Final = '<p class="more">⋯</p>'


def _with_mark(body: str, opening: str, closing: str) -> str | None:
    """Brackets become `<mark>`, closed and opened again around every tag between them."""
    inside = False

    def mark(run: str) -> str:
        nonlocal inside
        parts = re.split(f"([{opening}{closing}])", run)
        marked = ""
        for part in parts:
            if part in (opening, closing):
                inside = part == opening
            elif part.strip() and inside:
                marked += f"<mark>{part}</mark>"
            else:
                marked += part
        return marked

    # A bracket that fell into an attribute or was dropped would leave the highlight open, or shut from the start.
    if body.count(opening) != 1 or body.count(closing) != 1:
        return None
    return change_text(body, mark)


def _as_it_stands(text: str, window: Span, quote: Span | None) -> str:
    start, end = _at_spaces(text, window)
    pieces = (
        (text[start:end],) if quote is None else (text[start : quote[0]], text[slice(*quote)], text[quote[1] : end])
    )
    shown = [escape(piece) for piece in pieces]
    if quote is not None:
        shown[1] = f"<mark>{shown[1]}</mark>"
    return f'{_MORE if start else ""}<p class="plain">{"".join(shown)}</p>{_MORE if end < len(text) else ""}'


def _at_spaces(text: str, window: Span) -> Span:
    """The window, widened to whole lines where they are short, else to whole words."""
    start, end = max(0, window[0]), min(len(text), window[1])
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end
