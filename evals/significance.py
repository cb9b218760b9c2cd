"""Is a difference real? Paired tests on per-query values; seeded, so that the same figures come out twice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

SAMPLES = 10_000
SEED = 20_261
_AT_ONCE = 500  # samples: 10,000 of 12,000 queries at once would take a gigabyte

Numbers = NDArray[np.float64]
Paired = tuple[Mapping[str, float], Mapping[str, float]]  # query id -> value, of a and of b


@dataclass(frozen=True)
class Comparison:
    """`difference` is mean(b) - mean(a) over the queries both have; `p` is two-sided and, after `holm`, corrected."""

    a: str
    b: str
    metric: str
    difference: float
    ci95: tuple[float, float]
    p: float
    wins: int  # queries that b does better
    losses: int
    dataset: str = ""  # where one report has several

    def as_json(self) -> dict[str, object]:
        """`dataset` only where there is one."""
        fields = asdict(self) | {"ci95": list(self.ci95)}
        return fields if self.dataset else {name: value for name, value in fields.items() if name != "dataset"}


def compare(a: str, b: str, metric: str, of_a: Mapping[str, float], of_b: Mapping[str, float]) -> Comparison:
    """Paired randomisation test (Fisher; Smucker et al., 2007) and percentile bootstrap of the mean difference."""
    return compare_means(a, b, metric, [(of_a, of_b)])


def compare_means(a: str, b: str, metric: str, datasets: Sequence[Paired]) -> Comparison:
    """The same for the mean over several datasets, each counting alike however many queries it has.

    Signs are flipped query by query; the bootstrap draws within each dataset.
    """
    differences = [_differences(of_a, of_b) for of_a, of_b in datasets]
    every = np.concatenate(differences)
    if not every.any():
        return Comparison(a, b, metric, 0.0, (0.0, 0.0), 1.0, 0, 0)
    random = np.random.default_rng(SEED)
    observed = float(np.mean([of_one.mean() for of_one in differences]))
    flipped, drawn = np.zeros(SAMPLES), np.zeros(SAMPLES)
    for of_one in differences:
        share = 1 / (len(differences) * of_one.size)
        for start in range(0, SAMPLES, _AT_ONCE):
            block = slice(start, start + _AT_ONCE)
            signs = random.integers(0, 2, size=(_AT_ONCE, of_one.size), dtype=np.int8).astype(np.float32) * 2 - 1
            flipped[block] += signs @ of_one * share
            places = random.integers(0, of_one.size, size=(_AT_ONCE, of_one.size), dtype=np.int32)
            drawn[block] += of_one[places].sum(axis=1) * share
    extreme = int((np.abs(flipped) >= abs(observed) - 1e-12).sum())
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Comparison(
        a,
        b,
        metric,
        observed,
        (float(low), float(high)),
        (extreme + 1) / (SAMPLES + 1),
        wins=int((every > 0).sum()),
        losses=int((every < 0).sum()),
    )


def _differences(of_a: Mapping[str, float], of_b: Mapping[str, float]) -> Numbers:
    queries = sorted(of_a.keys() & of_b.keys())
    return np.array([of_b[query] - of_a[query] for query in queries], dtype=np.float64)


def holm(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Step-down correction (Holm, 1979) over all comparisons of one report, in the order given."""
    order = sorted(range(len(comparisons)), key=lambda place: comparisons[place].p)
    corrected = list(comparisons)
    floor = 0.0
    for rank, place in enumerate(order):
        floor = max(floor, min(1.0, comparisons[place].p * (len(order) - rank)))
        corrected[place] = replace(comparisons[place], p=floor)
    return corrected
