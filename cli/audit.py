"""`footnote audit`: are catalog, vector store and lexical index in step, id by id?"""

import json
import sys

import click

from cli.opening import parts


@click.command("audit")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> None:
    """Compare every id of the catalog with both indexes. Exit 0 only when they are in step."""
    with parts() as opened:
        opened.start_chroma()
        report = opened.audit()
    if as_json:
        click.echo(json.dumps(report.as_json()))
    else:
        click.echo(report.summary())
    sys.exit(0 if report.in_step else 1)
