"""The API at `/api/v1`: ask, search, read articles. Translates in, asks the desk, translates out."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

import anyio
from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from app.answering.affected import affected, affected_as_json, moment_from
from app.answering.as_json import answer_as_json, search_as_json
from app.answering.history import turns_from
from app.channels.house import PUBLIC_ASKER, House
from app.channels.stored_as_json import article_as_json, record_as_json
from app.channels.under_way import TooMany, UnderWay
from app.errors import FootnoteError, UnknownAnswer, UnknownArticle, WrongUse

AUDIENCES_REFUSED: Final = "only public articles can be read here until there is a login; do not name an audience"
TELL_SECONDS: Final = 2.0  # of silence before the first words; then the reader is told what is being done
HEARTBEAT_SECONDS: Final = 10.0  # so that a connection which is gone is noticed, and one that waits is not cut
REFUSED_WITHIN_SECONDS: Final = 0.5
SEARCHES_AT_ONCE: Final = 4
SEARCHES_WAITING: Final = 32

T = TypeVar("T")


def _whole_characters(text: str) -> str:
    """JSON can spell half a character (`\\ud800` alone), which nothing behind this door can store or send back."""
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise ValueError(f"half a character at position {problem.start}") from problem
    return text


Text = Annotated[str, AfterValidator(_whole_characters)]


class Message(BaseModel):
    """One message of the conversation so far."""

    model_config = ConfigDict(extra="forbid")
    role: str = Field(description="`user` or `agent`")
    text: Text


class Question(BaseModel):
    """What is asked, what was said before (oldest first), and whether the answer comes in pieces."""

    model_config = ConfigDict(extra="forbid")
    question: Text
    history: list[Message] = Field(default=[], max_length=200)
    stream: bool = False


class Search(BaseModel):
    """A query for passages."""

    model_config = ConfigDict(extra="forbid")
    query: Text
    history: list[Message] = Field(default=[], max_length=200)
    k: int = Field(default=10, ge=1, le=100)
    explain: bool = False


def create_api(house: House) -> FastAPI:
    """The API over one house, to be mounted at `/api/v1`."""
    api = FastAPI(title="Footnote", version="1", docs_url=None, redoc_url=None)  # their pages load from elsewhere
    api.include_router(_Routes(house).router, dependencies=[Depends(_public_only)])
    api.add_exception_handler(RequestValidationError, _bad_request)
    api.add_exception_handler(HTTPException, _http_problem)
    api.add_exception_handler(FootnoteError, _desk_problem)
    return api


class _Routes:
    """Desk calls run in threads: answers in threads of their own, searches and reading in a small pool."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pool: anyio.CapacityLimiter | None = None
        self.router = APIRouter()
        self.router.post("/answers", summary="Ask", response_model=None)(self.ask)
        self.router.get("/answers/affected", summary="Answers whose articles have changed", response_model=None)(
            self.affected
        )
        self.router.get("/answers/{answer_id}", summary="An answer that was given", response_model=None)(self.answer)
        self.router.get("/search", summary="Search", response_model=None)(self.search)
        self.router.post("/searches", summary="Search, with a conversation", response_model=None)(self.search_anew)
        self.router.get("/articles", summary="What the desk knows", response_model=None)(self.articles)
        self.router.get("/articles/{article_id}", summary="One article", response_model=None)(self.article)

    async def ask(self, question: Question, request: Request) -> Response:
        history = turns_from([message.model_dump() for message in question.history])
        under_way = self._house.start(question.question, history)
        if question.stream:
            await _until_begun(under_way)
            headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
            return StreamingResponse(_events(under_way), media_type="text/event-stream", headers=headers)
        await _until_done(under_way, request)
        return JSONResponse(answer_as_json(under_way.answer))

    async def answer(self, answer_id: str) -> Response:
        return JSONResponse(record_as_json(await self._in_pool(lambda: self._house.answer(answer_id))))

    async def affected(self, since: str = "") -> Response:
        moment = moment_from(since, datetime.now(UTC)) if since else None
        answers = await self._in_pool(lambda: affected(self._house.catalog, moment, PUBLIC_ASKER))
        return JSONResponse(affected_as_json(answers))

    async def search(
        self,
        q: str,
        k: Annotated[int, Query(ge=1, le=100)] = 10,
        explain: bool = False,
    ) -> Response:
        return await self.search_anew(Search(query=q, k=k, explain=explain))

    async def search_anew(self, search: Search) -> Response:
        history = turns_from([message.model_dump() for message in search.history])
        trace = await self._in_pool(lambda: self._house.desk.search(search.query, history, PUBLIC_ASKER))
        return JSONResponse(search_as_json(trace, search.k, explain=search.explain))

    async def articles(self) -> Response:
        articles = await self._in_pool(lambda: self._house.catalog.articles(PUBLIC_ASKER))
        return JSONResponse({"articles": [article_as_json(article) for article in articles]})

    async def article(self, article_id: str) -> Response:
        def read() -> dict[str, Any]:
            article = self._house.catalog.article(article_id, PUBLIC_ASKER)
            revision = self._house.catalog.revision(article.id, article.revision, PUBLIC_ASKER)
            return article_as_json(article) | {"text": revision.text}

        return JSONResponse(await self._in_pool(read))

    async def _in_pool(self, call: Callable[[], T]) -> T:
        self._pool = self._pool or anyio.CapacityLimiter(SEARCHES_AT_ONCE)
        if self._pool.statistics().tasks_waiting >= SEARCHES_WAITING:
            raise TooMany("too many requests are waiting already; ask again in a moment")
        return await to_thread.run_sync(call, limiter=self._pool)


