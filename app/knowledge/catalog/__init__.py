"""The only truth: articles, revisions, chunks with their vectors, audiences, outbox, leases, jobs, answers, inbox."""

from app.knowledge.catalog.answers import AnswerRecord, CitationRecord
from app.knowledge.catalog.article_reads import Seen
from app.knowledge.catalog.catalog import Catalog
from app.knowledge.catalog.gaps import Feedback, Gap
from app.knowledge.catalog.inbox import Letter
from app.knowledge.catalog.jobs import Job
from app.knowledge.catalog.leases import Lease, holder_here
from app.knowledge.catalog.outbox import PUT, REMOVE, TARGETS, VECTORS, WORDS, OutboxRow
from app.knowledge.catalog.outdated import OutdatedCitation
from app.knowledge.catalog.told import Change, Outdated, Telling

__all__ = [
    "PUT",
    "REMOVE",
    "TARGETS",
    "VECTORS",
    "WORDS",
    "AnswerRecord",
    "Catalog",
    "Change",
    "CitationRecord",
    "Feedback",
    "Gap",
    "Job",
    "Lease",
    "Letter",
    "OutboxRow",
    "Outdated",
    "OutdatedCitation",
    "Seen",
    "Telling",
    "holder_here",
]
