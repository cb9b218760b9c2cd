"""Which sentences are worth quoting, and in which order."""

import numpy as np

from app.answering.answers import Turn
from app.answering.excerpts import Excerpt
from app.answering.findings import Finding
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
    return Finding("passwords", 1, start, start + len(words), chance)


def read_with(*found: Finding) -> list[Reading]:
    model, excerpt, question = HashingModel(), an_excerpt(RETURNS), "When should anybody expect refunds?"
    rarities = rarity(asked_words(question, []), excerpt.passages)
    return read(question, model.embed_query(question), rarities, [excerpt], model.embed_documents, found)


def test_the_point_that_the_reader_finds_the_answer_in_beats_the_one_that_says_the_words() -> None:
    found = the_finding(RETURNS, "a week", 1.0)

    best = read_with(found)[0]

    assert best.point.text == "Money is back after a week or so."
    assert best.finding == found


def test_where_the_reader_is_not_sure_the_words_decide() -> None:
    for found in ([], [the_finding(RETURNS, "a week", 0.1)]):
        assert read_with(*found)[0].point.text.startswith("Refunds of what you buy")


def test_what_is_found_in_one_row_of_a_table_is_not_the_whole_tables() -> None:
    table = "| Code | Means |\n|---|---|\n| E-1 | Battery low |\n| E-2 | Water inside |"
    excerpt, model = an_excerpt(table), HashingModel()
    rarities = rarity(asked_words("What is E-2?", []), excerpt.passages)
    found = [the_finding(table, "Water inside", 1.0)]

    readings = read("E-2", model.embed_query("E-2"), rarities, [excerpt], model.embed_documents, found)

    assert [reading.point.text for reading in readings if reading.finding] == ["Code: E-2; Means: Water inside"]
    assert readings[0].finding
