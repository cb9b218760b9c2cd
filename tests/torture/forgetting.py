"""P5: deleted text is never shown again once the call has returned; new text is found within two seconds (p99).

python -m tests.torture.forgetting --operations 10000
"""

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.answering.as_json import answer_as_json, search_as_json
from app.bootstrap import Parts
from app.knowledge.articles import PUBLIC, Article
from app.settings import Settings
from evals.percentiles import percentile
from ingestion.intake import Changed
from ingestion.parsers import ParsedText
from ingestion.parsers.text import paragraphs
from ingestion.pressing import Press

ARTICLES = 40
PATIENCE = 10.0  # seconds until new text counts as never found


@dataclass
class Figures:
    """What was done; `shown_again` has to stay empty, and `visible_seconds_p99` below 2."""

    operations: int = 0
    removed: int = 0
    replaced: int = 0
    shown_again: list[str] = field(default_factory=list)
    never_found: list[str] = field(default_factory=list)
    visible_seconds_p50: float = 0.0
    visible_seconds_p99: float = 0.0


class Forgetting:
    """One desk that curates, and another one, as in another process, that is asked."""

    def __init__(self, folder: Path, seed: int) -> None:
        settings = Settings(data=folder / "data")
        self._curating = Parts(settings)
        self._asked = Parts(settings, lasting=True)
        self._chance = random.Random(seed)
        self._alive: dict[int, str] = {}  # article number -> the token of its text
        self._waits: list[float] = []
        self.figures = Figures()

    def __enter__(self) -> "Forgetting":
        self._curating.start_chroma()
        return self

    def __exit__(self, *_: object) -> None:
        self._asked.close()
        self._curating.close()

    def operate(self) -> None:
        """Put, replace or remove an article, and ask for what is there and for what is gone."""
        number = self._chance.randrange(ARTICLES)
        old = self._alive.pop(number, None)
        self.figures.operations += 1
        if old is not None and self._chance.random() < 0.5:
            self._curating.catalog.remove_article(f"a{number}")
            self.figures.removed += 1
        else:
            self._alive[number] = new = f"zq{self.figures.operations}zq"
            self._put(number, new)
            self.figures.replaced += 1
            self._waits.append(self._seconds_until_found(new))
        if old is not None and self._shows(old):
            self.figures.shown_again.append(old)

    def finish(self) -> Figures:
        self.figures.visible_seconds_p50 = round(percentile(self._waits, 0.5), 3)
        self.figures.visible_seconds_p99 = round(percentile(self._waits, 0.99), 3)
        return self.figures

    def _put(self, number: int, token: str) -> None:
        text = f"The inspection of pump {number} is recorded as {token}.\n\nAsk the pump room for its log."
        catalog = self._curating.catalog
        id_ = f"a{number}"
        article = Article(
            id=id_,
            source_id="pumps",
            path=f"{number}.txt",
            title=f"Pump {number}",
            url="",
            audiences=frozenset({PUBLIC}),
            updated_at=datetime.now(UTC),
            revision=catalog.next_revision(id_),
        )
        changed = Changed(article, token, ParsedText(article.title, text, paragraphs(text)), article.path)
        press = Press(
            catalog,
            lambda: self._curating.version,
            lambda: self._curating.embedding_model,
            self._curating.settings.chunk_tokens,
        )
        outcomes = [*press.add(changed), *press.finish()]
        assert [outcome.outcome for outcome in outcomes] == ["ok"]
        self._began = time.monotonic()
        self._curating.publish()

    def _seconds_until_found(self, token: str) -> float:
        """From the commit; by words, which unlike meaning have no second-best."""
        while time.monotonic() - self._began < PATIENCE:
            found = self._asked.desk.search(token).passages
            if found and token in found[0].chunk.text:
                return time.monotonic() - self._began
            time.sleep(0.01)
        self.figures.never_found.append(token)
        return PATIENCE

    def _shows(self, token: str) -> bool:
        """In anything that a search or an answer says, apart from the question itself."""
        question = f"What is recorded as {token}?"
        said = json.dumps(search_as_json(self._asked.desk.search(question), 1000, explain=True)["passages"])
        answer = answer_as_json(self._asked.desk.ask(question).answer)
        said += json.dumps([answer["answer"], answer["citations"], answer["passages"], answer["sentences"]])
        return token in said


def forget(operations: int, seed: int, folder: Path) -> Figures:
    """So many operations, each followed by its questions."""
    with Forgetting(folder, seed) as forgetting:
        for _ in range(operations):
            forgetting.operate()
        return forgetting.finish()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--operations", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = forget(chosen.operations, chosen.seed, Path(folder))
    sys.stdout.write(json.dumps(asdict(figures), indent=1) + "\n")
    sys.exit(1 if figures.shown_again or figures.never_found or figures.visible_seconds_p99 > 2 else 0)


if __name__ == "__main__":
    main()
