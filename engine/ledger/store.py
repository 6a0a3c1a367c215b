"""Opening the ledger, looking up its runs, and writing one night into it whole or not at all.

    with Ledger.open("out/ledger.sqlite") as ledger:
        with ledger.night(start) as night:
            night.findings(batch)
            night.finish(…)

A night is one transaction: a process that is killed, a full disk or a lost connection leaves the ledger as it was.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC
from functools import partial
from typing import Any, Self

from sqlalchemy import Connection, Engine, Select, func, insert, inspect, select

from engine.ledger.database import connect, locate, lock, plainly, rewrite
from engine.ledger.entry import Night
from engine.ledger.runs import Counts, Receipt, Run, RunStart
from engine.ledger.schema import LEDGER, METADATA, MIGRATED, RULEBOOKS, RUNS, SCHEMA, SERIES
from engine.record.problem import KeptError, nearest

_IN_ORDER = (RUNS.c.as_at, RUNS.c.known_at, RUNS.c.number)


class Ledger:
    """The ledger at a path (SQLite) or a database URL.

    A ledger that does not exist yet comes into being with its first night, not before.
    """

    def __init__(self, engine: Engine, name: str, *, new: bool) -> None:
        self.name, self._engine, self._new = name, engine, new

    @classmethod
    def open(cls, where: str) -> Self:
        """The ledger at `where`: a path, or a URL such as `postgresql://kept@db/kept`. An older one is brought up to date.

        Raises:
            KeptError: when it is not a ledger, is of a newer version, or cannot be reached; says what to do.
        """
        url, name, exists = locate(where)
        engine = connect(url, name)
        try:
            with plainly(name):
                tables, found = _look(engine) if exists else (set[str](), None)
                if found is not None and 0 < found < SCHEMA:
                    _upgrade(engine)
                    tables, found = _look(engine)
            problem = _problem(tables, found)
            if problem:
                raise KeptError(f"{name}: {problem}")
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, name, new=not tables)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    @property
    def empty(self) -> bool:
        """Whether there is no night in it yet."""
        return self._new

    def runs(self) -> list[Run]:
        """Every night, in the order of the days they look from, then of writing."""
        return self._runs(_ALL.order_by(*_IN_ORDER))

    def run(self, run: str) -> Run:
        """The night with that id.

        Raises:
            KeptError: when there is none.
        """
        found = self._runs(_ALL.where(RUNS.c.id == run))
        if not found:
            known = nearest(run, [each.id for each in self.runs()])
            raise KeptError(f"{self.name}: there is no night '{run}'{known}. `kept runs` lists them all.")
        return found[0]

    def previous(self, before: str | None = None) -> Run | None:
        """The last night of all; or the night before the one with that id, in the series of nights it is compared with."""
        if before is None:
            return next(iter(self._runs(_ALL.order_by(*(column.desc() for column in _IN_ORDER)).limit(1))), None)
        this = RUNS.alias()
        query = _ALL.join(this, (this.c.series == RUNS.c.series) & (this.c.number > RUNS.c.number)).where(
            this.c.id == before
        )
        return next(iter(self._runs(query.order_by(RUNS.c.number.desc()).limit(1))), None)

    def receipt(self, run: str) -> Receipt:
        """What the night with that id followed from.

        Raises:
            KeptError: when there is no such night.
        """
        self.run(run)
        with self.reading() as connection:
            row = connection.execute(_ALL.add_columns(SERIES.c.clauses).where(RUNS.c.id == run)).mappings().one()
            values = {name: row[name] for name in Receipt.model_fields}
            clauses = None if row["clauses"] is None else tuple(row["clauses"])
            return Receipt(**values | {"clauses": clauses, "series": row["series_name"]})

    def already(self, receipt: Receipt) -> tuple[Run, str] | None:
        """The night with that receipt and its summary as JSON, if it is here and nothing was written over it.

        That is: if no later night looks from the same day and knows of the same moment, in the same series.
        """
        if self._new or not receipt.sha256:
            return None
        later = RUNS.alias()
        again = (
            select(later.c.number)
            .where(later.c.series == RUNS.c.series, later.c.number > RUNS.c.number)
            .where(later.c.as_at == RUNS.c.as_at, later.c.known_at == RUNS.c.known_at)
        )
        query = select(RUNS.c.id, RUNS.c.summary).where(RUNS.c.receipt == receipt.sha256, ~again.exists())
        with self.reading() as connection:
            found = connection.execute(query.order_by(RUNS.c.number.desc()).limit(1)).first()
        return (self.run(found.id), zlib.decompress(found.summary).decode()) if found and found.summary else None

    def rulebook(self, sha256: str) -> str:
        """The canonical JSON of the rulebook with that hash.

        Raises:
            KeptError: when no night was judged by it.
        """
        query = select(RULEBOOKS.c.text).where(RULEBOOKS.c.sha256 == sha256)
        if not self._new:
            with self.reading() as connection:
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
                connection = stack.enter_context(_writing(self._engine))
                if self._new:
                    self._create(connection)
                night = Night(connection, start, partial(plainly, self.name))
            yield night
            if night.finished:
                with plainly(self.name):
                    connection.commit()
                self._new = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for looking things up.

        Raises:
            KeptError: when there is no ledger yet, or the database refuses.
        """
        if self._new:
            raise KeptError(f"{self.name}: there is no night in it yet. `kept nightly` writes the first.")
        with plainly(self.name), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def adding(self) -> Iterator[Connection]:
        """A connection for adding to a ledger that has a night: kept when nothing is raised, and nobody else writes meanwhile.

        Raises:
            KeptError: when there is no ledger yet, a night is being written, or the database refuses.
        """
        if self._new:
            raise KeptError(f"{self.name}: there is no night in it yet. `kept nightly` writes the first.")
        with plainly(self.name), _writing(self._engine) as connection:
            yield connection
            connection.commit()

    @contextmanager
    def comparing(self) -> Iterator[Connection]:
        """A connection for comparing with the ledger as it is now: it needs no lock, and keeps nobody from writing.

        Temporary tables may be made through it; they are gone afterwards, and nothing else may be written.

        Raises:
            KeptError: when there is no ledger yet, or the database refuses.
        """
        if self._new:
            raise KeptError(f"{self.name}: there is no night in it yet. `kept nightly` writes the first.")
        engine = self._engine
        if engine.dialect.name != "sqlite":  # there every transaction sees what was there when it began
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with plainly(self.name), engine.connect() as connection:
            try:
                yield connection
            finally:
                connection.invalidate()  # not laid by: its temporary tables would be in the way of whoever got it next

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """A connection for comparing: whatever is written through it is taken back."""
        if self._new:
            raise KeptError(f"{self.name}: there is no night in it yet. `kept nightly` writes the first.")
        with plainly(self.name), _writing(self._engine) as connection:
            yield connection

    def compact(self) -> None:
        """Write the database's files anew, so that nothing that was removed is left in their bytes.

        Raises:
            KeptError: when it cannot be done now: somebody reads or writes, or the disk has no room for a second copy.
        """
        with plainly(self.name):
            rewrite(self._engine, [*METADATA.tables])

    def _create(self, connection: Connection) -> None:
        if inspect(connection).has_table(LEDGER.name):
            return  # somebody was quicker
        METADATA.create_all(connection)
        connection.execute(insert(LEDGER), {"schema": SCHEMA})
        connection.execute(insert(MIGRATED), {"version_num": f"{SCHEMA:04d}"})

    def _runs(self, query: Select[Any]) -> list[Run]:
        if self._new:
            return []
        with self.reading() as connection:
            return [_run(dict(row)) for row in connection.execute(query).mappings()]


