"""Plain text: paragraphs between empty lines. Also the last resort, which says why other bytes are refused."""

import re
from itertools import pairwise

from ingestion.decoding import decode
from ingestion.hidden_markup import seen_characters
from ingestion.outline import title_from_name, trimmed
from ingestion.parsers import Block, ParsedText

_LONGEST_TITLE = 100  # characters; a longer first line is a sentence


def certainty(raw: bytes, name: str) -> int:
    return 25 if name.lower().endswith((".txt", ".text", ".log")) else 1


class TextParser:
    def parse(self, raw: bytes, name: str) -> ParsedText:
        text, hidden = seen_characters(decode(raw))
        return ParsedText(_title(text) or title_from_name(name), text, paragraphs(text), note=hidden.note)


def paragraphs(text: str) -> tuple[Block, ...]:
    """The stretches between empty lines."""
    borders = [0, *(gap.end() for gap in re.finditer(r"\n\s*\n", text)), len(text)]
    stretches = (trimmed(text, start, end) for start, end in pairwise(borders))
    return tuple(Block("paragraph", start, end) for start, end in stretches if start < end)


def _title(text: str) -> str:
    """A short first line of its own, that does not end like a sentence."""
    first, _, rest = text.strip().partition("\n")
    stands_alone = not rest or rest.startswith("\n") or set(rest.partition("\n")[0].strip()) in ({"="}, {"-"})
    if not stands_alone or len(first) > _LONGEST_TITLE or first.rstrip().endswith((".", ",", ";")):
        return ""
    return " ".join(first.split())


def build() -> TextParser:
    return TextParser()
