"""Which sentences are worth quoting, and in which order."""

from collections.abc import Sequence

import numpy as np

from app.answering.answers import Turn
from app.answering.excerpts import Excerpt
from app.answering.findings import Finding
from app.answering.reader import PassageReading, Readable
from app.answering.reading import Reading, asked_words, rarity, read, told
from app.knowledge.articles import Passage
from tests.builders import HashingModel, a_chunk, an_article

STEPS = """To reset a password:

1. Open the portal.
2. Click **Forgot**.

Passwords have twelve signs. Keep them secret."""


def an_excerpt(text: str, number: int = 1, id: str = "passwords") -> Excerpt:
    article = an_article(id, title=id.title())
    return Excerpt(number, article, 1, 0, len(text), text, (Passage(a_chunk(id, text), article, 1.0),))


def test_the_sentence_that_shares_meaning_and_rare_words_with_the_question_is_the_best() -> None:
    model, excerpt = HashingModel(), an_excerpt(STEPS)
    question = "How many signs have passwords?"
    rarities = rarity(asked_words(question, []), excerpt.passages)

    readings = read(question, model.embed_query(question), rarities, [excerpt], model.embed_documents)

    assert readings[0].point.text == "Passwords have twelve signs."
    assert np.all(np.diff([reading.score for reading in readings]) <= 0)


def test_a_word_that_few_passages_have_tells_more() -> None:
    passages = [Passage(a_chunk(text=text), an_article(), 1.0) for text in ("refund card", "refund cash", "refund")]
    rarities = rarity(asked_words("refund cash", []), passages)

    assert told(rarities, {"cash"}) > told(rarities, {"refund"})
    assert told(rarities, {"cash", "refund"}) == 1.0


def test_words_of_earlier_questions_count_less() -> None:
    words = asked_words("And abroad?", [Turn("How long do refunds take?", "Five days.")])

    weights = {form: weight for forms, weight in words.items() for form in forms}
    assert weights["abroad"] > weights["refund"] > 0


def read_for(question: str, text: str) -> list[str]:
    model, excerpt = HashingModel(), an_excerpt(text)
    rarities = rarity(asked_words(question, []), excerpt.passages)
    found = read(question, model.embed_query(question), rarities, [excerpt], model.embed_documents)
    return [reading.point.text for reading in found]


def test_who_asks_how_gets_the_steps() -> None:
    best = read_for("How do I reset passwords?", STEPS)[0]

    assert best == "To reset a password: Open the portal. Click Forgot."


def test_a_sentence_that_only_says_where_to_read_on_comes_last() -> None:
    text = "See our guide on refunds for how refunds are paid. Refunds are paid by card."

    assert read_for("How are refunds paid?", text)[-1].startswith("See our guide")


def test_a_question_for_an_amount_prefers_what_names_one() -> None:
    text = "Refunds take their time at the bank. Refunds take five days at the bank."

    assert read_for("How long do refunds take?", text)[0] == "Refunds take five days at the bank."


RETURNS = "# Returns\n\nRefunds of what you buy are a matter of trust. Money is back after **a week** or so."


def the_finding(text: str, words: str, chance: float) -> Finding:
    start = text.index(words)
    return Finding("passwords", 1, start, start + len(words), answerable=chance, relevance=1.0)


class LooksFor:
    """A reader that thinks well only of points with these words, and takes these for the answer."""

    def __init__(self, words: str) -> None:
        self._words = words
        self.seen: list[Readable] = []

    def __call__(self, points: Sequence[Readable]) -> list[PassageReading]:
        self.seen += points
        return [self._reading(point.text.find(self._words)) for point in points]

    def _reading(self, at: int) -> PassageReading:
        if at < 0:
            return PassageReading(-6.0, 0.01, 0, 1, -8.0)
        return PassageReading(6.0, 0.99, at, at + len(self._words), 8.0)


def read_by(reader: LooksFor | None, *found: Finding, question: str = "What are refunds?") -> list[Reading]:
    model, excerpt = HashingModel(), an_excerpt(RETURNS)
    rarities = rarity(asked_words(question, []), excerpt.passages)
    return read(question, model.embed_query(question), rarities, [excerpt], model.embed_documents, found, reader)


def test_the_point_that_the_reader_finds_the_answer_in_beats_the_one_that_says_the_words() -> None:
    found = the_finding(RETURNS, "a week", 0.9)

    best = read_by(LooksFor("a week"), found)[0]

    assert best.point.text == "Money is back after a week or so."
    assert best.finding == found


def test_without_a_reader_the_words_decide() -> None:
    assert read_by(None)[0].point.text.startswith("Refunds of what you buy")


def test_a_point_is_read_alone_under_its_title_and_headings() -> None:
    reader = LooksFor("a week")

    read_by(reader, the_finding(RETURNS, "a week", 0.9))

    assert Readable("Passwords\nReturns", "Money is back after a week or so.") in reader.seen


def test_where_no_passage_was_read_no_point_is() -> None:
    reader = LooksFor("a week")

    readings = read_by(reader)

    assert not reader.seen
    assert all(reading.alone is None and reading.finding is None for reading in readings)


def test_what_is_found_in_a_point_alone_is_found_in_its_article_too() -> None:
    elsewhere = the_finding(RETURNS, "trust", 0.1)

    best = read_by(LooksFor("Money is back"), elsewhere)[0]

    assert best.finding is not None
    assert RETURNS[best.finding.start : best.finding.end] == "Money is back"
