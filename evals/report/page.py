"""A whole page: head, style sheet, sections. Writes one file; knows no measure."""

import re
from collections.abc import Mapping
from pathlib import Path

from app.errors import WrongUse
from evals.report.elements import Element, element, together

# No request may leave the page, whatever a dataset has in its texts.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(title: str, subtitle: str, *sections: Element) -> str:
    style = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    head = together(
        [
            Element('<meta charset="utf-8">'),
            Element('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Element(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
            element("title", title),
            element("style", Element(style)),
        ]
    )
    top = element("header", element("h1", title), element("p", subtitle))
    body = element("body", element("main", top, *sections))
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>{body}</html>\n'


def write(folder: Path, name: str, text: str) -> Path:
    """The file that was written, in a folder that is made when it is not there.

    Raises:
        WrongUse: it cannot be written there.
    """
    file = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise WrongUse(f"the report {file} cannot be written: {problem.strerror}") from problem
    return file


def section(title: str, intro: str, *content: Element) -> Element:
    explained = [element("p", intro, class_="soft")] if intro else []
    return element("section", element("h2", title), *explained, *content)


def tiles(figures: Mapping[str, str]) -> Element:
    return element(
        "div", *(element("div", element("b", v), element("span", n), class_="tile") for n, v in figures.items()),
        class_="tiles",
    )  # fmt: skip


def figure(title: str, caption: str, *content: Element) -> Element:
    return element("figure", element("h3", title), *content, element("figcaption", caption))


def file_name(name: str) -> str:
    """A dataset's name without what a file name cannot have."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "dataset"
