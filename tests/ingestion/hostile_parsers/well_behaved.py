"""Takes everything else for text."""

from ingestion.parsers import Block, ParsedText


def certainty(raw: bytes, name: str) -> int:
    return 1


class WellBehavedParser:
    def parse(self, raw: bytes, name: str) -> ParsedText:
        return ParsedText(name, raw.decode(), (Block("paragraph", 0, len(raw.decode())),))


def build() -> WellBehavedParser:
    return WellBehavedParser()
