"""Answers and searches in the shape that others script against (design.md): the one home of these two contracts."""

from typing import Any

from app.answering.answers import Answer, Citation, Sentence
from app.answering.excerpts import Excerpt
from app.answering.tracing import Trace
from app.knowledge.articles import Passage


def answer_as_json(answer: Answer) -> dict[str, Any]:
    """What `footnote ask --json` prints."""
    return {
        "question": answer.question,
        "query": answer.query,
        "outcome": answer.outcome.value,
        "confidence": round(answer.confidence, 4),
        "answer": answer.text,
        "citations": [citation_as_json(citation) for citation in answer.citations],
        "sentences": [_sentence_as_json(sentence) for sentence in answer.sentences],
        "passages": [_excerpt_as_json(excerpt) for excerpt in answer.passages],
        "trace_id": answer.id,
        "model": answer.model,
        "timings_ms": dict(answer.trace.timings_ms),
        "notes": list(answer.notes),
    }


def _sentence_as_json(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "marks": list(sentence.marks),
        "support": sentence.support,
        "probability": round(sentence.probability, 4),
    }


def citation_as_json(citation: Citation) -> dict[str, Any]:
    return {
        "mark": citation.mark,
        "article_id": citation.article_id,
        "title": citation.title,
        "url": citation.url,
        "revision": citation.revision,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "updated_at": citation.updated_at.isoformat(),
        "span": list(citation.span) if citation.span else None,
    }


def search_as_json(trace: Trace, limit: int, *, explain: bool = False) -> dict[str, Any]:
    """What `footnote search --json` prints, the best `limit` passages; `explain` adds each step's score and cut."""
    passages = []
    for candidate in trace.candidates[:limit]:
        shown = _passage_as_json(candidate.passage)
        if explain:
            summary = candidate.summary()
            shown |= {"scores": summary["scores"], "cut": summary["cut"]}
        passages.append(shown)
    body: dict[str, Any] = {"query": trace.query, "passages": passages, "timings_ms": dict(trace.timings_ms)}
    if explain:
        body |= {"versions": dict(trace.versions), "reranking": trace.reranking, "notes": list(trace.notes)}
    return body


def _passage_as_json(passage: Passage) -> dict[str, Any]:
    ranks = passage.ranks
    return {
        "article_id": passage.article.id,
        "chunk_id": passage.chunk.id,
        "title": passage.article.title,
        "text": passage.chunk.text,
        "start": passage.chunk.start,
        "end": passage.chunk.end,
        "score": round(passage.score, 6),
        "ranks": {
            "meaning": ranks.meaning,
            "words": ranks.words,
            "fused": ranks.fused,
            "reranked": ranks.reranked,
        },
    }


def _excerpt_as_json(excerpt: Excerpt) -> dict[str, Any]:
    return {
        "article_id": excerpt.article.id,
        "chunk_id": excerpt.passages[0].chunk.id,
        "title": excerpt.article.title,
        "text": excerpt.text,
        "start": excerpt.start,
        "end": excerpt.end,
        "score": round(excerpt.score, 6),
    }
