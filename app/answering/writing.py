"""Let models write, in time, and check every sentence before it is seen. The next model is tried when one fails."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic

from app import plugins
from app.answering import phrases
from app.answering.citations import Footnotes, Sentences, Written
from app.answering.excerpts import Excerpt
from app.errors import ServiceUnavailable
from app.language_models import LanguageModel, WritingRequest
from app.settings import Settings

MODELS = "app.language_models"
LAST_RESORT = "extractive"
NOT_IN_THE_PASSAGES = "NOT IN THE PASSAGES"  # what the prompt asks for when the excerpts do not answer
FIRST_PIECE_SHARE = 1 / 3  # of the time for an answer; a model that has not begun by then is given up for the next
LAST_SECONDS = 2.0  # what a later model gets at least: the extractive writer answers when all time is gone
PIECES_AHEAD = 64  # how far a model may be ahead of its reader
LONGEST_ANSWER = 8_000  # characters; a model that goes on beyond has lost itself


def chain(settings: Settings) -> list[LanguageModel]:
    """The models of `language_model`, in order; the extractive writer, which always works, comes last."""
    choices = [choice.strip() for choice in settings.language_model.split(",") if choice.strip()]
    if LAST_RESORT not in choices:
        choices.append(LAST_RESORT)
    return [plugins.build(MODELS, choice, settings.model_copy(update={"language_model": choice})) for choice in choices]


Inbox = Queue[str | BaseException | None]  # pieces; None at the end, or what went wrong


@dataclass
class Draft:
    """An answer as far as it is written."""

    model: str = ""
    written: list[Written] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    says_not_found: bool = False


def write(
    models: Sequence[LanguageModel], request: WritingRequest, excerpts: Sequence[Excerpt], seconds: float
) -> Generator[str, None, Draft]:
    """Pieces of the answer, each a whole sentence with its footnotes; returns the draft.

    A model that fails before its first good sentence makes way for the next; one that fails later is cut off there.
    """
    draft = Draft()
    end = monotonic() + seconds
    for model, successor in zip(models, [*(m.name for m in models[1:]), ""], strict=True):
        draft.model = model.name
        deadline = max(end, monotonic() + LAST_SECONDS)
        try:
            yield from _write(model, request, Footnotes(excerpts), draft, seconds, deadline)
            if draft.written or draft.says_not_found:
                return draft
            problem = phrases.groundless(model.name)
        except ServiceUnavailable as unavailable:
            problem = str(unavailable)
        if draft.written:
            draft.notes.append(phrases.cut_off(problem))
            return draft
        if successor:
            draft.notes.append(phrases.failed_over(problem, successor))
    draft.model = ""
    return draft


def _write(
    model: LanguageModel,
    request: WritingRequest,
    footnotes: Footnotes,
    draft: Draft,
    seconds: float,
    deadline: float,
) -> Generator[str, None, None]:
    """Sentences wait until one of them rests on something: a model that makes everything up is never shown."""
    sentences, waiting, length = Sentences(), [], 0
    with closing(_in_time(model, request, seconds, deadline)) as pieces:
        said = ""
        for piece in pieces:
            length += len(piece)
            if length > LONGEST_ANSWER:
                raise ServiceUnavailable(phrases.too_long(model.name))
            said = (said + piece)[:200]
            for found in sentences.add(piece):
                waiting.append(footnotes.check(*found))
                if draft.written or _rests_on_something(waiting[-1]):
                    yield from _show(waiting, draft)
    waiting += [footnotes.check(*found) for found in sentences.rest()]
    draft.says_not_found = not draft.written and NOT_IN_THE_PASSAGES in said
    if draft.written or (not draft.says_not_found and any(map(_rests_on_something, waiting))):
        yield from _show(waiting, draft)


def _show(waiting: list[Written], draft: Draft) -> Generator[str, None, None]:
    while waiting:
        written = waiting.pop(0)
        draft.written.append(written)
        yield written.piece


def _rests_on_something(written: Written) -> bool:
    return bool(written.sentence.marks) and written.sentence.support != "unsupported"


def _in_time(
    model: LanguageModel, request: WritingRequest, seconds: float, deadline: float
) -> Generator[str, None, None]:
    """The model's pieces, written in a thread of its own, so that no model can hold the reader beyond the time.

    Closing this, or running out of time, closes the model's stream with the piece that is on its way.
    """
    inbox: Inbox = Queue(PIECES_AHEAD)
    stop = Event()
    Thread(target=_pump, args=(model, request, inbox, stop), name=f"writer-{model.name}", daemon=True).start()
    patience = min(deadline, monotonic() + seconds * FIRST_PIECE_SHARE)
    has_begun = False
    try:
        while True:
            try:
                piece = inbox.get(timeout=max(0.0, (deadline if has_begun else patience) - monotonic()))
            except Empty:
                late = phrases.out_of_time if has_begun else phrases.too_slow
                share = 1.0 if has_begun else FIRST_PIECE_SHARE
                raise ServiceUnavailable(late(model.name, seconds * share)) from None
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            has_begun = True
            yield piece
    finally:
        stop.set()


def _pump(model: LanguageModel, request: WritingRequest, inbox: Inbox, stop: Event) -> None:
    try:
        with closing(model.write(request)) as pieces:
            for piece in pieces:
                if not _put(inbox, piece, stop):
                    return
        _put(inbox, None, stop)
    except BaseException as problem:  # noqa: BLE001 - raised again where the answer is read
        _put(inbox, problem, stop)


def _put(inbox: Inbox, piece: str | BaseException | None, stop: Event) -> bool:
    """False when nobody reads any more."""
    while not stop.is_set():
        try:
            inbox.put(piece, timeout=0.1)
        except Full:
            continue
        return True
    return False
