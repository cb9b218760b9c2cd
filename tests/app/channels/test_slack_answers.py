"""Questions in Slack get one answer each, where they were asked, with footnotes that lead to the very words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.channels.house import House
from tests.app.channels.houses import a_house
from tests.app.channels.slack_bots import a_bot
from tests.slack_server import SlackServer, slack_server, text_of

QUESTION = "How long do refunds take?"


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with slack_server() as server:
        server.add_user("UANA", "ana@example.com")
        server.add_user("UHANA", "hana@example.com")
        server.add_channel("C1", ("UANA", "UHANA"))
        yield server


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as house:
        yield house


def test_a_mention_is_answered_once_in_its_thread_with_source_and_quote(slack: SlackServer, house: House) -> None:
    with a_bot(slack, house, public_url="https://desk.example.com"):
        ts = slack.mention("UANA", "C1", QUESTION)
        slack.until(lambda: house.catalog.inbox.open("slack") == 0 and slack.from_bot("C1", ts))

    (answer,) = slack.from_bot("C1", ts)
    assert "Refunds take five days. [\\[1\\]](https://desk.example.com/?article=refunds&amp;quote=11-38)" in text_of(
        answer
    )
    assert "> Refunds take **five days**." in text_of(answer)
    assert "updated 1 March 2026" in text_of(answer)
    assert answer["unfurl_links"] is answer["unfurl_media"] is False
    assert house.catalog.told.at("slack", f"C1/{answer['ts']}") is not None
    assert len(slack.envelopes[0].acknowledged) == 1
