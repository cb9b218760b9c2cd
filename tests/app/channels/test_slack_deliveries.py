"""P13, the short form of what `make torture` does at length."""

from pathlib import Path

import pytest

from tests.torture.deliveries import deliver


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_random_deliveries_with_kills_give_each_question_one_answer(tmp_path: Path) -> None:
    figures = deliver(schedules=50, seed=13, folder=tmp_path)

    assert figures.schedules == 50
    assert figures.kills > 40
    assert figures.repeats > 40
    assert figures.is_clean, figures
