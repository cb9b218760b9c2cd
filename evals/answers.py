"""Are the answers good? Asks through `desk.ask`, takes `Reply.answer`, and grades text, citations and outcome."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from statistics import fmean
from typing import Any

from app.answering.answers import Answer, Outcome
from app.answering.citations import unmarked
from app.settings import Settings
from evals.answer_measures import auroc, exact_match, f1, share
from evals.datasets import Dataset, Query
from evals.retrieval import gold_spans, latencies, run_fingerprint, turns_before
from evals.spans import overlap
from evals.unfinished import Unfinished
from evals.workbench import Progress, Workbench, workbench

# Why an answer would be wrong.
NOT_THERE = "unanswerable"  # the dataset says so of the query
LEFT_OUT = "without_gold"  # its relevant documents were left out
FOREIGN = "foreign"  # it was written for another dataset


@dataclass(frozen=True)
class Ask:
    """A query, and how it is put: over all documents or without some."""

    query: Query
    left_out: frozenset[str] = frozenset()
    written_for: str = ""  # another dataset; empty: the one it is asked over

    @property
    def key(self) -> str:
        name = f"{self.query.id} of {self.written_for}" if self.written_for else self.query.id
        return f"{name} without its articles" if self.left_out else name

    @property
    def unanswerable(self) -> str:
        """Why an answer would be wrong; empty where there is one."""
        if self.written_for:
            return FOREIGN
        if self.left_out:
            return LEFT_OUT
        return "" if self.query.answerable else NOT_THERE


@dataclass(frozen=True)
class Asked:
    """One query as it was asked, and what its answer is graded by."""

    query_id: str
    question: str
    answerable: bool  # with what the desk had: never where the gold articles were left out
    unanswerable: str  # why not: `unanswerable`, `without_gold` or `foreign`; else empty
    judged: bool  # whether it is known which articles answer
    outcome: str
    confidence: float
    text: str  # without marks; empty unless answered
    cited_gold: tuple[bool, ...]  # for each citation, whether its article is one that answers
    cited_words: bool | None  # whether a citation overlaps an answer's words; None where they stand nowhere
    support: tuple[str, ...]  # of each sentence
    timings_ms: Mapping[str, float]

    @property
    def is_answered(self) -> bool:
        return self.outcome == Outcome.ANSWERED

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Asked":
        fields = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**fields | {"cited_gold": tuple(row["cited_gold"]), "support": tuple(row["support"])})


@dataclass(frozen=True)
class AnswersResult:
    """Everything that was asked in one run. A rate is None where there was nothing to count."""

    dataset: Dataset
    asked: Sequence[Asked]

    @property
    def answerable(self) -> list[Asked]:
        return [one for one in self.asked if one.answerable]

    @property
    def unanswerable(self) -> list[Asked]:
        return [one for one in self.asked if not one.answerable]

    @property
    def _grounded(self) -> list[Asked]:
        """Answered, and it is known from which articles it should have been."""
        return [one for one in self.answerable if one.is_answered and one.judged]

    @property
    def answered_rate(self) -> float | None:
        """The share of all that was asked that got an answer, right or wrong."""
        return share(one.is_answered for one in self.asked)

    @property
    def false_refusal_rate(self) -> float | None:
        """The share of answerable queries with any other outcome than an answer."""
        return share(not one.is_answered for one in self.answerable)

    @property
    def false_answer_rate(self) -> float | None:
        """The share of unanswerable queries that got an answer all the same."""
        return share(one.is_answered for one in self.unanswerable)

    @property
    def abstention_auroc(self) -> float | None:
        """How often an answerable query has the higher confidence, of one that can be answered and one that cannot."""
        return auroc([one.confidence for one in self.answerable], [one.confidence for one in self.unanswerable])

    @property
    def unanswerable_of(self) -> dict[str, dict[str, float | int | None]]:
        """The same for each reason why queries could not be answered, with how many were."""
        sure = [one.confidence for one in self.answerable]
        return {
            reason: {
                "asked": len(of_reason),
                "false_answer_rate": _rounded(share(one.is_answered for one in of_reason)),
                "abstention_auroc": _rounded(auroc(sure, [one.confidence for one in of_reason])),
            }
            for reason in (NOT_THERE, LEFT_OUT, FOREIGN)
            if (of_reason := [one for one in self.asked if one.unanswerable == reason])
        }

    @property
    def citation_precision(self) -> float | None:
        """The share of citations whose article answers, over answered queries whose articles are known."""
        return share(is_gold for one in self._grounded for is_gold in one.cited_gold)

    @property
    def citation_recall(self) -> float | None:
        """The share of those queries with a citation of an article that answers."""
        return share(any(one.cited_gold) for one in self._grounded)

    @property
    def citation_span_recall(self) -> float | None:
        """The share of those queries with a citation that overlaps an answer's own words, where these are known."""
        return share(one.cited_words for one in self._grounded if one.cited_words is not None)

    @property
    def unsupported_sentence_rate(self) -> float | None:
        """The share of all sentences written that what they cite does not support."""
        return share(support == "unsupported" for one in self.asked if one.is_answered for support in one.support)

    @cached_property
    def exact_match_of(self) -> dict[str, float]:
        """The share of answers that are, normalised, one of the known ones; a refusal counts 0. By query id."""
        return self._of_text(exact_match)

    @cached_property
    def f1_of(self) -> dict[str, float]:
        """How much the answer shares with the nearest known one, word by word; a refusal counts 0. By query id."""
        return self._of_text(f1)

    @property
    def latencies(self) -> dict[str, dict[str, float]]:
        return latencies([one.timings_ms for one in self.asked])

    def _of_text(self, measure: Any) -> dict[str, float]:
        answers = {query.id: query.answers for query in self.dataset.queries if query.answers}
        return {
            one.query_id: measure(one.text, answers[one.query_id]) if one.is_answered else 0.0
            for one in self.answerable
            if one.query_id in answers
        }

    def as_json(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset.name,
            "queries": len({one.query_id for one in self.asked}),
            "answered_rate": _rounded(self.answered_rate),
            "false_refusal_rate": _rounded(self.false_refusal_rate),
            "false_answer_rate": _rounded(self.false_answer_rate),
            "abstention_auroc": _rounded(self.abstention_auroc),
            "exact_match": _mean(self.exact_match_of),
            "f1": _mean(self.f1_of),
            "citation_precision": _rounded(self.citation_precision),
            "citation_recall": _rounded(self.citation_recall),
            "citation_span_recall": _rounded(self.citation_span_recall),
            "unsupported_sentence_rate": _rounded(self.unsupported_sentence_rate),
            "latency_ms": {share: self.latencies["total"][share] for share in ("p50", "p95", "p99")},
            "asked": {"answerable": len(self.answerable), "unanswerable": len(self.unanswerable)},
            "unanswerable": self.unanswerable_of,
            "steps_ms": self.latencies,
        }


