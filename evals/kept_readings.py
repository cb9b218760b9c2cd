"""The bundled reader, but what it has read once it does not read again: a fit that is repeated takes seconds.

What is kept is named after all that decides what a reading says: weights, calibration, window, the code around them.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from hashlib import blake2b, sha256
from importlib.resources import files
from pathlib import Path

import app.answering
from app.answering.reader import PassageReading, Readable, Reader
from app.settings import Settings
from evals.unfinished import Unfinished

_CODE = ("reader.py", "answer_spans.py")


class KeepingReader(Reader):
    """Reads what it has not read before, and keeps it on disk; a run that is cut off loses one batch.

    Args:
        kept: folder for the readings, one file for each state of weights and code.
    """

    def __init__(self, folder: Path, vocabulary: Path, threads: int, kept: Path) -> None:
        super().__init__(folder, vocabulary, threads)
        self._kept_in = kept

    def read_pairs(self, pairs: Sequence[tuple[str, Readable]]) -> list[PassageReading]:
        keys = [_key(question, passage) for question, passage in pairs]
        missing = [at for at, key in enumerate(keys) if key not in self._known]
        for at, reading in zip(missing, super().read_pairs([pairs[at] for at in missing]), strict=True):
            self._file.add(keys[at], asdict(reading))
            self._known[keys[at]] = reading
        return [self._known[key] for key in keys]

    @cached_property
    def _file(self) -> Unfinished:
        card = {name: self._card[name] for name in ("sha256", "calibration", "window")}
        code = [Path(app.answering.__path__[0], name).read_text(encoding="utf-8") for name in _CODE]
        state = sha256(json.dumps([card, code], sort_keys=True).encode()).hexdigest()[:16]
        return Unfinished(self._kept_in / f"{state}.jsonl")

    @cached_property
    def _known(self) -> dict[str, PassageReading]:
        rows = self._file.rows().items()
        return {key: PassageReading(**{name: row[name] for name in row if name != "key"}) for key, row in rows}


def _key(question: str, passage: Readable) -> str:
    return blake2b("\0".join((question, passage.above, passage.text)).encode(), digest_size=12).hexdigest()


def keeping_reader(settings: Settings) -> KeepingReader:
    """The one that comes with the desk; what it has read is kept below the data folder of these settings."""
    models = Path(str(files("models")))
    tokenizer = models / "embedding" / "tokenizer.json"
    return KeepingReader(models / "reader", tokenizer, settings.threads, settings.data / "evals" / "readings")
