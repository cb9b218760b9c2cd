"""Take out of a writer's words what could make a browser or a chat contact an address, or pose as a link. Pure.

What no reader sees goes too: it could steer a terminal, turn a line round, or carry words for the next machine.

Marks become footnotes, and footnotes are the only links of an answer. What stands in code is text and stays.
"""

import re

from app.knowledge.unseen import without_unseen

LEFT_OUT = "(link left out)"

_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]\n]*)\](?:\([^)\n]*\)?|\[[^\]\n]*\])?")
_BANGS = re.compile(r"!+\[")
_LINK = re.compile(r"\[([^\]\n]+)\]\((?:[^()\n]|\([^)\n]*\))*\)?")
_MARK = re.compile(r"\^?\d{1,3}(?:\s*[,;–-]\s*\^?\d{1,3})*")
_DEFINITION = re.compile(r"^\s*\[[^\]\n]+\]:\s*\S+.*$", re.MULTILINE)
_ADDRESS = re.compile(
    r"<?(?:(?:https?|ftp|wss?|file|data|javascript)://?|data:|javascript:|www\.)[^\s<>\"'`\]]+>?", re.I
)
_AFTER_ADDRESS = ".,;:!?)"
# Elements of HTML and SVG; `<your name>` and `<T>` are no elements and stay. An unclosed one goes to the end.
_ELEMENT = re.compile(
    r"""</?(?:a|abbr|address|applet|area|article|aside|audio|b|base|blockquote|body|br|button|canvas|center|code|details
    |dialog|div|dl|dt|dd|em|embed|fieldset|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe
    |image|img|input|ins|kbd|label|li|link|main|marquee|math|meta|nav|noscript|object|ol|option|p|param|picture|pre|q|s
    |script|section|select|small|source|span|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th
    |thead|title|tr|track|u|ul|use|video|wbr|xml)(?:[\s/][^>]*)?(?:>|$)|<!--.*?(?:-->|$)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def harmless(text: str, known: str) -> str:
    """The text without images, links, HTML and unseen characters; addresses stay, as text, where `known` has them.

    Args:
        known: the texts that the writer was given.
    """
    text = without_unseen(text)[0]
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [_harmless(text[at : code.start()], known), code.group()]
        at = code.end()
    return "".join([*parts, _harmless(text[at:], known)])


def _harmless(text: str, known: str) -> str:
    while (left := _ELEMENT.sub("", text)) != text:  # what is left may come together to an element again
        text = left
    text = _IMAGE.sub(lambda image: image.group(1), text)
    text = _LINK.sub(_label, text)
    text = _DEFINITION.sub("", text)
    text = _ADDRESS.sub(lambda address: _known_or_left_out(address.group(), known), text)
    return _BANGS.sub("[", text.replace("](", "] ("))  # halves of what is cut in two by the end of a sentence


def _label(link: re.Match[str]) -> str:
    """The words of a link; of a mark that a model hangs an address on, the mark."""
    return f"[{link.group(1)}]" if _MARK.fullmatch(link.group(1)) else link.group(1)


def _known_or_left_out(address: str, known: str) -> str:
    bare = address.strip("<>")
    core = bare.rstrip(_AFTER_ADDRESS)
    return bare if core in known else LEFT_OUT + bare[len(core) :]
