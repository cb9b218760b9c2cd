"""Text on its way to a terminal: what came from articles, models and askers must not steer it."""

from app.knowledge.unseen import without_unseen


def shown(text: str) -> str:
    """Without escape sequences' first signs and all else that a terminal would obey; line ends stay."""
    return without_unseen(text.replace("\r", "\n"))[0].replace("\x0b", "\n").replace("\x0c", "\n").replace("\x85", "\n")


def one_line(text: str) -> str:
    """The same on one line, its blanks collapsed."""
    return " ".join(shown(text).split())
