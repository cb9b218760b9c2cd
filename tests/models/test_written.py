"""The sentences that we wrote to learn checking from: whole, none twice, and apart from what they are measured on."""

import json
import re
from collections import Counter
from pathlib import Path
from random import Random
from statistics import fmean

from app.answering.signs import negations
from evals.supporting import golden
from models.reader.preparing import evenly_negated
from models.reader.rows import WRITTEN, Claim, written

SAMPLE = Path("sample/knowledge")
SHINGLE = 9  # words in a row that two texts do not share by chance


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}


def share_of_own_words(sentence: str, passage: str) -> float:
    said = set(re.findall(r"\w+", passage.casefold()))
    words = re.findall(r"\w+", sentence.casefold())
    return sum(word in said for word in words) / len(words)


def _both_sides(claims: list[Claim]) -> tuple[list[str], list[str]]:
    return [claim.sentence for claim in claims], [claim.twin for claim in claims]


def test_every_line_is_a_passage_with_pairs_of_two_unlike_sentences() -> None:
    for file in WRITTEN.glob("*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            assert set(row) == {"passage", "pairs"}
            assert all(said.strip() and unsaid.strip() and said != unsaid for said, unsaid in row["pairs"]), line


def test_no_sentence_comes_twice_over_one_passage() -> None:
    said = Counter((claim.passage, sentence) for claim in written() for sentence in (claim.sentence, claim.twin))

    assert [sentence for sentence, times in said.items() if times > 1] == []


def test_a_passage_is_held_out_with_all_of_its_sentences() -> None:
    places: dict[str, set[bool]] = {}
    for claim in written():
        places.setdefault(claim.passage, set()).add(claim.held_out)

    assert {len(kinds) for kinds in places.values()} == {1}
    assert 0.08 < fmean(kinds == {True} for kinds in places.values()) < 0.18


def test_closeness_to_the_passage_does_not_speak_for_a_sentence() -> None:
    def mean(one: list[Claim], name: str) -> float:
        return fmean(share_of_own_words(getattr(claim, name), claim.passage) for claim in one)

    claims = list(written())

    assert mean(claims, "sentence") < mean(claims, "twin")


def test_denying_something_speaks_neither_for_a_sentence_nor_against_it() -> None:
    claims = evenly_negated(list(written()), Random(1))

    denied, denied_wrongly = (fmean(bool(negations(text)) for text in texts) for texts in _both_sides(claims))
    assert denied == denied_wrongly > 0.1
    assert len(claims) > 0.8 * len(list(written()))


def test_nothing_is_taken_from_what_the_check_is_measured_on() -> None:
    measured = {shingle for case in golden() for text in (case.sentence, case.passage) for shingle in shingles(text)}
    for article in SAMPLE.rglob("*"):
        if article.suffix in (".md", ".txt", ".html"):
            measured |= shingles(article.read_text(encoding="utf-8"))

    for claim in written():
        for text in (claim.sentence, claim.twin, claim.passage):
            assert not shingles(text) & measured, text
