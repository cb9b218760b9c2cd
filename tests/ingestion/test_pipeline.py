"""From a folder on disk to a catalog on disk: what is taken in, what is skipped, and what a crash leaves."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.errors import LeaseHeld, ServiceUnavailable, WrongUse
from app.knowledge.articles import Article, Asker
from ingestion.connectors import SourceFile, connector_for
from ingestion.connectors.folder import FolderConnector
from ingestion.pipeline import ingest
from ingestion.report import FileOutcome, IngestReport
from tests.ingestion.parts import Desk


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "leave.md").write_text("# Leave\n\nYou have 25 days.\n\n## Carrying over\n\nFive days at most.\n")
    (folder / "badge.txt").write_text("Badges\n\nShow your badge at the door.\n")
    return folder


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.catalog.close()


def run(desk: Desk, source: Path, **said: object) -> IngestReport:
    return ingest(connector_for(str(source)), desk.parts(), **said)  # type: ignore[arg-type]


def article(desk: Desk, title: str) -> Article:
    return next(article for article in desk.catalog.articles(None) if article.title == title)


def test_articles_are_committed_with_exact_chunks_and_a_vector_each(desk: Desk, kb: Path) -> None:
    report = run(desk, kb)

    assert report.counts == {"ok": 2, "unchanged": 0, "rejected": 0, "limit": 0, "encrypted": 0}
    leave = article(desk, "Leave")
    revision = desk.catalog.revision(leave.id, 1, Asker.of())
    ids = desk.catalog.chunk_ids(desk.version)
    for chunk, _ in desk.catalog.resolve(desk.version, sorted(ids), Asker.of()).values():
        if chunk.article_id == leave.id:
            assert chunk.text == revision.text[chunk.start : chunk.end]
    assert len(ids) == report.chunks == 3
    assert desk.catalog.vectors(desk.version, sorted(ids)).any(axis=1).all()


def test_a_second_run_finds_all_unchanged_and_asks_for_no_model_and_no_index(desk: Desk, kb: Path) -> None:
    run(desk, kb)
    desk.settle()
    desk.asked = {"model": 0, "publish": 0}
    os.utime(kb / "leave.md", (0, 0))

    report = run(desk, kb)

    assert report.counts["unchanged"] == 2
    assert desk.asked == {"model": 0, "publish": 0}


def test_a_changed_file_becomes_the_next_revision_and_the_others_stay(desk: Desk, kb: Path) -> None:
    run(desk, kb)
    (kb / "leave.md").write_text("# Leave\n\nYou have 30 days.\n")

    report = run(desk, kb)

    assert (report.counts["ok"], report.counts["unchanged"]) == (1, 1)
    leave = article(desk, "Leave")
    assert leave.revision == 2
    assert desk.catalog.revision(leave.id, 2, Asker.of()).text == "# Leave\n\nYou have 30 days.\n"
    assert len(desk.catalog.chunk_ids(desk.version)) == 2


def test_another_audience_applies_at_once_without_embedding_again(desk: Desk, kb: Path) -> None:
    run(desk, kb)
    embedded = desk.model.embedded

    report = run(desk, kb, audiences=["staff"])

    assert report.counts["ok"] == 2
    assert report.chunks == 0
    assert desk.model.embedded == embedded
    assert desk.catalog.articles(Asker.of()) == []
    assert len(desk.catalog.articles(Asker.of(["staff"]))) == 2
    assert article(desk, "Leave").revision == 1


def test_front_matter_wins_over_the_audience_of_the_command(desk: Desk, kb: Path) -> None:
    (kb / "pay.md").write_text(
        "---\ntitle: Pay\naudiences: [hr, board]\nupdated: 2026-03-01\nurl: https://kb.example/pay\n---\nSecret.\n"
    )

    run(desk, kb, audiences=["staff"])

    pay = article(desk, "Pay")
    assert pay.audiences == {"hr", "board"}
    assert pay.updated_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert pay.url == "https://kb.example/pay"


def test_the_same_bytes_at_two_paths_are_two_articles(desk: Desk, kb: Path) -> None:
    (kb / "copy.md").write_bytes((kb / "leave.md").read_bytes())

    run(desk, kb)

    assert len(desk.catalog.articles(None)) == 3


def test_prune_removes_what_is_gone_from_its_own_source_only(desk: Desk, kb: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "visas.md").write_text("# Visas\n\nAsk early.")
    run(desk, kb)
    run(desk, other)
    (kb / "badge.txt").unlink()

    kept = run(desk, kb)
    pruned = run(desk, kb, prune=True)

    assert kept.removed == ()
    assert len(pruned.removed) == 1
    assert {a.title for a in desk.catalog.articles(None)} == {"Leave", "Visas"}


def test_prune_keeps_what_became_unreadable(desk: Desk, kb: Path) -> None:
    run(desk, kb)
    (kb / "leave.md").write_bytes(b"\0\0\0")

    report = run(desk, kb, prune=True)

    assert report.counts["rejected"] == 1
    assert report.removed == ()
    assert article(desk, "Leave").revision == 1


def test_prune_of_an_empty_folder_removes_nothing_and_says_so(desk: Desk, kb: Path) -> None:
    run(desk, kb)
    for file in kb.iterdir():
        file.unlink()

    report = run(desk, kb, prune=True)

    assert len(desk.catalog.articles(None)) == 2
    assert "unmounted" in report.notes[0]


def test_prune_of_a_missing_folder_removes_nothing(desk: Desk, kb: Path) -> None:
    run(desk, kb)
    kb.rename(kb.with_name("elsewhere"))

    with pytest.raises(WrongUse, match="no such folder"):
        run(desk, kb, prune=True)

    assert len(desk.catalog.articles(None)) == 2


@dataclass
class BreakingConnector:
    """A source that breaks off after its first file, as a network share does."""

    inner: FolderConnector

    @property
    def source_id(self) -> str:
        return self.inner.source_id

    @property
    def location(self) -> str:
        return self.inner.location

    def expected(self) -> int | None:
        return None

    def fetch(self) -> Iterator[SourceFile]:
        yield next(iter(self.inner.fetch()))
        raise ServiceUnavailable("the share is away")


def test_a_source_that_breaks_off_keeps_its_articles_and_what_it_gave_is_committed(desk: Desk, kb: Path) -> None:
    run(desk, kb)
    (kb / "badge.txt").write_text("Badges\n\nA new rule.\n")

    with pytest.raises(ServiceUnavailable, match="away"):
        ingest(BreakingConnector(FolderConnector(kb)), desk.parts(), prune=True)

    assert len(desk.catalog.articles(None)) == 2
    assert article(desk, "Badges").revision == 2


def test_an_empty_folder_is_an_empty_report(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    report = run(desk, tmp_path / "empty")

    assert report.as_json() == {
        "files": [],
        "counts": {"ok": 0, "unchanged": 0, "rejected": 0, "limit": 0, "encrypted": 0},
        "seconds": report.as_json()["seconds"],
        "chunks_per_second": 0.0,
    }


def test_a_second_ingest_at_the_same_time_says_who_is_at_it(desk: Desk, kb: Path) -> None:
    with desk.catalog.lease("ingest", f"elsewhere:{os.getpid()}"), pytest.raises(LeaseHeld, match="elsewhere"):
        run(desk, kb)

    assert run(desk, kb).counts["ok"] == 2


class _Interrupt(BaseException):
    """Ctrl-C, as far as the pipeline can tell."""


def test_an_interrupt_leaves_whole_articles_and_the_next_run_does_the_rest(desk: Desk, kb: Path) -> None:
    for number in range(60):
        (kb / f"{number}.md").write_text("\n\n".join(f"# {number}.{part}\n\ntext {part}" for part in range(10)))
    done: list[FileOutcome] = []
    threads = threading.active_count()

    def interrupt(outcome: FileOutcome) -> None:
        done.append(outcome)
        if len(done) == 20:
            raise _Interrupt

    with pytest.raises(_Interrupt):
        run(desk, kb, on_file=interrupt)

    committed = len(desk.catalog.articles(None))
    report = run(desk, kb)
    assert 20 <= committed < 62
    assert report.counts["unchanged"] == committed
    assert report.counts["ok"] == 62 - committed
    assert threading.active_count() < threads + 5


def test_changes_of_a_run_that_was_interrupted_before_publishing_are_published_by_the_next(
    desk: Desk, kb: Path
) -> None:
    run(desk, kb)  # this desk's indexes are never told

    run(desk, kb)

    assert desk.asked["publish"] == 2


def test_an_index_that_is_away_is_a_note_and_no_failure(desk: Desk, kb: Path) -> None:
    def away() -> None:
        raise ServiceUnavailable("chroma did not answer")

    desk.on_publish = away

    report = run(desk, kb)

    assert report.counts["ok"] == 2
    assert report.notes == ("not all is in the indexes yet: chroma did not answer",)


def test_progress_is_told_of_every_file(desk: Desk, kb: Path) -> None:
    seen: list[FileOutcome] = []

    report = run(desk, kb, on_file=seen.append)

    assert tuple(seen) == report.files


def test_two_thousand_chunks_are_parsed_split_and_committed_in_seconds(desk: Desk, kb: Path) -> None:
    for number in range(100):
        sections = (f"## Section {part}\n\n" + f"Sentence {number} of {part}. " * 8 for part in range(20))
        (kb / f"{number}.md").write_text(f"# Article {number}\n\n" + "\n\n".join(sections))
    started = time.monotonic()

    report = run(desk, kb)

    assert report.chunks >= 2000
    assert time.monotonic() - started < 20


def test_a_page_whose_menu_changed_is_unchanged_and_its_new_address_applies(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    page = "<html><head>{}</head><body><nav>{}</nav><main><h1>Quay</h1><p>" + "Ropes are checked. " * 20 + "</p></main>"
    (tmp_path / "web" / "quay.html").write_text(page.format("", "Home"))
    run(desk, tmp_path / "web")
    embedded = desk.model.embedded

    (tmp_path / "web" / "quay.html").write_text(page.format("", "Start"))
    menu = run(desk, tmp_path / "web")
    (tmp_path / "web" / "quay.html").write_text(
        page.format("<link rel='canonical' href='https://kb.example/q'>", "Start")
    )
    moved = run(desk, tmp_path / "web")

    assert menu.counts["unchanged"] == 1
    assert moved.counts["ok"] == 1
    assert article(desk, "Quay").url == "https://kb.example/q"
    assert desk.model.embedded == embedded
