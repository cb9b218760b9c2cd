"""Sentences restated and spoiled on purpose: the twins say the same, the spoiled ones are wrong in one known thing."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from models.reader.restating import OPEN, SHUT, rephrased
from models.reader.spoiling import Source, SupportRow, another_number, support_rows, swapped, unmarked

KNOWLEDGE = Path(__file__).parents[2] / "sample" / "knowledge"
KINDS = {"number", "date", "unit", "name", "negation", "quantifier", "role", "condition", "without evidence"}


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    texts = [path.read_text("utf-8") for path in sorted(KNOWLEDGE.rglob("*.md"))]
    return [Source(text, neighbours=tuple(texts[at - 2 : at])) for at, text in enumerate(texts)]


@pytest.fixture(scope="module")
def rows(sources: list[Source]) -> list[SupportRow]:
    return list(support_rows(sources, seed=7, per_passage=40))


def rows_about(kind: str, sentence: str, around: str = "", passes: int = 40) -> list[tuple[SupportRow, SupportRow]]:
    """Counterparts of one kind, made of one short text many times."""
    text = f"{sentence}\n\n{around}"
    found = list(support_rows([Source(text)] * passes, seed=1, per_passage=10))
    return [(said, unsaid) for said, unsaid in zip(found[::2], found[1::2], strict=True) if unsaid.kind == kind]


def changed_words(row: SupportRow) -> list[str]:
    return [row.sentence[start:end] for start, end in row.changed]


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(sources: list[Source]) -> None:
    first = list(support_rows(sources, seed=7, per_passage=6))

    assert list(support_rows(sources, seed=7, per_passage=6)) == first
    assert list(support_rows(sources, seed=8, per_passage=6)) != first


def test_what_other_passages_there_are_does_not_change_the_rows_of_the_first_ones(sources: list[Source]) -> None:
    few = list(support_rows(sources[:3], seed=7, per_passage=6))

    many = list(support_rows(sources, seed=7, per_passage=6))

    assert many[: len(few)] == few


def test_every_spoiled_sentence_has_a_supported_counterpart_on_the_same_passage(rows: list[SupportRow]) -> None:
    pairs = list(zip(rows[::2], rows[1::2], strict=True))

    assert all((said.supported, unsaid.supported) == (1.0, 0.0) for said, unsaid in pairs)
    assert all(said.about == unsaid.about == unsaid.kind for said, unsaid in pairs)
    assert all(said.passage == unsaid.passage for said, unsaid in pairs if unsaid.kind != "without evidence")
    assert all(said.kind in ("verbatim", "rephrased") for said, _ in pairs)


def test_all_kinds_are_made(rows: list[SupportRow]) -> None:
    assert {row.kind for row in rows if not row.supported} == KINDS


def test_spans_lie_on_whole_words_that_are_there(rows: list[SupportRow]) -> None:
    for row in rows:
        assert not row.supported or row.changed == ()
        assert row.supported or row.changed
        for start, end in row.changed:
            assert 0 <= start < end <= len(row.sentence)
            assert row.sentence[start:end] == row.sentence[start:end].strip()
            assert not row.sentence[max(0, start - 1) : start].isalnum()
            assert not row.sentence[end : end + 1].isalnum()


def test_no_sign_of_the_making_is_left(rows: list[SupportRow]) -> None:
    assert not any(sign in row.sentence + row.passage for row in rows for sign in (OPEN, SHUT))


def test_a_verbatim_sentence_stands_in_its_passage_and_a_spoiled_one_does_not(rows: list[SupportRow]) -> None:
    verbatim = [row for row in rows if row.kind == "verbatim"]

    assert verbatim and all(row.sentence in row.passage for row in verbatim)
    assert not any(row.sentence in row.passage for row in rows if not row.supported)


def test_a_spoiled_sentence_is_as_often_in_other_words_as_a_supported_one(rows: list[SupportRow]) -> None:
    words = Counter((row.supported, len(row.sentence.split()) // 8) for row in rows)

    for length in {length for _, length in words}:
        if words[1.0, length] + words[0.0, length] > 60:
            assert 0.6 < words[1.0, length] / words[0.0, length] < 1.6


def test_a_negation_or_a_number_tells_nothing_by_itself(rows: list[SupportRow]) -> None:
    negated = [row for row in rows if row.about == "negation" and " not " in row.sentence]

    assert len(negated) > 20
    assert 0.3 < sum(row.supported for row in negated) / len(negated) < 0.7


def test_a_number_is_changed_and_nothing_else() -> None:
    pairs = rows_about("number", "The tunnel of the Larkmoor network closes itself again after 90 seconds.")

    assert pairs
    for said, unsaid in pairs:
        assert len(changed_words(unsaid)) == 1
        assert {"tunnel", "network"} <= set(unsaid.sentence.lower().replace(".", "").split())
        assert said.sentence != unsaid.sentence


def test_a_unit_is_changed_for_another_of_its_sort() -> None:
    pairs = rows_about("unit", "The tunnel of the Larkmoor network closes itself again after 40 seconds.")

    found = {word for _, unsaid in pairs for word in changed_words(unsaid)}
    assert found and found <= {"seconds", "minutes", "hours", "days", "weeks", "months", "years"}


def test_a_name_comes_from_the_same_text() -> None:
    pairs = rows_about(
        "name",
        "All the shared drives of the company are backed up every night by Moorline in the office.",
        "Before that the old desk used Tally for it. Then everything was moved to Crewbook for good.",
    )

    found = {word for _, unsaid in pairs for word in changed_words(unsaid)}
    assert {"Tally", "Crewbook"} & found and found <= {"Moorline", "Tally", "Crewbook"}


def test_a_negation_is_put_in_or_taken_out() -> None:
    pairs = rows_about("negation", "A contractor can read the archive of the team on a private computer.")

    found = {word for _, unsaid in pairs for word in changed_words(unsaid)}
    assert "can" in " ".join(found)
    assert any("not" in word or "n't" in word or "impossible" in word for word in found)


def test_two_things_change_places() -> None:
    changes = rows_about("role", "The courier sends the parcel from Bristol to Halifax every week.")

    found = {word for _, unsaid in changes for word in changed_words(unsaid)}
    assert {"Bristol", "Halifax"} <= found


def test_a_condition_is_left_out_or_made_up() -> None:
    pairs = rows_about("condition", "The team may keep the loaned laptop for a month if the manager has agreed.")

    assert {len(unsaid.sentence.split()) < 12 for _, unsaid in pairs} == {True, False}


def test_without_its_evidence_the_passage_lacks_the_sentence(rows: list[SupportRow]) -> None:
    without = [row for row in rows if row.kind == "without evidence"]

    for row in without:
        for word in changed_words(row):
            assert f" {word} " not in row.passage


def test_passages_are_short_stretches(rows: list[SupportRow]) -> None:
    assert all(len(row.passage.split()) <= 135 for row in rows)


@pytest.mark.parametrize("digits", ["2", "30", "1,500", "2.5", "4.2.1", "007", "100000"])
def test_another_number_is_another(digits: str) -> None:
    assert all(another_number(digits, Random(seed)) != digits for seed in range(30))


def test_an_article_follows_the_word_after_it() -> None:
    change = swapped("Send a letter to the desk.", 7, 13, "email", "role")

    assert unmarked(change.after) == "Send an email to the desk."
    assert unmarked(change.before) == "Send a letter to the desk."


def test_rephrasing_never_loses_or_alters_the_marked_place() -> None:
    marked = f"If the port is blocked (hotels do that), the client must wait {OPEN}30{SHUT} minutes, which is long."

    for seed in range(200):
        text = rephrased(marked, Random(seed))
        inside = text[text.index(OPEN) + 1 : text.index(SHUT)]
        assert inside in ("30", "thirty")


def test_rephrasing_says_the_same_in_other_words() -> None:
    found = {rephrased("You can delete the file after 90 minutes.", Random(seed)) for seed in range(300)}

    assert "The file can be deleted after one and a half hours." in found
    assert any("remove" in text for text in found)
    assert all("file" in text for text in found)


def test_a_sentence_with_a_condition_in_front_keeps_it() -> None:
    text = "If you leave, the desk keeps your number; the number goes back after a year."

    found = [rephrased(text, Random(seed)).lower() for seed in range(100)]

    assert all(
        any(way in said for way in ("if you leave", "in case you leave", "provided that you leave")) for said in found
    )