def evaluate_answers(
    dataset: Dataset,
    settings: Settings,
    *,
    limit: int | None,
    with_history: bool,
    without_gold: bool,
    foreign: Dataset | None = None,
    progress: Progress,
) -> AnswersResult:
    """Ask every query (the first `limit`). An interrupted run goes on where it was.

    Args:
        without_gold: ask each query that has relevant documents a second time, those left out of what may be found:
            then it cannot be answered.
        foreign: another dataset, whose queries (the first `limit`) are asked too: none of them can be answered here.
    """
    queries = dataset.queries[:limit]
    with workbench(dataset, settings, progress) as bench:
        run = run_fingerprint("answers", dataset, settings, with_history)
        unfinished = Unfinished(bench.folder / "unfinished" / f"{run}.jsonl")
        done = unfinished.rows()
        asked: list[Asked] = []
        for ask in [*_asks(queries, dataset, without_gold), *_foreign_asks(foreign, limit)]:
            if ask.key in done:
                asked.append(Asked.from_row(done[ask.key]))
            else:
                asked.append(_ask(ask, dataset, bench, with_history))
                unfinished.add(ask.key, asdict(asked[-1]))
            progress(f"asking {dataset.name}: {len(asked)}")
    unfinished.forget()
    return AnswersResult(dataset, asked)


def _asks(queries: Sequence[Query], dataset: Dataset, without_gold: bool) -> Iterator[Ask]:
    for query in queries:
        yield Ask(query)
        if without_gold and (relevant := dataset.relevant(query.id)):
            yield Ask(query, left_out=frozenset(relevant))


def _foreign_asks(dataset: Dataset | None, limit: int | None) -> list[Ask]:
    return [Ask(query, written_for=dataset.name) for query in dataset.queries[:limit]] if dataset else []


def _ask(ask: Ask, dataset: Dataset, bench: Workbench, with_history: bool) -> Asked:
    with bench.catalog.without(ask.left_out):
        answer = bench.desk.ask(ask.query.text, turns_before(ask.query, with_history)).answer
    return graded(ask, answer, dataset)


def graded(ask: Ask, answer: Answer, dataset: Dataset) -> Asked:
    """What there is to say of an answer, held against the dataset's judgements."""
    query = ask.query
    spans = gold_spans(query, dataset) if not ask.unanswerable else {}
    relevant = dataset.relevant(query.id) if not ask.written_for else []
    return Asked(
        query.id,
        question=query.text,
        answerable=not ask.unanswerable,
        unanswerable=ask.unanswerable,
        judged=bool(relevant),
        outcome=answer.outcome.value,
        confidence=answer.confidence,
        text=unmarked(answer.text) if answer.outcome is Outcome.ANSWERED else "",
        cited_gold=tuple(citation.article_id in relevant for citation in answer.citations),
        cited_words=cites(answer, spans) if spans else None,
        support=tuple(sentence.support for sentence in answer.sentences),
        timings_ms=dict(answer.trace.timings_ms),
    )


def cites(answer: Answer, spans: Mapping[str, Sequence[tuple[int, int]]]) -> bool:
    """Whether a citation overlaps one of these spans, by article id."""
    return any(overlap((c.start, c.end), spans.get(c.article_id, ())) > 0 for c in answer.citations)


def _mean(values: Mapping[str, float]) -> float | None:
    return round(fmean(values.values()), 4) if values else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
