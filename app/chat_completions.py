"""What servers that speak Chat Completions do differently from each other. Pure: no network, no SDK.

Known of: OpenAI, Azure, and the compatible endpoints of Anthropic, Gemini, Mistral, DeepSeek, Ollama, vLLM, llama.cpp
and LM Studio; docs/language-models.md has a line on each.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

Fault = Literal["key", "credit", "busy", "model", "context", "filter", "other"]

# Settings of a request that a model may refuse to be given; it is asked again without the one it complains of.
OPTIONAL = ("temperature", "response_format")
WELL_ENDED = ("stop", "eos", "eos_token", "end_turn", "stop_sequence")  # by finish_reason; servers differ

_REFUSED = re.compile(
    r"unsupported|not support|deprecated|not allowed|not permitted|unrecognized|unknown|invalid", re.I
)
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|maximum context|exceed_context_size|too many tokens|prompt is too long"
    r"|input token count|too large for model|tokens when (?:the )?context|exceeds? the (?:available|maximum)",
    re.I,
)
_NO_KEY = re.compile(r"api[ _-]?key|unauthori[sz]ed|authentication|permission", re.I)
_NO_CREDIT = re.compile(
    r"insufficient_quota|insufficient balance|exceeded your current quota|billing|credit balance", re.I
)
_NO_MODEL = re.compile(
    r"model\b.{0,80}(?:not found|does not exist|not exist|is not available)|no such model", re.I | re.S
)
_FILTERED = re.compile(r"content_filter|content management policy|responsibleai", re.I)


def fault(status: int, words: str) -> Fault:
    """What a server complains of. `words`: code, type and message together; the status alone misleads.

    Gemini answers 400 to a wrong key, llama.cpp has answered 500 to a prompt that is too long, and a used-up account
    gives OpenAI's 429, DeepSeek's 402 or Anthropic's 400.
    """
    if _TOO_LONG.search(words):
        return "context"
    if status == 402 or (status in (400, 403, 429) and _NO_CREDIT.search(words)):
        return "credit"
    if status in (401, 403) or (status == 400 and _NO_KEY.search(words)):
        return "key"
    if status == 404 or (status == 400 and _NO_MODEL.search(words)):
        return "model"
    if status in (429, 529):
        return "busy"
    return "filter" if _FILTERED.search(words) else "other"


def refused_setting(status: int, words: str) -> str:
    """Which of OPTIONAL a server does not take, such as the temperature by models that think; empty: none."""
    if status not in (400, 422) or not _REFUSED.search(words):
        return ""
    return next((name for name in OPTIONAL if name in words), "")


def wait_of(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that a server asks to be left alone (`retry-after-ms`, `retry-after` in seconds or as a date)."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / unit)
        except (KeyError, ValueError):
            continue
    try:
        until = parsedate_to_datetime(headers["retry-after"])
        return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None


def text_of(content: Any) -> str:
    """The words of a delta. Mistral's thinking models send a list of parts; only those of type `text` are said."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = (part for part in content if isinstance(part, dict) and part.get("type") == "text")
        return "".join(str(part.get("text") or "") for part in parts)
    return ""


def unfinished(finish_reason: str | None) -> str:
    """Why an answer is not whole, as the end of a sentence; empty when it is."""
    if finish_reason in WELL_ENDED:
        return ""
    if finish_reason in ("length", "model_length", "max_tokens"):
        return "reached the longest answer that its server lets it write"
    if finish_reason == "content_filter":
        return "was stopped by its provider's content filter"
    return "stopped in the middle of its answer"


class Thoughts:
    """Leaves out what a model thinks aloud before it answers: `<think> ... </think>` at the very beginning."""

    _PAIRS = (("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<thought>", "</thought>"))

    def __init__(self) -> None:
        self._held: str | None = ""  # what may still turn out to be thought; None once the answer has begun
        self._end = ""

    def spoken(self, piece: str) -> str:
        """What of this piece is said to the reader."""
        if self._held is None:
            return piece
        self._held += piece
        begun = self._held.lstrip()
        if not self._end:
            self._end = next((end for start, end in self._PAIRS if begun.startswith(start)), "")
        if self._end:
            answer = self._held.partition(self._end)[2].lstrip()
            if answer:
                self._held = None
            return answer
        if any(start.startswith(begun) for start, _ in self._PAIRS):
            return ""
        said, self._held = self._held, None
        return said

    def rest(self) -> str:
        """What was held and is no thought after all, when the stream has ended."""
        held, self._held = self._held or "", None
        return "" if self._end else held


ANSWER_SCHEMA: Mapping[str, Any] = {
    "type": "json_schema",
    "json_schema": {
        "name": "answer",
        "strict": True,
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "required": ["sentences"],
            "properties": {
                "sentences": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["text", "passages"],
                        "properties": {
                            "text": {"type": "string"},
                            "passages": {"type": "array", "items": {"type": "integer"}},
                        },
                    },
                }
            },
        },
    },
}


class StructuredAnswer:
    """Turns a stream of `{"sentences": [{"text", "passages"}]}` into marked text, each sentence as soon as it is whole.

    A model that writes plain text all the same is passed on as it is: some servers ignore the schema.
    """

    _START = re.compile(r'\{\s*"sentences"\s*:\s*\[')
    _PREFACE = 200  # characters before the first brace, such as "Here is the JSON:"; beyond, it is plain text

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._is_plain = False
        self._said_any = False

    def spoken(self, piece: str) -> str:
        self._text += piece
        if self._is_plain:
            return piece
        if not self._at:
            start = self._START.search(self._text)
            if start is None:
                return self._plain() if len(self._text) > self._PREFACE else ""
            self._at = start.end()
        return "".join(self._sentences())

    def rest(self) -> str:
        """What is left when the stream has ended."""
        return self._plain() if not self._at and not self._is_plain else ""

    def _plain(self) -> str:
        self._is_plain = True
        return self._text

    def _sentences(self) -> Iterator[str]:
        decoder = json.JSONDecoder()
        while True:
            while self._text[self._at : self._at + 1] in (" ", "\n", "\t", "\r", ","):
                self._at += 1
            try:
                sentence, self._at = decoder.raw_decode(self._text, self._at)
            except ValueError:
                return
            if not isinstance(sentence, dict):
                return
            text = str(sentence.get("text") or "").strip()
            passages = sentence.get("passages")
            marks = "".join(f"[{n}]" for n in passages if isinstance(n, int)) if isinstance(passages, list) else ""
            if text:
                yield f"{self._gap(text)}{text}{' ' if marks else ''}{marks}"

    def _gap(self, text: str) -> str:
        before, self._said_any = self._said_any, True
        if not before:
            return ""
        return "\n" if re.match(r"[-*•]\s|\d{1,3}[.)]\s|#|\|", text) else " "
