"""Let models write, in time, and check every sentence before it is seen. The next model is tried when one fails."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from time import monotonic

from app import plugins
from app.answering import happenings
from app.answering.answers import Happening
from app.answering.briefing import NOT_IN_THE_PASSAGES, Brief, is_left_open
from app.answering.citations import Footnotes, Sentences, Written
from app.answering.excerpts import Excerpt
from app.answering.harmless import harmless
from app.answering.phrases import ENGLISH
from app.answering.sentences import Unit
from app.errors import ServiceUnavailable
from app.language_models import LanguageModel, WritingRequest
from app.settings import Settings

MODELS = "app.language_models"
LAST_RESORT = "extractive"
FIRST_PIECE_SHARE = 1 / 3  # of the time for an answer; a model that has not begun by then is given up for the next
LAST_SECONDS = 2.0  # what a later model gets at least: the extractive writer answers when all time is gone
LOOK_UP = 0.1  # seconds; so often a reader who waits is asked whether he still does
PIECES_AHEAD = 64  # how far a model may be ahead of its reader
LONGEST_ANSWER = 8_000  # characters; a model that goes on beyond has lost itself
SAID_BEFORE = 4  # words; a sentence of so many is not shown twice in an answer, nor one of the rules
STUCK = 3  # times that a model may say a thing again before it is stopped
AWAY_SECONDS = 30.0  # for which a model is passed over that made a reader wait in vain
WAITED_IN_VAIN = 1.0  # seconds; a model that fails faster than this costs a reader nothing


def chain(settings: Settings) -> list[LanguageModel]:
    """The models of `language_model`, in order; the extractive writer, which always works, comes last."""
    return [one(settings, choice) for choice in choices(settings)]


def one(settings: Settings, choice: str) -> LanguageModel:
    """The model of one choice alone."""
    model: LanguageModel = plugins.build(MODELS, choice, settings.model_copy(update={"language_model": choice}))
    return model


def choices(settings: Settings) -> list[str]:
    """What `language_model` names, in order, and the extractive writer at the end."""
    named = [choice.strip() for choice in settings.language_model.split(",") if choice.strip()]
    return named if LAST_RESORT in named else [*named, LAST_RESORT]


Inbox = Queue[str | BaseException | None]  # pieces; None at the end, or what went wrong


@dataclass
class Draft:
    """An answer as far as it is written."""

    model: str = ""
    variant: str = ""  # of the prompts that this model was given
    given: tuple[Excerpt, ...] = ()  # what this model has read
    written: list[Written] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    says_not_found: bool = False


class Away:
    """Which models made a reader wait in vain a moment ago: they are passed over for a while, so that one waits."""

    def __init__(self, seconds: float = AWAY_SECONDS) -> None:
        self._seconds = seconds
        self._until: dict[str, float] = {}
        self._lock = Lock()

    def note(self, model: str, began: float) -> None:
        """The model failed before its first word, at a request that began then."""
        with self._lock:
            if monotonic() - began > WAITED_IN_VAIN:
                self._until[model] = monotonic() + self._seconds

    def is_away(self, model: str) -> bool:
        with self._lock:
            return self._until.get(model, 0.0) > monotonic()


def write(
    models: Sequence[LanguageModel],
    brief: Callable[[LanguageModel], Brief],
    seconds: float,
    *,
    end: float | None = None,
    away: Away | None = None,
    footnotes: Callable[[Sequence[Excerpt]], Footnotes] = Footnotes,
    drops_unsupported: bool = False,
    happening: Happening | None = None,
    language: str = ENGLISH,
) -> Generator[str, None, Draft]:
    """Pieces of the answer, each a whole sentence with its footnotes; returns the draft.

    A model that fails before its first good sentence makes way for the next; one that fails later is cut off there.

    Args:
        brief: what each model is given.
        seconds: for the whole answer; a model has a third of it to begin.
        footnotes: checks the sentences of one model, against the excerpts that it was given.
        drops_unsupported: whether a sentence that nothing supports is left out, and a note says so.
        end: when these are over, as `monotonic` counts; later models get LAST_SECONDS at least.
        happening: told what is being done; asked whether anybody still waits for it.
        language: of the reader, who is told what went wrong.

    Raises:
        Cancelled: nobody does.
    """
    draft, away, happening = Draft(), away or Away(), happening or Happening()
    end = monotonic() + seconds if end is None else end
    for model, successor in zip(models, [*(m.name for m in models[1:]), ""], strict=True):
        draft.model, draft.variant = model.name, model.limits.variant
        began = monotonic()
        try:
            if successor and away.is_away(model.name):
                raise happenings.was_away(model.name)
            given = brief(model)
            draft.given = given.excerpts
            happening.say(happenings.asking(model.name, draft.notes, language))
            deadline = max(end, began + LAST_SECONDS)
            checking = _Checking(model.name, given, footnotes(given.excerpts), drops_unsupported)
            try:
                yield from _write(model, given.request, checking, draft, seconds, deadline, happening)
            finally:
                if draft.written and checking.dropped:
                    draft.notes.append(happenings.dropped(checking.dropped, language))
            if draft.written or draft.says_not_found:
                return draft
            problem = happenings.groundless(model.name, language)
        except ServiceUnavailable as unavailable:
            problem = happenings.problem_of(model.name, unavailable, language)
            if not draft.written and not isinstance(unavailable, happenings.LostItself):
                away.note(model.name, began)
        if draft.written:
            draft.notes.append(happenings.cut_off(problem, language))
            return draft
        if successor:
            draft.notes.append(happenings.failed_over(problem, successor, language))
    draft.model = ""
    return draft


def _write(
    model: LanguageModel,
    request: WritingRequest,
    checking: "_Checking",
    draft: Draft,
    seconds: float,
    deadline: float,
    happening: Happening,
) -> Generator[str, None, None]:
    """Sentences wait until one of them rests on something: a model that makes everything up is never shown."""
    waiting: list[Written] = []
    with closing(in_time(model, request, seconds, deadline, happening)) as pieces:
        for piece in pieces:
            waiting += checking.add(piece)
            if waiting and (draft.written or any(map(_rests_on_something, waiting))):
                yield from _show(waiting, draft)
            checking.refuse_what_is_stuck()
    waiting += checking.rest()
    draft.says_not_found = not draft.written and NOT_IN_THE_PASSAGES in checking.beginning
    if draft.written or (not draft.says_not_found and any(map(_rests_on_something, waiting))):
        yield from _show(waiting, draft)


def _show(waiting: list[Written], draft: Draft) -> Generator[str, None, None]:
    while waiting:
        written = waiting.pop(0)
        draft.written.append(written)
        yield written.piece


def _rests_on_something(written: Written) -> bool:
    return bool(written.sentence.marks) and written.sentence.support != "unsupported"


class _Checking:
    """Turns what one model writes into sentences that were checked; stops a model that has lost itself."""

    def __init__(self, name: str, given: Brief, footnotes: Footnotes, drops_unsupported: bool) -> None:
        self._name = name
        self._drops_unsupported = drops_unsupported
        self._fence = given.request.fence
        self._rules = given.request.instructions
        self._known = "\n".join(excerpt.text for excerpt in given.excerpts)
        self._footnotes = footnotes
        self._sentences = Sentences()
        self._length = 0
        self._said: Counter[str] = Counter()
        self._is_stuck = False
        self._is_in_a_passage = False  # one that the model gives back as it got it
        self.beginning = ""
        self.dropped = 0  # sentences that were left out

    def add(self, piece: str) -> list[Written]:
        """The sentences that this piece completes.

        Raises:
            ServiceUnavailable: the model does not come to an end.
        """
        self._length += len(piece)
        if self._length > LONGEST_ANSWER:
            raise happenings.endless(self._name)
        self.beginning = (self.beginning + piece)[:200]
        return self._checked(self._sentences.add(piece))

    def rest(self) -> list[Written]:
        return self._checked(self._sentences.rest())

    def refuse_what_is_stuck(self) -> None:
        """
        Raises:
            ServiceUnavailable: the model says the same again and again.
        """
        if self._is_stuck:
            raise happenings.repeats(self._name)

    def _checked(self, found: Sequence[tuple[str, Unit, str]]) -> list[Written]:
        checked = []
        for gap, unit, raw in found:
            if self._is_echo(gap, raw):
                continue
            if unit.kind != "code":
                raw = harmless(raw, self._known)
            written = self._footnotes.check(harmless(gap, self._known), unit, raw)
            if self._was_said(written):
                continue
            if self._drops_unsupported and written.sentence.support == "unsupported":
                self.dropped += 1
                continue
            checked.append(written)
        return checked

    def _is_echo(self, gap: str, raw: str) -> bool:
        """Whether a sentence is of the prompt: a model that repeats its rules, or a passage with its fence, answers
        nothing with it."""
        if self._fence and self._fence in gap + raw:
            self._is_in_a_passage = is_left_open(gap + raw, self._fence)
            return True
        if self._is_in_a_passage:
            return True
        return len(raw.split()) >= SAID_BEFORE and raw in self._rules and raw not in self._known

    def _was_said(self, written: Written) -> bool:
        """Whether a sentence stands in this answer already; a short one may stand there twice."""
        words = written.sentence.text.casefold().split()
        self._said[" ".join(words)] += 1
        times = self._said[" ".join(words)]
        if self._name == LAST_RESORT or times == 1:
            return False
        self._is_stuck = self._is_stuck or times > STUCK
        return self._is_stuck or len(words) >= SAID_BEFORE


def in_time(
    model: LanguageModel, request: WritingRequest, seconds: float, deadline: float, happening: Happening | None = None
) -> Generator[str, None, None]:
    """The model's pieces, written in a thread of its own, so that no model can hold the reader beyond the time.

    Closing this, or running out of time, closes the model's stream: at once where the model gives empty pieces while
    it waits, else with the piece that is on its way.

    Raises:
        ServiceUnavailable: it failed, or was not in time.
        Cancelled: nobody waits any more.
    """
    inbox: Inbox = Queue(PIECES_AHEAD)
    stop = Event()
    Thread(target=_pump, args=(model, request, inbox, stop), name=f"writer-{model.name}", daemon=True).start()
    patience = min(deadline, monotonic() + seconds * FIRST_PIECE_SHARE)
    has_begun, happening = False, happening or Happening()
    try:
        while True:
            happening.refuse_cancelled()
            left = (deadline if has_begun else patience) - monotonic()
            try:
                piece = inbox.get(timeout=max(0.0, min(LOOK_UP, left)))
            except Empty:
                if left > LOOK_UP:
                    continue
                late = happenings.out_of_time if has_begun else happenings.too_slow
                share = 1.0 if has_begun else FIRST_PIECE_SHARE
                raise late(model.name, seconds * share) from None
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
                if stop.is_set() or (piece and not _put(inbox, piece, stop)):
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
