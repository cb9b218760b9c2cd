"""What the catalog keeps, as the API says it; answers being given have their own contract in `answering.as_json`."""

from typing import Any

from app.answering.findings import spans_in
from app.knowledge.articles import Article
from app.knowledge.catalog import AnswerRecord, CitationRecord


def article_as_json(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "title": article.title,
        "url": article.url,
        "revision": article.revision,
        "updated_at": article.updated_at.isoformat(),
    }


def record_as_json(record: AnswerRecord) -> dict[str, Any]:
    """The fields of `footnote ask --json` that are kept, and when it was asked."""
    spans = spans_in(record.trace)
    return {
        "question": record.question,
        "query": record.query,
        "outcome": record.outcome,
        "confidence": record.trace.get("confidence", 0.0),
        "answer": record.text,
        "citations": [_citation_as_json(cited, spans.get(cited.mark)) for cited in record.citations],
        "trace_id": record.id,
        "model": record.trace.get("model", ""),
        "timings_ms": record.trace.get("timings_ms", {}),
        "notes": record.trace.get("notes", []),
        "asked_at": record.asked_at.isoformat(),
    }


def _citation_as_json(cited: CitationRecord, span: tuple[int, int] | None) -> dict[str, Any]:
    return vars(cited) | {"updated_at": cited.updated_at.isoformat(), "span": list(span) if span else None}
