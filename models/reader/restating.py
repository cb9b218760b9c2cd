"""Say a sentence in other words, so that it still says the same or less. Rules and lists of our own, no model.

A stretch between `OPEN` and `SHUT` is kept together and never dropped, whatever happens around it.
"""

import re
from collections.abc import Callable
from functools import cache
from random import Random

from models.reader import wordings

OPEN, SHUT = "\ue000", "\ue001"  # private use: no text has them
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
_ONES += ["seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_LENGTHS = {  # durations that are the same length
    "60 seconds": ("one minute", "a minute"),
    "30 minutes": ("half an hour",),
    "15 minutes": ("a quarter of an hour",),
    "45 minutes": ("three quarters of an hour",),
    "60 minutes": ("one hour", "an hour"),
    "90 minutes": ("one and a half hours", "an hour and a half", "1.5 hours"),
    "120 minutes": ("two hours", "2 hours"),
    "12 hours": ("half a day",),
    "24 hours": ("one day", "a day"),
    "36 hours": ("one and a half days", "a day and a half"),
    "48 hours": ("two days", "2 days"),
    "72 hours": ("three days", "3 days"),
    "7 days": ("one week", "a week"),
    "14 days": ("two weeks", "2 weeks", "a fortnight"),
    "21 days": ("three weeks",),
    "28 days": ("four weeks",),
    "6 months": ("half a year",),
    "12 months": ("one year", "a year"),
    "18 months": ("one and a half years", "a year and a half"),
    "24 months": ("two years", "2 years"),
    "36 months": ("three years", "3 years"),
    "52 weeks": ("one year", "a year"),
    "1 hour": ("60 minutes", "sixty minutes"),
    "1 day": ("24 hours",),
    "2 days": ("48 hours",),
    "1 week": ("seven days", "7 days"),
    "2 weeks": ("14 days", "fourteen days", "a fortnight"),
    "1 year": ("twelve months", "12 months"),
    "2 years": ("24 months",),
    "1 minute": ("60 seconds",),
    "5 minutes": ("300 seconds",),
    "two weeks": ("14 days", "a fortnight"),
    "six months": ("half a year",),
    "one week": ("seven days", "7 days"),
    "one hour": ("60 minutes",),
    "one day": ("24 hours",),
    "one year": ("twelve months", "12 months"),
    "50%": ("half",),
}
_CONTRACTIONS = [
    ("do not", "don't"),
    ("does not", "doesn't"),
    ("did not", "didn't"),
    ("is not", "isn't"),
    ("are not", "aren't"),
    ("was not", "wasn't"),
    ("were not", "weren't"),
    ("cannot", "can't"),
    ("cannot", "can not"),
    ("will not", "won't"),
    ("should not", "shouldn't"),
    ("must not", "mustn't"),
    ("have not", "haven't"),
    ("has not", "hasn't"),
    ("it is", "it's"),
    ("you are", "you're"),
    ("you have", "you've"),
    ("you will", "you'll"),
    ("we are", "we're"),
]
_LEADS = re.compile(
    r"(?:However|Additionally|In addition|Also|Furthermore|Moreover|Therefore|Then|Next|Finally|Note that|Please|Note|"
    r"Remember that|Please note that|Tip|Important|Note also that|For example|For more information)(?:,|:)? (?=\S)"
)
_FRAMES = (
    "Note that ",
    "Please note that ",
    "In short, ",
    "As the page says, ",
    "According to the page, ",
    "Yes, ",
    "Here, ",
)
_CLAUSE_WORDS = "If|When|Before|After|Once|Until|Unless|Because|While|To|As soon as|In case|For|During|By|With|On|In|At"
_FRONTED = re.compile(rf"^({_CLAUSE_WORDS}) ([^,;:{OPEN}{SHUT}]+), (?!and |or |then )([^,;:]+)\.$")
_FRONTED_MARKED = re.compile(rf"^({_CLAUSE_WORDS}) ([^,;:]+), (?!and |or |then )([^,;:]+)\.$")
_TRAILING = re.compile(r"^([^,;:]{12,}) (if|when|before|after|once|unless|until|because(?! of)) ([^,;:]{6,})\.$")
_ASIDE = re.compile(rf",? \([^(){OPEN}{SHUT}]*\)")
_WHICH = re.compile(
    rf", (?:which|who|where|such as|including|for example|for instance|like|e\.g\.)[^,;.{OPEN}{SHUT}]*(?=[.,])"
)
_HALVES = re.compile(
    r"; |, and (?=(?:you|it|they|the|this|we|your|then) )|, but (?=(?:you|it|they|the|this|we) )|, so (?=you |it )"
)
_SUBJECT = re.compile(
    r"^((?:The|A|An|Your|Our) [a-z]+(?: [a-z]+)?|[A-Z][\w-]+(?: [A-Z][\w-]+){0,3}) "
    r"(?:is|are|can|will|has|have|must|provides|lets|allows|does|may|should|supports)\b"
)
_PRONOUN = re.compile(
    r"^(?:It|They|This|These) (?=(?:is|are|can|will|has|have|must|provides|lets|allows|does|may|should|supports)\b)"
)
_WORD = re.compile(r"[\w'-]+")
_PLAIN_STARTS = frozenset(
    """
    the a an this that these those you your we our it its they their there if when before after once until unless
    because while to for during by with on in at all any each every some most many no only use as from both several
    """.split()  # noqa: SIM905
)
_NAME_SIGNS = re.compile(r"[A-Z].*[A-Z]|[\d_`/\\<>{}=]")


