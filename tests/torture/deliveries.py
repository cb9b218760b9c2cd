"""P13: one Slack question gets exactly one answer, and never silence, under any delivery and any kill.

python -m tests.torture.deliveries --schedules 1000 --seed 7

A schedule is drawn at random: questions in threads, direct messages and commands; events that come twice, late, in
another order, or as two kinds of event; calls that fail or whose answers are lost; and SIGKILL for the bot, a real
process, at a random moment or just before or after one of its calls takes effect.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from app.answering.citations import unmarked
from app.channels.house import House
from app.channels.slack.answering import Patience
from app.channels.slack.bot import Bot
from app.channels.under_way import AnswersUnderWay
from app.language_models import Limits, WritingRequest
from app.settings import Settings, SlackSettings
from tests import slack_events as said
from tests.builders import a_catalog, publish_article
from tests.desks import a_desk
from tests.slack_server import SlackServer, slack_server, text_of

WORDS: Final = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath")
PATIENCE: Final = 120.0  # seconds until a question counts as met with silence
MODULE: Final = "tests.torture.deliveries"  # loaded once, in the server that forks the bots
POSTING: Final = ("chat.postMessage", "chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update")
_WAITING: Final = Patience(whole=0.02, silent=0.5, stuck=2.0, given_up=30.0, again=0.05)


@dataclass
class Figures:
    """What was done; `silent`, `doubled` and `wrong` have to stay empty."""

    schedules: int = 0
    questions: int = 0
    kills: int = 0
    repeats: int = 0
    silent: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # the answer to another question, or one that was left half-way

    @property
    def is_clean(self) -> bool:
        return not (self.silent or self.doubled or self.wrong)


class SlowWriter:
    """Says what the articles say, sentence by sentence, so slowly that answers are streamed."""

    name = "slow"
    limits = Limits()

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        for quotable in request.quotables:
            time.sleep(self._seconds)
            yield f"{quotable.text} [{quotable.number}] "


def run_bot(folder: str, address: str, seconds: float) -> None:
    """In a process of its own, until it is killed."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    opened = a_desk(Path(folder), *([SlowWriter(seconds)] if seconds else []))
    house = House(opened.catalog, lambda: opened.desk, AnswersUnderWay())
    slack = SlackSettings(bot_token="xoxb-1", app_token="xapp-1", api_url=address, corrections="off")
    asyncio.run(Bot(house, Settings(slack=slack), _WAITING, ping=0.5, lease=3.0).run())


