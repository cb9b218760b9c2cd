"""Markdown, kept as it is written: the blocks are found; of the text only what no reader sees is blanked."""

import re

from ingestion.decoding import decode
from ingestion.front_matter import front_matter_of
from ingestion.hidden_markup import seen_markdown
from ingestion.hiding import joined_notes
from ingestion.outline import outline, title_from_name, title_of
from ingestion.parsers import ParsedText

_NAMES = (".md", ".markdown", ".mdown", ".mdx", ".mkd")
# What plain text does not begin lines with: an ATX heading, a fence, a table's rule, front matter.
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?---\r?\n\w+:|^#{1,6} \S|^(?:```|~~~)\w*\r?$|^\|?(?: *:?-{3,}:? *\|)+", re.M)


def certainty(raw: bytes, name: str) -> int:
    if name.lower().endswith(_NAMES):
        return 30
    return 20 if b"\0" not in raw[:8192] and _MARKUP.search(raw[:65536]) else 0


class MarkdownParser:
    def parse(self, raw: bytes, name: str) -> ParsedText:
        return parsed_markdown(decode(raw), name)


def parsed_markdown(text: str, name: str) -> ParsedText:
    """Also for text that is Markdown from the start: a BEIR document, a page turned into Markdown."""
    text, hidden = seen_markdown(text)
    front_matter, note = front_matter_of(text)
    blocks = outline(text)
    title = front_matter.title or title_of(text, blocks) or title_from_name(name)
    return ParsedText(title, text, blocks, front_matter, joined_notes(note, hidden.note))


def build() -> MarkdownParser:
    return MarkdownParser()
