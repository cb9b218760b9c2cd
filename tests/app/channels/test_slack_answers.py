"""Questions in Slack get one answer each, where they were asked, with footnotes that lead to the very words."""

from pathlib import Path

import pytest

from app.channels.house import House
from app.channels.slack import sayings
from app.language_models.scripted import EVIL, ScriptedWriter, honest
from tests.app.channels.houses import PatientWriter, a_house
from tests.app.channels.slack_bots import ANA, HANA, a_bot, endings, settled
from tests.app.channels.slack_reaches import mentions, reached, words_of
from tests.builders import publish_article
from tests.slack_server import SlackServer, text_of

QUESTION = "How long do refunds take?"
PAY = "When do salaries rise?"


def test_a_mention_is_answered_once_in_its_thread_with_source_and_quote(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, public_url="https://desk.example.com"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    assert "five days. [\\[1\\]](https://desk.example.com/?article=refunds&amp;quote=11-38)" in text_of(answer)
    assert "updated 1 March 2026\n> Refunds take **five days**." in text_of(answer)
    assert answer["unfurl_links"] is answer["unfurl_media"] is False
    assert house.catalog.told.at("slack", f"C1/{answer['ts']}") is not None
    assert len(slack.envelopes[0].acknowledged) == 1
    assert slack.statuses[0]["status"] == sayings.STATUS


def test_what_is_not_in_the_articles_is_said_with_the_nearest(slack: SlackServer, tmp_path: Path) -> None:
    with a_house(tmp_path, threshold=1.0) as house, a_bot(slack, house, public_url="https://desk.example.com"):
        ts = slack.mention(ANA, "C1", "How are refunds of quarks paid?")
        settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    assert "could not find an answer" in text_of(answer)
    assert "- [Refunds](https://desk.example.com/?article=refunds)" in text_of(answer)
    assert "Pay" not in text_of(answer)


def test_a_direct_message_is_answered_from_what_its_asker_may_read(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house):
        to_hana, to_ana = slack.tell(HANA, PAY), slack.tell(ANA, PAY)
        settled(slack, house, 2)

    assert "Salaries rise in May" in text_of(slack.from_bot(f"D{HANA}", to_hana)[0])
    assert "May" not in text_of(slack.from_bot(f"D{ANA}", to_ana)[0])


def test_a_channel_gets_what_its_settings_say_and_one_with_other_companies_only_public(
    slack: SlackServer, house: House
) -> None:
    slack.add_channel("C2", (ANA, HANA))
    slack.add_channel("C3", (HANA,), is_ext_shared=True)
    with a_bot(slack, house, channels={"C2": ("hr",), "C3": ("hr",)}):
        asked = {channel: slack.mention(HANA, channel, PAY) for channel in ("C1", "C2", "C3")}
        settled(slack, house, 3)

    said = {channel: text_of(slack.from_bot(channel, ts)[0]) for channel, ts in asked.items()}
    assert {channel: "Salaries rise in May" in text for channel, text in said.items()} == {
        "C1": False,
        "C2": True,
        "C3": False,
    }


def test_only_who_may_read_more_is_told_so_and_can_ask_again_alone(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house):
        slack.mention(ANA, "C1", PAY)
        slack.mention(HANA, "C1", PAY)
        settled(slack, house, 2)
        offer = slack.until(lambda: slack.ephemeral)[0]
        (action,) = offer["blocks"][1]["elements"]
        for _ in range(2):
            slack.click(HANA, "C1", {"ts": "1.0"}, action)
        settled(slack, house, 3)

    assert [(e["user"], e["text"]) for e in slack.ephemeral] == [(HANA, sayings.SEE_MORE)]
    (private,) = slack.from_bot(f"D{HANA}")
    assert text_of(private).startswith(f"> {PAY}\n\nSalaries rise in May")


def test_bots_are_not_answered(slack: SlackServer, house: House) -> None:
    slack.add_user("UROBOT", "", is_bot=True)
    with a_bot(slack, house):
        slack.mention(ANA, "C1", QUESTION, bot_id="BOTHER")
        slack.mention("UROBOT", "C1", QUESTION)
        settled(slack, house)

    assert endings(house) == ["a bot asked"]
    assert slack.from_bot("C1") == []


def test_a_thread_is_the_conversation_without_the_words_of_articles_that_are_gone(
    slack: SlackServer, tmp_path: Path
) -> None:
    writer = ScriptedWriter(honest)
    with a_house(tmp_path, writer) as house, a_bot(slack, house, corrections="off"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        slack.post(HANA, "C1", "I wonder about flights too", ts)
        slack.mention(ANA, "C1", "And who approves flights?", ts)
        settled(slack, house, 2)
        told_before = writer.requests[-1].prompt
        house.catalog.remove_article("refunds")
        slack.mention(ANA, "C1", "And who books trains?", ts)
        settled(slack, house, 3)

    assert f"Q: {QUESTION}" in told_before
    assert "A: Refunds take" in told_before
    assert "I wonder about flights too" in told_before
    assert "five days" not in writer.requests[-1].prompt
    assert len(slack.from_bot("C1", ts)) == 3


def test_repeats_and_the_same_message_in_another_event_are_answered_once(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house):
        slack.tell(ANA, QUESTION)
        settled(slack, house)
        event = slack.envelopes[0]
        slack.repeat(event)
        slack.send_event(event.body["event"])
        slack.send_event({**event.body["event"], "type": "app_mention"})
        slack.until(lambda: all(envelope.acknowledged for envelope in slack.envelopes))

    assert len(slack.from_bot(f"D{ANA}")) == 1
    assert endings(house) == ["answered"]


def test_a_command_is_answered_where_only_its_asker_reads(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house):
        command = slack.command(ANA, "C1", QUESTION)
        empty = slack.command(ANA, "C1", " ")
        settled(slack, house)
        slack.until(lambda: empty.acknowledged and command.acknowledged)

    assert (command.answer, empty.answer) == ({"text": sayings.ANSWERED_PRIVATELY}, {"text": sayings.EMPTY})
    (answer,) = slack.from_bot(f"D{ANA}")
    assert text_of(answer).startswith(f"> {QUESTION}\n\nRefunds take five days")
    assert slack.from_bot("C1") == []


def test_a_message_that_is_pointed_at_is_answered_once_in_its_thread(slack: SlackServer, house: House) -> None:
    message = slack.post(HANA, "C1", QUESTION)
    with a_bot(slack, house):
        for _ in range(2):
            slack.shortcut(ANA, "C1", message, "footnote_answer")
        settled(slack, house)
        slack.until(lambda: slack.ephemeral)

    assert len(slack.from_bot("C1", message["ts"])) == 1
    assert [whisper["text"] for whisper in slack.ephemeral] == [sayings.ANSWERED_ALREADY]


def test_the_assistant_panel_suggests_questions_and_answers_in_its_thread(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, prompts=("How long do refunds take?",)):
        thread = slack.open_assistant(ANA)
        slack.until(lambda: slack.prompts)
        slack.tell(ANA, QUESTION, thread)
        settled(slack, house)

    assert slack.prompts[0]["prompts"] == [{"title": QUESTION, "message": QUESTION}]
    assert "five days" in text_of(slack.from_bot(f"D{ANA}", thread)[-1])


def test_an_answer_that_takes_time_is_streamed_into_one_message(slack: SlackServer, tmp_path: Path) -> None:
    writer = PatientWriter()
    with a_house(tmp_path, writer) as house, a_bot(slack, house):
        ts = slack.mention(ANA, "C1", QUESTION)
        writer.write_first()
        slack.until(lambda: slack.from_bot("C1", ts))
        begun = text_of(slack.from_bot("C1", ts)[0])
        writer.write_all()
        settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    assert begun == "Refunds take five days. \\[1\\]"
    assert answer["streaming"] is False
    assert text_of(answer).startswith("Refunds take five days. \\[1\\] They are paid to the card")
    assert "updated 1 March 2026" in text_of(answer)
    assert not slack.called("chat.postMessage")


@pytest.mark.parametrize("error", ["unknown_method", "restricted_action"])
def test_where_slack_has_no_streams_a_message_is_edited_instead(slack: SlackServer, tmp_path: Path, error: str) -> None:
    writer = PatientWriter()
    slack.fail("chat.startStream", error, times=9)
    with a_house(tmp_path, writer) as house, a_bot(slack, house):
        ts = slack.mention(ANA, "C1", QUESTION)
        writer.write_first()
        slack.until(lambda: slack.from_bot("C1", ts))
        begun = text_of(slack.from_bot("C1", ts)[0])
        writer.write_all()
        settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    assert begun == "Refunds take five days. \\[1\\] …"
    assert text_of(answer).startswith("Refunds take five days. [1]".replace("[1]", "\\[1\\]"))
    assert "updated 1 March 2026" in text_of(answer)


def test_a_stuck_question_is_told_so_and_then_answered_in_the_same_message(slack: SlackServer, tmp_path: Path) -> None:
    writer = PatientWriter()
    with a_house(tmp_path, writer) as house, a_bot(slack, house, stuck=0.3):
        ts = slack.mention(ANA, "C1", QUESTION)
        slack.until(lambda: slack.from_bot("C1", ts))
        told = text_of(slack.from_bot("C1", ts)[0])
        writer.write_all()
        settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    assert told == sayings.STUCK
    assert "five days" in text_of(answer)
    assert sayings.STUCK not in text_of(answer)


def test_slack_hears_received_at_once_however_slow_the_desk_is(slack: SlackServer, tmp_path: Path) -> None:
    writer = PatientWriter()
    with a_house(tmp_path, writer) as house, a_bot(slack, house):
        slack.mention(ANA, "C1", QUESTION)
        (envelope,) = slack.envelopes
        slack.until(lambda: envelope.acknowledged)
        writer.write_all()
        settled(slack, house)

    assert envelope.acknowledged[0] - envelope.sent[0] < 3.0
    assert len(envelope.sent) == 1


def test_a_long_answer_becomes_several_messages_once(slack: SlackServer, tmp_path: Path) -> None:
    rules = [f"Rule {n} says that team {n} keeps the keys of room {n}, and brings them back at {n}." for n in range(85)]
    writer = ScriptedWriter([f"{rule} [1]\n\n" for rule in rules])
    with a_house(tmp_path, writer) as house, a_bot(slack, house):
        version = house.catalog.live_version()
        assert version is not None
        publish_article(house.catalog, version, "rules", ["\n\n".join(rules)], title="Keys")
        ts = slack.mention(ANA, "C1", "Which team keeps the keys of which room?")
        settled(slack, house)

    first, second = slack.from_bot("C1", ts)
    assert first["metadata"]["event_payload"]["part"] == 0
    assert "Rule 84" not in text_of(first)
    assert "Rule 84" in text_of(second)
    assert ["actions" in [block["type"] for block in message.get("blocks", [])] for message in (first, second)] == [
        False,
        True,
    ]


def test_an_empty_mention_is_asked_back(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house):
        ts = slack.mention(ANA, "C1", " ")
        settled(slack, house)

    assert text_of(slack.from_bot("C1", ts)[0]) == sayings.EMPTY


def test_a_sentence_that_no_article_says_is_said_to_be_one(slack: SlackServer, tmp_path: Path) -> None:
    writer = ScriptedWriter(["Refunds take five days. [1] ", "The office cat approves each of them in Lisbon. [1] "])
    with a_house(tmp_path, writer) as house, a_bot(slack, house):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    assert "No article says this: “The office cat approves each of them in Lisbon.”" in text_of(answer)
    assert "says this: “Refunds take five days.”" not in text_of(answer)


def test_a_hostile_writer_reaches_nothing_through_slack(slack: SlackServer, tmp_path: Path) -> None:
    """P16, on the whole way: what is posted, streamed text and notification included."""
    hostile = f"Refunds take five days. [1] ![x]({EVIL}) [here]({EVIL}) <{EVIL}|y> <!channel> @here {EVIL} "
    with a_house(tmp_path, ScriptedWriter([hostile])) as house, a_bot(slack, house, public_url="https://desk.example"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    said = words_of(answer["blocks"])
    assert "five days" in said[0]
    assert {address for text in said for address in reached(text) if not address.startswith("https://desk.")} == set()
    assert [mention for text in [*said, answer["text"]] for mention in mentions(text)] == []


def test_what_is_gone_is_not_said_again(slack: SlackServer, house: House) -> None:
    """P5: from the moment that the removal has returned."""
    with a_bot(slack, house, corrections="off"):
        slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        house.catalog.remove_article("refunds")
        later = [slack.mention(ANA, "C1", QUESTION), slack.tell(ANA, QUESTION)]
        settled(slack, house, 3)

    said = [*slack.from_bot("C1", later[0]), *slack.from_bot(f"D{ANA}", later[1])]
    assert len(said) == 2
    assert all("five days" not in str(message) and "Refunds" not in str(message) for message in said)
