"""Of sentences that a model adds or spoils, how many are caught; of good ones, how many are lost?

    FOOTNOTE_TRAIN_DATA=... python -m evals.checking [--sentences N] [--words] [--json]

Each sentence stands behind a true one in an answer of its own, which a scripted model writes over five passages. The
answer is streamed, cut into sentences, made harmless, and each sentence is checked against what it cites and what else
was given: all that the desk does between a model and a reader (app/answering/writing.py). evals/supporting.py measures
the probabilities that stand behind the verdicts.
"""

import argparse
import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from app import settings
from app.answering.answers import Citation, Support
from app.answering.briefing import Brief
from app.answering.citations import Footnotes, Written
from app.answering.evidence import coverage
from app.answering.excerpts import Excerpt
from app.answering.reader import open_reader
from app.answering.sentences import units
from app.answering.support import SupportCheck
from app.answering.writing import Draft, write
from app.errors import FootnoteError, WrongUse
from app.knowledge.articles import PUBLIC, Article, Chunk, Passage
from app.knowledge.words import terms
from app.language_models import WritingRequest
from app.language_models.scripted import ScriptedWriter
from evals.answer_measures import share
from evals.model_server import cut
from evals.supporting import GOLDEN, HELP, SEED, sources
from models.reader.spoiling import Source, SupportRow, support_rows

SENTENCES = 200  # of either sort
ADDED = 0.2  # share of the wrong ones that are made up; the others are spoiled
GIVEN = 5  # passages, as the desk gives by default
PAGES, ROWS_OF_A_PASSAGE = 150, 4  # of each set of help pages
SAYS_IT_TOO = 0.8  # share of a sentence's terms; a passage with so many may well say the same, and is not given
FEWEST_WORDS = 6  # of the sentence that goes before
ADDITION = "made up"
SECONDS = 600.0  # for one answer: no clock decides
_WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)

End = Literal["supported", "unclear", "unsupported", "dropped"]
_WORST_LAST: Sequence[Support] = ("supported", "unclear", "unsupported")


@dataclass(frozen=True)
class Case:
    """A sentence and the passages that its writer was given."""

    sentence: str
    given: tuple[tuple[str, str], ...]  # title and text of each; the first is the one that the sentence is about
    is_good: bool
    kind: str  # how it is wrong; of a good one "verbatim" or "rephrased"
    marked: int = 0  # place of the passage that it cites


@dataclass(frozen=True)
class Checked:
    """What became of it in the answer."""

    case: Case
    end: End
    cites: tuple[int, ...]  # places of the passages that its footnotes open

    @property
    def is_rightly_footed(self) -> bool:
        """It has footnotes, and all of them open the passage it is about."""
        return set(self.cites) == {0}


@dataclass(frozen=True)
class _Twins:
    """A sentence that its passage says and one that it does not, the page they come from and those beside it."""

    said: SupportRow
    unsaid: SupportRow
    source: Source
    pages: Sequence[Source]

    def case(self, row: SupportRow) -> Case:
        """Over its passage and what a search would have found with it."""
        others = [(self.source.title, text) for text in self.source.neighbours]
        others += [(page.title, page.text) for page in self.pages if page.group != self.source.group]
        beside = _beside(row.sentence, self.source.text, others)
        return Case(row.sentence, ((self.source.title, row.passage), *beside), row.supported == 1.0, row.kind)


def cases_of_help(folder: Path, wanted: int) -> list[Case]:
    """Sentences of help pages that no reader was trained on: `wanted` good ones, and as many wrong ones.

    The good ones are put in other words, most of them. Of the wrong ones four fifths are spoiled, each kind as often
    as any other as far as there are enough; the rest are true sentences of other pages, which nothing given says.
    """
    found: dict[str, list[_Twins]] = defaultdict(list)
    for name in HELP:
        pages = sources(folder, name, "test")[:PAGES]
        for source in pages:
            rows = list(support_rows([source], seed=SEED, per_passage=ROWS_OF_A_PASSAGE))
            for said, unsaid in zip(rows[::2], rows[1::2], strict=True):
                found[unsaid.kind].append(_Twins(said, unsaid, source, pages))
    rng = random.Random(SEED)
    twins = _evenly(found, wanted, rng)
    good = [one.case(one.said) for one in twins]
    strange = round(ADDED * len(twins))
    made_up = [replace(case, sentence=_stranger(case, good, rng), is_good=False, kind=ADDITION) for case in good]
    return [*good, *(one.case(one.unsaid) for one in twins[strange:]), *made_up[:strange]]


