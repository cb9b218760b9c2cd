"""Words nothing itself: gives the sentences that were found worth quoting. No model, no network, never fails."""

from collections.abc import Generator

from app.language_models import Quotable, WritingRequest
from app.settings import Settings


class ExtractiveWriter:
    """Every sentence stands in an excerpt, word by word; only markup is left out."""

    name = "extractive"

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        before: Quotable | None = None
        for quotable in request.quotables:
            yield f"{_gap(before, quotable)}{quotable.bullet}{' ' if quotable.bullet else ''}{quotable.text}"
            yield f" [{quotable.number}]"
            before = quotable


def _gap(before: Quotable | None, quotable: Quotable) -> str:
    """Sentences run on; the lines of a list stand one below the other; a blank line parts the two."""
    if before is None:
        return ""
    if before.bullet and quotable.bullet:
        return "\n"
    return "\n\n" if before.bullet or quotable.bullet else " "


def build(settings: Settings) -> ExtractiveWriter:
    return ExtractiveWriter()
