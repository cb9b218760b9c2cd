"""The articles that `footnote bench` writes: English, all different, the same every time, a chunk a section."""

from collections.abc import Sequence

from app.answering.languages import is_likely_english
from evals.bench_texts import SECTIONS, asked, help_articles
from ingestion.chunking import split
from ingestion.parsers.markdown import parsed_markdown


def test_each_article_is_about_something_else() -> None:
    titles = [article.title for article in help_articles(5_000)]

    assert len(set(titles)) == len(titles)


def test_the_same_articles_and_questions_come_every_time() -> None:
    first, again = (list(help_articles(20)) for _ in range(2))

    assert first == again
    assert list(asked(first, 9)) == list(asked(again, 9))


def test_every_question_is_english_and_answered_in_its_own_section() -> None:
    for article in help_articles(40):
        for (_, text), question in zip(article.sections, article.questions, strict=True):
            assert is_likely_english(question) and is_likely_english(text)
            named = question.removesuffix("?").split(" error ")[-1].split()[0]
            assert named in text or " error " not in question
            assert "{" not in question + text


def counted(texts: Sequence[str]) -> list[int]:
    """Tokens of each, roughly: words and a quarter."""
    return [len(text.split()) * 5 // 4 for text in texts]


def test_a_section_is_about_a_chunk() -> None:
    article = next(help_articles(1))

    chunks = split(parsed_markdown(article.markdown(), "one.md"), "a", 1, counted, 200)

    assert len(chunks) == SECTIONS
