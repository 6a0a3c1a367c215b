"""The ledger's tables. What stays as it was is written once: a night adds the rows that it changes.

A *state* is where an instance stood from one night until another, a *series* the nights that can be compared. The view
`outcomes` gives each night its whole rows back.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

SCHEMA = 8
"""The version of these tables. An older ledger is brought to it (`engine.ledger.migrations`), a newer one refused."""

METADATA = MetaData()

LEDGER = Table(
    "kept_ledger",
    METADATA,
    Column("schema", Integer, primary_key=True, autoincrement=False),
    comment="One row: that this is a ledger, and the version of its tables.",
)

MIGRATED = Table(
    "kept_migrated",
    METADATA,
    Column("version_num", String(32), primary_key=True),
    comment="Alembic's own: the migration that these tables have reached.",
)

RULEBOOKS = Table(
    "rulebooks",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("text", Text, nullable=False),
    comment="Every rulebook that a night was judged by, as canonical JSON.",
)

SERIES = Table(
    "series",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, comment="empty where nobody gave one: then it is known by its caseload"),
    Column("caseload", Text, nullable=False, comment="what its first night read"),
    Column("clauses", JSON(none_as_null=True), comment="those asked for; all for []; null where it was not noted"),
    Column("stated_only", Boolean, nullable=False),
    comment="Nights that can be compared, in the order of the days that they look from.",
)

RUNS = Table(
    "runs",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("series", Integer, ForeignKey(SERIES.c.number), nullable=False),
    Column("caseload", Text, nullable=False, comment="what was read, in words"),
    Column(
        "receipt",
        Text,
        nullable=False,
        comment="SHA-256 of all that the outcomes follow from; empty if not all is known",
    ),
    Column("rulebook", Text, ForeignKey(RULEBOOKS.c.sha256), nullable=False),
    Column("calendar", Text, nullable=False, comment="SHA-256 of the bank holidays that were known"),
    Column("fingerprint", JSON(none_as_null=True), comment="of the caseload's content; null when none was taken"),
    Column("as_at", Date, nullable=False),
    Column("known_at", DateTime, nullable=False, comment="local time, as records have it"),
    Column("versions", JSON, nullable=False, comment="of what judged"),
    Column("started_at", DateTime, nullable=False, comment="UTC"),
    Column("finished_at", DateTime, comment="UTC"),
    Column("counts", JSON, nullable=False, comment="how many instances have each outcome"),
    Column("cases", Integer, nullable=False),
    Column("instances", Integer, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("trend", Boolean, nullable=False, comment="whether enough was read for a point in a trend"),
    Column(
        "shrunk_from", Integer, comment="cases of the last whole night, when this had far fewer; null for a whole one"
    ),
    Column("summary", LargeBinary, comment="the summary of the night as JSON, deflated; without its waivers"),
    comment="One row a night: its receipt, and what it came to.",
)

CASES = Table(
    "cases",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
)

EDITIONS = Table(
    "editions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    *(
        Column(name, Text, nullable=False)
        for name in ("clause", "duty", "subject_type", "force", "standing", "basis", "decided_by")
    ),
    UniqueConstraint("clause", "duty", "subject_type", "force", "standing", "basis", "decided_by"),
    comment="What the rulebook says beside an outcome.",
)

HOLDERS = Table(
    "holders",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("team", Text, nullable=False),
    Column("practitioner", Text, nullable=False),
    UniqueConstraint("team", "practitioner"),
    comment="Who answers for a case: a team and a practitioner.",
)

INSTANCES = Table(
    "instances",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("case", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    comment="What never changes about an instance.",
)

STATES = Table(
    "states",
    METADATA,
    # No keys that refer to other tables: each row would be checked against what it has just been looked up in.
    Column("series", Integer, nullable=False),
    Column("instance", Integer, nullable=False),
    Column("from_run", Integer, nullable=False),
    Column("until_run", Integer, comment="the first night in which it no longer stood so; null while it does"),
    Column("edition", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("start", Date, nullable=False),
    Column("due", Date),
    Column("done", Date),
    Column("flags", Text, nullable=False, comment="JSON, kept as text: what is JSON to a database it cannot compare"),
    Column("evidence", Text, nullable=False, comment="JSON, as text"),
    Column("missing", Text),
    Column("holder", Integer, nullable=False),
    comment="Where an instance stood, from which night until which.",
)

_STANDING = text("until_run IS NULL")
_BREACHED = text("outcome = 'breached'")
Index(
    "standing_states",
    STATES.c.series,
    STATES.c.instance,
    unique=True,
    sqlite_where=_STANDING,
    postgresql_where=_STANDING,
)
Index("breached_states", STATES.c.series, STATES.c.instance, sqlite_where=_BREACHED, postgresql_where=_BREACHED)

STALE = Table(
    "stale",
    METADATA,
    Column("series", Integer, nullable=False),
    Column("instance", Integer, nullable=False),
    Column("from_run", Integer, nullable=False),
    Column("until_run", Integer),
    comment="Between which nights nobody could say whether it still stands so: its case or its duty was not judged, or far "
    "too few cases were there.",
)
Index(
    "standing_stale", STALE.c.series, STALE.c.instance, unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING
)

FAULTS = Table(
    "faults",
    METADATA,
    Column("series", Integer, ForeignKey(SERIES.c.number), nullable=False),
    Column("from_run", Integer, ForeignKey(RUNS.c.number), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("until_run", Integer, ForeignKey(RUNS.c.number)),
    Column(
        "since_run",
        Integer,
        ForeignKey(RUNS.c.number),
        nullable=False,
        comment="the first night of those without a break",
    ),
    Column("case", Text, nullable=False),
    Column("duty", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("trace", Text, nullable=False),
    comment="Duties that Kept failed to judge, from which night until which: never outcomes.",
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("series", Integer, ForeignKey(SERIES.c.number), nullable=False),
    Column("from_run", Integer, ForeignKey(RUNS.c.number), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("until_run", Integer, ForeignKey(RUNS.c.number)),
    Column(
        "since_run",
        Integer,
        ForeignKey(RUNS.c.number),
        nullable=False,
        comment="the first night of those without a break",
    ),
    Column("case", Text, nullable=False, comment="empty when it is not known which"),
    Column("file", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    comment="Cases that could not be read and were set aside, from which night until which.",
)

WAIVERS = Table(
    "waivers",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, comment="instance or clause"),
    Column("target", Text, nullable=False, comment="the id of the instance; of the clause or the duty"),
    Column("team", Text, nullable=False, comment="empty for an instance, and for a clause in every team"),
    Column("reason", Text, nullable=False),
    Column("from_day", Date, nullable=False),
    Column("until_day", Date, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_on", Date, nullable=False, comment="local day"),
    Column("asked_at", DateTime, nullable=False, comment="UTC"),
    comment="What somebody asked to waive. Nothing here is ever changed: what became of it is in waiver_entries.",
)

WAIVER_ENTRIES = Table(
    "waiver_entries",
    METADATA,
    Column("waiver", Integer, ForeignKey(WAIVERS.c.number), primary_key=True),
    Column("kind", Text, primary_key=True, comment="approved or withdrawn"),
    Column("by", Text, nullable=False),
    Column("on_day", Date, nullable=False, comment="local day"),
    Column("at", DateTime, nullable=False, comment="UTC"),
    Column("backdated", Boolean, nullable=False, comment="approved also for days before the approval"),
    comment="What became of a waiver: who approved it, who withdrew it.",
)

MASK_KEYS = Table(
    "mask_keys",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),
    comment="One row: what the masks of ids are made with. Whoever has it can try ids until one fits.",
)

DIGESTS = Table(
    "digests",
    METADATA,
    Column("run", Text, primary_key=True, comment="the id of the night that it is about"),
    Column("team", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("tried_at", DateTime, nullable=False, comment="UTC"),
    Column("sent", Boolean, nullable=False, comment="whether the mail server took it"),
    Column("under_way", Boolean, nullable=False, comment="that somebody is sending it, or was cut off while doing so"),
    comment="Which digest was sent to whom, so that none is sent twice.",
)

PURGES = Table(
    "purges",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime, nullable=False, comment="UTC"),
    Column("before_day", Date, nullable=False),
    Column("removed", JSON, nullable=False, comment="how many rows of each table"),
    comment="What was removed for good, and by whom: never which.",
)

DURING = (
    "{it}.series = r.series AND {it}.from_run <= r.number AND ({it}.until_run IS NULL OR {it}.until_run > r.number)"
)
"""In SQL: that a row of such a table (`it`) was so in the night `r`."""

_DAYS = {
    "sqlite": "max(CAST(julianday(coalesce(s.done, r.as_at)) - julianday(s.due) AS INTEGER), 0)",
    "postgresql": "greatest(coalesce(s.done, r.as_at) - s.due, 0)",
}


_LISTS = ("flags", "evidence")


def outcomes_view(dialect: str) -> str:
    """What makes the view `outcomes`: every finding of every night, as the judge gave it, with its night's id (`run`).

    `stale_since` is the id of the night from which nobody could say whether it still stands so; null for what was judged.
    """
    flags, evidence = (
        f"CAST(s.{name} AS JSON) AS {name}" if dialect == "postgresql" else f"s.{name}" for name in _LISTS
    )
    return f"""
        CREATE VIEW outcomes AS
        SELECT r.id AS run, i.id AS instance, c.id AS "case", e.clause, e.duty, i.subject, e.subject_type, s.outcome,
               s.start, s.due, s.done,
               CASE WHEN s.outcome IN ('breached', 'late') AND s.due IS NOT NULL THEN {_DAYS[dialect]} END AS days_over,
               e.force, e.standing, e.basis, e.decided_by, {flags}, {evidence}, s.missing, h.team, h.practitioner,
               w.id AS stale_since
        FROM runs r
        JOIN states s ON {DURING.format(it="s")}
        JOIN instances i ON i.number = s.instance
        JOIN cases c ON c.number = i."case"
        JOIN editions e ON e.number = s.edition
        JOIN holders h ON h.number = s.holder
        LEFT JOIN stale t ON t.instance = s.instance AND {DURING.format(it="t")}
        LEFT JOIN runs w ON w.number = t.from_run
        """  # noqa: S608 - ours


def _make_view(_: Any, connection: Any, **__: Any) -> None:
    connection.exec_driver_sql(outcomes_view(connection.dialect.name))


event.listen(METADATA, "after_create", _make_view)
