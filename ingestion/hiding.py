"""What a file holds but no reader sees, and what becomes of it. Pure; knows no format.

Text that only a machine reads is how an article gives orders to a language model. It goes where articles come in, and
the curator is told.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BLANK = "\u00a0"  # stands for each hidden character where offsets must stay; a blank that indents nothing in Markdown

_FEWEST_WORDS = 4  # of a comment that says something; `toc` and `prettier-ignore` do not
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Hidden:
    """How much of a file was left out because no reader sees it."""

    characters: int = 0  # that have no shape
    comments: int = 0
    stretches: int = 0  # of text that is there but not shown
    unseen_pages: int = 0  # whose whole text layer is not shown: taken all the same

    def __add__(self, other: "Hidden") -> "Hidden":
        return Hidden(
            self.characters + other.characters,
            self.comments + other.comments,
            self.stretches + other.stretches,
            self.unseen_pages + other.unseen_pages,
        )

    @property
    def note(self) -> str:
        """For the curator; empty when nothing was hidden."""
        kinds = (
            (self.characters, "invisible character"),
            (self.comments, "comment"),
            (self.stretches, "stretch of text that is not shown", "stretches of text that are not shown"),
        )
        found = [_counted(*kind) for kind in kinds if kind[0]]
        notes = [f"hidden text was left out: {', '.join(found)}"] if found else []
        if self.unseen_pages:
            notes.append(
                f"the text of {_counted(self.unseen_pages, 'page')} lies unseen under a picture (a scan that was read "
                "by a program?) and was taken as it is"
            )
        return "; ".join(notes)


def _counted(times: int, one: str, many: str = "") -> str:
    return f"{times} {one if times == 1 else many or f'{one}s'}"


def joined_notes(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def says_something(comment: str) -> bool:
    """Whether a comment has words for somebody, rather than a name for a program."""
    return len(_WORD.findall(comment)) >= _FEWEST_WORDS and not comment.lstrip().lower().startswith(("[if", "<!["))


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The same length: each character of the spans is one blank, line feeds stay."""
    parts, reached = [], 0
    for start, end in sorted(spans):
        start = max(start, reached)
        if start < end:
            parts += [text[reached:start], re.sub(r"[^\n]", BLANK, text[start:end])]
            reached = end
    return "".join([*parts, text[reached:]])


# Hidden by style. Lengths in px, pt, em, rem, % or bare.

_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|ch|vw|vh|%|in|cm|mm)?", re.I)
_FAR = 400.0  # px to the left or above: off any page
_SMALLEST = 2.0  # px of a font that can be read at all
_PX = {
    "": 1.0,
    "px": 1.0,
    "pt": 1.33,
    "em": 16.0,
    "rem": 16.0,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "vw": 10.0,
    "vh": 8.0,
}
_WHITE = re.compile(
    r"(?:white|snow|ivory|ghostwhite|transparent|#f[c-f]?f[c-f]?f[c-f]?|#ffffff[0-9a-f]{0,2}|#[0-9a-f]{6}00|#[0-9a-f]{3}0"
    r"|rgba?\(\s*25[0-5]\s*[, ]\s*25[0-5]\s*[, ]\s*25[0-5].*\)|rgba\(.*[,/]\s*0?\.?0+%?\s*\)|hsla?\(.*100%\s*\))",
    re.I,
)
_GROUND = ("background", "background-color", "background-image")


def style_of(written: str) -> dict[str, str]:
    """Property -> value of a `style` attribute or of a rule's declarations; of two, the later counts."""
    pairs = (part.partition(":") for part in re.sub(r"/\*.*?\*/", "", written, flags=re.S).split(";"))
    return {
        name.strip().lower(): re.sub(r"!\s*important", "", value, flags=re.I).strip().lower()
        for name, _, value in pairs
        if value.strip()
    }


def has_ground(style: Mapping[str, str]) -> bool:
    """Whether it gives a background on which white can be read."""
    return any(
        style.get(name, "none") not in ("none", "inherit", "initial") and not _is_white(style[name]) for name in _GROUND
    )


def hides(style: Mapping[str, str], on_ground: bool = False) -> bool:
    """Whether nobody sees what has this style; `on_ground`: it stands on a background that is not white."""
    return (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or style.get("mso-hide") == "all"
        or _number(style.get("opacity", "1")) < 0.05
        or _is_tiny(style)
        or _is_off_page(style)
        or _has_no_room(style)
        or _has_the_colour_of_its_ground(style, on_ground or has_ground(style))
    )


