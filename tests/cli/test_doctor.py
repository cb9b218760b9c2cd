"""`footnote doctor` tries each language model as an answer would, and says what is wrong and what to do."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.answering.reader import Reader, open_reader
from app.bootstrap import Parts
from app.language_models.openai import build
from app.settings import ModelSettings, Settings
from cli.doctor import Finding, checked, read_with, tried_out, unused_sections
from tests.chat_server import ChatServer, chat_server

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def findings(server: ChatServer, **given: Any) -> list[Finding]:
    settings = Settings(openai_base_url=server.base_url, openai_model="test", answer_seconds=5.0, **given)
    return list(tried_out(build(settings), settings))


def well(request: dict[str, Any]) -> Sequence[str]:
    return ["Ninety days [1]." if "passage [1]" in request["messages"][1]["content"] else "amber-lantern"]


def test_a_model_that_does_all_it_should_is_found_well(server: ChatServer) -> None:
    server.pieces = well

    (found,) = findings(server)

    assert (found.remedy, found.found.startswith("openai:test, first words after")) == ("", True)


def test_one_that_sets_no_marks_and_forgets_the_beginning_is_told_what_to_do(server: ChatServer) -> None:
    server.pieces = ["I do not know."]

    _, marks, context = findings(server)

    assert "structured = true" in marks.remedy
    assert "OLLAMA_CONTEXT_LENGTH" in context.remedy


def test_a_long_prompt_is_as_long_as_the_settings_say_it_can_be(server: ChatServer) -> None:
    server.pieces = well

    findings(server, models={"openai:test": ModelSettings(context_tokens=2048)})

    longest = max(len(request["messages"][1]["content"]) for request in server.requests)
    assert 1_500 < longest < 4_000


def test_a_wrong_model_name_is_answered_with_those_there_are(server: ChatServer) -> None:
    server.manner = "wrong_model"

    (found,) = findings(server)

    assert "there is test, test-mini" in found.remedy


def test_a_section_that_belongs_to_no_model_is_named() -> None:
    settings = Settings(language_model="openai", models={"openai:typo": ModelSettings()})

    (found,) = unused_sections(settings)

    assert "openai:typo" in found.found
    assert "openai:gpt-4.1-mini" in found.remedy


def test_the_reader_is_named_with_what_it_runs_on() -> None:
    found = read_with(open_reader(Settings(threads=2)), "bundled")

    assert found.found.startswith("footnote-reader, OpenVINO ")
    assert found.found.endswith("2 threads")
    assert not found.remedy


@pytest.mark.parametrize(
    ("reranker", "ranks"), [("none", "fusion alone ranks"), ("cross_encoder:some", "cross_encoder:some ranks")]
)
def test_a_desk_without_the_reader_is_told_what_that_means(reranker: str, ranks: str) -> None:
    found = read_with(open_reader(Settings()), reranker)

    assert found.found.startswith(f"unused: {ranks} the passages, and words alone check")


def test_a_reader_whose_files_are_missing_is_to_be_installed_again(tmp_path: Path) -> None:
    def reader(_: Parts) -> Iterator[Finding]:
        yield read_with(Reader(tmp_path, tmp_path / "tokenizer.json", threads=1), "bundled")

    with Parts(Settings(data=tmp_path)) as opened:
        (found,) = checked(reader, opened)

    assert (found.what, found.found) == ("reader", "not as it should be")
    assert "install Footnote again" in found.remedy
