"""Names and codes in a text, told by their letters alone. Pure; knows no dictionary."""

import re

_CODE = r"\w*(?:[a-z][A-Z]|[A-Z]{2}|\d[A-Za-z]|[A-Za-z]\d|_)\w*|\w+(?:[-.@/]\w+)*[-.@]\d[\w.]*|\w+@[\w.]+|[A-Z]+-\d+"
_NAME = re.compile(rf"(?<![\w.-])(?:{_CODE})(?![\w-])|(?<=[\w,;:] )[A-ZÄÖÜ][\w-]+")
_MEASURED = re.compile(r"\d+(?:st|nd|rd|th|am|pm|[KMGT]B|km|cm|mm|kg|m|V|A|W|h|s|min)|[A-Z]", re.IGNORECASE)


def names(text: str) -> list[str]:
    """Capitalised words inside a sentence and code-like ones; a measure such as 5GB is none, nor is a lone letter."""
    return [match.group() for match in _NAME.finditer(text) if not _MEASURED.fullmatch(match.group())]


def without_names(text: str) -> str:
    """The text with a blank in place of each."""
    return _NAME.sub(" ", text)
