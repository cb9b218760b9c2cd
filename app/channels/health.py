"""Is the process up, and can the desk answer? For supervisors and people with curl."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.channels.house import PUBLIC_ASKER, House
from app.errors import FootnoteError
from app.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """Whether the desk can answer, with what, and what it has to do without."""

    ready: bool
    articles: int
    index_version: int | None
    embedding_model: str
    vector_store: str
    lexical_index: str
    notes: tuple[str, ...]


class Readiness:
    """Asks the parts themselves. Warming up builds the desk before the first question waits for it."""

    def __init__(self, house: House, settings: Settings) -> None:
        self._house = house
        self._settings = settings
        self._warm = Event()
        self._problem = ""

    def warm_up(self) -> None:
        """Load the models and open the indexes. A failure is told by `/readyz`, and again to whoever asks."""
        try:
            self._house.desk.search("warm up", (), PUBLIC_ASKER)
        except FootnoteError as problem:
            logger.error("the desk is not ready: %s", problem)
            self._problem = str(problem)
        finally:
            self._warm.set()

    def state(self) -> State:
        notes: list[str] = []
        articles, version = 0, None
        try:
            articles = len(self._house.catalog.articles(PUBLIC_ASKER))
            version = self._house.catalog.live_version()
            if not self._warm.is_set():
                notes.append("models are being loaded")
            elif self._problem:
                self._problem = ""
                self.warm_up()  # what was wrong may be mended
        except FootnoteError as problem:
            self._problem = str(problem)
        ready = self._warm.is_set() and not self._problem
        if self._problem:
            notes.append(self._problem)
        if ready:
            notes.extend(self._house.desk.search("ready", (), PUBLIC_ASKER).notes)
        if not articles:
            notes.append("no articles yet: footnote ingest FOLDER")
        return State(
            ready,
            articles,
            version.id if version else None,
            self._settings.embedding_model,
            self._settings.vector_store,
            self._settings.lexical_index,
            tuple(notes),
        )


def routes(readiness: Readiness) -> Sequence[Route]:
    """`/healthz`: this process is up. `/readyz`: it can answer (503 until it can)."""

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> JSONResponse:
        state = await to_thread.run_sync(readiness.state)
        return JSONResponse(
            {
                "status": "ready" if state.ready else "not ready",
                "articles": state.articles,
                "index_version": state.index_version,
                "embedding_model": state.embedding_model,
                "vector_store": state.vector_store,
                "lexical_index": state.lexical_index,
                "notes": list(state.notes),
            },
            status_code=200 if state.ready else 503,
        )

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
