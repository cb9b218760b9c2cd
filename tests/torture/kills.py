"""P1 to P3: kill worker and Chroma at random points; then all that was ingested is found, whole, once.

python -m tests.torture.kills --kills 1000 --seed 7
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from app.bootstrap import Parts
from app.knowledge.articles import Asker
from app.knowledge.catalog import Catalog
from app.settings import Settings

FILES = 24
CHANGED_AT_ONCE = 6
LONGEST_LIFE = 4.0  # seconds until the next kill
PATIENCE = 120.0
WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll", "ledge"]


@dataclass
class Figures:
    """What was done, and what must all be zero."""

    kills_of_worker: int = 0
    kills_of_chroma: int = 0
    articles_taken_in: int = 0
    lost: list[str] = field(default_factory=list)  # reported as ingested, not found
    stale: list[str] = field(default_factory=list)  # replaced text that is still found
    partial: list[str] = field(default_factory=list)  # articles without all of their chunks
    out_of_step: list[str] = field(default_factory=list)  # what the audit says, if it says anything

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.stale or self.partial or self.out_of_step)


def torture(kills: int, seed: int, folder: Path) -> Figures:
    """Change files, let a worker take them in, kill it or Chroma at a random moment, `kills` times; then look."""
    chance = random.Random(seed)
    figures = Figures()
    settings = Settings(data=folder / "data")
    knowledge = folder / "knowledge"
    knowledge.mkdir()
    generations = dict.fromkeys(range(FILES), 0)
    for number in generations:
        write_file(knowledge, number, 0)
    catalog = Catalog.open(f"sqlite:///{settings.data.resolve() / 'catalog.sqlite'}")
    try:
        for _ in range(kills):
            for number in chance.sample(sorted(generations), CHANGED_AT_ONCE):
                generations[number] += 1
                write_file(knowledge, number, generations[number])
            enqueue(catalog, knowledge)
            with worker(settings.data) as process:
                time.sleep(chance.uniform(0.3, LONGEST_LIFE))
                kill_one(process, settings.data, chance, figures)
        last = enqueue(catalog, knowledge)
        with worker(settings.data):
            report = finished(catalog, last)
        figures.articles_taken_in = report["counts"]["ok"] + report["counts"]["unchanged"]
    finally:
        catalog.close()
    look(settings, knowledge, generations, figures)
    return figures


def write_file(knowledge: Path, number: int, generation: int) -> None:
    """Several chunks, the last of which has a word that only this generation of this file has."""
    chance = random.Random(number * 1000 + generation)
    sections = [
        f"## Part {part}\n\n" + " ".join(chance.choice(WORDS) for _ in range(chance.randint(60, 160))) + "."
        for part in range(chance.randint(2, 5))
    ]
    text = (
        f"# File {number}\n\n" + "\n\n".join(sections) + f"\n\n## Token\n\nIts token is {token(number, generation)}.\n"
    )
    new = knowledge / f".{number}.new"
    new.write_text(text, encoding="utf-8")
    new.replace(knowledge / f"file-{number}.md")


def token(number: int, generation: int) -> str:
    return f"zq{number}x{generation}zq"


def enqueue(catalog: Catalog, knowledge: Path) -> int:
    return catalog.enqueue("ingest", {"source": str(knowledge), "prune": True})


@contextmanager
def worker(data: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = os.environ | {"FOOTNOTE_DATA": str(data)}
    with (data / "worker.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "cli", "worker"], env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def kill_one(process: "subprocess.Popen[bytes]", data: Path, chance: random.Random, figures: Figures) -> None:
    """The worker, or, if it is there already, Chroma; then the worker lives on for a moment and is killed as well."""
    server = chroma_of(data)
    if server is not None and chance.random() < 0.5:
        server.kill()
        figures.kills_of_chroma += 1
        time.sleep(chance.uniform(0.0, 1.0))
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait()
        figures.kills_of_worker += 1


def chroma_of(data: Path) -> psutil.Process | None:
    try:
        pid = json.loads((data / "locks" / "chroma.json").read_text(encoding="utf-8"))["pid"]
        return psutil.Process(pid) if pid else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def finished(catalog: Catalog, job_id: int) -> dict[str, dict[str, int]]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        job = catalog.job(job_id)
        if job is not None and job.state == "done" and job.report is not None:
            return job.report
        if job is not None and job.state == "failed":
            raise AssertionError(f"the last ingest failed: {job.reason}")
        time.sleep(0.2)
    raise AssertionError(f"the last ingest did not end within {PATIENCE:.0f} s")


def look(settings: Settings, knowledge: Path, generations: dict[int, int], figures: Figures) -> None:
    """Through the front door, with Chroma running, and then id by id."""
    with Parts(settings) as parts:
        parts.start_chroma()
        parts.publish()
        report = parts.audit()
        if not report.in_step:
            figures.out_of_step.append(json.dumps(report.as_json()))
        texts = {article.path: article for article in parts.catalog.articles(None)}
        for number, generation in generations.items():
            path = f"file-{number}.md"
            found = parts.index.by_words(token(number, generation), Asker.of(), 5).passages
            if not found or found[0].article.path != path:
                figures.lost.append(path)
            if generation and parts.index.by_words(token(number, generation - 1), Asker.of(), 5).passages:
                figures.stale.append(path)
            if path in texts and not is_whole(parts, texts[path].id, knowledge / path):
                figures.partial.append(path)


def is_whole(parts: Parts, article_id: str, file: Path) -> bool:
    """The chunks, put together, are the file, but for white space; each has a vector."""
    article = parts.catalog.article(article_id, None)
    prefix = f"{article_id}.{article.revision}."
    ids = sorted((i for i in parts.catalog.chunk_ids(parts.version) if i.startswith(prefix)), key=position)
    chunks = parts.catalog.resolve(parts.version, ids, Asker.of())
    together = "".join(chunks[id_][0].text for id_ in ids)
    vectors = parts.catalog.vectors(parts.version, ids)
    return without_blanks(together) == without_blanks(file.read_text(encoding="utf-8")) and len(vectors) == len(ids)


def position(chunk_id: str) -> int:
    return int(chunk_id.rpartition(".")[2])


def without_blanks(text: str) -> str:
    return "".join(text.split())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = torture(chosen.kills, chosen.seed, Path(folder))
    sys.stdout.write(json.dumps(asdict(figures), indent=1) + "\n")
    sys.exit(0 if figures.is_clean else 1)


if __name__ == "__main__":
    main()
