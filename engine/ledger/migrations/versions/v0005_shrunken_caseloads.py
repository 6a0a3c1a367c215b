"""Nights whose caseload had suddenly shrunk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the column: every night until now counts as whole."""
    op.add_column("runs", sa.Column("shrunk_from", sa.Integer()))
    op.execute("UPDATE kept_ledger SET schema = 5")
