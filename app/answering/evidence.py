"""Find in a text what bears on a sentence: the stretch that says most of it, and what stands around. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.names import without_names
from app.answering.quantities import without_quantities
from app.answering.sentences import Unit, units
from app.knowledge.words import stemmed_in, terms

SPANNED = 3  # sentences that one quote may span
LONGER_COSTS = 0.05  # share of terms that another sentence in the quote must bring to be worth its length
AROUND = 100  # words: the reader was taught on passages of 40 to 110


@dataclass(frozen=True)
class Evidence:
    """What a sentence is held against, narrow to wide; texts as they read, without markup."""

    start: int  # of the quote in the text, code points; 0 where nothing fits
    end: int
    share: float  # of the sentence's terms that the quote has
    quote: str  # the one to three sentences that a footnote opens
    best: str  # those that fit best, numbers and names apart: what the sentence would say if these were right
    around: str  # the quote and, as far as it is not long by itself, what stands beside it
    excerpt: str  # the whole text, with the lines above it
    above: str  # its title and headings, a line each
    language: str  # of the whole text: what is compared with it is stemmed alike


class Grounds:
    """A text, cut once, that many sentences are held against.

    Args:
        text: as it was written; offsets count in it.
        above: its title and headings, a line each; they belong to what it says.
    """

    def __init__(self, text: str, above: str = "") -> None:
        self._above = above
        self._excerpt = f"{above}\n{text}"
        self._language = stemmed_in(self._excerpt)
        self._units = [(unit, terms(unit.shown, self._language)) for unit in units(text)]

    def evidence(self, sentence: str) -> Evidence:
        """What bears on the sentence, readable and without marks."""
        same = [place for place, (unit, _) in enumerate(self._units) if _bare(unit.shown) == _bare(sentence)]
        claimed = terms(sentence, self._language)
        first, last, share = (same[0], same[0] + 1, 1.0) if same else best_stretch(claimed, self._units)
        if first == last:
            return Evidence(0, 0, 0.0, "", "", "", self._excerpt, self._above, self._language)
        return Evidence(
            start=self._units[first][0].start,
            end=self._units[last - 1][0].end,
            share=share,
            quote=self._shown(slice(first, last)),
            best=self._shown(slice(*self._best(sentence, first, last))),
            around=self._around(first, last),
            excerpt=self._excerpt,
            above=self._above,
            language=self._language,
        )

    def _best(self, sentence: str, first: int, last: int) -> tuple[int, int]:
        """The stretch that fits best, numbers and names apart; the one from `first` to `last` when none fits better."""
        worded = terms(without_quantities(without_names(sentence)), self._language)
        quoted = [term for _, said in self._units[first:last] for term in said]
        start, end, share = best_stretch(worded, self._units)
        if share - LONGER_COSTS * (end - start) > coverage(worded, quoted) - LONGER_COSTS * (last - first) + 1e-9:
            return start, end
        return first, last

    def _shown(self, places: slice) -> str:
        return " ".join(unit.shown for unit, _ in self._units[places])

    def _around(self, first: int, last: int) -> str:
        """The stretch widened by one unit on either side in turn, while there are few words."""
        words = sum(len(unit.shown.split()) for unit, _ in self._units[first:last])
        while words < AROUND and (first > 0 or last < len(self._units)):
            wider = [place for place in (first - 1, last) if 0 <= place < len(self._units)]
            first, last = min(first, *wider), max(last, *(place + 1 for place in wider))
            words = sum(len(unit.shown.split()) for unit, _ in self._units[first:last])
        beside = "\n".join(unit.shown for unit, _ in self._units[first:last])
        return f"{self._above}\n{beside}" if self._above else beside


def best_stretch(claimed: list[str], candidates: Sequence[tuple[Unit, list[str]]]) -> tuple[int, int, float]:
    """First and one after the last of the neighbouring units that say most of the claimed terms, and their share.

    One to three units; none where no term is said. A unit that says it word for word wins at once; a longer stretch
    must be worth its length.
    """
    best, best_value = (0, 0, 0.0), 0.0
    for first, (_, said) in enumerate(candidates):
        if claimed and said_verbatim(claimed, said):
            return first, first + 1, 1.0
        together: list[str] = []
        for size, (_, more) in enumerate(candidates[first : first + SPANNED], start=1):
            together = together + more
            share = coverage(claimed, together)
            if share - LONGER_COSTS * size > best_value + 1e-9:
                best_value = share - LONGER_COSTS * size
                best = first, first + size, share
    return best


def said_verbatim(claimed: list[str], quoted: list[str]) -> bool:
    """Whether all terms stand in the quote, in this order and with nothing between them."""
    return f" {' '.join(claimed)} " in f" {' '.join(quoted)} "


def coverage(claimed: list[str], quoted: list[str]) -> float:
    """Share of the distinct claimed terms that occur in the quote."""
    wanted = set(claimed)
    return len(wanted & set(quoted)) / len(wanted) if wanted else 0.0


def _bare(text: str) -> str:
    return text.rstrip(":")
