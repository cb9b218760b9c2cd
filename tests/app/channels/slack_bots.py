"""The bot on real parts, in a thread of its own, against the tests' Slack."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from app.channels.house import House
from app.channels.slack.answering import Patience
from app.channels.slack.bot import Bot
from app.errors import FootnoteError
from app.settings import Settings, SlackSettings
from tests.slack_server import SlackServer, slack_server

QUICK = Patience(whole=0.1, silent=5.0, stuck=20.0, given_up=40.0, again=0.05)
GROUPS = {"hr": ("hana@example.com",)}
ANA, HANA = "UANA", "UHANA"  # Hana is in hr


class RunningBot:
    """`problem` is what it ended with, if it ended by itself."""

    def __init__(self, bot: Bot, loop: asyncio.AbstractEventLoop) -> None:
        self.bot = bot
        self.problem: BaseException | None = None
        self._loop = loop
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=loop.run_until_complete, args=(self._run(),), daemon=True)
        self._thread.start()

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        try:
            await self.bot.run()
        except asyncio.CancelledError:
            pass
        except FootnoteError as problem:
            self.problem = problem

    @property
    def is_ready(self) -> bool:
        return self.bot.is_ready.is_set()

    @property
    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def stop(self) -> None:
        """As SIGTERM does."""
        with suppress(RuntimeError):
            if self._task:
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(30)
        assert self.has_ended, "the bot does not stop"


@contextmanager
def a_workspace() -> Iterator[SlackServer]:
    """Ana and Hana, and the channel C1 with both."""
    with slack_server() as slack:
        slack.add_user(ANA, "ana@example.com")
        slack.add_user(HANA, "Hana@example.com")
        slack.add_channel("C1", (ANA, HANA))
        yield slack


def slack_settings(slack: SlackServer, **more: Any) -> SlackSettings:
    return SlackSettings(bot_token="xoxb-1", app_token="xapp-1", api_url=slack.base_url, **more)


@contextmanager
def a_bot(
    slack: SlackServer,
    house: House,
    *,
    public_url: str = "",
    waits: bool = True,
    patience: Patience = QUICK,
    stuck: float | None = None,
    **more: Any,
) -> Iterator[RunningBot]:
    """Ready when the block begins, stopped when it ends; `more` are settings under [slack]."""
    settings = Settings(slack=slack_settings(slack, **more), groups=GROUPS, public_url=public_url)
    patience = replace(patience, stuck=stuck) if stuck else patience
    running = RunningBot(Bot(house, settings, patience, ping=0.5, lease=10.0, quiet=0.2), asyncio.new_event_loop())
    try:
        if waits:
            slack.until(lambda: running.is_ready or running.has_ended, 30)
        yield running
    finally:
        running.stop()


def settled(slack: SlackServer, house: House, count: int = 1) -> None:
    """All that was asked, so many letters in all, has ended."""
    slack.until(lambda: endings(house, count), 30)


def endings(house: House, count: int = 1) -> list[str]:
    """How the letters ended, oldest first; nothing as long as there are fewer, or one is open."""
    from sqlalchemy import select

    from app.knowledge.catalog.tables import inbox

    with house.catalog._database.reading() as connection:
        rows = connection.execute(select(inbox.c.state, inbox.c.ending).order_by(inbox.c.id)).all()
    return [row.ending for row in rows] if len(rows) >= count and all(row.state == "ended" for row in rows) else []
