"""An index version can be dropped; its row stays, so that its number is never given again. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("index_versions", sa.Column("dropped_at", sa.DateTime(timezone=True)))
