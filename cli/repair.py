"""`footnote repair`: rebuild from the catalog whatever is not in step with it. Embeds nothing again."""

import json
import sys

import click

from cli.opening import parts


@click.command("repair")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> None:
    """Bring vectors and words back in step with the catalog."""
    with parts() as opened:
        opened.start_chroma()
        report = opened.repair()
    if as_json:
        click.echo(json.dumps(report.as_json()))
    else:
        click.echo(report.summary())
    sys.exit(0 if report.in_step else 1)
