"""Marks become citations that open the very words; forged ones go."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.answering.answers import Citation
from app.answering.citations import Footnotes, Sentences, cite, marks_in, shielded, unmarked
from app.answering.excerpts import Excerpt
from app.answering.support import SupportCheck
from app.knowledge.articles import Passage
from tests.builders import a_chunk, an_article

REFUNDS = "# Refunds\n\nRefunds take **five days**. They are paid to the card that was charged."
TRAVEL = "Trains are booked in the portal. Flights need the approval of your manager. Hotels cost up to 150 EUR."


def an_excerpt(number: int, id: str, text: str, start: int = 0) -> Excerpt:
    article = an_article(id, title=id.title())
    passage = Passage(a_chunk(id, text, start=start), article, 1.0)
    return Excerpt(number, article, 1, start, start + len(text), text, (passage,))


EXCERPTS = (an_excerpt(1, "refunds", REFUNDS), an_excerpt(2, "travel", TRAVEL, start=1000))


def citations(text: str) -> list[Citation]:
    return [citation for written in cite(text, EXCERPTS) for citation in written.citations]


def shown(text: str) -> str:
    return "".join(written.piece for written in cite(text, EXCERPTS))


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("a [1].", [1]),
        ("a [1][2]", [1, 2]),
        ("a [1, 3] b [3;4]", [1, 3, 4]),
        ("a 【1】 b 【2†source】", [1, 2]),
        ("a [2-4] and [1–2]", [2, 3, 4, 1]),
        ("a [^2] b [1](https://evil.example)", [2, 1]),
        ("`row[1]` and ``x [2]``", []),
        (r"a \[1\] that is no mark", []),
        ("no [note], no [], no [a1]", []),
    ],
)
def test_marks_are_read_however_a_model_writes_them(text: str, cited: list[int]) -> None:
    assert marks_in(text) == cited


def test_a_mark_without_a_passage_gets_no_citation() -> None:
    text = "Refunds take five days [1], and that is all [7]."

    assert [c.title for c in citations(text)] == ["Refunds"]
    assert "[7]" not in shown(text)


def test_a_quote_is_the_sentence_that_says_it_as_it_stands_in_the_revision() -> None:
    (citation,) = citations("Your manager has to approve flights [2].")

    assert citation.quote == "Flights need the approval of your manager."
    assert (citation.start - 1000, citation.end - 1000) == (33, 75)
    assert TRAVEL[33:75] == citation.quote


def test_a_quote_keeps_its_markup_while_the_sentence_does_not() -> None:
    (written,) = cite("Refunds take five days. [1]", EXCERPTS)

    assert written.sentence.text == "Refunds take five days."
    assert written.citations[0].quote == "Refunds take **five days**."
    assert written.sentence.support == "supported"


def test_footnotes_are_numbered_in_order_of_appearance_one_for_each_stretch() -> None:
    text = "Flights need the approval of your manager [2]. Refunds take five days [1]. Managers approve flights [2]."

    marks = [written.sentence.marks for written in cite(text, EXCERPTS)]

    assert marks == [(1,), (2,), (1,)]
    assert [(c.mark, c.article_id) for c in citations(text)] == [(1, "travel"), (2, "refunds")]


def test_a_mark_after_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    written = cite("Refunds take five days. [1] Hotels cost up to 150 EUR. [2]", EXCERPTS)

    assert [(w.sentence.text, len(w.sentence.marks)) for w in written] == [
        ("Refunds take five days.", 1),
        ("Hotels cost up to 150 EUR.", 1),
    ]


def test_a_sentence_that_stands_in_another_passage_gets_the_right_footnote() -> None:
    (citation,) = citations("Refunds take five days [2].")

    assert citation.article_id == "refunds"


def test_a_sentence_without_a_mark_gets_one_when_a_passage_plainly_says_it() -> None:
    (written,) = cite("Refunds take five days.", EXCERPTS)

    assert written.piece == "Refunds take five days. [1]"


def test_what_no_passage_says_stays_without_a_footnote_and_is_called_unsupported() -> None:
    (written,) = cite("The moon is made of cheese.", EXCERPTS)

    assert (written.sentence.support, written.citations) == ("unsupported", ())


class BelievingReader:
    """Believes every sentence, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.asked += 1
        return [5.0] * len(pairs)


