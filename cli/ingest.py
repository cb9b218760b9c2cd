"""`footnote ingest SOURCE...`: articles in, with a line for every file that needs one."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from app.errors import WrongUse
from cli.opening import ingest_parts, parts
from cli.terminal import one_line
from ingestion.connectors import Connector, connector_for
from ingestion.pipeline import ingest
from ingestion.report import FileOutcome, IngestReport

BAR = 24  # characters


@click.command("ingest")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--audience", "audiences", multiple=True, help="Who may read these articles; front matter wins. [public]")
@click.option("--prune", is_flag=True, help="Remove articles of these sources that are no longer there.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON document.")
def command(sources: tuple[str, ...], audiences: tuple[str, ...], prune: bool, as_json: bool) -> None:
    """Read articles from SOURCE: a folder, a file, a URL or a sitemap. What is unchanged is skipped."""
    connectors = [connector_for(source) for source in sources]
    report = IngestReport()
    with parts() as opened, Progress(connectors, quiet=as_json) as progress:
        for connector in connectors:
            report = report.joined(ingest(connector, ingest_parts(opened), audiences, prune, progress.show))
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        summarise(report)
    if not report.files:
        raise WrongUse(f"nothing to read in {', '.join(sources)}; Footnote reads Markdown, text, HTML, PDF and DOCX")
    if not report.counts["ok"] and not report.counts["unchanged"]:
        sys.exit(1)


class Progress:
    """A bar on stderr while files come in; silent when stderr is no terminal."""

    def __init__(self, connectors: Sequence[Connector], quiet: bool) -> None:
        self._visible = sys.stderr.isatty() and not quiet
        expected = [connector.expected() if self._visible else None for connector in connectors]
        self._expected = None if None in expected else sum(filter(None, expected))
        self._seen = 0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._seen:
            self._draw("")

    def show(self, outcome: FileOutcome) -> None:
        self._seen += 1
        name = one_line(Path(outcome.source).name[-40:])
        if self._expected:
            done = min(BAR, BAR * self._seen // self._expected)
            self._draw(f"[{'#' * done}{'.' * (BAR - done)}] {self._seen} of {self._expected} files · {name}")
        else:
            self._draw(f"{self._seen} files · {name}")

    def _draw(self, line: str) -> None:
        if self._visible:
            click.echo(f"\r\033[K{line}", nl=False, err=True)


def summarise(report: IngestReport) -> None:
    for file in report.files:
        if file.outcome not in ("ok", "unchanged"):
            click.echo(f"{file.outcome}: {one_line(file.source)}: {one_line(file.reason)}", err=True)
        elif file.reason:
            click.echo(f"note: {one_line(file.source)}: {one_line(file.reason)}", err=True)
    for note in report.notes:
        click.echo(note, err=True)
    endings = ", ".join(f"{count} {ending}" for ending, count in report.counts.items() if count)
    removed = f", {len(report.removed)} removed" if report.removed else ""
    click.echo(f"{len(report.files)} files: {endings}{removed} · {report.chunks} chunks in {report.seconds:.1f} s")
