"""What stays as it was is written once.

The nights of version 1 did not note which clauses were asked for, nor what was in the caseload, so nobody can say which of
them can be compared: each becomes a series of its own, with all its outcomes, and can be looked up as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.ledger.schema import METADATA

revision = "0002"
down_revision = "0001"

_NEW = (
    "cases",
    "editions",
    "holders",
    "instances",
    "states",
    "stale",
    "faults",
    "quarantine",
)
_OLD = ("runs", "outcomes", "faults", "quarantine")
_EDITION = "clause, duty, subject_type, force, standing, basis, decided_by"
_NUMBERED = "CREATE TEMP TABLE old_numbers AS SELECT id, row_number() OVER (ORDER BY id) AS number FROM old_runs"
_MOVED = (
    _NUMBERED,
    "INSERT INTO series (number, caseload, clauses, stated_only) SELECT n.number, r.caseload, NULL, r.stated_only "
    "FROM old_runs r JOIN old_numbers n ON n.id = r.id",
    "INSERT INTO runs (number, id, series, receipt, rulebook, calendar, fingerprint, as_at, known_at, versions, started_at, "
    "finished_at, counts, cases, instances, faults, quarantined, complete, trend, summary) "
    "SELECT n.number, r.id, n.number, '', r.rulebook, '', NULL, r.as_at, r.known_at, '{}', r.started_at, r.finished_at, r.counts, "
    "r.cases, r.instances, r.faults, r.quarantined, r.complete, r.complete, NULL FROM old_runs r JOIN old_numbers n ON n.id = r.id",
    'INSERT INTO cases (number, id) SELECT row_number() OVER (ORDER BY "case"), "case" FROM old_outcomes GROUP BY "case"',
    f"INSERT INTO editions (number, {_EDITION}) SELECT row_number() OVER (ORDER BY {_EDITION}), {_EDITION} "  # noqa: S608 - ours
    f"FROM old_outcomes GROUP BY {_EDITION}",
    "INSERT INTO holders (number, team, practitioner) SELECT row_number() OVER (ORDER BY team, practitioner), team, practitioner "
    "FROM old_outcomes GROUP BY team, practitioner",
    'INSERT INTO instances (number, id, "case", subject) SELECT row_number() OVER (ORDER BY o.instance), o.instance, '
    'min(c.number), min(o.subject) FROM old_outcomes o JOIN cases c ON c.id = o."case" GROUP BY o.instance',
    "INSERT INTO states (series, instance, from_run, edition, outcome, start, due, done, flags, evidence, missing, holder) "  # noqa: S608 - ours
    "SELECT n.number, i.number, n.number, e.number, o.outcome, o.start, o.due, o.done, CAST(o.flags AS TEXT), "
    "CAST(o.evidence AS TEXT), o.missing, h.number FROM old_outcomes o JOIN old_numbers n ON n.id = o.run "
    "JOIN instances i ON i.id = o.instance JOIN holders h ON h.team = o.team AND h.practitioner = o.practitioner "
    f"JOIN editions e ON {' AND '.join(f'e.{name} = o.{name}' for name in _EDITION.split(', '))}",
    'INSERT INTO faults (series, from_run, number, until_run, since_run, "case", duty, error, trace) '
    'SELECT n.number, n.number, f.number, NULL, n.number, f."case", f.duty, f.error, f.trace '
    "FROM old_faults f JOIN old_numbers n ON n.id = f.run",
    'INSERT INTO quarantine (series, from_run, number, until_run, since_run, "case", file, place, problem, remedy) '
    "SELECT n.number, n.number, q.number, NULL, n.number, '', q.file, q.place, q.problem, q.remedy "
    "FROM old_quarantine q JOIN old_numbers n ON n.id = q.run",
    "DROP TABLE old_numbers",
)


def upgrade() -> None:
    """Move each night into the new tables."""
    connection = op.get_bind()
    for name in _OLD:
        op.rename_table(name, f"old_{name}")
    if connection.dialect.name == "postgresql":
        for name in _OLD:  # their names are those of the new tables' keys
            op.execute(f'ALTER INDEX "{name}_pkey" RENAME TO "old_{name}_pkey"')
    _make_series_and_runs()
    METADATA.create_all(connection, tables=[METADATA.tables[name] for name in _NEW])
    for statement in _MOVED:
        connection.execute(sa.text(statement))
    for name in ("outcomes", "faults", "quarantine", "runs"):
        op.drop_table(f"old_{name}")
    op.execute("UPDATE kept_ledger SET schema = 2")


def _make_series_and_runs() -> None:
    """As they were in version 2; later ones have added to them. The other tables are as they were."""
    text, number, flag = sa.Text(), sa.Integer(), sa.Boolean()
    op.create_table(
        "series",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("caseload", text, nullable=False),
        sa.Column("clauses", sa.JSON()),
        sa.Column("stated_only", flag, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("id", text, nullable=False, unique=True),
        sa.Column("series", number, sa.ForeignKey("series.number"), nullable=False),
        sa.Column("receipt", text, nullable=False),
        sa.Column("rulebook", text, sa.ForeignKey("rulebooks.sha256"), nullable=False),
        sa.Column("calendar", text, nullable=False),
        sa.Column("fingerprint", sa.JSON()),
        sa.Column("as_at", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("counts", sa.JSON(), nullable=False),
        *(sa.Column(name, number, nullable=False) for name in ("cases", "instances", "faults", "quarantined")),
        *(sa.Column(name, flag, nullable=False) for name in ("complete", "trend")),
        sa.Column("summary", sa.LargeBinary()),
    )
