"""Sentences that a passage supports, and sentences spoiled in one place so that it does not. Rules only, no model.

Every spoiled sentence is made as one of a square: a true passage and one with the same change made to it, each read
with the true sentence and with the changed one. Two corners of the square are supported and two are not, so that
neither the sentence nor the passage alone tells which is which. All corners are put in other words alike.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from app.answering.sentences import units
from models.reader import wordings
from models.reader.restating import OPEN, SHUT, capitalised, forms, number_in_words, rephrased, words_for_numbers

AS_IT_STANDS = 0.2  # of the sentences, spoiled or not; the rest is put in other words
TRIES = 4  # to put a sentence in other words; few have none of the words and forms that have another
SHORTEST, LONGEST = 8, 35  # words of a sentence worth claiming
FEWEST_WORDS, MOST_WORDS = 40, 110  # of a passage
MOST_NEIGHBOURS = 7

# How often a kind is made where a sentence offers it. Numbers and dates are rare in help texts, words to negate are
# not: with these weights the kinds come out near the shares one wants (18 % numbers, 20 % negations, 15 % names ...).
WEIGHTS = {
    "number": 30.0,
    "date": 40.0,
    "unit": 20.0,
    "name": 5.0,
    "negation": 5.0,
    "quantifier": 8.0,
    "role": 2.5,
    "condition": 3.0,
    "without evidence": 6.0,
}
OFTEN = {
    "number": 3,
    "date": 2,
    "unit": 2,
}  # how many times one sentence may be spoiled in these ways, for want of more
_HAS_NUMBER = re.compile(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|daily|weekly|monthly)\b")


@dataclass(frozen=True)
class Source:
    """A passage to take sentences from. `neighbours` are passages of the same page or product: they lend names."""

    text: str
    title: str = ""
    group: str = ""
    neighbours: Sequence[str] = ()


@dataclass(frozen=True)
class SupportRow:
    """A sentence and the passage it is held against."""

    sentence: str
    passage: str
    supported: float  # 1.0 or 0.0
    kind: str  # "verbatim" or "rephrased" when supported, else what was spoiled
    changed: tuple[tuple[int, int], ...] = ()  # code points of `sentence` that the passage does not say
    about: str = ""  # what was spoiled in its counterpart, of a supported row; else its kind


@dataclass(frozen=True)
class Change:
    """One sentence before and after it was spoiled; in both the words that differ stand between OPEN and SHUT."""

    kind: str
    before: str
    after: str


def support_rows(passages: Sequence[Source], seed: int, per_passage: int) -> Iterator[SupportRow]:
    """Rows in counterparts, a supported one and then one that is not.

    `per_passage` rows of each passage on average, less where it offers no more; always the same for a seed.
    """
    for number, source in enumerate(passages):
        rng = Random(f"{seed}/{number}")
        yield from _rows_of(source, rng, per_passage)


def _rows_of(source: Source, rng: Random, limit: int) -> Iterator[SupportRow]:
    pieces = _pieces(source.text)
    claimable = [at for at, piece in enumerate(pieces) if piece.is_claim]
    rng.shuffle(claimable)
    claimable.sort(key=lambda at: not (_HAS_NUMBER.search(pieces[at].text) and rng.random() < 0.7))
    offered = [
        (at, kind, makers)
        for at in claimable[: max(2, limit)]
        for kind, makers in _offers(pieces, at, source).items()
        for _ in range(OFTEN.get(kind, 1))
        if makers
    ]
    made = 0
    pairs = limit // 2 + (limit % 2 and rng.random() < 0.5)
    while offered and made < 2 * pairs:
        at, kind, changes = offered.pop(_drawn([WEIGHTS[kind] for _, kind, _ in offered], rng))
        if kind == "without evidence":
            rows = _without_evidence(pieces, at, rng)
        else:
            rows = _counterparts(pieces, at, rng.choice(changes)(rng), rng)
        yield from rows
        made += len(rows)


def _drawn(weights: Sequence[float], rng: Random) -> int:
    return rng.choices(range(len(weights)), weights)[0]


# ---------------------------------------------------------------------------------------------------------- passages


@dataclass(frozen=True)
class _Piece:
    """A sentence, list item or row of a passage, as it reads."""

    text: str
    is_claim: bool


_UNUSUAL = re.compile(r"[\[\]{}|<>=\\*#~^]|https?:|www\.|\.\.\.|^\W")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|can|cannot|may|must|will|should|has|have|does|do|need|needs|you|lets?|allows?|\w+ed|"
    r"\w{3,}s)\b"
)


def _pieces(text: str) -> list[_Piece]:
    pieces = []
    for unit in units(text):
        if unit.kind == "code":
            continue
        shown = unit.shown
        if "](" in shown or "![" in shown:
            continue
        pieces.append(_Piece(shown, unit.kind in ("sentence", "item") and _is_claim(shown)))
    return pieces


def _is_claim(text: str) -> bool:
    if text[-1] != "." or not text[0].isupper() or _UNUSUAL.search(text) or not text.isprintable():
        return False
    words = text.split()
    letters = sum(sign.isalpha() or sign == " " for sign in text)
    plain = sum(word.islower() for word in words)
    return (
        SHORTEST <= len(words) <= LONGEST
        and letters > 0.8 * len(text)
        and plain > 0.5 * len(words)
        and bool(_VERB.search(text))
    )


def _window(pieces: Sequence[_Piece], at: int, rng: Random) -> tuple[int, int]:
    """A stretch of pieces that holds the one at `at` anywhere: 2 to 7 more, 40 to 110 words where there are as many."""
    lengths = [len(piece.text.split()) for piece in pieces]
    start, end, words = at, at + 1, lengths[at]
    neighbours, enough = rng.randint(2, MOST_NEIGHBOURS), rng.randint(FEWEST_WORDS, MOST_WORDS)
    while end - start <= MOST_NEIGHBOURS and (end - start <= neighbours or words < FEWEST_WORDS):
        sides = [side for side in ((start - 1, start - 1, end), (end, start, end + 1)) if 0 <= side[0] < len(pieces)]
        sides = [side for side in sides if words + lengths[side[0]] <= max(enough, FEWEST_WORDS + 20)]
        if not sides:
            break
        taken, start, end = rng.choice(sides)
        words += lengths[taken]
    return start, end


# ---------------------------------------------------------------------------------------------------------- rows


def _counterparts(pieces: Sequence[_Piece], at: int, change: Change | None, rng: Random) -> list[SupportRow]:
    """Two corners of the square, one supported and one not, in the true passage or in the changed one."""
    if change is None or unmarked(change.before) == unmarked(change.after):
        return []
    start, end = _window(pieces, at, rng)
    texts = [piece.text for piece in pieces[start:end]]
    before, after = (texts[at - start - 1] if at > start else ""), (texts[at - start + 1] if at + 1 < end else "")
    true, spoiled = change.before, change.after
    if rng.random() < 0.5:
        true, spoiled = spoiled, true
    texts[at - start] = unmarked(true)
    passage = _joined(texts, rng)
    said, is_said_verbatim, _ = _worded(true, rng, before, after)
    unsaid, _, spans = _worded(spoiled, rng, before, after)
    if said == unsaid:
        return []
    return [
        SupportRow(said, passage, 1.0, "verbatim" if is_said_verbatim else "rephrased", (), change.kind),
        SupportRow(unsaid, passage, 0.0, change.kind, spans, change.kind),
    ]


def _without_evidence(pieces: Sequence[_Piece], at: int, rng: Random) -> list[SupportRow]:
    """The sentence with its passage less the sentence itself, and less another one instead."""
    start, end = _window(pieces, at, rng)
    texts = [piece.text for piece in pieces[start:end]]
    where = at - start
    others = [number for number in range(len(texts)) if number != where]
    if len(others) < 2:
        return []
    less = rng.choice(others)
    with_it = _joined([text for number, text in enumerate(texts) if number != less], rng)
    without = _joined([texts[number] for number in others], rng)
    if _share_said(texts[where], without) < 0.5:
        return []  # plainly about something else: nothing to learn from it
    said, is_verbatim, _ = _worded(texts[where], rng)
    unsaid, _, _ = _worded(texts[where], rng)
    known = _content(without)
    missing = _content(texts[where]) - known
    spans = tuple(match.span() for match in _WORD.finditer(unsaid) if _stem(match.group()) in missing)
    if not spans:
        return []
    kind = "without evidence"
    return [
        SupportRow(said, with_it, 1.0, "verbatim" if is_verbatim else "rephrased", (), kind),
        SupportRow(unsaid, without, 0.0, kind, spans, kind),
    ]


def _joined(texts: Sequence[str], rng: Random) -> str:
    return rng.choice((" ", " ", "\n")).join(texts)


def _worded(
    marked: str, rng: Random, before: str = "", after: str = ""
) -> tuple[str, bool, tuple[tuple[int, int], ...]]:
    """The sentence as it stands or in other words, whether it is as it stands, and where its marked words are."""
    text = marked
    if rng.random() >= AS_IT_STANDS:
        tries = (rephrased(marked, rng, before, after) for _ in range(TRIES))
        text = next((other for other in tries if other != marked), marked)
    spans, kept, length = [], [], 0
    for part in re.split(f"([{OPEN}{SHUT}])", text):
        if part in (OPEN, SHUT):
            spans.append(length)
        else:
            kept.append(part)
            length += len(part)
    pairs = tuple(zip(spans[::2], spans[1::2], strict=True))
    plain = "".join(kept)
    return plain, plain == unmarked(marked), pairs


def unmarked(text: str) -> str:
    """The sentence without the signs around its changed words."""
    return text.replace(OPEN, "").replace(SHUT, "")


_WORD = re.compile(r"[\w'-]+")
_LITTLE = frozenset(
    """
    the a an and or of to in on for with by at from as is are was were be been it its this that these those you your
    we our they their can will may must should has have had do does not no if when also any all each there which who
    """.split()  # noqa: SIM905
)


def _stem(word: str) -> str:
    """A rough stem of a word that carries meaning; empty for the little ones."""
    lower = word.lower()
    return "" if lower in _LITTLE or len(lower) < 2 else re.sub(r"(?:ing|ed|es|s|e)$", "", lower)


def _content(text: str) -> set[str]:
    return {_stem(word) for word in _WORD.findall(text)} - {""}


def _share_said(sentence: str, passage: str) -> float:
    wanted = _content(sentence)
    return len(wanted & _content(passage)) / len(wanted) if wanted else 0.0


# ---------------------------------------------------------------------------------------------------------- changes

Maker = Callable[[Random], Change | None]


def _offers(pieces: Sequence[_Piece], at: int, source: Source) -> dict[str, list[Maker]]:
    """What may be changed in a sentence, by kind."""
    sentence = pieces[at].text
    number_makers, unit_makers, date_makers = _numbers(sentence, source.text)
    return {
        "number": number_makers,
        "unit": unit_makers,
        "date": date_makers + _dates(sentence),
        "name": _names(sentence, source),
        "negation": _negations(sentence),
        "quantifier": _pairs(sentence, "quantifier", _quantifiers(), _quantifier_pattern()),
        "role": _roles(sentence, source.text),
        "condition": _conditions(sentence),
        "without evidence": [lambda rng: None] if len(pieces) >= 3 else [],
    }


def swapped(sentence: str, start: int, end: int, new: str, kind: str) -> Change:
    """A change of `sentence[start:end]` to `new`; a capital stays one."""
    old = sentence[start:end]
    if start == 0 and new:
        new = capitalised(new)
    before = f"{sentence[:start]}{OPEN}{old}{SHUT}{sentence[end:]}"
    head = re.sub(r"\b([Aa])n?( )$", lambda m: m.group(1) + _n(new) + m.group(2), sentence[:start])
    return Change(kind, before, f"{head}{OPEN}{new}{SHUT}{sentence[end:]}")


def _n(following: str) -> str:
    return "n" if re.match(r"[aeioAEIO]|u(?!s|ni)", following) else ""


def _maker(sentence: str, start: int, end: int, options: Sequence[str], kind: str) -> Maker:
    return lambda rng: swapped(sentence, start, end, rng.choice(options), kind)


_DIGITS = re.compile(r"(?<![\w.,:/\\_#-])(?<!\d )\d+(?:[.,]\d+)*(?![\w:/\\_-]|\.\d| \d)(?= ?%| |[,.;)]|$)")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_UNIT_AFTER = re.compile(
    r" ?-?(seconds?|minutes?|hours?|days?|weeks?|months?|years?|KB|MB|GB|TB|metres?|meters?|km|kg|feet|miles?)\b"
)
_UNITS = (
    ["second", "minute", "hour", "day", "week", "month", "year"],
    ["seconds", "minutes", "hours", "days", "weeks", "months", "years"],
    ["KB", "MB", "GB", "TB"],
    ["metre", "foot", "mile"],
    ["meter", "foot", "mile"],
    ["metres", "feet", "miles"],
    ["meters", "feet", "miles"],
    ["km", "miles"],
)


@cache
def _number_words() -> re.Pattern[str]:
    words = sorted(words_for_numbers(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE)


def _numbers(sentence: str, passage: str) -> tuple[list[Maker], list[Maker], list[Maker]]:
    """Makers for numbers, for units and for years."""
    numbers: list[Maker] = []
    units_: list[Maker] = []
    years: list[Maker] = []
    for match in _DIGITS.finditer(sentence):
        digits = match.group()
        if _YEAR.match(digits):
            years.append(
                _maker(sentence, *match.span(), [str(int(digits) + step) for step in (-3, -2, -1, 1, 2, 3)], "date")
            )
        elif (
            re.search(
                r"(?:page|step|section|chapter|figure|table|note|version|port|error|level|python|windows|server) $",
                sentence[: match.start()],
                re.IGNORECASE,
            )
            is None
        ):
            numbers.append(_number_maker(sentence, match, passage))
            units_ += _unit_makers(sentence, match.end())
    for match in _number_words().finditer(sentence):
        numbers.append(_number_word_maker(sentence, match, passage))
        units_ += _unit_makers(sentence, match.end())
    for match in re.finditer(
        r"\b(?:one (?=second )|(?:one|an|a|per) (?=(?:minute|hour|day|week|month|year)\b))", sentence
    ):
        units_ += _unit_makers(sentence, match.end() - 1)
    return numbers, units_, years


def _number_maker(sentence: str, match: re.Match[str], passage: str) -> Maker:
    digits = match.group()

    def make(rng: Random) -> Change | None:
        others = {m.group() for m in _DIGITS.finditer(passage) if not _YEAR.match(m.group())}
        others = {other for other in others if _value(other) != _value(digits) and abs(len(other) - len(digits)) <= 2}
        if others and rng.random() < 0.7:
            return swapped(sentence, *match.span(), rng.choice(sorted(others)), "number")
        return swapped(sentence, *match.span(), another_number(digits, rng), "number")

    return make


def _number_word_maker(sentence: str, match: re.Match[str], passage: str) -> Maker:
    known = words_for_numbers()
    value = known[match.group().lower()]

    def make(rng: Random) -> Change | None:
        others = {known[m.group().lower()] for m in _number_words().finditer(passage)} - {value}
        if others and rng.random() < 0.7:
            return swapped(sentence, *match.span(), number_in_words(rng.choice(sorted(others))), "number")
        near = {value - 2, value - 1, value + 1, value + 2, value * 2, value + 3} - {value, 0, 1, -1}
        return swapped(sentence, *match.span(), number_in_words(rng.choice(sorted(near))), "number")

    return make


def _unit_makers(sentence: str, end: int) -> list[Maker]:
    match = _UNIT_AFTER.match(sentence, end)
    if not match:
        return []
    return [
        _maker(sentence, *match.span(1), [other for other in line if other != match.group(1)], "unit")
        for line in _UNITS
        if match.group(1) in line
    ]


def _value(digits: str) -> float:
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", digits).replace(",", ".")
    return float(plain) if plain.count(".") <= 1 else -1.0


def another_number(digits: str, rng: Random) -> str:
    """Another number of much the same look: 30 -> 60, 1,500 -> 1,200, 2.5 -> 3.5."""
    for _ in range(20):
        if digits.isdigit() and len(digits) <= 3:
            value = int(digits)
            steps = [
                value + 1,
                value - 1,
                value + 2,
                value * 2,
                value + 5,
                value + 10,
                value - 10,
                value * 3,
                value * 10,
            ]
            steps += [value // 2, value - 5] if value % 10 == 0 else []
            least = 2 if value > 1 else 0
            new = str(rng.choice([step for step in steps if step >= least and step != value]))
        else:
            places = [at for at, sign in enumerate(digits) if sign.isdigit() and (sign != "0" or rng.random() < 0.2)]
            at = rng.choice(places or [0])
            new = digits[:at] + rng.choice("123456789") + digits[at + 1 :]
        if _value(new) != _value(digits) or (new.count(".") > 1 and new != digits):
            return new
    return digits + "0"


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MOMENT = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b|\b(?:{'|'.join(_WEEKDAYS)})(s?)\b")
_CLOCK = re.compile(
    r"(?<![\d:])([01]?\d|2[0-3])(:[0-5]\d)?(?= ?(?:am|pm|a\.m\.|p\.m\.))|(?<![\d:])([01]?\d|2[0-3])(:[0-5]\d)(?![\d:])"
)
_CLOCK_HALF = re.compile(r"(?<=\d) ?(am|pm)\b")
_RHYTHM = re.compile(r"\b(?:daily|weekly|monthly|yearly|annually|hourly|today|tomorrow|yesterday)\b")
_RHYTHMS = (("hourly", "daily", "weekly", "monthly", "yearly"), ("today", "tomorrow", "yesterday"))


def _dates(sentence: str) -> list[Maker]:
    makers: list[Maker] = []
    for match in _MOMENT.finditer(sentence):
        word = match.group()
        if word in ("May", "March") and not re.match(r" \d|,", sentence[match.end() :]) and match.start() == 0:
            continue
        plural = match.group(1) or ""
        names = _MONTHS if word in _MONTHS else [day + plural for day in _WEEKDAYS]
        makers.append(_maker(sentence, *match.span(), [name for name in names if name != word], "date"))
    for match in _CLOCK.finditer(sentence):
        hour = int(match.group(1) or match.group(3))
        tail = match.group(2) or match.group(4) or ""
        hours = [hour + step for step in (-3, -2, -1, 1, 2, 3) if 0 < hour + step < (13 if hour < 13 else 24)]
        makers.append(_maker(sentence, *match.span(), [f"{other}{tail}" for other in hours], "date"))
    for match in _CLOCK_HALF.finditer(sentence):
        makers.append(_maker(sentence, *match.span(1), ["pm" if match.group(1) == "am" else "am"], "date"))
    for match in _RHYTHM.finditer(sentence):
        word = match.group().replace("annually", "yearly")
        options = next([other for other in line if other != word] for line in _RHYTHMS if word in line)
        makers.append(_maker(sentence, *match.span(), options, "date"))
    return makers


_CAPITALS = r"[A-Z][\w&+]*(?:[-./][A-Z\d]\w*)*"
_NAME = re.compile(rf"(?<=[\w,;:)] ){_CAPITALS}(?: (?:of |for |and )?{_CAPITALS})*")
_CODE = re.compile(r"(?<![\w`])(?:[a-z]+_\w+|[a-z]+[A-Z]\w+|[A-Z]{2,}\d*|[A-Z]+-\d+|\.\w{2,4}|--?[a-z][\w-]+)(?![\w`])")
_NO_NAMES = frozenset(
    [*_MONTHS, *_WEEKDAYS, "I", "OK", "Yes", "No", "The", "If", "You", "A", "In", "This", "It", "AM", "PM"]
)


@cache
def _names_in(text: str) -> frozenset[tuple[str, str]]:
    """(shape, name) of the names that stand inside sentences of a text, and of its code-like words."""
    found = {("name", match.group()) for match in _NAME.finditer(text)}
    found |= {(_code_shape(match.group()), match.group()) for match in _CODE.finditer(text)}
    return frozenset((shape, name) for shape, name in found if name.split()[0] not in _NO_NAMES and len(name) > 1)


def _code_shape(name: str) -> str:
    if name.isupper():
        return "name"
    return "code" if "_" in name or name[0].islower() else name[0]


def _names(sentence: str, source: Source) -> list[Maker]:
    makers: list[Maker] = []
    mine = sorted(_names_in(sentence))
    if not mine:
        return makers
    near = _names_in(source.text)
    far = frozenset(name for text in source.neighbours[:6] for name in _names_in(text))
    for shape, name in mine:
        at = sentence.find(name)
        close = _unlike(name, shape, near, sentence)
        distant = _unlike(name, shape, far, sentence)
        if close:
            makers.append(_maker(sentence, at, at + len(name), close, "name"))
        elif distant:
            makers.append(_maker(sentence, at, at + len(name), distant, "name"))
    return makers


def _unlike(name: str, shape: str, offered: frozenset[tuple[str, str]], sentence: str) -> list[str]:
    """Names of the same shape that share no word with the name, and that the sentence does not have."""
    words = {word.lower() for word in re.findall(r"\w+", name)}
    return sorted(
        other
        for other_shape, other in offered
        if other_shape == shape
        and other not in sentence
        and abs(len(other.split()) - len(name.split())) <= 1
        and not words & {word.lower() for word in re.findall(r"\w+", other)}
    )


_AUXILIARY = re.compile(
    r"\b(can|could|may|might|must|will|would|should|is|are|was|were|has been|have been)"
    r"(?! (?:not|no|never|only|also|to)\b)(?= [a-z])"
)
_NEGATED = re.compile(
    r"\b(?:(can|could|may|must|will|would|should|is|are|was|were|has|have) not|"
    r"(cannot|can't|isn't|aren't|won't|shouldn't|mustn't))\b(?! only)"
)
_SHORT_FORMS = {
    "cannot": "can",
    "can't": "can",
    "isn't": "is",
    "aren't": "are",
    "won't": "will",
    "shouldn't": "should",
    "mustn't": "must",
}
_DO_NOT = re.compile(r"\b(does|do|did) not ([a-z]+)\b|\b(doesn't|don't|didn't) ([a-z]+)\b")
_NEED = re.compile(r"\b(?:need|have) to\b(?! be)")
_NEED_NOT = re.compile(r"\b(?:do not|don't) (?:need|have) to\b")


def _negations(sentence: str) -> list[Maker]:
    makers = _pairs(sentence, "negation", _opposites(), _opposite_pattern())
    for match in _AUXILIARY.finditer(sentence):
        word = match.group(1)
        first = word.split()[0]
        rest = word[len(first) :]
        options = (
            ["cannot"]
            if word == "can"
            else [f"{first} not{rest}"] * 3 + [f"{first} never{rest}", f"{first} no longer{rest}"]
        )
        if word == "must":
            options = ["must not", "must not", "need not", "do not have to"]
        elif word == "may":
            options = ["may not", "may not", "must not", "cannot"]
        makers.append(_maker(sentence, *match.span(), options, "negation"))
    for match in _NEGATED.finditer(sentence):
        plain = match.group(1) or _SHORT_FORMS[match.group(2)]
        makers.append(_maker(sentence, *match.span(), [plain], "negation"))
    for match in _DO_NOT.finditer(sentence):
        helper, verb = match.group(1) or match.group(3).replace("n't", ""), match.group(2) or match.group(4)
        is_command = match.start() == 0
        bare = verb if helper != "does" else forms(verb)[1]
        if helper != "did" and verb not in ("need", "have"):
            makers.append(_maker(sentence, *match.span(), [verb if is_command else bare], "negation"))
    for match in _NEED_NOT.finditer(sentence):
        makers.append(_maker(sentence, *match.span(), ["need to", "have to", "must"], "negation"))
    if not _NEED_NOT.search(sentence):
        for match in _NEED.finditer(sentence):
            if re.search(r"\b(?:you|they|we|users|people) $", sentence[: match.start()], re.IGNORECASE):
                makers.append(
                    _maker(sentence, *match.span(), ["do not need to", "do not have to", "must not"], "negation")
                )
    for match in re.finditer(r"\b[a-z]+s\b", sentence):
        if match.group() in wordings.STATED and re.search(r"[\w)] $", sentence[: match.start()]):
            before = sentence[: match.start()].split()[-1].lower()
            if before not in _LITTLE and not before.endswith("ly"):
                makers.append(_maker(sentence, *match.span(), [f"does not {_base(match.group())}"], "negation"))
    first = sentence.split(" ", 1)[0]
    if first.lower() in wordings.IMPERATIVES:
        makers.append(
            _maker(sentence, 0, len(first), [f"Do not {first.lower()}", f"Never {first.lower()}"], "negation")
        )
    return makers


def _base(third_person: str) -> str:
    if third_person.endswith("ies"):
        return third_person[:-3] + "y"
    return third_person[:-2] if third_person.endswith(("shes", "ches", "sses", "xes", "oes")) else third_person[:-1]


@cache
def _opposites() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for line in wordings.OPPOSITE_VERBS:
        one, other = line.split()
        for a, b in zip(forms(one), forms(other), strict=True):
            table.setdefault(a, []).append(b)
            table.setdefault(b, []).append(a)
    for line in wordings.OPPOSITE_WORDS:
        one, other = (side.strip() for side in line.split("|"))
        table.setdefault(one, []).append(other)
        table.setdefault(other, []).append(one)
    return {word: tuple(others) for word, others in table.items()}


@cache
def _quantifiers() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for line in wordings.OPPOSITE_QUANTIFIERS:
        one, other = (side.strip() for side in line.split("|"))
        table.setdefault(one, []).append(other)
        table.setdefault(other, []).append(one)
    return {word: tuple(others) for word, others in table.items()}


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w`/.-])(?:{longest_first})(?![\w`/-]|['’]\w)", re.IGNORECASE)


@cache
def _opposite_pattern() -> re.Pattern[str]:
    return _any_of(list(_opposites()))


@cache
def _quantifier_pattern() -> re.Pattern[str]:
    return _any_of(list(_quantifiers()))


# Before these words a quantifier or an opposite is part of a phrase that means something else.
_SET_PHRASES = re.compile(
    r"(?:not |left |right |no |at |more |less |how |too |so |(?:is|are|was|were|be|been|the) (?=$))$", re.IGNORECASE
)
_SET_PHRASES_AFTER = re.compile(
    r" (?:of course|longer|one of|matter|such as|than one|sure|side of|the box|source\b|recently)", re.IGNORECASE
)


def _pairs(sentence: str, kind: str, table: dict[str, tuple[str, ...]], pattern: re.Pattern[str]) -> list[Maker]:
    makers: list[Maker] = []
    for match in pattern.finditer(sentence):
        word = match.group()
        inside = match.start() > 0 and word != word.lower()
        if inside or word[1:] != word[1:].lower() or _SET_PHRASES.search(sentence[: match.start()]):
            continue
        if _SET_PHRASES_AFTER.match(sentence, match.end()):
            continue
        makers.append(_maker(sentence, *match.span(), table[word.lower()], kind))
    return makers


@cache
def _rivals() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for line in wordings.RIVALS:
        words = line.split()
        for word in words:
            table.setdefault(word, tuple(other for other in words if other != word))
    return table


@cache
def _rival_pattern() -> re.Pattern[str]:
    longest_first = "|".join(sorted(_rivals(), key=len, reverse=True))
    return re.compile(rf"(?<![\w`/.-])(?:{longest_first})(?![\w`/-]|['’]\w)")


_THING = re.compile(
    r"\b(?:the|a|an|your|each|this|its|their) ([a-z]{4,})"
    r"(?=(?: (?:is|are|of|in|on|to|for|with|from|at|and|or|that|by|can|will|must)\b)|[.,;])"
)
_FROM_TO = re.compile(r"\bfrom ((?:the |a |an |your )?[\w-]+(?: [\w-]+)?) to ((?:the |a |an |your )?[\w-]+)(?=[ .,;])")
_BY = re.compile(
    r"^(The [a-z]+|An? [a-z]+|[A-Z]\w+) (?:sends|notifies|informs|calls|contacts|pays|asks|updates|creates|manages|"
    r"owns|replaces|uses|requires|contains|includes|overrides|follows|precedes) "
    r"(the [a-z]+|an? [a-z]+|[A-Z]\w+)(?=[ .,])"
)


def _roles(sentence: str, passage: str) -> list[Maker]:
    """One thing for another of its sort, one noun of the passage for another, or two that change places."""
    makers: list[Maker] = []
    for match in _rival_pattern().finditer(sentence):
        rivals = _rivals()[match.group()]
        close = [rival for rival in rivals if re.search(rf"\b{rival}\b", passage)]
        makers.append(_maker(sentence, *match.span(), close or rivals, "role"))
    things = sorted({m.group(1) for m in _THING.finditer(passage)})
    for match in _THING.finditer(sentence):
        word = match.group(1)
        others = [
            t for t in things if t.endswith("s") == word.endswith("s") and t[:4] != word[:4] and t not in sentence
        ]
        if others:
            makers.append(_maker(sentence, *match.span(1), others, "role"))
    makers += [_exchange(sentence, m) for m in _FROM_TO.finditer(sentence) if m.group(1).lower() != m.group(2).lower()]
    makers += [_exchange(sentence, m) for m in _BY.finditer(sentence) if m.group(1).lower() != m.group(2).lower()]
    return makers


def _exchange(sentence: str, match: re.Match[str]) -> Maker:
    """The two groups of the match change places."""

    def make(rng: Random) -> Change:
        one, other = match.group(1), match.group(2)
        head, middle, tail = (
            sentence[: match.start(1)],
            sentence[match.end(1) : match.start(2)],
            sentence[match.end(2) :],
        )
        first = capitalised(other) if match.start(1) == 0 else other
        second = one[0].lower() + one[1:] if match.start(1) == 0 and one.split()[0] in ("The", "A", "An") else one
        before = f"{head}{OPEN}{one}{SHUT}{middle}{OPEN}{other}{SHUT}{tail}"
        return Change("role", before, f"{head}{OPEN}{first}{SHUT}{middle}{OPEN}{second}{SHUT}{tail}")

    return make


_CONDITION = re.compile(
    r"(?:^|(?<= ))(if|when|unless|after|before|until|once|while)(?= (?:you|the|a|an|it|they|your|no|any|there|all)\b)",
    re.IGNORECASE,
)
_OTHER_CONDITIONS = {
    "if": ("unless", "even if", "whether or not"),
    "when": ("except when", "even when", "before", "unless"),
    "unless": ("if", "only if", "even if"),
    "after": ("before", "until", "even before"),
    "before": ("after", "only after"),
    "until": ("after", "once"),
    "once": ("until", "before"),
    "while": ("before", "after"),
}
_TAIL_CONDITION = re.compile(
    r"^(?P<main>[^,;:]{25,}?),? "
    r"(?P<tail>(?:if|when|unless|until|provided that|as long as|only if|except|during|without) [^,;:]{8,})\.$"
)
_INVENTED = (
    "if you are an administrator",
    "if you have a paid plan",
    "unless your manager agrees",
    "on weekdays",
    "after you have signed in again",
    "if the request is approved",
    "during the first month",
    "for new customers",
    "in the desktop version",
    "with written permission",
    "if you are connected to the network",
    "when the trial has ended",
    "outside office hours",
    "once the payment has arrived",
    "in the mobile app",
    "if you live abroad",
)  # fmt: skip


def _conditions(sentence: str) -> list[Maker]:
    makers: list[Maker] = []
    for match in _CONDITION.finditer(sentence):
        if not re.search(r"\b(?:even|except|only|and|or|not|as) $", sentence[: match.start()]):
            options = _OTHER_CONDITIONS[match.group().lower()]
            makers.append(_maker(sentence, *match.span(), options, "condition"))
    tail = _TAIL_CONDITION.match(sentence)
    if tail:
        makers.append(lambda rng: _dropped(sentence, tail))
    elif not re.search(r"[,;:]|\b(?:if|when|unless|until)\b", sentence, re.IGNORECASE):
        makers.append(lambda rng: _invented(sentence, rng))
    return makers


def _dropped(sentence: str, tail: re.Match[str]) -> Change:
    """The sentence without its last clause; the last word before it stands for what was left out."""
    main = tail.group("main")
    *most, last = main.split(" ")
    head = " ".join(most)
    before = f"{main} {OPEN}{tail.group('tail')}{SHUT}."
    return Change("condition", before, f"{head} {OPEN}{last}{SHUT}.")


def _invented(sentence: str, rng: Random) -> Change:
    *most, last = sentence[:-1].split(" ")
    head = " ".join(most)
    return Change("condition", f"{head} {OPEN}{last}{SHUT}.", f"{sentence[:-1]} {OPEN}{rng.choice(_INVENTED)}{SHUT}.")
