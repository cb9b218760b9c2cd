"""How long a question in Slack waits for its first visible words, with the real parts and the sample's articles.

python -m tests.torture.slack_latency --questions 30

From the moment the workspace sends the event until a call arrives there that shows words of the answer; the tests'
Slack answers its calls at once, so what is measured is ours.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.bootstrap import Parts
from app.channels.house import House
from app.channels.slack.bot import Bot
from app.settings import Settings, SlackSettings
from ingestion.connectors import connector_for
from ingestion.pipeline import IngestParts, ingest
from tests.slack_server import SlackServer, slack_server

ROOT = Path(__file__).parents[2]
SHOWS_WORDS = ("chat.postMessage", "chat.startStream")
WARM_UP = 3  # questions that are not counted


def latency(questions: int, folder: Path) -> dict[str, float]:
    """Milliseconds, of so many of the golden questions, one after the other."""
    asked = [
        json.loads(line)["text"] for line in (ROOT / "evals/golden/questions.jsonl").read_text("utf-8").splitlines()
    ]
    with opened_desk(folder) as house, slack_server() as slack:
        slack.add_user("U1", "ana@example.com")
        slack.add_channel("C1", ("U1",))
        with running(slack, house):
            waits = [wait(slack, question) for question in asked[: questions + WARM_UP]][WARM_UP:]
    words, acknowledged = ([pair[place] for pair in waits] for place in (0, 1))
    return {
        "questions": len(words),
        "first_words_ms_p50": round(statistics.median(words), 1),
        "first_words_ms_p95": round(sorted(words)[int(0.95 * (len(words) - 1))], 1),
        "acknowledged_ms_p50": round(statistics.median(acknowledged), 1),
        "acknowledged_ms_max": round(max(acknowledged), 1),
    }


@contextmanager
def opened_desk(folder: Path) -> Iterator[House]:
    with Parts(Settings(data=folder, vector_store="exact")) as parts:
        ingest(connector_for(str(ROOT / "sample/knowledge")), IngestParts.of(parts))
        yield House(parts.catalog, lambda: parts.desk)


@contextmanager
def running(slack: SlackServer, house: House) -> Iterator[None]:
    tokens = SlackSettings(bot_token="xoxb-1", app_token="xapp-1", api_url=slack.base_url)
    bot = Bot(house, Settings(slack=tokens))
    loop = asyncio.new_event_loop()
    task = loop.create_task(bot.run())
    thread = threading.Thread(target=loop.run_until_complete, args=(asyncio.wait([task]),), daemon=True)
    thread.start()
    slack.until(bot.is_ready.is_set, 60)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(30)


def wait(slack: SlackServer, question: str) -> tuple[float, float]:
    """Milliseconds until the first words, and until the acknowledgement."""
    seen = len(slack.calls)
    slack.mention("U1", "C1", question)
    envelope = slack.envelopes[-1]
    shown = slack.until(lambda: [at for method, _, at in slack.calls[seen:] if method in SHOWS_WORDS], 60)
    slack.until(lambda: envelope.acknowledged)
    time.sleep(0.05)
    return (shown[0] - envelope.sent[0]) * 1000, (envelope.acknowledged[0] - envelope.sent[0]) * 1000


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=30)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        figures = latency(chosen.questions, Path(folder))
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    sys.exit(0 if figures["first_words_ms_p50"] < 1000 else 1)


if __name__ == "__main__":
    main()
