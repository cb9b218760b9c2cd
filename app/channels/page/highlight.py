"""An article with a quote highlighted in its surroundings. Pure: text and offsets in, safe HTML out."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
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
Brackets = tuple[str, str]


def is_markdown(path: str) -> bool:
    """Whether an article at this path is read as Markdown; the text of any other is shown as it stands."""
    return path.lower().endswith(MARKDOWN_ENDINGS)


def without_front_matter(text: str) -> str:
    return _FRONT_MATTER.sub("", text, count=1)


def article_html(
    text: str, *, markdown: bool, quote: Span | None = None, found: Span | None = None, reach: int | None = None
) -> str:
    """The article, or whole blocks within `reach` code points of the quote, with the quote in `<mark>`.

    What the reader took for the answer (`found`) stands out within the quote, in `<mark class="found">`. Markdown keeps
    its shape where the highlight leaves that shape alone; else the text is shown as it stands.
    """
    if quote is not None:
        quote = _trimmed(text, quote)
    if found is not None:
        found = _within(quote, _trimmed(text, found))
    window = (0, len(text)) if quote is None or reach is None else (quote[0] - reach, quote[1] + reach)
    shaped = _shaped(text, window, quote, found) if markdown else None
    return shaped or _as_it_stands(text, window, quote, found)


def _trimmed(text: str, quote: Span) -> Span | None:
    """The quote without white space around it; None when it is not a stretch of this text."""
    start, end = quote
    if not 0 <= start < end <= len(text) or not (quoted := text[start:end].strip()):
        return None
    start = text.index(quoted, start)
    return start, start + len(quoted)


def _within(quote: Span | None, found: Span | None) -> Span | None:
    """As much of the finding as is quoted."""
    if quote is None or found is None:
        return None
    inside = max(quote[0], found[0]), min(quote[1], found[1])
    return inside if inside[0] < inside[1] else None


def _shaped(text: str, window: Span, quote: Span | None, found: Span | None) -> str | None:
    hidden = _FRONT_MATTER.match(text)
    if hidden and (quote is None or quote[0] >= hidden.end()):
        text = "\n" * text.count("\n", 0, hidden.end()) + text[hidden.end() :]
        shift = hidden.end() - hidden[0].count("\n")
        window = (window[0] - shift, window[1] - shift)
        quote = quote and (quote[0] - shift, quote[1] - shift)
        found = found and (found[0] - shift, found[1] - shift)
    plain = parse(text)
    if quote is None:
        return _clipped(html(_near(plain, text, window)), plain, text, window)
    with_both = _marked(text, plain, window, _inwards(text, quote), found) if found else None
    return with_both or _marked(text, plain, window, _inwards(text, quote), None)


def _marked(text: str, plain: Sequence[Token], window: Span, quote: Span | None, found: Span | None) -> str | None:
    """The article with the highlight; None where that would change its shape."""
    pairs = [pair for pair in _BRACKETS if pair[0] not in text and pair[1] not in text]
    found = _within(quote, found)
    spans = [span for span in (quote, found) if span]
    if quote is None or len(pairs) < len(spans):
        return None
    marked = parse(_bracketed(text, list(zip(spans, pairs, strict=False))))
    if _shape(marked) != _shape(plain):
        return None
    return _with_marks(_clipped(html(_near(marked, text, window)), plain, text, window), pairs[: len(spans)])


def _inwards(text: str, quote: Span) -> Span | None:
    """The quote without the markup of blocks at its ends; None when nothing is left."""
    start, end = quote
    line = text.rfind("\n", 0, start) + 1
    if _FENCE.match(text, line):
        start = text.find("\n", start) + 1
    elif (markup := _BLOCK_MARKUP.match(text, line)) and markup.end() > start:
        start = markup.end()
    last_line = text.rfind("\n", 0, end) + 1
    if _FENCE.match(text, last_line):
        end = last_line
    end = start + len(text[start:end].rstrip(" \t\n|"))
    return (start, end) if start < end else None


def _bracketed(text: str, spans: Sequence[tuple[Span, Brackets]]) -> str:
    """The text with each span in its brackets; of two, the second lies in the first."""
    signs = [(start, opening) for (start, _), (opening, _) in spans]
    signs += [(end, closing) for (_, end), (_, closing) in reversed(spans)]
    pieces, at = [], 0
    for place, sign in signs:
        pieces += [text[at:place], sign]
        at = place
    return "".join([*pieces, text[at:]])


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


def _with_marks(body: str, pairs: Sequence[Brackets]) -> str | None:
    """Brackets become `<mark>`, closed and opened again around every tag between them."""
    signs = [sign for pair in pairs for sign in pair]
    depth = 0  # 1 within the quote, 2 within what was found in it

    def mark(run: str) -> str:
        nonlocal depth
        marked = ""
        for part in re.split(f"([{''.join(signs)}])", run):
            if part in signs:
                depth += -1 if signs.index(part) % 2 else 1
            else:
                marked += _OPENINGS[depth] + part + "</mark>" if part.strip() and depth else part
        return marked

    # A bracket that fell into an attribute or was dropped would leave the highlight open, or shut from the start.
    if any(body.count(sign) != 1 for sign in signs):
        return None
    return change_text(body, mark)


_OPENINGS: Final = ("", "<mark>", '<mark class="found">')


def _as_it_stands(text: str, window: Span, quote: Span | None, found: Span | None) -> str:
    start, end = _at_spaces(text, window)
    cuts = [start, *(quote or ()), end] if found is None or quote is None else [start, quote[0], *found, quote[1], end]
    depths = (0, 1, 0) if found is None else (0, 1, 2, 1, 0)
    shown = [
        f"{_OPENINGS[depth]}{escape(text[slice(*place)])}</mark>" if depth else escape(text[slice(*place)])
        for depth, place in zip(depths, pairwise(cuts), strict=False)
        if place[0] < place[1]
    ]
    return f'{_MORE if start else ""}<p class="plain">{"".join(shown)}</p>{_MORE if end < len(text) else ""}'


def _at_spaces(text: str, window: Span) -> Span:
    """The window, widened to whole lines where they are short, else to whole words."""
    start, end = max(0, window[0]), min(len(text), window[1])
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end
