"""Whether evidence says what a sentence claims."""

from collections.abc import Sequence

import pytest

from app.answering.evidence import Grounds
from app.answering.signs import signs
from app.answering.support import SURE, Judgement, SupportCheck, judgement

SOURCE = "Refunds take 5 days. They are not paid in cash. Ask Maria Lund for refunds over 1,500 EUR."


class AgreeingReader:
    """Says of every pair what it was made to say, and keeps what it was asked."""

    def __init__(self, logit: float) -> None:
        self._logit = logit
        self.asked: list[Sequence[tuple[str, str]]] = []

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.asked.append(pairs)
        return [self._logit] * len(pairs)


def judged(claim: str, source: str = SOURCE, reader: AgreeingReader | None = None, above: str = "") -> Judgement:
    (judgement,) = SupportCheck(reader).judge([(claim, Grounds(source, above).evidence(claim))])
    return judgement


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Refunds take 5 days.", "supported"),
        ("Refunds take five days.", "supported"),
        ("For refunds over 1500 EUR, ask Maria Lund.", "supported"),
        ("They are paid in cash.", "unclear"),
        ("Refunds take 6 days.", "unsupported"),
        ("Refunds take 5 weeks.", "unsupported"),
        ("For refunds over 1500 EUR, ask Peter Lund.", "unclear"),
        ("The canteen opens at noon.", "unsupported"),
    ],
)
def test_numbers_names_and_negation_decide_beside_the_words(claim: str, verdict: str) -> None:
    assert judged(claim).support == verdict


def test_a_number_may_stand_in_the_headings() -> None:
    assert judged("In 2026 refunds take 5 days.", above="Rules of 2026").support == "supported"


def test_words_of_another_language_are_neither_support_nor_the_contrary() -> None:
    assert judged("Die Erstattung ist nach wenigen Tagen auf der Karte.").support == "unclear"
    assert judged("Die Erstattung dauert 9 Tage.").support == "unsupported"


def test_an_english_sentence_with_a_word_that_other_languages_have_too_is_not_foreign() -> None:
    assert judged("Refunds take ten days.", source="Your refunds take 10 days.").support == "supported"


def test_the_reader_is_not_asked_about_the_very_words() -> None:
    reader = AgreeingReader(-5.0)

    assert judged("They are not paid in cash.", reader=reader).support == "supported"
    assert reader.asked == [[]] or reader.asked == []


def test_what_the_reader_says_moves_the_probability_of_a_paraphrase() -> None:
    claim = "You never get banknotes back for refunds."

    believing, doubting = (judged(claim, reader=AgreeingReader(logit)) for logit in (5.0, -5.0))

    assert believing.probability > judged(claim).probability > doubting.probability
    assert (believing.support, doubting.support) == ("supported", "unsupported")


def test_a_wrong_number_is_not_talked_away_by_the_reader() -> None:
    assert judged("Refunds take 6 days.", reader=AgreeingReader(5.0)).support != "supported"


def test_where_hardly_a_word_is_said_the_reader_has_to_be_sure() -> None:
    claim = "Every refund needs the blessing of our office cat first."

    lukewarm, sure = (judged(claim, reader=AgreeingReader(logit)) for logit in (SURE - 0.5, SURE + 2.0))

    assert signs(claim, Grounds(SOURCE).evidence(claim)).hinted < 1
    assert (lukewarm.support, sure.support) == ("unclear", "supported")


def test_all_that_must_be_read_is_read_at_once() -> None:
    reader, grounds = AgreeingReader(1.0), Grounds(SOURCE)
    claims = ["Money comes after 5 days.", "Maria Lund is asked for more than 1,500 EUR.", "Refunds take 5 days."]

    judgements = SupportCheck(reader).judge([(claim, grounds.evidence(claim)) for claim in claims])

    assert [len(pairs) for pairs in reader.asked] == [2]
    assert judgements[2].probability > judgements[0].probability


def test_a_sentence_in_another_language_is_not_read() -> None:
    reader = AgreeingReader(5.0)

    assert judged("Die Erstattung ist nach wenigen Tagen auf der Karte.", reader=reader).support == "unclear"
    assert not any(reader.asked)


def test_the_surer_the_reader_the_higher_the_probability_up_to_a_limit() -> None:
    found = signs("Money comes back after 5 days.", Grounds(SOURCE).evidence("Money comes back after 5 days."))

    chances = [judgement(found, logit).probability for logit in (-20.0, -6.0, 0.0, 3.0, 6.0, 20.0)]

    assert chances == sorted(chances)
    assert (chances[0], chances[-1]) == (chances[1], chances[-2])
