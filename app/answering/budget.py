"""How much fits into what a model can read. Pure; counted in tokens, and rather too many than too few.

No tokenizer is asked: each model has its own, and those of served models cannot be had without a network.
"""

import re
from collections.abc import Sequence

LETTERS_A_TOKEN = 4  # of a word in Latin letters; English words of modern vocabularies have more
FOREIGN_LETTERS_A_TOKEN = 2  # Greek, Cyrillic, Arabic, Thai, and letters with accents
OWN_WORDS = 32  # tokens that a server puts around the messages: roles, templates, dates
CONVERSATION_SHARE = 0.25  # of the room for passages and conversation together, at most

_PIECES = re.compile(
    r"""(?P<word>[A-Za-z]+)|(?P<digit>\d)|(?P<blank>[ \t]+|\s*\n)
    |(?P<whole>[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])|(?P<foreign>[^\W\d_]+)|(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> int:
    """About how many tokens a language model counts, at most: words by their length, digits and signs one each."""
    count = 0
    for match in _PIECES.finditer(text):
        kind, length = match.lastgroup, match.end() - match.start()
        if kind == "word":
            count += -(-length // LETTERS_A_TOKEN)
        elif kind == "foreign":
            count += -(-length // FOREIGN_LETTERS_A_TOKEN)
        elif kind == "blank":
            count += "\n" in match.group()  # a blank before a word belongs to the word's token
        else:
            count += 1
    return count


def room(context_tokens: int, answer_tokens: int, fixed: int) -> int:
    """Tokens that are left for passages and conversation, beside rules and question (`fixed`) and the answer.

    The answer never gets more than a third: a small model has to read something, too.
    """
    return context_tokens - min(answer_tokens, context_tokens // 3) - fixed - OWN_WORDS


def fitting(costs: Sequence[int], room: int) -> int:
    """How many of the first fit: what comes last is the least useful, and is left out whole."""
    used = 0
    for count, cost in enumerate(costs):
        used += cost
        if used > room:
            return count
    return len(costs)
