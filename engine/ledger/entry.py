"""One night while it is being written: what was found is compared with where things stood, and the difference is kept.

The findings go into a temporary table; then a few statements over whole sets add the instances that are new, close and
open the states that changed, and close those of what is no longer found. Where a case could not be read, or a duty of it
not judged, what stood is left standing and marked stale; so is all that is missing when the caseload has suddenly shrunk.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, func, insert, select, text, update

from engine.judge.outcome import Fault
from engine.ledger.changed import Changes
from engine.ledger.changes import changes
from engine.ledger.runs import Counts, Receipt, RunStart
from engine.ledger.schema import FAULTS, QUARANTINE, RULEBOOKS, RUNS, SERIES
from engine.ledger.staging import Staging
from engine.record.problem import RecordProblem

TOLD = ("edition", "outcome", "start", "due", "done", "flags", "evidence", "missing", "holder")
"""The columns in which a state may differ from the one before."""

_TEMPORARY = ("staged", "placed", "moved", "gone", "set_aside")

_NEW = """
    (number, id, "case", subject) SELECT :instances + row_number() OVER (ORDER BY s.place), s.instance, s."case", s.subject
    FROM staged s LEFT JOIN instances i ON i.id = s.instance WHERE i.number IS NULL
"""
# In both an instance that was found twice is noticed.
_ADDED = """
    CREATE TEMP TABLE added (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "case" INTEGER NOT NULL, subject TEXT NOT NULL)
