"""Text of articles and writers as Slack's Markdown that can do nothing: no link, image or mention of theirs survives.

All of the input is parsed, then said again in the few forms that Slack's markdown block knows, everything escaped.
What Slack could turn into a link or a mention by itself (addresses, domains, @here) stands as code, where it does not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final
from urllib.parse import quote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARK: Final = re.compile(r"\s?\[(\d{1,3})\]")
_REACHES_OUT: Final = re.compile(
    r"""(?xi)
    \b[a-z][a-z0-9+.-]*://[^\s<>]+ | \b(?:mailto|tel|slack|javascript|data):[^\s<>]+   # any scheme
    | [\w.+-]+@[^\W_][\w-]*(?:\.[\w-]+)+                                               # e-mail
    | (?<![\w.])(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}(?::\d+)?(?:/[^\s<>]*)?      # domain.tld, file.name
    | @(?:here|channel|everyone|group)\b
    """
)
_MARKUP: Final = re.compile(r"([\\*_~\[\]|])")
_LINE_START: Final = re.compile(r"^(\s*)(?:([#+\-=])|(\d{1,9})([.)]))(?=\s|$|[#=\-])", re.MULTILINE)
_INVISIBLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_COMMAND: Final = re.compile(r"<(?=[!@#a-zA-Z])")  # in code, where an entity would be shown as it is spelt
_JOINER: Final = "\u2060"


def slack_markdown(text: str, links: Mapping[int, str]) -> list[str]:
    """A writer's Markdown as paragraphs (lists, code, ...) for Slack; joined by blank lines they are the whole.

    `links`: where each footnote's mark leads; empty for a footnote without an address. Any other mark is left out.
    """
    return [block for block in _Blocks(links).of(_markdown().parse(text)) if block.strip()]


def inline(text: str) -> str:
    """One line of plain text (a title, a name), said so that nothing in it means anything."""
    return _escaped(" ".join(text.split()))


def link(text: str, address: str) -> str:
    """`text` is plain. Without an address that a browser may open at a click, just the text."""
    target = destination(address)
    return f"[{inline(text)}]({target})" if target else inline(text)


def destination(address: str) -> str:
    """The address as it may stand in a link of ours; empty when it is none: `javascript:` and its like are no links."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    return quote(address.strip(), safe=":/?#@!$&'*+,;=%~-._").replace("&", "&amp;")


def plain(text: str) -> str:
    """For notifications and fields that know `<`, `>` and `&` only."""
    return _INVISIBLE.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """Inline code."""
    shown = _harmless(text).replace("`", "'").replace("\n", " ")
    return f"`{shown}`" if shown.strip() else ""


def _harmless(text: str) -> str:
    return _COMMAND.sub("<" + _JOINER, _INVISIBLE.sub("", text))


def _escaped(text: str) -> str:
    parts: list[str] = []
    at = 0
    for found in _REACHES_OUT.finditer(text):
        word = found.group().rstrip(".,;:!?)\"'")
        parts += [_plain_words(text[at : found.start()]), code(word)]
        at = found.start() + len(word)
    return "".join([*parts, _plain_words(text[at:])])


def _plain_words(text: str) -> str:
    """A lone backtick could pair with one of ours, and let out what stands in it as code."""
    return _MARKUP.sub(r"\\\1", plain(text).replace("`", "'"))


@cache
def _markdown() -> MarkdownIt:
    """Without references: `[1]: https://...` in a text must not turn our marks into links of its own."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return parser.disable("reference")


class _Blocks:
    """Walks the tokens of one text."""

    def __init__(self, links: Mapping[int, str]) -> None:
        self._links = links

    def of(self, tokens: Sequence[Token]) -> list[str]:
        blocks: list[str] = []
        for token, inner in _groups(tokens):
            blocks += self._block(token, inner)
        return blocks

    def _block(self, token: Token, inner: Sequence[Token]) -> list[str]:
        if token.type in ("fence", "code_block"):
            return ["```\n" + _harmless(token.content).replace("```", "'''").rstrip("\n") + "\n```"]
        if token.type == "heading_open":
            return [f"{token.markup if token.markup.startswith('#') else '#'} {self._line(inner)}"]
        if token.type == "paragraph_open":
            return [self._line(inner)]
        if token.type == "inline":
            return [self._inline(token)]
        if token.type == "blockquote_open":
            return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(self.of(inner)).split("\n"))]
        if token.type in ("bullet_list_open", "ordered_list_open"):
            return ["\n".join(self._items(token, inner))]
        if token.type == "table_open":
            return ["\n".join(self._rows(inner))]
        return [] if token.type == "hr" else [_plain_words(token.content)]

    def _items(self, list_: Token, inner: Sequence[Token]) -> Iterator[str]:
        number = int(list_.attrs.get("start", 1)) if list_.type == "ordered_list_open" else None
        for _, item in _groups(inner):
            sign = "- " if number is None else f"{number}. "
            number = None if number is None else number + 1
            lines = "\n".join(self.of(item)).split("\n")
            yield "\n".join(
                (sign if not place else " " * len(sign)) + line for place, line in enumerate(lines)
            ).rstrip()

    def _rows(self, inner: Sequence[Token]) -> Iterator[str]:
        """Slack's Markdown has no tables: each row becomes a line that names its columns."""
        heads: list[str] = []
        for part, rows in _groups(inner):
            for _, row in _groups(rows):
                cells = [self._line(cell) for _, cell in _groups(row)]
                if part.type == "thead_open":
                    heads = cells
                    continue
                named = (
                    f"**{head}**: {cell}" if head else cell for head, cell in zip(heads, cells, strict=False) if cell
                )
                yield "- " + "; ".join(named)

    def _line(self, inner: Sequence[Token]) -> str:
        line = "".join(self._inline(token) for token in inner if token.type == "inline")
        return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", line)

    def _inline(self, token: Token) -> str:
        said: list[str] = []
        for child in token.children or []:
            said.append(self._piece(child))
        return "".join(said)

    def _piece(self, child: Token) -> str:
        if child.type == "text":
            return self._text(child.content)
        if child.type == "code_inline":
            return code(child.content)
        if child.type == "softbreak":
            return " "
        if child.type == "hardbreak":
            return "\n"
        if child.type == "image":
            return _escaped(child.content)
        return {"strong": "**", "em": "_", "s": "~~"}.get(child.tag, "" if child.nesting else _escaped(child.content))

    def _text(self, text: str) -> str:
        parts: list[str] = []
        at = 0
        for found in _MARK.finditer(text):
            parts.append(_escaped(text[at : found.start()]))
            at = found.end()
            mark = int(found[1])
            if mark in self._links:
                target = self._links[mark]
                parts.append(f" [\\[{mark}\\]]({target})" if target else f" \\[{mark}\\]")
        return "".join([*parts, _escaped(text[at:])])


def _groups(tokens: Sequence[Token]) -> Iterator[tuple[Token, Sequence[Token]]]:
    """Each token of this level, with those inside it."""
    place = 0
    while place < len(tokens):
        opening, depth, end = tokens[place], 0, place
        while True:
            depth += tokens[end].nesting
            if depth <= 0 or end == len(tokens) - 1:
                break
            end += 1
        yield opening, tokens[place + 1 : end]
        place = end + 1
