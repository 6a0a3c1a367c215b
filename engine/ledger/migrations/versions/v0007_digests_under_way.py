"""Digests that are being sent: until now the whole ledger was locked meanwhile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the column: nothing is under way."""
    op.add_column("digests", sa.Column("under_way", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE kept_ledger SET schema = 7")
