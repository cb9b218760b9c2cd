"""A thread of Slack's Assistant panel is entitled after its first question, once that has been answered."""

import logging
from pathlib import Path
from typing import Any

import pytest

from app.language_models import WritingRequest
from app.language_models.scripted import ScriptedWriter
from tests.app.channels.houses import a_house
from tests.app.channels.slack_bots import ANA, HANA, a_bot, endings, settled
from tests.slack_server import SlackServer, text_of

QUESTION = "How long do refunds take?"


def naming(title: str) -> ScriptedWriter:
    """Answers, and says the title when it is asked for one."""

    def said(request: WritingRequest) -> list[str]:
        return ["Refunds take five days. [1]"] if request.fence else [title]

    return ScriptedWriter(said)


def test_a_model_entitles_a_conversation_after_its_first_answer(slack: SlackServer, tmp_path: Path) -> None:
    writer = naming("The time refunds take")
    with a_house(tmp_path, writer) as house, a_bot(slack, house):
        thread = slack.open_assistant(ANA)
        slack.tell(ANA, QUESTION, thread)
        slack.until(lambda: slack.titles)
        slack.tell(ANA, "And for trains?", thread)
        settled(slack, house, 2)

    said = [method for method, _, _ in slack.calls if method in ("chat.postMessage", "assistant.threads.setTitle")]
    assert said == ["chat.postMessage", "assistant.threads.setTitle", "chat.postMessage"]
    assert slack.titles == {thread: "The time refunds take"}
    assert [bool(request.fence) for request in writer.requests[:2]] == [True, False]


def test_without_a_model_its_first_words_are_the_title(slack: SlackServer, tmp_path: Path) -> None:
    with a_house(tmp_path) as house, a_bot(slack, house):
        thread = slack.open_assistant(ANA)
        slack.tell(ANA, "Hello!", thread)
        settled(slack, house)
        slack.tell(ANA, f"{QUESTION} {'I ask for a friend who has waited for so long. ' * 3}", thread)
        slack.until(lambda: slack.titles)

    assert slack.titles == {thread: "How long do refunds take? I ask for a friend who has waited …"}


@pytest.mark.parametrize("how", [{"error": "missing_scope"}, {"status": 500}, {"does_it_first": True}])
def test_a_title_that_cannot_be_set_is_logged_and_the_conversation_goes_on(
    slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, how: dict[str, Any]
) -> None:
    caplog.set_level(logging.INFO)
    slack.fail("assistant.threads.setTitle", **how)
    with a_house(tmp_path) as house, a_bot(slack, house):
        thread = slack.open_assistant(ANA)
        slack.tell(ANA, QUESTION, thread)
        slack.until(lambda: "a courtesy in Slack failed" in caplog.text)
        slack.tell(ANA, "And how are they paid?", thread)
        settled(slack, house, 2)

        assert endings(house, 2) == ["answered", "answered"]
    assert "five days" in text_of(slack.from_bot(f"D{ANA}", thread)[1])


def test_elsewhere_nobody_is_asked_for_a_title(slack: SlackServer, tmp_path: Path) -> None:
    writer = naming("The time refunds take")
    with a_house(tmp_path, writer) as house, a_bot(slack, house):
        slack.mention(ANA, "C1", QUESTION)
        slack.tell(HANA, QUESTION)
        slack.command(ANA, "C1", QUESTION)
        settled(slack, house, 3)

    assert len(writer.requests) == 3
    assert not slack.called("assistant.threads.setTitle")
