"""Opening the ledger, looking up its runs, and writing one night into it whole or not at all.

    with Ledger.open("out/ledger.sqlite") as ledger:
        with ledger.night(start) as night:
            night.findings(batch)
            night.finish(…)

A night is one transaction: a process that is killed, a full disk or a lost connection leaves the ledger as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Self

import pyarrow as pa
from sqlalchemy import Connection, Engine, RowMapping, Table, func, insert, inspect, select, update

from engine.judge.outcome import Fault
from engine.ledger.database import connect, locate, plainly
from engine.ledger.outcome_rows import outcome_rows
from engine.ledger.runs import Counts, Run, RunStart
from engine.ledger.schema import FAULTS, LEDGER, METADATA, OUTCOMES, QUARANTINE, RULEBOOKS, RUNS, SCHEMA
from engine.record.problem import KeptError, RecordProblem

CHUNK = 20_000
"""Rows that are sent to the database at a time."""


class Ledger:
    """The ledger at a path (SQLite) or a database URL.

    A ledger that does not exist yet comes into being with its first night, not before.
    """

    def __init__(self, engine: Engine, name: str, *, new: bool) -> None:
        self.name, self._engine, self._new = name, engine, new

    @classmethod
    def open(cls, where: str) -> Self:
        """The ledger at `where`: a path, or a URL such as `postgresql://kept@db/kept`.

        Raises:
            KeptError: when it is not a ledger, is of another version, or cannot be reached; says what to do.
        """
        url, name, exists = locate(where)
        engine = connect(url, name)
        with plainly(name):
            tables = set(inspect(engine).get_table_names()) if exists else set()
            found = None
            if LEDGER.name in tables:
                with engine.connect() as connection:
                    found = connection.scalar(select(func.max(LEDGER.c.schema)))
        problem = _problem(tables, found)
        if problem:
            engine.dispose()
            raise KeptError(f"{name}: {problem}")
        return cls(engine, name, new=not tables)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def runs(self) -> list[Run]:
        """Every night, in the order of the days they look from, then of writing."""
        return self._runs(lambda connection: connection.execute(select(RUNS).order_by(RUNS.c.id)).mappings())

    def previous(self, before: str | None = None) -> Run | None:
        """The last night, or the last before the night with that id.

        Nights are ordered by their id, which begins with their as-at date: judging an old night again does not make
        it the last.
        """
        query = select(RUNS).order_by(RUNS.c.id.desc()).limit(1)
        if before is not None:
            query = query.where(RUNS.c.id < before)
        return next(iter(self._runs(lambda connection: connection.execute(query).mappings())), None)

    def rulebook(self, sha256: str) -> str:
        """The canonical JSON of the rulebook with that hash.

        Raises:
            KeptError: when no night was judged by it.
        """
        query = select(RULEBOOKS.c.text).where(RULEBOOKS.c.sha256 == sha256)
        if not self._new:
            with plainly(self.name), self._engine.connect() as connection:
                text = connection.scalar(query)
            if text is not None:
                return str(text)
        raise KeptError(
            f"{self.name}: no night was judged by the rulebook {sha256}; `kept rules freeze` shows today's."
        )

    @contextmanager
    def night(self, start: RunStart) -> Iterator[Night]:
        """A night to be written. It is kept when `finish` was called and nothing was raised; else it never was.

        Raises:
            KeptError: when another night is being written, or the database refuses.
        """
        if start.started_at.tzinfo is None:
            raise ValueError("started_at has no time zone")
        with ExitStack() as stack:
            with plainly(self.name):
                # Whatever is raised from here on closes the connection, and with it what was written.
                connection = stack.enter_context(self._engine.execution_options(kept_writes=True).connect())
                transaction = connection.begin()
                if self._new:
                    self._create(connection)
                connection.execute(select(LEDGER).with_for_update(nowait=True))
                night = Night(connection, start, self.name)
            yield night
            if night.finished:
                with plainly(self.name):
                    transaction.commit()
                self._new = False

    def _create(self, connection: Connection) -> None:
        METADATA.create_all(connection)
        if connection.scalar(select(func.count()).select_from(LEDGER)) == 0:
            connection.execute(insert(LEDGER), {"schema": SCHEMA})

    def _runs(self, read: Callable[[Connection], Iterable[RowMapping]]) -> list[Run]:
        if self._new:
            return []
        with plainly(self.name), self._engine.connect() as connection:
            return [_run(row) for row in read(connection)]


class Night:
    """One night while it is being written."""

    def __init__(self, connection: Connection, start: RunStart, name: str) -> None:
        self._connection, self._name, self.finished = connection, name, False
        self._fault, self._problem = count(1), count(1)
        self.run = self._next_id(start.as_at)
        if connection.scalar(select(RULEBOOKS.c.sha256).where(RULEBOOKS.c.sha256 == start.rulebook)) is None:
            connection.execute(insert(RULEBOOKS), {"sha256": start.rulebook, "text": start.text})
        connection.execute(
            insert(RUNS),
            {
                "id": self.run,
                "started_at": _utc(start.started_at),
                "rulebook": start.rulebook,
                "as_at": start.as_at,
                "known_at": start.known_at,
                "caseload": start.caseload,
                "stated_only": start.stated_only,
                **_columns(Counts(cases=0, instances=0, outcomes={}, faults=0, quarantined=0, complete=False)),
            },
        )

    def findings(self, batch: pa.RecordBatch) -> None:
        """Add where these instances stand: columns as in `engine.judge.finding_table`."""
        statement = insert(OUTCOMES).compile(dialect=self._connection.dialect)
        for first in range(0, batch.num_rows, CHUNK):
            rows: Any = outcome_rows(self.run, batch.slice(first, CHUNK))
            if not statement.positional:
                rows = [dict(zip(OUTCOMES.c.keys(), row, strict=True)) for row in rows]
            # Straight to the driver: SQLAlchemy's own way of it takes three times as long.
            with plainly(self._name):
                self._connection.exec_driver_sql(str(statement), rows)

    def faults(self, faults: Iterable[Fault]) -> None:
        """Add what Kept failed to judge."""
        rows = [{"run": self.run, "number": next(self._fault), **fault.model_dump()} for fault in faults]
        if rows:
            self._insert(FAULTS, rows)

    def quarantine(self, problems: Iterable[RecordProblem]) -> None:
        """Add what could not be read."""
        rows = [
            {"run": self.run, "number": next(self._problem)}
            | {key: getattr(found, key) for key in ("file", "place", "problem", "remedy")}
            for found in problems
        ]
        if rows:
            self._insert(QUARANTINE, rows)

    def finish(self, counts: Counts, finished_at: datetime) -> None:
        """Close the night: what it came to, and when it was done (with a time zone)."""
        values = {"finished_at": _utc(finished_at), **_columns(counts)}
        with plainly(self._name):
            self._connection.execute(update(RUNS).where(RUNS.c.id == self.run).values(values))
        self.finished = True

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        with plainly(self._name):
            self._connection.execute(insert(table), rows)

    def _next_id(self, as_at: date) -> str:
        day = as_at.isoformat()
        last = self._connection.scalar(select(func.max(RUNS.c.id)).where(RUNS.c.id.startswith(f"{day}-")))
        return f"{day}-{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def _problem(tables: set[str], found: int | None) -> str | None:
    if not tables:
        return None
    if LEDGER.name not in tables:
        some = ", ".join(sorted(tables)[:5])
        return (
            f"is a database but not a ledger (its tables: {some}). Name another file, or one that does not exist yet."
        )
    if found is None or found < SCHEMA:
        return (
            f"is a ledger of version {found or 'unknown'}, and this Kept writes version {SCHEMA}. Start a new ledger."
        )
    if found > SCHEMA:
        return f"was written by a newer Kept (ledger version {found}; this one knows {SCHEMA}). Install that version."
    lost = sorted(set(METADATA.tables) - tables)
    if lost:
        return f"is a ledger without its tables {', '.join(lost)}. Restore it from a copy, or start a new ledger."
    return None


def _columns(counts: Counts) -> dict[str, Any]:
    values = counts.model_dump()
    values["counts"] = values.pop("outcomes")
    return values


def _run(row: RowMapping) -> Run:
    values = dict(row)
    values["counts"] = Counts(
        outcomes=values["counts"],
        **{key: values.pop(key) for key in ("cases", "instances", "faults", "quarantined", "complete")},
    )
    for key in ("started_at", "finished_at"):
        values[key] = values[key].replace(tzinfo=UTC)
    return Run(**values)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the moment has no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None)
