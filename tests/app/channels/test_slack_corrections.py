"""When an article changes or goes, what was said in Slack on its ground is corrected: once, and only if it has to."""

import pytest

from app.channels.house import House
from tests.app.channels.slack_bots import ANA, HANA, a_bot, endings, settled
from tests.builders import an_article, publish_article
from tests.slack_server import SlackServer, action_of, text_of

QUESTION = "How long do refunds take?"


@pytest.fixture
def slack(slack: SlackServer) -> SlackServer:
    slack.add_channel("CCUR", (HANA,))
    return slack


def change(house: House, *texts: str) -> None:
    version = house.catalog.live_version()
    assert version is not None
    publish_article(house.catalog, version, "refunds", texts)


def test_a_changed_article_corrects_under_the_message_with_what_changed_and_what_is_true_now(
    slack: SlackServer, house: House
) -> None:
    with a_bot(slack, house, corrections="automatic"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        change(house, "Refunds take seven days.")
        settled(slack, house, 2)

    _, corrected = slack.from_bot("C1", ts)
    assert text_of(corrected).startswith(
        "**Correction.** Refunds has changed since I answered. It said:\n> Refunds take"
    )
    assert "**five days**" in text_of(corrected)
    assert "**Now:**\n\nRefunds take seven days." in text_of(corrected)
    assert endings(house) == ["answered", "corrected"]
    assert house.catalog.told.outdated("slack") == []


def test_a_correction_is_given_once_and_corrected_in_its_turn(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, corrections="automatic"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        change(house, "Refunds take seven days.")
        settled(slack, house, 2)
    with a_bot(slack, house, corrections="automatic"):
        change(house, "Refunds take nine days.")
        settled(slack, house, 3)

    said = [text_of(message) for message in slack.from_bot("C1", ts)]
    assert len(said) == 3
    assert "seven days" in said[2]
    assert "nine days" in said[2]


def test_words_that_still_stand_need_no_correction(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, corrections="automatic"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        change(house, "Good to know.", "# Refunds\n\nRefunds take **five days**. They are paid to the bank account.")
        moved = house.catalog.change()
        slack.mention(ANA, "C1", QUESTION)
        settled(slack, house, 2)
        slack.until(lambda: len(slack.envelopes) == 2 and house.catalog.change() == moved)

    assert endings(house) == ["answered", "answered"]
    assert len(slack.from_bot("C1", ts)) == 1


@pytest.mark.parametrize("how", ["removed", "closed"])
def test_a_withdrawn_article_takes_its_words_out_of_slack(slack: SlackServer, house: House, how: str) -> None:
    """P5."""
    with a_bot(slack, house, corrections="automatic"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        assert "five days" in text_of(slack.from_bot("C1", ts)[0])
        if how == "removed":
            house.catalog.remove_article("refunds")
        else:
            house.catalog.update_article(an_article("refunds", audiences=["board"]), "0")
        settled(slack, house, 2)

    said = slack.from_bot("C1", ts)
    assert all("five days" not in str(message) for message in said)
    assert "has been withdrawn" in text_of(said[0])
    assert "An article that my answer rested on has been withdrawn" in text_of(said[1])


def test_a_change_while_nobody_watched_is_found_at_the_next_start(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, corrections="automatic"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
    change(house, "Refunds take seven days.")
    with a_bot(slack, house, corrections="automatic"):
        settled(slack, house, 2)

    assert "seven days" in text_of(slack.from_bot("C1", ts)[1])


def test_curators_are_asked_first_when_the_settings_say_so(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, corrections="suggest", curators="CCUR"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        change(house, "Refunds take seven days.")
        settled(slack, house, 2)
        before = len(slack.from_bot("C1", ts))
        (suggested,) = slack.from_bot("CCUR")
        slack.click(HANA, "CCUR", suggested, action_of(suggested, "footnote_correct"))
        settled(slack, house, 3)
        slack.until(lambda: "actions" not in str(slack.from_bot("CCUR")[0]["blocks"]))

    assert before == 1
    assert f"> {QUESTION}" in text_of(suggested)
    assert "five days" in text_of(suggested)
    assert "seven days" in text_of(slack.from_bot("C1", ts)[1])


def test_curators_may_leave_it(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, corrections="suggest", curators="CCUR"):
        slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        change(house, "Refunds take seven days.")
        settled(slack, house, 2)
        (suggested,) = slack.from_bot("CCUR")
        left = slack.click(HANA, "CCUR", suggested, action_of(suggested, "footnote_leave"))
        slack.until(lambda: left.acknowledged)
        corrected = slack.click(HANA, "CCUR", suggested, action_of(suggested, "footnote_correct"))
        slack.until(lambda: corrected.acknowledged)
        settled(slack, house, 3)

    assert len(slack.from_bot("C1")) == 1


def test_off_is_off(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, corrections="off", curators="CCUR"):
        ts = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house)
        change(house, "Refunds take seven days.")
        later = slack.mention(ANA, "C1", QUESTION)
        settled(slack, house, 2)

    assert len(slack.from_bot("C1", ts)) == 1
    assert "seven days" in text_of(slack.from_bot("C1", later)[0])
    assert slack.from_bot("CCUR") == []
