"""`footnote eval`: is the desk good, and did a change make it better? Offline, without a key."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app import settings
from app.errors import UnknownAnswer, WrongUse
from cli.eval_tables import show_answers, show_experiment, show_golden, show_retrieval
from cli.opening import parts
from evals.answers import evaluate_answers
from evals.datasets import dataset_at, read_dataset
from evals.experiments import parse_configuration, run_experiment
from evals.gate import BASELINE, hold_against, read_baseline, write_baseline
from evals.golden_cases import GOLDEN, add_case, read_cases
from evals.golden_questions import KNOWLEDGE, ask_golden
from evals.report import write_answers_report, write_retrieval_report
from evals.retrieval import evaluate_retrieval

Command = Callable[..., Any]


@click.group("eval")
def command() -> None:
    """Measure retrieval and answers; compare two configurations; hold the golden questions."""


def dataset_options(decorated: Command) -> Command:
    """DATASET and the names of its files."""
    for option in (
        click.option("--limit", type=click.IntRange(1), help="Only the first N queries; the corpus stays whole."),
        click.option("--qrels", help="File with the judgements. [named like the corpus, or qrels.tsv]"),
        click.option("--queries", default="queries.jsonl", show_default=True, help="File with the queries."),
        click.option("--corpus", default="corpus.jsonl", show_default=True, help="File with the documents."),
        click.argument("folder", metavar="DATASET", type=click.Path(path_type=Path)),
    ):
        decorated = option(decorated)
    return decorated


def run_options(decorated: Command) -> Command:
    decorated = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(decorated)
    return click.option("--no-history", is_flag=True, help="Leave out what was said before each query.")(decorated)


report_option = click.option(
    "--report", type=click.Path(file_okay=False, path_type=Path), help="Write a report, one HTML file, into DIR."
)


@command.command("retrieval")
@dataset_options
@run_options
@report_option
def retrieval(
    folder: Path,
    corpus: str,
    queries: str,
    qrels: str | None,
    limit: int | None,
    no_history: bool,
    as_json: bool,
    report: Path | None,
) -> None:
    """Measure what is found, stage by stage, on DATASET: a folder with corpus.jsonl, queries.jsonl and qrels.tsv."""
    dataset = read_dataset(folder, corpus, queries, qrels)
    with Counting() as counting:
        result = evaluate_retrieval(
            dataset, settings.read(), limit=limit, with_history=not no_history, progress=counting.show
        )
    say(result.as_json(), as_json, lambda: show_retrieval(result))
    if report:
        told(write_retrieval_report(result, report))


@command.command("answers")
@dataset_options
@run_options
@report_option
@click.option("--without-gold", is_flag=True, help="Ask each query again with its relevant documents left out.")
@click.option("--foreign", metavar="DATASET", help="Ask the queries of this one too: none can be answered here.")
def answers(
    folder: Path,
    corpus: str,
    queries: str,
    qrels: str | None,
    limit: int | None,
    no_history: bool,
    as_json: bool,
    report: Path | None,
    without_gold: bool,
    foreign: str | None,
) -> None:
    """Measure what is said: answers, citations and refusals. Queries carry `answers` and `answerable`."""
    dataset = read_dataset(folder, corpus, queries, qrels)
    with Counting() as counting:
        result = evaluate_answers(
            dataset,
            settings.read(),
            limit=limit,
            with_history=not no_history,
            without_gold=without_gold,
            foreign=dataset_at(foreign) if foreign else None,
            progress=counting.show,
        )
    say(result.as_json(), as_json, lambda: show_answers(result))
    if report:
        told(write_answers_report(result, report))


@command.command("golden")
@click.option("--questions", default=GOLDEN, type=click.Path(path_type=Path), help="File with the golden questions.")
@click.option("--knowledge", default=KNOWLEDGE, type=click.Path(path_type=Path), help="Folder they are about.")
@click.option("--baseline", default=BASELINE, type=click.Path(path_type=Path), help="File with the figures that hold.")
@click.option("--update-baseline", is_flag=True, help="Take this run's figures as those that hold from now on.")
@click.option("--why", default="", help="The reason for it; kept in the baseline.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def golden(questions: Path, knowledge: Path, baseline: Path, update_baseline: bool, why: str, as_json: bool) -> None:
    """Ask the golden questions. Exit 1 when a figure has dropped by more than its noise since the baseline."""
    if update_baseline != bool(why.strip()):
        raise WrongUse("--update-baseline and --why belong together: a new baseline needs a reason")
    chosen = settings.read()
    cases = read_cases(questions)
    held = None if update_baseline else read_baseline(baseline)
    with Counting() as counting:
        result = ask_golden(cases, knowledge, chosen, counting.show)
    if held is None:
        write_baseline(baseline, result, chosen, why, datetime.now(UTC).date())
        held = read_baseline(baseline)
    gate = hold_against(held, result, chosen)
    say(result.as_json() | {"gate": gate.as_json()}, as_json, lambda: show_golden(result, gate))
    if not gate.passed:
        sys.exit(1)


@command.command("add-case")
@click.argument("trace_id")
@click.option(
    "--into", default=GOLDEN, type=click.Path(dir_okay=False, path_type=Path), help="File of golden questions."
)
def add(trace_id: str, into: Path) -> None:
    """Append the answer TRACE_ID, as it was given, to the golden questions, for a curator to correct."""
    with parts() as opened:
        try:
            record = opened.catalog.answer(trace_id)
        except UnknownAnswer as problem:
            raise UnknownAnswer(
                f"{problem} in {opened.settings.data}; `footnote ask --json` prints an answer's id as trace_id"
            ) from problem
        paths = {article.id: article.path for article in opened.catalog.articles(None)}
    case = add_case(record, paths, into)
    click.echo(json.dumps(case, ensure_ascii=False))
    told(into, "added to")
    click.echo("Correct its articles, answers and kind; give a follow-up its history.", err=True)


@command.command("compare")
@click.argument("choices", metavar="DATASET...", nargs=-1, required=True)
@click.option("--a", default="", metavar="KEY=VALUE,...", help="One configuration. [the settings as they are]")
@click.option("--b", required=True, metavar="KEY=VALUE,...", help="The other one.")
@click.option("--limit", type=click.IntRange(1), help="Only the first N queries of each.")
@run_options
def compare(choices: Sequence[str], a: str, b: str, limit: int | None, no_history: bool, as_json: bool) -> None:
    """Measure two configurations in one run. DATASET is FOLDER, FOLDER:CORPUS or FOLDER:CORPUS:QRELS."""
    sides = parse_configuration(a), parse_configuration(b)
    datasets = {label: dataset_at(choice) for label, choice in zip(labels(choices), choices, strict=True)}
    with Counting() as counting:
        result = run_experiment(*sides, datasets, limit=limit, with_history=not no_history, progress=counting.show)
    say(result.as_json(), as_json, lambda: show_experiment(result))


def labels(choices: Sequence[str]) -> list[str]:
    """Without the folders above, as long as no two are alike then."""
    short = [choice.rstrip("/").rpartition("/")[2] for choice in choices]
    return short if len(set(short)) == len(short) else list(choices)


def say(document: dict[str, Any], as_json: bool, show: Callable[[], None]) -> None:
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        show()


def told(file: Path, done: str = "wrote") -> None:
    click.echo(f"{done} {file}", err=True)


class Counting:
    """How far it is, on one line of stderr; silent when stderr is no terminal."""

    def __enter__(self) -> "Counting":
        return self

    def __exit__(self, *_: object) -> None:
        if sys.stderr.isatty():
            click.echo("\r\033[K", nl=False, err=True)

    def show(self, line: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{line}", nl=False, err=True)
