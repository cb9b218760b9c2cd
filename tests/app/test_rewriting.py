"""A follow-up takes from the conversation what it lacks, and no more."""

from hypothesis import given
from hypothesis import strategies as st

from app.answering.answers import Turn
from app.answering.rewriting import HEARD, LENT, TURNS, stand_alone
from app.knowledge.words import query_terms

SABBATICAL = Turn("How long may a sabbatical last?", "A sabbatical lasts three to six months, unpaid.")


def test_a_question_without_history_is_just_itself() -> None:
    query = stand_alone("How do I renew my parking permit?", [])

    assert query.text == "How do I renew my parking permit?"
    assert query.terms == query_terms("How do I renew my parking permit?")
    assert query.meanings == (("How do I renew my parking permit?", 1.0),)


def test_a_follow_up_searches_for_what_the_conversation_is_about() -> None:
    query = stand_alone("And who approves it?", [SABBATICAL])

    assert query.text == "And who approves it?"
    assert query.terms["approv"] == 1.0
    assert 0 < query.terms["sabbat"] <= LENT
    assert any("sabbatical" in text for text, _ in query.meanings)


def test_a_word_of_the_question_keeps_its_own_weight() -> None:
    assert stand_alone("Is a sabbatical paid?", [SABBATICAL]).terms["sabbat"] == 1.0


def test_earlier_turns_lend_less_than_later_ones() -> None:
    history = [Turn("What about parental leave?", ""), Turn("And a sabbatical?", "")]

    query = stand_alone("Who approves it?", history)

    assert query.terms["parent"] < query.terms["sabbat"]


def test_a_question_on_another_topic_is_hardly_led_by_the_conversation() -> None:
    follow_up = stand_alone("And for part-time?", [SABBATICAL])
    moved = stand_alone("Which printer cartridges does the laser printer in Utrecht take?", [SABBATICAL])

    assert moved.terms["sabbat"] < follow_up.terms["sabbat"] / 2
    assert moved.meanings[0][1] > moved.meanings[1][1]
    assert follow_up.meanings[0][1] < follow_up.meanings[1][1]


def test_a_long_question_that_takes_up_the_topic_leans_on_it_more_than_one_that_leaves_it() -> None:
    on_topic = stand_alone("Does my pension grow while the sabbatical lasts in summer?", [SABBATICAL])
    off_topic = stand_alone("Does my pension grow while the factory closes in summer?", [SABBATICAL])

    assert on_topic.terms["unpaid"] > off_topic.terms["unpaid"]


def test_a_long_answer_and_a_long_conversation_are_heard_in_part() -> None:
    long_answer = Turn("Tell me about leave.", "leave " * HEARD + "zeppelin")
    long_ago = [Turn("And balloons?", ""), *([SABBATICAL] * TURNS)]

    assert "zeppelin" not in stand_alone("Why?", [long_answer]).terms
    assert "balloon" not in stand_alone("Why?", long_ago).terms


def test_half_a_turn_is_enough() -> None:
    assert "sabbat" in stand_alone("Why?", [Turn("", "A sabbatical is unpaid.")]).terms
    assert stand_alone("Why not?", [Turn("", "")]) == stand_alone("Why not?", [])


def test_a_conversation_is_carried_in_any_script() -> None:
    assert "年假" in stand_alone("多少天？", [Turn("怎么申请年假？", "")]).terms


words = st.lists(
    st.sampled_from(["leave", "permit", "printer", "pension", "and", "it", "who", "年假", "отпуск"]), max_size=9
).map(" ".join)


@given(words, st.lists(st.builds(Turn, words, words), max_size=4))
def test_no_lent_word_outweighs_the_questions_own(question: str, history: list[Turn]) -> None:
    query = stand_alone(question, history)

    own = query_terms(question)
    assert all(query.terms[term] >= weight for term, weight in own.items())
    assert all(0 < weight <= LENT for term, weight in query.terms.items() if term not in own)
    assert all(weight > 0 for _, weight in query.meanings)
