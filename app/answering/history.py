"""A conversation, as others write it message by message or as answers are kept, becomes turns. Pure; no I/O."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from app.answering.answers import Turn
from app.answering.excerpts import Given
from app.errors import WrongUse
from app.knowledge.catalog import AnswerRecord

USER, AGENT = "user", "agent"


def turns_from(messages: Iterable[object]) -> list[Turn]:
    """`[{"role": "user"|"agent", "text": ...}]`, oldest first. Neighbours of one role are joined; a half may be open.

    Raises:
        WrongUse: something is not such a message; the text says which.
    """
    said = [_message(message, place) for place, message in enumerate(messages, start=1)]
    joined = [(role, "\n".join(text for _, text in group)) for role, group in groupby(said, key=lambda m: m[0])]
    return list(_paired(joined))


def turn_of(record: AnswerRecord) -> Turn:
    """A turn of a conversation that is kept: with what its writer had read, so that this keeps its numbers."""
    fields = ("number", "article_id", "revision", "start", "end")
    given = (Given(*(one[field] for field in fields)) for one in record.trace.get("read", []))
    return Turn(record.question, record.text, tuple(given))


def _message(message: object, place: int) -> tuple[str, str]:
    role = message.get("role") if isinstance(message, dict) else None
    text = message.get("text") if isinstance(message, dict) else None
    if role not in (USER, AGENT) or not isinstance(text, str):
        raise WrongUse(f'message {place} of the history has to be {{"role": "user" or "agent", "text": "..."}}')
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise WrongUse(f"message {place} of the history holds half a character (it is not valid UTF-8)")
    return str(role), text


def _paired(joined: Sequence[tuple[str, str]]) -> Iterable[Turn]:
    """The agent may have spoken first, and the last question may have no answer yet."""
    place = 0
    while place < len(joined):
        role, text = joined[place]
        if role == AGENT:
            yield Turn("", text)
            place += 1
            continue
        has_answer = place + 1 < len(joined)
        yield Turn(text, joined[place + 1][1] if has_answer else "")
        place += 2 if has_answer else 1
