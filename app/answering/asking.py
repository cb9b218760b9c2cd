"""What kind of answer a question asks for, told by its words in English, German and Spanish. Pure; a hint, no more."""

import re
from enum import StrEnum


class Wish(StrEnum):
    """What the asker hopes to read. A question may have several, or none that can be told."""

    STEPS = "steps"
    LIST = "list"
    CODE = "code"
    AMOUNT = "amount"  # a number, a date or a time
    EXPLANATION = "explanation"  # why, or how something comes about: rarely said in one sentence


_SIGNS = {
    Wish.STEPS: r"""
        \bhow\s+(?:do|does|can|to|should|would|could|may)\b|\bsteps?\b|\binstructions?\b|\bset(?:ting)?\s+up\b
        |\bwie\s+(?!viele?\b|lange\b|oft\b|hoch\b|alt\b|weit\b|teuer\b)\w+\s+(?:ich|man|wir)\b|\bschritte?\b|\banleitung\b
        |\bcómo\b|\bpasos\b|\bwhat\s+(?:do|should|must)\s+(?:i|we)\s+do\b|\bwas\s+(?:muss|soll)\s+ich\b
        """,
    Wish.LIST: r"""
        \b(?:what|which)\s+(?:\w+\s+)?[a-z]{3,}(?<!s)s\b(?!\s+(?:the|a|an)\b)|\bwhat\s+are\b|\blist\b|\bwhich\s+of\b
        |\bwhat\s+do\s+(?:i|we|you)\s+need\b|\b(?:types|kinds|options|examples)\b|\bwelche\b|\bliste\b|\bwas\s+brauche\b
        |\bcuáles\b|\bqué\s+\w+s\b|\blista\b
        """,
    Wish.CODE: r"""
        \bsnippets?\b|\bcurl\b|\bcommands?\b|\bscripts?\b|\bcode\s+(?:example|sample)|\b(?:show|give)\b.*\b(?:code|example)
        |\bbefehle?\b|\bcodebeispiel|\bcomandos?\b
        """,
    Wish.AMOUNT: r"""
        \bhow\s+(?:much|many|long|old|often|far|fast|high|big|large|late|early|soon)\b|\bwhen\b|\bwhat\s+(?:time|date|year)\b
        |\bwie\s*(?:viele?|lange|oft|hoch|alt|weit|teuer)\b|\bwann\b|\bcuánt[oa]s?\b|\bcuándo\b|\ba\s+qué\s+hora\b
        """,
    Wish.EXPLANATION: r"""
        \bwhy\b|\bhow\s+come\b|\bhow\s+(?:do|does|did|can|could|should|would|is|are|was|were|to)\b|\bexplain\b
        |\bwhat\s+(?:happens|should\s+(?:i|we)|do\s+(?:i|we)\s+(?:have|need)\s+to|must\s+(?:i|we))\b
        |\bwarum\b|\bwieso\b|\bweshalb\b|\bwie\s+(?!viele?\b|lange\b|oft\b|hoch\b|alt\b|weit\b|teuer\b)\w+|\berklär
        |\bpor\s+qué\b|\bcómo\b|\bexplica
        """,
}
_PATTERNS = {wish: re.compile(pattern, re.IGNORECASE | re.VERBOSE) for wish, pattern in _SIGNS.items()}

# How a thing is asked for, whatever it is.
_ASKING = re.compile(
    r"""\bhow\s+(?:much|many|long|old|often|far|fast|high|big|large|late|early|soon)\b
    |\bwie\s*(?:viele?|lange|oft|hoch|alt|weit|teuer)\b|\bcuánt[oa]s?\b
    |\b(?:what|how)\s+about\b|\b(?:tell|show|give)\s+(?:me|us)\b|\b(?:is|are)\s+there\b
    |\b(?:do|can|may|must|should|could|would)\s+(?:i|we|you|one)\s+(?:get|have|find|do|see|know|go|use|make)\b
    |\b(?:please|thanks|bitte|danke|gracias|hello|hi|hallo|hola)\b""",
    re.IGNORECASE | re.VERBOSE,
)

_AMOUNT = re.compile(
    r"""\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|half|once|twice
    |monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|midnight|daily|weekly|monthly|yearly|annually|hourly
    |zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|täglich|wöchentlich|monatlich|jährlich
    |dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|diario|semanal|mensual|anual)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


def wishes(question: str) -> frozenset[Wish]:
    """What the words of a question ask for."""
    return frozenset(wish for wish, pattern in _PATTERNS.items() if pattern.search(question))


def names_an_amount(text: str) -> bool:
    """Whether a text has a number, a date or a time in it, in digits or in words."""
    return _AMOUNT.search(text) is not None


def subject(question: str) -> str:
    """The question without the words that only ask; the whole of it when nothing else is left."""
    left = _ASKING.sub(" ", question)
    return left if any(sign.isalnum() for sign in left) else question


def figures(text: str) -> set[str]:
    """The numbers in a text, as they are written, without the signs that part thousands."""
    return {re.sub(r"[.,](?=\d{3}(?:\D|$))", "", figure) for figure in _FIGURE.findall(text)}
