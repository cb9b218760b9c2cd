"""The tables that `footnote eval` prints for people. Knows no measure, only what to write beside what."""

from collections.abc import Iterable, Mapping

import click

from evals.answers import AnswersResult
from evals.experiments import ExperimentResult
from evals.gate import GateReport
from evals.golden_questions import FIGURES, GoldenResult
from evals.retrieval import RetrievalResult
from evals.significance import Comparison


def show_retrieval(result: RetrievalResult) -> None:
    body = result.as_json()
    click.echo(f"{body['dataset']}: {body['documents']} documents, {body['chunks']} chunks, {body['queries']} queries")
    table(body["stages"])
    for comparison in result.comparisons:
        click.echo(told(comparison))
    lost = ", ".join(f"{count} {end}" for end, count in body["lost"].items() if count)
    click.echo(f"relevant documents: {lost}")
    if result.spans:
        spans = result.spans
        click.echo(
            f"answering words ({spans['queries']} queries): {spans['chunk_recall']:.1%} in the best chunk, "
            f"{spans['read_recall']:.1%} in what is read, {spans['read_tokens']:.0f} tokens"
        )
    click.echo(told_latency(body["latency_ms"]))


def show_answers(result: AnswersResult) -> None:
    body = result.as_json()
    asked = body["asked"]
    click.echo(
        f"{body['dataset']}: {body['queries']} queries, {asked['answerable']} answerable and "
        f"{asked['unanswerable']} unanswerable when asked"
    )
    for name, value in body.items():
        if isinstance(value, float) or value is None:
            click.echo(f"{name:<26}{'-' if value is None else f'{value:.4f}':>8}")
    for reason, figures in result.unanswerable_of.items():
        click.echo(f"{reason}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))
    click.echo(told_latency(body["latency_ms"]))


def show_golden(result: GoldenResult, gate: GateReport) -> None:
    click.echo(f"{len(result.graded)} golden questions")
    by_kind = {kind: result.figures(kind) for kind in result.kinds}
    table({"all": result.figures(), **by_kind}, columns=FIGURES)
    for verdict in gate.verdicts:
        if verdict.before != verdict.after:
            judgement = "DROPPED" if verdict.has_dropped else "no drop beyond noise"
            figures = f"{verdict.before:.4f} -> {verdict.after:.4f} (noise {verdict.noise:.4f})"
            click.echo(f"{verdict.figure}: {figures}: {judgement}")
    for change in gate.changes:
        click.echo(f"  {change.question} {change.figure} {change.before:.2f} -> {change.after:.2f}: {change.text[:80]}")
    for name, (then, now) in gate.other_settings.items():
        click.echo(f"not the baseline's configuration: {name} was {then or 'not there'}, now {now}")
    if gate.new:
        click.echo(f"not in the baseline yet: {', '.join(gate.new)}")
    if gate.gone:
        click.echo(f"removed or edited since the baseline: {', '.join(gate.gone)}; take a new one, and say why")
    click.echo("the gate holds" if gate.passed else "THE GATE FAILS")


def show_experiment(result: ExperimentResult) -> None:
    for side, chosen in (("a", result.a), ("b", result.b)):
        click.echo(
            f"{side}: {', '.join(f'{key}={value}' for key, value in chosen.items()) or 'the settings as they are'}"
        )
    for one in result.datasets:
        click.echo(f"\n{one.name} ({len(one.a.searched)} queries)")
        bodies = {"a": one.a.as_json(), "b": one.b.as_json()}
        table({f"{side} {stage}": values for side in bodies for stage, values in bodies[side]["stages"].items()})
        for side, body in bodies.items():
            pairs = f", {body['pairs_read']:.1f} pairs read" if body["pairs_read"] else ""
            click.echo(f"{side}: {body['chunks']} chunks, {told_latency(body['latency_ms'])}{pairs}")
    if len(result.datasets) > 1:
        click.echo("\nmean")
        means = result.means()
        table({f"{side} {stage}": values for side in means for stage, values in means[side].items()})
    click.echo("")
    for comparison in result.comparisons:
        click.echo(told(comparison))


def table(rows: Mapping[str, Mapping[str, float]], columns: Iterable[str] = ()) -> None:
    names = list(columns or next(iter(rows.values())))
    widths = [max(9, len(name) + 2) for name in names]
    first = max(10, *(len(row) + 2 for row in rows))
    click.echo(" " * first + "".join(f"{name:>{w}}" for name, w in zip(names, widths, strict=True)))
    for row, values in rows.items():
        cells = [f"{values[name]:.4f}" if name in values else "-" for name in names]
        click.echo(f"{row:<{first}}" + "".join(f"{cell:>{w}}" for cell, w in zip(cells, widths, strict=True)))


def told(comparison: Comparison) -> str:
    c = comparison
    where = f"{c.dataset}: " if c.dataset else ""
    return (
        f"{where}{c.b} against {c.a}, {c.metric}: {c.difference:+.4f} (95 % {c.ci95[0]:+.4f} to {c.ci95[1]:+.4f}), "
        f"p = {c.p:.4f}, {c.wins} better, {c.losses} worse"
    )


def told_latency(latency: Mapping[str, float]) -> str:
    return "latency " + ", ".join(f"{share} {value:.1f} ms" for share, value in latency.items())
