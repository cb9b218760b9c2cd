"""Sources: a folder on a real disk, and pages from a real server on loopback."""

import gzip
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.errors import ServiceUnavailable, UnreadableSource, WrongUse
from ingestion.connectors import SourceFile, connector_for
from ingestion.connectors.web import canonical


def paths(source: Path | str) -> list[str]:
    return [file.path for file in connector_for(str(source)).fetch()]


def refusal(file: SourceFile) -> str:
    with pytest.raises(UnreadableSource) as refused:
        file.read()
    return str(refused.value)


def test_a_folder_is_read_with_all_below_it_in_order_but_nothing_hidden(tmp_path: Path) -> None:
    for path in ("b.md", "a/two.md", "a/one.md", ".hidden.md", ".git/config"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("text")

    assert paths(tmp_path) == ["a/one.md", "a/two.md", "b.md"]
    assert connector_for(str(tmp_path)).expected() == 3


def test_a_single_file_is_a_source(tmp_path: Path) -> None:
    (tmp_path / "only.md").write_text("text")

    [file] = connector_for(str(tmp_path / "only.md")).fetch()

    assert (file.path, file.read()) == ("only.md", b"text")


def test_a_folder_is_the_same_source_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kb").mkdir()
    monkeypatch.chdir(tmp_path)

    ids = {connector_for(way).source_id for way in ("kb", "./kb/", str(tmp_path / "kb"), "kb/../kb")}

    assert len(ids) == 1


def test_a_missing_folder_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no such folder"):
        paths(tmp_path / "missing")


def test_links_are_followed_inside_the_folder_only(tmp_path: Path) -> None:
    inside, outside = tmp_path / "kb", tmp_path / "secret"
    inside.mkdir()
    outside.mkdir()
    (outside / "key").write_text("secret")
    (inside / "a.md").write_text("text")
    (inside / "again.md").symlink_to("a.md")
    (inside / "broken.md").symlink_to("nowhere")
    (inside / "leak.md").symlink_to(outside / "key")
    (inside / "leaks").symlink_to(outside)
    (inside / "loop").symlink_to(".")

    files = {file.path: file for file in connector_for(str(inside)).fetch()}

    assert list(files) == ["a.md", "again.md", "broken.md", "leak.md", "leaks"]
    assert files["again.md"].read() == b"text"
    assert "no such file" in refusal(files["broken.md"])
    assert "leads out" in refusal(files["leak.md"])
    assert "leads out" in refusal(files["leaks"])


def test_what_is_no_regular_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    [file] = connector_for(str(tmp_path)).fetch()

    assert "not a regular file" in refusal(file)


def test_a_name_that_is_no_text_still_gives_a_path(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("text")

    [file] = connector_for(str(tmp_path)).fetch()

    assert file.path.encode() == b"caf\\xe9.md"
    assert file.read() == b"text"


@dataclass
class Site:
    """A web server; what it says to each path can be set, and what it was asked is kept."""

    address: str = ""
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def says(self, path: str, content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.answers[path] = (status, content, headers or {})


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            status, content, headers = made.answers.get(self.path, (404, b"", {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        made.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


def sitemap(*addresses: str, kind: str = "url") -> bytes:
    entries = "".join(f"<{kind}><loc>{a}</loc><lastmod>2026-05-01</lastmod></{kind}>" for a in addresses)
    root = "urlset" if kind == "url" else "sitemapindex"
    return f'<?xml version="1.0"?><!-- made --><{root} xmlns="x">{entries}</{root}>'.encode()


def test_a_page_is_one_article_with_its_address_and_date(site: Site) -> None:
    site.says("/help?a=1", b"<html>text</html>", headers={"Last-Modified": "Fri, 01 May 2026 10:00:00 GMT"})

    [file] = connector_for(f"{site.address}/help?a=1#part").fetch()

    assert file.url == f"{site.address}/help?a=1"
    assert file.modified_at.isoformat() == "2026-05-01T10:00:00+00:00"
    assert file.read() == b"<html>text</html>"


def test_a_sitemap_gives_its_pages_of_the_same_host_once(site: Site) -> None:
    a, b = f"{site.address}/a", f"{site.address}/b?x=1&amp;y=2"
    site.says("/sitemap.xml", sitemap(a, b, a + "#again", "https://elsewhere.example/c", "ftp://x/y"))
    site.says("/a", b"page a")

    files = list(connector_for(f"{site.address}/sitemap.xml").fetch())

    assert [file.url for file in files] == [a, f"{site.address}/b?x=1&y=2"]
    assert files[0].modified_at.isoformat() == "2026-05-01T00:00:00+00:00"
    assert files[0].read() == b"page a"
    assert "404" in refusal(files[1])


def test_a_sitemap_index_leads_to_its_packed_sitemaps(site: Site) -> None:
    site.says("/index.xml", sitemap(f"{site.address}/one.xml.gz", f"{site.address}/index.xml", kind="sitemap"))
    site.says("/one.xml.gz", gzip.compress(sitemap(f"{site.address}/a")))

    assert paths(f"{site.address}/index.xml") == [f"{site.address}/a"]


def test_a_page_that_redirects_to_another_host_is_refused_before_that_is_asked(site: Site) -> None:
    port = site.address.rpartition(":")[2]
    site.says("/s.xml", sitemap(f"{site.address}/away", f"{site.address}/moved", f"{site.address}/circle"))
    site.says("/away", b"", 302, {"Location": f"http://localhost:{port}/secret"})
    site.says("/moved", b"", 301, {"Location": "/new"})
    site.says("/new", b"here")
    site.says("/circle", b"", 302, {"Location": "/circle"})

    away, moved, circle = connector_for(f"{site.address}/s.xml").fetch()

    assert "another host" in refusal(away)
    assert moved.read() == b"here"
    assert "circle" in refusal(circle)
    assert "/secret" not in site.asked


def test_a_source_that_cannot_be_reached_is_said_as_such(site: Site) -> None:
    site.says("/broken", b"", 500)

    with pytest.raises(ServiceUnavailable, match="500"):
        paths(f"{site.address}/broken")
    with pytest.raises(ServiceUnavailable, match="cannot be reached"):
        paths("http://127.0.0.1:9/")


def test_a_page_that_unpacks_to_too_much_is_stopped(site: Site) -> None:
    site.says("/bomb", gzip.compress(bytes(60_000_000)), headers={"Content-Encoding": "gzip"})

    with pytest.raises(WrongUse, match="larger than 50 MB"):
        paths(f"{site.address}/bomb")


@pytest.mark.parametrize("address", ["http://", "https://[::1", "http://host:port/"])
def test_what_is_no_address_is_wrong_use(address: str) -> None:
    with pytest.raises(WrongUse, match="no address"):
        connector_for(address)


def test_one_page_has_one_canonical_address() -> None:
    assert canonical("HTTPS://Example.ORG:443#x") == canonical("https://example.org/") == "https://example.org/"
