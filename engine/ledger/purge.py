"""Removing a period of the ledger for good: every night that looks from before a day, and all that stood in no later one.

What still stands in a night that stays, stays, as from the first of those: a breach that was put right before the day and
comes again after it is then new, no longer back again. Waivers that ended before the day go, with their reasons, who asked
and who approved; so do those of an instance that is no more. Rulebooks stay for ever: nobody is in them. What was removed is noted
by numbers alone. Copies of the ledger, and a database server's own logs and backups, are not reached.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection, Table, func, insert, select, text, update

from engine.ledger.schema import FAULTS, PURGES, QUARANTINE, RUNS
from engine.ledger.store import Ledger
from engine.record.dictionary import Frozen
from engine.record.problem import KeptError, harmless

_FIRST = "(SELECT p.first FROM purging p WHERE p.series = {it}.series)"
_OVER = f"series IN (SELECT p.series FROM purging p WHERE p.first IS NULL) OR until_run <= {_FIRST}"  # noqa: S608 - ours
_BEFORE = """
    CREATE TEMP TABLE purging AS
    SELECT s.number AS series, (SELECT min(r.number) FROM runs r WHERE r.series = s.number AND r.as_at >= :before) AS first
    FROM series s
"""
_INTERVALS = ("states", "stale", "quarantine", "faults")
_REMOVE = (
    *((name, f"DELETE FROM {name} WHERE {_OVER.format(it=name)}") for name in _INTERVALS),  # noqa: S608 - ours
    ("instances", "DELETE FROM instances WHERE number NOT IN (SELECT instance FROM states)"),
    ("cases", 'DELETE FROM cases WHERE number NOT IN (SELECT "case" FROM instances)'),
    ("holders", "DELETE FROM holders WHERE number NOT IN (SELECT holder FROM states)"),
    ("editions", "DELETE FROM editions WHERE number NOT IN (SELECT edition FROM states)"),
)
_SHIFT = (
    *(
        f"UPDATE {name} SET from_run = {_FIRST.format(it=name)} WHERE from_run < {_FIRST.format(it=name)}"  # noqa: S608 - ours
        for name in ("states", "stale")
    ),
    *(
        f"UPDATE {name} SET since_run = {_FIRST.format(it=name)} WHERE since_run < {_FIRST.format(it=name)}"  # noqa: S608 - ours
        for name in ("quarantine", "faults")
    ),
)
_REMOVE_LAST = (
    (
        "runs",
        """DELETE FROM runs WHERE series IN (SELECT p.series FROM purging p WHERE p.first IS NULL)
           OR number < (SELECT p.first FROM purging p WHERE p.series = runs.series)""",
    ),
    ("series", "DELETE FROM series WHERE number NOT IN (SELECT series FROM runs)"),
    ("digests", "DELETE FROM digests WHERE run NOT IN (SELECT id FROM runs)"),
    ("waiver_entries", "DELETE FROM waiver_entries WHERE waiver IN (SELECT number FROM ended)"),
    ("waivers", "DELETE FROM waivers WHERE number IN (SELECT number FROM ended)"),
)
# One that was withdrawn ended the day before.
_ENDED = """
    CREATE TEMP TABLE ended AS
    SELECT w.number FROM waivers w LEFT JOIN waiver_entries e ON e.waiver = w.number AND e.kind = 'withdrawn'
    WHERE w.until_day < :before OR e.on_day <= :before
    OR (w.kind = 'instance' AND w.target NOT IN (SELECT i.id FROM instances i))
"""


class Purge(Frozen):
    """One removal: who did it and when (UTC), before which day, and how many rows of each table went."""

    by: str
    at: datetime
    before: date
    removed: dict[str, int]


def would_remove(ledger: Ledger, before: date) -> dict[str, int]:
    """How many rows of each table would go. Nothing is removed.

    Raises:
        KeptError: when there is no night, when none would be left, or the ledger is being written to.
    """
    with ledger.trying() as connection:
        return _remove(connection, ledger, before)


def purge(ledger: Ledger, before: date, *, by: str, at: datetime) -> Purge:
    """Remove them, in one transaction with the note that it was done; then make sure that no file holds what went.

    `at` has a time zone. When nothing is from before that day, nothing is noted, but the files are gone over again.

    Raises:
        KeptError: as `would_remove`, with nothing removed; or when it was, and the file could not be written anew, which
            the same call again makes good.
    """
    if at.tzinfo is None:
        raise ValueError("the moment has no time zone")
    moment = at.astimezone(UTC).replace(tzinfo=None)
    person = harmless(by.strip(), 64)
    if not person:
        raise KeptError("Say who removes it, with --by.")
    with ledger.adding() as connection:
        removed = _remove(connection, ledger, before)
        if any(removed.values()):
            number = 1 + (connection.scalar(select(func.max(PURGES.c.number))) or 0)
            values = {"number": number, "by": person, "at": moment, "before_day": before, "removed": removed}
            connection.execute(insert(PURGES), values)
    try:
        ledger.compact()
    except KeptError as error:
        raise KeptError(
            f"{error} What was asked for is removed from the ledger, but its bytes may still be in the file: purge again."
        ) from error
    return Purge(by=person, at=at.astimezone(UTC), before=before, removed=removed)


def purges(ledger: Ledger) -> list[Purge]:
    """Everything that was removed from this ledger, in order."""
    with ledger.reading() as connection:
        rows = connection.execute(select(PURGES).order_by(PURGES.c.number)).all()
    return [Purge(by=row.by, at=row.at.replace(tzinfo=UTC), before=row.before_day, removed=row.removed) for row in rows]


def _remove(connection: Connection, ledger: Ledger, before: date) -> dict[str, int]:
    last = connection.scalar(select(func.max(RUNS.c.as_at)))
    if last is None or last < before:
        raise KeptError(
            f"{ledger.name}: no night would be left: the last looks from {last}. Give an earlier day, or judge a night first. "
            "To give the whole ledger up, delete it. Nothing was removed."
        )
    connection.execute(text(_BEFORE), {"before": before})
    removed = {}
    for name, statement in _REMOVE:
        removed[name] = connection.execute(text(statement)).rowcount
    for statement in _SHIFT:
        connection.execute(text(statement))
    for table in (QUARANTINE, FAULTS):
        _renumber(connection, table)
    connection.execute(text(_ENDED), {"before": before})
    for name, statement in _REMOVE_LAST:
        removed[name] = connection.execute(text(statement)).rowcount
    for temporary in ("purging", "ended"):
        connection.execute(text(f"DROP TABLE {temporary}"))
    return removed


def _renumber(connection: Connection, table: Table) -> None:
    """Let what is left begin with the first night that stays, under numbers that are free there."""
    rows = connection.execute(
        text(
            f"""SELECT t.from_run, t.number, p.first FROM {table.name} t JOIN purging p ON p.series = t.series
                WHERE t.from_run < p.first ORDER BY t.from_run, t.number"""  # noqa: S608 - ours
        )
    ).all()
    free: dict[int, int] = {}
    for from_run, number, first in rows:
        if first not in free:
            most = select(func.max(table.c.number)).where(table.c.from_run == first)
            free[first] = 1 + (connection.scalar(most) or 0)
        this = (table.c.from_run == from_run) & (table.c.number == number)
        connection.execute(update(table).where(this).values(from_run=first, number=free[first]))
        free[first] += 1
