"""Every night with all its outcomes. A ledger of this version has no note of Alembic's: it is where one without it stands."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, unless they are there."""
    if sa.inspect(op.get_bind()).has_table("kept_ledger"):
        return
    text, number, day, flag = sa.Text(), sa.Integer(), sa.Date(), sa.Boolean()

    def column(name: str, kind: sa.types.TypeEngine[Any], **more: bool) -> sa.Column[Any]:
        return sa.Column(name, kind, **{"nullable": False, **more})  # type: ignore[arg-type]

    op.create_table("kept_ledger", column("schema", number, primary_key=True, autoincrement=False))
    op.create_table("rulebooks", column("sha256", text, primary_key=True), column("text", text))
    op.create_table(
        "runs", column("id", text, primary_key=True), column("started_at", sa.DateTime()),
        column("finished_at", sa.DateTime(), nullable=True), column("rulebook", text), column("as_at", day),
        column("known_at", sa.DateTime()), column("caseload", text), column("stated_only", flag), column("counts", sa.JSON()),
        *(column(name, number) for name in ("cases", "instances", "faults", "quarantined")), column("complete", flag),
    )  # fmt: skip
    op.create_table(
        "outcomes", column("run", text, primary_key=True), column("instance", text, primary_key=True),
        *(column(name, text) for name in ("case", "clause", "duty", "subject", "subject_type", "outcome")),
        column("start", day), *(column(name, day, nullable=True) for name in ("due", "done")),
        column("days_over", number, nullable=True), *(column(name, text) for name in ("force", "standing", "basis", "decided_by")),
        column("flags", sa.JSON()), column("evidence", sa.JSON()), column("missing", text, nullable=True),
        column("team", text), column("practitioner", text),
    )  # fmt: skip
    for name, columns in {
        "faults": ("case", "duty", "error", "trace"),
        "quarantine": ("file", "place", "problem", "remedy"),
    }.items():
        keys = column("run", text, primary_key=True), column("number", number, primary_key=True, autoincrement=False)
        op.create_table(name, *keys, *(column(each, text) for each in columns))
    op.execute('INSERT INTO kept_ledger ("schema") VALUES (1)')