def cases_by_hand(file: Path = GOLDEN) -> list[Case]:
    """The sentences written by hand over sample/knowledge, true and wrong ones of the same quote."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    passages = [("", quote) for quote in dict.fromkeys(row["quote"] for row in rows)]
    return [
        Case(
            row["sentence"],
            (("", row["quote"]), *_beside(row["sentence"], row["quote"], passages)),
            row["supported"],
            "rephrased" if row["supported"] else row["kind"],
        )
        for row in rows
    ]


def misplaced(cases: Sequence[Case]) -> list[Case]:
    """The good ones, each citing another passage than the one that says it."""
    return [replace(case, marked=1 + place % (len(case.given) - 1)) for place, case in enumerate(cases) if case.is_good]


def checked(case: Case, check: SupportCheck) -> Checked:
    """Have it written behind a true sentence of another passage, and look at what a reader would get."""
    excerpts = [_excerpt(place, *passage) for place, passage in enumerate(case.given)]
    behind, before = _true_sentence(case)
    said = [f"{before} [{behind + 1}] ", f"{case.sentence} [{case.marked + 1}]"]
    pieces = write(
        [ScriptedWriter(list(cut(said)))],
        lambda model: Brief(WritingRequest("", ""), tuple(excerpts)),
        SECONDS,
        footnotes=lambda given: Footnotes(given, check),
    )
    whole = _draft(pieces).written
    supports = [one.sentence.support for one in whole[1:]]
    worst: End = max(supports, key=_WORST_LAST.index) if supports else "dropped"
    return Checked(case, worst, tuple(_places(whole[1:], whole)))


def figures(found: Sequence[Checked]) -> dict[str, Any]:
    """What was caught and what was lost. Shares are of the wrong and of the good sentences."""
    wrong, good = [one for one in found if not one.case.is_good], [one for one in found if one.case.is_good]
    reworded = [one for one in good if one.case.kind != "verbatim"]
    return {
        "wrong": len(wrong),
        "caught": _rounded(share(one.end != "supported" for one in wrong)),
        "caught_as": _ends(wrong),
        "caught_of": {
            kind: _rounded(share(one.end != "supported" for one in wrong if one.case.kind == kind))
            for kind in sorted({one.case.kind for one in wrong})
        },
        "good": len(good),
        "lost": _rounded(share(_is_lost(one) for one in good)),
        "ended_as": _ends(good),
        "reworded": len(reworded),
        "reworded_lost": _rounded(share(_is_lost(one) for one in reworded)),
        "reworded_unclear": _rounded(share(one.end == "unclear" for one in reworded)),
    }


def figures_of_misplaced(found: Sequence[Checked]) -> dict[str, Any]:
    """What became of good sentences that cite a passage which does not say them."""
    return {
        "good": len(found),
        "right_footnote": _rounded(share(one.is_rightly_footed for one in found)),
        "lost": _rounded(share(_is_lost(one) for one in found)),
        "ended_as": _ends(found),
    }


def measure(check: SupportCheck, training: Path, sentences: int) -> dict[str, Any]:
    """Of help pages and of the sentences written by hand: as marked by their writer, and marked wrongly."""
    found = {}
    for name, cases in (("help_pages", cases_of_help(training, sentences)), ("written_by_hand", cases_by_hand())):
        marked_rightly = [checked(case, check) for case in cases]
        marked_wrongly = [checked(case, check) for case in misplaced(cases)]
        found[name] = {**figures(marked_rightly), "misplaced": figures_of_misplaced(marked_wrongly)}
    return found


def _draft(pieces: Generator[str, None, Draft]) -> Draft:
    """What stands there once all is written."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            draft: Draft = end.value
            return draft