def test_what_the_reader_believes_keeps_its_footnote_in_other_words() -> None:
    reader = BelievingReader()

    (written,) = cite("Money goes back to the card that paid [1][2].", EXCERPTS, SupportCheck(reader))

    assert written.sentence.support == "supported"
    assert written.sentence.probability > 0.9
    assert reader.asked == 1


def test_a_link_that_a_model_hangs_on_a_mark_is_gone() -> None:
    assert "evil" not in shown("Refunds take five days [1](https://evil.example/?q=1).")


def test_lists_stay_lists() -> None:
    text = "You may:\n\n- Book trains in the portal [2]\n- Get refunds in five days [1]"

    assert shown(text) == "You may:\n\n- Book trains in the portal [1]\n- Get refunds in five days [2]"


def test_brackets_of_the_source_are_not_taken_for_marks() -> None:
    assert marks_in(shielded("The city [3] grew [4, 5].")) == []


def test_marks_go_with_the_blank_before_them() -> None:
    assert unmarked("Five days [1], then six [2][3].") == "Five days, then six."


PIECES = st.lists(
    st.sampled_from(
        ["Refunds take ", "five days", ".", " ", "[", "1", "]", "[2]", "\n", "\n- ", "1. ", "| a |", "```", "Z.B. "]
    ),
    max_size=30,
)


@settings(deadline=None)
@given(PIECES)
@example(["Refunds take ", "1. ", "| a |", " "])
def test_an_answer_is_cut_the_same_however_it_comes_in_pieces(pieces: list[str]) -> None:
    at_once, stream, footnotes = cite("".join(pieces), EXCERPTS), Sentences(), Footnotes(EXCERPTS)
    streamed = [footnotes.check(*found) for piece in pieces for found in stream.add(piece)]
    streamed += [footnotes.check(*found) for found in stream.rest()]

    texts = [" ".join(w.sentence.text for w in written).split() for written in (streamed, at_once)]
    assert texts[0] == texts[1]


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("Refunds take five days.[]123 \n-,【】`Tr"), max_size=150))
def test_a_quote_is_always_what_stands_at_its_place(text: str) -> None:
    for citation in citations(text):
        source, offset = (REFUNDS, 0) if citation.article_id == "refunds" else (TRAVEL, 1000)
        assert citation.quote == source[citation.start - offset : citation.end - offset] != ""


def test_the_mark_of_code_stands_below_its_fence() -> None:
    excerpt = an_excerpt(1, "start", "Start it:\n\n```bash\nfootnote up --port 8600\n```\n")

    (written,) = cite("```\nfootnote up --port 8600\n``` [1]", [excerpt])

    assert written.piece == "```\nfootnote up --port 8600\n```\n[1]"
    assert (written.sentence.support, written.citations[0].quote.startswith("```bash")) == ("supported", True)


def test_a_heading_that_leads_in_is_cited_itself_and_not_a_sentence_with_its_word() -> None:
    excerpt = an_excerpt(1, "limits", "Above the limit you wait.\n\n## Other limits\n\n- Size: 5 MB\n- Keys: 25\n")

    (lead, *_) = cite("Other limits: [1]\n\n- Size: 5 MB [1]\n- Keys: 25 [1]", [excerpt])

    assert [citation.quote for citation in lead.citations] == ["## Other limits"]


def test_a_bracket_behind_a_mark_makes_no_link_of_it() -> None:
    written = cite("Refunds take five days. [1](see the rules).", EXCERPTS)

    assert "](" not in "".join(one.piece for one in written)
