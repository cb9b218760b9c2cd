"""`footnote answers`: what became of the answers that were given."""

import json
from datetime import UTC, datetime

import click

from app.answering.affected import Affected, QuoteNow, affected, affected_as_json, moment_from
from cli.opening import parts
from cli.terminal import one_line

SHOWN = 120  # characters of a quote


@click.group("answers")
def command() -> None:
    """Look after answers that were given."""


@command.command("affected")
@click.option("--since", default="", help="Only articles that changed since: 2026-11-01, or 36h, 7d, 2w ago.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_affected(since: str, as_json: bool) -> None:
    """List the answers that rested on a text which has changed or gone, what stands there now, and who was told."""
    moment = moment_from(since, datetime.now(UTC)) if since else None
    with parts() as opened:
        answers = affected(opened.catalog, moment)
    if as_json:
        click.echo(json.dumps(affected_as_json(answers), ensure_ascii=False))
        return
    for answer in answers:
        show(answer)
    if not answers:
        click.echo("No answer rests on a text that has changed.", err=True)


def show(answer: Affected) -> None:
    verdict = "its quotes still stand" if answer.still_stands else "look at it"
    click.echo(f"{answer.answer_id}  {answer.asked_at:%Y-%m-%d %H:%M}  {verdict}: {one_line(answer.question)}")
    for article in answer.articles:
        became = "removed" if article.now is None else f"revision {article.revision}, now {article.now}"
        name = one_line(article.title) or article.article_id
        click.echo(f"    {name} ({became}, {article.changed_at:%Y-%m-%d %H:%M})")
        for quote in article.quotes:
            click.echo(f"    [{quote.mark}] {said_of(quote)}")
    for telling in answer.told:
        settled = f", {telling.settled_as}" if telling.settled_as else ""
        when = f"{telling.told_at:%Y-%m-%d %H:%M}"
        click.echo(f"    told {one_line(telling.reader)} in {telling.channel} {telling.place} on {when}{settled}")


def said_of(quote: QuoteNow) -> str:
    if quote.fate == "removed":
        return "the article is removed, and its words with it"
    if quote.fate == "changed":
        return f"“{shortened(quote.quote)}” is now “{shortened(quote.now)}”"
    return f"“{shortened(quote.quote)}” {'still stands' if quote.fate == 'stands' else 'stands there no more'}"


def shortened(text: str) -> str:
    said = one_line(text)
    return said if len(said) <= SHOWN else said[:SHOWN].rpartition(" ")[0] + " …"
