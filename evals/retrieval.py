"""Does the desk find the right documents? Asks through `desk.search` and grades its trace, stage by stage."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from statistics import fmean
from typing import Any

import app
from app import plugins
from app.answering.history import turns_from
from app.answering.tracing import Candidate, Trace
from app.knowledge.articles import Ranks
from app.settings import Settings
from evals.chunk_figures import ChunkFigures, chunk_figures
from evals.datasets import Dataset, DatasetError, Query
from evals.losses import counted, fate
from evals.measures import PerQuery, averages, per_query
from evals.percentiles import percentile
from evals.significance import Comparison, compare, holm
from evals.spans import Span, SpanFigures, occurrences, span_figures
from evals.unfinished import Unfinished
from evals.workbench import IngestFigures, Progress, Workbench, code_fingerprint, workbench

COMPARED = ("nDCG@10", "R@5")
RRF = "rrf"  # what peers fuse by; reckoned here from the same legs' ranks, to compare with
_RRF_K = 60  # Cormack, Clarke and Buettcher (2009)

Stage = Callable[[Ranks], int | None]
STAGES: Mapping[str, Stage] = {
    "meaning": lambda ranks: ranks.meaning,
    "words": lambda ranks: ranks.words,
    "fused": lambda ranks: ranks.fused,
    "reranked": lambda ranks: ranks.reranked,
}


@dataclass(frozen=True)
class Searched:
    """What one query's trace is graded by."""

    rankings: Mapping[str, Sequence[str]]  # stage -> document ids, best first
    timings_ms: Mapping[str, float]
    fates: Mapping[str, str]  # relevant document -> where it was lost, or that it was read
    spans: SpanFigures | None  # None where no words are known that answer
    pairs_read: int  # passages that the reranker has read for it

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Searched":
        spans = SpanFigures(**row["spans"]) if row["spans"] else None
        return cls(row["rankings"], row["timings_ms"], row["fates"], spans, row["pairs_read"])


@dataclass(frozen=True)
class RetrievalResult:
    """Everything measured in one run; per-query values are kept for comparisons and reports."""

    dataset: Dataset
    ingested: IngestFigures
    index: ChunkFigures
    searched: Mapping[str, Searched]  # by query id
    values: Mapping[str, PerQuery]  # stage -> measure -> query id -> value

    @property
    def qrels(self) -> dict[str, Mapping[str, int]]:
        return {query_id: self.dataset.qrels[query_id] for query_id in self.searched}

    @property
    def last_stage(self) -> str:
        """The order that a person sees."""
        return "reranked" if "reranked" in self.values else "fused"

    @cached_property
    def rrf(self) -> PerQuery:
        return per_query(self.qrels, {query_id: one.rankings[RRF] for query_id, one in self.searched.items()})

    @cached_property
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

    @cached_property
    def steps_ms(self) -> dict[str, dict[str, float]]:
        """Step -> its p50, p95 and p99; `total` is the whole search."""
        return latencies([one.timings_ms for one in self.searched.values()])

    @property
    def pairs_read(self) -> float:
        """How many passages the reranker has read for a query, on average."""
        return fmean(one.pairs_read for one in self.searched.values())

    @property
    def spans(self) -> dict[str, float] | None:
        """Means over the queries whose answer stands in a relevant document; None where there is no such query."""
        known = [asdict(one.spans) for one in self.searched.values() if one.spans]
        if not known:
            return None
        return {"queries": len(known)} | {name: round(fmean(one[name] for one in known), 4) for name in known[0]}

    @property
    def lost(self) -> dict[str, int]:
        """How many relevant documents ended in which way."""
        return counted(end for one in self.searched.values() for end in one.fates.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset.name,
            "documents": len(self.dataset.documents),
            "chunks": self.ingested.chunks,
            "queries": len(self.searched),
            "stages": {
                stage: {name: round(value, 4) for name, value in averages(values).items()}
                for stage, values in self.values.items()
            },
            "latency_ms": {share: self.steps_ms["total"][share] for share in ("p50", "p95", "p99")},
            "ingest": {"chunks_per_second": self.ingested.chunks_per_second, "seconds": self.ingested.seconds},
            "comparisons": [comparison.as_json() for comparison in self.comparisons],
            "steps_ms": self.steps_ms,
            "pairs_read": round(self.pairs_read, 2),
            "lost": self.lost,
            "spans": self.spans,
            "index": asdict(self.index),
        }


def evaluate_retrieval(
    dataset: Dataset, settings: Settings, *, limit: int | None, with_history: bool, progress: Progress
) -> RetrievalResult:
    """Search every judged query (the first `limit`) and measure each stage. An interrupted run goes on where it was.

    Raises:
        DatasetError: no query has a relevant document.
    """
    queries = dataset.judged[:limit]
    if not queries:
        raise DatasetError(f"no query of {dataset.name} has a relevant document in its judgements: nothing to measure")
    with workbench(dataset, settings, progress) as bench:
        run = run_fingerprint("retrieval", dataset, settings, with_history)
        unfinished = Unfinished(bench.folder / "unfinished" / f"{run}.jsonl")
        searched = dict(_search(queries, dataset, bench, unfinished, with_history, progress))
        ingested, index = bench.ingested, chunk_figures(bench)
    unfinished.forget()
    qrels = {query.id: dataset.qrels[query.id] for query in queries}
    values = {
        stage: per_query(qrels, {query_id: one.rankings[stage] for query_id, one in searched.items()})
        for stage in stages(settings)
    }
    return RetrievalResult(dataset, ingested, index, searched, values)


