"""Configurations are read from the command line, and several datasets are compared as one."""

import pytest

from app.errors import WrongUse
from cli.evaluate import labels
from evals.experiments import KEYS, parse_configuration
from evals.significance import compare, compare_means


def test_keys_and_values_are_read() -> None:
    assert parse_configuration("chunk_tokens=120, reranker=none") == {"chunk_tokens": "120", "reranker": "none"}
    assert parse_configuration("") == {}


def test_an_unknown_key_is_refused_with_those_there_are() -> None:
    with pytest.raises(WrongUse, match=r"no setting 'fussion' .*chunk_tokens, candidates"):
        parse_configuration("fussion=rrf,chunk_tokens=120")
    with pytest.raises(WrongUse, match="no value for candidates"):
        parse_configuration("candidates")


def test_secrets_and_places_are_no_configuration() -> None:
    assert not {"data", "openai_api_key", "jina_api_key", "catalog_url"} & set(KEYS)


def test_in_a_mean_over_datasets_each_counts_alike_however_many_queries_it_has() -> None:
    small = ({"q1": 0.0, "q2": 0.0}, {"q1": 1.0, "q2": 1.0})
    large = ({f"q{n}": 0.5 for n in range(98)}, {f"q{n}": 0.5 for n in range(98)})

    comparison = compare_means("a", "b", "nDCG@10", [small, large])

    assert comparison.difference == pytest.approx(0.5)
    assert (comparison.wins, comparison.losses) == (2, 0)


def test_the_mean_over_one_dataset_is_that_dataset() -> None:
    of_a, of_b = {"q1": 0.2, "q2": 0.4, "q3": 0.9}, {"q1": 0.3, "q2": 0.9, "q3": 0.8}

    assert compare("a", "b", "R@5", of_a, of_b) == compare_means("a", "b", "R@5", [(of_a, of_b)])


def test_datasets_are_named_without_their_folders_unless_two_would_sound_alike() -> None:
    assert labels(["sets/scifact/", "sets/squad2:corpus_passages.jsonl"]) == ["scifact", "squad2:corpus_passages.jsonl"]
    assert labels(["a/en", "b/en"]) == ["a/en", "b/en"]
