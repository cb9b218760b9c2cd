"""The short form of what `make torture` does at length."""

from pathlib import Path

import pytest

from tests.torture.forgetting import forget
from tests.torture.kills import FILES, torture

pytestmark = pytest.mark.slow


@pytest.mark.timeout(600)
def test_twenty_kills_of_worker_and_chroma_lose_double_and_halve_nothing(tmp_path: Path) -> None:
    figures = torture(kills=20, seed=20, folder=tmp_path)

    assert figures.kills_of_worker + figures.kills_of_chroma >= 20
    assert figures.articles_taken_in == FILES
    assert figures.is_clean, figures


@pytest.mark.timeout(600)
def test_in_five_hundred_operations_nothing_deleted_is_shown_again_and_everything_new_is_found(tmp_path: Path) -> None:
    figures = forget(operations=500, seed=5, folder=tmp_path)

    assert figures.removed > 100
    assert figures.replaced > 200
    assert figures.shown_again == []
    assert figures.never_found == []