def rephrased(sentence: str, rng: Random, before: str = "", after: str = "") -> str:
    """The sentence in other words. `before` and `after`, its neighbours, may lend a subject or a second fact."""
    text = sentence
    # The shape first (it looks for whole patterns), then the words within it.
    for chance, step in _SHAPES:
        if rng.random() < chance:
            text = step(text, rng)
    if before and rng.random() < 0.5:
        text = _with_its_subject(text, before)
    text = _reworded(text, rng, share=rng.choice((0.35, 0.6, 0.9)))
    if rng.random() < 0.7:
        text = _renumbered(text, rng)
    if rng.random() < 0.5:
        text = _contracted(text, rng)
    if rng.random() < 0.08 and (joined := _joined(text, rng.choice((before, after)), rng)):
        text = joined
    if rng.random() < 0.06:
        text = rng.choice(_FRAMES) + uncapitalised(text)
    return _mended(text)


def uncapitalised(text: str) -> str:
    """The text with a small first letter, if its first word is an everyday word and no name."""
    match = _WORD.search(text)
    if not match or match.start() > 1:
        return text
    word = match.group()
    if word.lower() not in _PLAIN_STARTS and word.lower() not in wordings.IMPERATIVES:
        return text
    return text[: match.start()] + word[0].lower() + text[match.start() + 1 :]


def capitalised(text: str) -> str:
    """The text with a capital first letter; a name such as `iPhone` or code keeps its own."""
    match = re.search(r"[^\W_]", text)
    if not match or match.start() > 1:
        return text
    word = text[match.start() :].split(" ", 1)[0]
    if _NAME_SIGNS.search(word[1:]) or any(sign.isupper() for sign in word[1:]):
        return text
    return text[: match.start()] + text[match.start()].upper() + text[match.start() + 1 :]


def number_in_words(number: int) -> str:
    """Words for 0 to 99; the digits for every other number."""
    if 0 <= number < 20:
        return _ONES[number]
    if 20 <= number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
    return str(number)


@cache
def words_for_numbers() -> dict[str, int]:
    """`{"two": 2, "twenty-one": 21, ...}` for 2 to 99: "one" is seldom a number."""
    return {number_in_words(number): number for number in range(2, 100)}


def _drop_lead(text: str, rng: Random) -> str:
    match = _LEADS.match(text)
    return capitalised(text[match.end() :]) if match and len(text) - match.end() > 30 else text


def _drop_asides(text: str, rng: Random) -> str:
    shorter = _ASIDE.sub("", text)
    if rng.random() < 0.6:
        shorter = _WHICH.sub("", shorter)
    return shorter if len(shorter.split()) >= 5 else text


def _moved_clause(text: str, rng: Random) -> str:
    if match := _FRONTED_MARKED.match(text):
        word, clause, main = match.groups()
        if word == "To" and rng.random() < 0.5 and main.split()[0].lower() in wordings.IMPERATIVES:
            return f"You {uncapitalised(main)} {word.lower()} {clause}."
        return f"{capitalised(main)} {word.lower()} {clause}."
    if match := _TRAILING.match(text):
        main, word, clause = match.groups()
        return f"{capitalised(word)} {clause}, {uncapitalised(main)}."
    return text


def _imperative_as_statement(text: str, rng: Random) -> str:
    first = text.lstrip(OPEN).split(" ", 1)[0].lower()
    if first in wordings.IMPERATIVES and text[:1].isupper():
        return rng.choice(("You ", "You should ", "You have to ", "The user should ")) + uncapitalised(text)
    if text.startswith("Do not "):
        return rng.choice(("You should not ", "You must not ", "Never ")) + text[7:]
    return text


