"""The bot on real parts, in a thread of its own, against the tests' Slack."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from app.channels.house import House
from app.channels.slack.answering import Patience
from app.channels.slack.bot import Bot
from app.errors import FootnoteError
from app.settings import Settings, SlackSettings
from tests.slack_server import SlackServer

QUICK = Patience(whole=0.1, silent=0.3, stuck=1.0, given_up=10.0, again=0.05)


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
        self._thread.join(10)


def slack_settings(slack: SlackServer, **more: Any) -> SlackSettings:
    return SlackSettings(bot_token="xoxb-1", app_token="xapp-1", api_url=slack.base_url, **more)


@contextmanager
def a_bot(
    slack: SlackServer,
    house: House,
    *,
    patience: Patience = QUICK,
    groups: dict[str, tuple[str, ...]] | None = None,
    public_url: str = "",
    waits: bool = True,
    **more: Any,
) -> Iterator[RunningBot]:
    """Ready when the block begins, stopped when it ends."""
    settings = Settings(slack=slack_settings(slack, **more), groups=groups or {}, public_url=public_url)
    running = RunningBot(Bot(house, settings, patience, ping=0.3, lease=3.0, quiet=0.2), asyncio.new_event_loop())
    try:
        if waits:
            slack.until(lambda: running.is_ready or running.has_ended)
        yield running
    finally:
        running.stop()
