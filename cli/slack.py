"""`footnote slack`: the desk in Slack. `footnote slack doctor`: what is missing there."""

import asyncio
import signal
import sys
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

import click

from app import settings
from app.errors import ModelUnavailable
from cli.opening import parent_option, parts
from cli.switching import until_switched

if TYPE_CHECKING:
    from app.channels.slack.bot import Bot


@click.group("slack", invoke_without_command=True)
@parent_option
@click.pass_context
def command(ctx: click.Context) -> None:
    """Answer in Slack until stopped, over Socket Mode: no public address is needed. See docs/slack.md."""
    if ctx.invoked_subcommand is not None:
        return
    refuse_without_bolt()
    from app.channels.health import Readiness
    from app.channels.house import House
    from app.channels.slack.bot import Bot, check

    with parts(lasting=True) as opened, until_switched(opened.catalog):
        check(opened.settings.slack)
        opened.start_chroma()
        house = House(opened.catalog, lambda: opened.desk)
        Thread(target=Readiness(house, opened.settings).warm_up, name="warm-up", daemon=True).start()
        bot = Bot(house, opened.settings)
        try:
            asyncio.run(until_stopped(bot))
        finally:
            house.under_way.cancel_all()


@command.command("doctor")
def doctor() -> None:
    """Check tokens, scopes and channels. Exit 0 when all is well."""
    refuse_without_bolt()
    sys.exit(asyncio.run(examined()))


async def until_stopped(bot: "Bot") -> None:
    """SIGTERM and Ctrl-C end it in order: what is being answered is given back, and answered by the next process."""
    running = asyncio.ensure_future(bot.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.cancel)
    ready = asyncio.ensure_future(said_ready(bot))
    try:
        with suppress(asyncio.CancelledError):
            await running
    finally:
        ready.cancel()


async def said_ready(bot: "Bot") -> None:
    await bot.is_ready.wait()
    click.echo("The desk is in Slack.   (Ctrl-C closes it)")


async def examined() -> int:
    """The exit status."""
    from app.channels.slack.doctor import examine

    is_well = True
    async for finding in examine(settings.read()):
        is_well = is_well and not finding.remedy
        click.echo(f"{'FAIL' if finding.remedy else 'ok  '}  {finding.what}: {finding.found}")
        if finding.remedy:
            click.echo(f"      {finding.remedy}")
    return 0 if is_well else 1


def refuse_without_bolt() -> None:
    try:
        import slack_bolt  # noqa: F401
    except ModuleNotFoundError as missing:
        raise ModelUnavailable("Slack needs its package: .venv/bin/pip install --editable '.[slack]'") from missing
