"""Which points make the answer, and in which order."""

from dataclasses import replace

from app.answering.asking import Wish
from app.answering.excerpts import Excerpt
from app.answering.findings import Finding
from app.answering.points import points
from app.answering.quoting import quotables
from app.answering.reading import Rarities, Reading
from app.answering.sentences import units
from app.knowledge.articles import Passage
from app.knowledge.words import terms
from tests.builders import a_chunk, an_article

STEPS = """To reset a password:

1. Open the portal.
2. Click **Forgot**.

Passwords have twelve signs. Keep them secret."""
SIGNS_ASKED: Rarities = {frozenset({"password"}): 1.0, frozenset({"secret"}): 1.0}


def an_excerpt(text: str, number: int = 1, id: str = "passwords") -> Excerpt:
    article = an_article(id, title=id.title())
    return Excerpt(number, article, 1, 0, len(text), text, (Passage(a_chunk(id, text), article, 1.0),))


def a_reading(excerpt: Excerpt, place: int, score: float) -> Reading:
    """The `place`-th point of the excerpt, read with this score."""
    point = points(excerpt.text, units(excerpt.text))[place]
    own = frozenset(terms(point.text))
    return Reading(excerpt, point, own, own, 0.0, score)


def shown(*readings: Reading, asked: Rarities | None = None) -> list[tuple[str, str, int]]:
    return [(q.bullet, q.text, q.number) for q in quotables(readings, asked or {})]


def test_steps_come_with_the_line_that_leads_to_them() -> None:
    assert shown(a_reading(an_excerpt(STEPS), 0, 0.9)) == [
        ("", "To reset a password:", 1),
        ("1.", "Open the portal.", 1),
        ("2.", "Click Forgot.", 1),
    ]


def test_steps_without_such_a_line_are_led_in_by_their_heading() -> None:
    assert shown(a_reading(an_excerpt("## Reset it\n\n1. Open the portal.\n2. Click."), 0, 0.9))[0] == (
        "",
        "Reset it:",
        1,
    )


def test_of_two_lists_the_better_one_is_given() -> None:
    excerpt = an_excerpt("1. Open one.\n2. Close one.\n\n1. Open two.\n2. Close two.")

    assert [text for _, text, _ in shown(a_reading(excerpt, 1, 0.9), a_reading(excerpt, 0, 0.89))] == [
        "Open two.",
        "Close two.",
    ]


def test_the_best_sentence_comes_first_and_with_what_stands_right_before_it() -> None:
    excerpt = an_excerpt("One is here. Two is there. Three came late. Four went home.")
    one, two, three, four = (a_reading(excerpt, place, 0.9) for place in range(4))

    assert [text for _, text, _ in shown(three, two, four)] == ["Two is there.", "Three came late.", "Four went home."]
    assert [text for _, text, _ in shown(three, one)] == ["Three came late.", "One is here."]


def test_the_excerpt_with_the_best_sentence_comes_first() -> None:
    one, two = an_excerpt("Keep it secret.", 1), an_excerpt("The password is long.", 2, "other")

    assert [n for *_, n in shown(a_reading(two, 0, 0.9), a_reading(one, 0, 0.89), asked=SIGNS_ASKED)] == [2, 1]


def test_another_article_is_quoted_only_for_words_of_the_question_that_are_still_missing() -> None:
    one, two = an_excerpt("Passwords are secret.", 1), an_excerpt("Any password is long.", 2, "other")

    assert [n for *_, n in shown(a_reading(one, 0, 0.9), a_reading(two, 0, 0.89), asked=SIGNS_ASKED)] == [1]


def test_a_sentence_that_fits_much_worse_than_the_best_is_left_out() -> None:
    excerpt = an_excerpt(STEPS)

    assert len(shown(a_reading(excerpt, 1, 0.9), a_reading(excerpt, 2, 0.4))) == 1


def test_nearly_the_same_words_are_quoted_once() -> None:
    excerpt = an_excerpt("You can replace a lost card for free. Your child can replace a lost card for free.")

    assert len(shown(a_reading(excerpt, 0, 0.9), a_reading(excerpt, 1, 0.9))) == 1


def found_in(reading: Reading) -> Reading:
    """The same, with the answer in it, as the reader says."""
    return replace(reading, finding=Finding(reading.excerpt.article.id, 1, 0, 3, 0.9))


def test_what_the_reader_takes_for_the_answer_stands_alone() -> None:
    excerpt = an_excerpt("One is here. Two is there. Three came late.")
    one, two, three = (found_in(a_reading(excerpt, place, score)) for place, score in enumerate((0.9, 0.88, 0.87)))

    assert [text for _, text, _ in shown(one, two, three)] == ["One is here."]


def test_a_question_with_a_second_half_gets_a_second_sentence_that_answers_it() -> None:
    excerpt = an_excerpt("Passwords are long. Apples are red. Keep it secret.")
    long, apples, secret = (found_in(a_reading(excerpt, place, score)) for place, score in enumerate((0.9, 0.88, 0.8)))

    assert [text for _, text, _ in shown(long, apples, secret, asked=SIGNS_ASKED)] == [
        "Passwords are long.",
        "Keep it secret.",
    ]
    assert len(shown(long, apples, replace(secret, score=0.2), asked=SIGNS_ASKED)) == 1


def test_who_asks_how_or_why_reads_on() -> None:
    excerpt = an_excerpt("One is here. Two is there. Three came late. Four went home.")
    readings = [found_in(a_reading(excerpt, place, score)) for place, score in ((1, 0.9), (3, 0.5), (2, 0.4))]

    explained = quotables(readings, {}, frozenset({Wish.EXPLANATION}))

    assert [quotable.text for quotable in explained] == ["Two is there.", "Three came late."]


def test_nothing_read_nothing_quoted() -> None:
    assert shown() == []
