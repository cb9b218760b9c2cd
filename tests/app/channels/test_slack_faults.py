"""P12 in Slack: whatever happens to the language model, there is an answer from the articles, with an honest note."""

from pathlib import Path

import pytest

from app.language_models import openai as openai_writer
from app.settings import Settings
from tests.app.channels.houses import a_house
from tests.app.channels.slack_bots import ANA, a_bot, settled
from tests.chat_server import Manner, chat_server
from tests.slack_server import SlackServer, text_of

pytestmark = pytest.mark.slow

FAULTS: tuple[Manner, ...] = (
    "slow_first_byte",
    "stall",
    "cut",
    "refused_key",
    "rate_limited",
    "failing",
    "invalid_json",
    "empty",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_the_wording_and_not_the_answer(slack: SlackServer, tmp_path: Path, fault: Manner) -> None:
    with chat_server() as server:
        server.manner = fault
        settings = Settings(openai_base_url=server.base_url, openai_model="test", answer_seconds=1.5)
        with a_house(tmp_path, openai_writer.build(settings)) as house, a_bot(slack, house):
            ts = slack.mention(ANA, "C1", "How long do refunds take?")
            settled(slack, house)

    (answer,) = slack.from_bot("C1", ts)
    assert "five days" in text_of(answer)
    assert answer["streaming"] is False if "streaming" in answer else True
    assert "context" in [block["type"] for block in answer["blocks"]]