_ALL = select(RUNS, SERIES.c.name.label("series_name"), SERIES.c.stated_only).join(
    SERIES, SERIES.c.number == RUNS.c.series
)


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    """A connection that locks out other writers, in a transaction: what is not committed is taken back."""
    with engine.execution_options(kept_writes=True).connect() as connection:
        try:
            connection.begin()
            lock(connection)
            yield connection
        except BaseException:
            # Given up, not rolled back: through one that was lost nothing can be said any more, and the database takes back
            # what was written when it is closed.
            connection.invalidate()
            raise


def _look(engine: Engine) -> tuple[set[str], int | None]:
    """The tables there, and the version of the ledger that they are."""
    tables = set(inspect(engine).get_table_names())
    if LEDGER.name not in tables:
        return tables, None
    with engine.connect() as connection:
        return tables, connection.scalar(select(func.max(LEDGER.c.schema)))


def _upgrade(engine: Engine) -> None:
    """Bring an older ledger up to date, whole or not at all."""
    from engine.ledger.migrations import upgrade  # Alembic is slow to import, and seldom needed

    with _writing(engine) as connection:
        if connection.scalar(select(func.max(LEDGER.c.schema))) != SCHEMA:
            upgrade(connection)
            connection.commit()


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


def _run(row: dict[str, Any]) -> Run:
    counted = {name: row[name] for name in Counts.model_fields if name != "outcomes"}
    values = {name: row[name] for name in Run.model_fields if name != "counts"} | {"series": row["series_name"]}
    for key in ("started_at", "finished_at"):
        values[key] = values[key].replace(tzinfo=UTC)
    return Run(**values, counts=Counts(outcomes=row["counts"], **counted))
