"""Search by words (BM25). Each file here is one index, named in settings. Derived from the catalog and disposable."""

from collections.abc import Mapping, Sequence, Set
from typing import Protocol


class LexicalIndex(Protocol):
    """Holds the words of the chunks of one index version. Knows ids, nothing of articles, askers or text offsets.

    Each file offers `build(settings, version, catalog)`. Every method may raise ServiceUnavailable.
    """

    def put(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Insert or overwrite, any number at once; `texts` are what should be found (`searchable.searchable_text`)."""
        ...

    def remove(self, ids: Sequence[str]) -> None:
        """Ids that are not there are no error."""
        ...

    def matching(
        self, terms: Mapping[str, float], limit: int, within: Set[str] | None = None
    ) -> list[tuple[str, float]]:
        """(chunk id, BM25 score), best first; only chunks that have one of the terms.

        Args:
            terms: as `app.knowledge.words` makes them, never raw text; each counts as often as its weight (above 0)
                says, so a word that is typed twice has 2, and one that comes from an earlier turn may have 0.3.
            within: the ids that an asker may see, None for all. Result and scores are what they would be if there
                were no others: how rare a word is must not tell what stands in a text one may not read. Give the
                same object as long as it is the same set: what is reckoned for it is remembered by it.
        """
        ...

    def holds(self, ids: Set[str]) -> int:
        """How many of these it has: fewer than were published are a loss."""
        ...

    def ids(self) -> set[str]:
        """Every id that a search could return: what an audit compares."""
        ...

    def clear(self) -> None:
        """Forget everything and give the disk space back."""
        ...

    def close(self) -> None: ...
