"""What all channels of one process share: the desk, the catalog, and the answers being written."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol

from app.answering.answers import Reply, Turn
from app.answering.desk import as_record
from app.answering.tracing import Trace
from app.channels.under_way import AnswersUnderWay, UnderWay
from app.errors import UnknownAnswer, UnknownArticle
from app.knowledge.articles import Asker
from app.knowledge.catalog import AnswerRecord, Catalog

PUBLIC_ASKER = Asker.of()  # until there is a login, everybody who comes through a channel


class AskedDesk(Protocol):
    """What the channels need of the desk."""

    def ask(self, question: str, history: Sequence[Turn], asker: Asker) -> Reply: ...

    def search(self, question: str, history: Sequence[Turn], asker: Asker) -> Trace: ...

    def title(self, question: str) -> str: ...


class House:
    """One per process, safe between threads."""

    def __init__(
        self, catalog: Catalog, open_desk: Callable[[], AskedDesk], under_way: AnswersUnderWay | None = None
    ) -> None:
        self.catalog = catalog
        self._open_desk = open_desk
        self.under_way = under_way or AnswersUnderWay()

    @property
    def desk(self) -> AskedDesk:
        """Loads models at its first use: seconds. Not for the event loop."""
        return self._open_desk()

    def start(self, question: str, history: Sequence[Turn], asker: Asker = PUBLIC_ASKER) -> UnderWay:
        """Begin to answer in a thread of its own.

        Raises:
            TooMany: as many answers as this desk writes at once are being written.
        """
        return self.under_way.start(question, lambda: self.desk.ask(question, history, asker))

    def answer(self, answer_id: str, asker: Asker = PUBLIC_ASKER) -> AnswerRecord:
        """A kept answer, for an asker who may still read all that it quotes.

        Raises:
            UnknownAnswer: it is not there, or not for this asker: the two sound alike.
        """
        record = self.catalog.answer(answer_id)
        self._refuse_hidden(record, asker)
        return record

    def answer_of(self, under_way: UnderWay, asker: Asker = PUBLIC_ASKER) -> AnswerRecord:
        """The answer that was under way, as it is kept; as it was written where it could not be kept (a full disk).

        Raises:
            FootnoteError: what kept it from being written.
        """
        written = under_way.answer
        try:
            return self.answer(written.id, asker)
        except UnknownAnswer:
            record = as_record(written)
            self._refuse_hidden(record, asker)
            return record

    def _refuse_hidden(self, record: AnswerRecord, asker: Asker) -> None:
        quoted = [citation.article_id for citation in record.citations if citation.quote]
        for article_id in (*quoted, *(named for named in record.named if self._is_there(named))):
            try:
                self.catalog.article(article_id, asker)
            except UnknownArticle as hidden:
                raise UnknownAnswer(f"there is no answer {record.id!r}") from hidden

    def _is_there(self, article_id: str) -> bool:
        """False for a removed article: its words are gone, and keep nobody from the rest of an answer."""
        try:
            self.catalog.article(article_id, None)
        except UnknownArticle:
            return False
        return True


_lock = Lock()
_house: House | None = None


def share(house: House) -> None:
    """Let every channel of this process use this one."""
    global _house
    with _lock:
        _house = house


def shared(open_house: Callable[[], House]) -> House:
    """The one that is shared; opened first when there is none."""
    global _house
    with _lock:
        if _house is None:
            _house = open_house()
        return _house
