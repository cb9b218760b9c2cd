"""The gate lets noise pass and holds a drop; a baseline is never taken without a reason."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from app.errors import WrongUse
from app.settings import Settings
from evals.gate import BASELINE, GateReport, hold_against, judge, read_baseline, write_baseline
from evals.golden_cases import GOLDEN, GoldenCase, read_cases
from evals.golden_questions import FIGURES, GoldenResult, Graded

TODAY = date(2026, 11, 20)


def a_case(id: str, text: str = "How long?") -> GoldenCase:
    return GoldenCase(id, text, (), True, ("refunds.md",), ("five days",), (), "fact")


def a_result(answered: Sequence[float], **changed: str) -> GoldenResult:
    """One question for each value, `g0`, `g1`, ...; `changed` gives a question another text."""
    cases = [a_case(f"g{n}", changed.get(f"g{n}", "How long?")) for n in range(len(answered))]
    return GoldenResult(
        [Graded(case, "answered", "", {"answered": value}) for case, value in zip(cases, answered, strict=True)]
    )


def held(tmp_path: Path, before: GoldenResult, after: GoldenResult, settings: Settings | None = None) -> GateReport:
    write_baseline(tmp_path / "baseline.json", before, Settings(), "the first", TODAY)
    return hold_against(read_baseline(tmp_path / "baseline.json"), after, settings or Settings())


def values(*lost: int, won: Sequence[int] = (), of: int = 45) -> tuple[Mapping[str, float], Mapping[str, float]]:
    before = {f"g{n}": 0.0 if n in won else 1.0 for n in range(of)}
    return before, {id_: 0.0 if int(id_[1:]) in lost else 1.0 for id_ in before}


@pytest.mark.parametrize("lost", [(), (1,), (1, 2)])
def test_one_or_two_questions_lost_of_forty_five_are_noise(lost: tuple[int, ...]) -> None:
    assert not judge("answered", *values(*lost)).has_dropped


def test_four_questions_lost_and_none_won_are_a_drop() -> None:
    assert judge("answered", *values(1, 2, 3, 4)).has_dropped


def test_as_many_won_as_lost_are_no_drop() -> None:
    assert not judge("answered", *values(1, 2, 3, 4, won=[5, 6, 7, 8])).has_dropped


def test_a_little_less_everywhere_weighs_less_than_one_question_and_passes() -> None:
    before = {f"g{n}": 0.9 for n in range(45)}

    assert not judge("nDCG@10", before, dict.fromkeys(before, 0.89)).has_dropped
    assert judge("nDCG@10", before, dict.fromkeys(before, 0.85)).has_dropped


def test_the_gate_says_which_questions_have_changed(tmp_path: Path) -> None:
    report = held(tmp_path, a_result([1.0] * 20), a_result([0.0] * 5 + [1.0] * 15))

    assert not report.passed
    assert [(change.question, change.before, change.after) for change in report.changes] == [
        (f"g{n}", 1.0, 0.0) for n in range(5)
    ]


def test_a_question_that_was_edited_or_taken_away_fails_until_the_baseline_is_taken_anew(tmp_path: Path) -> None:
    edited = held(tmp_path / "a", a_result([1.0] * 3), a_result([1.0] * 3, g1="How long, at most?"))
    fewer = held(tmp_path / "b", a_result([1.0] * 3), a_result([1.0] * 2))

    assert (edited.passed, list(edited.gone)) == (False, ["g1"])
    assert (fewer.passed, list(fewer.gone)) == (False, ["g2"])


def test_a_new_question_does_not_count_yet(tmp_path: Path) -> None:
    report = held(tmp_path, a_result([1.0] * 3), a_result([1.0, 1.0, 1.0, 0.0]))

    assert report.passed and list(report.new) == ["g3"]


def test_another_configuration_is_named(tmp_path: Path) -> None:
    report = held(tmp_path, a_result([1.0]), a_result([1.0]), Settings(chunk_tokens=120))

    assert report.passed
    assert dict(report.other_settings) == {"chunk_tokens": ("200", "120")}


def test_a_new_baseline_needs_a_reason_and_keeps_the_older_ones(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    write_baseline(file, a_result([1.0]), Settings(), "the first", TODAY)

    with pytest.raises(WrongUse, match="reason"):
        write_baseline(file, a_result([0.0]), Settings(), "  ", TODAY)
    write_baseline(file, a_result([0.0]), Settings(), "stricter refusals", TODAY)

    assert [entry["why"] for entry in read_baseline(file).history] == ["the first", "stricter refusals"]
    assert read_baseline(file).values("answered") == {"g0": 0.0}


def test_a_missing_or_broken_baseline_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")

    with pytest.raises(WrongUse, match="--update-baseline"):
        read_baseline(tmp_path / "none.json")
    with pytest.raises(WrongUse, match="is not a baseline"):
        read_baseline(tmp_path / "broken.json")


def test_every_figure_of_the_committed_baseline_has_a_reason_and_is_the_one_that_was_recorded() -> None:
    baseline = read_baseline(BASELINE)

    assert baseline.history and all(entry["why"].strip() and entry["on"] for entry in baseline.history)
    recorded = baseline.history[-1]["figures"]
    means = {figure: list(baseline.values(figure).values()) for figure in FIGURES}
    assert recorded == {name: round(sum(of) / len(of), 4) for name, of in means.items() if of}


def test_the_committed_baseline_knows_every_golden_question_as_it_is() -> None:
    baseline = read_baseline(BASELINE)

    assert {id_: one["case"] for id_, one in baseline.questions.items()} == {
        case.id: case.fingerprint for case in read_cases(GOLDEN)
    }


def test_the_baseline_is_written_so_that_a_change_of_one_question_is_one_line_of_a_diff(tmp_path: Path) -> None:
    write_baseline(tmp_path / "baseline.json", a_result([1.0, 0.0]), Settings(), "the first", TODAY)

    text = (tmp_path / "baseline.json").read_text()

    assert sum('"case"' in line for line in text.splitlines()) == 2
    assert json.loads(text)["questions"]["g1"]["figures"] == {"answered": 0.0}
