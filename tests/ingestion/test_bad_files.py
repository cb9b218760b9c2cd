"""P18 in its short form: no file stops, hangs or swells the ingest; each has its outcome, and good ones are indexed."""

import time
from pathlib import Path

import psutil
import pytest

from app.knowledge.articles import Asker
from ingestion.connectors import connector_for
from ingestion.pipeline import ingest
from tests.ingestion import bombs
from tests.ingestion.parts import Desk


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_every_bad_file_has_its_outcome_and_the_good_ones_are_indexed(tmp_path: Path) -> None:
    kb = tmp_path / "kb"
    kb.mkdir()
    expected = bombs.write_all(kb)
    for path in list(expected):
        (kb / f"{path}.good.md").write_text(f"# Good\n\nA word about {path}.")
    desk, resident = Desk(tmp_path), psutil.Process().memory_info().rss
    started = time.monotonic()

    report = ingest(connector_for(str(kb)), desk.parts())

    outcomes = {file.path: file for file in report.files}
    for path, endings in expected.items():
        assert outcomes[path].outcome in endings.split("|"), outcomes[path]
        assert outcomes[path].reason or outcomes[path].outcome == "ok", path
        assert "\n" not in outcomes[path].reason
        assert outcomes[f"{path}.good.md"].outcome == "ok"
    assert time.monotonic() - started < 200
    assert psutil.Process().memory_info().rss - resident < 512 * 1024 * 1024
    assert len(desk.catalog.articles(Asker.of())) == report.counts["ok"]
    assert sum(report.counts.values()) == len(report.files) == 2 * len(expected)


def test_a_second_look_reads_the_bad_files_again_and_says_the_same(tmp_path: Path) -> None:
    kb = tmp_path / "kb"
    kb.mkdir()
    (kb / "bad.md").write_bytes(b"text\0text")
    desk = Desk(tmp_path)

    first, second = (ingest(connector_for(str(kb)), desk.parts()) for _ in range(2))

    assert first.files == second.files
    assert second.counts["rejected"] == 1
