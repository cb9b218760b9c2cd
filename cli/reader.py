"""`footnote reader`: train the network that reranks, reads and checks; measure it; write what the desk runs."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from app import settings
from app.answering.reader import open_reader
from app.answering.support import SupportCheck
from app.errors import WrongUse
from cli.evaluate import Counting, say
from evals import reading, supporting
from evals.data_folders import public_data, training_data

NEEDED = "training needs the extra `models`: pip install 'footnote[models]'"


@click.group("reader")
def command() -> None:
    """Train, measure and export the bundled reader. Data: FOOTNOTE_TRAIN_DATA and FOOTNOTE_EVAL_DATA."""


folder_option = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the run stands, about 1 GB.  [default: reader-training in the data folder]",
)


@command.command("train")
@folder_option
@click.option("--minutes", type=click.FloatRange(min=0), default=80.0, show_default=True, help="Of training, in all.")
@click.option("--resume", is_flag=True, help="Go on with the run in the folder.")
@click.option("--after", type=click.Path(path_type=Path), help="Begin with the weights of the run in that folder.")
def train(folder: Path | None, minutes: float, resume: bool, after: Path | None) -> None:
    """Train on FOOTNOTE_TRAIN_DATA; a run that was stopped goes on with --resume. Uses a GPU when there is one."""
    data, sets = training_data(), public_data()
    work = folder or default_folder()
    begun = (work / "state.pt").exists()
    if begun and not resume:
        raise WrongUse(f"a run stands in {work}: go on with --resume, or name another --folder to begin anew")
    if resume and not begun:
        raise WrongUse(f"no run stands in {work}: leave --resume out to begin one, or name its --folder")
    if after and not (after / "ema.pt").exists():
        raise WrongUse(f"no run left its weights in {after}: name the --folder of one that was trained")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        from models.reader.training import train as run
    except ModuleNotFoundError as missing:
        raise WrongUse(NEEDED) from missing
    run(data, sets / "scifact", work, minutes, after)
    click.echo(
        f"trained in {work}; `footnote reader export FOLDER --folder {work}` writes what the desk runs", err=True
    )


@command.command("evaluate")
@click.option("--limit", type=click.IntRange(1), help="Only N rows of each kind, drawn by lot.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def evaluate(limit: int | None, as_json: bool) -> None:
    """Measure the reader that the desk runs: reading on SQuAD 2.0, support on spoiled and on hand-written sentences."""
    training, sets = training_data(), public_data()
    reader = open_reader(settings.read())
    with Counting() as counting:
        read = reading.measure(reader, training, sets / "squad2_dev", limit, counting.show)
        counting.show("checking support")
        support = supporting.measure(SupportCheck(reader), training, limit or supporting.PAIRS_OF_A_KIND)
    body = {
        "reader": reader.name,
        "runtime": reader.runtime,
        "reading": {name: of_set.as_json() for name, of_set in read.items()},
        "support": support,
    }
    say(body, as_json, lambda: show(body))


@command.command("export")
@click.argument("target", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@folder_option
def export(target: Path, folder: Path | None) -> None:
    """Write model.onnx and model.json of a trained run into FOLDER, calibrated on held-out rows."""
    work = folder or default_folder()
    if not (work / "ema.pt").exists():
        raise WrongUse(f"nothing was trained in {work}; `footnote reader train` does, --folder names another place")
    try:
        from models.reader.finishing import finish
    except ModuleNotFoundError as missing:
        raise WrongUse(NEEDED) from missing
    click.echo(f"wrote {finish(work, target)}", err=True)


def show(body: Mapping[str, Any]) -> None:
    click.echo(f"{body['reader']}, {body['runtime']}")
    for task in ("reading", "support"):
        for name, of_set in body[task].items():
            click.echo(f"{task}, {name}:")
            for figure, value in flat(of_set).items():
                click.echo(f"  {figure.replace('_', ' '):<30}{'-' if value is None else value:>8}")


def flat(figures: Mapping[str, Any]) -> dict[str, Any]:
    """`{"auroc of": {"date": 1}}` as `{"auroc of date": 1}`, so that each figure has a line of its own."""
    lines: dict[str, Any] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping):
            lines |= {f"{name} {kind}": of_kind for kind, of_kind in value.items()}
        elif isinstance(value, list):
            lines |= {f"{name} {kind}": of_kind for kind, of_kind in zip(("good", "wrong"), value, strict=True)}
        else:
            lines[name] = value
    return lines


def default_folder() -> Path:
    return settings.read().data / "reader-training"
