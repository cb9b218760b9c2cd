"""P12: whatever happens to the language model, each channel gives passages and an honest note, in time."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from app.channels.house import House
from app.knowledge.articles import Asker
from app.language_models import LanguageModel
from app.language_models import openai as openai_writer
from app.settings import Settings
from tests.app.channels.houses import a_house
from tests.app.channels.serving import served
from tests.chat_server import FAULTS, NOBODY_LISTENS, ChatServer, Manner, chat_server

pytestmark = pytest.mark.slow

QUESTION = {"question": "How long do refunds take?"}
SECONDS = 1.5  # for an answer: the matrix is run with little time, so that silence is soon over


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def writer(address: str, seconds: float = SECONDS) -> LanguageModel:
    return openai_writer.build(Settings(openai_base_url=address, openai_model="test", answer_seconds=seconds))


def by_json(address: str, _: House) -> dict[str, Any]:
    body: dict[str, Any] = httpx.post(f"{address}/api/v1/answers", json=QUESTION, timeout=40).raise_for_status().json()
    return body


def by_stream(address: str, _: House) -> dict[str, Any]:
    with httpx.stream("POST", f"{address}/api/v1/answers", json=QUESTION | {"stream": True}, timeout=40) as response:
        lines = [line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: ")]
    body: dict[str, Any] = json.loads(lines[-1])
    pieces = [json.loads(line)["text"] for line in lines[:-1]]
    assert "".join(pieces) == body["answer"]
    return body


def by_page(_: str, house: House) -> dict[str, Any]:
    """The page follows an answer under way, and then shows what is kept."""
    under_way = house.start(QUESTION["question"], ())
    while not under_way.done:
        under_way.wait(1.0)
    record = house.answer_of(under_way)
    notes = record.trace["notes"]
    return {"answer": record.text, "outcome": record.outcome, "citations": record.citations, "notes": notes}


CHANNELS = {"json": by_json, "stream": by_stream, "page": by_page}


def check(house: House, address: str) -> None:
    for channel, ask in CHANNELS.items():
        began = monotonic()
        body = ask(address, house)
        assert body["outcome"] == "answered", channel
        assert body["answer"].startswith("Refunds take five days."), channel
        assert len(body["citations"]) > 0, channel
        assert "the articles' own sentences instead" in body["notes"][0], channel
        assert monotonic() - began < SECONDS + 3, channel


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_model_costs_the_wording_and_nothing_else(
    tmp_path: Path, server: ChatServer, fault: Manner
) -> None:
    server.manner = fault
    with a_house(tmp_path, writer(server.base_url), seconds=SECONDS) as house, served(house) as address:
        check(house, address)


def test_a_server_that_is_not_there_costs_the_wording_and_nothing_else(tmp_path: Path) -> None:
    with a_house(tmp_path, writer(NOBODY_LISTENS), seconds=SECONDS) as house, served(house) as address:
        check(house, address)


def test_one_who_waits_is_told_what_is_being_done_and_leaving_stops_the_model(
    tmp_path: Path, server: ChatServer
) -> None:
    server.manner, server.seconds = "slow_first_byte", 25.0
    asked = QUESTION | {"stream": True}
    with a_house(tmp_path, writer(server.base_url, 30.0)) as house, served(house) as address:
        began = monotonic()
        with httpx.stream("POST", f"{address}/api/v1/answers", json=asked, timeout=40) as response:
            lines = response.iter_lines()
            first = next(line for line in lines if line.startswith("event: "))
            told = json.loads(next(lines).removeprefix("data: "))["text"]
            waited = monotonic() - began

        assert server.hung_up.wait(15)

    assert (first, told) == ("event: status", "openai:test is writing")
    assert waited < 9  # 2.5 on a machine that does nothing else


def test_while_a_model_is_away_only_the_first_reader_waits_for_it(tmp_path: Path, server: ChatServer) -> None:
    server.manner, server.seconds = "slow_first_byte", 10.0
    with a_house(tmp_path, writer(server.base_url, 6.0), seconds=6.0) as house:
        first = house.desk.ask(QUESTION["question"], (), Asker()).answer
        began = monotonic()
        second = house.desk.ask(QUESTION["question"], (), Asker()).answer

    assert "wrote nothing for 2 seconds" in first.notes[0]
    assert "did not answer a moment ago" in second.notes[0]
    assert monotonic() - began < 1.5
    assert len(server.requests) == 1
