"""P17: every citation was given to the writer, may be opened by this asker, and stands there word for word."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answering.history import turns_from
from app.bootstrap import Parts
from app.knowledge.articles import Asker
from app.settings import Settings
from ingestion.connectors import connector_for
from ingestion.pipeline import IngestParts, ingest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
QUESTIONS = [json.loads(line) for line in (ROOT / "evals/golden/questions.jsonl").read_text("utf-8").splitlines()]
# Says what no passage says, marks what was never given, and quotes what nobody wrote.
FORGER = "The office cat approves this [9]. “Nobody ever wrote this” [1]. Everything is free [1][2][77]. "


@pytest.fixture(scope="module", params=["extractive", f"scripted:{FORGER}"])
def parts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    settings = Settings(
        data=tmp_path_factory.mktemp("citations"), vector_store="exact", language_model=str(request.param)
    )
    with Parts(settings) as opened:
        ingest(connector_for(str(ROOT / "sample/knowledge")), IngestParts.of(opened))
        yield opened


def test_every_citation_of_sixty_questions_stands_where_it_says_and_was_given_to_the_writer(parts: Parts) -> None:
    checked, forged = 0, []
    for question in QUESTIONS:
        asker = Asker.of(question.get("audiences", ()))
        answer = parts.desk.ask(question["text"], turns_from(question.get("history", ())), asker).answer

        for citation in answer.citations:
            revision = parts.catalog.revision(citation.article_id, citation.revision, asker)
            assert revision.text[citation.start : citation.end] == citation.quote != ""
            assert any(
                passage.article.id == citation.article_id
                and passage.start <= citation.start
                and citation.end <= passage.end
                for passage in answer.passages
            ), f"{question['_id']}: {citation.quote!r} was not given to the writer"
            checked += 1
        marks = {citation.mark for citation in answer.citations}
        assert all(set(sentence.marks) <= marks for sentence in answer.sentences), question["_id"]
        forged += [sentence for sentence in answer.sentences if "office cat" in sentence.text]

    assert checked > 60
    assert not any(sentence.support == "supported" for sentence in forged)
    doubtful = [sentence for sentence in forged if sentence.marks]  # some articles are about offices
    assert len(doubtful) <= len(forged) / 10
