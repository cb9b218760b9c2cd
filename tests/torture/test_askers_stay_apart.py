"""The short form of P19; the long one is `python -m tests.torture.askers`."""

from pathlib import Path

import pytest

from tests.torture.askers import ask_all

pytestmark = pytest.mark.slow


def test_nobody_gets_anothers_answer_while_some_leave_and_the_desk_is_full(tmp_path: Path) -> None:
    figures = ask_all(questions=60, seed=19, folder=tmp_path)

    assert (figures.foreign, figures.mixed_prompts) == (0, 0)
    assert figures.told > 20
    assert figures.refused > 0
