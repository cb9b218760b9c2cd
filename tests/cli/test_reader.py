"""`footnote reader` says what is missing before it begins anything long."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.errors import WrongUse
from cli.reader import command, flat


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("TRAIN_DATA", "EVAL_DATA", "DATA"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"FOOTNOTE_{name}", str(tmp_path / name))
    return tmp_path


def called(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def refusal(result: Result) -> str:
    assert isinstance(result.exception, WrongUse)
    return str(result.exception)


@pytest.mark.parametrize("name", ["FOOTNOTE_TRAIN_DATA", "FOOTNOTE_EVAL_DATA"])
@pytest.mark.parametrize("subcommand", ["train", "evaluate"])
def test_the_data_have_to_be_named(name: str, subcommand: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)

    assert name in refusal(called(subcommand))


def test_data_that_are_not_there_are_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_TRAIN_DATA", str(data / "nowhere"))

    assert "nowhere" in refusal(called("evaluate"))


def test_a_run_is_never_begun_anew_over_one_that_stands(data: Path) -> None:
    (data / "run").mkdir()
    (data / "run" / "state.pt").touch()

    assert "--resume" in refusal(called("train", "--folder", data / "run"))


def test_what_was_never_begun_cannot_be_resumed(data: Path) -> None:
    assert "no run stands" in refusal(called("train", "--resume"))


def test_a_run_begins_after_one_that_left_its_weights(data: Path) -> None:
    assert "left its weights" in refusal(called("train", "--after", data / "nowhere"))


def test_what_was_not_trained_cannot_be_exported(data: Path) -> None:
    assert "footnote reader train" in refusal(called("export", data / "target"))


def test_each_figure_has_a_line_of_its_own() -> None:
    assert flat({"auroc": 0.9, "auroc_of": {"date": 1.0}, "mean_probability": [0.8, 0.2]}) == {
        "auroc": 0.9,
        "auroc_of date": 1.0,
        "mean_probability good": 0.8,
        "mean_probability wrong": 0.2,
    }
