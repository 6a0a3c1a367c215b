"""What is shown masked, what was sent, and what was removed for good."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make their tables, all empty."""
    text, number, moment = sa.Text(), sa.Integer(), sa.DateTime()
    op.create_table(
        "mask_keys",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "digests",
        *(sa.Column(name, text, primary_key=True) for name in ("run", "team", "address")),
        sa.Column("tries", number, nullable=False),
        sa.Column("tried_at", moment, nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "purges",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("by", text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("before_day", sa.Date(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
    )
    op.execute("UPDATE kept_ledger SET schema = 4")
