"""Small courtesies, such as a title: nobody is kept waiting for them, and nothing is lost when they fail."""

import asyncio
import logging
from collections.abc import Awaitable

from slack_sdk.errors import SlackApiError

from app.channels.slack.showing import NETWORK
from app.errors import FootnoteError

logger = logging.getLogger(__name__)


class Courtesies:
    """One for all of a workspace."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def do(self, todo: Awaitable[object]) -> None:
        """Beside everything else; a failure is logged."""
        task = asyncio.create_task(_done(todo))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


async def _done(todo: Awaitable[object]) -> None:
    try:
        await todo
    except (SlackApiError, FootnoteError, *NETWORK) as problem:
        logger.info("a courtesy in Slack failed: %s", problem)
