"""What is tried when Slack finds a message too long, or does not like its blocks. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from app.channels.slack.messages import Message
from app.channels.slack.splitting import split


def smaller(messages: Sequence[Message]) -> list[Message]:
    """The same in more messages, each about half as long; sources get messages of their own."""
    made: list[Message] = []
    for message in messages:
        texts = [block["text"] for block in message.below if block["type"] == "markdown"]
        below = tuple(block for block in message.below if block["type"] != "markdown")
        limit = max(500, max(len(text) for text in (message.body, *texts)) // 2)
        bodies = [body for text in (message.body, *texts) for body in split(text.split("\n\n"), limit)]
        made += [Message(body) for body in bodies[:-1]]
        made.append(Message(bodies[-1], below))
    return made


def bare(messages: Sequence[Message]) -> list[Message]:
    """Without blocks, for a workspace that does not know them: only words, which name no address."""
    return [replace(message, below=(), has_blocks=False) for message in messages]