def _is_tiny(style: Mapping[str, str]) -> bool:
    size = style.get("font-size") or next(iter(re.findall(r"[\d.]+(?:px|pt|em|rem|%)", style.get("font", ""))), "")
    found = _LENGTH.fullmatch(size)
    if not found:
        return False
    value, unit = float(found[1]), (found[2] or "").lower()
    return value < 10 if unit == "%" else value * _PX.get(unit, 1.0) < _SMALLEST


def _is_off_page(style: Mapping[str, str]) -> bool:
    if _pixels(style.get("text-indent", "")) <= -_FAR:
        return True
    if style.get("position") in ("absolute", "fixed", "relative"):
        return any(abs(_pixels(style.get(side, ""))) >= 2 * _FAR for side in ("left", "top", "right", "bottom"))
    return any(_pixels(style.get(side, "")) <= -_FAR for side in ("margin-left", "margin-top"))


def _has_no_room(style: Mapping[str, str]) -> bool:
    clipped = re.match(
        r"rect\(\s*[01]?(?:px)?[, ]+[01]?(?:px)?[, ]+[01]?(?:px)?[, ]+[01]?(?:px)?\s*\)", style.get("clip", "")
    )
    cut = re.match(r"inset\(\s*(?:50|100)%|circle\(\s*0", style.get("clip-path", ""))
    flat = any(style.get(side) and abs(_pixels(style[side])) < _SMALLEST for side in ("width", "height", "max-height"))
    scaled = re.search(r"scale[xy]?\(\s*0?\.?0+\s*\)", style.get("transform", ""))
    return bool(clipped or cut or scaled) or (flat and style.get("overflow", "").startswith(("hidden", "clip")))


def _has_the_colour_of_its_ground(style: Mapping[str, str], on_ground: bool) -> bool:
    colour = style.get("color", "")
    if not colour:
        return False
    if colour == style.get("background-color", style.get("background")):
        return True
    return _is_white(colour) and ("transparent" in colour or not on_ground)


def _is_white(colour: str) -> bool:
    return _WHITE.fullmatch(colour.strip()) is not None


def _pixels(length: str) -> float:
    found = _LENGTH.fullmatch(length)
    return float(found[1]) * _PX.get((found[2] or "").lower(), 1.0) if found else 0.0


def _number(written: str) -> float:
    try:
        return float(written.rstrip("%")) / (100 if written.endswith("%") else 1)
    except ValueError:
        return 1.0


_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"[a-z][a-z0-9]*|[a-z][a-z0-9]*?[.#][\w-]+|[.#][\w-]+", re.I)


def hiding_selectors(stylesheet: str) -> frozenset[str]:
    """The plain selectors (`p`, `.note`, `#x`, `span.note`) of a stylesheet's rules that hide, lower case.

    Rules inside `@media` and other blocks hold on some screens only and are passed over.
    """
    outside = re.sub(
        r"@[\w-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", re.sub(r"/\*.*?\*/", "", stylesheet, flags=re.S)
    )
    return frozenset(
        selector.strip().lower()
        for selectors, declared in _RULE.findall(outside)
        if hides(style_of(declared))
        for selector in selectors.split(",")
        if _SELECTOR.fullmatch(selector.strip())
    )


def is_selected(tag: str, attributes: Mapping[str, str | None], selectors: frozenset[str]) -> bool:
    """Whether one of these plain selectors means the element."""
    if not selectors:
        return False
    names = [f".{name}" for name in (attributes.get("class") or "").lower().split()]
    names += [f"#{attributes['id']}".lower()] if attributes.get("id") else []
    return any(name in selectors for name in (tag, *names, *(f"{tag}{name}" for name in names)))


def is_hidden(tag: str, attributes: Mapping[str, str | None], on_ground: bool, selectors: frozenset[str]) -> bool:
    """Whether an HTML element hides what is in it."""
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    style = style_of(attributes.get("style") or "")
    if tag == "font" and attributes.get("color"):
        style.setdefault("color", (attributes["color"] or "").lower())
    return hides(style, on_ground) or is_selected(tag, attributes, selectors)
