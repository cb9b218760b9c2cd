"""P12 in the terminal: whatever happens to the language model, `footnote ask` answers from the articles, with a note.

In this process, and with a served embedding model: a process and two networks for each fault would cost minutes.
"""

from collections.abc import Iterator
from time import monotonic

import pytest
from click.testing import CliRunner, Result

from cli import footnote
from tests.chat_server import FAULTS, NOBODY_LISTENS, Manner, chat_server
from tests.cli.command import write_articles
from tests.embedding_server import embedding_server

pytestmark = pytest.mark.slow

SECONDS = 1.5  # for an answer: silence is soon over
QUESTION = "How long does a refund take?"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of a desk that knows four articles, in the environment's words."""
    folder = tmp_path_factory.mktemp("desk")
    with embedding_server() as embedding:
        chosen = {
            "FOOTNOTE_DATA": str(folder / "data"),
            "FOOTNOTE_EMBEDDING_MODEL": "jina:words-16",
            "FOOTNOTE_JINA_BASE_URL": embedding.address,
            "FOOTNOTE_JINA_API_KEY": "none",
            "FOOTNOTE_RERANKER": "none",
            "FOOTNOTE_VECTOR_STORE": "exact",
            "FOOTNOTE_LANGUAGE_MODEL": "openai:test",
            "FOOTNOTE_ANSWER_SECONDS": str(SECONDS),
        }
        knowledge = write_articles(folder / "knowledge")
        (knowledge / "erstattung.md").write_text("# Erstattung\n\nEine Erstattung dauert fünf Werktage.\n", "utf-8")
        assert run(chosen, "ingest", str(knowledge)).exit_code == 0
        assert run(chosen, "ask", QUESTION).exit_code == 0  # what a process loads but once is no matter here
        yield chosen


def run(settings: dict[str, str], *arguments: str, model_at: str = NOBODY_LISTENS) -> Result:
    model = {"FOOTNOTE_OPENAI_BASE_URL": model_at, "FOOTNOTE_OPENAI_API_KEY": "none"}
    return CliRunner(env={**settings, **model}, catch_exceptions=False).invoke(footnote, arguments)


def check(settings: dict[str, str], model_at: str) -> None:
    began = monotonic()
    asked = run(settings, "ask", QUESTION, model_at=model_at)

    assert asked.exit_code == 0
    assert asked.stdout.startswith("A refund takes five working days. [1]")
    assert "“A refund takes five working days.”" in asked.stdout
    assert "the answer is in the articles' own sentences instead" in asked.stderr
    assert monotonic() - began < SECONDS + 3


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_model_costs_the_wording_and_nothing_else(settings: dict[str, str], fault: Manner) -> None:
    with chat_server() as server:
        server.manner = fault

        check(settings, server.base_url)


def test_a_server_that_is_not_there_costs_the_wording_and_nothing_else(settings: dict[str, str]) -> None:
    check(settings, NOBODY_LISTENS)


def test_what_went_wrong_is_said_in_the_language_of_the_question(settings: dict[str, str]) -> None:
    asked = run(settings, "ask", "Wie lange dauert eine Erstattung?")

    assert asked.stdout.startswith("Eine Erstattung dauert fünf Werktage. [1]")
    assert "die Antwort steht stattdessen in den eigenen Sätzen der Artikel" in asked.stderr
