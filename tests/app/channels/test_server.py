"""What the server is told about the page, and what it says when it cannot start."""

import socket
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import Parts
from app.channels.server import PAGE_OPTIONS, inline_scripts, page_script, serve
from app.errors import WrongUse
from app.settings import Settings


def test_the_page_alone_has_the_options_of_the_server() -> None:
    options = tomllib.loads((page_script().parent / ".streamlit" / "config.toml").read_text())

    assert _flat(options) == dict(PAGE_OPTIONS)


def test_a_port_in_use_is_said_with_another_to_try(tmp_path: Path) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]

    with taken, Parts(Settings(data=tmp_path)) as parts, pytest.raises(WrongUse, match=f"port {port} is in use"):
        serve(parts, port)


def test_streamlits_own_inline_scripts_are_known_by_their_hash() -> None:
    assert all(len(digest) == 44 for digest in inline_scripts())


def _flat(table: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return flat
