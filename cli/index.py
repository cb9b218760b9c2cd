"""`footnote index`: another embedding model, built beside the live index, and switched to when it is complete."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from app import plugins, settings
from app.bootstrap import Parts
from app.errors import WrongUse
from app.knowledge.audit import repair
from app.knowledge.catalog import Catalog, holder_here
from app.knowledge.publishing import publish
from app.knowledge.versions import IndexRecipe, IndexVersion, refuse_mismatch, settings_for
from cli.opening import parts
from ingestion.catching_up import LEASE, CatchUpParts, catch_up
from ingestion.catching_up import switch as go_live

BUNDLED = "bundled:all-MiniLM-L6-v2"


@click.group("index")
def command() -> None:
    """Index versions: each was made with one embedding model; one of them is live, another may be built beside it."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_versions(as_json: bool) -> None:
    """List index versions: which model made them, which one is live, what is left to do for the others."""
    with parts() as opened:
        rows = [row_of(opened.catalog, version) for version in opened.catalog.versions()]
    if as_json:
        click.echo(json.dumps({"versions": rows}, ensure_ascii=False))
        return
    for row in rows:
        state = f"{row['articles_behind']} articles behind" if row["articles_behind"] else "complete"
        state = "live" if row["live"] else state
        made = f"{row['embedding_model']}, {row['dimensions']} dimensions, {row['chunker']}"
        click.echo(f"{row['version']:>3}  {state:<20}  {row['chunks']} chunks  {made}")
    if not rows:
        click.echo("No index yet: footnote ingest FOLDER", err=True)


def row_of(catalog: Catalog, version: IndexVersion) -> dict[str, object]:
    embedding = asdict(version.recipe.embedding)
    return {
        "version": version.id,
        "live": version.live,
        "articles_behind": len(catalog.articles_behind(version)),
        "chunks": catalog.chunk_count(version),
        "embedding_model": embedding.pop("name"),
        **embedding,
        "chunker": version.recipe.chunker,
    }


@command.command("migrate")
@click.option("--embedding-model", required=True, metavar="NAME", help="adapter or adapter:model, as in the settings.")
@click.option("--chunk-tokens", type=int, help="Cut into chunks of at most so many tokens.  [as in the settings]")
def migrate(embedding_model: str, chunk_tokens: int | None) -> None:
    """Build the next index version beside the live one, from the catalog; the desk goes on answering meanwhile.

    Started again after an interruption, it goes on where it was.
    """
    wanted: dict[str, Any] = {"embedding_model": embedding_model}
    if chunk_tokens is not None:
        wanted["chunk_tokens"] = chunk_tokens
    with parts(**wanted) as opened:
        live = live_version(opened.catalog)
        if opened.recipe == live.recipe:
            click.echo(f"Version {live.id}, the live one, is made just so: nothing to do.")
            return
        with changing(opened):
            version = opened.catalog.add_version(opened.recipe)
            opened.start_chroma()
            with progress() as show:
                embedded = catch_up(catch_up_parts(opened, live, version), show)
        chunks = opened.catalog.chunk_count(version)
    click.echo(f"Version {version.id} is complete: {chunks} chunks, {embedded} of them embedded now.")
    click.echo(f"`footnote index switch {version.id}` makes it the live one.", err=True)


@command.command("switch")
@click.argument("number", required=False, type=int, metavar="[VERSION]")
def switch(number: int | None) -> None:
    """Make VERSION the live one. Articles that have changed since it was built are brought over first."""
    with parts() as opened:
        live = live_version(opened.catalog)
        version = chosen(opened.catalog, number)
    if version.id == live.id:
        click.echo(f"Version {version.id} is the live one already.")
        say_settings(version.recipe)
        return
    with parts(**settings_for(version.recipe)) as opened:
        refuse_mismatch(version, opened.recipe)
        with changing(opened):
            opened.start_chroma()
            catching_up = catch_up_parts(opened, live, version)
            store, lexical = opened.vector_store_of(version), opened.lexical_index_of(version)
            with progress() as show:
                go_live(catching_up, lambda: repair(opened.catalog, version, store, lexical), show)
    click.echo(f"Version {version.id} ({version.recipe.embedding.name}) is the live one.")
    say_settings(version.recipe)
    click.echo(
        f"Version {live.id} is kept: `footnote index switch {live.id}` goes back, "
        f"`footnote index drop {live.id}` frees its space.",
        err=True,
    )