class Deliveries:
    """One workspace and one desk, for all schedules."""

    def __init__(self, slack: SlackServer, folder: Path, seed: int) -> None:
        self._slack = slack
        self._folder = folder
        self._chance = random.Random(seed)
        self._processes = get_context("forkserver")
        self._processes.set_forkserver_preload([MODULE])
        self._bot: BaseProcess | None = None
        self._kill_at: tuple[str, str] | None = None
        self.figures = Figures()
        slack.on_call = self._called
        slack.add_user("U1", "ana@example.com")
        self._catalog, version = a_catalog(folder)
        for word in WORDS:
            text = f"The {word} pump is inspected in room {WORDS.index(word)}. Its log lies beside the {word} door."
            publish_article(self._catalog, version, word, [text], title=f"The {word} pump")

    def close(self) -> None:
        self._stop()
        self._catalog.close()

    def play(self) -> None:
        """One schedule, and the look at what became of it."""
        number = self.figures.schedules
        self.figures.schedules += 1
        channel = self._slack.add_channel(f"C{number}", ("U1",))
        questions = self._ask(channel)
        self.figures.questions += len(questions)
        for _ in range(self._chance.randint(0, 3)):
            self._start()
            self._arm()
            end = time.monotonic() + self._chance.uniform(0.1, 1.2)
            while time.monotonic() < end and self._bot is not None and self._bot.is_alive():
                time.sleep(0.01)
            self._stop()
            self.figures.kills += 1
        self._kill_at = None
        self._start()
        if not self._wait_for_the_end():
            self.figures.silent.append(f"schedule {number}: {self._catalog.inbox.open('slack')} letters are open")
        self._stop()
        for ts, word in questions:
            self._look(number, channel, ts, word)

    def _ask(self, channel: str) -> list[tuple[str, str]]:
        """Questions and their words; their events are sent in any order, some of them more than once."""
        questions, events = [], []
        root = ""
        for word in self._chance.sample(WORDS, self._chance.randint(1, 3)):
            in_thread = root if root and self._chance.random() < 0.5 else ""
            text = f"<@{said.BOT_USER}> Where is the {word} pump inspected?"
            message = self._slack.post("U1", channel, text, in_thread or None)
            root = root or message["ts"]
            questions.append((message["ts"], word))
            event = said.event_callback(f"Ev{channel}{word}", said.app_mention(channel, message))
            events += [event] * self._chance.choice((1, 1, 2, 3))
            if self._chance.random() < 0.2:  # the same message, told by another event
                events.append(said.event_callback(f"Ev{channel}{word}b", said.app_mention(channel, message)))
        self._chance.shuffle(events)
        self.figures.repeats += len(events) - len(questions)
        for event in events:
            self._slack.send("events_api", event)
        for _ in range(self._chance.randint(0, 2)):
            self._fail()
        return questions

    def _fail(self) -> None:
        how: dict[str, Any] = self._chance.choice(
            [{"retry_after": 0}, {"does_it_first": True}, {"status": 503}, {"error": "internal_error"}]
        )
        self._slack.fail(self._chance.choice(POSTING), **how)

    def _arm(self) -> None:
        """Half of the kills come with a call, just before or just after it takes effect."""
        method = self._chance.choice((*POSTING, "conversations.replies", "users.info"))
        moment = self._chance.choice(("before", "after", "after"))
        self._kill_at = (method, moment) if self._chance.random() < 0.6 else None

    def _called(self, method: str, moment: str) -> None:
        if self._kill_at == (method, moment) and self._bot is not None and self._bot.pid:
            self._kill_at = None
            os.kill(self._bot.pid, signal.SIGKILL)
            self._bot.join(5)  # what it had on its way is answered to nobody

    def _start(self) -> None:
        seconds = self._chance.choice((0.0, 0.0, 0.25))
        arguments = (str(self._folder), self._slack.base_url, seconds)
        self._bot = self._processes.Process(target=run_bot, args=arguments, daemon=True)
        self._bot.start()

    def _stop(self) -> None:
        if self._bot is not None:
            self._bot.kill()
            self._bot.join(10)
        self._bot = None

    def _wait_for_the_end(self) -> bool:
        """Until everything that was sent is acknowledged and every letter has ended."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if all(e.acknowledged for e in self._slack.envelopes) and self._catalog.inbox.open("slack") == 0:
                self._slack.envelopes.clear()
                return True
            time.sleep(0.02)
        return False

    def _look(self, number: int, channel: str, ts: str, word: str) -> None:
        """Each question has one message that answers it, whole."""
        messages = self._slack.messages[channel]
        root = next(m for m in messages if m["ts"] == ts).get("thread_ts") or ts
        thread = self._slack.from_bot(channel, root)
        asked = [m for m in messages if m.get("user") == "U1" and root in (m["ts"], m.get("thread_ts"))]
        shown = {m["ts"]: self._shown(f"{channel}/{m['ts']}") for m in thread}
        answers = [m for m in thread if f"the {word} pump" in shown[m["ts"]][0]]
        where = f"schedule {number}, {channel}/{ts}, {word}"
        if not answers:
            self.figures.silent.append(f"{where}: {[text_of(message)[:80] for message in thread]}")
        if len(answers) > 1 or len(thread) > len(asked):
            self.figures.doubled.append(f"{where}: {len(answers)} answers, {len(thread)} messages to {len(asked)}")
        for message in answers:
            said_whole = words_in(shown[message["ts"]][1]) in words_in(text_of(message))
            if message.get("streaming") or not said_whole:
                self.figures.wrong.append(f"{where}: {text_of(message)!r}")

    def _shown(self, place: str) -> tuple[str, str]:
        """The question and the answer that a message shows, as the catalog knows it; empty for one it does not know."""
        telling = self._catalog.told.at("slack", place)
        record = self._catalog.answer(telling.answer_id) if telling else None
        return (record.question, unmarked(record.text)) if record else ("", "")


def words_in(text: str) -> str:
    """Without marks, links and markup."""
    return " ".join(re.findall(r"[A-Za-z]+|\d+", re.sub(r"\[?\\\[\d+\\\]\]?(?:\([^)]*\))?", "", text)))


def deliver(schedules: int, seed: int, folder: Path) -> Figures:
    """So many random schedules, one after the other."""
    with slack_server() as slack:
        deliveries = Deliveries(slack, folder, seed)
        try:
            for _ in range(schedules):
                deliveries.play()
        finally:
            deliveries.close()
    return deliveries.figures


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        figures = deliver(chosen.schedules, chosen.seed, Path(folder))
    sys.stdout.write(json.dumps(asdict(figures), indent=1) + "\n")
    sys.exit(0 if figures.is_clean else 1)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore::RuntimeWarning:runpy")
    import_module(MODULE).main()  # by its name, so that the bots find it loaded
