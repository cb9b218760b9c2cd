"""Read an asynchronous stream from ordinary code, so that it can be stopped at any moment, even while it is silent.

A thread that waits for a server cannot be told to stop waiting; a task can. So streams run as tasks on one loop, and
whoever reads one gets an empty piece now and then, which is the moment to go.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from queue import Empty, Queue
from threading import Lock, Thread

PULSE = 0.1  # seconds of silence after which an empty piece is given
AHEAD = 256  # pieces that a stream may be ahead of its reader

_lock = Lock()
_loop: asyncio.AbstractEventLoop | None = None


def pieces_of(stream: Callable[[], AsyncGenerator[str, None]], pulse: float = PULSE) -> Generator[str, None, None]:
    """The pieces of the stream as they come, and "" while it is silent; what it raises is raised here.

    Closing this cancels the stream at once, wherever it is: connecting, waiting, or in the middle.
    """
    inbox: Queue[str | BaseException | None] = Queue()

    async def read() -> None:
        try:
            async with aclosing(stream()) as pieces:
                async for piece in pieces:
                    inbox.put(piece)
                    while inbox.qsize() > AHEAD:
                        await asyncio.sleep(pulse / 10)
            inbox.put(None)
        except BaseException as problem:  # raised again where it is read
            inbox.put(problem)
            if isinstance(problem, asyncio.CancelledError):
                raise

    reading = asyncio.run_coroutine_threadsafe(read(), _running_loop())
    try:
        while True:
            try:
                piece = inbox.get(timeout=pulse)
            except Empty:
                yield ""
                continue
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        reading.cancel()


def _running_loop() -> asyncio.AbstractEventLoop:
    """One for the process, in a thread of its own: connections that are kept open belong to a loop."""
    global _loop
    with _lock:
        if _loop is None or _loop.is_closed():
            _loop = asyncio.new_event_loop()
            Thread(target=_loop.run_forever, name="streams", daemon=True).start()
        return _loop
