"""The golden questions are only worth something while every quote stands in the sample, word for word."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.evals.sample_texts import GOLDEN, KNOWLEDGE, ROOT, text_of

QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (GOLDEN / "questions.jsonl").read_text("utf-8").splitlines()
]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]
UNANSWERABLE = [question for question in QUESTIONS if not question["answerable"]]
ARTICLES = sorted(path for path in KNOWLEDGE.rglob("*") if path.is_file())


def by_id(questions: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("question", questions, ids=[question["_id"] for question in questions])


def front_matter(article: Path) -> dict[str, Any]:
    matter: dict[str, Any] = yaml.safe_load(article.read_text("utf-8").split("---\n", 2)[1])
    return matter


def test_there_are_sixty_questions_of_which_fifteen_have_no_answer_and_ten_go_on_from_another() -> None:
    kinds = Counter(question["kind"] for question in QUESTIONS)

    assert len({question["_id"] for question in QUESTIONS}) == 60
    assert len(UNANSWERABLE) == kinds["unanswerable"] == 15
    assert kinds["follow-up"] == 10
    assert kinds.keys() == {
        "fact", "steps", "table", "compare", "follow-up", "unanswerable", "other-language", "superseded"
    }  # fmt: skip


def test_a_follow_up_has_a_history_that_begins_with_the_person_and_ends_with_the_desk() -> None:
    follow_ups = [question for question in QUESTIONS if question["kind"] == "follow-up"]

    roles = [[turn["role"] for turn in question["history"]] for question in follow_ups]

    assert all(spoken == ["user", "agent"] * (len(spoken) // 2) and spoken for spoken in roles)


@by_id(UNANSWERABLE)
def test_a_question_without_an_answer_names_no_article_and_no_quote(question: dict[str, Any]) -> None:
    assert question["articles"] == question["answers"] == []


@by_id(ANSWERABLE)
def test_every_quote_stands_in_one_of_its_articles_and_every_article_has_one(question: dict[str, Any]) -> None:
    texts = [text_of(KNOWLEDGE / path) for path in question["articles"]]

    assert question["answers"]
    assert all(any(quote in text for text in texts) for quote in question["answers"])
    assert texts and all(any(quote in text for quote in question["answers"]) for text in texts)


@by_id(ANSWERABLE)
def test_no_article_beside_the_named_ones_holds_a_quote(question: dict[str, Any]) -> None:
    others = [path for path in ARTICLES if str(path.relative_to(KNOWLEDGE)) not in question["articles"]]

    assert not [path for path in others for quote in question["answers"] if quote in text_of(path)]


@by_id(ANSWERABLE)
def test_who_asks_may_read_what_answers(question: dict[str, Any]) -> None:
    markdown = [KNOWLEDGE / path for path in question["articles"] if path.endswith(".md")]

    needed = {audience for path in markdown for audience in front_matter(path).get("audiences", [])}

    assert needed == set(question.get("audiences", []))


def test_the_desk_has_its_formats_and_two_restricted_articles() -> None:
    formats = Counter(path.suffix for path in ARTICLES)
    restricted = [a for a in ARTICLES if a.suffix == ".md" for a in front_matter(a).get("audiences", [])]

    assert len(ARTICLES) >= 44
    assert formats[".html"] >= 5 and formats[".pdf"] >= 3 and formats[".docx"] >= 3 and formats[".txt"] >= 4
    assert sorted(restricted) == ["engineering", "hr"]
    assert sum(path.stat().st_size for path in ARTICLES) < 1_500_000


def test_every_markdown_article_says_what_it_is_called_and_when_its_words_last_changed() -> None:
    matters = [front_matter(path) for path in ARTICLES if path.suffix == ".md"]

    assert all(matter["title"] and matter["updated"].isoformat() <= "2026-11-20" for matter in matters)
    assert {key for matter in matters for key in matter} <= {"title", "updated", "audiences", "url"}


def test_the_pdf_and_word_articles_are_what_the_committed_sources_make(tmp_path: Path) -> None:
    for folder in ("once", "again"):
        subprocess.run(
            [sys.executable, ROOT / "sample" / "build_documents.py", "--into", tmp_path / folder],
            check=True,
            timeout=60,
        )
    made = {path.relative_to(tmp_path / "once"): path for path in (tmp_path / "once").rglob("*.*")}

    assert made.keys() == {a.relative_to(KNOWLEDGE) for a in ARTICLES if a.suffix in (".pdf", ".docx")}
    assert all(text_of(path) == text_of(KNOWLEDGE / name) for name, path in made.items())
    assert all(path.read_bytes() == (tmp_path / "again" / name).read_bytes() for name, path in made.items())
