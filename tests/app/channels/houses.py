"""A house on real parts for the channels, and a writer that waits until a test lets it write."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from app.channels.house import House
from app.channels.under_way import AnswersUnderWay
from app.language_models import LanguageModel, Limits, WritingRequest
from tests.builders import publish_article
from tests.desks import a_desk

REFUNDS = "# Refunds\n\nRefunds take **five days**. They are paid to the card that was charged."
TRAINS = "Trains are booked through the travel portal. Flights need the approval of your manager."


@contextmanager
def a_house(
    folder: Path,
    *models: LanguageModel,
    at_once: int = 8,
    empty: bool = False,
    threshold: float = 0.0,
    seconds: float = 30.0,
) -> Iterator[House]:
    """A desk that knows two public articles, `refunds` and `travel`, and one for `hr`, `salaries`."""
    opened = a_desk(folder, *models, threshold=threshold, seconds=seconds)
    if not empty:
        publish_article(opened.catalog, opened.version, "refunds", [REFUNDS])
        publish_article(opened.catalog, opened.version, "travel", [TRAINS], title="Travel")
        publish_article(
            opened.catalog, opened.version, "salaries", ["Salaries rise in May."], title="Pay", audiences={"hr"}
        )
        opened.index.publish()
    house = House(opened.catalog, lambda: opened.desk, AnswersUnderWay(at_once))
    try:
        yield house
    finally:
        house.under_way.cancel_all()
        opened.desk.close()
        opened.catalog.close()


class PatientWriter:
    """Says its sentences, each when the test lets it. The desk passes one on when it sees the next begin."""

    name = "patient"
    limits = Limits()
    sentences = ("Refunds take five days. [1] ", "They are paid to the card that was charged. [1] ") * 2

    def __init__(self) -> None:
        self.may_write = [Event() for _ in self.sentences]
        self.stopped = Event()

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        try:
            for piece, allowed in zip(self.sentences, self.may_write, strict=True):
                allowed.wait(20)
                yield piece
        except GeneratorExit:
            self.stopped.set()
            raise

    def write_first(self) -> None:
        """So much that one sentence reaches the reader, and more is to come."""
        for allowed in self.may_write[:2]:
            allowed.set()

    def write_all(self) -> None:
        for allowed in self.may_write:
            allowed.set()
