"""`footnote worker`: ingest jobs, and changes on their way into the indexes."""

import click
from ingestion.worker import Worker

from cli.opening import parts


@click.command("worker")
def command() -> None:
    """Work off ingest jobs and publish changes until stopped."""
    with parts(lasting=True) as opened:
        opened.start_chroma()
        Worker(opened.catalog, opened.ingesting()).run()
