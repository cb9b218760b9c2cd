"""Word files (.docx), turned into Markdown by markitdown. A ZIP's own table says how large it would get: read first."""

import io
import re
import zipfile
from datetime import datetime
from typing import Any

from app.errors import EncryptedSource, LimitExceeded, UnreadableSource
from app.knowledge.unseen import without_unseen
from ingestion.front_matter import moment_of
from ingestion.hiding import Hidden
from ingestion.outline import outline, title_from_name, title_of
from ingestion.parsers import FrontMatter, ParsedText
from ingestion.unseen_in_word import seen_in_word

_MOST_UNPACKED = 200_000_000  # bytes in all members together
_MOST_TEXT = 40_000_000  # bytes of the document's own XML: above a thousand pages
_MOST_MEMBERS = 5_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def certainty(raw: bytes, name: str) -> int:
    if raw.startswith(b"PK\x03\x04") and b"word/document" in raw:
        return 90
    return 90 if raw.startswith(_OLE) and _ENCRYPTED in raw else 0


class DocxParser:
    def __init__(self, to_markdown: Any) -> None:
        self._to_markdown = to_markdown

    def parse(self, raw: bytes, name: str) -> ParsedText:
        if raw.startswith(_OLE):
            raise EncryptedSource("needs a password")
        _refuse_bomb(raw)
        try:
            seen, hidden = seen_in_word(raw)
            text, characters = without_unseen(_tidied(self._to_markdown(io.BytesIO(seen))))
        except (KeyError, ValueError, zipfile.BadZipFile, SyntaxError) as problem:
            raise UnreadableSource("is damaged: it is not a complete Word file") from problem
        if not text.strip():
            raise UnreadableSource("has no text")
        hidden += Hidden(characters=characters)
        blocks = outline(text)
        title, updated = _properties(raw)
        title = title_of(text, blocks) or title or title_from_name(name)
        return ParsedText(title, text, blocks, FrontMatter(updated=updated), hidden.note)


# Word's tables rarely mark their first row as a header, and Markdown's have to: an empty one was put above it.
_EMPTY_HEADER = re.compile(r"^\|(?:[ ]*\|)+\n(\|(?:[ ]*-+[ ]*\|)+)\n(\|.*\|)$", re.M)
_PICTURE = re.compile(r"!\[([^\]]*)\]\(data:[^)]*\)")


def _tidied(markdown: str) -> str:
    return _PICTURE.sub(r"\1", _EMPTY_HEADER.sub(r"\2\n\1", markdown)).strip()


def _refuse_bomb(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        raise UnreadableSource("is damaged: it is not a complete Word file") from problem
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedSource("needs a password")
    texts = (member.file_size for member in members if member.filename.endswith((".xml", ".rels")))
    too_much = sum(member.file_size for member in members) > _MOST_UNPACKED or sum(texts) > _MOST_TEXT
    if too_much or len(members) > _MOST_MEMBERS:
        raise LimitExceeded("would unpack to more than a Word file should")


def _properties(raw: bytes) -> tuple[str, datetime | None]:
    """The title and the time of the last change, as far as the file says them."""
    from lxml import etree  # type: ignore[import-untyped]

    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if "docProps/core.xml" not in archive.namelist():
            return "", None
        safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
        core = etree.fromstring(archive.read("docProps/core.xml"), safe)
    title = core.findtext("{http://purl.org/dc/elements/1.1/}title") or "" if core is not None else ""
    modified = core.findtext("{http://purl.org/dc/terms/}modified") or "" if core is not None else ""
    return " ".join(without_unseen(title)[0].split()), moment_of(modified)


def build() -> DocxParser:
    from markitdown import StreamInfo
    from markitdown.converters import DocxConverter

    converter: Any = DocxConverter()  # type: ignore[no-untyped-call]
    kind = StreamInfo(extension=".docx")
    return DocxParser(lambda stream: converter.convert(stream, kind).markdown)
