"""What of a chunk is searched: the words an index is fed, and the text that is embedded. Values in, values out."""

from collections.abc import Sequence


def searchable_text(title: str, headings: Sequence[str], text: str) -> str:
    """What words are searched in: the article's title and the heading path count as words of each of its chunks."""
    return "\n".join([*_above(title, headings), text])


def embedded_text(title: str, headings: Sequence[str], text: str) -> str:
    """What is embedded: a chunk torn from its page rarely says what it is about; its title and headings do."""
    return "\n".join([*_above(title, headings), text])


def _above(title: str, headings: Sequence[str]) -> list[str]:
    """Title, then headings from the outside in; each once, since a page's first heading often repeats its title."""
    return list(dict.fromkeys(line for line in (title.strip(), *(heading.strip() for heading in headings)) if line))
