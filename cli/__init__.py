"""The command line: `footnote COMMAND`. One file a command, imported only when called, so that help is instant."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

import click

from app.errors import FootnoteError

# Name -> (module, what help says). The modules are not imported for `footnote --help`.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "up": ("cli.up", "Start everything in one terminal: page, API, worker, Chroma."),
        "ingest": ("cli.ingest", "Read articles from folders, files, URLs or sitemaps."),
        "ask": ("cli.ask", "Answer one question, with footnotes."),
        "search": ("cli.search", "Show the passages found for a query."),
        "answers": ("cli.answers", "List the answers that rested on a text which has changed or gone."),
        "articles": ("cli.articles", "List or remove articles."),
        "serve": ("cli.serve", "Serve the page and the API."),
        "slack": ("cli.slack", "Answer in Slack; `slack doctor` says what is missing there."),
        "worker": ("cli.worker", "Work off ingest jobs and publish changes."),
        "audit": ("cli.audit", "Compare catalog, vectors and words, id by id."),
        "repair": ("cli.repair", "Bring the indexes back in step with the catalog."),
        "index": ("cli.index", "List, build, switch and drop index versions: another embedding model."),
        "backup": ("cli.backup", "Copy the catalog into one file, while the desk runs."),
        "restore": ("cli.restore", "Make a backup the catalog of an empty data folder."),
        "eval": ("cli.evaluate", "Measure retrieval and answers; compare two configurations."),
        "reader": ("cli.reader", "Train, measure and export the network that reranks, reads and checks."),
        "bench": ("cli.bench", "Measure speed on this machine."),
        "doctor": ("cli.doctor", "Check settings, data folder, models and servers."),
    }
)


class LazyGroup(click.Group):
    """Lists commands from a table and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="footnote", message="%(prog)s %(version)s")
def footnote() -> None:
    """Footnote: a knowledge desk whose every sentence carries a footnote that opens the very words it rests on.

    Settings come from FOOTNOTE_* in the environment and from footnote.toml; FOOTNOTE_DATA is the data folder.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Exit 0 done, 1 failed, 2 wrong use; an error is one line on stderr that says what to do."""
    try:
        footnote.main(args=arguments, prog_name="footnote", standalone_mode=False)
    except FootnoteError as error:
        click.echo(f"footnote: {error}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.Abort:
        click.echo("footnote: stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2 if isinstance(error, click.UsageError) else 1)
