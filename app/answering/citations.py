"""Turn the marks of a writer into citations: forged ones go, each that stays opens the very words it rests on.

A writer's [2] means excerpt 2; a reader's [1] is the first stretch that the answer quotes. Nothing here does I/O.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.answering.answers import Citation, Sentence, Support
from app.answering.evidence import Evidence, Grounds
from app.answering.excerpts import Excerpt
from app.answering.sentences import Unit, plain, units
from app.answering.support import Judgement, SupportCheck
from app.knowledge.searchable import embedded_text

_NUMBERS = r"\^?\d{1,3}(?:\s*[,;–-]\s*\^?\d{1,3})*"
_MARK = re.compile(rf"\s*(?<!\\)\[({_NUMBERS})\](?:\([^)\s]*\))?|\s*【({_NUMBERS})[^】]*】")
_CODE = re.compile(r"(`+)[^`].*?\1", re.DOTALL)
_CAN_END = re.compile(r"[.!?…。！？\n]")  # without one of these, no sentence is over
_WIDE = str.maketrans("[]【】", "［］［］")
_OTHERS = 2  # excerpts that a sentence does not cite and is held against all the same, those with most of its words


def marks_in(text: str) -> list[int]:
    """The excerpts that a text cites, in order, each once: [1], [1][2], [1, 2], [1-3], 【1】. Inline code has none."""
    cited: list[int] = []
    for match in _marks(text):
        for part in re.split(r"[,;]", match.group(1) or match.group(2)):
            first, *last = (int(digits) for digits in re.findall(r"\d+", part))
            cited += range(first, max(last, default=first) + 1)
    return list(dict.fromkeys(cited))


def unmarked(text: str) -> str:
    """The text without its marks and the blanks before them."""
    kept, at = [], 0
    for match in _marks(text):
        kept.append(text[at : match.start()])
        at = match.end()
    return "".join([*kept, text[at:]]).rstrip()


def shielded(text: str) -> str:
    """Source text whose own brackets around numbers are no marks: [3] becomes ［3］, in Markdown and out of it."""
    return _MARK.sub(lambda match: match.group().translate(_WIDE), text)


def _marks(text: str) -> Iterator[re.Match[str]]:
    code = [match.span() for match in _CODE.finditer(text)]
    for match in _MARK.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in code):
            yield match


@dataclass(frozen=True)
class Footing:
    """Where a sentence stands in an excerpt, and how firmly."""

    excerpt: Excerpt
    start: int  # in the revision's text
    end: int
    judgement: Judgement

    @property
    def quote(self) -> str:
        return self.excerpt.text[self.start - self.excerpt.start : self.end - self.excerpt.start]


@dataclass(frozen=True)
class Written:
    """One sentence as the reader gets it: its piece of the answer's text, and what stands behind it."""

    piece: str
    sentence: Sentence
    citations: tuple[Citation, ...]  # those that this sentence brings for the first time


