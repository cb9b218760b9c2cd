"""What is measured of a model that misbehaves: over a real server, beside the extractive writer, manner by manner."""

from typing import Any

import pytest

from app.answering.writing import LAST_RESORT
from app.language_models.scripted import BEHAVIOURS
from app.settings import Settings
from evals.datasets import Dataset, read_dataset
from evals.misbehaving import WELL_BEHAVED, measure, table
from tests.evals.collections import a_collection

SPOILED = ("unsupported_additions", "wrong_numbers", "other_languages")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return read_dataset(a_collection(tmp_path_factory.mktemp("sets") / "tiny"))


@pytest.fixture(scope="module")
def rows(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    settings = Settings(data=tmp_path_factory.mktemp("data"), reranker="none")
    return measure(dataset, settings, len(dataset.queries), True, lambda _: None)


@pytest.mark.slow
def test_each_manner_has_a_row_beside_the_extractive_writer_and_a_model_that_behaves(
    rows: dict[str, dict[str, Any]],
) -> None:
    assert list(rows) == [LAST_RESORT, WELL_BEHAVED, *BEHAVIOURS]
    assert len(BEHAVIOURS) == 12
    assert table(rows).count("\n") == 2 + len(rows)


@pytest.mark.slow
def test_a_model_that_says_what_the_extractive_writer_says_gets_the_same_figures(
    rows: dict[str, dict[str, Any]],
) -> None:
    differs = {name for name, value in rows[WELL_BEHAVED].items() if value != rows[LAST_RESORT][name]}

    assert differs <= {"by_extractive", "with_a_note"}  # who only quotes is doubted where who reads is not
    assert (rows[LAST_RESORT]["by_extractive"], rows[WELL_BEHAVED]["by_extractive"]) == (1.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("manner", ["forged_marks", "no_marks", "html"])
def test_true_sentences_keep_their_figures_however_they_are_marked(
    rows: dict[str, dict[str, Any]], manner: str
) -> None:
    for figure in ("citation_precision", "citation_recall", "citation_span_recall", "sentences", "made_up"):
        assert rows[manner][figure] == rows[LAST_RESORT][figure], figure


@pytest.mark.slow
@pytest.mark.parametrize("manner", SPOILED)
def test_what_a_model_makes_up_is_counted_and_how_much_of_it_was_believed(
    rows: dict[str, dict[str, Any]], manner: str
) -> None:
    assert rows[manner]["made_up"] > 0 or rows[manner]["by_extractive"] == 1.0
    assert rows[manner]["made_up_supported"] == 0


@pytest.mark.slow
def test_no_manner_leads_outside_and_those_that_fail_are_answered_for(rows: dict[str, dict[str, Any]]) -> None:
    assert all(row["leads_outside"] == 0 for row in rows.values())
    assert rows["empty"]["by_extractive"] == rows["empty"]["with_a_note"] == 1.0
    assert rows["half_a_stream"]["with_a_note"] == 1.0
