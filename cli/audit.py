"""`footnote audit`: are catalog, vector store and lexical index in step, id by id?"""

import json
import sys

import click

from app.knowledge.audit import AuditReport
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
        show(report)
    sys.exit(0 if report.in_step else 1)


def show(report: AuditReport) -> None:
    counts = f"{report.articles} articles, {report.chunks} chunks, {report.vectors} vectors, {report.words} in words"
    click.echo(f"{'in step' if report.in_step else 'NOT in step'}: {counts} (index version {report.index_version})")
    differences = {
        "missing in the vectors": report.missing_vectors,
        "too many in the vectors": report.orphan_vectors,
        "missing in the words": report.missing_words,
        "too many in the words": report.orphan_words,
    }
    for what, ids in differences.items():
        if ids:
            click.echo(f"{len(ids)} {what}: {', '.join(ids[:5])}{' …' if len(ids) > 5 else ''}")
    for problem in report.problems:
        click.echo(problem)
    if not report.in_step:
        click.echo("`footnote repair` mends this from the catalog; nothing is embedded again.", err=True)
