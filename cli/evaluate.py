"""`footnote eval`: is the desk good, and did a change make it better? Offline, without a key."""

import json
import sys
from pathlib import Path

import click

from app import settings
from evals.datasets import read_dataset
from evals.retrieval import RetrievalResult, evaluate_retrieval


@click.group("eval")
def command() -> None:
    """Measure retrieval and answers."""


@command.command("retrieval")
@click.argument("folder", metavar="DATASET", type=click.Path(path_type=Path))
@click.option("--corpus", default="corpus.jsonl", show_default=True, help="File of the dataset with the documents.")
@click.option("--queries", default="queries.jsonl", show_default=True, help="File with the queries.")
@click.option("--qrels", help="File with the judgements. [named like the corpus, or qrels.tsv]")
@click.option("--limit", type=click.IntRange(1), help="Only the first N queries; the corpus stays whole.")
@click.option("--no-history", is_flag=True, help="Leave out what was said before each query.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def retrieval(
    folder: Path, corpus: str, queries: str, qrels: str | None, limit: int | None, no_history: bool, as_json: bool
) -> None:
    """Measure what is found, stage by stage, on DATASET: a folder with corpus.jsonl, queries.jsonl and qrels.tsv."""
    dataset = read_dataset(folder, corpus, queries, qrels)
    with Counting() as counting:
        result = evaluate_retrieval(
            dataset, settings.read(), limit=limit, with_history=not no_history, progress=counting.show
        )
    if as_json:
        click.echo(json.dumps(result.as_json()))
    else:
        show(result)


class Counting:
    """How far it is, on one line of stderr; silent when stderr is no terminal."""

    def __enter__(self) -> "Counting":
        return self

    def __exit__(self, *_: object) -> None:
        if sys.stderr.isatty():
            click.echo("\r\033[K", nl=False, err=True)

    def show(self, line: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{line}", nl=False, err=True)


def show(result: RetrievalResult) -> None:
    body = result.as_json()
    click.echo(f"{body['dataset']}: {body['documents']} documents, {body['chunks']} chunks, {body['queries']} queries")
    names = list(next(iter(body["stages"].values())))
    click.echo("          " + "".join(f"{name:>9}" for name in names))
    for stage, values in body["stages"].items():
        click.echo(f"{stage:<10}" + "".join(f"{values[name]:>9.4f}" for name in names))
    for c in result.comparisons:
        low, high = c.ci95
        click.echo(
            f"{c.b} against {c.a}, {c.metric}: {c.difference:+.4f} (95 % {low:+.4f} to {high:+.4f}), p = {c.p:.4f}"
        )
    latency = body["latency_ms"]
    click.echo(f"latency p50 {latency['p50']:.1f} ms, p95 {latency['p95']:.1f} ms")
