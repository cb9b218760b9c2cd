"""The Slack bot of one workspace: connects, listens, works off its inbox, corrects, until it is stopped. Wires only."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any, Final

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from app.channels.house import House
from app.channels.slack.answering import Answering, Patience
from app.channels.slack.audiences import asker_alone
from app.channels.slack.correcting import QUIET_SECONDS, Correcting
from app.channels.slack.courtesies import Courtesies
from app.channels.slack.directory import Directory
from app.channels.slack.intake import CORRECTION, OWNER, QUESTION, SUGGESTION
from app.channels.slack.listening import Listening
from app.channels.slack.owners import Owners
from app.channels.slack.refusals import error_of, is_fatal, status_of
from app.channels.slack.showing import NETWORK, Workspace
from app.channels.slack.worker import Worker
from app.errors import ServiceUnavailable, SettingsError
from app.knowledge.articles import Asker
from app.knowledge.catalog import holder_here
from app.settings import Settings, SlackSettings

logger = logging.getLogger(__name__)

CALL_SECONDS: Final = 20
RATE_LIMITED_TIMES: Final = 5
REMEMBERED_DAYS: Final = 30.0  # ended letters; Slack repeats an event for an hour at most
LONGEST_PAUSE: Final = 30.0
PROMPTS: Final = 4


def check(settings: SlackSettings) -> None:
    """Raises SettingsError: a token is missing, or is the wrong one of the two; says which and where it comes from."""
    wrong = []
    if not settings.bot_token.startswith("xoxb-"):
        wrong.append("SLACK_BOT_TOKEN has to be the bot's token, xoxb-... (OAuth & Permissions)")
    if not settings.app_token.startswith("xapp-"):
        wrong.append("SLACK_APP_TOKEN has to be an app-level token, xapp-... (Basic Information, connections:write)")
    if wrong:
        raise SettingsError("; ".join(wrong) + "; see docs/slack.md")


@asynccontextmanager
async def web_client(settings: SlackSettings) -> AsyncIterator[AsyncWebClient]:
    """One session for all calls. Rate limits are waited out by the SDK's own handler; it repeats nothing else.

    Its handler for broken connections is left out on purpose: a message that was posted before the connection broke
    would be posted again.
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS)) as session:
        yield AsyncWebClient(
            settings.bot_token,
            base_url=settings.api_url,
            timeout=CALL_SECONDS,
            session=session,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMITED_TIMES)],
        )


class Bot:
    """Args, all in seconds: `ping` between two looks whether the connection lives, `lease` on a letter, `quiet` until
    changed articles are looked at."""

    def __init__(
        self,
        house: House,
        settings: Settings,
        patience: Patience | None = None,
        ping: float = 5.0,
        lease: float = 30.0,
        quiet: float = QUIET_SECONDS,
    ) -> None:
        self._house = house
        self._settings = settings
        self._patience = patience or Patience()
        self._ping = ping
        self._lease = lease
        self._quiet = quiet
        self.is_ready = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled.

        Raises:
            SettingsError: a token is missing.
            ServiceUnavailable: Slack refuses a token, now or later.
        """
        check(self._settings.slack)
        try:
            async with web_client(self._settings.slack) as web:
                await self._work(web)
        except SlackApiError as problem:
            raise ServiceUnavailable(refused(problem)) from problem

    async def _work(self, web: AsyncWebClient) -> None:
        told = await self._when_reached(web)
        workspace = Workspace(str(told["user_id"]), str(told.get("bot_id", "")))
        home = str(told["team_id"])
        directory = Directory(web, home)
        inbox = self._house.catalog.inbox
        await asyncio.to_thread(inbox.forget, "slack", REMEMBERED_DAYS)
        courtesies = Courtesies()
        answering = Answering(self._house, web, workspace, directory, self._settings, self._patience, courtesies)
        owners = Owners(self._house, web, workspace, directory, self._settings)
        correcting = Correcting(self._house, web, workspace, directory, self._settings, self._quiet)
        attending = {
            QUESTION: answering.answer,
            OWNER: owners.ask,
            SUGGESTION: correcting.suggest,
            CORRECTION: correcting.correct,
        }
        holder = f"{holder_here()}:{token_hex(4)}"
        worker = Worker(inbox, web, workspace, attending, holder, self._lease)

        async def prompts_for(user: str) -> list[str]:
            asker = asker_alone(await directory.person(user), self._settings.groups)
            return list(self._settings.slack.prompts) or await asyncio.to_thread(self._prompts, asker)

        listening = Listening(
            web,
            workspace,
            self._house.catalog,
            self._settings.slack,
            worker.wake,
            prompts_for,
            lambda kind: worker.stop_with(SlackApiError(kind, {"error": "token_revoked"})),  # type: ignore[no-untyped-call]
            courtesies,
        )
        async with self._connected(listening):
            logger.info("the desk is in Slack, as %s in %s", told.get("user"), told.get("team"))
            self.is_ready.set()
            watching = asyncio.create_task(correcting.watch(listening.receive))
            try:
                await worker.run()
            finally:
                watching.cancel()

    async def _when_reached(self, web: AsyncWebClient) -> Any:
        """Who we are; a Slack that is away is waited for."""
        pause = 1.0
        while True:
            try:
                return await web.auth_test()
            except SlackApiError as problem:
                if is_fatal(problem) or status_of(problem) < 429:
                    raise
                logger.warning("Slack answers with %s; trying again in %.0f s", status_of(problem), pause)
            except NETWORK as problem:
                logger.warning("Slack cannot be reached (%s); trying again in %.0f s", problem, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    @asynccontextmanager
    async def _connected(self, listening: Listening) -> AsyncIterator[None]:
        """Over Socket Mode; the SDK renews the connection by itself."""
        token = self._settings.slack.app_token
        handler = AsyncSocketModeHandler(listening.app, token, ping_interval=self._ping)
        try:
            await self._connect(handler)
            yield
        finally:
            await handler.client.close()  # type: ignore[no-untyped-call]

    async def _connect(self, handler: AsyncSocketModeHandler) -> None:
        pause = 1.0
        while True:
            try:
                await handler.connect_async()  # type: ignore[no-untyped-call]
                return
            except NETWORK as problem:
                logger.warning("Socket Mode cannot be reached (%s); trying again in %.0f s", problem, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    def _prompts(self, asker: Asker) -> list[str]:
        """Without questions in the settings: the newest articles, by their titles."""
        newest = sorted(self._house.catalog.articles(asker), key=lambda article: article.updated_at, reverse=True)
        return [f"What does “{article.title}” say?" for article in newest[:PROMPTS]]


def refused(problem: SlackApiError) -> str:
    """In words for whoever runs the bot."""
    error = error_of(problem)
    if is_fatal(problem):
        return (
            f"Slack refuses the token ({error}): install the app again and set SLACK_BOT_TOKEN and SLACK_APP_TOKEN; "
            "questions that came in meanwhile are kept. See docs/slack.md"
        )
    return f"Slack said {error or problem}; `footnote slack doctor` says more"
