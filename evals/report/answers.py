"""The report of an answers run: rates with their meaning, confidence, latency, and what went wrong, word for word."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from evals.answers import AnswersResult, Asked
from evals.report import plots
from evals.report.elements import Cell, Element, element, sentences
from evals.report.page import figure, file_name, page, section, tiles, write

_EXAMPLES = 25
_SHOWN = 400  # characters of an answer


def write_answers_report(result: AnswersResult, folder: Path) -> Path:
    """`answers-<dataset>.html` in the folder, and beside it every answer as `.jsonl`; the page's path."""
    name = f"answers-{file_name(result.dataset.name)}"
    write(folder, f"{name}.jsonl", "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in result.asked))
    return write(folder, f"{name}.html", answers_page(result))


def answers_page(result: AnswersResult) -> str:
    body = result.as_json()
    shown = {
        name: _percent(body[key])
        for name, key in (
            ("of answerable queries refused", "false_refusal_rate"),
            ("of unanswerable queries answered", "false_answer_rate"),
            ("of citations point to a relevant document", "citation_precision"),
            ("of sentences are not supported", "unsupported_sentence_rate"),
        )
    }
    sections = [
        tiles(shown),
        section("Figures", "A dash: nothing to count.", _figures(result)),
        section("Confidence and time", "", element("div", _confidence(result), _latency(result), class_="plots")),
        section(
            "Refused, though it is there", "", _examples(result, lambda one: one.answerable and not one.is_answered)
        ),
        section(
            "Answered, though it is not there", "", _examples(result, lambda o: not o.answerable and o.is_answered)
        ),
        section(
            "Answered without citing a relevant document",
            "",
            _examples(
                result, lambda one: one.answerable and one.is_answered and one.judged and not any(one.cited_gold)
            ),
        ),
    ]
    subtitle = f"{body['queries']:,} queries over {len(result.dataset.documents):,} documents: "
    subtitle += f"{body['asked']['answerable']:,} times answerable, {body['asked']['unanswerable']:,} times not"
    return page(f"Answers on {result.dataset.name}", subtitle, *sections)


def _figures(result: AnswersResult) -> Element:
    """Each measure beside the sentence that says what it means."""
    body = result.as_json()
    rows = [
        [name.replace("_", " "), "-" if body[name] is None else f"{body[name]:.4f}", _meaning(name)]
        for name in body
        if isinstance(body[name], float) or body[name] is None
    ]
    return sentences(["measure", "value", "what it is"], rows)


def _meaning(name: str) -> str:
    """The first sentence of what computes it."""
    member = getattr(AnswersResult, name, None) or getattr(AnswersResult, f"{name}_of")
    return (member.__doc__ or "").partition("\n")[0].removesuffix(" By query id.")


def _confidence(result: AnswersResult) -> Element:
    values = {
        "answerable": [one.confidence for one in result.answerable],
        "unanswerable": [one.confidence for one in result.unanswerable],
    }
    drawn = plots.histogram({name: of_kind for name, of_kind in values.items() if of_kind}, "confidence", {}, bins=20)
    caption = "The further apart the two, the better the desk knows what it does not know."
    return figure("How sure the desk was", caption, plots.legend([name for name in values if values[name]]), drawn)


def _latency(result: AnswersResult) -> Element:
    totals = [one.timings_ms["total"] for one in result.asked]
    marks = {f"{share} {value:.0f} ms": value for share, value in result.latencies["total"].items()}
    drawn = plots.histogram({"total": totals}, "milliseconds for a whole answer", marks)
    return figure("How long answers took", "The slowest hundredth is counted in the last bar.", drawn)


def _examples(result: AnswersResult, is_one: Callable[[Asked], bool]) -> Element:
    found: Sequence[Asked] = [one for one in result.asked if is_one(one)]
    if not found:
        return element("p", "None.")
    answers = {query.id: query.answers for query in result.dataset.queries}
    rows: list[list[Cell]] = []
    for one in sorted(found, key=lambda one: (-one.confidence, one.query_id))[:_EXAMPLES]:
        wanted = " / ".join(dict.fromkeys(answers[one.query_id])) if one.answerable else ""
        said = [cell or "-" for cell in (one.question, one.text[:_SHOWN], wanted[:_SHOWN])]
        rows.append([*said, f"{one.confidence:.2f}"])
    count = element("p", f"{len(found):,}; those of which the desk was surest:", class_="soft")
    return element("div", count, sentences(["query", "said", "would answer", "confidence"], rows))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
