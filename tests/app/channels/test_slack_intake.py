"""What Slack sends is a question, or nothing to us; and it is known again by its keys."""

from typing import Any

import pytest

from app.channels.slack.intake import Question, from_command, from_event, from_shortcut, spoken
from tests import slack_events as said
from tests.slack_events import BOT_USER

MESSAGE = {"user": "U1", "text": f"<@{BOT_USER}> How long?", "ts": "2.0", "team": "T1"}


def mention(**more: Any) -> dict[str, Any]:
    return said.event_callback("Ev1", said.app_mention("C1", {**MESSAGE, **more}))


def direct(**more: Any) -> dict[str, Any]:
    return said.event_callback("Ev1", said.message_event("D1", "im", {**MESSAGE, **more}))


def test_a_mention_is_asked_in_its_thread_and_known_by_event_and_message() -> None:
    incoming = from_event(mention(), BOT_USER)

    assert incoming is not None
    assert (incoming.event_key, incoming.message_key, incoming.conversation) == ("Ev1", "C1/2.0", "C1/2.0")
    assert Question.of(incoming.payload) == Question("How long?", "U1", "T1", "C1", "2.0", "2.0")


def test_a_mention_in_a_thread_belongs_to_that_conversation() -> None:
    incoming = from_event(mention(thread_ts="1.0"), BOT_USER)

    assert incoming is not None
    assert incoming.conversation == "C1/1.0"
    assert incoming.payload["in_thread"]


def test_a_direct_message_is_private() -> None:
    incoming = from_event(direct(), BOT_USER)

    assert incoming is not None
    assert incoming.payload["is_private"]


@pytest.mark.parametrize(
    "body",
    [
        mention(bot_id="B9"),
        direct(subtype="message_changed"),
        direct(subtype="message_deleted"),
        direct(subtype="bot_message"),
        direct(user=BOT_USER),
        direct(user="USLACKBOT"),
        direct(user=None),
        said.event_callback("Ev1", said.message_event("C1", "channel", MESSAGE)),
        said.event_callback("Ev1", {"type": "member_joined_channel", "user": "U1", "channel": "C1"}),
        {"type": "event_callback"},
    ],
)
def test_bots_edits_and_what_is_not_said_to_us_are_no_questions(body: dict[str, Any]) -> None:
    assert from_event(body, BOT_USER) is None


def test_people_of_other_companies_are_noticed() -> None:
    shared = said.event_callback("Ev1", said.app_mention("C1", MESSAGE), external=True)
    stranger = mention()
    stranger["event"]["user_team"] = "T2"

    questions = [from_event(body, BOT_USER) for body in (shared, stranger, mention())]

    assert [asked.payload["is_external"] for asked in questions if asked] == [True, True, False]


def test_a_shortcut_asks_the_message_it_points_at_once() -> None:
    message = {"user": "U2", "text": "How long?", "ts": "2.0", "team": "T1"}

    incoming = from_shortcut(said.message_action("U1", "C1", message, "t1", "footnote_answer"), BOT_USER)

    assert incoming is not None
    assert (incoming.payload["user"], incoming.payload["text"], incoming.message_key) == ("U1", "How long?", "C1/2.0")


def test_a_command_is_answered_privately() -> None:
    incoming = from_command(said.command("U1", "C1", "How long?", "t1"), 5.0)

    assert (incoming.payload["channel"], incoming.payload["is_private"]) == ("", True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (f"<@{BOT_USER}|footnote> &lt;b&gt; &amp; c", "<b> & c"),
        ("see <https://x.example/a|the page> and <https://x.example>", "see the page and https://x.example"),
        ("ask <@U2> in <#C2|general> <!here>", "ask @U2 in general @here"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("two\n lines ", "two\nlines"),
    ],
)
def test_slacks_own_spelling_becomes_plain_words(typed: str, meant: str) -> None:
    assert spoken(typed, BOT_USER) == meant
