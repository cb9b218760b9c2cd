"""Ask the golden questions as their people would, over articles that the product's own pipeline took in, and grade."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import fmean
from typing import Any

from app.answering.answers import Answer, Citation, Outcome
from app.answering.history import turns_from
from app.bootstrap import Parts
from app.errors import FootnoteError, WrongUse
from app.knowledge.articles import Asker, article_id
from app.settings import Settings
from evals.golden_cases import GoldenCase
from evals.measures import averages, per_query
from evals.retrieval import rankings_of, stages
from evals.spans import occurrences, overlap
from evals.workbench import WRITTEN, Progress, Workbench, opened
from ingestion.connectors import SourceFile
from ingestion.connectors.folder import FolderConnector
from ingestion.pipeline import IngestParts, ingest

KNOWLEDGE = Path(__file__).resolve().parents[1] / "sample" / "knowledge"
_SOURCE = "golden"

# What each figure says of one question; all go from 0 to 1, and more is better.
FIGURES: Mapping[str, str] = {
    "nDCG@10": "how high the articles that answer stand in the ranking",
    "R@5": "share of the articles that answer among the first five",
    "hit@1": "whether an article that answers stands first",
    "quotes_read": "share of the answering words in the passages that are read",
    "answered": "whether an answerable question got an answer",
    "refused": "whether an unanswerable question got none",
    "citation_precision": "share of an answer's citations whose article answers",
    "citation_recall": "whether an answer cites an article that answers",
    "quotes_cited": "whether a citation overlaps the answering words",
    "supported": "share of an answer's sentences that are not unsupported by what they cite",
}
RETRIEVAL = ("nDCG@10", "R@5", "hit@1", "quotes_read")


@dataclass(frozen=True)
class Graded:
    """One question, what the desk made of it, and its figures: those that apply."""

    case: GoldenCase
    outcome: str
    text: str
    figures: Mapping[str, float]


@dataclass(frozen=True)
class GoldenResult:
    graded: Sequence[Graded]

    def figures(self, kind: str | None = None) -> dict[str, float]:
        """The mean of each figure over the questions it applies to, of one kind or of all."""
        chosen = [one for one in self.graded if kind in (None, one.case.kind)]
        values = {name: [one.figures[name] for one in chosen if name in one.figures] for name in FIGURES}
        return {name: round(fmean(of_figure), 4) for name, of_figure in values.items() if of_figure}

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(one.case.kind for one in self.graded))

    def as_json(self) -> dict[str, Any]:
        figures = self.figures()
        answers = {name: value for name, value in figures.items() if name not in (*RETRIEVAL, "answered", "refused")}
        return {
            "questions": len(self.graded),
            "retrieval": {name: value for name, value in figures.items() if name in RETRIEVAL},
            "answers": {
                "answered_rate": round(fmean(one.outcome == Outcome.ANSWERED for one in self.graded), 4),
                "false_refusal_rate": _rest(figures.get("answered")),
                "false_answer_rate": _rest(figures.get("refused")),
                **answers,
            },
            "by_kind": {
                kind: {"questions": sum(one.case.kind == kind for one in self.graded), **self.figures(kind)}
                for kind in self.kinds
            },
        }


def ask_golden(cases: Sequence[GoldenCase], knowledge: Path, settings: Settings, progress: Progress) -> GoldenResult:
    """Every case through `desk.ask`, with its history and its asker's audiences.

    Raises:
        WrongUse: there is no such folder, or a case names an article that it does not have.
    """
    files = {file.relative_to(knowledge).as_posix() for file in knowledge.rglob("*") if file.is_file()}
    if not files:
        raise WrongUse(f"there are no articles in {knowledge}; name the folder that the questions are about")
    for case in cases:
        if missing := sorted(set(case.articles) - files):
            raise WrongUse(f"golden question {case.id!r} names articles that {knowledge} lacks: {', '.join(missing)}")
    with golden_bench(knowledge, settings, progress) as bench:
        graded = []
        for number, case in enumerate(cases, start=1):
            graded.append(_ask(case, bench))
            progress(f"asking {number} of {len(cases)} golden questions")
    return GoldenResult(graded)


@contextmanager
def golden_bench(knowledge: Path, settings: Settings, progress: Progress) -> Iterator[Workbench]:
    """A desk over a folder of articles, taken in as `footnote ingest` does."""
    connector = _SameEverywhere(knowledge)

    def take_in(parts: Parts) -> None:
        report = ingest(connector, IngestParts.of(parts), on_file=lambda file: progress(f"taking in {file.path}"))
        lost = [f"{file.path} ({file.reason})" for file in report.files if file.outcome not in ("ok", "unchanged")]
        if lost:
            raise FootnoteError(f"articles could not be taken in: {', '.join(lost)}")

    with opened(f"golden {connector.fingerprint()}", settings, take_in) as bench:
        yield bench


class _SameEverywhere:
    """A folder whose articles get the same ids and dates wherever it lies: ties fall alike on every machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = FolderConnector(folder)
        self.source_id = _SOURCE
        self.location = self._folder.location

    def fetch(self) -> Iterator[SourceFile]:
        return (replace(file, source_id=_SOURCE, modified_at=WRITTEN) for file in self._folder.fetch())

    def expected(self) -> int | None:
        return self._folder.expected()

    def fingerprint(self) -> str:
        digest = sha256()
        for file in self.fetch():
            digest.update(file.path.encode() + b"\0" + sha256(file.read()).digest())
        return digest.hexdigest()


