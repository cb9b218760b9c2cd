"""Bytes of a text file to characters. Knows byte order marks and encodings, nothing of formats."""

import codecs

from app.errors import UnreadableSource

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MAGIC = (
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as .docx or PDF"),
)
_CONTROLS = {chr(code) for code in (*range(9), *range(14, 27), *range(28, 32), 127)}


def decode(raw: bytes) -> str:
    """The text as written: only the byte order mark goes, and line ends become one line feed each.

    Raises:
        UnreadableSource: these bytes are not text.
    """
    if not raw.strip():
        raise UnreadableSource("is empty")
    text = _as_text(raw).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableSource("is empty")
    return text


def _as_text(raw: bytes) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw.removeprefix(mark), encoding)
    for magic, what in _MAGIC:
        if raw.startswith(magic):
            raise UnreadableSource(f"is not text: it is {what}")
    try:
        return _without_controls(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return _without_controls(_western(raw))


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return _without_controls(raw.decode(encoding))
    except UnicodeDecodeError as problem:
        raise UnreadableSource(f"is not text: its mark says {encoding.upper()}, but its bytes are not") from problem


def _western(raw: bytes) -> str:
    """Windows-1252, when most of it reads as words: any bytes at all would decode."""
    text = raw.decode("cp1252", errors="replace")
    odd = sum(not (letter.isalnum() or letter.isspace() or letter in _PUNCTUATION) for letter in text)
    plain = sum(byte < 128 for byte in raw)
    if odd > len(text) * 0.02 or plain < len(raw) * 0.6:
        raise UnreadableSource("is not text, or in an encoding that is not known here; save it as UTF-8")
    return text


_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~€‚„…‘’“”•–—™©®«»°±²³µ·¿¡§£¥")


def _without_controls(text: str) -> str:
    """Control characters betray binary garbage; a stray one (an escape in a log) is no reason to refuse a file."""
    controls = sum(text.count(control) for control in _CONTROLS)
    if "\0" in text or controls > len(text) * 0.01:
        raise UnreadableSource("is not text")
    return text