@command.command("drop")
@click.argument("number", type=int, metavar="VERSION")
def drop(number: int) -> None:
    """Remove an index version that is not live: its chunks, its vectors, and what both indexes hold of it."""
    with parts() as opened, changing(opened):
        version = chosen(opened.catalog, number)
        if version.live:
            raise WrongUse(f"version {number} is the live one; switch to another before you drop it")
        opened.start_chroma()
        # The indexes first: what an interrupted drop has left is still known by the version's row.
        opened.vector_store_of(version).clear()
        opened.lexical_index_of(version).clear()
        opened.catalog.drop_version(version)
        opened.catalog.checkpoint()
    click.echo(f"Version {number} is gone.")


def live_version(catalog: Catalog) -> IndexVersion:
    live = catalog.live_version()
    if live is None:
        raise WrongUse("there is no index yet; set FOOTNOTE_EMBEDDING_MODEL, then `footnote ingest FOLDER` makes one")
    return live


def chosen(catalog: Catalog, number: int | None) -> IndexVersion:
    """The version of this number; without one the only one that is not live."""
    versions = catalog.versions()
    fitting = [version for version in versions if (version.id == number if number else not version.live)]
    if len(fitting) == 1:
        return fitting[0]
    if number is not None:
        raise WrongUse(f"there is no index version {number}; `footnote index list` shows those there are")
    if not fitting:
        raise WrongUse("there is one index version only; `footnote index migrate --embedding-model NAME` makes another")
    raise WrongUse(f"which one? {', '.join(str(version.id) for version in fitting)} are there beside the live one")


@contextmanager
def changing(opened: Parts) -> Iterator[None]:
    """Raises LeaseHeld while another process changes index versions."""
    with opened.catalog.lease(LEASE, holder_here()):
        yield


def catch_up_parts(opened: Parts, live: IndexVersion, version: IndexVersion) -> CatchUpParts:
    store, lexical = opened.vector_store_of(version), opened.lexical_index_of(version)

    def tell() -> None:
        publish(opened.catalog, version, store, lexical)

    return CatchUpParts(opened.catalog, live, version, opened.embedding_model, tell)


def say_settings(recipe: IndexRecipe) -> None:
    """Which settings have to be changed, so that processes that are started from now on fit the live index."""
    now = settings.read()
    chosen_now = {"embedding_model": full_name(now.embedding_model), "chunk_tokens": now.chunk_tokens}
    wanted = settings_for(recipe)
    differing = [f"FOOTNOTE_{name.upper()}={wanted[name]}" for name in wanted if wanted[name] != chosen_now[name]]
    if differing:
        click.echo(f"Now set {' and '.join(differing)}, in the environment or in footnote.toml.", err=True)


def full_name(choice: str) -> str:
    """`bundled` is short for the one model that comes with the desk; a recipe has its whole name."""
    return BUNDLED if choice == plugins.adapter_of(BUNDLED) else choice


@contextmanager
def progress() -> "Iterator[Progress]":
    """One line on stderr that counts articles; none when stderr is no terminal."""
    show = Progress()
    try:
        yield show
    finally:
        show.end()


class Progress:
    def __init__(self) -> None:
        self._visible = sys.stderr.isatty()
        self._shown = False

    def __call__(self, done: int, of: int) -> None:
        if self._visible:
            click.echo(f"\r\033[K{done} of {of} articles", nl=False, err=True)
            self._shown = True

    def end(self) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)
