"""Words nothing itself: gives the sentences that were found worth quoting. No model, no network, never fails."""

from collections.abc import Generator

from app.language_models import BOUNDLESS, Quotable, WritingRequest
from app.settings import Settings

ENDS = (".", "!", "?", "…", "。", "！", "？")  # a line without one of these does not end where the next begins
FENCE = "```"


class ExtractiveWriter:
    """Every sentence stands in an excerpt, word by word; only markup is left out."""

    name = "extractive"
    limits = BOUNDLESS

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        before: Quotable | None = None
        for quotable in request.quotables:
            yield f"{_gap(before, quotable)}{quotable.bullet}{' ' if quotable.bullet else ''}{quotable.text}"
            yield f" [{quotable.number}]"
            before = quotable


def _gap(before: Quotable | None, quotable: Quotable) -> str:
    """Sentences run on; the lines of a list stand one below the other; a blank line parts what would run together."""
    if before is None:
        return ""
    if before.bullet and quotable.bullet:
        return "\n"
    if before.text.startswith(FENCE) or quotable.text.startswith(FENCE):
        return "\n\n"
    runs_on = before.text.rstrip("\"'”’»)]*_").endswith(ENDS)
    return " " if runs_on and not before.bullet and not quotable.bullet else "\n\n"


def build(settings: Settings) -> ExtractiveWriter:
    return ExtractiveWriter()
