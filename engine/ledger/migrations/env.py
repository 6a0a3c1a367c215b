"""Run by Alembic for each of its commands: it works in the transaction that it is given."""

from __future__ import annotations

from alembic import context

from engine.ledger.schema import METADATA, MIGRATED

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=MIGRATED.name
)
context.run_migrations()
