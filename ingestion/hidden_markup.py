"""What a Markdown text holds that no page made of it would show: comments, hidden elements, scripts. Pure.

The text keeps its length: each hidden character becomes one blank, so that offsets are those of the file.
"""

import re
from html.parser import HTMLParser
from itertools import accumulate

from markdown_it import MarkdownIt

from app.knowledge.unseen import unseen
from ingestion.hiding import Hidden, blanked, has_ground, hiding_selectors, is_hidden, says_something, style_of

_HINT = re.compile(r"<[a-zA-Z!?]")
_UNENDED = re.compile(r"^ {0,3}<!--(?!.*?-->)", re.M | re.S)
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.S)
_TITLE = r"(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|\((?:[^()\\\n]|\\.)*\))"
# [//]: # (never shown), and the title of any other address that is defined apart; [^1]: is a footnote, and shown.
_DEFINED = re.compile(rf"^ {{0,3}}\[(?!\^)[^\]\n]+\]:[ \t]*(<[^>\n]*>|\S+)[ \t]*\n?[ \t]*{_TITLE}[ \t]*$", re.M)
_LINK_TITLE = re.compile(rf"\]\(\s*(?:<[^<>\n]*>|[^\s()<>]*)\s+{_TITLE}\s*\)")
_NEVER_SHOWN = frozenset({"script", "style", "template"})
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905

_BLOCKS = MarkdownIt("commonmark").enable("table")
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])

Span = tuple[int, int]


def seen_markdown(text: str) -> tuple[str, Hidden]:
    """The text with all that is hidden in it blanked, and how much that was."""
    shown, hidden = _without_markup(text)
    shown, characters = seen_characters(shown)
    return shown, hidden + characters


def seen_characters(text: str) -> tuple[str, Hidden]:
    """The text with the characters blanked that have no shape; for plain text, which has no markup to hide in."""
    places = unseen(text)
    return blanked(text, [(at, at + 1) for at in places]), Hidden(characters=len(places))


def _without_markup(text: str) -> tuple[str, Hidden]:
    asides = [*_DEFINED.finditer(text), *_LINK_TITLE.finditer(text)]
    if not asides and not _HINT.search(text):
        return text, Hidden()
    prose = blanked(text, _code(text))  # an element that is shown as an example hides nothing
    spans: list[Span] = []
    hidden = Hidden()
    for span, found in (*_unseen_elements(prose), *_asides(prose)):
        spans.append(span)
        hidden += found
    return blanked(text, spans), hidden


def _code(text: str) -> list[Span]:
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    blocks = [token.map for token in _BLOCKS.parse(text) if token.type in ("fence", "code_block") and token.map]
    fenced = [(starts[first], min(starts[behind], len(text))) for first, behind in blocks]
    return [*fenced, *(code.span() for code in _INLINE_CODE.finditer(blanked(text, fenced)))]


def _asides(prose: str) -> list[tuple[Span, Hidden]]:
    defined = [
        ((found.start(), found.end()) if found[1] in ("#", "<>") else found.span(2), Hidden(comments=1))
        for found in _DEFINED.finditer(prose)
        if says_something(found[2])
    ]
    return [*defined, *((f.span(1), Hidden(stretches=1)) for f in _LINK_TITLE.finditer(prose) if says_something(f[1]))]


def _unseen_elements(prose: str) -> list[tuple[Span, Hidden]]:
    if not _HINT.search(prose):
        return []
    unended = _UNENDED.search(prose)
    reader = _Elements(prose[: unended.start()] if unended else prose)
    found = reader.read()
    return [*found, ((unended.start(), len(prose)), Hidden(comments=1))] if unended else found


class _Elements(HTMLParser):
    """Finds where the elements and comments stand that are not shown."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._open: list[tuple[str, bool]] = []  # tags, and whether something not white lies under their text
        self._hiding: tuple[int, int] | None = None  # where the outermost hidden element begins, how many were open
        self._found: list[tuple[Span, Hidden]] = []
        styles = re.findall(r"<style[^>]*>(.*?)</style", text, re.I | re.S)
        self._selectors = hiding_selectors("\n".join(styles))

    def read(self) -> list[tuple[Span, Hidden]]:
        self.feed(self._text)
        self.close()
        if self._hiding:
            self._end(len(self._text))
        return self._found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "p" and self._open and self._open[-1][0] == "p":
            self._close("p", self._at())
        on_ground = bool(self._open and self._open[-1][1])
        hides = tag in _NEVER_SHOWN or is_hidden(tag, attributes, on_ground, self._selectors)
        if hides and self._hiding is None and tag not in _VOID:
            self._hiding = (self._at(), len(self._open))
        if tag not in _VOID:
            ground = has_ground(style_of(attributes.get("style") or "")) or bool(attributes.get("bgcolor"))
            self._open.append((tag, on_ground or ground))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<br/>` opens nothing; nor does `<span hidden/>`, though a browser thinks it does."""

    def handle_endtag(self, tag: str) -> None:
        end = self._text.find(">", self._at())
        self._close(tag, end + 1 if end >= 0 else len(self._text))

    def handle_comment(self, data: str) -> None:
        start = self._at()
        end = self._text.find("-->", start)
        self._leave_out(start, end + 3 if end >= 0 else start + len(data) + 4, data)

    def handle_pi(self, data: str) -> None:
        self._leave_out(self._at(), self._at() + len(data) + 3, data)

    def unknown_decl(self, data: str) -> None:
        self._leave_out(self._at(), self._at() + len(data) + 5, data)

    def handle_decl(self, decl: str) -> None:
        self._leave_out(self._at(), self._at() + len(decl) + 3, decl)

    def _leave_out(self, start: int, end: int, said: str) -> None:
        if self._hiding is None:
            self._found.append(((start, min(end, len(self._text))), Hidden(comments=int(says_something(said)))))

    def _close(self, tag: str, end: int) -> None:
        depth = max((depth for depth, (opened, _) in enumerate(self._open) if opened == tag), default=None)
        if depth is None:
            return
        del self._open[depth:]
        if self._hiding and depth <= self._hiding[1]:
            self._end(end)

    def _end(self, end: int) -> None:
        if self._hiding:
            start = self._hiding[0]
            says = any(sign.isalnum() for sign in re.sub(r"<[^>]*>", "", self._text[start:end]))
            self._found.append(((start, end), Hidden(stretches=int(says))))
            self._hiding = None

    def _at(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column
