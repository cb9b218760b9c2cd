"""P19: askers never get each other's answers, also while some leave and the desk is full."""

import re
from pathlib import Path
from random import Random
from threading import Lock
from time import sleep

import pytest

from app.channels.house import House
from app.channels.under_way import AnswersUnderWay, TooMany, UnderWay
from app.knowledge.articles import Asker
from app.language_models import WritingRequest
from app.language_models.scripted import ScriptedWriter
from tests.builders import publish_article
from tests.desks import a_desk

pytestmark = pytest.mark.slow

ASKERS, QUESTIONS = 12, 60
QUESTION = "What is the canary of my team?"
_CANARY = re.compile(r"CANARY-\d+")


def test_every_answer_has_the_canary_of_its_asker_and_no_other(tmp_path: Path) -> None:
    random, prompts, lock = Random(19), list[str](), Lock()

    def echoing(request: WritingRequest) -> list[str]:
        with lock:
            prompts.append(request.prompt)
        sleep(random.random() / 50)
        return [f"The canary is {canary} [1]. " for canary in dict.fromkeys(_CANARY.findall(request.prompt))]

    opened = a_desk(tmp_path, ScriptedWriter(echoing))
    for number in range(ASKERS):
        text = f"The canary of the team is CANARY-{number:03}."
        publish_article(opened.catalog, opened.version, f"team{number}", [text], audiences={f"team{number}"})
    opened.index.publish()
    house = House(opened.catalog, lambda: opened.desk, AnswersUnderWay(at_once=4))

    asked: list[tuple[int, UnderWay]] = []
    refused = 0
    for _ in range(QUESTIONS):
        number = random.randrange(ASKERS)
        while True:
            try:
                under_way = house.start(QUESTION, (), Asker.of({f"team{number}"}))
                break
            except TooMany:
                refused += 1
                sleep(0.005)
        asked.append((number, under_way))
        if random.random() < 0.3:
            under_way.cancel()
    for _, under_way in asked:
        while not under_way.done:
            under_way.wait(1.0)

    told = 0
    for number, under_way in asked:
        canaries = set(_CANARY.findall(under_way.text))
        assert canaries <= {f"CANARY-{number:03}"}
        told += len(canaries)
    assert all(len(set(_CANARY.findall(prompt))) == 1 for prompt in prompts)
    assert refused > 0
    assert told > QUESTIONS / 2
    opened.desk.close()
    opened.catalog.close()
