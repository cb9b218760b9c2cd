"""The only truth: articles, revisions, chunks with their vectors, audiences, outbox, leases, jobs, answers."""

from app.knowledge.catalog.answers import AnswerRecord, CitationRecord
from app.knowledge.catalog.article_reads import Seen
from app.knowledge.catalog.catalog import Catalog
from app.knowledge.catalog.jobs import Job
from app.knowledge.catalog.leases import Lease, holder_here
from app.knowledge.catalog.outbox import PUT, REMOVE, TARGETS, VECTORS, WORDS, OutboxRow

__all__ = [
    "PUT",
    "REMOVE",
    "TARGETS",
    "VECTORS",
    "WORDS",
    "AnswerRecord",
    "Catalog",
    "CitationRecord",
    "Job",
    "Lease",
    "OutboxRow",
    "Seen",
    "holder_here",
]
