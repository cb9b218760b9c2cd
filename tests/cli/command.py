"""Run `footnote` as a user does: its own process, its own data folder; and read what it prints."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Command:
    """`footnote` over one data folder; settings go in as FOOTNOTE_* variables."""

    data: Path

    def environment(self, **settings: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("FOOTNOTE_", "OPENAI_"))}
        chosen = {f"FOOTNOTE_{name.upper()}": value for name, value in settings.items()}
        return inherited | {"FOOTNOTE_DATA": str(self.data)} | chosen

    def __call__(self, *arguments: str | Path, **settings: str) -> Ended:
        process = subprocess.run(
            [sys.executable, "-m", "cli", *map(str, arguments)],
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ended(process.returncode, process.stdout, process.stderr)


def write_articles(folder: Path) -> Path:
    """Three small articles, one of them for an audience."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "refunds.md").write_text(
        "# Refunds\n\nA refund takes five working days.\n\n## Exceptions\n\nGift cards are never refunded.\n",
        encoding="utf-8",
    )
    (folder / "vpn.md").write_text(
        "---\ntitle: Connecting to the VPN\nupdated: 2026-02-01\n---\n\n"
        "Install the Tidewater client, then sign in with your badge number.\n",
        encoding="utf-8",
    )
    (folder / "bands.md").write_text(
        "---\ntitle: Pay bands\naudiences: [hr]\n---\n\nBand seven starts at 61,000 pounds a year.\n", encoding="utf-8"
    )
    return folder
