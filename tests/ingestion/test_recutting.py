"""Chunks of another index version come from what the catalog holds, as if each article had been read anew."""

from dataclasses import replace

from app.knowledge.articles import Chunk
from app.knowledge.embedding_models import EmbeddingModel
from app.knowledge.searchable import embedded_text
from app.knowledge.versions import chunker_of
from ingestion.chunking import split
from ingestion.parsers import ParsedText
from ingestion.parsers.markdown import parsed_markdown
from ingestion.parsers.text import TextParser
from ingestion.pressing import longest_chunk
from ingestion.recutting import Standing, recut
from tests.builders import HashingModel, a_chunk, a_recipe, an_article

WORDS = " ".join(f"word{i}" for i in range(45))
MARKDOWN = "# Refunds\n\n" + "\n\n".join(
    f"## Case {n}\n\nFirst {n} {WORDS}.\n\nThen {n} {WORDS}.\n\n- one {n}\n- two {n}" for n in range(6)
)
PLAIN = "\n\n".join(" ".join(f"word{n}x{i}" for i in range(60)) + "." for n in range(5)) + "\n\n# no heading here\n"


def cut(parsed: ParsedText, chunk_tokens: int, model: EmbeddingModel) -> list[Chunk]:
    return split(parsed, "refunds", 1, model.count_tokens, longest_chunk(model, chunk_tokens))


def standing(parsed: ParsedText, path: str, chunks: list[Chunk]) -> Standing:
    return Standing(an_article(title=parsed.title, path=path), parsed.text, chunks)


def test_another_model_with_the_same_chunker_keeps_the_chunks_and_so_their_ids() -> None:
    parsed = parsed_markdown(MARKDOWN, "refunds.md")
    chunks = cut(parsed, 60, HashingModel())
    other = HashingModel(name="other", dimensions=8)

    found = recut(
        standing(parsed, "refunds.md", chunks),
        a_recipe(chunker=chunker_of(60)),
        a_recipe(other, chunker=chunker_of(60)),
        other,
    )

    assert found == chunks


def test_another_limit_cuts_markdown_just_as_a_new_reading_would() -> None:
    parsed = parsed_markdown(MARKDOWN, "refunds.md")
    model = HashingModel()
    was = standing(parsed, "refunds.md", cut(parsed, 60, model))

    for chunk_tokens in (32, 120):
        found = recut(was, a_recipe(chunker=chunker_of(60)), a_recipe(chunker=chunker_of(chunk_tokens)), model)

        assert found == cut(parsed, chunk_tokens, model)
        assert len(found) != len(was.chunks)


def test_plain_text_is_cut_as_plain_text_again() -> None:
    parsed = TextParser().parse(PLAIN.encode(), "log.txt")
    model = HashingModel()
    was = standing(parsed, "log.txt", cut(parsed, 60, model))

    found = recut(was, a_recipe(chunker=chunker_of(60)), a_recipe(chunker=chunker_of(120)), model)

    assert found == cut(parsed, 120, model)
    assert not any(chunk.headings for chunk in found)


def test_a_model_that_would_not_read_the_chunks_to_their_end_gets_shorter_ones() -> None:
    parsed = parsed_markdown(MARKDOWN, "refunds.md")
    chunks = cut(parsed, 60, HashingModel())
    short = HashingModel(name="short")
    short.identity = replace(short.identity, window=34, document_prompt="a passage")
    recipes = a_recipe(chunker=chunker_of(60)), a_recipe(short, chunker=chunker_of(60))

    found = recut(standing(parsed, "refunds.md", chunks), *recipes, short)

    assert len(found) > len(chunks)
    assert all(chunk.text == parsed.text[chunk.start : chunk.end] for chunk in found)
    embedded = [embedded_text(parsed.title, chunk.headings, chunk.text) for chunk in found]
    assert max(short.count_tokens(embedded)) <= 34 - 2 - 2


def test_what_a_pdf_says_of_pages_and_headings_is_taken_from_its_chunks() -> None:
    paragraphs = [" ".join(f"p{n}w{i}" for i in range(30)) for n in range(4)]
    text = "\n\n".join(paragraphs)
    where = [(("Scope",), 1), (("Scope",), 1), (("Costs", "Travel"), 2), (("Costs", "Travel"), 3)]
    chunks = [
        a_chunk(text=words, position=n, start=text.index(words), headings=headings, page=page)
        for n, (words, (headings, page)) in enumerate(zip(paragraphs, where, strict=True))
    ]
    was = Standing(an_article(title="Rules", path="rules.pdf"), text, chunks)

    found = recut(was, a_recipe(chunker=chunker_of(40)), a_recipe(chunker=chunker_of(32)), HashingModel())

    assert len(found) > 4
    assert all(chunk.text == text[chunk.start : chunk.end] for chunk in found)
    assert {(chunk.headings, chunk.page) for chunk in found} == set(where)
    first_of_last = next(chunk for chunk in found if chunk.text.startswith("p3w0 "))
    assert first_of_last.page == 3
