"""`footnote ask "question"`: one answer in the terminal, with its footnotes."""

import json
import sys
from pathlib import Path

import click

from app.answering.answers import Answer
from app.answering.as_json import answer_as_json
from app.knowledge.articles import Asker
from cli.opening import parts, turns_of


@click.command("ask")
@click.argument("question")
@click.option("--history", type=click.Path(path_type=Path), help='JSON file: [{"role": "user"|"agent", "text": ...}].')
@click.option("--as-audience", "audiences", multiple=True, help="Ask as somebody who belongs to this audience.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(question: str, history: Path | None, audiences: tuple[str, ...], as_json: bool) -> None:
    """Answer QUESTION from the articles; every sentence carries the number of its footnote."""
    turns = turns_of(history)
    with parts() as opened:
        reply = opened.desk.ask(question, turns, Asker.of(audiences))
        if as_json:
            click.echo(json.dumps(answer_as_json(reply.answer), ensure_ascii=False))
            return
        for piece in reply:
            click.echo(piece, nl=False)
            sys.stdout.flush()
        click.echo()
        show_footnotes(reply.answer)


def show_footnotes(answer: Answer) -> None:
    if answer.citations:
        click.echo()
    for citation in answer.citations:
        where = citation.url or f"article {citation.article_id}, characters {citation.start} to {citation.end}"
        quote = " ".join(citation.quote.split())
        click.echo(f"[{citation.mark}] {citation.title} · {citation.updated_at:%Y-%m-%d} · {where}")
        click.echo(click.style(f"    “{quote}”", dim=True))
    for sentence in answer.sentences:
        if sentence.support != "supported":
            click.echo(f"{sentence.support}: {sentence.text}", err=True)
    for note in answer.notes:
        click.echo(f"note: {note}", err=True)
