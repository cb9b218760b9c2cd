"""The report of a retrieval run: stages, curves, wins and losses, where articles were lost, latency, chunks."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals.losses import READ
from evals.measures import averages, recall_curve
from evals.report import plots
from evals.report.elements import Cell, Element, element, sentences, table
from evals.report.page import figure, file_name, page, section, tiles, write
from evals.retrieval import RetrievalResult
from evals.significance import Comparison

_DEEPEST = 100
_WORST = 25


def write_retrieval_report(result: RetrievalResult, folder: Path) -> Path:
    """`retrieval-<dataset>.html` in the folder, and beside it every query's values as `.jsonl`; the page's path."""
    name = f"retrieval-{file_name(result.dataset.name)}"
    write(folder, f"{name}.jsonl", "".join(json.dumps(row) + "\n" for row in _per_query(result)))
    return write(folder, f"{name}.html", retrieval_page(result))


def _per_query(result: RetrievalResult) -> Iterator[dict[str, Any]]:
    for query_id, one in result.searched.items():
        stages = {
            stage: {name: round(by_query[query_id], 4) for name, by_query in values.items()}
            for stage, values in result.values.items()
        }
        spans = asdict(one.spans) if one.spans else None
        yield {"_id": query_id, "stages": stages, "lost": one.fates, "spans": spans, "timings_ms": one.timings_ms}


def retrieval_page(result: RetrievalResult) -> str:
    body = result.as_json()
    last = body["stages"][result.last_stage]
    sections = [
        tiles(
            {
                f"nDCG@10, {result.last_stage}": f"{last['nDCG@10']:.3f}",
                "recall@5": f"{last['R@5']:.3f}",
                "of relevant documents read": f"{body['lost'][READ] / max(1, sum(body['lost'].values())):.1%}",
                "p50 of a search": f"{body['latency_ms']['p50']:.0f} ms",
            }
        ),
        section("Stages", "What each leg finds alone, and what becomes of it.", _stages(result), _curves(result)),
        section(
            "Is it more than chance?",
            "Paired randomisation test, Holm-corrected over this table; interval from a paired bootstrap.",
            comparisons(result.comparisons),
            element("div", _against(result, "meaning"), _against(result, "words"), class_="plots"),
        ),
        section(
            "Where relevant documents were lost",
            "Each relevant document of each query, by the last step it reached.",
            element("figure", plots.bars(body["lost"])),
        ),
        section("Latency", "Milliseconds per step; the two legs run at the same time.", _latency(result)),
        section("Index", _about_index(result), _chunks(result)),
        *_spans(result),
        section("The queries that fared worst", "By nDCG@10 of the last stage.", _worst(result)),
    ]
    documents, chunks = len(result.dataset.documents), result.index.chunks
    subtitle = f"{len(result.searched):,} queries over {documents:,} documents in {chunks:,} chunks"
    return page(f"Retrieval on {result.dataset.name}", subtitle, *sections)


def comparisons(rows: Sequence[Comparison]) -> Element:
    """Differences with their intervals, corrected p, and in how many queries which side is better."""
    head = ["", "measure", "difference", "95 %", "p", "better", "worse"]
    cells: list[list[Cell]] = [
        [
            f"{c.dataset}: {c.b} against {c.a}" if c.dataset else f"{c.b} against {c.a}",
            c.metric,
            f"{c.difference:+.4f}",
            f"{c.ci95[0]:+.4f} to {c.ci95[1]:+.4f}",
            f"{c.p:.4f}",
            c.wins,
            c.losses,
        ]
        for c in rows
    ]
    return table(head, cells)


def _stages(result: RetrievalResult) -> Element:
    means = {stage: averages(values) for stage, values in result.values.items()}
    names = list(next(iter(means.values())))
    best = {name: max(values[name] for values in means.values()) for name in names}

    def cell(value: float, name: str) -> Cell:
        return element("b", f"{value:.4f}") if value == best[name] else f"{value:.4f}"

    rows: list[list[Cell]] = [
        [stage, *(cell(v, name) for name, v in values.items())] for stage, values in means.items()
    ]
    return table(["", *names], rows)


def _curves(result: RetrievalResult) -> Element:
    deepest = min(_DEEPEST, len(result.dataset.documents))
    places = [k for k in range(1, deepest + 1) if k <= 10 or k % 5 == 0]
    series = {
        stage: recall_curve(result.qrels, {id_: one.rankings[stage] for id_, one in result.searched.items()}, places)
        for stage in result.values
    }
    drawn = plots.curves(series, "documents looked at (k)", "recall@k")
    caption = "Share of the relevant documents among the first k, averaged over queries."
    return element("div", figure("Recall by depth", caption, plots.legend(list(series)), drawn), class_="plots")


def _against(result: RetrievalResult, leg: str) -> Element:
    fused, alone = result.values["fused"]["nDCG@10"], result.values[leg]["nDCG@10"]
    differences = [fused[query] - alone[query] for query in fused]
    drawn = plots.wins_and_losses(differences, f"fused against {leg}", "queries that differ", "difference in nDCG@10")
    same = sum(difference == 0 for difference in differences)
    return figure(f"Fused against {leg} alone", f"Query by query, worst first; {same:,} come out the same.", drawn)


def _latency(result: RetrievalResult) -> Element:
    steps = result.steps_ms
    rows = [[step, *(f"{value:.1f}" for value in shares.values())] for step, shares in steps.items()]
    totals = [one.timings_ms["total"] for one in result.searched.values()]
    marks = {f"{share} {value:.0f} ms": value for share, value in steps["total"].items()}
    drawn = plots.histogram({"total": totals}, "milliseconds for a whole search", marks)
    caption = "The slowest hundredth is counted in the last bar."
    return element(
        "div", table(["step", "p50", "p95", "p99"], rows), figure("Whole searches", caption, drawn), class_="plots"
    )


def _about_index(result: RetrievalResult) -> str:
    disk = {name: f"{size / 2**20:.1f} MB" for name, size in result.index.disk_bytes.items()}
    speed = f"{result.ingested.chunks_per_second:.0f} chunks a second"
    return (
        f"{result.index.chunks:,} chunks of {result.index.documents:,} documents, taken in at {speed}. On disk: "
        f"{disk['catalog']} for the catalog with text and vectors, {disk['words']} for the index of words."
    )


def _chunks(result: RetrievalResult) -> Element:
    rows = [
        ["tokens of a chunk", *(f"{value:.0f}" for value in result.index.tokens.values())],
        ["chunks of a document", *(f"{value:.0f}" for value in result.index.per_document.values())],
    ]
    return table(["", "p5", "p50", "p95"], rows)


def _spans(result: RetrievalResult) -> list[Element]:
    spans = result.spans
    if spans is None:
        return []
    rows = [
        ["the best single chunk", f"{spans['chunk_recall']:.1%}", f"{spans['chunk_precision']:.1%}", "-"],
        [
            "all that is read",
            f"{spans['read_recall']:.1%}",
            f"{spans['read_precision']:.1%}",
            f"{spans['read_tokens']:.0f}",
        ],
    ]
    intro = (
        f"Over {spans['queries']:.0f} queries whose answer stands in a relevant document: how much of its words is "
        "there (recall), how much of what is there is it (precision), and what that costs in tokens."
    )
    return [section("The answering words", intro, table(["", "recall", "precision", "tokens"], rows))]


def _worst(result: RetrievalResult) -> Element:
    values = result.values[result.last_stage]["nDCG@10"]
    texts = {query.id: query.text for query in result.dataset.queries}
    titles = {document.id: document.title or document.id for document in result.dataset.documents}
    rows: list[list[Cell]] = []
    for query_id in sorted((id_ for id_, value in values.items() if value < 1), key=lambda id_: (values[id_], id_)):
        one = result.searched[query_id]
        first = next(iter(one.rankings[result.last_stage]), None)
        wanted = "; ".join(f"{titles[document]} ({end})" for document, end in one.fates.items())
        rows.append([texts[query_id], wanted, titles[first] if first else "nothing", f"{values[query_id]:.2f}"])
    if not rows:
        return element("p", "None: each has all its relevant documents first.")
    return sentences(["query", "relevant, and how it ended", "came first", "nDCG@10"], rows[:_WORST])
