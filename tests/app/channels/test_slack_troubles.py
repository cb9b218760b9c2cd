"""What goes wrong between Slack and us costs time, never an answer, and never makes two of one."""

from pathlib import Path

import pytest

from app.channels.house import House
from app.errors import ServiceUnavailable, SettingsError
from tests.app.channels.houses import PatientWriter, a_house
from tests.app.channels.slack_bots import ANA, a_bot, endings, settled
from tests.slack_server import SlackServer, text_of

QUESTION = "How long do refunds take?"


@pytest.mark.parametrize(
    "trouble",
    [
        {"retry_after": 0, "times": 2},
        {"does_it_first": True},
        {"status": 503},
        {"error": "internal_error"},
        {"error": "ratelimited"},
    ],
)
def test_a_post_that_fails_or_whose_answer_is_lost_is_shown_once(
    slack: SlackServer, house: House, trouble: dict[str, object]
) -> None:
    slack.fail("chat.postMessage", **trouble)  # type: ignore[arg-type]

    with a_bot(slack, house):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)

    assert ["five days" in text_of(message) for message in slack.from_bot("C1", ts)] == [True]


@pytest.mark.parametrize("trouble", [{"status": 503}, {"does_it_first": True}])
@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
def test_a_stream_that_breaks_ends_as_one_whole_answer(
    slack: SlackServer, tmp_path: Path, method: str, trouble: dict[str, object]
) -> None:
    slack.fail(method, **trouble)  # type: ignore[arg-type]
    writer = PatientWriter()

    with a_house(tmp_path, writer) as house, a_bot(slack, house):
        ts = slack.mention(ANA, "C1", QUESTION)
        writer.write_first()
        slack.until(lambda: slack.called("chat.startStream"))
        writer.write_all()
        settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    assert not answer.get("streaming")
    assert text_of(answer).count("Refunds take five days.") in (1, 2)
    assert "updated 1 March 2026" in text_of(answer)


@pytest.mark.parametrize(
    ("error", "blocks"), [("msg_blocks_too_long", True), ("msg_too_long", True), ("invalid_blocks", False)]
)
def test_what_slack_does_not_take_is_said_in_a_smaller_or_plainer_way(
    slack: SlackServer, house: House, error: str, blocks: bool
) -> None:
    slack.fail("chat.postMessage", error)

    with a_bot(slack, house):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)

    said = slack.from_bot("C1", ts)
    assert "five days" in text_of(said[0])
    assert bool(said[0].get("blocks")) is blocks


@pytest.mark.parametrize(("error", "reason"), [("not_in_channel", "invite me"), ("is_archived", "is archived")])
def test_who_cannot_be_answered_in_place_is_told_why_alone(
    slack: SlackServer, house: House, error: str, reason: str
) -> None:
    slack.fail("chat.postMessage", error)

    with a_bot(slack, house):
        slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)

    assert slack.from_bot("C1") == []
    (told,) = slack.from_bot(f"D{ANA}")
    assert reason in text_of(told)
    assert endings(house) == [f"refused: {error}"]


def test_a_channel_we_are_not_in_is_answered_with_the_reason(slack: SlackServer, house: House) -> None:
    slack.add_channel("C9", (ANA,), has_bot=False)
    message = slack.post(ANA, "C9", QUESTION)

    with a_bot(slack, house):
        slack.shortcut(ANA, "C9", message, "footnote_answer")
        settled(slack, house)

    assert "invite me" in text_of(slack.from_bot(f"D{ANA}")[0])


@pytest.mark.parametrize("error", ["token_revoked", "invalid_auth"])
def test_a_revoked_token_ends_the_bot_in_one_sentence_and_loses_no_question(
    slack: SlackServer, house: House, error: str
) -> None:
    with a_bot(slack, house) as bot:
        slack.revoked = error
        ts = slack.mention(ANA, "C1", QUESTION)
        slack.until(lambda: bot.has_ended, 30)
    slack.revoked = ""
    with a_bot(slack, house):
        settled(slack, house)

    assert isinstance(bot.problem, ServiceUnavailable)
    assert f"refuses the token ({error})" in str(bot.problem)
    assert len(slack.from_bot("C1", ts)) == 1


@pytest.mark.parametrize("breaks", ["cut", "refresh"])
def test_a_connection_that_breaks_or_is_renewed_costs_no_question(
    slack: SlackServer, house: House, breaks: str
) -> None:
    with a_bot(slack, house):
        getattr(slack, breaks)()
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)

    assert slack.connections >= 2
    assert len(slack.from_bot("C1", ts)) == 1


def test_what_came_in_while_nobody_was_there_is_answered_in_its_order(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house):
        slack.fail("users.info", status=503, times=1)
        ts = slack.mention(ANA, "C1", QUESTION)
        slack.mention(ANA, "C1", "Who approves flights?", ts)
        slack.until(lambda: len([e for e in slack.envelopes if e.acknowledged]) == 2)
    with a_bot(slack, house):
        settled(slack, house, 2)

    assert ["five days" in text_of(m) or "manager" in text_of(m) for m in slack.from_bot("C1", ts)] == [True, True]
    assert "five days" in text_of(slack.from_bot("C1", ts)[0])


def test_a_missing_token_is_said_before_anything_is_tried(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, waits=False) as bot:
        slack.until(lambda: bot.is_ready)
    with pytest.raises(SettingsError, match=r"SLACK_BOT_TOKEN.*SLACK_APP_TOKEN"):
        from app.channels.slack.bot import check
        from app.settings import SlackSettings

        check(SlackSettings())