"""
_PLACED = "CREATE TEMP TABLE placed (instance INTEGER PRIMARY KEY, place INTEGER NOT NULL)"
_PLACE = "INSERT INTO placed SELECT i.number, s.place FROM staged s JOIN {it} i ON i.id = s.instance ORDER BY i.number"

_COMPARE = (
    """CREATE TEMP TABLE moved AS
       SELECT p.instance, p.place, o.instance IS NOT NULL AS stood
       FROM placed p JOIN staged s ON s.place = p.place
       LEFT JOIN states o ON o.series = :series AND o.instance = p.instance AND o.until_run IS NULL
       WHERE o.instance IS NULL OR {differs}""",
    """CREATE TEMP TABLE gone AS
       SELECT o.instance, :shrunk = 1 OR EXISTS (
           SELECT 1 FROM set_aside a JOIN instances i ON i.number = o.instance JOIN editions e ON e.number = o.edition
           WHERE a."case" = i."case" AND (a.duty IS NULL OR a.duty = e.duty)) AS unread
       FROM states o LEFT JOIN placed p ON p.instance = o.instance
       WHERE o.series = :series AND o.until_run IS NULL AND p.instance IS NULL""",
    """UPDATE states SET until_run = :run WHERE series = :series AND until_run IS NULL
       AND instance IN (SELECT instance FROM moved WHERE stood UNION ALL SELECT instance FROM gone WHERE NOT unread)""",
    """INSERT INTO states (series, instance, from_run, {told})
       SELECT :series, m.instance, :run, {staged} FROM moved m JOIN staged s ON s.place = m.place ORDER BY m.instance""",
    """UPDATE stale SET until_run = :run WHERE series = :series AND until_run IS NULL
       AND instance NOT IN (SELECT instance FROM gone WHERE unread)""",
    """INSERT INTO stale (series, instance, from_run) SELECT :series, g.instance, :run FROM gone g
       LEFT JOIN stale t ON t.series = :series AND t.instance = g.instance AND t.until_run IS NULL
       WHERE g.unread AND t.instance IS NULL""",
)


class Night:
    """One night while it is being written. `run` is its id, `number` its place among all nights of this ledger, `before` the
    number of the night before in its series (None for the first), `cases_before` how many cases the last whole night of
    the series had, read or not (None when there was none).

    A series holds the nights over the same caseload (by its description, or by the name that was given to the series
    wherever the caseload lies), for the same clauses, with the same `stated_only`. A name that is new is given to the series
    that the night would have joined without it.

    A night joins the one of them whose last night is the latest that looks from no later day and knows of no later moment
    than this one. So a night that looks further back than the last one rewrites nothing: it begins a series of its own, or
    goes on with one of earlier nights that were judged again.
    """

    def __init__(
        self, connection: Connection, start: RunStart, plainly: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._connection, self._receipt, self._plainly, self.finished = connection, start.receipt, plainly, False
        self._faults: list[Fault] = []
        self._problems: list[RecordProblem] = []
        receipt = start.receipt
        self.series, self.before = _place(connection, receipt)
        self.cases_before = None if self.before is None else _cases(connection, self.before)
        self.number: int = 1 + (connection.scalar(select(func.max(RUNS.c.number))) or 0)
        self.run = _next_id(connection, receipt.as_at)
        if connection.scalar(select(RULEBOOKS.c.sha256).where(RULEBOOKS.c.sha256 == receipt.rulebook)) is None:
            connection.execute(insert(RULEBOOKS), {"sha256": receipt.rulebook, "text": start.text})
        nothing = Counts(cases=0, instances=0, outcomes={}, faults=0, quarantined=0, complete=False, trend=False)
        connection.execute(
            insert(RUNS),
            {
                "number": self.number,
                "id": self.run,
                "series": self.series,
                "receipt": receipt.sha256,
                "started_at": _utc(start.started_at),
                "fingerprint": receipt.fingerprint and receipt.fingerprint.model_dump(),
                **{
                    name: getattr(receipt, name)
                    for name in ("rulebook", "calendar", "caseload", "as_at", "known_at", "versions")
                },
                **_columns(nothing),
            },
        )
        self._staging = Staging(connection)

    def findings(self, batch: pa.RecordBatch) -> None:
        """Add where these instances stand: columns as in `engine.judge.finding_table`."""
        with self._plainly():
            self._staging.add(batch)

    def faults(self, faults: Iterable[Fault]) -> None:
        """Add what Kept failed to judge."""
        self._faults += faults

    def quarantine(self, problems: Iterable[RecordProblem]) -> None:
        """Add what could not be read."""
        self._problems += problems

    def finish(self, counts: Counts, finished_at: datetime) -> Changes | None:
        """Write what changed, what the night came to, and when it was done (with a time zone).

        Gives what changed since the night before; None for the first of a series. When the counts say that the caseload has
        shrunk, nothing that is missing is closed.
        """
        with self._plainly():
            unread = [_values(found, QUARANTINE) for found in self._problems]
            failed = [_values(fault, FAULTS) for fault in self._faults]
            self._carry_on(QUARANTINE, unread, ("case",))
            self._carry_on(FAULTS, failed, ("case", "duty"))
            self._set_aside([(each["case"], each.get("duty")) for each in (*unread, *failed) if each["case"]])
            self._staging.ready()
            place_staged(self._connection)
            differs = "IS NOT" if self._connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
            words = {
                "differs": " OR ".join(f"o.{name} {differs} s.{name}" for name in TOLD),
                "told": ", ".join(TOLD),
                "staged": ", ".join(f"s.{name}" for name in TOLD),
            }
            given = {"series": self.series, "run": self.number, "shrunk": int(counts.shrunk_from is not None)}
            for statement in _COMPARE:
                self._connection.execute(text(statement.format(**words)), given)
            drop_temporary(self._connection)
            values = {"finished_at": _utc(finished_at), **_columns(counts)}
            self._connection.execute(update(RUNS).where(RUNS.c.number == self.number).values(values))
            found = None if self.before is None else changes(self._connection, self.series, self.before)
        self.finished = True
        return found

    def keep_summary(self, summary: str) -> None:
        """Keep the summary of the night, for when the same night is asked for again."""
        packed = zlib.compress(summary.encode(), 9)
        with self._plainly():
            self._connection.execute(update(RUNS).where(RUNS.c.number == self.number).values(summary=packed))

    def _set_aside(self, what: Sequence[tuple[str, str | None]]) -> None:
        """Note which cases, or which duties of them, were not judged."""
        self._connection.execute(text('CREATE TEMP TABLE set_aside ("case" INTEGER NOT NULL, duty TEXT)'))
        cases = self._staging.cases([case for case, _ in what])
        rows = [{"case": case, "duty": duty} for case, (_, duty) in zip(cases, what, strict=True)]
        if rows:
            self._connection.execute(text('INSERT INTO set_aside ("case", duty) VALUES (:case, :duty)'), rows)

    def _carry_on(self, table: Table, found: Sequence[dict[str, str]], who: tuple[str, ...]) -> None:
        """Close what is no longer so, and add what was not so before; `who` says for whom it has been so without a break."""
        names = [name for name in table.c.keys() if name not in _BOOKS]  # noqa: SIM118 - no dict
        standing = self._connection.execute(
            select(table).where(table.c.series == self.series, table.c.until_run.is_(None))
        ).mappings().all()  # fmt: skip
        wanted = {_key(each, names): each for each in found}
        since: dict[tuple[str, ...], int] = {}
        for row in standing:
            since[_key(row, who)] = min(row["since_run"], since.get(_key(row, who), row["since_run"]))
            if wanted.pop(_key(row, names), None) is None:
                this = (table.c.from_run == row["from_run"]) & (table.c.number == row["number"])
                self._connection.execute(update(table).where(this).values(until_run=self.number))
        rows = [
            {
                "series": self.series,
                "from_run": self.number,
                "number": number,
                "since_run": since.get(_key(each, who), self.number),
            }
            | each
            for number, each in enumerate(wanted.values(), start=1)
        ]
        if rows:
            self._connection.execute(insert(table), rows)


_BOOKS = ("series", "from_run", "number", "until_run", "since_run")


def place_staged(connection: Connection, *, adding: bool = True) -> None:
    """Find the instance of each staged finding: the temporary table `placed`.

    Those that are new are added to the ledger; without `adding` to a temporary table `added` instead.
    """
    last = connection.scalar(text("SELECT coalesce(max(number), 0) FROM instances"))
    if not adding:
        connection.execute(text(_ADDED))
    connection.execute(text(f"INSERT INTO {'instances' if adding else 'added'} {_NEW}"), {"instances": last})
    connection.execute(text(_PLACED))
    for table in ("instances",) if adding else ("instances", "added"):
        connection.execute(text(_PLACE.format(it=table)))
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE placed"))


def drop_temporary(connection: Connection) -> None:
    """Take the temporary tables away."""
    for table in _TEMPORARY:
        connection.execute(text(f"DROP TABLE IF EXISTS {table}"))


def _place(connection: Connection, receipt: Receipt) -> tuple[int, int | None]:
    """The series that the night belongs to, made if there is none, and the number of the last night in it."""
    by_address = and_(SERIES.c.name == "", SERIES.c.caseload == receipt.caseload)
    nights = _last_nights(connection, receipt, SERIES.c.name == receipt.series if receipt.series else by_address)
    named_now = bool(receipt.series) and not nights
    if named_now:
        nights = _last_nights(connection, receipt, by_address)
    fitting = [
        (night.as_at, night.known_at, night.number, night.series)
        for night in nights
        if night.as_at <= receipt.as_at and night.known_at <= receipt.known_at
    ]
    if fitting:
        *_, before, series = max(fitting)
        if named_now:
            connection.execute(update(SERIES).where(SERIES.c.number == series).values(name=receipt.series))
        return series, before
    number = 1 + (connection.scalar(select(func.max(SERIES.c.number))) or 0)
    values = {"caseload": receipt.caseload, "clauses": list(receipt.clauses or ()), "stated_only": receipt.stated_only}
    connection.execute(insert(SERIES), {"number": number, "name": receipt.series, **values})
    return number, None


def _last_nights(connection: Connection, receipt: Receipt, which: ColumnElement[bool]) -> list[Any]:
    """The last night of each of those series that is for the same clauses, with the same `stated_only`."""
    last = select(func.max(RUNS.c.number)).group_by(RUNS.c.series)
    nights = connection.execute(
        select(SERIES.c.clauses, RUNS.c.series, RUNS.c.number, RUNS.c.as_at, RUNS.c.known_at)
        .join(SERIES, SERIES.c.number == RUNS.c.series)
        .where(RUNS.c.number.in_(last), SERIES.c.stated_only == receipt.stated_only, which)
    )
    return [night for night in nights if night.clauses == list(receipt.clauses or ())]


def _cases(connection: Connection, night: int) -> int:
    """How many cases that night had; when it had far fewer than the last whole one before it, how many that had."""
    row = connection.execute(select(RUNS).where(RUNS.c.number == night)).one()
    return int(row.cases + row.quarantined if row.shrunk_from is None else row.shrunk_from)


def _next_id(connection: Connection, as_at: date) -> str:
    day = as_at.isoformat()
    ids = connection.scalars(select(RUNS.c.id).where(RUNS.c.as_at == as_at))
    return f"{day}-{max((int(run.rsplit('-', 1)[1]) for run in ids), default=0) + 1:04d}"


def _values(found: object, table: Table) -> dict[str, str]:
    """What it says of itself; its case is empty when nobody knows which."""
    return {name: getattr(found, name, "") for name in table.c.keys() if name not in _BOOKS}  # noqa: SIM118 - no dict


def _key(row: Mapping[str, Any] | RowMapping, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(row[name] for name in names)


def _columns(counts: Counts) -> dict[str, Any]:
    values = counts.model_dump()
    values["counts"] = values.pop("outcomes")
    return values


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the moment has no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None)
