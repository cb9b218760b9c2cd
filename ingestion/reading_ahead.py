"""Let one thread produce while another consumes."""

import threading
from collections.abc import Iterable, Iterator
from queue import Full, Queue
from typing import Generic, TypeVar

Produced = TypeVar("Produced")
_TICK_SECONDS = 0.2


class _End:
    """The producer is through; or it has failed, and why."""

    def __init__(self, problem: BaseException | None = None) -> None:
        self.problem = problem


class ReadingAhead(Generic[Produced]):
    """Iterate over it once. A thread works through `producing`, at most `depth` ahead; its error is raised here."""

    def __init__(self, producing: Iterable[Produced], depth: int) -> None:
        self._queue: Queue[Produced | _End] = Queue(depth)
        self._stopped = threading.Event()
        threading.Thread(target=self._run, args=(producing,), name="reading ahead", daemon=True).start()

    def __iter__(self) -> Iterator[Produced]:
        while not isinstance(produced := self._queue.get(), _End):
            yield produced
        if produced.problem:
            raise produced.problem

    def stop(self) -> None:
        """The thread ends after what it is producing now; nothing more can be taken."""
        self._stopped.set()

    def _run(self, producing: Iterable[Produced]) -> None:
        try:
            for produced in producing:
                if not self._handed_over(produced):
                    return
            self._handed_over(_End())
        except BaseException as problem:  # noqa: BLE001  raised again in the consumer's thread
            self._handed_over(_End(problem))

    def _handed_over(self, produced: "Produced | _End") -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(produced, timeout=_TICK_SECONDS)
                return True
            except Full:
                continue
        return False
