"""Where the reader has found the answer, and which footnotes point at it."""

from dataclasses import replace

from app.answering.answers import Citation
from app.answering.findings import Finding, findings, pointed_at, spans_in, stored
from app.answering.reader import PassageReading
from app.answering.tracing import Candidate
from app.knowledge.articles import Passage
from tests.builders import WRITTEN, a_chunk, an_article

QUOTE = "Refunds take five days."


def a_candidate(answerable: float, start: int, end: int, at: int = 0) -> Candidate:
    passage = Passage(a_chunk(text=QUOTE, start=at), an_article(), 0.5)
    return Candidate(passage, reading=PassageReading(1.0, answerable, start, end, 2.0))


def a_citation(start: int = 0, mark: int = 1) -> Citation:
    return Citation(mark, "refunds", "Refunds", "", 1, start, start + len(QUOTE), QUOTE, WRITTEN)


def a_finding(start: int, end: int, chance: float = 0.8) -> Finding:
    return Finding("refunds", 1, start, end, chance)


def test_what_was_found_in_a_passage_is_found_in_its_revision() -> None:
    found = findings([a_candidate(0.2, 0, 7), a_candidate(0.9, 13, 22, at=100), a_candidate(0.9, 0, 0)])

    assert [(f.start, f.end, round(f.chance, 2)) for f in found] == [(113, 122, 0.66), (0, 7, 0.15)]


def test_a_footnote_points_at_the_surest_finding_in_its_quote() -> None:
    found = [a_finding(0, 7, 0.5), a_finding(13, 22), a_finding(60, 65, 0.9)]

    cited, other = pointed_at([a_citation(), replace(a_citation(mark=2), article_id="travel")], found)

    assert cited.span == (13, 22)
    assert cited.quote[slice(*cited.span)] == "five days"
    assert other.span is None


def test_of_words_that_go_on_beyond_the_quote_only_those_in_it_are_pointed_at() -> None:
    assert pointed_at([a_citation()], [a_finding(13, 30)])[0].span == (13, 23)
    assert pointed_at([a_citation()], [a_finding(20, 30)])[0].span is None


def test_nothing_is_pointed_at_that_is_probably_no_answer() -> None:
    assert pointed_at([a_citation()], [a_finding(13, 22, chance=0.05)])[0].span is None


def test_spans_are_kept_by_mark_and_without_words() -> None:
    citations = [replace(a_citation(), span=(13, 22)), a_citation(mark=2)]

    kept = stored(citations)

    assert kept == [{"mark": 1, "start": 13, "end": 22}]
    assert spans_in({"spans": kept}) == {1: (13, 22)}
    assert spans_in({}) == {}
