"""`footnote backup FILE`: the catalog, which is all there is to keep, in one file."""

from pathlib import Path

import click

from cli.opening import parts


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Copy the catalog into FILE while the desk runs. Vectors are in it; indexes are filled again from it."""
    with parts() as opened:
        articles = len(opened.catalog.articles(None))
        opened.catalog.back_up(file)
    click.echo(f"{articles} articles, with chunks, vectors and answers: {file} ({file.stat().st_size / 2**20:.1f} MB)")
