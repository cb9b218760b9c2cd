"""The bars of refusing and the curve behind them, on a handful of questions reckoned by hand."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.settings import Settings
from evals import refusals
from evals.answers import Asked
from evals.datasets import Dataset, Document, Query
from evals.refusal_curve import drawn
from evals.refusals import KnowledgeBase, Refusals, markdown, measure, said_elsewhere
from tests.evals.collections import a_collection


def asked(unanswerable: str, confidence: float, threshold: float = 0.5) -> Asked:
    return Asked(
        query_id="q",
        question="When?",
        answerable=not unanswerable,
        unanswerable=unanswerable,
        judged=True,
        outcome="answered" if confidence >= threshold else "not_found",
        confidence=confidence,
        text="",
        cited_gold=(),
        cited_words=None,
        support=(),
        timings_ms={},
    )


@pytest.fixture
def of_two() -> Refusals:
    """One base whose bent questions look alike, and one that is sure of all it has."""
    return Refusals(
        {
            "squad2": [
                *(asked("", sure) for sure in (0.9, 0.8, 0.7, 0.4)),
                *(asked("without_gold", sure) for sure in (0.75, 0.1)),
                *(asked("unanswerable", sure) for sure in (0.85, 0.6)),
                *(asked("foreign", sure) for sure in (0.2, 0.1)),
            ],
            "stackfaq": [
                *(asked("", sure) for sure in (0.9, 0.9)),
                *(asked("without_gold", sure) for sure in (0.1, 0.2)),
                *(asked("foreign", sure) for sure in (0.6, 0.1)),
            ],
        }
    )


def test_each_reason_is_measured_by_itself(of_two: Refusals) -> None:
    assert of_two.auroc("squad2", "without_gold") == 0.75
    assert of_two.auroc("squad2", "unanswerable") == 0.5
    assert of_two.answered("squad2", "without_gold") == 0.5
    assert of_two.answered("stackfaq", "unanswerable") is None


def test_foreign_questions_and_false_refusals_are_counted_over_all_knowledge_bases(of_two: Refusals) -> None:
    floors = {floor.what: floor for floor in of_two.floors}

    assert floors["questions of another knowledge base refused"].is_ == 0.75
    assert floors["answerable questions refused"].is_ == 0.125
    assert not floors["answerable questions refused"].holds
    assert floors["stackfaq, without its article: AUROC"].holds
    assert not floors["squad2, bent on purpose: AUROC"].holds
    assert "**missed**" in markdown(of_two)


def test_a_question_that_another_article_answers_in_the_same_words_is_told_apart(of_two: Refusals) -> None:
    text = "Refunds are paid within five working days of the request. "
    dataset = Dataset(
        "help",
        (Document("a", "", text + "Ask us."), Document("b", "", "Also, " + text), Document("c", "", "We met in 1843.")),
        (
            Query("q", "When?", answers=("Refunds are paid within five working days",)),
            Query("r", "?", answers=("1843",)),
        ),
        {"q": {"a": 1}, "r": {"a": 1}},
    )
    repeated = Refusals(of_two.asked, {"squad2": frozenset("q")})

    assert said_elsewhere(dataset) == {"q"}
    assert said_elsewhere(replace(dataset, qrels={"q": {"a": 1, "b": 1}})) == frozenset()
    assert repeated.repeated("squad2") == 1.0 and repeated.auroc_where_none_repeats("squad2") is None
    assert of_two.repeated("squad2") == 0.0 and of_two.auroc_where_none_repeats("squad2") == 0.75


def test_the_curve_runs_from_all_answered_to_hardly_any(of_two: Refusals) -> None:
    curve = of_two.curves["squad2, without its article"]

    assert curve[0] == (0.0, 1.0)
    assert curve[-1] == (0.75, 0.0)
    assert of_two.chosen["squad2, without its article"] == (0.25, 0.5)


def test_the_drawing_is_one_svg_that_asks_nobody_for_anything(of_two: Refusals) -> None:
    text = drawn(of_two.curves, of_two.chosen)

    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root.findall("{*}polyline")) == len(of_two.curves) == 4
    assert len(root.findall("{*}circle")) == 4
    assert "prefers-color-scheme: dark" in text
    assert "href" not in text and "url(" not in text


@pytest.mark.slow
def test_a_run_asks_every_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bases = tuple(KnowledgeBase(name, name, {}) for name in ("one", "other"))
    for base in bases:
        a_collection(tmp_path / base.folder)
    monkeypatch.setattr(refusals, "KNOWLEDGE_BASES", bases)

    found = measure(tmp_path, 3, Settings(data=tmp_path / "data"), lambda _: None)

    kinds = [one.unanswerable for one in found.asked["one"]]
    assert [kinds.count(kind) for kind in ("", "without_gold", "unanswerable", "foreign")] == [3, 3, 1, 3]
