"""A web page, or all pages that a sitemap names on its own host. One request at a time; never leaves that host."""

import html
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

import httpx

from app.errors import LimitExceeded, ServiceUnavailable, UnreadableSource, WrongUse
from ingestion.connectors import LARGEST_FILE, SourceFile, source_id
from ingestion.front_matter import moment_of

_AGENT = "Footnote (knowledge desk; reads pages for its own readers)"
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)
_LONGEST_DOWNLOAD = 60.0  # seconds for one page, however steadily it drips
_PAUSE = 0.1  # seconds between two pages of one host
_MOST_PAGES = 20_000
_MOST_SITEMAPS = 200
_ENTRY = re.compile(r"<(?:\w+:)?(url|sitemap)\b[^>]*>(.*?)</(?:\w+:)?\1>", re.S)
_ADDRESS = re.compile(r"<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?\s*([^\s<\]]+)")
_CHANGED = re.compile(r"<(?:\w+:)?lastmod>\s*([^\s<]+)")
_SITEMAP = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)*<(?:\w+:)?(?:urlset|sitemapindex)\b", re.S)


@dataclass(frozen=True)
class _Download:
    content: bytes
    modified_at: datetime | None


@dataclass(frozen=True)
class _Page:
    address: str
    modified_at: datetime | None


class WebConnector:
    """The source is the address as the curator gave it, in its canonical form."""

    def __init__(self, address: str) -> None:
        self.location = canonical(address)
        self.source_id = source_id("web", self.location)
        self._host = _host(self.location)
        self._last_request = 0.0
        self._client = httpx.Client(
            headers={"User-Agent": _AGENT},
            timeout=_TIMEOUT,
            follow_redirects=True,
            max_redirects=5,
            event_hooks={"request": [self._refuse_other_host]},
        )

    def fetch(self) -> Iterator[SourceFile]:
        first = self._first(self.location)
        if not _is_sitemap(first.content):
            yield self._source_file(_Page(self.location, first.modified_at), first.content)
            return
        for page in self._pages(first.content):
            yield self._source_file(page)

    def expected(self) -> int | None:
        return None

    def _pages(self, sitemap: bytes) -> Iterator[_Page]:
        """Every page once, also those of the sitemaps that a sitemap index names."""
        waiting, known, sitemaps = [sitemap], set[str](), 0
        while waiting:
            for kind, page in _entries(waiting.pop()):
                if page.address in known or _host(page.address) != self._host:
                    continue
                known.add(page.address)
                if kind == "url":
                    yield page
                elif (sitemaps := sitemaps + 1) <= _MOST_SITEMAPS:
                    waiting.append(self._first(page.address).content)
                if len(known) > _MOST_PAGES:
                    raise WrongUse(f"{self.location} names more than {_MOST_PAGES} pages; ingest its parts one by one")

    def _source_file(self, page: _Page, content: bytes | None = None) -> SourceFile:
        def read() -> bytes:
            return content if content is not None else self._download(page.address).content

        modified_at = page.modified_at or datetime.now(UTC)
        return SourceFile(self.source_id, page.address, page.address, modified_at, page.address, read)

    def _first(self, address: str) -> _Download:
        """What the whole source depends on: that it cannot be had is no outcome of a file."""
        try:
            return self._download(address)
        except LimitExceeded as problem:
            raise WrongUse(f"{address} {problem}") from problem
        except UnreadableSource as problem:
            raise ServiceUnavailable(f"{address} {problem}") from problem

    def _download(self, address: str) -> _Download:
        time.sleep(max(0.0, self._last_request + _PAUSE - time.monotonic()))
        started = self._last_request = time.monotonic()
        try:
            with self._client.stream("GET", address) as response:
                if response.status_code != httpx.codes.OK:
                    raise UnreadableSource(f"answers {response.status_code} {response.reason_phrase}".rstrip())
                content = bytearray()
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > LARGEST_FILE:
                        raise LimitExceeded(f"is larger than {LARGEST_FILE // 1_000_000} MB")
                    if time.monotonic() - started > _LONGEST_DOWNLOAD:
                        raise LimitExceeded(f"takes longer than {_LONGEST_DOWNLOAD:g} seconds to download")
                return _Download(bytes(content), _last_modified(response))
        except httpx.TooManyRedirects as problem:
            raise UnreadableSource("redirects in a circle") from problem
        except httpx.TimeoutException as problem:
            raise UnreadableSource("did not answer in time") from problem
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise UnreadableSource(f"cannot be reached: {problem}") from problem

    def _refuse_other_host(self, request: httpx.Request) -> None:
        """Also for every hop of a redirect, before it is contacted: a page must not send us around our own network."""
        host = _host(str(request.url))
        if host.removeprefix("www.") != self._host.removeprefix("www."):
            raise UnreadableSource(f"leads to another host, {host}; ingest that address itself if it is wanted")


def canonical(address: str) -> str:
    """Without fragment, default port and capitals in the host: one page, one article.

    Raises:
        WrongUse: it is no address of a web page.
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError as problem:
        raise WrongUse(f"{address} is no address of a web page: {problem}") from problem
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise WrongUse(f"{address} is no address of a web page; it should begin with https:// or http://")
    scheme = parts.scheme.lower()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if port in (None, {"http": 80, "https": 443}[scheme]) else f"{host}:{port}"
    return urlunsplit((scheme, place, parts.path or "/", parts.query, ""))


def _host(address: str) -> str:
    """Name and port: another port of the same machine is another service."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port or ''}".removesuffix(":")


def _is_sitemap(content: bytes) -> bool:
    return bool(_SITEMAP.match(_unpacked(content)[:4096]))


def _unpacked(content: bytes) -> bytes:
    """Sitemaps are often stored as gzip; one that unpacks to more than a file may have is left as it is."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        unpacking = zlib.decompressobj(wbits=31)
        unpacked = unpacking.decompress(content, LARGEST_FILE)
    except zlib.error:
        return content
    return content if unpacking.unconsumed_tail else unpacked


def _entries(sitemap: bytes) -> Iterator[tuple[str, _Page]]:
    """What a sitemap names, in its order. Read without an XML parser: no entities, nothing to blow up."""
    for kind, entry in _ENTRY.findall(_unpacked(sitemap).decode("utf-8", "replace")):
        address, changed = _ADDRESS.search(entry), _CHANGED.search(entry)
        if not address:
            continue
        try:
            page = _Page(canonical(html.unescape(address[1])), moment_of(changed[1]) if changed else None)
        except WrongUse:
            continue  # a sitemap may name what is no web page
        yield kind, page


def _last_modified(response: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers["last-modified"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return None


def certainty(source: str) -> int:
    return 50 if re.match(r"https?://", source.strip(), re.I) else 0


def build(source: str) -> WebConnector:
    return WebConnector(source)
