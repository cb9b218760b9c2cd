"""What askers do about an answer: thumbs, "This is wrong", "Ask the owner"."""

import pytest

from app.channels.house import House
from app.channels.slack import sayings
from tests.app.channels.slack_bots import ANA, HANA, a_bot, settled
from tests.slack_server import SlackServer, action_of, text_of

QUESTION = "How long do refunds take?"


@pytest.fixture
def slack(slack: SlackServer) -> SlackServer:
    slack.add_channel("COWN", (HANA,))
    return slack


def test_thumbs_count_by_button_and_by_reaction_and_the_last_one_wins(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        (answer,) = slack.from_bot("C1", ts)
        told = house.catalog.told.at("slack", f"C1/{answer['ts']}")
        assert told is not None
        pressed = {"action_id": "footnote_feedback", "type": "feedback_buttons", "value": f"down:{told.answer_id}"}
        clicked = slack.click(ANA, "C1", answer, pressed)
        slack.until(lambda: clicked.acknowledged)
        reacted = [
            slack.react(ANA, "+1", "C1", answer["ts"]),
            slack.react(HANA, "thumbsdown::skin-tone-2", "C1", answer["ts"]),
            slack.react(HANA, "eyes", "C1", answer["ts"]),
            slack.react(HANA, "+1", "C1", ts),
        ]
        slack.until(lambda: all(envelope.acknowledged for envelope in reacted))

    assert [(given.asker, given.helpful) for given in house.catalog.gaps.ratings(told.answer_id)] == [
        (ANA, True),
        (HANA, False),
    ]


def test_this_is_wrong_asks_for_a_note_and_leaves_one_gap(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        (answer,) = slack.from_bot("C1", ts)
        slack.click(HANA, "C1", answer, action_of(answer, "footnote_wrong"))
        (form,) = slack.until(lambda: slack.views)
        note = {"note": {"note": {"type": "plain_text_input", "value": "It is seven days."}}}
        sent = [slack.submit(HANA, form, note) for _ in range(2)]
        slack.until(lambda: all(envelope.acknowledged for envelope in sent))

    (gap,) = house.catalog.gaps.all()
    assert (gap.kind, gap.question, gap.asker, gap.note) == ("wrong", QUESTION, HANA, "It is seven days.")
    assert house.catalog.answer(gap.answer_id).question == QUESTION
    assert sayings.NOTED in str(sent[0].answer)


def test_the_owner_is_asked_once_with_question_answer_and_nearest_articles(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, owners="COWN", public_url="https://desk.example.com"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        (answer,) = slack.from_bot("C1", ts)
        for _ in range(2):
            slack.click(ANA, "C1", answer, action_of(answer, "footnote_owner"))
        settled(slack, house, 2)

    (post,) = slack.from_bot("COWN")
    assert f"> {QUESTION}" in text_of(post)
    assert "five days" in text_of(post)
    assert "[Refunds](https://desk.example.com/?article=refunds)" in text_of(post)
    assert f"<@{ANA}> asks (<https://example.slack.com/archives/C1/p" in text_of(post)
    assert "trace " in text_of(post)
    assert [gap.kind for gap in house.catalog.gaps.all()] == ["asked_owner"]


def test_owners_learn_nothing_from_articles_that_are_closed_to_them(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, owners="COWN"):
        ts = slack.tell(HANA, "When do salaries rise?")
        settled(slack, house)
        (answer,) = slack.from_bot(f"D{HANA}", ts)
        slack.click(HANA, f"D{HANA}", answer, action_of(answer, "footnote_owner"))
        settled(slack, house, 2)

    assert "May" in text_of(answer)
    (post,) = slack.from_bot("COWN")
    assert "May" not in text_of(post)
    assert "Pay" not in text_of(post)
    assert "archives" not in text_of(post)


def test_without_owners_there_is_no_such_button(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)

    assert "footnote_owner" not in str(slack.from_bot("C1", ts))
