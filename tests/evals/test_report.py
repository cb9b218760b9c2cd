"""The report is one file that asks nobody for anything, escapes what datasets say, and shows every part."""

import re
import xml.dom.minidom
from dataclasses import replace
from pathlib import Path

import pytest

from app.settings import Settings
from evals.answers import evaluate_answers
from evals.datasets import Dataset, read_dataset
from evals.report.answers import answers_page
from evals.report.elements import Element, element, sentences, table
from evals.report.plots import bars, curves, histogram, wins_and_losses
from evals.report.retrieval import retrieval_page, write_retrieval_report
from evals.retrieval import evaluate_retrieval
from tests.evals.collections import a_collection

HOSTILE = '<img src="https://example.org/x"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A tiny collection whose every text tries to be markup."""
    dataset = read_dataset(a_collection(tmp_path_factory.mktemp("sets") / "tiny"))
    return replace(
        dataset,
        name=f"tiny {HOSTILE}",
        documents=tuple(
            replace(d, title=f"{d.title} {HOSTILE}", text=f"{d.text} {HOSTILE}") for d in dataset.documents
        ),
        queries=tuple(replace(q, text=f"{q.text} {HOSTILE}") for q in dataset.queries),
    )


@pytest.fixture(scope="module")
def pages(hostile: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    found = evaluate_retrieval(hostile, settings, limit=None, with_history=True, progress=lambda _: None)
    said = evaluate_answers(
        hostile, settings, limit=None, with_history=True, without_gold=True, progress=lambda _: None
    )
    return {"retrieval": retrieval_page(found), "answers": answers_page(said)}


@pytest.mark.parametrize("kind", ["retrieval", "answers"])
def test_nothing_a_dataset_says_becomes_markup_or_leaves_the_page(pages: dict[str, str], kind: str) -> None:
    html = pages[kind]

    assert "<script" not in html and "<img" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"(?:src|href|url\(|@import)\s*=?\s*[\"'(]?\s*https?:", html)
    assert "default-src 'none'" in html


@pytest.mark.parametrize("kind", ["retrieval", "answers"])
def test_a_page_is_well_formed_and_fits_a_phone_in_light_and_dark(pages: dict[str, str], kind: str) -> None:
    html = pages[kind]

    for picture in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        xml.dom.minidom.parseString(picture)
    assert 'content="width=device-width' in html
    assert "prefers-color-scheme: dark" in html


def test_the_retrieval_report_has_every_part(pages: dict[str, str]) -> None:
    html = pages["retrieval"]

    for part in (
        "Stages",
        "Recall by depth",
        "Is it more than chance?",
        "Fused against words alone",
        "Latency",
        "Index",
    ):
        assert part in html
    for end in ("not indexed", "filtered", "not a candidate", "fused away", "reranked away", "cut", "read"):
        assert f">{end}</span>" in html
    assert "tokens of a chunk" in html and "The answering words" in html and "p99" in html


def test_the_answers_report_explains_each_measure(pages: dict[str, str]) -> None:
    assert "The share of unanswerable queries that got an answer all the same." in pages["answers"]
    assert "None" not in pages["answers"].replace("<p>None.</p>", "")


def test_a_report_is_written_into_a_folder_that_is_made(hostile: Dataset, tmp_path: Path) -> None:
    dataset = replace(hostile, name="tiny/../x")
    result = evaluate_retrieval(
        dataset, Settings(data=tmp_path / "data"), limit=1, with_history=True, progress=lambda _: None
    )

    file = write_retrieval_report(result, tmp_path / "new" / "folder")

    assert file.parent == tmp_path / "new" / "folder" and file.read_text().startswith("<!doctype html>")


def test_text_is_escaped_when_it_becomes_an_element() -> None:
    assert element("p", "a < b", class_='"x"') == '<p class="&quot;x&quot;">a &lt; b</p>'
    assert element("p", Element("<b>1</b>"), 2) == "<p><b>1</b>2</p>"
    assert "&lt;i&gt;" in table(["x"], [["<i>"]]) and "&lt;i&gt;" in sentences(["x"], [["<i>"]])


def test_plots_stand_the_edge_cases() -> None:
    assert "<polyline" in curves({"fused": [(1.0, 0.0), (100.0, 1.0)]}, "k", "recall")
    assert "<svg" in histogram({"total": []}, "ms", {})
    assert "<rect" in histogram({"total": [5.0, 5.0]}, "ms", {"p50 5 ms": 5.0})
    assert "<polygon" not in wins_and_losses([0.0, 0.0], "a against b", "queries", "difference")
    assert "width:0.0%" in bars({"cut": 0, "read": 0})
