"""`footnote worker`: ingest jobs, and changes on their way into the indexes."""

import click

from cli.opening import ingest_parts, parent_option, parts
from cli.switching import until_switched
from ingestion.worker import Worker


@click.command("worker")
@parent_option
def command() -> None:
    """Work off ingest jobs and publish changes until stopped."""
    with parts(lasting=True) as opened, until_switched(opened.catalog):
        opened.start_chroma()
        Worker(ingest_parts(opened)).run()
