"""How fast is this desk on this machine? Writes articles of its own, takes them in, and asks; reports medians."""

import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil

from app import plugins
from app.bootstrap import Parts
from app.errors import WrongUse
from app.knowledge.articles import Asker
from app.settings import Settings
from evals.percentiles import percentile
from ingestion.connectors import connector_for
from ingestion.pipeline import IngestParts, ingest

SEARCHES = 200
WARM_UP = 10
SECTIONS = 10  # a chunk each, or a little more
WORDS_PER_SECTION = 60  # made-up words are three or four tokens each
RESTRICTED = 3  # every third article is for `staff` alone: what a filtered search has to pass over
VOCABULARY = 20_000
NEIGHBOURS = 50
FREE_PER_CHUNK = 60_000  # bytes on disk, with room to spare: a bench must not fill it


@dataclass(frozen=True)
class BenchReport:
    """Milliseconds unless said otherwise; `reranked` is None without a reranker."""

    chunks: int
    ingest_seconds: float
    search: Sequence[float]
    filtered: Sequence[float]
    ask: Sequence[float]
    reranked: Sequence[float] | None
    recall_at_50: float
    rss_mb: float
    disk_mb: float

    def as_json(self) -> dict[str, Any]:
        rate = self.chunks / self.ingest_seconds if self.ingest_seconds else 0.0
        return {
            "chunks": self.chunks,
            "ingest": {"chunks_per_second": round(rate, 1), "seconds": round(self.ingest_seconds, 1)},
            "search_ms": _spread(self.search),
            "reranked_ms": _spread(self.reranked) if self.reranked else None,
            "filtered_ms": _spread(self.filtered),
            "ask_ms": _spread(self.ask),
            "recall_at_50": round(self.recall_at_50, 4),
            "rss_mb": round(self.rss_mb, 1),
            "disk_mb": round(self.disk_mb, 1),
        }


def bench(settings: Settings, chunks: int, progress: Callable[[str], None]) -> BenchReport:
    """Take in about `chunks` chunks through the whole path, then search and ask warm, as `footnote serve` does.

    Raises:
        WrongUse: the disk has no room for it.
    """
    with TemporaryDirectory(prefix="footnote-bench-") as place:
        folder = Path(place)
        if shutil.disk_usage(folder).free < chunks * FREE_PER_CHUNK:
            raise WrongUse(
                f"{chunks} chunks need {chunks * FREE_PER_CHUNK / 2**30:.1f} GB in {folder.parent}; ask fewer"
            )
        texts = list(_articles(chunks))
        _write(texts, folder / "knowledge")
        own = settings.model_copy(update={"data": folder / "data", "catalog_url": "", "language_model": "extractive"})
        with Parts(own, lasting=True) as parts:
            parts.start_chroma()
            seconds = _ingest(folder / "knowledge", parts, progress)
            return _measure(parts, folder, texts, seconds, progress)


def _measure(
    parts: Parts, folder: Path, texts: Sequence[str], seconds: float, progress: Callable[[str], None]
) -> BenchReport:
    queries = list(_queries(texts, SEARCHES + WARM_UP))
    staff, public = Asker.of(["staff"]), Asker.of()
    progress("searching")
    plain = _without_reranker(parts)
    with plain as desk:
        search = _timed(queries, lambda query: desk.search(query, (), staff))
        filtered = _timed(queries, lambda query: desk.search(query, (), public))
        progress("asking")
        ask = _timed(queries, lambda query: desk.ask(query, (), staff).answer)
    reranked = None
    if plugins.adapter_of(parts.settings.reranker) != "none":
        progress("reranking")
        reranked = _timed(queries, lambda query: parts.desk.search(query, (), staff))
    return BenchReport(
        chunks=len(parts.catalog.chunk_ids(parts.version)),
        ingest_seconds=seconds,
        search=search,
        filtered=filtered,
        ask=ask,
        reranked=reranked,
        recall_at_50=_recall(parts, queries[:50]),
        rss_mb=_resident(),
        disk_mb=sum(file.stat().st_size for file in (folder / "data").rglob("*") if file.is_file()) / 2**20,
    )


@contextmanager
def _without_reranker(parts: Parts) -> Iterator[Any]:
    """A second desk over the same data folder and the same server."""
    with Parts(parts.settings.model_copy(update={"reranker": "none"}), lasting=True) as plain:
        yield plain.desk


def _ingest(knowledge: Path, parts: Parts, progress: Callable[[str], None]) -> float:
    seen = 0

    def show(_: object) -> None:
        nonlocal seen
        seen += 1
        progress(f"taking in: {seen} articles")

    return ingest(connector_for(str(knowledge)), IngestParts.of(parts), on_file=show).seconds


def _timed(queries: Sequence[str], ask: Callable[[str], object]) -> list[float]:
    for query in queries[:WARM_UP]:
        ask(query)
    taken = []
    for query in queries[WARM_UP:]:
        began = time.perf_counter()
        ask(query)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _recall(parts: Parts, queries: Sequence[str]) -> float:
    """Of the 50 truly nearest chunks, how many the vector store finds; the exact scan is the oracle."""
    ids = sorted(parts.catalog.chunk_ids(parts.version))
    vectors = parts.catalog.vectors(parts.version, ids)
    shares = []
    for query in queries:
        vector = parts.embedding_model.embed_query(query)
        nearest = {ids[row] for row in np.argsort(-(vectors @ vector))[:NEIGHBOURS]}
        found = {id_ for id_, _ in parts.vector_store.nearest(vector, NEIGHBOURS)}
        shares.append(len(nearest & found) / len(nearest))
    return float(np.mean(shares))


def _resident() -> float:
    """Megabytes of this process and of the server it started."""
    me = psutil.Process()
    return sum(process.memory_info().rss for process in (me, *me.children(recursive=True))) / 2**20


def _articles(chunks: int) -> Iterator[str]:
    """Markdown whose words are as unevenly frequent as a language's (Zipf), the same at every call."""
    chance = random.Random(1)
    letters = "bcdfghjklmnprstvw"
    words = [
        "".join(chance.choice(letters) + chance.choice("aeiou") for _ in range(chance.randint(1, 4)))
        for _ in range(VOCABULARY)
    ]
    weights = np.cumsum(1.0 / np.arange(1, VOCABULARY + 1)).tolist()
    for number in range(max(1, chunks // SECTIONS)):
        audience = "---\naudiences: [staff]\n---\n\n" if number % RESTRICTED == 0 else ""
        sections = []
        for section in range(SECTIONS):
            drawn = chance.choices(words, cum_weights=weights, k=WORDS_PER_SECTION)
            sentences = [" ".join(drawn[start : start + 13]).capitalize() + "." for start in range(0, len(drawn), 13)]
            sections.append(f"## Section {section}\n\n" + " ".join(sentences))
        yield f"{audience}# Article {number}\n\n" + "\n\n".join(sections) + "\n"


def _write(texts: Sequence[str], folder: Path) -> None:
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number}.md").write_text(text, encoding="utf-8")


def _queries(texts: Sequence[str], count: int) -> Iterator[str]:
    """Five words of one sentence of some article, as people remember them."""
    chance = random.Random(2)
    for _ in range(count):
        sentences = [s for s in chance.choice(texts).split(". ") if len(s.split()) > 8]
        yield " ".join(chance.sample(chance.choice(sentences).lower().split(), 5))


def _spread(milliseconds: Sequence[float]) -> dict[str, float]:
    return {"p50": round(percentile(milliseconds, 0.5), 1), "p95": round(percentile(milliseconds, 0.95), 1)}
