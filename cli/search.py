"""`footnote search "query"`: the passages found, and with `--explain` why they stand where they stand."""

import json

import click

from app.answering.as_json import search_as_json
from app.answering.tracing import Candidate, Trace
from cli.opening import parts
from cli.terminal import one_line

SHOWN = 160  # characters of a passage; `--json` has it whole


@click.command("search")
@click.argument("query")
@click.option("-k", "limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many passages.")
@click.option("--explain", is_flag=True, help="Ranks and scores of each step, and why a passage was cut.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(query: str, limit: int, explain: bool, as_json: bool) -> None:
    """Show the passages found for QUERY, best first."""
    with parts() as opened:
        trace = opened.desk.search(query)
    if as_json:
        click.echo(json.dumps(search_as_json(trace, limit, explain=explain), ensure_ascii=False))
        return
    for place, candidate in enumerate(trace.candidates[:limit], start=1):
        show(place, candidate, explain)
    if not trace.candidates:
        click.echo("Nothing found.", err=True)
    if explain:
        show_circumstances(trace)


def show(place: int, candidate: Candidate, explain: bool) -> None:
    passage = candidate.passage
    path = " › ".join(dict.fromkeys([passage.article.title, *passage.chunk.headings]))
    click.echo(f"{place:>3}. {one_line(path)}  [{passage.chunk.id}]")
    text = one_line(passage.chunk.text)
    click.echo(click.style(f"     {text[:SHOWN]}{'…' if len(text) > SHOWN else ''}", dim=True))
    if not explain:
        return
    ranks = passage.ranks
    steps = (
        ("meaning", ranks.meaning, candidate.meaning),
        ("words", ranks.words, candidate.words),
        ("fused", ranks.fused, candidate.fused),
        ("reranked", ranks.reranked, candidate.reranked),
    )
    shown = "  ".join(f"{name} {rank} ({score:.3f})" for name, rank, score in steps if rank and score is not None)
    click.echo(f"     {shown}  {candidate.cut or 'read'}")


def show_circumstances(trace: Trace) -> None:
    for name, version in trace.versions.items():
        click.echo(f"{name}: {version}", err=True)
    if trace.reranking:
        click.echo(f"reranking: {trace.reranking}", err=True)
    for step, milliseconds in trace.timings_ms.items():
        click.echo(f"{step}: {milliseconds:.1f} ms", err=True)
    for note in trace.notes:
        click.echo(f"note: {note}", err=True)
