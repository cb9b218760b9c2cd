"""P1 and P2, the ingest's part: killed anywhere, articles are there whole or not at all, and once."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.knowledge.articles import Asker
from tests.ingestion.parts import Desk

ROOT = Path(__file__).parents[2]


def start(kb: Path, data: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.ingestion.ingesting", str(kb), str(data)], cwd=ROOT)


def children_once_reading(ingesting: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Waits until it has begun to read; empty when it has ended before."""
    while ingesting.poll() is None:
        if children := psutil.Process(ingesting.pid).children():
            return children
        time.sleep(0.01)
    return []


def ingested(data: Path) -> dict[str, tuple[str, ...]]:
    """Article path -> the texts of its chunks, each proven to stand in its revision and to have a vector."""
    desk, found = Desk(data), {}
    known = desk.catalog.resolve(desk.version, sorted(desk.catalog.chunk_ids(desk.version)), Asker.of())
    assert len(known) == len(desk.catalog.chunk_ids(desk.version))
    assert not known or desk.catalog.vectors(desk.version, list(known)).any(axis=1).all()
    for article in desk.catalog.articles(None):
        text = desk.catalog.revision(article.id, article.revision, Asker.of()).text
        chunks = sorted((c for c, a in known.values() if a.id == article.id), key=lambda chunk: chunk.position)
        assert [chunk.position for chunk in chunks] == list(range(len(chunks)))
        assert all(chunk.text == text[chunk.start : chunk.end] for chunk in chunks)
        found[article.path] = tuple(chunk.text for chunk in chunks)
    assert sum(map(len, found.values())) == len(known), "orphans"
    desk.catalog.close()
    return found


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_twenty_kills_lose_nothing_double_nothing_and_leave_no_process(tmp_path: Path) -> None:
    kb, data, clean = tmp_path / "kb", tmp_path / "data", tmp_path / "clean"
    for folder in (kb, data, clean):
        folder.mkdir()
    for number in range(1000):
        (kb / f"{number}.md").write_text("\n\n".join(f"# {number}.{part}\n\nwords {part}" for part in range(12)))
    chance, done = random.Random(3), [0]

    for _ in range(20):
        ingesting = start(kb, data)
        children_once_reading(ingesting)
        time.sleep(chance.uniform(0.0, 0.4))
        ingesting.send_signal(signal.SIGKILL)
        ingesting.wait()
        done.append(len(ingested(data)))

    assert done == sorted(done), "what was there is gone"
    assert len(set(done)) > 5, "the kills came too late to prove anything"
    assert start(kb, data).wait() == 0
    assert start(kb, clean).wait() == 0
    assert ingested(data) == ingested(clean)
    assert len(ingested(data)) == 1000
    time.sleep(1)
    left = [p.pid for p in psutil.process_iter(["cmdline", "ppid"]) if _is_orphan(p)]
    assert left == []


def _is_orphan(process: psutil.Process) -> bool:
    return "ingestion.reading_child" in (process.info["cmdline"] or ()) and process.info["ppid"] == 1


@pytest.mark.slow
def test_ctrl_c_ends_the_process_and_its_child_soon(tmp_path: Path) -> None:
    kb = tmp_path / "kb"
    kb.mkdir()
    for number in range(2000):
        (kb / f"{number}.md").write_text("\n\n".join(f"# {number}.{part}\n\nwords {part}" for part in range(30)))
    ingesting = start(kb, tmp_path)
    children = children_once_reading(ingesting)

    ingesting.send_signal(signal.SIGINT)

    assert ingesting.wait(timeout=10) != 0
    psutil.wait_procs(children, timeout=5)
    assert children
    assert not any(child.is_running() for child in children)
    ingested(tmp_path)
