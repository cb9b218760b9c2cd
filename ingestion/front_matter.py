"""The YAML between two `---` lines at the very top of a Markdown file. Pure; only plain values are taken."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

import yaml

from app.errors import UnreadableSource
from ingestion.parsers import FrontMatter

# The first line inside must look like `key:`, otherwise the dashes are a thematic break and the text is text.
_FENCED = re.compile(
    r"---[ \t]*\n(?P<yaml>(?=[ \t#]*\n|[\w\"'-]+[ \t\u00a0]*:|---|#).*?)^(?:---|\.\.\.)[ \t]*$", re.S | re.M
)


def front_matter_end(text: str) -> int:
    """Where the front matter ends (after its closing line's dashes); 0 when there is none."""
    fenced = _FENCED.match(text)
    return fenced.end() if fenced else 0


def front_matter_of(text: str) -> tuple[FrontMatter, str]:
    """What the front matter says, or an empty one; and a note when it cannot be used.

    Only `audiences` is strict: the line that says who may read an article is never guessed or passed over. Other
    tools give the other names other meanings, so a title that is no line, a date or an address that is none count
    as not said.

    Raises:
        UnreadableSource: it speaks of audiences, but not in a way that can be understood.
    """
    fenced = _FENCED.match(text)
    if not fenced:
        return FrontMatter(), ""
    try:
        said = yaml.safe_load(fenced["yaml"]) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        wrong = f"its front matter is not valid YAML{_line_of(problem)}"
        if "audience" in fenced["yaml"].lower():
            raise UnreadableSource(f"{wrong}, and it speaks of audiences") from problem
        return FrontMatter(), f"{wrong} and was not used"
    if not isinstance(said, Mapping):
        return FrontMatter(), ""
    said = {str(name).strip(): value for name, value in said.items()}  # nothing unseen may stand beside `audiences`
    return FrontMatter(
        title=_line(said.get("title")),
        updated=moment_of(str(said.get("updated"))),
        audiences=_audiences(said),
        url=_address(said.get("url")),
    ), ""


def _line_of(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    return f" (line {mark.line + 2})" if mark else ""


def _line(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float | date) else ""


def _address(value: object) -> str:
    address = _line(value)
    return address if address.startswith(("https://", "http://")) else ""


def _audiences(said: Mapping[object, object]) -> frozenset[str]:
    if "audiences" not in said:
        return frozenset()
    value = said["audiences"]
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str | int) and str(name).strip() for name in names):
        raise UnreadableSource("`audiences` in its front matter should be a list of names")
    if not names:
        raise UnreadableSource("`audiences` in its front matter is empty: nobody could read it")
    return frozenset(str(name).strip() for name in names)


def moment_of(written: str) -> datetime | None:
    """An ISO date or time as an aware time in UTC; None when it is neither."""
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
