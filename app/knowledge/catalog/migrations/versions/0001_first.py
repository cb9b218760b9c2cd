"""Everything a desk needs from its first day. Frozen: a released migration is never edited."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _knowledge()
    _work()
    _answers()


def _knowledge() -> None:
    state = op.create_table(
        "state", sa.Column("id", sa.Integer, primary_key=True), sa.Column("change", sa.Integer, nullable=False)
    )
    op.bulk_insert(state, [{"id": 1, "change": 0}])
    op.create_table(
        "index_versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("revision", sa.Text, nullable=False),
        sa.Column("file_hash", sa.Text, nullable=False),
        sa.Column("dimensions", sa.Integer, nullable=False),
        sa.Column("query_prompt", sa.Text, nullable=False),
        sa.Column("document_prompt", sa.Text, nullable=False),
        sa.Column("normalised", sa.Boolean, nullable=False),
        sa.Column("window", sa.Integer, nullable=False),
        sa.Column("chunker", sa.Text, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("bytes_hash", sa.String(64), nullable=False),
        sa.Column("removed_at", _TIME),
    )
    op.create_index("articles_by_source", "articles", ["source_id"])
    op.create_table(
        "article_audiences",
        sa.Column("article_id", sa.String(64), sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("audience", sa.String(200), primary_key=True),
    )
    op.create_table(
        "revisions",
        sa.Column("article_id", sa.String(64), sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "chunks",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("version_id", sa.Integer, sa.ForeignKey("index_versions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("id", sa.String(96), nullable=False),
        sa.Column("article_id", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("headings", sa.JSON, nullable=False),
        sa.Column("page", sa.Integer),
        sa.UniqueConstraint("version_id", "id", name="chunks_by_id"),
        sa.ForeignKeyConstraint(
            ["article_id", "revision"], ["revisions.article_id", "revisions.number"], ondelete="CASCADE"
        ),
    )
    op.create_index("chunks_by_article", "chunks", ["article_id", "version_id", "position"])
    op.create_table(
        "chunk_vectors",
        sa.Column(
            "chunk_key",
            sa.Integer,
            sa.ForeignKey("chunks.key", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )


def _work() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("version_id", sa.Integer, sa.ForeignKey("index_versions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("target", sa.String(16), nullable=False),
        sa.Column("operation", sa.String(16), nullable=False),
        sa.Column("chunk_id", sa.String(96), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_by_target", "outbox", ["version_id", "target", "seq"])
    op.create_table(
        "leases",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("acquired_at", sa.Float(53), nullable=False),
        sa.Column("expires_at", sa.Float(53), nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("expires_at", sa.Float(53)),
        sa.Column("reason", sa.Text),
        sa.Column("report", sa.JSON),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME),
    )
    op.create_index("jobs_by_state", "jobs", ["state", "id"])


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
    )
    op.create_index("answers_by_time", "answers", ["asked_at"])
    op.create_table(
        "citations",
        sa.Column("answer_id", sa.String(64), sa.ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("mark", sa.Integer, nullable=False),
        sa.Column("article_id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
    )
    op.create_index("citations_by_article", "citations", ["article_id"])
    op.create_table(
        "traces",
        sa.Column("answer_id", sa.String(64), sa.ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("trace", sa.JSON, nullable=False),
    )