_ACTIVE = re.compile(
    rf"^You (can|must|should|may|cannot|must not|should not) ([a-z]+) "
    rf"((?:the|a|an|your|this|these|all|each|any) [^,;:.{OPEN}{SHUT}]+?)"
    r"((?: (?:in|on|to|for|with|by|from|at|when|if|before|after|as|using|until|without|within) [^;:]+)?)\.$"
)
_PASSIVE = re.compile(
    rf"^((?:The|A|An|Your|This|These|All|Each) [^,;:.{OPEN}{SHUT}]+?) "
    r"(can|must|should|may|cannot|must not) be ([a-z]+ed)( [^;:]+)?\.$"
)


def _voice(text: str, rng: Random) -> str:
    if match := _ACTIVE.match(text):
        modal, verb, thing, rest = match.groups()
        if verb in _regular_verbs() and len(thing.split()) <= 5:
            return f"{capitalised(thing)} {modal} be {past(verb)}{rest}."
    if match := _PASSIVE.match(text):
        thing, modal, participle, tail = match.groups()
        base = _bases().get(participle)
        if base and len(thing.split()) <= 6 and not (tail or "").startswith(" by "):
            return f"You {modal} {base} {uncapitalised(thing)}{tail or ''}."
    return text


def _half(text: str, rng: Random) -> str:
    """One of two clauses, the one that holds the marked stretch if there is one. A condition in front stays whole."""
    if text.split(" ", 1)[0] in ("If", "When", "Unless", "To", "Before", "After", "Although", "While"):
        return text
    halves = [half.strip(" .") for half in _HALVES.split(text)]
    marked = [half for half in halves if OPEN in half]
    if len(halves) < 2 or any(half.count(OPEN) != half.count(SHUT) for half in halves) or len(marked) > 1:
        return text
    chosen = marked[0] if marked else rng.choice(halves)
    return capitalised(chosen) + "." if len(chosen.split()) >= 6 else text


def _list_reordered(text: str, rng: Random) -> str:
    match = re.search(r"\b((?!not\b)[\w-]+), ([\w-]+(?: [\w-]+)?),? (and|or) ([\w-]+)(?=[.,])", text)
    if not match or match.group(4) in _PLAIN_STARTS:
        return text
    return text[: match.start(2)] + f"{match.group(4)} {match.group(3)} {match.group(2)}" + text[match.end() :]


_SHAPES: tuple[tuple[float, Callable[[str, Random], str]], ...] = (
    (0.8, _drop_lead),
    (0.5, _drop_asides),
    (0.35, _half),
    (0.5, _moved_clause),
    (0.5, _imperative_as_statement),
    (0.5, _voice),
    (0.3, _list_reordered),
)


def _with_its_subject(text: str, before: str) -> str:
    subject, pronoun = _SUBJECT.match(before), _PRONOUN.match(text)
    return f"{subject.group(1)} {text[pronoun.end() :]}" if subject and pronoun else text


def _joined(text: str, neighbour: str, rng: Random) -> str:
    neighbour = neighbour.strip()
    if not neighbour.endswith(".") or not 4 <= len(neighbour.split()) <= 14 or not text.endswith("."):
        return ""
    if rng.random() < 0.5:
        return f"{text[:-1]}, and {uncapitalised(neighbour)}"
    return f"{neighbour[:-1]}, and {uncapitalised(text)}"


def third(verb: str) -> str:
    if verb.endswith(("s", "x", "ch", "sh", "z", "o")):
        return verb + "es"
    return verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeiou" else verb + "s"


def past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return (verb + verb[-1] if verb in _DOUBLING else verb) + "ed"


