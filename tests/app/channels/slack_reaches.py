"""What Slack would make of a Markdown text: the addresses it links or fetches, and the mentions it would ring."""

import re
from typing import Any

from markdown_it import MarkdownIt

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://\S+|www\.\S+|[\w.+-]+@[\w-]+\.\w+|\b[\w-]+\.(?:com|org|net|io|example)\b", re.I
)
_MENTION = re.compile(r"<[!@#][^>]*>|(?<![\w`])@(?:here|channel|everyone)\b")


def reached(markdown: str) -> set[str]:
    """Every address in links and images, and what Slack links by itself because it looks like one."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    found: set[str] = set()
    for token in parser.parse(markdown):
        for part in [token, *(token.children or [])]:
            found |= {str(part.attrs[name]) for name in ("href", "src") if name in part.attrs}
            if part.type in ("html_block", "html_inline"):
                found.add(part.content)
    shown = re.sub(r"\]\([^()\s]*\)", "]", _CODE.sub("", markdown))
    return found | set(_ADDRESS.findall(shown))


def mentions(markdown: str) -> list[str]:
    """In code too: Slack's own markup works there."""
    return _MENTION.findall(_CODE.sub("", markdown)) + re.findall(r"<[!@#][^>]*>|<https?:[^>]*>", markdown)


def words_of(blocks: list[dict[str, Any]]) -> list[str]:
    """Each markdown text of a message."""
    return [block["text"] for block in blocks if block["type"] == "markdown"]