class Footnotes:
    """Checks the sentences of one answer as they come, and numbers its footnotes in order of appearance.

    A sentence that nothing supports loses its footnote: what a footnote opens must say what the sentence says.
    """

    def __init__(self, excerpts: Sequence[Excerpt], check: SupportCheck | None = None) -> None:
        self._excerpts = {excerpt.number: excerpt for excerpt in excerpts}
        self._check = check or SupportCheck()
        self._grounds: dict[int, Grounds] = {}
        self._marks: dict[tuple[str, int, int, int], int] = {}
        self._after_mark = False

    def check(self, gap: str, unit: Unit, raw: str) -> Written:
        """`raw` is the unit as its writer wrote it, `gap` what stands between it and the one before."""
        text = unmarked(raw)
        claim = unit.shown if unit.kind == "code" else plain(text)
        cited = [self._excerpts[number] for number in marks_in(raw) if number in self._excerpts]
        footings = self._footings(claim, cited, is_claim=unit.kind not in ("heading", "code"))
        citations = [self._citation(footing) for footing in footings if footing.judgement.support != "unsupported"]
        marks = tuple(dict.fromkeys(citation.mark for citation, _ in citations))
        verdict = _verdict(claim, footings, unit)
        probability = max((footing.judgement.probability for footing in footings), default=0.0)
        before_marks = "\n" if unit.kind == "code" else " "  # behind its fence they would become code
        if self._after_mark and not gap:
            gap = " "  # a mark and the bracket behind it would be a link
        self._after_mark = bool(marks)
        piece = f"{gap}{text}{before_marks if marks else ''}{''.join(f'[{mark}]' for mark in marks)}"
        fresh = tuple(citation for citation, is_new in citations if is_new)
        return Written(piece, Sentence(claim, marks, verdict, probability), fresh)

    def _footings(self, claim: str, cited: list[Excerpt], is_claim: bool) -> list[Footing]:
        """Where the claim stands in what it cites; when that leaves doubts, where else it plainly stands."""
        footings = self._judged(claim, [(excerpt, self._evidence(claim, excerpt)) for excerpt in cited])
        if not is_claim or any(footing.judgement.support == "supported" for footing in footings):
            return footings
        others = [(e, self._evidence(claim, e)) for e in self._excerpts.values() if e not in cited]
        likely = sorted(others, key=lambda other: -other[1].share)[:_OTHERS]
        plainly = [f for f in self._judged(claim, likely) if f.judgement.support == "supported"]
        return [max(plainly, key=lambda footing: footing.judgement.probability)] if plainly else footings

    def _judged(self, claim: str, found: Sequence[tuple[Excerpt, Evidence]]) -> list[Footing]:
        """All at once: the reader is asked once for a sentence."""
        judgements = self._check.judge([(claim, evidence) for _, evidence in found])
        return [
            Footing(excerpt, *_place(excerpt, evidence), judgement)
            for (excerpt, evidence), judgement in zip(found, judgements, strict=True)
        ]

    def _evidence(self, claim: str, excerpt: Excerpt) -> Evidence:
        if excerpt.number not in self._grounds:
            above = embedded_text(excerpt.article.title, excerpt.headings, "").rstrip("\n")
            self._grounds[excerpt.number] = Grounds(excerpt.text, above)
        return self._grounds[excerpt.number].evidence(claim)

    def _citation(self, footing: Footing) -> tuple[Citation, bool]:
        article = footing.excerpt.article
        stretch = (article.id, footing.excerpt.revision, footing.start, footing.end)
        is_new = stretch not in self._marks
        mark = self._marks.setdefault(stretch, len(self._marks) + 1)
        citation = Citation(
            mark=mark,
            article_id=article.id,
            title=article.title,
            url=article.url,
            revision=footing.excerpt.revision,
            start=footing.start,
            end=footing.end,
            quote=footing.quote,
            updated_at=article.updated_at,
        )
        return citation, is_new


def _place(excerpt: Excerpt, evidence: Evidence) -> tuple[int, int]:
    """Where the quote stands in the revision; without one, the passage that was found."""
    if not evidence.quote:
        found = excerpt.passages[0].chunk
        return found.start, found.end
    return excerpt.start + evidence.start, excerpt.start + evidence.end


def _verdict(claim: str, footings: Sequence[Footing], unit: Unit) -> Support:
    """The best of its footings; a heading or a line that only leads on claims nothing."""
    if any(footing.judgement.support == "supported" for footing in footings):
        return "supported"
    leads_on = unit.kind in ("heading", "code") or claim.endswith(":")
    if leads_on or any(footing.judgement.support == "unclear" for footing in footings):
        return "unclear"
    return "unsupported"


class Sentences:
    """Cuts an answer that comes in pieces into (gap, unit, raw text), as soon as each can no longer change."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0  # how much of the text was given out

    def add(self, piece: str) -> list[tuple[str, Unit, str]]:
        """The sentences that this piece completes. The last one waits: it may still get its mark."""
        self._text += piece
        if not _CAN_END.search(self._text, self._given):
            return []  # nearly every piece of a model is a part of a word
        return self._take(keep_last=True)

    def rest(self) -> list[tuple[str, Unit, str]]:
        """What is left when the writer has ended."""
        return self._take(keep_last=False)

    def _take(self, keep_last: bool) -> list[tuple[str, Unit, str]]:
        fresh = [unit for unit in units(self._text) if unit.start >= self._given]
        begins = fresh[0].start if fresh else len(self._text)
        if left := self._text[self._given : begins]:  # words that have since joined a unit that was given out already
            fresh = [replace(u, start=u.start + self._given, end=u.end + self._given) for u in units(left)] + fresh
        taken = []
        for unit in fresh[: -1 if keep_last else None]:
            gap = self._text[self._given : unit.start]
            taken.append((gap, unit, self._text[unit.start : unit.end]))
            self._given = unit.end
        return taken


def cite(text: str, excerpts: Sequence[Excerpt], check: SupportCheck | None = None) -> list[Written]:
    """The whole of an answer at once: what streaming gives sentence by sentence."""
    footnotes, sentences = Footnotes(excerpts, check), Sentences()
    return [footnotes.check(*found) for found in [*sentences.add(text), *sentences.rest()]]
