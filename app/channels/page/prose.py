"""Text of articles and writers as HTML that can do nothing: no link, image or attribute of theirs survives.

All of the input is escaped; the tags come from the list below and from nowhere else.
"""

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS: Final = re.compile("p|h[1-6]|ul|ol|li|blockquote|pre|code|em|strong|s|hr|br|table|thead|tbody|tr|th|td")
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~:$^=&@/])")
_MARK: Final = re.compile(r"\s?\[(\d{1,3})\]")


def answer_html(text: str, marks: Collection[int]) -> str:
    """A writer's Markdown. A mark [n] that has a citation becomes a button; any other is left out."""

    def button(found: re.Match[str]) -> str:
        mark = int(found[1])
        if mark not in marks:
            return ""
        return f'<button type="button" class="mark" data-mark="{mark}" aria-label="Footnote {mark}">{mark}</button>'

    return change_text(html(parse(text)), lambda run: _MARK.sub(button, run))


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])  # a tag in an article is text


def parse(text: str) -> list[Token]:
    return _markdown().parse(text)


def html(tokens: Iterable[Token]) -> str:
    return "".join(map(_tag, tokens))


def _tag(token: Token) -> str:
    """One token as HTML, without any of its attributes: an address is never written out."""
    if token.type == "inline":
        return html(token.children or [])
    if token.type in ("fence", "code_block"):
        return f"<pre><code>{escape(token.content)}</code></pre>"
    if token.type == "code_inline":
        return f"<code>{escape(token.content)}</code>"
    if token.type == "image":
        return f"<em>{escape(token.content)}</em>"
    if token.type == "softbreak":
        return "\n"
    if token.nesting == 0 and not TAGS.fullmatch(token.tag):
        return escape(token.content)
    if token.hidden or not TAGS.fullmatch(token.tag):
        return ""
    return f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>"


def change_text(safe_html: str, change: Callable[[str], str]) -> str:
    """Change what stands between the tags. All text is escaped, so `<` always opens one of our own tags."""
    return "".join(part if part.startswith("<") else change(part) for part in re.split(r"(<[^>]+>)", safe_html))


def label(text: str) -> str:
    """For Streamlit's own labels and messages, which read Markdown: whatever could mean something is escaped."""
    return _MARKUP.sub(r"\\\1", text)
