"""Says what it is told, or fails as it is told: for tests and demonstrations."""

from collections.abc import Callable, Generator, Sequence
from threading import Event

from app.errors import ServiceUnavailable
from app.language_models import Limits, WritingRequest
from app.plugins import model_of
from app.settings import Settings


class ScriptedWriter:
    """Keeps the requests it got; `stopped` is set once one of them was stopped early."""

    name = "scripted"
    limits = Limits()

    def __init__(
        self, script: Sequence[str] | Callable[[WritingRequest], Sequence[str]], failure: str = "", name: str = ""
    ) -> None:
        """`script`: the pieces, or what makes them from the request; `failure`: raised after the last piece."""
        self._script = script
        self._failure = failure
        self.name = name or self.name
        self.requests: list[WritingRequest] = []
        self.stopped = Event()

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        self.requests.append(request)
        try:
            yield from self._script(request) if callable(self._script) else self._script
        except GeneratorExit:
            self.stopped.set()
            raise
        if self._failure:
            raise ServiceUnavailable(self._failure)


def build(settings: Settings) -> ScriptedWriter:
    """`scripted:WORDS` says these words, whatever it is asked."""
    return ScriptedWriter([model_of(settings.language_model) or "I have nothing to say."])
