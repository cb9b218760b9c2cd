"""A letter from the inbox while this process holds it: what was shown of it is kept, and it is ended, as its holder."""

import asyncio
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from app.channels.slack import CHANNEL
from app.channels.slack.showing import Place, Progress, Showing, Workspace
from app.knowledge.catalog import Letter, Telling
from app.knowledge.catalog.inbox import Inbox

CLOCKS_APART: Final = 600.0  # seconds


class Lost(Exception):
    """The letter has gone to another process: this one must not say another word about it."""


@dataclass(frozen=True)
class Held:
    """Catalog calls run in threads: a commit waits for the disk."""

    letter: Letter
    holder: str
    inbox: Inbox

    @property
    def key(self) -> str:
        """Tells this letter's messages from all others', and nothing else."""
        letter = self.letter
        named = f"{letter.id} {letter.kind} {letter.conversation} {letter.position}"
        return blake2b(named.encode(), digest_size=12).hexdigest()

    @property
    def earliest(self) -> str:
        """The ts before which none of its messages can stand, though Slack's clock and ours may differ."""
        return f"{float(self.letter.position) - CLOCKS_APART:.6f}"

    def showing(self, web: AsyncWebClient, workspace: Workspace, place: Place) -> Showing:
        progress = progress_of(self.letter.progress)
        return Showing(web, workspace, place, self.key, progress, self.keep, self.known)

    async def keep(self, progress: Progress) -> None:
        """Raises Lost."""
        if not await asyncio.to_thread(self.inbox.note, self.letter, self.holder, as_kept(progress)):
            raise Lost

    async def known(self) -> set[str]:
        """The messages of the other letters in this conversation."""
        letters = await asyncio.to_thread(self.inbox.letters, CHANNEL, self.letter.conversation)
        return {ts for letter in letters if letter.id != self.letter.id for ts in letter.progress.get("shown", ())}

    async def end(self, ending: str, *shown: Telling) -> None:
        """Raises Lost."""
        if not await asyncio.to_thread(self.inbox.end, self.letter, self.holder, ending, *shown):
            raise Lost

    async def give_back(self, seconds: float) -> None:
        await asyncio.to_thread(self.inbox.give_back, self.letter, self.holder, seconds)

    async def renew(self, seconds: float) -> bool:
        return await asyncio.to_thread(self.inbox.renew, self.letter, self.holder, seconds)


def progress_of(kept: dict[str, Any]) -> Progress:
    return Progress(tuple(kept.get("shown", ())), kept.get("pending"), bool(kept.get("is_streaming")))


def as_kept(progress: Progress) -> dict[str, Any]:
    return asdict(progress) | {"shown": list(progress.shown)}