def going(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return (verb + verb[-1] if verb in _DOUBLING else verb) + "ing"


_DOUBLING = frozenset(
    [
        "submit",
        "permit",
        "transfer",
        "stop",
        "refer",
        "plan",
        "log",
        "begin",
        "get",
        "run",
        "let",
        "put",
        "set",
        "cut",
        "drop",
        "scan",
        "forget",
    ]
)
_IRREGULAR = {  # past, participle; the participle stands for "be ..."
    "choose": ("chose", "chosen"), "show": ("showed", "shown"), "begin": ("began", "begun"), "send": ("sent", "sent"),
    "get": ("got", "got"), "let": ("let", "let"), "keep": ("kept", "kept"), "buy": ("bought", "bought"),
    "run": ("ran", "run"), "find": ("found", "found"), "make": ("made", "made"), "build": ("built", "built"),
    "hold": ("held", "held"), "come": ("came", "come"), "grow": ("grew", "grown"), "meet": ("met", "met"),
    "pay": ("paid", "paid"), "split": ("split", "split"), "see": ("saw", "seen"), "give": ("gave", "given"),
    "hide": ("hid", "hidden"), "lose": ("lost", "lost"), "leave": ("left", "left"), "lend": ("lent", "lent"),
    "sell": ("sold", "sold"), "withhold": ("withheld", "withheld"), "speed": ("sped", "sped"),
    "redo": ("redid", "redone"), "understand": ("understood", "understood"),
}  # fmt: skip


def forms(verb: str) -> tuple[str, str, str, str]:
    """Base, third person, past, -ing. An irregular verb's past is its participle where the two are one word."""
    past_form = _IRREGULAR[verb][1] if verb in _IRREGULAR else past(verb)
    return verb, third(verb), past_form, going(verb)


@cache
def _regular_verbs() -> frozenset[str]:
    listed = {verb for line in wordings.SAME_VERBS + wordings.OPPOSITE_VERBS for verb in line.split()}
    return frozenset((listed | wordings.IMPERATIVES) - set(_IRREGULAR) - {"set", "go", "read", "write", "wear", "stay"})


@cache
def _bases() -> dict[str, str]:
    return {past(verb): verb for verb in _regular_verbs()}


@cache
def _same() -> dict[str, tuple[str, ...]]:
    """Every phrase and inflected word of the lists, with what may stand for it."""
    table: dict[str, tuple[str, ...]] = {}
    for line in wordings.SAME_VERBS:
        verbs = [verb for verb in line.split() if verb not in wordings.LEFT_ALONE]
        for inflected in zip(*(forms(verb) for verb in verbs), strict=True):
            for word in inflected:
                table.setdefault(word, tuple(other for other in inflected if other != word))
    for line in wordings.SAME_NOUNS:
        nouns = line.split()
        for inflected in (tuple(nouns), tuple(third(noun) for noun in nouns)):
            for word in inflected:
                table.setdefault(word, tuple(other for other in inflected if other != word))
    for line in wordings.SAME_PHRASES:
        members = [member.strip() for member in line.split("|")]
        for member in members:
            table.setdefault(member, tuple(other for other in members if other != member))
    table.update(wordings.ONE_WAY)
    return {phrase: others for phrase, others in table.items() if others}


@cache
def _verb_forms() -> dict[str, str]:
    """Base and -s forms, which may also be nouns: they count as verbs only after certain words."""
    table = {}
    for line in wordings.SAME_VERBS:
        for verb in line.split():
            table[verb], table[third(verb)] = "base", "third"
    return table


_NO_ARTICLE_AFTER = frozenset(["the", "a", "of", "no", "every", "several", "many", "numerous", "one", "just"])
_AFTER_A_THIRD = frozenset(
    [
        "the",
        "a",
        "an",
        "all",
        "your",
        "that",
        "to",
        "if",
        "how",
        "whether",
        "any",
        "no",
        "both",
        "each",
        "these",
        "this",
        "it",
        "you",
        "them",
    ]
)
_BEFORE_A_BASE = frozenset(
    [
        "to",
        "can",
        "may",
        "must",
        "will",
        "should",
        "cannot",
        "not",
        "you",
        "they",
        "we",
        "and",
        "or",
        "then",
        "please",
        "could",
        "would",
        "don't",
    ]
)
_NOT_BEFORE_A_THIRD = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "your",
        "our",
        "their",
        "its",
        "of",
        "for",
        "in",
        "on",
        "with",
        "and",
        "or",
        "all",
        "any",
        "each",
        "no",
        "some",
        "new",
        "other",
    ]
)


@cache
def _same_pattern() -> re.Pattern[str]:
    longest_first = sorted(_same(), key=len, reverse=True)
    return re.compile(
        rf"(?<![\w`/.<-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w`/>-]|\.\w|['’]\w)", re.IGNORECASE
    )


def _reworded(text: str, rng: Random, share: float) -> str:
    """Each known phrase is put in other words with the chance `share`; capitalised words inside are names and stay."""
    pieces, at = [], 0
    for match in _same_pattern().finditer(text):
        phrase = match.group()
        is_first = match.start() <= 1
        if rng.random() >= share or (not is_first and phrase != phrase.lower()) or phrase[1:] != phrase[1:].lower():
            continue
        if not _fits(phrase.lower(), text, match.span()) or text[: match.start()].count("`") % 2:
            continue
        other = rng.choice(_same()[phrase.lower()])
        after = text[match.end() :].lstrip(" ").split(" ", 1)[0].lower()
        if other.split()[-1] in _NO_ARTICLE_AFTER and after in ("the", "a", "an", "any", "of", "these", "your", "us"):
            continue
        pieces += [text[at : match.start()], capitalised(other) if phrase[0].isupper() else other]
        at = match.end()
    return "".join([*pieces, text[at:]])


