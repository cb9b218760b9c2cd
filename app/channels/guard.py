"""Who may talk to the page and the API, and what a browser may do with what they send. Knows no routes.

Until there is a login, the desk listens on loopback only. A web page elsewhere could still reach it through the
reader's own browser (DNS rebinding, cross-site requests); the host and origin checks stop that.
"""

import json
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
BODY_LIMIT: Final = 1024 * 1024  # bytes; a question of 100,000 characters with a long history fits
_TOO_LARGE: Final = f"a request may have at most {BODY_LIMIT} bytes"

# Everything comes from this server, or not at all: whatever an article or a model managed to put on the page, the
# browser fetches nothing for it. Streamlit needs inline styles, and loads the page's own component from a blob.
_POLICY: Final = (
    "default-src 'none'; script-src 'self' blob:{inline}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Refuses requests for another host, from another site, or too large; adds what a browser must know."""

    def __init__(self, app: ASGIApp, public_url: str = "", inline_scripts: Iterable[str] = ()) -> None:
        """`inline_scripts`: SHA-256, in base64, of each inline script that may run."""
        self._app = app
        policy = _POLICY.format(inline="".join(f" 'sha256-{digest}'" for digest in inline_scripts))
        self._headers = ((b"content-security-policy", policy.encode()), *_HEADERS)
        public_host = urlsplit(public_url).hostname
        self._hosts = LOOPBACK_NAMES | ({public_host} if public_host else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(headers)
        if refusal is not None:
            await _refuse(scope, send, *refusal)
            return
        await self._app(scope, _limited(receive) if scope["type"] == "http" else receive, self._with_headers(send))

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in self._headers if h[0] not in given)]
            await send(message)

        return sending

    def _refusal(self, headers: dict[str, str]) -> tuple[int, str] | None:
        if _host_name(headers.get("host", "")) not in self._hosts:
            return 403, "this desk answers to its own address only; set FOOTNOTE_PUBLIC_URL if it has another"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != headers["host"].lower():
            return 403, "requests from other web sites are refused"
        size = headers.get("content-length", "0")
        if not size.isdigit() or int(size) > BODY_LIMIT:
            return 413, _TOO_LARGE
        return None


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


async def _refuse(scope: Scope, send: Send, status: int, sentence: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": sentence})  # before accept: answered with 403
        return
    body = json.dumps({"error": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _limited(receive: Receive) -> Receive:
    """For a body that comes in chunks, without its length."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > BODY_LIMIT:
            raise HTTPException(413, _TOO_LARGE)
        return message

    return limited
