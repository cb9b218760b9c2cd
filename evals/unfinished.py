"""What an interrupted run had done, so that the next one goes on there: one JSON object a line, as it comes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Unfinished:
    """Rows by their `key`; gone when the run is done, so that no run repeats an old one's figures.

    Args:
        file: named after everything that decides what a row says; another name is another run.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def rows(self) -> dict[str, dict[str, Any]]:
        """What was done; the last line may have been cut off in the middle, and is then done again."""
        if not self._file.exists():
            return {}
        whole, _, cut_off = self._file.read_text(encoding="utf-8").rpartition("\n")
        if cut_off:
            self._file.write_text(whole + "\n" if whole else "", encoding="utf-8")
        return {row["key"]: row for row in map(json.loads, whole.splitlines())}

    def add(self, key: str, row: Mapping[str, Any]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, **row}) + "\n")

    def forget(self) -> None:
        self._file.unlink(missing_ok=True)
