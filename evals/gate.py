"""Hold the golden figures against a baseline: what has dropped by more than its noise, and at which questions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import WrongUse
from app.settings import Settings
from evals import experiments
from evals.golden_questions import FIGURES, GoldenResult
from evals.significance import SAMPLES, SEED

BASELINE = Path(__file__).parent / "baseline.json"


@dataclass(frozen=True)
class Baseline:
    """The figures that hold, question by question, and why each set of them was taken."""

    configuration: Mapping[str, str]
    questions: Mapping[str, Mapping[str, Any]]  # id -> {"case": fingerprint, "figures": {name: value}}
    history: Sequence[Mapping[str, Any]]  # {"on", "why", "figures"}, oldest first; the last is in force

    def values(self, figure: str) -> dict[str, float]:
        """Question id -> value, for the questions the figure applies to."""
        return {id_: one["figures"][figure] for id_, one in self.questions.items() if figure in one["figures"]}


@dataclass(frozen=True)
class Change:
    """One figure of one question that is not what it was."""

    question: str
    text: str
    figure: str
    before: float
    after: float


@dataclass(frozen=True)
class Verdict:
    """One figure over all questions that have it before and after."""

    figure: str
    before: float
    after: float
    noise: float  # a drop up to this says nothing
    has_dropped: bool


@dataclass(frozen=True)
class GateReport:
    verdicts: Sequence[Verdict]
    changes: Sequence[Change]
    new: Sequence[str]  # questions that the baseline does not know: they do not count yet
    gone: Sequence[str]  # questions of the baseline that were removed or edited
    other_settings: Mapping[str, tuple[str, str]]  # setting -> (the baseline's, now)

    @property
    def passed(self) -> bool:
        """A question that is gone would hide a drop, so it fails too, until the baseline is taken anew."""
        return not self.gone and not any(verdict.has_dropped for verdict in self.verdicts)

    def as_json(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "figures": [asdict(verdict) for verdict in self.verdicts],
            "changed": [asdict(change) for change in self.changes],
            "new": list(self.new),
            "gone": list(self.gone),
            "other_settings": {name: list(values) for name, values in self.other_settings.items()},
        }


def configuration(chosen: Settings) -> dict[str, str]:
    """All that matters for what is found and for what is said, by the settings' names."""
    return {**experiments.configuration(chosen), "language_model": chosen.language_model}


def read_baseline(file: Path) -> Baseline:
    """Raises WrongUse when it is not there or not a baseline."""
    try:
        return Baseline(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError as problem:
        raise WrongUse(
            f'there is no baseline {file}; write one with `footnote eval golden --update-baseline --why "..."`'
        ) from problem
    except (ValueError, TypeError) as problem:
        raise WrongUse(f"{file} is not a baseline: {problem}") from problem


def write_baseline(file: Path, result: GoldenResult, settings: Settings, why: str, today: date) -> None:
    """Take these figures as the ones that hold; the reason joins those of earlier ones.

    Raises:
        WrongUse: no reason was given, or the file cannot be written.
    """
    if not why.strip():
        raise WrongUse('a baseline needs a reason: --why "..."')
    history = list(read_baseline(file).history) if file.exists() else []
    history.append({"on": today.isoformat(), "why": why.strip(), "figures": result.figures()})
    questions = {one.case.id: {"case": one.case.fingerprint, "figures": one.figures} for one in result.graded}
    baseline = Baseline(configuration(settings), questions, history)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_written(baseline), encoding="utf-8")
    except OSError as problem:
        raise WrongUse(f"the baseline {file} cannot be written: {problem.strerror}") from problem


def _written(baseline: Baseline) -> str:
    """JSON with a line for each question and each reason: a diff shows what has changed, and nothing else."""
    questions = ",\n".join(f"  {_json(id_)}: {_json(one)}" for id_, one in baseline.questions.items())
    history = ",\n".join(f"  {_json(entry)}" for entry in baseline.history)
    return (
        f'{{\n "configuration": {_json(baseline.configuration)},\n'
        f' "questions": {{\n{questions}\n }},\n "history": [\n{history}\n ]\n}}\n'
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def hold_against(baseline: Baseline, result: GoldenResult, settings: Settings) -> GateReport:
    """What has changed since the baseline, and whether it is worse by more than noise."""
    now = {one.case.id: one for one in result.graded}
    gone = [
        id_ for id_, one in baseline.questions.items() if id_ not in now or now[id_].case.fingerprint != one["case"]
    ]
    known = [id_ for id_ in baseline.questions if id_ not in gone]
    verdicts, changes = [], []
    for figure in FIGURES:
        before = {id_: value for id_, value in baseline.values(figure).items() if id_ in known}
        after = {id_: now[id_].figures[figure] for id_ in before if figure in now[id_].figures}
        if after:
            verdicts.append(judge(figure, {id_: before[id_] for id_ in after}, after))
        changes += [
            Change(id_, now[id_].case.text, figure, before[id_], after[id_])
            for id_ in after
            if before[id_] != after[id_]
        ]
    then, today = baseline.configuration, configuration(settings)
    other = {name: (then.get(name, ""), value) for name, value in today.items() if then.get(name) != value}
    return GateReport(verdicts, changes, [id_ for id_ in now if id_ not in baseline.questions], gone, other)


def judge(figure: str, before: Mapping[str, float], after: Mapping[str, float]) -> Verdict:
    """Whether the mean over these questions has dropped by more than its noise.

    The desk is deterministic, so a difference is never chance in the measuring; noise is what the choice of questions
    and another CPU's rounding make. It is the larger of two: the weight of one question, for one that sits on an edge
    proves nothing, and how far the drop reaches down in a paired bootstrap over the questions (95 %, one-sided).
    Three questions lost and none won is a drop; one lost is not; two neither.
    """
    ids = sorted(before)
    drops = np.array([before[id_] - after[id_] for id_ in ids])
    drop = float(drops.mean())
    drawn = np.random.default_rng(SEED).integers(0, len(ids), size=(SAMPLES, len(ids)))
    spread = drop - float(np.percentile(drops[drawn].mean(axis=1), 5))
    noise = max(1 / len(ids), spread)
    means = [sum(values[id_] for id_ in ids) / len(ids) for values in (before, after)]
    return Verdict(figure, round(means[0], 4), round(means[1], 4), round(noise, 4), drop > noise + 1e-9)
