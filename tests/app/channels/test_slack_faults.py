"""P12 in Slack: whatever happens to the language model, there is an answer from the articles, with an honest note."""

from pathlib import Path

import pytest

from app.language_models import openai as openai_writer
from app.settings import Settings
from tests.app.channels.houses import a_house
from tests.app.channels.slack_bots import ANA, a_bot, settled
from tests.chat_server import FAULTS, NOBODY_LISTENS, Manner, chat_server
from tests.slack_server import SlackServer, text_of

pytestmark = pytest.mark.slow

SECONDS = 1.5  # for an answer: silence is soon over


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_the_wording_and_not_the_answer(slack: SlackServer, tmp_path: Path, fault: Manner) -> None:
    with chat_server() as server:
        server.manner = fault

        check(slack, tmp_path, server.base_url)


def test_a_server_that_is_not_there_costs_the_wording_and_not_the_answer(slack: SlackServer, tmp_path: Path) -> None:
    check(slack, tmp_path, NOBODY_LISTENS)


def check(slack: SlackServer, folder: Path, model_at: str) -> None:
    settings = Settings(openai_base_url=model_at, openai_model="test", answer_seconds=SECONDS)
    with a_house(folder, openai_writer.build(settings), seconds=SECONDS) as house, a_bot(slack, house):
        ts = slack.mention(ANA, "C1", "How long do refunds take?")
        settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    assert text_of(answer).startswith("Refunds take five days.")
    assert answer.get("streaming", False) is False
    assert "the answer is in the articles' own sentences instead" in text_of(answer)
