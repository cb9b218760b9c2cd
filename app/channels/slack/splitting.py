"""Long answers become several messages, cut between paragraphs; a paragraph that is too long by itself, between lines
or words. Pure."""

from collections.abc import Iterator, Sequence

FENCE = "```"


def split(blocks: Sequence[str], limit: int) -> list[str]:
    """Messages of at most `limit` characters that say all of it, in order; at least one."""
    messages = [""]
    for piece in (piece for block in blocks for piece in _pieces(block, limit)):
        joined = f"{messages[-1]}\n\n{piece}" if messages[-1] else piece
        if len(joined) <= limit:
            messages[-1] = joined
        else:
            messages.append(piece)
    return messages


def _pieces(block: str, limit: int) -> Iterator[str]:
    if len(block) <= limit:
        yield block
    elif block.startswith(FENCE):
        inside = block.removeprefix(FENCE).removesuffix(FENCE).strip("\n")
        room = limit - 2 * len(FENCE) - 2
        yield from (f"{FENCE}\n{piece}\n{FENCE}" for piece in _packed(inside, room))
    else:
        yield from _packed(block, limit)


def _packed(text: str, limit: int) -> Iterator[str]:
    """At line ends where there are some, else between words, else anywhere."""
    while len(text) > limit:
        cut = text.rfind("\n", 0, limit + 1)
        cut = cut if cut > 0 else text.rfind(" ", 0, limit + 1)
        cut = cut if cut > 0 else limit
        yield text[:cut].rstrip()
        text = text[cut:].lstrip("\n ") if cut < limit or text[cut : cut + 1].isspace() else text[cut:]
    if text:
        yield text
