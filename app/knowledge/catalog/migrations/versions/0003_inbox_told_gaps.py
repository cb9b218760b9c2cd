"""What channels owe an answer, which message showed which answer, what was wrong or missing. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("event_key", sa.String(200), nullable=False),
        sa.Column("message_key", sa.String(200)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("conversation", sa.String(200), nullable=False),
        sa.Column("position", sa.String(64), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("expires_at", sa.Float(53)),
        sa.Column("not_before", sa.Float(53), nullable=False),
        sa.Column("progress", sa.JSON, nullable=False),
        sa.Column("ending", sa.Text),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.UniqueConstraint("channel", "event_key", name="inbox_by_event"),
        sa.UniqueConstraint("channel", "message_key", name="inbox_by_message"),
    )
    op.create_index("inbox_by_state", "inbox", ["channel", "state", "id"])
    op.create_index("inbox_by_conversation", "inbox", ["channel", "conversation", "position"])
    op.create_table(
        "told",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("answer_id", sa.String(64), nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("audiences", sa.JSON, nullable=False),
        sa.Column("about", sa.JSON, nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.Column("settled_as", sa.String(32)),
        sa.Column("settled_at", _TIME),
        sa.UniqueConstraint("channel", "place", name="told_by_place"),
    )
    op.create_index("told_by_answer", "told", ["answer_id"])
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("asker", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.UniqueConstraint("key", name="gaps_by_key"),
    )
    op.create_table(
        "feedback",
        sa.Column("answer_id", sa.String(64), primary_key=True),
        sa.Column("asker", sa.String(200), primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("given_at", _TIME, nullable=False),
    )
