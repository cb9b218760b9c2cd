"""One ASGI app on loopback: the Streamlit page, the API, and what a supervisor asks. Wires, decides nothing."""

import base64
import errno
import re
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from app.bootstrap import Parts
from app.channels.house import House, share
from app.errors import WrongUse
from app.settings import Settings, read

if TYPE_CHECKING:
    import streamlit as st
    from starlette.middleware import Middleware
    from starlette.routing import BaseRoute

    from app.channels.health import Readiness

HOST: Final = "127.0.0.1"  # until there is a login, nobody else may listen in

_LIGHT: Final = {
    "primaryColor": "#99351f",
    "backgroundColor": "#fbfaf6",
    "secondaryBackgroundColor": "#f3efe6",
    "textColor": "#23211d",
    "borderColor": "#e6e1d6",
}
_DARK: Final = {
    "primaryColor": "#f0997f",
    "backgroundColor": "#181715",
    "secondaryBackgroundColor": "#26231f",
    "textColor": "#ebe7de",
    "borderColor": "#37342e",
}
# The same stands in .streamlit/config.toml, for those who start the page alone; a test compares the two.
PAGE_OPTIONS: Final[Mapping[str, Any]] = {
    "server.address": HOST,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 1,
    "server.maxMessageSize": 50,
    "server.disconnectedSessionTTL": 120,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.allowedOrigins": [],
    "theme.headingFont": "serif",
    "theme.baseRadius": "0.6rem",
    **{f"theme.light.{name}": colour for name, colour in _LIGHT.items()},
    **{f"theme.dark.{name}": colour for name, colour in _DARK.items()},
}


def serve(parts: Parts, port: int) -> None:
    """Serve page and API on loopback until stopped (SIGTERM or Ctrl-C).

    Raises:
        WrongUse: the port is in use, or not allowed.
    """
    import uvicorn

    listening = _listen(port)
    app = asgi_app(House(parts.catalog, lambda: parts.desk), parts.settings)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=3, ws_max_size=2**20
    )
    with listening, _a_signal_only_stops_the_server():
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _a_signal_only_stops_the_server() -> Iterator[None]:
    """Uvicorn sends itself the signal again when it has stopped; that one must not kill us before all is closed."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(128)
        listening.set_inheritable(False)
    except OSError as problem:
        listening.close()
        if problem.errno == errno.EADDRINUSE:
            raise WrongUse(
                f"port {port} is in use; choose another: --port {port + 1 if port < 65535 else 8501}"
            ) from problem
        raise WrongUse(f"port {port} cannot be used: {problem.strerror}") from problem
    return listening


def asgi_app(house: House, settings: Settings) -> "st.App":
    """The page at `/`, the API at `/api/v1`, `/healthz` and `/readyz`, behind the guard."""
    import streamlit as st
    from streamlit import config

    from app.channels.health import Readiness

    for option, value in PAGE_OPTIONS.items():
        config.set_option(option, value)
    share(house)
    readiness = Readiness(house, settings)

    @asynccontextmanager
    async def warm(_: st.App) -> AsyncIterator[None]:
        Thread(target=readiness.warm_up, name="warm-up", daemon=True).start()
        yield
        house.under_way.cancel_all()

    return st.App(
        page_script(),
        lifespan=warm,
        routes=api_routes(house, readiness),
        middleware=[guard(settings)],
    )


def api_routes(house: House, readiness: "Readiness") -> list["BaseRoute"]:
    """All that is not the page."""
    from starlette.routing import Mount

    from app.channels.health import routes
    from app.channels.http_api import create_api

    return [*routes(readiness), Mount("/api/v1", create_api(house))]


def guard(settings: Settings) -> "Middleware":
    from starlette.middleware import Middleware

    from app.channels.guard import Guard

    return Middleware(Guard, public_url=settings.public_url, inline_scripts=inline_scripts())


def open_house() -> House:
    """For the page alone: settings from the environment, parts of its own."""
    parts = Parts(read(), lasting=True)
    return House(parts.catalog, lambda: parts.desk)


def page_script() -> Path:
    """`streamlit_app.py`, beside the package `app`, installed or not."""
    return Path(str(files("app"))).parent / "streamlit_app.py"


def inline_scripts() -> tuple[str, ...]:
    """Hashes of the scripts in Streamlit's own index.html: the only inline ones a browser may run."""
    index = files("streamlit").joinpath("static", "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", index, re.DOTALL)
    return tuple(base64.b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
