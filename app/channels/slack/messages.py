"""An answer as Slack messages: text with footnotes, its sources, its verdicts, what one can do about it. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from app.answering.answers import Answer, Citation, Outcome, Sentence
from app.channels.slack.prose import destination, link, slack_markdown
from app.channels.slack.splitting import split
from app.knowledge.articles import Article

Block = dict[str, Any]

BODY_LIMIT: Final = 6_000  # characters; Slack takes 12,000 of Markdown in a message, and the sources stand there too
SOURCES_LIMIT: Final = 5_000
QUOTE_LIMIT: Final = 300
NEAREST: Final = 3
NOTICE_LIMIT: Final = 150  # what a notification shows
VERDICTS_SHOWN: Final = 5

_LINK_TO: Final = re.compile(r" ?\[((?:[^\[\]\\]|\\.)*)\]\([^()\s]*\)")
_EMPHASIS: Final = re.compile(r"(?<!\\)\*\*|(?<!\\)~~")
_ESCAPED: Final = re.compile(r"\\([^\w\s])")

_NO_LINKS: Final = dict.fromkeys(range(1, 1000), "")

FEEDBACK, WRONG, OWNER = "footnote_feedback", "footnote_wrong", "footnote_owner"


@dataclass(frozen=True)
class Message:
    """What one Slack message shows: its text, and what stands below it."""

    body: str  # Slack's Markdown
    below: tuple[Block, ...] = ()
    has_blocks: bool = True  # False: plain text, where Slack takes no blocks

    @property
    def blocks(self) -> list[Block]:
        return [markdown(self.body), *self.below] if self.has_blocks else []

    @property
    def notice(self) -> str:
        """For notifications and screen readers, and all there is without blocks: words, without links or markup."""
        words = _LINK_TO.sub(lambda found: "" if found[1].startswith("\\[") else found[1], self.body)
        words = _ESCAPED.sub(r"\1", _EMPHASIS.sub("", words))
        return words if not self.has_blocks else shortened(words, NOTICE_LIMIT)


@dataclass(frozen=True)
class Looks:
    """What the workspace's settings make of every message."""

    public_url: str = ""
    has_owner: bool = False


def messages_of(answer: Answer, looks: Looks, is_streamed: bool = False, above: str = "") -> list[Message]:
    """Never none; only the last has sources and buttons. A stream goes on as `growing` began it.

    `above`: what stands over the answer, such as the question it answers; Slack's Markdown.
    """
    blocks = body_blocks(answer, looks, is_streamed)
    bodies = split([above, *blocks] if above else blocks, BODY_LIMIT)
    below = [*_sources(answer, looks), *_remarks(answer), *_buttons(answer, looks)]
    return [*(Message(body) for body in bodies[:-1]), Message(bodies[-1], tuple(below))]


def growing(text: str) -> str:
    """An answer that is still being written: where its footnotes lead is not known before its end."""
    return split(slack_markdown(text, _NO_LINKS), BODY_LIMIT)[0]


def body_blocks(answer: Answer, looks: Looks, is_streamed: bool = False) -> list[str]:
    if answer.outcome is Outcome.ANSWERED:
        return slack_markdown(answer.text, _NO_LINKS if is_streamed else links_of(answer.citations, looks))
    said = slack_markdown(answer.text.partition("\n\n")[0], {})
    articles = {candidate.passage.article.id: candidate.passage.article for candidate in answer.trace.candidates}
    listed = nearest(list(articles.values()), looks) if answer.outcome is Outcome.NOT_FOUND else ""
    return [*said, listed] if listed else said


def links_of(citations: Sequence[Citation], looks: Looks) -> dict[int, str]:
    return {citation.mark: destination(address_of(citation, looks.public_url)) for citation in citations}


def address_of(citation: Citation, public_url: str) -> str:
    """Where a footnote leads: the source's own address, else the desk's page at the very words; else nowhere."""
    if destination(citation.url) or not public_url:
        return citation.url
    where = {"article": citation.article_id, "quote": f"{citation.start}-{citation.end}"}
    return f"{public_url.rstrip('/')}/?{urlencode(where)}"


