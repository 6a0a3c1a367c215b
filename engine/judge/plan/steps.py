"""The steps of a plan: tables that are kept one after another, each an Ibis expression over those before it.

Building a plan touches no database. `engine.judge.caseload_judge` runs the steps on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.judge.plan.rows import AFTER, PREFIX, VIEW
from engine.record.dictionary import EARLIEST

# Putting selects into one another takes Ibis most of its time, and saves engines nothing.
ibis.options.sql.fuse_selects = False

EPOCH = ibis.date(EARLIEST.year, EARLIEST.month, EARLIEST.day)
PACK = 2**32
"""A day and an event pack into one whole number (`day * PACK + event`) that sorts by day, then by the event's id."""

LAST = 2**62
"""A packed number later than any."""

ID = "int32"
"""The type of the number of an object, an event or an instance: narrow, for there are many."""


class Keep(NamedTuple):
    """Keep what the expression gives under this name; `says` is what a progress bar shows."""

    name: str
    expr: ir.Table
    says: str


class Small(NamedTuple):
    """A small table that comes with the rulebook."""

    name: str
    content: pa.Table


class Ask(NamedTuple):
    """Hand the few rows that the expression gives, spans and days, to the calendar, and keep the days so long after."""

    name: str
    expr: ir.Table
    says: str


Step = Keep | Small | Ask

_VIEW = {"as_at": "date", "known_at": "timestamp", "today": "int32"}


class Steps:
    """Collects the steps; each gives back the table that later steps read."""

    def __init__(self) -> None:
        self.all: list[Step] = []
        self._says = ""

    def stage(self, says: str) -> None:
        """What the steps from here on are about, for a progress bar."""
        self._says = says

    def keep(self, name: str, expr: ir.Table) -> ir.Table:
        """Keep a table."""
        self.all.append(Keep(PREFIX + name, expr, self._says))
        return ibis.table(expr.schema(), name=PREFIX + name)

    def small(self, name: str, content: pa.Table) -> ir.Table:
        """A table that comes with the rulebook, the same however often it is asked for."""
        if not any(step.name == PREFIX + name for step in self.all):
            self.all.append(Small(PREFIX + name, content))
        return ibis.table(ibis.Schema.from_pyarrow(content.schema), name=PREFIX + name)

    def ask(self, name: str, expr: ir.Table) -> ir.Table:
        """What the calendar answers about these spans and days: span, day, after (the day so long after it, null where
        the calendar does not reach), fails.
        """
        self.all.append(Ask(PREFIX + name, expr, self._says))
        return ibis.table(ibis.Schema.from_pyarrow(AFTER), name=PREFIX + name)


class SeenFrom(NamedTuple):
    """The date and the moment from which the record is seen, and the number of that date."""

    as_at: ir.DateScalar
    known_at: ir.TimestampScalar
    today: ir.IntegerScalar


def seen_from() -> SeenFrom:
    """From where the record is seen, as expressions."""
    table = ibis.table(_VIEW, name=VIEW)
    return SeenFrom(*(table.select(name).as_scalar() for name in _VIEW))


# --- what every step says alike ----------------------------------------------------------------------------------------


def day_of(column: ir.DateColumn) -> ir.IntegerColumn:
    """The number of a day."""
    return column.delta(EPOCH, unit="day").cast("int32")


def packed(day: ir.IntegerValue, event: ir.IntegerValue) -> ir.IntegerValue:
    """A day and an event in one number."""
    return day.cast("int64") * PACK + event


def unpacked_day(at: ir.IntegerValue) -> ir.IntegerValue:
    """The day of a packed number."""
    return (at >> 32).cast("int32")


def unpacked_event(at: ir.IntegerValue) -> ir.IntegerValue:
    """The event of a packed number."""
    return (at & (PACK - 1)).cast(ID)


def in_turn(**order: object) -> ir.IntegerColumn:
    """A number for each row from 1 on, in any order when none is said."""
    found = ibis.row_number().over(**order) if order else ibis.row_number()
    return (found + 1).cast(ID)


def union(tables: Sequence[ir.Table]) -> ir.Table:
    """All rows of tables with the same columns."""
    columns = tables[0].columns
    return ibis.union(tables[0], *(one.select(columns) for one in tables[1:])) if len(tables) > 1 else tables[0]


def nothing(dtype: str) -> ir.Scalar:
    """No value, of that type."""
    return ibis.null(dtype)


def number(value: int, dtype: str = "int32") -> ir.IntegerScalar:
    """A whole number of that type."""
    return ibis.literal(value, type=dtype)
