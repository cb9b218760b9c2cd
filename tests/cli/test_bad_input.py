"""Whatever is wrong, a user reads one line that says what to do, and the exit status tells a script."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chat_server import chat_server
from tests.cli.command import Command, Ended, write_articles

pytestmark = pytest.mark.slow


@pytest.fixture
def footnote(tmp_path: Path) -> Command:
    return Command(tmp_path / "data")


def is_one_line(ended: Ended, *words: str) -> bool:
    lines = ended.err.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("footnote: ") and all(word in lines[0] for word in words)


def test_a_missing_folder_is_wrong_use(footnote: Command, tmp_path: Path) -> None:
    ended = footnote("ingest", tmp_path / "nowhere")

    assert ended.status == 2
    assert is_one_line(ended, "nowhere")


def test_an_empty_folder_says_what_can_be_read(footnote: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    ended = footnote("ingest", tmp_path / "empty")

    assert ended.status == 2
    assert "Markdown" in ended.err


def test_an_unreadable_file_and_binary_garbage_are_named_and_the_good_file_is_taken(
    footnote: Command, tmp_path: Path
) -> None:
    knowledge = write_articles(tmp_path / "knowledge")
    (knowledge / "noise.md").write_bytes(bytes(range(256)) * 40)
    (knowledge / "dangling.md").symlink_to(tmp_path / "gone.md")

    ended = footnote("ingest", knowledge, "--json", vector_store="exact")

    assert ended.status == 0
    assert ended.json["counts"]["ok"] == 3
    rejected = {
        Path(file["source"]).name: file["reason"] for file in ended.json["files"] if file["outcome"] == "rejected"
    }
    assert rejected.keys() == {"noise.md", "dangling.md"}
    assert all(rejected.values())


def test_nothing_but_garbage_is_a_failure(footnote: Command, tmp_path: Path) -> None:
    (tmp_path / "noise.md").write_bytes(bytes(range(256)) * 40)

    ended = footnote("ingest", tmp_path / "noise.md")

    assert ended.status == 1
    assert "rejected" in ended.err


def test_an_empty_desk_says_so(footnote: Command) -> None:
    ended = footnote("ask", "Is anybody there?", "--json")

    assert ended.status == 0
    assert ended.json["outcome"] == "not_found"
    assert "footnote ingest" in ended.json["answer"]


@pytest.mark.parametrize(
    ("question", "word"), [("why " * 25_000, "4,000"), ("   ", "empty"), ("caf\udcff", "half a character")]
)
def test_a_question_that_is_too_long_empty_or_broken_is_refused(footnote: Command, question: str, word: str) -> None:
    ended = footnote("ask", question)

    assert ended.status == 2
    assert is_one_line(ended, word)


def test_a_history_that_is_none_is_refused(footnote: Command, tmp_path: Path) -> None:
    (tmp_path / "history.json").write_text('{"role": "user"}', encoding="utf-8")

    ended = footnote("ask", "Why?", "--history", tmp_path / "history.json")

    assert ended.status == 2
    assert is_one_line(ended, "history.json", "list")


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")

    ended = Command(tmp_path / "file" / "data")("ask", "Why?")

    assert ended.status == 1
    assert is_one_line(ended, "FOOTNOTE_DATA")


def test_all_wrong_settings_are_named_at_once(footnote: Command) -> None:
    ended = footnote("ask", "Why?", candidates="none", chunk_tokens="3")

    assert ended.status == 2
    assert is_one_line(ended, "candidates", "chunk_tokens")


def test_an_unknown_adapter_names_those_there_are(footnote: Command) -> None:
    ended = footnote("ask", "Why?", vector_store="pinecone")

    assert ended.status == 2
    assert is_one_line(ended, "pinecone", "chroma, exact")


def test_another_embedding_recipe_is_refused(footnote: Command, tmp_path: Path) -> None:
    footnote("ingest", write_articles(tmp_path / "knowledge"), vector_store="exact")

    ended = footnote("ask", "Refund?", chunk_tokens="120")

    assert ended.status == 1
    assert is_one_line(ended, "chunker", "structure-1/120")


def test_a_port_in_use_is_named_before_anything_starts(footnote: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        up, serve = footnote("up", "--port", port), footnote("serve", "--port", port, vector_store="exact")

    assert (up.status, serve.status) == (2, 2)
    assert is_one_line(up, port, "--port")
    assert is_one_line(serve, port, "--port")
    assert not (footnote.data / "chroma").exists()


def test_a_refused_key_costs_the_wording_not_the_answer_and_doctor_names_it(footnote: Command, tmp_path: Path) -> None:
    footnote("ingest", write_articles(tmp_path / "knowledge"), vector_store="exact")
    with chat_server() as server:
        server.manner = "refused_key"
        model = {"language_model": "openai", "openai_base_url": server.base_url, "openai_api_key": "wrong"}

        asked = footnote("ask", "How long does a refund take?", "--json", vector_store="exact", **model)
        doctor = footnote("doctor", vector_store="exact", **model)

    assert asked.status == 0
    assert asked.json["model"] == "extractive"
    assert asked.json["citations"][0]["quote"] == "A refund takes five working days."
    assert "key" in asked.json["notes"][0]
    assert doctor.status == 1
    assert "key" in doctor.out


def test_unknown_commands_and_options_are_wrong_use(footnote: Command) -> None:
    assert footnote("nonsense").status == 2
    assert footnote("ask").status == 2
    assert footnote("search", "x", "-k", "0").status == 2


def test_a_second_ingest_waits_or_says_who_is_at_it(footnote: Command, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        knowledge = write_articles(tmp_path / folder)
        for number in range(60):
            (knowledge / f"filler-{number}.md").write_text(f"# Filler {number}\n\nIt is number {number}.\n" * 8)

    both = [
        subprocess.Popen(
            [sys.executable, "-m", "cli", "ingest", str(tmp_path / folder)],
            env=footnote.environment(vector_store="exact"),
            stderr=subprocess.PIPE,
            text=True,
        )
        for folder in ("one", "two")
    ]
    errors = [process.communicate(timeout=120)[1] for process in both]

    for process, error in zip(both, errors, strict=True):
        assert process.returncode == 0 or "is being done by process" in error, error
    for folder in ("one", "two"):
        assert footnote("ingest", tmp_path / folder, vector_store="exact").status == 0
    assert len(footnote("articles", "list", "--json").json["articles"]) == 126
    assert footnote("audit", "--json", vector_store="exact").json["in_step"] is True


def test_a_database_whose_driver_is_not_installed_is_named_without_its_password(footnote: Command) -> None:
    ended = footnote("ask", "Why?", catalog_url="mysql+pymysql://desk:secret@localhost/footnote")

    assert ended.status == 2
    assert is_one_line(ended, "pymysql")
    assert "secret" not in ended.err
