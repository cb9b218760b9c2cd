"""Whatever a file does to its parser, the room gives a reason within the limits and reads the next file."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import psutil
import pytest

from app.errors import FootnoteError, LimitExceeded, UnreadableSource
from ingestion.reading_room import Limits, ReadingRoom

pytestmark = pytest.mark.slow

HOSTILE = "tests.ingestion.hostile_parsers"
TIGHT = Limits(memory=200 * 1024 * 1024, cpu_seconds=0.5, wall_seconds=5.0)


@pytest.fixture
def room() -> Iterator[ReadingRoom]:
    with ReadingRoom(HOSTILE, TIGHT) as opened:
        yield opened


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("hang", "longer than 5 seconds"),
        ("spin", "more than 0.5 seconds of computing"),
        ("die", "ended the process"),
        ("crash", "ended the process"),
        ("swell", "too much memory"),
        ("recurse", "nested too deeply"),
        ("flood", "more text than fits"),
    ],
)
def test_a_file_that_exceeds_a_limit_is_stopped_and_the_next_one_is_read(
    room: ReadingRoom, deed: str, reason: str
) -> None:
    started = time.monotonic()

    with pytest.raises(LimitExceeded, match=reason):
        room.read(f"do:{deed}".encode(), "bad")

    assert time.monotonic() - started < 15
    assert room.read(b"a good file", "good").text == "a good file"


def test_a_bug_in_a_parser_is_the_files_outcome(room: ReadingRoom) -> None:
    with pytest.raises(UnreadableSource, match="ZeroDivisionError"):
        room.read(b"do:raise_", "bad")


def test_what_a_library_prints_does_not_disturb_the_replies(room: ReadingRoom) -> None:
    assert room.read(b"do:chatter", "chatty").text == "a text"
    assert room.read(b"a good file", "good").text == "a good file"


def test_neither_nul_nor_lone_surrogate_gets_through_and_offsets_stay(room: ReadingRoom) -> None:
    assert room.read(b"do:surrogates", "odd").text == "a\ufffdb\ufffdc\U0001f600"


def test_the_child_knows_no_key(room: ReadingRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")

    assert "sk-secret" not in room.read(b"do:environment", "env").text


def test_one_child_reads_many_files_and_is_gone_afterwards() -> None:
    before = children()

    with ReadingRoom(HOSTILE, TIGHT) as room:
        room.read(b"one", "1")
        during = children() - before
        room.read(b"two", "2")
        assert children() - before == during
        assert len(during) == 1

    assert children() == before


def test_a_closed_room_stays_closed() -> None:
    room = ReadingRoom(HOSTILE, TIGHT)
    room.close()

    with pytest.raises(FootnoteError, match="closed"):
        room.read(b"one", "1")


def test_a_room_is_closed_while_a_file_is_handed_over_that_the_child_no_longer_takes() -> None:
    others = children()
    room = ReadingRoom(HOSTILE, TIGHT)
    room.read(b"a good file", "good")
    [child] = children() - others
    psutil.Process(child).suspend()
    reasons: SimpleQueue[str] = SimpleQueue()

    def hand_over() -> None:
        with pytest.raises(LimitExceeded) as refused:
            room.read(b"x" * 68_000, "a little more than a pipe holds")
        reasons.put(str(refused.value))

    reading = threading.Thread(target=hand_over)
    reading.start()
    time.sleep(0.3)

    room.close()

    assert "ended the process" in reasons.get(timeout=10)
    reading.join()
    assert child not in children()


def test_the_child_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with ReadingRoom() as room:
        assert room.read(b"# Hello\n\nthere", "a.md").title == "Hello"
    assert os.listdir(tmp_path) == []  # noqa: PTH208