def stages(settings: Settings) -> list[str]:
    """`reranked` is absent when there is no reranker."""
    has_reranker = plugins.adapter_of(settings.reranker) != "none"
    return [stage for stage in STAGES if stage != "reranked" or has_reranker]


def run_fingerprint(kind: str, dataset: Dataset, settings: Settings, *asked: object) -> str:
    """Of all that decides what a query's row says: queries, judgements, settings, and the code."""
    chosen = settings.model_dump_json(exclude={"data", "openai_api_key", "jina_api_key"})
    code = code_fingerprint(Path(app.__path__[0]), Path(__file__).parent)
    return sha256("\0".join([kind, dataset.queries_fingerprint, chosen, repr(asked), code]).encode()).hexdigest()[:16]


def latencies(timings: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Step -> p50, p95 and p99 over the queries that took it, in milliseconds."""
    steps = dict.fromkeys(step for one in timings for step in one)
    of_step = {step: [one[step] for one in timings if step in one] for step in steps}
    return {
        step: {f"p{share}": round(percentile(values, share / 100), 2) for share in (50, 95, 99)}
        for step, values in of_step.items()
    }


def turns_before(query: Query, with_history: bool) -> list[Any]:
    """What was said before the query, as the desk takes it."""
    return turns_from([{"role": role, "text": text} for role, text in query.history]) if with_history else []


def gold_spans(query: Query, dataset: Dataset) -> dict[str, list[Span]]:
    """Where the query's answers stand in its relevant documents; a document without one is absent."""
    found = {
        document: [span for answer in query.answers for span in occurrences(dataset.text_of[document], answer)]
        for document in dataset.relevant(query.id)
    }
    return {document: spans for document, spans in found.items() if spans}


def _search(
    queries: Sequence[Query],
    dataset: Dataset,
    bench: Workbench,
    unfinished: Unfinished,
    with_history: bool,
    progress: Progress,
) -> Iterator[tuple[str, Searched]]:
    done = unfinished.rows()
    chunk_spans = _chunk_spans(bench) if any(query.answers for query in queries) else {}
    for number, query in enumerate(queries, start=1):
        if query.id in done:
            yield query.id, Searched.from_row(done[query.id])
        else:
            trace = bench.desk.search(query.text, turns_before(query, with_history))
            searched = _graded(trace, query, dataset, bench, chunk_spans)
            unfinished.add(query.id, asdict(searched))
            yield query.id, searched
        progress(f"searching {dataset.name}: {number} of {len(queries)} queries")


def _graded(
    trace: Trace, query: Query, dataset: Dataset, bench: Workbench, chunk_spans: Mapping[str, Sequence[Span]]
) -> Searched:
    settings = bench.parts.settings
    fates = {
        document: fate(
            document,
            trace.candidates,
            indexed=bench.indexed,
            readable=bench.readable,
            reranked=settings.reranked,
            read=settings.passages_read,
        )
        for document in dataset.relevant(query.id)
    }
    gold = gold_spans(query, dataset)
    spans = _spans(trace, gold, chunk_spans, bench) if gold else None
    return Searched(rankings_of(trace), dict(trace.timings_ms), fates, spans, pairs_read(trace))


def _spans(
    trace: Trace, gold: Mapping[str, Sequence[Span]], chunk_spans: Mapping[str, Sequence[Span]], bench: Workbench
) -> SpanFigures:
    read: dict[str, list[Span]] = {}
    for excerpt in trace.read:
        read.setdefault(excerpt.article.id, []).append((excerpt.start, excerpt.end))
    tokens = sum(bench.parts.embedding_model.count_tokens([excerpt.text for excerpt in trace.read]))
    return span_figures(gold, chunk_spans, read, tokens)


def _chunk_spans(bench: Workbench) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {}
    for chunk in bench.chunks():
        spans.setdefault(chunk.article_id, []).append((chunk.start, chunk.end))
    return spans


def pairs_read(trace: Trace) -> int:
    """How many passages the reranker has read."""
    return sum(candidate.reranked is not None for candidate in trace.candidates)


def rankings_of(trace: Trace) -> dict[str, list[str]]:
    """Document ids per stage, best first; after the reranked follow the others, in the order of fusion."""
    rankings = {stage: _ranking(trace.candidates, rank_of) for stage, rank_of in STAGES.items()}
    rankings["reranked"] = first_of_each([*rankings["reranked"], *rankings["fused"]])
    rankings[RRF] = _by_reciprocal_ranks(trace.candidates)
    return rankings


def _ranking(candidates: Sequence[Candidate], rank_of: Stage) -> list[str]:
    ranked = [(rank, c.passage.article.id) for c in candidates if (rank := rank_of(c.passage.ranks)) is not None]
    return first_of_each([id_ for _, id_ in sorted(ranked)])


def _by_reciprocal_ranks(candidates: Sequence[Candidate]) -> list[str]:
    """Reciprocal rank fusion of both legs, chunk by chunk."""

    def score(ranks: Ranks) -> float:
        return sum(1 / (_RRF_K + rank) for rank in (ranks.meaning, ranks.words) if rank)

    best_first = sorted((-score(c.passage.ranks), c.passage.chunk.id, c.passage.article.id) for c in candidates)
    return first_of_each([id_ for _, _, id_ in best_first])


def first_of_each(ids: Sequence[str]) -> list[str]:
    """A document's best chunk speaks for it: each id once, in order of its first occurrence."""
    return list(dict.fromkeys(ids))
