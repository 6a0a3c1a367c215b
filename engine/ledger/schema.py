"""The ledger's tables, in SQL that every database has."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, ForeignKey, Integer, MetaData, Table, Text

SCHEMA = 1
"""The version of these tables. A ledger of another version is refused, never guessed at."""

METADATA = MetaData()

LEDGER = Table(
    "kept_ledger",
    METADATA,
    Column("schema", Integer, primary_key=True, autoincrement=False),
    comment="One row: that this is a ledger, and the version of its tables. Whoever writes a night locks it.",
)

RULEBOOKS = Table(
    "rulebooks",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("text", Text, nullable=False),
    comment="Every rulebook that a night was judged by, as canonical JSON.",
)

RUNS = Table(
    "runs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("started_at", DateTime, nullable=False, comment="UTC"),
    Column("finished_at", DateTime, comment="UTC"),
    Column("rulebook", Text, ForeignKey(RULEBOOKS.c.sha256), nullable=False),
    Column("as_at", Date, nullable=False),
    Column("known_at", DateTime, nullable=False, comment="local time, as records have it"),
    Column("caseload", Text, nullable=False),
    Column("stated_only", Boolean, nullable=False),
    Column("counts", JSON, nullable=False, comment="how many instances have each outcome"),
    Column("cases", Integer, nullable=False),
    Column("instances", Integer, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
    comment="One row a night.",
)

OUTCOMES = Table(
    "outcomes",
    METADATA,
    Column("run", Text, ForeignKey(RUNS.c.id), primary_key=True),
    Column("instance", Text, primary_key=True),
    Column("case", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("duty", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("start", Date, nullable=False),
    Column("due", Date),
    Column("done", Date),
    Column("days_over", Integer),
    Column("force", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("missing", Text),
    Column("team", Text, nullable=False),
    Column("practitioner", Text, nullable=False),
    comment="Where every instance stood, night by night.",
)

FAULTS = Table(
    "faults",
    METADATA,
    Column("run", Text, ForeignKey(RUNS.c.id), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case", Text, nullable=False),
    Column("duty", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("trace", Text, nullable=False),
    comment="Duties that Kept failed to judge: never outcomes.",
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("run", Text, ForeignKey(RUNS.c.id), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("file", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    comment="Cases that could not be read and were set aside.",
)
