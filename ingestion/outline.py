"""Find the blocks of a Markdown text, and a title. markdown-it stays inside this file; the text is never changed."""

import re
from collections.abc import Sequence
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingestion.front_matter import front_matter_end
from ingestion.parsers import Block, Kind

_KINDS: dict[str, Kind] = {
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
    "blockquote_open": "quote",
}

# Blocks only: what stands inside a line does not move a border, and is most of the work.
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_MARKDOWN.core.ruler.enableOnly(["normalize", "block"])


def outline(text: str) -> tuple[Block, ...]:
    """The top-level blocks of a Markdown text, with exact offsets. Front matter is one block."""
    front = front_matter_end(text)
    blocks = [Block("front_matter", 0, front)] if front else []
    body = text[front:]
    line_starts = [front, *(front + end for end in accumulate(len(line) + 1 for line in body.split("\n")))]
    for token in _MARKDOWN.parse(body):
        block = _block(token, line_starts, text) if token.level == 0 and token.map else None
        if block:
            blocks.append(block)
    return tuple(blocks)


def _block(token: Token, line_starts: Sequence[int], text: str) -> Block | None:
    first, behind = token.map or (0, 0)
    start, end = trimmed(text, line_starts[first], min(line_starts[behind], len(text)))
    level = int(token.tag[1:]) if token.type == "heading_open" else 0
    return Block(_KINDS.get(token.type, "paragraph"), start, end, level) if start < end else None


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The same stretch without white space at its ends; start == end when there is nothing else."""
    stretch = text[start:end]
    left = len(stretch) - len(stretch.lstrip())
    return (start + left, start + len(stretch.rstrip())) if left < len(stretch) else (start, start)


_INLINE = re.compile(
    r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|`+|\\(?=\W)"
)


def heading_words(heading: str) -> str:
    """A heading's words without its markup: `## The **first** [day](x) ##` -> `The first day`."""
    words = re.sub(r"^#{1,6}(?:\s+|$)|\s+#+$|\n\s*(?:=+|-+)$", "", heading.strip())
    return " ".join(_INLINE.sub(lambda found: found[1] or "", words).split())


def title_of(text: str, blocks: Sequence[Block]) -> str:
    """The first heading of level 1; else the heading the text opens with; else empty."""
    body = [block for block in blocks if block.kind != "front_matter"]
    opening = body[:1] if body and body[0].kind == "heading" else []
    tops = [block for block in body if block.kind == "heading" and block.level == 1]
    titles = (heading_words(text[block.start : block.end]) for block in (*tops[:1], *opening))
    return next((title for title in titles if title), "")


def title_from_name(name: str) -> str:
    """`travel_policy-2026.md` -> `Travel policy 2026`."""
    stem = name.rpartition("/")[2]
    words = " ".join(re.sub(r"[_\-]+", " ", stem.rsplit(".", 1)[0] if "." in stem[1:] else stem).split())
    return words[:1].upper() + words[1:] or name