def _ask(case: GoldenCase, bench: Workbench) -> Graded:
    asker = Asker.of(case.audiences)
    history = turns_from([{"role": role, "text": text} for role, text in case.history])
    answer = bench.desk.ask(case.text, history, asker).answer
    if not case.answerable:
        figures = {"refused": float(answer.outcome is not Outcome.ANSWERED)}
    else:
        gold = {article_id(_SOURCE, path) for path in case.articles}
        figures = _found(case, gold, answer, bench.parts.settings) | _said(case, gold, answer, bench, asker)
    rounded = {name: round(value, 4) for name, value in figures.items()}
    return Graded(case, answer.outcome.value, answer.text, rounded)


def _found(case: GoldenCase, gold: set[str], answer: Answer, settings: Settings) -> dict[str, float]:
    ranking = rankings_of(answer.trace)[stages(settings)[-1]]
    measured = averages(per_query({case.id: dict.fromkeys(gold, 1)}, {case.id: ranking}))
    read = [excerpt.text for excerpt in answer.passages if excerpt.article.id in gold]
    has_read = [any(occurrences(text, quote) for text in read) for quote in case.answers]
    return {name: measured[name] for name in RETRIEVAL if name in measured} | (
        {"quotes_read": fmean(has_read)} if has_read else {}
    )


def _said(case: GoldenCase, gold: set[str], answer: Answer, bench: Workbench, asker: Asker) -> dict[str, float]:
    if answer.outcome is not Outcome.ANSWERED:
        return {"answered": 0.0}
    are_gold = [citation.article_id in gold for citation in answer.citations]
    figures = {"answered": 1.0, "citation_recall": float(any(are_gold))}
    if are_gold:
        figures["citation_precision"] = fmean(are_gold)
    if answer.sentences:
        figures["supported"] = fmean(sentence.support != "unsupported" for sentence in answer.sentences)
    if case.answers:
        figures["quotes_cited"] = float(any(_overlaps(citation, case, bench, asker) for citation in answer.citations))
    return figures


def _overlaps(citation: Citation, case: GoldenCase, bench: Workbench, asker: Asker) -> bool:
    text = bench.catalog.revision(citation.article_id, citation.revision, asker).text
    spans = [span for quote in case.answers for span in occurrences(text, quote)]
    return overlap((citation.start, citation.end), spans) > 0


def _rest(value: float | None) -> float | None:
    return None if value is None else round(1 - value, 4)
