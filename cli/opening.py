"""Open the desk for one command. The settings are read here; what is wrong with them is said all at once."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app import settings
from app.bootstrap import Parts
from app.errors import WrongUse
from cli.supervision import end_with

if TYPE_CHECKING:
    from app.answering.answers import Turn
    from ingestion.pipeline import IngestParts


def parts(lasting: bool = False, **given: Any) -> Parts:
    """All parts of the desk, none of them built yet; use as a context manager."""
    return Parts(settings.read(**given), lasting=lasting)


def ingest_parts(opened: Parts) -> "IngestParts":
    """What an ingest works with; Chroma is started when there is something to publish, and not before."""
    from ingestion.pipeline import IngestParts

    def publish() -> None:
        opened.start_chroma()
        opened.publish()

    return replace(IngestParts.of(opened), publish=publish)


def port_option(command: Any) -> Any:
    return click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65535))(command)


def turns_of(history: Path | None) -> "list[Turn]":
    """The turns in a history file.

    Raises:
        WrongUse: the file cannot be read, or is no list of messages.
    """
    from app.answering.history import turns_from

    if history is None:
        return []
    try:
        messages = json.loads(history.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise WrongUse(f"the history {history} cannot be read: {problem}") from problem
    if not isinstance(messages, list):
        raise WrongUse(f'the history {history} has to be a list: [{{"role": "user" or "agent", "text": "..."}}]')
    return turns_from(messages)


def parent_option(command: Any) -> Any:
    """Hidden: `footnote up` gives it to the processes it starts."""

    def follow(ctx: click.Context, parameter: click.Parameter, parent: int | None) -> None:
        if parent is not None:
            end_with(parent)

    return click.option("--parent", type=int, hidden=True, expose_value=False, callback=follow)(command)