def reason(text: str) -> Message:
    """Words of our own about a question that got no answer."""
    return Message("\n\n".join(slack_markdown(text, {})))


def markdown(text: str) -> Block:
    return {"type": "markdown", "text": text}


def context(*lines: str) -> Block:
    """Small print, which Slack shows as it is."""
    return {"type": "context", "elements": [{"type": "plain_text", "text": line, "emoji": False} for line in lines]}


def button(text: str, action_id: str, value: str, **more: Any) -> Block:
    label = {"type": "plain_text", "text": text, "emoji": False}
    return {"type": "button", "text": label, "action_id": action_id, "value": value, **more}


def source_line(citation: Citation, looks: Looks) -> str:
    titled = link(citation.title or "An article", address_of(citation, looks.public_url))
    day = f"{citation.updated_at.day} {citation.updated_at:%B %Y}"
    return f"**\\[{citation.mark}\\]** {titled}, updated {day}\n{quoted(citation.quote)}".rstrip()


def quoted(quote: str) -> str:
    """Words of an article, set off; cut where they are very long."""
    words = quote if len(quote) <= QUOTE_LIMIT else quote[:QUOTE_LIMIT].rsplit(" ", 1)[0] + " …"
    lines = "\n".join(slack_markdown(words, {})).split("\n")
    return "\n".join(f"> {line}" for line in lines if line.strip())


def _sources(answer: Answer, looks: Looks) -> list[Block]:
    """As many as fit; the footnotes in the text lead to the others."""
    shown = ""
    for citation in sorted(answer.citations, key=lambda citation: citation.mark):
        longer = f"{shown}\n\n{source_line(citation, looks)}" if shown else source_line(citation, looks)
        if len(longer) > SOURCES_LIMIT:
            break
        shown = longer
    return [markdown(shown)] if shown else []


def nearest(articles: Sequence[Article], looks: Looks) -> str:
    """A list of links, the best first; empty without articles."""
    lines = []
    for article in articles[:NEAREST]:
        here = f"{looks.public_url.rstrip('/')}/?{urlencode({'article': article.id})}" if looks.public_url else ""
        lines.append(f"- {link(article.title, article.url if destination(article.url) else here)}")
    return "\n".join(lines)


def _remarks(answer: Answer) -> list[Block]:
    """Verdicts on sentences that the articles do not plainly say, then the desk's notes."""
    doubtful = [said for sentence in answer.sentences if (said := verdict(sentence))]
    if len(doubtful) > VERDICTS_SHOWN:
        doubtful[VERDICTS_SHOWN:] = [f"… and {len(doubtful) - VERDICTS_SHOWN} more sentences like these."]
    remarks = [shortened(line) for line in (*doubtful, *answer.notes)]
    return [context(*remarks[:10])] if remarks else []


def verdict(sentence: Sentence) -> str:
    """What the reader should know of a sentence; nothing where the articles say it."""
    said = {"unsupported": "⚠ No article says this: ", "unclear": "The articles may not say quite this: "}
    start = said.get(sentence.support, "")
    return f"{start}“{' '.join(sentence.text.split())}”" if start else ""


def shortened(text: str, limit: int = QUOTE_LIMIT) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def _buttons(answer: Answer, looks: Looks) -> list[Block]:
    if answer.outcome is Outcome.DECLINED:
        return []
    actions = [button("This is wrong", WRONG, answer.id)] if answer.outcome is Outcome.ANSWERED else []
    actions += [button("Ask the owner", OWNER, answer.id)] if looks.has_owner else []
    rating = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": _thumb("Helpful", f"up:{answer.id}"),
        "negative_button": _thumb("Not helpful", f"down:{answer.id}"),
    }
    blocks: list[Block] = [{"type": "context_actions", "elements": [rating]}]
    return [*blocks, {"type": "actions", "elements": actions}] if actions else blocks


def _thumb(text: str, value: str) -> Mapping[str, Any]:
    return {"text": {"type": "plain_text", "text": text}, "accessibility_label": text, "value": value}
