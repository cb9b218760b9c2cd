"""Fit the weights and thresholds of `app/answering/support.py` on training data. Same data, same figures.

    FOOTNOTE_TRAIN_DATA=... python -m evals.fit_support [--pairs 300] [--readings FILE]

On held-out help sentences put in other words and spoiled, on sentences held against a page about something else, on
those of models/reader/written that no weight was trained on, and on held-out statements that people wrote to mislead
(squad_claims, fm2). Those in evals/golden are only measured, never fitted on. No sign may count against its meaning:
what is missing never speaks for a sentence, what is said never against it.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app import settings
from app.answering.reader import open_reader
from app.answering.signs import Signs, signs
from app.answering.support import counted
from evals.answer_measures import auroc
from evals.data_folders import training_data
from evals.supporting import PEOPLES, Case, Half, golden, ours, peoples, spoiled, strangers

# Help pages first: they are the trade. What we wrote is worded as freely as a language model words its answers.
SHARES = {"spoiled": 0.4, "written": 0.3, "strangers": 0.15, "squad_claims": 0.075, "fm2": 0.075}
RIDGE = 0.002
STEPS, RATE = 6000, 0.5
SPEAKS_FOR = ("said", "hinted", "logit")  # every other one speaks against, or not at all
GOOD_LOST = 0.02  # share of good sentences that may be called unsupported; of new pages, more will be
WRONG_PASSED = 0.15  # share of wrong ones that may be called supported

Numbers = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=300, help="of a kind of spoiled sentences")
    parser.add_argument("--readings", type=Path, help="keep the reader's answers here, or take those that are here")
    parser.add_argument("--words", action="store_true", help="fit the weights of words alone")
    arguments = parser.parse_args()
    folder = training_data()
    halves = {half: _gathered(folder, half, arguments.pairs) for half in ("fit", "test")}
    cases = [*halves["fit"], *halves["test"], *golden()]
    readings = None if arguments.words else _read(cases, arguments.readings)
    rows = features(cases, readings)
    fit_on, tested = len(halves["fit"]), len(halves["fit"]) + len(halves["test"])
    names = [*(field.name for field in fields(Signs)), *(() if readings is None else ("logit",))]
    constant, weights = fitted(rows[:fit_on], cases[:fit_on], names)
    chances = 1 / (1 + np.exp(-(constant + rows @ weights)))
    good = chances[:fit_on][[case.supported for case in cases[:fit_on]]]
    wrong = chances[:fit_on][[not case.supported for case in cases[:fit_on]]]
    report = {
        "constant": round(constant, 3),
        "weights": {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)},
        "unsupported below": round(float(np.quantile(good, GOOD_LOST)), 3),
        "supported from": round(float(np.quantile(wrong, 1 - WRONG_PASSED)), 3),
        "test": measured(cases[fit_on:tested], chances[fit_on:tested]),
        "golden": measured(cases[tested:], chances[tested:]),
        "each alone": {
            name: [
                _auroc(cases[first:last], rows[first:last, column])
                for first, last in ((fit_on, tested), (tested, len(cases)))
            ]
            for column, name in enumerate(names)
        },
    }
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _gathered(folder: Path, half: Half, pairs: int) -> list[Case]:
    help_ = spoiled(folder, half, pairs)
    return [*help_, *strangers(help_), *ours(half), *(case for name in PEOPLES for case in peoples(folder, name, half))]


def features(cases: Sequence[Case], readings: Sequence[float] | None) -> Numbers:
    """Signs and, with readings, the reader's logit as it counts; shape (cases, signs)."""
    found = [signs(case.sentence, case.evidence) for case in cases]
    rows = np.array([astuple(one) for one in found], dtype=np.float64)
    if readings is None:
        return rows
    return np.column_stack([rows, np.array([counted(*both) for both in zip(found, readings, strict=True)])])


def fitted(rows: Numbers, cases: Sequence[Case], names: Sequence[str]) -> tuple[float, Numbers]:
    """Constant and weights of a ridge-regularised logistic regression whose weights keep their signs.

    By gradient descent with momentum, projected on the allowed signs after each step.
    """
    counts = Counter(case.of_set for case in cases)
    share = np.array([SHARES.get(case.of_set, 1.0) / counts[case.of_set] for case in cases])
    wanted = np.array([case.supported for case in cases], dtype=np.float64)
    table = np.column_stack([np.ones(len(rows)), rows])
    scale = np.maximum(table.std(axis=0), 0.05)
    scale[0] = 1.0
    table /= scale
    direction = np.array([0.0, *(1.0 if name in SPEAKS_FOR else -1.0 for name in names)])
    weights, speed = np.zeros(table.shape[1]), np.zeros(table.shape[1])
    for _ in range(STEPS):
        expected = 1 / (1 + np.exp(-table @ weights))
        gradient = table.T @ (share * (expected - wanted)) + RIDGE * np.r_[0.0, weights[1:]]
        speed = 0.9 * speed - RATE * 0.1 * gradient
        weights = weights + speed
        weights = np.where(direction * weights < 0, 0.0, weights)
    plain = weights / scale
    return float(plain[0]), plain[1:]


def measured(cases: Sequence[Case], chances: Numbers) -> dict[str, Any]:
    """AUROC by set, and of the spoiled ones and the golden ones by what is wrong."""
    found: dict[str, Any] = {}
    for name in sorted({case.of_set for case in cases}):
        own = [at for at, case in enumerate(cases) if case.of_set == name]
        found[name] = _auroc([cases[at] for at in own], chances[own])
        for kind in sorted({cases[at].about for at in own}) if name in ("spoiled", "golden") else ():
            of_kind = [at for at in own if cases[at].about == kind]
            found[f"{name} {kind}"] = _auroc([cases[at] for at in of_kind], chances[of_kind])
    return found


def _auroc(cases: Sequence[Case], chances: Numbers) -> float | None:
    good = [float(chance) for case, chance in zip(cases, chances, strict=True) if case.supported]
    wrong = [float(chance) for case, chance in zip(cases, chances, strict=True) if not case.supported]
    found = auroc(good, wrong)
    return None if found is None else round(found, 4)


def _read(cases: Sequence[Case], kept: Path | None) -> list[float]:
    """The reader's logit of each case, near its best stretch."""
    if kept and kept.exists():
        return [float(logit) for logit in json.loads(kept.read_text(encoding="utf-8"))]
    reader = open_reader(settings.read())
    found = reader.supports([(case.sentence, case.evidence.around or case.passage) for case in cases])
    if kept:
        kept.write_text(json.dumps(found), encoding="utf-8")
    return found


if __name__ == "__main__":
    main()
