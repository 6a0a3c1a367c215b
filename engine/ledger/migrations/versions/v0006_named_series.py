"""Series that have a name; and what each night read, which may now be another address than that of its series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the columns: until now every series was known by its caseload."""
    op.add_column("series", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("caseload", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE runs SET caseload = (SELECT s.caseload FROM series s WHERE s.number = runs.series)")
    op.execute("UPDATE kept_ledger SET schema = 6")
