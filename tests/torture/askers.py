"""P19: many askers at once, each with a canary that only they may read; some leave, and the desk is full.

python -m tests.torture.askers --questions 2000 --seed 7
"""

import argparse
import json
import re
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from threading import Lock
from time import sleep

from app.channels.house import House
from app.channels.under_way import AnswersUnderWay, TooMany, UnderWay
from app.knowledge.articles import Asker
from app.language_models import WritingRequest
from app.language_models.scripted import ScriptedWriter
from tests.builders import publish_article
from tests.desks import a_desk

ASKERS = 12
AT_ONCE = 4
LEAVE = 0.3  # of the askers, before they have their answer
QUESTION = "What is the canary of my team?"  # the same for all: nothing but the asker tells the answers apart
_CANARY = re.compile(r"CANARY-\d+")


@dataclass(frozen=True)
class Figures:
    """What was seen, over all questions."""

    questions: int
    told: int  # answers that had the asker's own canary
    refused: int  # times that the desk was full
    foreign: int  # answers with somebody else's canary
    mixed_prompts: int  # prompts with more than one canary


def ask_all(questions: int, seed: int, folder: Path) -> Figures:
    """So many questions of ASKERS askers, as fast as the desk takes them."""
    random, prompts, lock = Random(seed), list[str](), Lock()

    def echoing(request: WritingRequest) -> list[str]:
        with lock:
            prompts.append(request.prompt)
        sleep(len(prompts) % 7 / 200)
        return [f"The canary is {canary} [1]. " for canary in dict.fromkeys(_CANARY.findall(request.prompt))]

    opened = a_desk(folder, ScriptedWriter(echoing))
    for number in range(ASKERS):
        text = f"The canary of the team is {_canary(number)}."
        publish_article(opened.catalog, opened.version, f"team{number}", [text], audiences={f"team{number}"})
    opened.index.publish()
    house = House(opened.catalog, lambda: opened.desk, AnswersUnderWay(AT_ONCE))
    asked, refused = list[tuple[int, UnderWay]](), 0
    for _ in range(questions):
        number = random.randrange(ASKERS)
        under_way, waits = _start(house, Asker.of({f"team{number}"}))
        refused += waits
        asked.append((number, under_way))
        if random.random() < LEAVE:
            under_way.cancel()
    for _, under_way in asked:
        while not under_way.done:
            under_way.wait(1.0)
    seen = [(_canary(number), set(_CANARY.findall(under_way.text))) for number, under_way in asked]
    opened.desk.close()
    opened.catalog.close()
    return Figures(
        questions,
        told=sum(own in canaries for own, canaries in seen),
        refused=refused,
        foreign=sum(bool(canaries - {own}) for own, canaries in seen),
        mixed_prompts=sum(len(set(_CANARY.findall(prompt))) > 1 for prompt in prompts),
    )


def _start(house: House, asker: Asker) -> tuple[UnderWay, int]:
    """Ask as soon as there is a place; and how often there was none."""
    waits = 0
    while True:
        try:
            return house.start(QUESTION, (), asker), waits
        except TooMany:
            waits += 1
            sleep(0.005)


def _canary(number: int) -> str:
    return f"CANARY-{number:03}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--questions", type=int, default=2_000)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = ask_all(chosen.questions, chosen.seed, Path(folder))
    sys.stdout.write(json.dumps(asdict(figures), indent=1) + "\n")
    sys.exit(1 if figures.foreign or figures.mixed_prompts else 0)


if __name__ == "__main__":
    main()
