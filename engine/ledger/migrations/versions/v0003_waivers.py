"""Waivers: what was asked for, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make their tables, both empty."""
    text, day, moment = sa.Text(), sa.Date(), sa.DateTime()
    op.create_table(
        "waivers",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        *(sa.Column(name, text, nullable=False) for name in ("kind", "target", "team", "reason")),
        *(sa.Column(name, day, nullable=False) for name in ("from_day", "until_day")),
        sa.Column("asked_by", text, nullable=False),
        sa.Column("asked_on", day, nullable=False),
        sa.Column("asked_at", moment, nullable=False),
    )
    op.create_table(
        "waiver_entries",
        sa.Column("waiver", sa.Integer(), sa.ForeignKey("waivers.number"), primary_key=True),
        sa.Column("kind", text, primary_key=True),
        sa.Column("by", text, nullable=False),
        sa.Column("on_day", day, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("backdated", sa.Boolean(), nullable=False),
    )
    op.execute("UPDATE kept_ledger SET schema = 3")
