"""`footnote ask "question"`: one answer in the terminal, with its footnotes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import click

from app.answering.answers import Answer, Reply
from app.answering.as_json import answer_as_json
from app.knowledge.articles import Asker
from cli.opening import parts, turns_of
from cli.terminal import one_line, shown

TELL_SECONDS = 2.0  # of silence, after which one who waits is told what is being done


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
        with telling_what_happens(reply) as has_begun:
            if as_json:
                click.echo(json.dumps(answer_as_json(reply.answer), ensure_ascii=False))
                return
            for piece in reply:
                has_begun.set()
                click.echo(shown(piece), nl=False)
                sys.stdout.flush()
        click.echo()
        show_footnotes(reply.answer)


@contextmanager
def telling_what_happens(reply: Reply) -> Iterator[Event]:
    """Say on stderr what is being done, as long as no words have come; until the event is set."""
    has_begun = Event()

    def tell() -> None:
        told = ""
        while not has_begun.wait(TELL_SECONDS):
            if reply.happening != told:
                told = reply.happening
                click.echo(f"({told})", err=True)

    Thread(target=tell, name="telling", daemon=True).start()
    try:
        yield has_begun
    finally:
        has_begun.set()


def show_footnotes(answer: Answer) -> None:
    if answer.citations:
        click.echo()
    for citation in answer.citations:
        where = citation.url or f"article {citation.article_id}, characters {citation.start} to {citation.end}"
        click.echo(f"[{citation.mark}] {one_line(citation.title)} · {citation.updated_at:%Y-%m-%d} · {one_line(where)}")
        click.echo(click.style(f"    “{one_line(citation.quote)}”", dim=True))
    for sentence in answer.sentences:
        if sentence.support != "supported":
            click.echo(f"{sentence.support}: {one_line(sentence.text)}", err=True)
    for note in answer.notes:
        click.echo(f"note: {one_line(note)}", err=True)
