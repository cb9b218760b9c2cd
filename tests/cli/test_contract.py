"""The command line keeps its contract: the fields of every JSON document, stdout, stderr and exit statuses."""

import shutil
from pathlib import Path

import pytest

from tests.cli.command import Command, write_articles

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Command, Path]:
    """A desk that has read three articles."""
    folder = tmp_path_factory.mktemp("contract")
    knowledge = write_articles(folder / "knowledge")
    footnote = Command(folder / "data")
    ended = footnote("ingest", knowledge, "--json")
    assert ended.status == 0, ended.err
    return footnote, knowledge


def test_ingest_reports_every_file_and_finds_all_unchanged_the_second_time(desk: tuple[Command, Path]) -> None:
    footnote, knowledge = desk

    ended = footnote("ingest", knowledge, "--json")

    report = ended.json
    assert ended.status == 0
    assert report.keys() == {"files", "counts", "seconds", "chunks_per_second"}
    assert report["counts"] == {"ok": 0, "unchanged": 3, "rejected": 0, "limit": 0, "encrypted": 0}
    assert report["files"][0].keys() == {"source", "article_id", "outcome", "reason", "chunks"}


def test_an_answer_cites_words_that_stand_in_the_file_character_by_character(desk: tuple[Command, Path]) -> None:
    footnote, knowledge = desk

    ended = footnote("ask", "How long does a refund take?", "--json")

    answer = ended.json
    assert ended.status == 0, ended.err
    assert answer.keys() == {
        *("question", "query", "outcome", "confidence", "answer", "citations", "sentences"),
        *("passages", "trace_id", "model", "timings_ms", "notes"),
    }
    assert answer["outcome"] == "answered"
    assert answer["model"] == "extractive"
    assert answer["notes"] == []
    citation = answer["citations"][0]
    assert citation.keys() == {
        *("mark", "article_id", "title", "url", "revision", "start", "end", "quote", "updated_at", "span")
    }
    text = (knowledge / "refunds.md").read_text(encoding="utf-8")
    assert text[citation["start"] : citation["end"]] == citation["quote"] == "A refund takes five working days."
    assert answer["sentences"][0].keys() == {"text", "marks", "support", "probability"}
    assert answer["passages"][0].keys() == {"article_id", "chunk_id", "title", "text", "start", "end", "score"}


def test_an_answer_in_the_terminal_shows_sentence_mark_title_and_quote(desk: tuple[Command, Path]) -> None:
    footnote, _ = desk

    ended = footnote("ask", "How long does a refund take?")

    assert "A refund takes five working days. [1]" in ended.out
    assert "[1] Refunds" in ended.out
    assert "“A refund takes five working days.”" in ended.out


def test_a_question_that_no_article_answers_is_not_answered(desk: tuple[Command, Path]) -> None:
    footnote, _ = desk

    answer = footnote("ask", "Who won the chess championship in 1972?", "--json").json

    assert answer["outcome"] == "not_found"
    assert answer["citations"] == []


def test_an_article_for_an_audience_is_for_that_audience_only(desk: tuple[Command, Path]) -> None:
    footnote, _ = desk
    question = "What does band seven start at?"

    to_everybody = footnote("ask", question, "--json")
    to_hr = footnote("ask", question, "--as-audience", "hr", "--json")

    assert "61,000" not in to_everybody.out
    assert "61,000" in to_hr.json["answer"]


def test_a_follow_up_is_understood_from_the_history(desk: tuple[Command, Path], tmp_path: Path) -> None:
    footnote, _ = desk
    history = tmp_path / "history.json"
    history.write_text(
        '[{"role": "user", "text": "How long does a refund take?"}, {"role": "agent", "text": "Five working days."}]',
        encoding="utf-8",
    )

    answer = footnote("ask", "And what about gift cards?", "--history", history, "--json").json

    assert "never refunded" in answer["answer"]


def test_search_shows_passages_with_their_ranks(desk: tuple[Command, Path]) -> None:
    footnote, _ = desk

    ended = footnote("search", "Tidewater client", "-k", "2", "--json")

    found = ended.json
    assert found.keys() == {"query", "passages", "timings_ms"}
    assert found["passages"][0]["title"] == "Connecting to the VPN"
    assert found["passages"][0].keys() == {
        *("article_id", "chunk_id", "title", "text", "start", "end", "score", "ranks")
    }
    assert found["passages"][0]["ranks"].keys() == {"meaning", "words", "fused", "reranked"}


def test_search_explains_the_ranks_and_how_far_the_reader_read(desk: tuple[Command, Path]) -> None:
    footnote, _ = desk

    shown = footnote("search", "Tidewater client", "--explain")
    told = footnote("search", "Tidewater client", "--explain", "--json").json

    assert shown.out.count("fused 1 ") == 1
    assert "reranking: 3 of 3 passages were read" in shown.err
    assert told["reranking"] == "3 of 3 passages were read"


def test_the_audit_finds_catalog_vectors_and_words_in_step(desk: tuple[Command, Path]) -> None:
    footnote, _ = desk

    ended = footnote("audit", "--json")

    assert ended.status == 0, ended.out
    assert ended.json["in_step"] is True
    assert ended.json["articles"] == 3
    assert ended.json["chunks"]["catalog"] == ended.json["chunks"]["vectors"] == ended.json["chunks"]["words"] > 0


def test_doctor_finds_a_healthy_desk_healthy(desk: tuple[Command, Path]) -> None:
    footnote, _ = desk

    ended = footnote("doctor")

    assert ended.status == 0, ended.out
    assert "FAIL" not in ended.out


def test_a_removed_article_is_gone_from_list_search_and_answers(tmp_path: Path) -> None:
    footnote = Command(tmp_path / "data")
    footnote("ingest", write_articles(tmp_path / "knowledge"))
    listed = footnote("articles", "list", "--json").json["articles"]
    refunds = next(article["article_id"] for article in listed if article["title"] == "Refunds")

    removed = footnote("articles", "remove", refunds)

    assert removed.status == 0, removed.err
    assert "Refunds" not in footnote("articles", "list").out
    assert "refund" not in footnote("search", "refund five working days", "--json").out.split('"passages"')[1]
    assert footnote("ask", "How long does a refund take?", "--json").json["citations"] == []
    assert footnote("articles", "remove", refunds).status == 1


def test_prune_removes_what_the_folder_no_longer_has(tmp_path: Path) -> None:
    footnote = Command(tmp_path / "data")
    knowledge = write_articles(tmp_path / "knowledge")
    footnote("ingest", knowledge)
    (knowledge / "vpn.md").unlink()

    kept = footnote("ingest", knowledge)
    still_there = footnote("articles", "list").out
    footnote("ingest", knowledge, "--prune")

    assert kept.status == 0
    assert "vpn.md" in still_there
    assert "vpn.md" not in footnote("articles", "list").out


def test_an_index_that_was_lost_is_noticed_and_repaired(tmp_path: Path) -> None:
    footnote = Command(tmp_path / "data")
    footnote("ingest", write_articles(tmp_path / "knowledge"))
    shutil.rmtree(footnote.data / "words")

    audit, repair = footnote("audit"), footnote("repair")

    assert audit.status == 1
    assert "missing in the words" in audit.out
    assert repair.status == 0
    assert "in step" in repair.out
    assert footnote("audit", "--json").json["in_step"] is True
