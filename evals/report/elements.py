"""HTML that cannot forget to escape: text is escaped when it becomes an element, and only elements are left alone."""

from collections.abc import Iterable, Sequence
from html import escape


class Element(str):
    """Finished HTML."""

    __slots__ = ()


def element(name: str, *content: "Element | str | float", **attributes: str | float) -> Element:
    """`element("td", 3, class_="number")`; a trailing underscore keeps Python's own words apart, others become `-`."""
    given = "".join(f' {_attribute(key)}="{escape(str(value))}"' for key, value in attributes.items())
    return Element(f"<{name}{given}>{together(content)}</{name}>")


def together(content: Iterable["Element | str | float"]) -> Element:
    return Element("".join(part if isinstance(part, Element) else escape(str(part)) for part in content))


Cell = Element | str | float


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Element:
    """The first cell of a row says what the row is; the others are figures."""
    titles = element("tr", *(element("th", title, scope="col") for title in head))
    body = (
        element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in rows
    )
    return _scrolling(element("table", element("thead", titles), element("tbody", *body)))


def sentences(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Element:
    """A table of words to read: its cells wrap, and on a phone each row becomes a card."""
    titles = element("tr", *(element("th", title, scope="col") for title in head))
    body = (
        element("tr", *(element("td", cell, data_label=title) for title, cell in zip(head, row, strict=True)))
        for row in rows
    )
    return element("table", element("thead", titles), element("tbody", *body), class_="sentences")


def _scrolling(content: Element) -> Element:
    return element("div", content, class_="wide", tabindex="0")


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
