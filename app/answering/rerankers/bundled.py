"""The reader that comes with the desk: reads as many passages as the question needs, and blends with what fusion says.

It knows English. Where a question or a passage is in another language, fusion has the say.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from app import plugins
from app.answering.blending import blended, is_settled, likelihood, scaled, unread
from app.answering.languages import could_be_english, is_likely_english
from app.answering.reader import PassageReading, Readable, Reader
from app.answering.rerankers import Reranking
from app.errors import SettingsError
from app.knowledge.articles import Passage
from app.knowledge.searchable import embedded_text
from app.settings import Settings

FIRST, NEXT = 6, 4  # passages read at first, and in each round after it
FAMILIAR = 0.5  # share of a question's words that the reader must know, where no small words tell that it is English
TOLD_BY = 400  # characters of a passage that tell its language


class BundledReranker:
    """Reads the passages in the order of fusion, in rounds, until the order is settled.

    Args:
        seconds: no round begins that would probably end later.
        clock: seconds that only grow.
        reads_all: whether it reads on when the order is settled.
    """

    def __init__(
        self, reader: Reader, seconds: float, clock: Callable[[], float] = time.monotonic, reads_all: bool = False
    ) -> None:
        self._reader = reader
        self._seconds = seconds
        self._clock = clock
        self._reads_all = reads_all
        self.name = f"bundled:{reader.name}"

    def rerank(self, query: str, passages: Sequence[Passage]) -> Reranking:
        if not passages:
            return Reranking([])
        if not self._understands(query):
            return Reranking(list(passages), note="no passage was read: the question is not in the reader's language")
        fused = scaled([passage.score for passage in passages])
        readings, note = self._read(query, passages, fused)
        logits = [
            blended(readings[place], fused[place], passage.ranks.meaning) if place in readings else unread(fused[place])
            for place, passage in enumerate(passages)
        ]
        best_first = sorted(range(len(passages)), key=lambda place: -logits[place])
        return Reranking(
            [replace(passages[place], score=likelihood(logits[place])) for place in best_first],
            {passages[place].chunk.id: reading for place, reading in readings.items()},
            f"{len(readings)} of {len(passages)} passages were read{note}",
        )

    def _read(
        self, query: str, passages: Sequence[Passage], fused: Sequence[float]
    ) -> tuple[dict[int, PassageReading], str]:
        """What was read, by place, and why no more."""
        began = self._clock()
        waiting = [place for place, passage in enumerate(passages) if _is_english(passage)]
        is_partly_foreign = len(waiting) < len(passages)
        readings: dict[int, PassageReading] = {}
        while waiting:
            round_began = self._clock()
            chosen, waiting = _split(waiting, NEXT if readings else FIRST)
            found = self._reader.read(query, [readable(passages[place]) for place in chosen])
            readings |= dict(zip(chosen, found, strict=True))
            logits = [
                blended(reading, fused[place], passages[place].ranks.meaning) for place, reading in readings.items()
            ]
            if waiting and not self._reads_all and is_settled(logits, [unread(fused[place]) for place in waiting]):
                return readings, ": the order was settled"
            now = self._clock()
            if waiting and 2 * now - round_began - began > self._seconds:
                return readings, f": {self._seconds:g} seconds were up"
        return readings, ": the others are in another language" if is_partly_foreign else ""

    def _understands(self, query: str) -> bool:
        is_known = is_likely_english(query) or self._reader.familiarity(query) >= FAMILIAR
        return is_known and could_be_english(query)


def _split(places: list[int], size: int) -> tuple[list[int], list[int]]:
    return places[:size], places[size:]


def _is_english(passage: Passage) -> bool:
    return could_be_english(passage.chunk.text[:TOLD_BY])


def readable(passage: Passage) -> Readable:
    """As the reader takes it: title and headings above the text, as what is embedded."""
    above = embedded_text(passage.article.title, passage.chunk.headings, "").rstrip("\n")
    return Readable(above, passage.chunk.text)


def build(settings: Settings, reader: Reader) -> BundledReranker:
    wanted = plugins.model_of(settings.reranker)
    if wanted not in ("", reader.name):
        raise SettingsError(f"{wanted!r} does not come with the desk; any cross-encoder runs as cross_encoder:{wanted}")
    return BundledReranker(reader, settings.rerank_seconds, reads_all=settings.rerank_all)
