"""A headless Chromium that may reach nothing but this computer, and remembers what it tried."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


@dataclass
class Visit:
    """A page in the browser, with every address it asked for and everything that went wrong in it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def outside(self, address: str) -> list[str]:
        """What it asked of anybody but the server at this address."""
        own = (address, address.replace("http://", "ws://"), "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium from the environment variable CHROMIUM, from /usr/bin, or as Playwright brought it."""
    with sync_playwright() as playwright:
        places = [os.environ.get("CHROMIUM", ""), "/usr/bin/chromium", playwright.chromium.executable_path]
        executable = next((place for place in places if place and Path(place).is_file()), None)
        if executable is None:
            pytest.fail(
                "the browser tests need Chromium: `apt-get install chromium` on Debian, elsewhere "
                "`.venv/bin/playwright install --with-deps chromium`; or name one in CHROMIUM"
            )
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(
    browser: Browser, *, scheme: Literal["light", "dark"] = "light", width: int = 1280, height: int = 860
) -> Iterator[Visit]:
    """A fresh browser profile with one page."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    visited = Visit(context.new_page())
    visited.page.set_default_timeout(30_000)
    context.on("request", lambda request: visited.requests.append(request.url))
    visited.page.on("websocket", lambda socket: visited.requests.append(socket.url))
    visited.page.on("pageerror", lambda error: visited.complaints.append(str(error)))
    visited.page.on(
        "console", lambda line: visited.complaints.append(line.text) if line.type in ("error", "warning") else None
    )
    try:
        yield visited
    finally:
        context.close()