def _beside(sentence: str, passage: str, others: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those that have most of the sentence's words, as search would find them, and do not plainly say it."""
    claimed = terms(sentence)
    shares = [(coverage(claimed, _terms(text)), title, text) for title, text in others if text != passage]
    fitting = sorted((one for one in shares if one[0] < SAYS_IT_TOO), key=lambda one: -one[0])
    return ((title, text) for _, title, text in fitting[: GIVEN - 1])


def _evenly(found: Mapping[str, Sequence[_Twins]], wanted: int, rng: random.Random) -> list[_Twins]:
    """So many, of each kind in turn while there are any, in an order that tells nothing of the kind."""
    left = {kind: rng.sample(list(twins), len(twins)) for kind, twins in sorted(found.items())}
    chosen: list[_Twins] = []
    while len(chosen) < wanted and any(left.values()):
        chosen += [twins.pop() for twins in left.values() if twins]
    return rng.sample(chosen[:wanted], min(wanted, len(chosen)))


def _stranger(case: Case, others: Sequence[Case], rng: random.Random) -> str:
    """A true sentence of another page, of which nothing that was given to this one says much."""
    given = [term for _, text in case.given for term in _terms(text)]
    strange = [one.sentence for one in others if coverage(terms(one.sentence), given) < SAYS_IT_TOO]
    return rng.choice(strange)


@lru_cache(maxsize=4096)
def _terms(text: str) -> list[str]:
    return terms(text)


def _true_sentence(case: Case) -> tuple[int, str]:
    """Place of a passage beside, and a sentence that stands in it: without one that holds, an answer is not shown."""
    for place, (_, text) in list(enumerate(case.given))[1:]:
        for unit in units(text):
            if unit.kind == "sentence" and len(unit.shown.split()) >= FEWEST_WORDS and unit.shown.endswith("."):
                return place, unit.shown
    return 0, units(case.given[0][1])[0].shown


def _excerpt(place: int, title: str, text: str) -> Excerpt:
    id_ = f"passage{place}"
    article = Article(id_, "passages", id_, title, "", frozenset({PUBLIC}), _WRITTEN, 1)
    found = Passage(Chunk(id_, 1, 0, 0, len(text), text, (), None), article, 1.0)
    return Excerpt(place + 1, article, 1, 0, len(text), text, (found,))


def _places(written: Sequence[Written], whole: Sequence[Written]) -> Iterator[int]:
    """Of the passages that these sentences' footnotes open."""
    opens: dict[int, Citation] = {citation.mark: citation for one in whole for citation in one.citations}
    for one in written:
        for mark in one.sentence.marks:
            yield int(opens[mark].article_id.removeprefix("passage"))


def _is_lost(one: Checked) -> bool:
    """It is not shown, or shown without a footnote and called unsupported."""
    return one.end in ("unsupported", "dropped")


def _ends(found: Sequence[Checked]) -> dict[str, int]:
    return {end: sum(one.end == end for one in found) for end in (*_WORST_LAST, "dropped")}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def table(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The figures in Markdown, as docs/answers.md has them."""
    head = ["sentences", "wrong", "caught", "good", "lost", "unclear", "marked wrongly, right footnote", "and lost"]
    lines = [head, ["---"] * len(head)]
    for name, of_set in found.items():
        moved = of_set["misplaced"]
        cells = [of_set["wrong"], of_set["caught"], of_set["good"], of_set["lost"], of_set["ended_as"]["unclear"]]
        cells += [moved["right_footnote"], moved["lost"]]
        lines.append([name.replace("_", " "), *map(_shown, cells)])
    kinds = [["wrong in its", "caught"], ["---"] * 2]
    kinds += [[kind, _shown(caught)] for kind, caught in found["help_pages"]["caught_of"].items()]
    return "\n\n".join("\n".join(f"| {' | '.join(line)} |" for line in part) for part in (lines, kinds)) + "\n"


def _shown(value: float | int | None) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="of help pages, of either sort [%(default)s]")
    parser.add_argument("--words", action="store_true", help="ask no reader")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of Markdown tables")
    arguments = parser.parse_args()
    folder = os.environ.get("FOOTNOTE_TRAIN_DATA")
    if not folder:
        raise WrongUse("set FOOTNOTE_TRAIN_DATA to the folder with the training sets")
    check = SupportCheck(None if arguments.words else open_reader(settings.read()))
    found = measure(check, Path(folder), arguments.sentences)
    sys.stdout.write(json.dumps(found) + "\n" if arguments.json else table(found))


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        sys.exit(f"footnote: {error}")
