"""Two configurations side by side in one run: which is better, where, and whether that is more than chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Any

from app import settings as settings_
from app.errors import WrongUse
from app.settings import Settings
from evals.datasets import Dataset
from evals.measures import averages
from evals.retrieval import COMPARED, RetrievalResult, evaluate_retrieval
from evals.significance import Comparison, compare, compare_means, holm
from evals.workbench import Progress

# Where things lie, who may call whom, and how answers are worded: no matter for what is found, and in what order.
_NO_MATTER = frozenset(
    {
        *("data", "catalog_url", "chroma_url", "public_url", "vector_store", "threads"),
        *("language_model", "unsupported", "answer_seconds", "openai_base_url", "openai_api_key", "openai_model"),
        *("jina_base_url", "jina_api_key", "models", "prompts", "groups", "slack"),
    }
)
KEYS = tuple(name for name in Settings.model_fields if name not in _NO_MATTER)


def configuration(chosen: Settings) -> dict[str, str]:
    """All that matters for retrieval, by the settings' names."""
    return {key: str(getattr(chosen, key)) for key in KEYS}


def parse_configuration(text: str) -> dict[str, str]:
    """`chunk_tokens=120,reranker=none` -> a mapping; empty for the settings as they are.

    Raises:
        WrongUse: a pair without `=`, or keys that there are not; lists those there are.
    """
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    unclear = [key.strip() for key, sign, _ in pairs if not sign]
    unknown = [key.strip() for key, sign, _ in pairs if sign and key.strip() not in KEYS]
    if unclear:
        raise WrongUse(f"write KEY=VALUE,KEY=VALUE: there is no value for {', '.join(unclear)}")
    if unknown:
        raise WrongUse(
            f"there is no setting {', '.join(map(repr, unknown))} to compare; choose from: {', '.join(KEYS)}"
        )
    return {key.strip(): value.strip() for key, _, value in pairs}


@dataclass(frozen=True)
class OneDataset:
    """Both configurations on one dataset."""

    name: str
    a: RetrievalResult
    b: RetrievalResult

    def values(self, side: RetrievalResult, metric: str) -> Mapping[str, float]:
        return side.values[side.last_stage][metric]


@dataclass(frozen=True)
class ExperimentResult:
    a: Mapping[str, str]
    b: Mapping[str, str]
    datasets: Sequence[OneDataset]

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """b against a, by the order that a person sees: per dataset, and for the mean of several. Holm over all."""
        found = [
            replace(compare("a", "b", metric, one.values(one.a, metric), one.values(one.b, metric)), dataset=one.name)
            for one in self.datasets
            for metric in COMPARED
        ]
        if len(self.datasets) > 1:
            found += [
                replace(compare_means("a", "b", metric, self._pairs(metric)), dataset="mean") for metric in COMPARED
            ]
        return holm(found)

    def means(self) -> dict[str, dict[str, dict[str, float]]]:
        """Side -> stage -> measure -> the mean over the datasets, for the stages that all have."""
        return {
            "a": _means([one.a for one in self.datasets]),
            "b": _means([one.b for one in self.datasets]),
        }

    def as_json(self) -> dict[str, Any]:
        return {
            "a": dict(self.a),
            "b": dict(self.b),
            "datasets": [{"dataset": one.name, "a": one.a.as_json(), "b": one.b.as_json()} for one in self.datasets],
            "mean": self.means(),
            "comparisons": [comparison.as_json() for comparison in self.comparisons],
        }

    def _pairs(self, metric: str) -> list[tuple[Mapping[str, float], Mapping[str, float]]]:
        return [(one.values(one.a, metric), one.values(one.b, metric)) for one in self.datasets]


def run_experiment(
    a: Mapping[str, str],
    b: Mapping[str, str],
    datasets: Mapping[str, Dataset],
    *,
    limit: int | None,
    with_history: bool,
    progress: Progress,
) -> ExperimentResult:
    """Both configurations on every dataset; what is not named in them is as the environment has it.

    Raises:
        SettingsError: a value that a setting does not take.
    """
    sides = [settings_.read(**a), settings_.read(**b)]
    measured = []
    for name, dataset in datasets.items():
        of_a, of_b = (
            evaluate_retrieval(dataset, side, limit=limit, with_history=with_history, progress=progress)
            for side in sides
        )
        measured.append(OneDataset(name, of_a, of_b))
    return ExperimentResult(a, b, measured)


def _means(results: Sequence[RetrievalResult]) -> dict[str, dict[str, float]]:
    shared = [stage for stage in results[0].values if all(stage in result.values for result in results)]
    per_stage = {stage: [averages(result.values[stage]) for result in results] for stage in shared}
    return {
        stage: {name: round(fmean(one[name] for one in of_stage), 4) for name in of_stage[0]}
        for stage, of_stage in per_stage.items()
    }
