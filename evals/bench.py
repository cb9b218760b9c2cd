"""How fast is this desk on this machine? Writes articles of its own, takes them in, and asks; reports medians."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import psutil

from app import plugins
from app.bootstrap import Parts
from app.errors import WrongUse
from app.knowledge.articles import Asker
from app.settings import Settings
from evals.bench_texts import SECTIONS, HelpArticle, asked, help_articles
from evals.percentiles import percentile
from ingestion.connectors import connector_for
from ingestion.pipeline import IngestParts, ingest

T = TypeVar("T")

SEARCHES = 200
WARM_UP = 10
RESTRICTED = 3  # every third article is for `staff` alone: what a filtered search has to pass over
NEIGHBOURS = 50
FREE_PER_CHUNK = 60_000  # bytes on disk, with room to spare: a bench must not fill it


@dataclass(frozen=True)
class BenchReport:
    """Milliseconds unless said otherwise; `fused` and `passages_read` are None without a reranker."""

    chunks: int
    ingest_seconds: float
    fused: Sequence[float] | None  # a search whose order is left to fusion
    search: Sequence[float]  # with the reranker, as people search
    filtered: Sequence[float]
    ask: Sequence[float]
    passages_read: float | None  # by the reranker for one question, on average
    recall_at_50: float
    rss_mb: float
    disk_mb: float

    def as_json(self) -> dict[str, Any]:
        rate = self.chunks / self.ingest_seconds if self.ingest_seconds else 0.0
        return {
            "chunks": self.chunks,
            "ingest": {"chunks_per_second": round(rate, 1), "seconds": round(self.ingest_seconds, 1)},
            "fused_ms": _spread(self.fused) if self.fused else None,
            "search_ms": _spread(self.search),
            "filtered_ms": _spread(self.filtered),
            "ask_ms": _spread(self.ask),
            "passages_read": None if self.passages_read is None else round(self.passages_read, 1),
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
        articles = list(help_articles(max(1, chunks // SECTIONS)))
        _write(articles, folder / "knowledge")
        own = settings.model_copy(update={"data": folder / "data", "catalog_url": "", "language_model": "extractive"})
        with Parts(own, lasting=True) as parts:
            parts.start_chroma()
            seconds = _ingest(folder / "knowledge", parts, progress)
            return _measure(parts, folder, articles, seconds, progress)


def _measure(
    parts: Parts, folder: Path, articles: Sequence[HelpArticle], seconds: float, progress: Callable[[str], None]
) -> BenchReport:
    queries = list(asked(articles, SEARCHES + WARM_UP))
    staff, public = Asker.of(["staff"]), Asker.of()
    desk = parts.desk
    fused = None
    if plugins.adapter_of(parts.settings.reranker) != "none":
        progress("searching without the reranker")
        with _without_reranker(parts) as plain:
            fused, _ = _timed(queries, lambda query: plain.search(query, (), staff))
    progress("searching")
    search, _ = _timed(queries, lambda query: desk.search(query, (), staff))
    filtered, _ = _timed(queries, lambda query: desk.search(query, (), public))
    progress("asking")
    ask, answers = _timed(queries, lambda query: desk.ask(query, (), staff).answer)
    read = [sum(candidate.reranked is not None for candidate in answer.trace.candidates) for answer in answers]
    return BenchReport(
        chunks=len(parts.catalog.chunk_ids(parts.version)),
        ingest_seconds=seconds,
        fused=fused,
        search=search,
        filtered=filtered,
        ask=ask,
        passages_read=fmean(read) if fused else None,
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


def _timed(queries: Sequence[str], ask: Callable[[str], T]) -> tuple[list[float], list[T]]:
    """Milliseconds of each after the warm-up, and what came of them."""
    for query in queries[:WARM_UP]:
        ask(query)
    taken, found = [], []
    for query in queries[WARM_UP:]:
        began = time.perf_counter()
        found.append(ask(query))
        taken.append((time.perf_counter() - began) * 1000)
    return taken, found


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


def _write(articles: Sequence[HelpArticle], folder: Path) -> None:
    folder.mkdir()
    for number, article in enumerate(articles):
        audience = "staff" if number % RESTRICTED == 0 else ""
        (folder / f"{number}.md").write_text(article.markdown(audience), encoding="utf-8")


def _spread(milliseconds: Sequence[float]) -> dict[str, float]:
    return {"p50": round(percentile(milliseconds, 0.5), 1), "p95": round(percentile(milliseconds, 0.95), 1)}
