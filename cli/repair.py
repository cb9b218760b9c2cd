"""`footnote repair`: rebuild from the catalog whatever is not in step with it. Embeds nothing again."""

import json
import sys
from dataclasses import asdict

import click

from cli.audit import show
from cli.opening import parts


@click.command("repair")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> None:
    """Bring vectors and words back in step with the catalog, and look again. Exit 0 when they are."""
    with parts() as opened:
        opened.start_chroma()
        repaired = opened.repair()
        report = opened.audit()
    if as_json:
        click.echo(json.dumps(asdict(repaired) | {"audit": report.as_json()}))
    else:
        for target in repaired.put:
            put, removed = repaired.put[target], repaired.removed[target]
            rebuilt = " (built anew)" if target in repaired.rebuilt else ""
            click.echo(f"{target}: {put} put, {removed} removed{rebuilt}")
        show(report)
    sys.exit(0 if report.in_step else 1)
