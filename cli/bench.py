"""`footnote bench`: what this machine can do, on articles that the command writes itself."""

import json
import sys

import click

from app import settings
from evals.bench import bench


@click.command("bench")
@click.option("--chunks", default=10_000, show_default=True, type=click.IntRange(100, 1_000_000), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(chunks: int, as_json: bool) -> None:
    """Measure ingest, search and answers, warm, in a folder of its own that is gone afterwards."""
    report = bench(settings.read(), chunks, progress).as_json()
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    if as_json:
        click.echo(json.dumps(report))
        return
    for name, value in report.items():
        shown = "  ".join(f"{key} {number}" for key, number in value.items()) if isinstance(value, dict) else value
        click.echo(f"{name:<14}{'-' if shown is None else shown}")


def progress(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{line}", nl=False, err=True)
