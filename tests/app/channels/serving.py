"""A real uvicorn server on a free port, in a thread, with everything but the page."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep

import uvicorn
from starlette.applications import Starlette

from app.channels.health import Readiness
from app.channels.house import House
from app.channels.server import api_routes, guard
from app.settings import Settings


@contextmanager
def served(house: House, settings: Settings | None = None) -> Iterator[str]:
    """The address of a running server; it stops at the end."""
    settings = settings or Settings()
    readiness = Readiness(house, settings)
    readiness.warm_up()
    app = Starlette(routes=api_routes(house, readiness), middleware=[guard(settings)])
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = monotonic() + 10
    while not server.started and monotonic() < until:
        sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