def _fits(word: str, text: str, span: tuple[int, int]) -> bool:
    """Whether a word that may be a verb or a noun stands where its verb would."""
    form = _verb_forms().get(word)
    if form is None:
        return True
    previous = text[: span[0]].rstrip(f" {OPEN}{SHUT}").rsplit(" ", 1)[-1].lower()
    following = text[span[1] :].lstrip(f" {OPEN}{SHUT}").split(" ", 1)[0]
    if not previous:
        return form == "base" and word in wordings.IMPERATIVES
    if form == "base":
        return previous in _BEFORE_A_BASE
    is_followed = following in _AFTER_A_THIRD or following[:1].isupper()
    return is_followed and previous.isalpha() and previous not in _NOT_BEFORE_A_THIRD


_DURATION = re.compile(
    rf"(?<![\w.,-])(?:{'|'.join(sorted(map(re.escape, _LENGTHS), key=len, reverse=True))})(?!\w)", re.IGNORECASE
)
_SMALL = re.compile(r"(?<![\w.,:/$£€#+=-])(\d{1,2})(?= (?!am\b|pm\b|percent|%|[A-Z])[a-z-]{3,})")
_THOUSANDS = re.compile(r"(?<![\w.,:/-])(\d{1,3}),(\d{3})(?![\w,]|\.\d)")
_BARE_THOUSANDS = re.compile(r"(?<![\w.,:/#-])([2-9]|[1-9]\d{1,2})(\d{3})(?= [a-z]{3,})")
_CLOCK = re.compile(r"(?<![\w:.])(\d{1,2}):00(?![\d:])(?! ?(?:am|pm|a\.m|p\.m))", re.IGNORECASE)
_PERCENT = re.compile(r"(?<=\d) ?%")
_DATE = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December) (\d{1,2}),? (\d{4})\b"
)


def _renumbered(text: str, rng: Random) -> str:
    """Numbers written another way: 30 days and thirty days, 90 minutes and one and a half hours, 1,500 and 1500."""

    def longer(match: re.Match[str]) -> str:
        return rng.choice(_LENGTHS[match.group().lower()]) if rng.random() < 0.6 else match.group()

    def other_clock(match: re.Match[str]) -> str:
        hour = int(match.group(1))
        if not 1 <= hour <= 23:
            return match.group()
        return f"{hour} am" if hour < 12 else "noon" if hour == 12 else f"{hour - 12} pm"

    text = _DURATION.sub(longer, text)
    text = _SMALL.sub(lambda match: number_in_words(int(match.group(1))) if rng.random() < 0.6 else match.group(), text)
    text = _THOUSANDS.sub(r"\1\2", text) if rng.random() < 0.6 else text
    text = _BARE_THOUSANDS.sub(r"\1,\2", text) if rng.random() < 0.6 else text
    text = _CLOCK.sub(other_clock, text) if rng.random() < 0.6 else text
    text = _PERCENT.sub(rng.choice((" percent", " per cent", " %", "%")), text)
    text = _DATE.sub(r"\2 \1 \3", text) if rng.random() < 0.6 else text
    if rng.random() < 0.5:
        text = re.sub(
            rf"\b({'|'.join(sorted(words_for_numbers(), key=len, reverse=True))})\b(?=[ {SHUT}])(?!-)",
            lambda match: str(words_for_numbers()[match.group()]),
            text,
        )
    return text


def _contracted(text: str, rng: Random) -> str:
    for full, short in _CONTRACTIONS:
        for one, other in ((full, short), (short, full)):
            if one in text and rng.random() < 0.5:
                text = re.sub(rf"\b{re.escape(one)}\b", other, text)
                break
    return text


def _mended(text: str) -> str:
    """What rewording leaves behind: double blanks, `a` before a vowel, a blank before a comma."""
    text = re.sub(r" +", " ", text).strip()
    text = re.sub(r" (?=[,.;:])(?!\.\w)", "", text)
    text = re.sub(rf"\b(a|A)(?= {OPEN}?[aeio]\w)", r"\1n", text)
    return re.sub(rf"\b(a|A)n(?= {OPEN}?[bcdfgjklmnpqrstvwxz][a-z])", r"\1", text)
