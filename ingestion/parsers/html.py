"""Web pages: the main content as Markdown, without menus and footers. trafilatura and lxml stay inside this file."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from app.errors import UnreadableSource
from app.knowledge.unseen import without_unseen
from ingestion.decoding import decode
from ingestion.front_matter import moment_of
from ingestion.hiding import (
    Hidden,
    has_ground,
    hiding_selectors,
    is_hidden,
    joined_notes,
    says_something,
    style_of,
)
from ingestion.outline import outline, title_from_name, title_of
from ingestion.parsers import FrontMatter, ParsedText

_OPENING = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_DATES = "//meta[@property='article:modified_time' or @name='last-modified' or @name='date']/@content"
_WORDS = re.compile(r"\w")
_COMMENT = re.compile(r"<!--(.*?)-->", re.S)
_WHOLE_PAGE = "its main content was not recognised, so the whole page was taken"


def certainty(raw: bytes, name: str) -> int:
    if _OPENING.match(raw[:4096].removeprefix(b"\xef\xbb\xbf")):
        return 60
    return 10 if name.lower().endswith((".html", ".htm", ".xhtml")) else 0


class HtmlParser:
    def __init__(self, main_content: Callable[[Any], str | None], tree_of: Callable[[str], Any]) -> None:
        self._main_content = main_content
        self._tree_of = tree_of

    def parse(self, raw: bytes, name: str) -> ParsedText:
        page = _decoded(raw)
        tree = self._tree_of(page)
        hidden = Hidden(comments=sum(map(says_something, _COMMENT.findall(page)))) + _without_unseen_elements(tree)
        text = (self._main_content(tree) or "").strip()
        note = "" if text else _WHOLE_PAGE
        text, characters = without_unseen(text or _words_of(tree))
        if not text.strip():
            raise UnreadableSource("has no text" if not hidden.stretches else "has no text that a reader would see")
        note = joined_notes(note, (hidden + Hidden(characters=characters)).note)
        blocks = outline(text)
        title = (
            title_of(text, blocks) or without_unseen(_first(tree, "//head/title//text()"))[0] or title_from_name(name)
        )
        address = _first(tree, "//link[@rel='canonical']/@href")
        front = FrontMatter(
            url=address if address.startswith(("https://", "http://")) else "", updated=moment_of(_first(tree, _DATES))
        )
        return ParsedText(title, text, blocks, front, note)


def _decoded(raw: bytes) -> str:
    """A page says its encoding itself, unless a byte order mark does."""
    said = _CHARSET.search(raw[:4096])
    if said and not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode(said[1].decode("ascii")).replace("\0", "\ufffd")
        except (LookupError, UnicodeDecodeError):
            pass  # it is wrong about itself
    return decode(raw)


def _without_unseen_elements(tree: Any) -> Hidden:
    """Takes out of the tree what a browser would not show, and says how much text was in it."""
    selectors = hiding_selectors("\n".join(str(style) for style in tree.xpath("//style//text()")))
    hidden = Hidden()
    on_ground: dict[Any, bool] = {}
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in ("html", "head", "script", "style"):
            continue
        above = element.getparent()
        if above is None or (above not in on_ground and above.tag not in ("html", "head")):
            continue  # it stands in something that is gone already
        under = on_ground.get(above, False)
        attributes = dict(element.attrib)
        if element.tag == "noscript":
            element.drop_tree()  # for browsers that nobody has; most pages have one, so no word of it
            continue
        hides = element.tag == "template" or is_hidden(element.tag, attributes, under, selectors)
        if hides and element.tag != "body":
            hidden += Hidden(stretches=int(bool(_WORDS.search(element.text_content()))))
            element.drop_tree()
            continue
        on_ground[element] = under or has_ground(style_of(attributes.get("style", ""))) or "bgcolor" in attributes
    return hidden


def _words_of(tree: Any) -> str:
    for unseen in tree.xpath("//script|//style|//noscript|//template|//head"):
        unseen.drop_tree()
    lines = (" ".join(line.split()) for line in tree.text_content().splitlines())
    return "\n\n".join(line for line in lines if line)


def _first(tree: Any, path: str) -> str:
    found = (" ".join(str(text).split()) for text in tree.xpath(path))
    return next((text for text in found if text), "")


def build() -> HtmlParser:
    import trafilatura

    main_content = partial(
        trafilatura.extract,
        output_format="markdown",
        include_tables=True,
        include_formatting=True,
        include_comments=False,
        favor_recall=True,
        deduplicate=False,
    )
    return HtmlParser(main_content, _tree)


def _tree(page: str) -> Any:
    import lxml.html  # type: ignore[import-untyped]

    # As bytes: lxml refuses a str that names another encoding in its XML declaration.
    return lxml.html.document_fromstring(
        page.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
    )
