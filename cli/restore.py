"""`footnote restore FILE`: a backup becomes the catalog of an empty data folder; its indexes are filled from it."""

from pathlib import Path

import click

from app import settings
from app.errors import WrongUse
from app.knowledge import chroma_server
from app.knowledge.catalog import backups
from cli.opening import parts


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Make FILE, written by `footnote backup`, the catalog of the data folder. Nothing is embedded again."""
    chosen = settings.read()
    if chosen.catalog_url:
        raise WrongUse(
            "FOOTNOTE_CATALOG_URL names another database; restore it with its own tool, such as `pg_restore`"
        )
    if chroma_server.running(chosen.data):
        raise WrongUse(f"a desk is running in {chosen.data}; stop it, move that folder away, and restore again")
    backups.restore(file, chosen.data / "catalog.sqlite")
    with parts() as opened:
        articles = len(opened.catalog.articles(None))
        if opened.catalog.live_version() is not None:
            opened.start_chroma()
            opened.repair(from_scratch=True)
    click.echo(f"{articles} articles are back; both indexes have been filled.")
