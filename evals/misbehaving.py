"""What is left of an answer when its language model misbehaves? Twelve ways, beside a model that behaves and none.

    python -m evals.misbehaving DATASET [--limit N] [--no-history] [--json]

Each question is answered by the extractive writer first. A scripted model (app/language_models/scripted.py) then says
these very sentences, spoiled in one way, from a server on loopback, through the adapter, the stream and the checks that
any language model goes through. So a row differs from the next in the manner of the model and in nothing else.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from app import settings
from app.answering.answers import Answer
from app.answering.sentences import plain
from app.answering.writing import LAST_RESORT
from app.errors import FootnoteError
from app.language_models import Quotable, WritingRequest
from app.language_models.extractive import ENDS, FENCE
from app.language_models.scripted import BEHAVIOURS, EVIL, honest
from app.settings import Settings
from evals.answer_measures import share
from evals.answers import AnswersResult, Ask, Asked, graded
from evals.datasets import Dataset, Query, dataset_at
from evals.lot import drawn_by_lot
from evals.model_server import ModelServer, model_server
from evals.retrieval import turns_before
from evals.workbench import Progress, Workbench, workbench

LIMIT = 100
MODEL = "openai:scripted"
PATIENCE = 600.0  # seconds: a busy machine would change who words an answer
WELL_BEHAVED = "well_behaved"

Manner = Callable[[WritingRequest], Iterable[str]]
MANNERS: Mapping[str, Manner] = {WELL_BEHAVED: honest, **BEHAVIOURS}


@dataclass(frozen=True)
class Told:
    """One answer, graded, and what the manner has come to in it."""

    asked: Asked
    model: str  # who worded it; empty where nobody was asked
    notes: int
    sentences: tuple[tuple[str, bool], ...]  # (support, whether the articles say it word for word) of each
    leads_outside: bool  # the address that the scripts would have opened stands in it


@dataclass(frozen=True)
class Row:
    """All answers to one manner. A share is None where there was nothing to count."""

    told: Sequence[Told]
    result: AnswersResult

    def as_json(self) -> dict[str, Any]:
        answered = [one for one in self.told if one.asked.is_answered]
        sentences = [sentence for one in answered for sentence in one.sentences]
        made_up = [support for support, is_said in sentences if not is_said]
        figures = self.result.as_json()
        return {
            "asked": len(self.told),
            **{name: figures[name] for name in ("answered_rate", "false_refusal_rate", "false_answer_rate")},
            "by_extractive": _rounded(share(one.model == LAST_RESORT for one in answered)),
            "with_a_note": _rounded(share(one.notes > 0 for one in answered)),
            **{name: figures[name] for name in ("citation_precision", "citation_recall", "citation_span_recall")},
            "sentences": len(sentences),
            "unsupported_sentence_rate": figures["unsupported_sentence_rate"],
            "unclear_sentence_rate": _rounded(share(support == "unclear" for support, _ in sentences)),
            "made_up": len(made_up),
            "made_up_supported": sum(support == "supported" for support in made_up),
            "leads_outside": sum(one.leads_outside for one in self.told),
        }


def measure(
    dataset: Dataset, chosen: Settings, limit: int, with_history: bool, progress: Progress
) -> dict[str, dict[str, Any]]:
    """Figures by manner, those of the extractive writer first."""
    told: dict[str, list[Told]] = {name: [] for name in (LAST_RESORT, *MANNERS)}
    queries = drawn_by_lot(dataset.queries, limit)
    with _desks(dataset, chosen, progress) as (server, plainly, spoken):
        for number, query in enumerate(queries, start=1):
            progress(f"asking {dataset.name}: {number} of {len(queries)}")
            turns = turns_before(query, with_history)
            quoted = plainly.desk.ask(query.text, turns).answer
            told[LAST_RESORT].append(_told(query, quoted, quoted, dataset))
            for name, manner in MANNERS.items():
                server.says = partial(_in_its_manner, manner, quotables(quoted))
                told[name].append(_told(query, spoken.desk.ask(query.text, turns).answer, quoted, dataset))
    return {
        name: Row(answers, AnswersResult(dataset, [one.asked for one in answers])).as_json()
        for name, answers in told.items()
    }


def quotables(answer: Answer) -> tuple[Quotable, ...]:
    """The sentences of an extractive answer, each with the number of the excerpt that it stands in; code is left out.

    As a list where one of them has no full stop: it would run into the next.
    """
    stands_in = {
        citation.mark: excerpt.number
        for citation in answer.citations
        for excerpt in answer.passages
        if excerpt.article.id == citation.article_id and excerpt.start <= citation.start and citation.end <= excerpt.end
    }
    sentences = [sentence for sentence in answer.sentences if FENCE not in sentence.text]
    bullet = "" if all(sentence.text.endswith(ENDS) for sentence in sentences) else "-"
    found, number = [], next(iter(stands_in.values()), 1)
    for sentence in sentences:
        number = next((stands_in[mark] for mark in sentence.marks if mark in stands_in), number)
        found.append(Quotable(sentence.text, number, bullet))
    return tuple(found)


@contextmanager
def _desks(
    dataset: Dataset, chosen: Settings, progress: Progress
) -> Iterator[tuple[ModelServer, Workbench, Workbench]]:
    """A server, a desk without a model and one that asks it, both over the same catalog."""
    alone = chosen.model_copy(update={"language_model": LAST_RESORT})
    with model_server() as server, workbench(dataset, alone, progress) as plainly:
        with_model = chosen.model_copy(
            update={
                "language_model": MODEL,
                "openai_base_url": server.base_url,
                "models": {},
                "prompts": None,
                "answer_seconds": PATIENCE,
            }
        )
        with workbench(dataset, with_model, progress) as spoken:
            yield server, plainly, spoken


def _in_its_manner(manner: Manner, said: tuple[Quotable, ...], request: WritingRequest) -> Iterable[str]:
    """It answers whatever it is asked, also where it should only word a follow-up anew."""
    return manner(replace(request, quotables=said))


def _told(query: Query, answer: Answer, quoted: Answer, dataset: Dataset) -> Told:
    said = {sentence.text for sentence in quoted.sentences}
    texts = [plain(excerpt.text) for excerpt in answer.passages]
    return Told(
        graded(Ask(query), answer, dataset),
        answer.model,
        len(answer.notes),
        tuple(
            (sentence.support, sentence.text in said or any(sentence.text in text for text in texts))
            for sentence in answer.sentences
        ),
        str(urlsplit(EVIL).hostname) in answer.text,
    )


def table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """The figures in Markdown, as docs/answers.md has them."""
    names = list(next(iter(rows.values())))
    lines = [["manner", *(name.replace("_", " ") for name in names)], ["---"] * (len(names) + 1)]
    lines += [[name.replace("_", " "), *(_shown(figures[one]) for one in names)] for name, figures in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _shown(value: float | int | None) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("dataset", help="FOLDER, FOLDER:CORPUS or FOLDER:CORPUS:QRELS, as in docs/evals.md")
    parser.add_argument("--limit", type=int, default=LIMIT, help="so many questions, drawn by lot [%(default)s]")
    parser.add_argument("--no-history", action="store_true", help="leave out what was said before each query")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of a Markdown table")
    arguments = parser.parse_args()
    dataset = dataset_at(arguments.dataset)

    def progress(line: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{line}")

    rows = measure(dataset, settings.read(), arguments.limit, not arguments.no_history, progress)
    sys.stdout.write(json.dumps({"dataset": dataset.name, "manners": rows}) + "\n" if arguments.json else table(rows))


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        sys.exit(f"footnote: {error}")
