"""The support set: each passage once with a sentence that it supports, once with one that is subtly wrong."""

import json
from collections import Counter
from typing import Any

from tests.evals.sample_texts import GOLDEN, KNOWLEDGE, text_of

PAIRS: list[dict[str, Any]] = [json.loads(line) for line in (GOLDEN / "support.jsonl").read_text("utf-8").splitlines()]


def test_every_deciding_passage_stands_in_its_article() -> None:
    missing = [pair for pair in PAIRS if pair["quote"] not in text_of(KNOWLEDGE / pair["article"])]

    assert missing == []


def test_each_of_a_hundred_passages_has_one_supported_and_one_unsupported_sentence() -> None:
    verdicts = Counter((pair["article"], pair["quote"], pair["supported"]) for pair in PAIRS)

    assert len({pair["sentence"] for pair in PAIRS}) == len(verdicts) == 200
    assert sum(pair["supported"] for pair in PAIRS) == 100


def test_the_wrong_sentences_are_wrong_in_every_way_that_is_named() -> None:
    kinds = {pair["kind"] for pair in PAIRS if not pair["supported"]}

    assert kinds == {"number", "name", "negation", "date", "unit", "condition"}
    assert {pair["kind"] for pair in PAIRS if pair["supported"]} == {"paraphrase"}
