"""The catalog's tables as SQLAlchemy Core sees them today. How they came about is in migrations/."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """Aware datetimes, always UTC. SQLite keeps no zone, so it is added back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC)


metadata = MetaData()

# One row, id 1. `change` grows in every transaction that touches articles or chunks.
state = Table("state", metadata, Column("id", Integer, primary_key=True), Column("change", Integer, nullable=False))

index_versions = Table(
    "index_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("file_hash", Text, nullable=False),
    Column("dimensions", Integer, nullable=False),
    Column("query_prompt", Text, nullable=False),
    Column("document_prompt", Text, nullable=False),
    Column("normalised", Boolean, nullable=False),
    Column("window", Integer, nullable=False),
    Column("chunker", Text, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("dropped_at", Utc),  # its row stays, so that its number is never given to another recipe
)

# A removed article keeps its row as a tombstone (id, revision, removed_at), so that its revisions go on counting.
articles = Table(
    "articles",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("source_id", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("bytes_hash", String(64), nullable=False),
    Column("removed_at", Utc),
    Index("articles_by_source", "source_id"),
)

article_audiences = Table(
    "article_audiences",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("audience", String(200), primary_key=True),
)

# Only the current revision has its text; a replaced one keeps number and hash.
revisions = Table(
    "revisions",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text_hash", String(64), nullable=False),
    Column("text", Text),
    Column("created_at", Utc, nullable=False),
)

# Chunks of current revisions only: what stands here is alive. `id` repeats across index versions, `key` never does.
chunks = Table(
    "chunks",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("version_id", ForeignKey("index_versions.id", ondelete="CASCADE"), nullable=False),
    Column("id", String(96), nullable=False),
    Column("article_id", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("headings", JSON, nullable=False),
    Column("page", Integer),
    UniqueConstraint("version_id", "id", name="chunks_by_id"),
    ForeignKeyConstraint(["article_id", "revision"], ["revisions.article_id", "revisions.number"], ondelete="CASCADE"),
    Index("chunks_by_article", "article_id", "version_id", "position"),
)

# Apart from the chunks, so that a page holds five vectors and a scan of them reads nothing else.
chunk_vectors = Table(
    "chunk_vectors",
    metadata,
    Column("chunk_key", ForeignKey("chunks.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian
)

# What the vector store and the lexical index still have to be told, in order.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("version_id", ForeignKey("index_versions.id", ondelete="CASCADE"), nullable=False),
    Column("target", String(16), nullable=False),
    Column("operation", String(16), nullable=False),
    Column("chunk_id", String(96), nullable=False),
    Index("outbox_by_target", "version_id", "target", "seq"),
    sqlite_autoincrement=True,  # a settled number never comes back for another row
)

# Times of leases and claims are seconds since 1970: they are compared, never shown to SQL functions.
leases = Table(
    "leases",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", String(32), nullable=False),
    Column("acquired_at", Float(53), nullable=False),
    Column("expires_at", Float(53), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("holder", Text),
    Column("expires_at", Float(53)),
    Column("reason", Text),
    Column("report", JSON),
    Column("created_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Index("jobs_by_state", "state", "id"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("question", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Index("answers_by_time", "asked_at"),
)

citations = Table(
    "citations",
    metadata,
    Column("answer_id", ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("mark", Integer, nullable=False),
    Column("article_id", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("quote", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Index("citations_by_article", "article_id"),
)

traces = Table(
    "traces",
    metadata,
    Column("answer_id", ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("trace", JSON, nullable=False),
)

# What a channel has taken in and owes an answer: the same event, or the same message in another event, comes in once.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("event_key", String(200), nullable=False),
    Column("message_key", String(200)),
    Column("kind", String(32), nullable=False),
    Column("conversation", String(200), nullable=False),  # letters of one are answered one after the other …
    Column("position", String(64), nullable=False),  # … in this order
    Column("payload", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("holder", Text),
    Column("expires_at", Float(53)),
    Column("not_before", Float(53), nullable=False),
    Column("progress", JSON, nullable=False),
    Column("ending", Text),
    Column("received_at", Utc, nullable=False),
    Column("ended_at", Utc),
    UniqueConstraint("channel", "event_key", name="inbox_by_event"),
    UniqueConstraint("channel", "message_key", name="inbox_by_message"),
    Index("inbox_by_state", "channel", "state", "id"),
    Index("inbox_by_conversation", "channel", "conversation", "position"),
)

# Which message showed which answer to whom; settled once there is nothing (more) to correct in it.
told = Table(
    "told",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("place", String(200), nullable=False),
    Column("answer_id", String(64), nullable=False),
    Column("reader", Text, nullable=False),
    Column("audiences", JSON, nullable=False),
    Column("about", JSON, nullable=False),
    Column("told_at", Utc, nullable=False),
    Column("settled_as", String(32)),
    Column("settled_at", Utc),
    UniqueConstraint("channel", "place", name="told_by_place"),
    Index("told_by_answer", "answer_id"),
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer_id", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("asker", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    UniqueConstraint("key", name="gaps_by_key"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("answer_id", String(64), primary_key=True),
    Column("asker", String(200), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("given_at", Utc, nullable=False),
)
