"""P9 and P10 from the terminal: another embedding model cannot break the desk, and a backup brings the same answers."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import Parts
from app.knowledge.articles import Asker
from app.knowledge.index import Found
from app.settings import Settings
from tests.cli.command import Command, write_articles
from tests.embedding_server import EmbeddingServer, embedding_server

pytestmark = pytest.mark.slow

OTHER = "openai_compatible:words-16"
TOPICS = [
    "invoices",
    "holidays",
    "laptops",
    "parking",
    "travel",
    "visitors",
    "printing",
    "heating",
    "lockers",
    "safety",
]


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as served:
        yield served


def with_other(server: EmbeddingServer) -> dict[str, str]:
    return {"embedding_model": OTHER, "openai_base_url": server.address, "openai_api_key": "none"}


def reach(server: EmbeddingServer) -> dict[str, str]:
    """The other model can be reached, and is not chosen yet."""
    return {name: value for name, value in with_other(server).items() if name != "embedding_model"}


def many_articles(folder: Path, count: int) -> Path:
    chance = random.Random(5)
    folder.mkdir()
    for number in range(count):
        topic = TOPICS[number % len(TOPICS)]
        sections = (
            f"## Rule {n}\n\nFor {topic} number {number} the limit is {chance.randint(10, 999)} and the contact is "
            f"desk {chance.randint(1, 80)} in building {chance.choice('ABCDEF')}.\n"
            for n in range(3)
        )
        (folder / f"{number}.md").write_text(f"# {topic.title()} {number}\n\n" + "\n".join(sections), encoding="utf-8")
    return folder


def versions(footnote: Command) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = footnote("index", "list", "--json").json["versions"]
    return found


def test_another_model_is_refused_built_beside_switched_to_and_back_and_the_old_one_dropped(
    tmp_path: Path, server: EmbeddingServer
) -> None:
    footnote = Command(tmp_path / "data")
    assert footnote("ingest", write_articles(tmp_path / "knowledge")).status == 0
    question = ("search", "refund working days", "--json")

    refused = footnote(*question, **with_other(server))
    assert refused.status == 1
    assert f"footnote index migrate --embedding-model {OTHER}" in refused.err
    assert "set FOOTNOTE_EMBEDDING_MODEL=bundled:all-MiniLM-L6-v2;" in refused.err

    migrated = footnote("index", "migrate", "--embedding-model", OTHER, **reach(server))
    assert migrated.status == 0, migrated.err
    assert [(v["version"], v["live"], v["articles_behind"]) for v in versions(footnote)] == [
        (1, True, 0),
        (2, False, 0),
    ]
    assert footnote(*question).status == 0
    changed = tmp_path / "knowledge" / "refunds.md"
    changed.write_text(changed.read_text(encoding="utf-8").replace("five", "nine"), encoding="utf-8")
    assert footnote("ingest", tmp_path / "knowledge").status == 0
    assert versions(footnote)[1]["articles_behind"] == 1

    switched = footnote("index", "switch", **reach(server))
    assert switched.status == 0, switched.err
    assert f"Now set FOOTNOTE_EMBEDDING_MODEL={OTHER}" in switched.err
    passages = footnote(*question, **with_other(server)).json["passages"]
    assert "nine working days" in passages[0]["text"]
    assert footnote("audit", **with_other(server)).status == 0
    assert "set FOOTNOTE_EMBEDDING_MODEL=openai_compatible:words-16" in footnote(*question).err

    assert footnote("index", "drop", "2").status == 2
    back = footnote("index", "switch", "1", **with_other(server))
    assert back.status == 0, back.err
    assert "nine working days" in footnote(*question).json["passages"][0]["text"]
    dropped = footnote("index", "drop", "2")
    assert dropped.status == 0, dropped.err
    assert [v["version"] for v in versions(footnote)] == [1]
    assert [folder.name for folder in (tmp_path / "data" / "words").iterdir()] == ["1"]
    assert footnote("audit").status == 0


def test_a_migration_that_is_killed_anywhere_leaves_the_live_index_whole_and_goes_on(
    tmp_path: Path, server: EmbeddingServer
) -> None:
    footnote = Command(tmp_path / "data")
    knowledge = many_articles(tmp_path / "knowledge", 400)
    assert footnote("ingest", knowledge, **with_other(server)).status == 0
    third = with_other(server) | {"embedding_model": "openai_compatible:words-32", "embedding_dimensions": "32"}
    arguments = [sys.executable, "-m", "cli", "index", "migrate", "--embedding-model", third["embedding_model"]]
    chance, reached = random.Random(2), []

    for _ in range(6):
        process = subprocess.Popen(arguments, env=footnote.environment(**third), stderr=subprocess.PIPE)
        begun = len(server.asked)
        while len(server.asked) == begun and process.poll() is None:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 0.6))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        reached.append(versions(footnote)[1]["chunks"] if len(versions(footnote)) > 1 else 0)

    assert footnote("audit", **with_other(server)).status == 0
    found = footnote("search", "contact for parking number 13", "--json", **with_other(server)).json
    assert "parking number 13" in found["passages"][0]["text"]
    assert reached == sorted(reached)
    assert versions(footnote)[0]["live"]
    ended = subprocess.run(arguments, env=footnote.environment(**third), capture_output=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert versions(footnote)[1]["articles_behind"] == 0
    assert versions(footnote)[1]["chunks"] == versions(footnote)[0]["chunks"]
    switched = footnote("index", "switch", "2", **third)
    assert switched.status == 0, switched.err
    assert footnote("audit", **third).status == 0


def test_a_worker_ends_when_another_version_goes_live_so_that_it_is_started_with_it(
    tmp_path: Path, server: EmbeddingServer
) -> None:
    footnote = Command(tmp_path / "data")
    assert footnote("ingest", write_articles(tmp_path / "knowledge")).status == 0
    worker = subprocess.Popen(
        [sys.executable, "-m", "cli", "worker"], env=footnote.environment(), stderr=subprocess.PIPE, text=True
    )
    try:
        time.sleep(3)
        assert footnote("index", "migrate", "--embedding-model", OTHER, **reach(server)).status == 0
        assert worker.poll() is None

        assert footnote("index", "switch", "2", **reach(server)).status == 0

        said = worker.communicate(timeout=30)[1]
    finally:
        worker.kill()
    assert worker.returncode == 1
    assert f"index version 2 ({OTHER}) has become the live one; this process ends, to be started again" in said


def top_ten(data: Path, queries: list[str]) -> list[dict[str, list[tuple[str, float]]]]:
    with Parts(Settings(data=data)) as opened:
        opened.start_chroma()
        found = []
        for query in queries:
            legs = {
                "meaning": opened.index.by_meaning(query, Asker(), 10),
                "words": opened.index.by_words(query, Asker(), 10),
            }
            assert not any(leg.notes for leg in legs.values())
            legs["fused"] = Found(list(opened.desk.search(query).passages[:10]))
            found.append({n: [(p.chunk.id, round(p.score, 5)) for p in leg.passages] for n, leg in legs.items()})
        return found


def test_three_restores_of_a_backup_find_the_same_and_what_was_removed_stays_removed(tmp_path: Path) -> None:
    """P10, short form."""
    footnote = Command(tmp_path / "data")
    report = footnote("ingest", many_articles(tmp_path / "knowledge", 60), "--json").json
    removed = report["files"][13]["article_id"]
    assert footnote("articles", "remove", removed).status == 0
    queries = [f"{TOPICS[n % len(TOPICS)]} number {n} limit and contact desk" for n in range(30)]
    worker = subprocess.Popen([sys.executable, "-m", "cli", "worker"], env=footnote.environment())
    try:
        time.sleep(3)
        ended = footnote("backup", tmp_path / "desk.backup")
    finally:
        worker.terminate()
        worker.wait(30)
    assert ended.status == 0, ended.err
    with Parts(Settings(data=tmp_path / "data")) as opened:
        opened.start_chroma()
        # tantivy counts removed chunks in its statistics until it merges its files, which a fresh index never has.
        opened.repair(from_scratch=True)
    expected = top_ten(tmp_path / "data", queries)

    for number in range(3):
        again = Command(tmp_path / f"restored-{number}")
        ended = again("restore", tmp_path / "desk.backup")
        assert ended.status == 0, ended.err
        assert "59 articles are back" in ended.out
        assert top_ten(again.data, queries) == expected
        assert removed not in json.dumps(again("articles", "list", "--json").json)

    assert "stop what runs, move" in again("restore", tmp_path / "desk.backup").err
    elsewhere = Command(tmp_path / "elsewhere")
    ended = elsewhere("restore", tmp_path / "desk.backup", catalog_url="postgresql+psycopg://db.example/desk")
    assert ended.status == 2
    assert "pg_restore" in ended.err
