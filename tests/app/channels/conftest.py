"""What most tests of channels begin with: a house that knows three articles, and a workspace of Slack."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.channels.house import House
from tests.app.channels.houses import a_house
from tests.app.channels.slack_bots import a_workspace
from tests.slack_server import SlackServer


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with a_workspace() as workspace:
        yield workspace
