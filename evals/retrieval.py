"""Does the desk find the right documents? Asks through `desk.search` and grades its trace, stage by stage."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import app
from app import plugins
from app.answering.history import turns_from
from app.answering.tracing import Candidate, Trace
from app.knowledge.articles import Ranks
from app.settings import Settings
from evals.datasets import Dataset, Query
from evals.measures import PerQuery, averages, per_query, percentile
from evals.significance import Comparison, compare, holm
from evals.workbench import IngestFigures, Progress, Workbench, code_fingerprint, first_of_each, workbench

COMPARED = ("nDCG@10", "R@5")

Stage = Callable[[Ranks], int | None]
STAGES: Mapping[str, Stage] = {
    "meaning": lambda ranks: ranks.meaning,
    "words": lambda ranks: ranks.words,
    "fused": lambda ranks: ranks.fused,
    "reranked": lambda ranks: ranks.reranked,
}


@dataclass(frozen=True)
class Searched:
    """What one query's trace is graded by: document ids per stage, best first, and milliseconds per step."""

    query_id: str
    rankings: Mapping[str, Sequence[str]]
    timings_ms: Mapping[str, float]


@dataclass(frozen=True)
class RetrievalResult:
    """Everything measured in one run; per-query values are kept for comparisons and reports."""

    dataset: Dataset
    queries: int
    ingested: IngestFigures
    searched: Sequence[Searched]
    values: Mapping[str, PerQuery]  # stage -> measure -> query id -> value

    @property
    def comparisons(self) -> list[Comparison]:
        """Fusion against each leg, and the reranker against fusion, Holm-corrected."""
        pairs = [("meaning", "fused"), ("words", "fused")]
        if "reranked" in self.values:
            pairs.append(("fused", "reranked"))
        return holm(
            [
                compare(a, b, metric, self.values[a][metric], self.values[b][metric])
                for a, b in pairs
                for metric in COMPARED
            ]
        )

    def as_json(self) -> dict[str, Any]:
        totals = [searched.timings_ms["total"] for searched in self.searched]
        return {
            "dataset": self.dataset.name,
            "documents": len(self.dataset.documents),
            "chunks": self.ingested.chunks,
            "queries": self.queries,
            "stages": {
                stage: {name: round(value, 4) for name, value in averages(values).items()}
                for stage, values in self.values.items()
            },
            "latency_ms": {f"p{share}": round(percentile(totals, share / 100), 2) for share in (50, 95)},
            "ingest": {"chunks_per_second": self.ingested.chunks_per_second, "seconds": self.ingested.seconds},
            "comparisons": [comparison.as_json() for comparison in self.comparisons],
        }


def evaluate_retrieval(
    dataset: Dataset, settings: Settings, *, limit: int | None, with_history: bool, progress: Progress
) -> RetrievalResult:
    """Search every judged query (the first `limit`) and measure each stage. An interrupted run goes on where it was."""
    queries = dataset.judged[:limit]
    with workbench(dataset, settings, progress) as bench:
        unfinished = Unfinished(bench.folder / f"{_run_fingerprint(settings, with_history)}.jsonl")
        searched = list(_search(queries, bench, unfinished, with_history, progress))
        unfinished.forget()
        ingested = bench.ingested
    qrels = {query.id: dataset.qrels[query.id] for query in queries}
    values = {
        stage: per_query(qrels, {one.query_id: one.rankings[stage] for one in searched}) for stage in stages(settings)
    }
    return RetrievalResult(dataset, len(queries), ingested, searched, values)


def stages(settings: Settings) -> list[str]:
    """`reranked` is absent when there is no reranker."""
    has_reranker = plugins.adapter_of(settings.reranker) != "none"
    return [stage for stage in STAGES if stage != "reranked" or has_reranker]


def _search(
    queries: Sequence[Query], bench: Workbench, unfinished: "Unfinished", with_history: bool, progress: Progress
) -> Iterator[Searched]:
    done = unfinished.read()
    for number, query in enumerate(queries, start=1):
        if query.id not in done:
            history = [{"role": role, "text": text} for role, text in query.history] if with_history else []
            trace = bench.desk.search(query.text, turns_from(history))
            done[query.id] = Searched(query.id, rankings_of(trace), trace.timings_ms)
            unfinished.add(done[query.id])
        yield done[query.id]
        progress(f"searching: {number} of {len(queries)} queries")


def rankings_of(trace: Trace) -> dict[str, list[str]]:
    """Document ids per stage, best first; after the reranked follow the others, in the order of fusion."""
    rankings = {stage: _ranking(trace.candidates, rank_of) for stage, rank_of in STAGES.items()}
    rankings["reranked"] = first_of_each([*rankings["reranked"], *rankings["fused"]])
    return rankings


def _ranking(candidates: Sequence[Candidate], rank_of: Stage) -> list[str]:
    ranked = [(rank, c.passage.article.id) for c in candidates if (rank := rank_of(c.passage.ranks)) is not None]
    return first_of_each([id_ for _, id_ in sorted(ranked)])


def _run_fingerprint(settings: Settings, with_history: bool) -> str:
    """Of all that decides what a search finds: the settings, and the code."""
    chosen = settings.model_dump_json(exclude={"data", "openai_api_key"})
    code = code_fingerprint(Path(app.__path__[0]))
    return sha256(f"{chosen}\0{with_history}\0{code}".encode()).hexdigest()[:16]


class Unfinished:
    """What an interrupted run had searched; gone when the run is done, so that no run repeats an old one's figures."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> dict[str, Searched]:
        found: dict[str, Searched] = {}
        if self._file.exists():
            for line in self._file.read_text(encoding="utf-8").splitlines(keepends=True):
                if line.endswith("\n"):  # the last one may have been cut off in the middle
                    row = json.loads(line)
                    found[row["query_id"]] = Searched(**row)
        return found

    def add(self, searched: Searched) -> None:
        row = {"query_id": searched.query_id, "rankings": searched.rankings, "timings_ms": dict(searched.timings_ms)}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def forget(self) -> None:
        self._file.unlink(missing_ok=True)
