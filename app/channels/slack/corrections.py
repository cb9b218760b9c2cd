"""What there is to correct in an answer when its articles have changed, and how that is said. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.answering.answers import Answer
from app.answering.citations import unmarked
from app.channels.slack.messages import Looks, Message, button, context, messages_of, quoted, reason
from app.channels.slack.prose import link
from app.knowledge.catalog import AnswerRecord, CitationRecord

CORRECT, LEAVE = "footnote_correct", "footnote_leave"
_QUOTES_SHOWN: Final = 3


@dataclass(frozen=True)
class Now:
    """An article as its readers find it now; `text` is None when it is gone, or closed to them."""

    title: str
    url: str
    revision: int
    text: str | None


def outdated(citations: Sequence[CitationRecord], now: Mapping[str, Now]) -> list[CitationRecord]:
    """The citations whose very words do not stand in their article any more. The same words elsewhere in it do."""
    return [citation for citation in citations if not _stands(citation, now.get(citation.article_id))]


def _stands(citation: CitationRecord, article: Now | None) -> bool:
    return bool(article and article.text and citation.quote and citation.quote in article.text)


def has_gone(citations: Sequence[CitationRecord], now: Mapping[str, Now]) -> bool:
    """Whether an article that is cited cannot be read any more: then its words must not be shown any longer."""
    return any((article := now.get(citation.article_id)) is None or article.text is None for citation in citations)


def says_the_same(old: str, new: Answer) -> bool:
    return _words(old) == _words(new.text)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unmarked(text).casefold())


def what_changed(gone_stale: Sequence[CitationRecord], now: Mapping[str, Now], looks: Looks) -> list[str]:
    """Which articles changed, with the words that were quoted from them. Words of a withdrawn one are not repeated."""
    lines: dict[str, str] = {}
    for citation in gone_stale:
        article = now.get(citation.article_id)
        if article is None or article.text is None:
            lines["gone"] = "An article that my answer rested on has been withdrawn."
        elif citation.article_id not in lines:
            said = f" It said:\n{quoted(citation.quote)}" if citation.quote and len(lines) < _QUOTES_SHOWN else ""
            lines[citation.article_id] = f"{link(article.title, article.url)} has changed since I answered.{said}"
    return list(lines.values())


def correction(changes: Sequence[str], new: Answer, looks: Looks) -> list[Message]:
    """Under the message it corrects."""
    above = "\n\n".join(["**Correction.** " + changes[0], *changes[1:], "**Now:**"])
    return messages_of(new, looks, above=above)


def withdrawn() -> Message:
    """In the place of an answer whose article is gone."""
    return reason("This answer rested on an article that has been withdrawn. What is known now stands below.")


def suggestion(record: AnswerRecord, is_private: bool, changes: Sequence[str], where: str, value: str) -> Message:
    """For the curators; a question from direct messages is not told."""
    asked = "somebody in direct messages" if is_private else "a question in Slack"
    lines = [f"**An answer to {asked} may need a correction.**"]
    lines += [] if is_private else [f"> {' '.join(reason(record.question).body.split())}"]
    lines += [*changes, *([f"[The answer]({where})"] if where else [])]
    actions = [button("Correct it", CORRECT, value, style="primary"), button("Leave it", LEAVE, value)]
    return Message("\n\n".join(lines), ({"type": "actions", "elements": actions},))


def decided(message_blocks: Sequence[dict[str, object]], said: str) -> list[dict[str, object]]:
    """A suggestion once somebody has decided: its buttons make way for what they said."""
    return [*(block for block in message_blocks if block.get("type") != "actions"), context(said)]