async def _events(under_way: UnderWay) -> AsyncIterator[str]:
    """Server-sent events: `piece` as they come, then one `answer` or one `error`; `status` while nothing has come."""
    told, happening = 0, ""
    with _Watching(under_way) as watching:
        while True:
            done = under_way.done
            for piece in under_way.pieces(told):
                told += 1
                yield _event("piece", {"text": piece})
            if done:
                break
            if await watching.next_change(HEARTBEAT_SECONDS if told else TELL_SECONDS):
                continue
            if not told and under_way.happening != happening:
                happening = under_way.happening
                yield _event("status", {"text": happening})
            else:
                yield ": still writing\n\n"
    try:
        yield _event("answer", answer_as_json(under_way.answer))
    except FootnoteError as problem:
        yield _event("error", {"error": str(problem)})


def _event(kind: str, body: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"


async def _until_begun(under_way: UnderWay) -> None:
    """Give what is refused at once its own status, before a stream has begun."""
    with _Watching(under_way, stays=True) as watching:
        if not under_way.done and not under_way.text:
            await watching.next_change(REFUSED_WITHIN_SECONDS)
    if under_way.done and not under_way.text:
        _ = under_way.answer


async def _until_done(under_way: UnderWay, request: Request) -> None:
    with _Watching(under_way) as watching:
        while not under_way.done:
            await watching.next_change(1.0)
            if await request.is_disconnected():
                return  # leaving cancels the answer


class _Watching:
    """Follow an answer from the event loop; whoever leaves before it is done cancels it, unless somebody stays."""

    def __init__(self, under_way: UnderWay, stays: bool = False) -> None:
        self._under_way = under_way
        self._stays = stays
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> "_Watching":
        self._under_way.watch(self._tell)
        return self

    def __exit__(self, *_: object) -> None:
        self._under_way.unwatch(self._tell)
        if not self._under_way.done and not self._stays:
            self._under_way.cancel()

    def _tell(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    async def next_change(self, seconds: float) -> bool:
        """False when nothing changed for so long."""
        if self._under_way.done:
            return True
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return False
        self._changed.clear()
        return True


async def _public_only(request: Request) -> None:
    named = (*request.query_params, *request.headers)
    if any("audience" in name.lower() for name in named):
        raise HTTPException(403, AUDIENCES_REFUSED)


async def _bad_request(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    wrong = [(".".join(str(part) for part in e["loc"][1:]) or "the request", str(e["msg"])) for e in problem.errors()]
    if any("audience" in where.lower() for where, _ in wrong):
        return _error(403, AUDIENCES_REFUSED)
    return _error(422, "; ".join(f"{where}: {what}" for where, what in wrong))


async def _http_problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return _error(problem.status_code, str(problem.detail), dict(problem.headers or {}))


async def _desk_problem(_: Request, problem: Exception) -> Response:
    if isinstance(problem, TooMany):
        return _error(503, str(problem), {"retry-after": "2"})
    if isinstance(problem, UnknownArticle | UnknownAnswer):
        return _error(404, "there is nothing here by that id")  # unknown and forbidden sound alike
    return _error(422 if isinstance(problem, WrongUse) else 503, str(problem))


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": sentence}, status, headers)
