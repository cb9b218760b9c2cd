"""The YAML between two `---` lines at the very top of a Markdown file. Pure; only plain values are taken."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

import yaml

from app.errors import UnreadableSource
from ingestion.parsers import FrontMatter

# The first line inside must look like `key:`, otherwise the dashes are a thematic break and the text is text.
_FENCED = re.compile(r"---[ \t]*\n(?P<yaml>(?=[ \t#]*\n|[\w\"'-]+[ \t]*:|---|#).*?)^(?:---|\.\.\.)[ \t]*$", re.S | re.M)


def front_matter_end(text: str) -> int:
    """Where the front matter ends (after its closing line's dashes); 0 when there is none."""
    fenced = _FENCED.match(text)
    return fenced.end() if fenced else 0


def front_matter_of(text: str) -> FrontMatter:
    """What the front matter says, or an empty one.

    Raises:
        UnreadableSource: it is not valid YAML or a value is of the wrong kind. Guessing is not safe: it may be
            the line that says who may read the article.
    """
    fenced = _FENCED.match(text)
    if not fenced:
        return FrontMatter()
    try:
        said = yaml.safe_load(fenced["yaml"]) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise UnreadableSource(f"its front matter is not valid YAML{_line_of(problem)}") from problem
    if not isinstance(said, Mapping):
        raise UnreadableSource("its front matter is not a list of `name: value` lines")
    return FrontMatter(
        title=_word(said, "title"), updated=_moment(said), audiences=_audiences(said), url=_word(said, "url")
    )


def _line_of(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    return f" (line {mark.line + 2})" if mark else ""


def _word(said: Mapping[object, object], name: str) -> str:
    value = said.get(name)
    if value is None:
        return ""
    if isinstance(value, str | int | float | date):
        return " ".join(str(value).split())
    raise UnreadableSource(f"`{name}` in its front matter should be one line of text")


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


def _moment(said: Mapping[object, object]) -> datetime | None:
    value = said.get("updated")
    if value is None:
        return None
    moment = moment_of(str(value)) if isinstance(value, str | date) else None
    if moment is None:
        raise UnreadableSource("`updated` in its front matter should be a date such as 2026-11-20")
    return moment


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
