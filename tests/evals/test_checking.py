"""What counts as caught and as lost, over the desk's own way from a model to a reader."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.answering.support import SupportCheck
from evals.checking import (
    ADDITION,
    Case,
    Checked,
    cases_by_hand,
    cases_of_help,
    checked,
    figures,
    figures_of_misplaced,
    misplaced,
    table,
)
from tests.evals.help_pages import help_pages

STORAGE = "A project folder holds 500 GB for two years. Uploads are enabled for all employees in the office of Kiel."
REFUNDS = "Refunds take five days from the day of the request. They are paid to the card that was charged."
GIVEN = (("", STORAGE), ("", REFUNDS))


def a_case(sentence: str, is_good: bool, marked: int = 0) -> Case:
    return Case(sentence, GIVEN, is_good, "rephrased" if is_good else "number", marked)


def an_end(is_good: bool, end: str, cites: Sequence[int] = (0,)) -> Checked:
    return Checked(a_case("A folder has room for 500 GB.", is_good), end, tuple(cites))  # type: ignore[arg-type]


def test_a_true_sentence_keeps_the_footnote_that_its_writer_gave_it() -> None:
    found = checked(a_case("A project folder holds 500 GB for two years.", True), SupportCheck())

    assert (found.end, found.is_rightly_footed) == ("supported", True)


def test_a_true_sentence_that_cites_the_wrong_passage_gets_the_right_footnote() -> None:
    found = checked(a_case("A project folder holds 500 GB for two years.", True, marked=1), SupportCheck())

    assert (found.end, found.is_rightly_footed) == ("supported", True)


def test_a_sentence_that_nothing_says_is_shown_without_a_footnote() -> None:
    found = checked(a_case("The managing director sends 17 handwritten letters.", False), SupportCheck())

    assert (found.end, found.cites) == ("unsupported", ())


def test_a_sentence_that_says_what_was_said_before_it_is_dropped() -> None:
    found = checked(a_case("Refunds take five days from the day of the request.", True), SupportCheck())

    assert (found.end, found.cites) == ("dropped", ())


def test_unclear_counts_as_caught_and_not_as_lost() -> None:
    wrong = [an_end(False, end) for end in ("unclear", "unsupported", "supported", "dropped")]
    good = [an_end(True, end) for end in ("unclear", "unsupported", "supported", "dropped")]

    found = figures([*wrong, *good])

    assert (found["caught"], found["lost"]) == (0.75, 0.5)
    assert found["ended_as"] == dict.fromkeys(("supported", "unclear", "unsupported", "dropped"), 1)


def test_a_footnote_is_right_only_when_all_of_them_open_what_says_it() -> None:
    found = figures_of_misplaced([an_end(True, "supported", cites) for cites in ((0,), (0, 1), (1,), ())])

    assert found["right_footnote"] == 0.25


def test_sentences_are_marked_wrongly_only_where_they_are_true() -> None:
    moved = misplaced([a_case("Yes.", True), a_case("No.", False)])

    assert [(case.sentence, case.marked) for case in moved] == [("Yes.", 1)]


def test_a_fifth_of_the_wrong_ones_are_made_up_and_all_are_given_other_passages_too(tmp_path: Path) -> None:
    cases = cases_of_help(help_pages(tmp_path), 20)

    wrong = [case for case in cases if not case.is_good]
    assert len(cases) == 40 and len(wrong) == 20
    assert sum(case.kind == ADDITION for case in wrong) == 4
    assert all(2 <= len(case.given) <= 5 for case in cases)
    assert cases_of_help(help_pages(tmp_path), 20) == cases


def test_the_sentences_written_by_hand_are_checked_against_five_quotes() -> None:
    cases = cases_by_hand()

    assert (len(cases), sum(case.is_good for case in cases)) == (200, 100)
    assert all(len({text for _, text in case.given}) == 5 for case in cases)


@pytest.mark.parametrize("name", ["help_pages", "written_by_hand"])
def test_the_table_has_a_row_for_each_set(name: str) -> None:
    of_set = {**figures([an_end(False, "unclear"), an_end(True, "supported")])}
    of_set["misplaced"] = figures_of_misplaced([an_end(True, "supported")])

    lines = table({"help_pages": of_set, "written_by_hand": of_set}).splitlines()

    assert f"| {name.replace('_', ' ')} | 1 | 1.000 | 1 | 0.000 | 0 | 1.000 | 0.000 |" in lines
