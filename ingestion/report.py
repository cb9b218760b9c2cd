"""What became of each file. Pure; the JSON is the contract of `footnote ingest --json`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Ending = Literal["ok", "unchanged", "rejected", "limit", "encrypted"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)


@dataclass(frozen=True)
class FileOutcome:
    """How one file ended, and why, where it is not its own doing."""

    source: str  # where a person finds it
    article_id: str
    outcome: Ending
    reason: str = ""
    chunks: int = 0
    path: str = ""  # within its source


@dataclass(frozen=True)
class IngestReport:
    """All files of one ingest, in the order in which they were finished."""

    files: tuple[FileOutcome, ...] = ()
    seconds: float = 0.0
    removed: tuple[str, ...] = ()  # ids of the articles that `prune` took away
    notes: tuple[str, ...] = ()  # what the curator should know beside the files

    @property
    def counts(self) -> dict[Ending, int]:
        return {ending: sum(file.outcome == ending for file in self.files) for ending in ENDINGS}

    @property
    def chunks(self) -> int:
        return sum(file.chunks for file in self.files)

    @property
    def chunks_per_second(self) -> float:
        return round(self.chunks / self.seconds, 1) if self.seconds > 0 else 0.0

    def as_json(self) -> Mapping[str, Any]:
        return {
            "files": [
                {"source": f.source, "article_id": f.article_id, "outcome": f.outcome}
                | {"reason": f.reason, "chunks": f.chunks}
                for f in self.files
            ],
            "counts": self.counts,
            "seconds": round(self.seconds, 3),
            "chunks_per_second": self.chunks_per_second,
        }

    def joined(self, other: "IngestReport") -> "IngestReport":
        """Two sources of one command as one report."""
        return IngestReport(
            files=self.files + other.files,
            seconds=self.seconds + other.seconds,
            removed=self.removed + other.removed,
            notes=tuple(dict.fromkeys(self.notes + other.notes)),
        )
