"""How long checking takes after a model's last token: what is said, what is timed, what is left out."""

import re

import pytest

from app.errors import WrongUse
from app.language_models import WritingRequest
from app.settings import Settings
from evals.bench_checking import CITATIONS, SENTENCES, Overhead, Wordy, figures, measure
from evals.datasets import Dataset, Query, read_dataset
from tests.evals.collections import a_collection

PROMPT = "\n\n".join(
    f"<<f00d passage [{number}] | Title | updated 2026-03-01>>\n"
    f"The gate of car park {number} is opened by the porter at six. "
    f"Bicycles of park {number} must be left in the cellar.\n"
    f"<<f00d end of [{number}]>>"
    for number in (1, 2, 4, 7, 9)
)


def test_a_script_says_three_to_eight_sentences_with_two_or_three_citations_of_what_was_given() -> None:
    script = Wordy()

    said = list(script(WritingRequest("", PROMPT)))

    marks = [re.findall(r"\[(\d+)\]", sentence) for sentence in said]
    assert SENTENCES[0] <= len(said) == script.sentences <= SENTENCES[1]
    assert all(CITATIONS[0] <= len(set(of_one)) == len(of_one) <= CITATIONS[1] for of_one in marks)
    assert {int(mark) for of_one in marks for mark in of_one} <= {1, 2, 4, 7, 9}
    assert said == list(Wordy()(WritingRequest("", PROMPT)))


def test_the_slowest_answer_decides() -> None:
    found = [Overhead(last_word, last_word + 10, 4, 9) for last_word in (20.0, 30.0, 151.0)]

    body = figures(found)

    assert (body["last_word_ms"]["p50"], body["last_word_ms"]["max"], body["holds"]) == (30.0, 151.0, False)
    assert (body["sentences"], body["citations_of_a_sentence"]) == (12, 2.25)
    assert figures(found[:2])["holds"]


@pytest.mark.slow
def test_answers_of_the_model_are_timed_from_its_last_token(tmp_path_factory: pytest.TempPathFactory) -> None:
    dataset = read_dataset(a_collection(tmp_path_factory.mktemp("sets") / "tiny"))
    settings = Settings(data=tmp_path_factory.mktemp("data"), reranker="none")

    found = measure(dataset, settings, 2, 2_000.0, lambda _: None)

    assert len(found) == 2
    assert all(0.0 <= one.last_word <= one.whole < 5_000 for one in found)


@pytest.mark.slow
def test_a_dataset_that_nothing_answers_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    dataset = read_dataset(a_collection(tmp_path_factory.mktemp("sets") / "tiny"))
    strange = Dataset(dataset.name, dataset.documents, (Query("q", "Which quarks does a proton contain?"),), {})

    with pytest.raises(WrongUse, match="too few questions"):
        measure(strange, Settings(data=tmp_path_factory.mktemp("data")), 1, 2_000.0, lambda _: None)
