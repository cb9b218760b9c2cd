"""`footnote articles`: what the desk knows, and taking an article out of it."""

import json

import click

from cli.opening import parts
from cli.terminal import one_line


@click.group("articles")
def command() -> None:
    """List or remove articles."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_articles(as_json: bool) -> None:
    """List every article: id, when it changed, who may read it, title."""
    with parts() as opened:
        articles = sorted(opened.catalog.articles(None), key=lambda article: article.path)
    if as_json:
        rows = [
            {
                "article_id": article.id,
                "title": article.title,
                "path": article.path,
                "url": article.url,
                "audiences": sorted(article.audiences),
                "revision": article.revision,
                "updated_at": article.updated_at.isoformat(),
            }
            for article in articles
        ]
        click.echo(json.dumps({"articles": rows}, ensure_ascii=False))
        return
    for article in articles:
        audiences = one_line(",".join(sorted(article.audiences)))
        said = f"{one_line(article.title)}  ({one_line(article.path)})"
        click.echo(f"{article.id}  {article.updated_at:%Y-%m-%d}  {audiences:<12}  {said}")
    if not articles:
        click.echo("No articles yet: footnote ingest FOLDER", err=True)


@command.command("remove")
@click.argument("article_id", metavar="ID")
def remove(article_id: str) -> None:
    """Remove one article. From the moment this returns nobody is shown its text again."""
    with parts() as opened:
        opened.catalog.remove_article(article_id)
        opened.publish()
    click.echo(f"removed {article_id}", err=True)
