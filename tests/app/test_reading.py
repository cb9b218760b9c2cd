"""Which sentences are worth quoting, and in which order."""

import numpy as np

from app.answering.answers import Turn
from app.answering.excerpts import Excerpt
from app.answering.reading import Reading, asked_words, quotables, rarity, read, told
from app.answering.sentences import units
from app.knowledge.articles import Passage
from tests.builders import HashingModel, a_chunk, an_article

STEPS = """To reset a password:

1. Open the portal.
2. Click **Forgot**.

Passwords have twelve signs. Keep them secret."""


def an_excerpt(text: str, number: int = 1, id: str = "passwords") -> Excerpt:
    article = an_article(id, title=id.title())
    return Excerpt(number, article, 1, 0, len(text), text, (Passage(a_chunk(id, text), article, 1.0),))


def a_reading(excerpt: Excerpt, index: int, score: float) -> Reading:
    return Reading(excerpt, index, units(excerpt.text)[index], score, 0.0, 0.0)


def shown(readings: list[Reading]) -> list[tuple[str, str, int]]:
    return [(q.bullet, q.text, q.number) for q in quotables(readings)]


def test_a_step_comes_with_the_whole_list_and_the_line_that_leads_to_it() -> None:
    assert shown([a_reading(an_excerpt(STEPS), 2, 0.9)]) == [
        ("", "To reset a password:", 1),
        ("1.", "Open the portal.", 1),
        ("2.", "Click Forgot.", 1),
    ]


def test_sentences_of_one_excerpt_stand_in_their_own_order() -> None:
    excerpt = an_excerpt(STEPS)

    assert [text for _, text, _ in shown([a_reading(excerpt, 4, 0.9), a_reading(excerpt, 3, 0.85)])] == [
        "Passwords have twelve signs.",
        "Keep them secret.",
    ]


def test_the_excerpt_with_the_best_sentence_comes_first() -> None:
    one, two = an_excerpt("One is here.", 1), an_excerpt("Two is here.", 2, "other")

    assert [n for *_, n in shown([a_reading(two, 0, 0.9), a_reading(one, 0, 0.89)])] == [2, 1]


def test_a_sentence_that_fits_much_worse_than_the_best_is_left_out() -> None:
    excerpt = an_excerpt(STEPS)

    assert len(shown([a_reading(excerpt, 3, 0.9), a_reading(excerpt, 4, 0.4)])) == 1


def test_the_same_words_are_quoted_once() -> None:
    one, two = an_excerpt("It takes five days.", 1), an_excerpt("It takes five days.", 2, "copy")

    assert [n for *_, n in shown([a_reading(one, 0, 0.9), a_reading(two, 0, 0.9)])] == [1]


def test_nothing_read_nothing_quoted() -> None:
    assert quotables([]) == ()


def test_the_sentence_that_shares_meaning_and_rare_words_with_the_question_is_the_best() -> None:
    model, excerpt = HashingModel(), an_excerpt(STEPS)
    question = "How many signs have passwords?"
    rarities = rarity(asked_words(question, []), excerpt.passages)

    readings = read(model.embed_query(question), rarities, [excerpt], model)

    assert readings[0].unit.shown == "Passwords have twelve signs."
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
