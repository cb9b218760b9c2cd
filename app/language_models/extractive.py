"""Words nothing itself: gives the sentences that were found worth quoting. No model, no network, never fails."""

from collections.abc import Iterator

from app.language_models import WritingRequest
from app.settings import Settings


class ExtractiveWriter:
    """Every sentence stands in an excerpt, word by word; only markup is left out."""

    name = "extractive"

    def write(self, request: WritingRequest) -> Iterator[str]:
        gap, in_list = "", False
        for quotable in request.quotables:
            if gap:
                gap = "\n" if quotable.own_line and in_list else "\n\n" if quotable.own_line or in_list else " "
            bullet = "- " if quotable.own_line else ""
            yield f"{gap}{bullet}{quotable.text} [{quotable.number}]"
            gap, in_list = " ", quotable.own_line


def build(settings: Settings) -> ExtractiveWriter:
    return ExtractiveWriter()
