"""`footnote bench` from its articles to its report, on few of them."""

from pathlib import Path

import pytest

from app.settings import Settings
from evals import bench


@pytest.mark.slow
def test_what_is_asked_is_reranked_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SEARCHES", 3)
    monkeypatch.setattr(bench, "WARM_UP", 1)

    report = bench.bench(Settings(data=tmp_path), 100, lambda _: None)

    assert report.chunks == 100
    assert report.passages_read is not None and report.passages_read >= 6
    assert len(report.ask) == len(report.search) == len(report.fused or ()) == 3
