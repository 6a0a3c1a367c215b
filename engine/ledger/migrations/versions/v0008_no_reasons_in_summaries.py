"""Waivers are no longer in the summaries that are kept: a reason may name somebody, and is to go when its waiver goes."""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take them out: they are read anew from the ledger whenever a summary is shown."""
    connection = op.get_bind()
    numbers = connection.scalars(sa.text("SELECT number FROM runs WHERE summary IS NOT NULL")).all()
    for number in numbers:
        packed = connection.execute(
            sa.text("SELECT summary FROM runs WHERE number = :number"), {"number": number}
        ).scalar_one()
        summary = json.loads(zlib.decompress(packed))
        if summary.pop("waived", None) is not None:
            again = zlib.compress(json.dumps(summary, separators=(",", ":")).encode(), 9)
            connection.execute(
                sa.text("UPDATE runs SET summary = :summary WHERE number = :number"),
                {"summary": again, "number": number},
            )
    op.execute("UPDATE kept_ledger SET schema = 8")
