"""The findings of a night as they are handed out: the columns, which of them, masked unless asked for."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import Date, column, func, or_, select, table

from engine.judge.outcome import Outcome
from engine.ledger.masking import Mask, mask_key
from engine.ledger.runs import Run
from engine.ledger.schema import RUNS
from engine.ledger.store import Ledger
from engine.ledger.waived import waived
from engine.ledger.waivers import read_waivers
from engine.record.dictionary import Frozen
from engine.record.problem import KeptError, harmless, nearest

TOGETHER = 20_000

_TEXT, _FEW = pa.string(), pa.dictionary(pa.int32(), pa.string())
COLUMNS = pa.schema(
    [
        ("run", _FEW),
        ("as_at", pa.date32()),
        ("instance", _TEXT),
        ("case", _TEXT),
        ("clause", _FEW),
        ("duty", _FEW),
        ("subject", _TEXT),
        ("subject_type", _FEW),
        ("outcome", _FEW),
        ("start", pa.date32()),
        ("due", pa.date32()),
        ("done", pa.date32()),
        ("days_over", pa.int32()),
        ("force", _FEW),
        ("standing", _FEW),
        ("basis", _FEW),
        ("decided_by", _FEW),
        ("flags", pa.list_(_TEXT)),
        ("waived", pa.int32()),
        ("stale_since", _FEW),
        ("evidence", pa.list_(_TEXT)),
        ("missing", _TEXT),
        ("team", _FEW),
        ("practitioner", _TEXT),
    ]
)
"""The columns of what is handed out; the README says what each means."""

_DAYS = ("start", "due", "done")
_OURS = ("run", "as_at", "waived")
_OUTCOMES = table(
    "outcomes",
    *(column(name, Date() if name in _DAYS else None) for name in COLUMNS.names if name not in _OURS),
    column("run"),
)


class Chosen(Frozen):
    """Which findings: of one team, of clauses or duties, with outcomes; all of them where nothing is said."""

    team: str | None = None
    clauses: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


class TrendPoint(Frozen):
    """A night that may be a point in a trend, and how many of the chosen instances had each outcome."""

    run: str
    as_at: date
    outcomes: dict[Outcome, int]


class Exported(Frozen, arbitrary_types_allowed=True):
    """What is handed out: the findings (`COLUMNS`, by instance), and the nights up to this one that can be compared with it.

    `left_out` counts the nights that are no point in a trend, since too few cases could be read.
    """

    run: Run
    chosen: Chosen
    masked: bool
    findings: pa.Table
    trend: tuple[TrendPoint, ...]
    left_out: int


def export(ledger: Ledger, run: str | None, chosen: Chosen, *, masked: bool) -> Exported:
    """The findings of that night, or of the last one; those of cases that could not be read have `stale_since`.

    Raises:
        KeptError: when there is no such night, or what was chosen is unknown in it.
    """
    night = _night(ledger, run)
    waivers = read_waivers(ledger)
    mask = Mask(mask_key(ledger)) if masked else None
    query = select(_OUTCOMES).where(_OUTCOMES.c.run == night.id, *_conditions(chosen))
    batches = []
    with ledger.reading() as connection:
        found = connection.execution_options(stream_results=True, yield_per=TOGETHER).execute(query).mappings()
        for part in found.partitions(TOGETHER):
            rows = [dict(row) for row in part]
            for row in rows:
                for name in ("flags", "evidence"):
                    row[name] = json.loads(row[name]) if isinstance(row[name], str) else row[name]
            beside = waived((_Covered(row) for row in rows), waivers, night.as_at)
            for row in rows:
                waiver = beside.get(row["instance"])
                row |= {"run": night.id, "as_at": night.as_at, "waived": waiver and waiver.number}
            if mask is not None:
                rows = [mask.finding(row) for row in rows]
            batches.append(pa.RecordBatch.from_pylist(rows, schema=COLUMNS))
    if not batches:
        _check(ledger, night, chosen)
    # In the order in which the ledger has them, masked rows would tell which is which.
    findings = pa.Table.from_batches(batches, schema=COLUMNS).unify_dictionaries().sort_by("instance")
    trend, left_out = _trend(ledger, night, chosen)
    return Exported(run=night, chosen=chosen, masked=masked, findings=findings, trend=trend, left_out=left_out)


class _Covered:
    """A row as waivers look at it."""

    __slots__ = ("clause", "duty", "instance", "outcome", "team")

    def __init__(self, row: dict[str, Any]) -> None:
        self.instance: str = row["instance"]
        self.clause: str = row["clause"]
        self.duty: str = row["duty"]
        self.team: str = row["team"]
        self.outcome: Outcome = row["outcome"]


def _night(ledger: Ledger, run: str | None) -> Run:
    if run is not None:
        return ledger.run(run)
    last = ledger.previous()
    if last is None:
        raise KeptError(f"{ledger.name}: there is no night in it yet. `kept nightly` writes the first.")
    return last


def _conditions(chosen: Chosen) -> list[Any]:
    found: list[Any] = []
    if chosen.team is not None:
        found.append(_OUTCOMES.c.team == chosen.team)
    if chosen.clauses:
        found.append(or_(_OUTCOMES.c.clause.in_(chosen.clauses), _OUTCOMES.c.duty.in_(chosen.clauses)))
    if chosen.outcomes:
        found.append(_OUTCOMES.c.outcome.in_(chosen.outcomes))
    return found


def _check(ledger: Ledger, night: Run, chosen: Chosen) -> None:
    """Nothing was found: because there is nothing, or because there is no such team or clause?"""
    with ledger.reading() as connection:
        for names, what, columns in (
            ([] if chosen.team is None else [chosen.team], "team", [_OUTCOMES.c.team]),
            (chosen.clauses, "clause or duty", [_OUTCOMES.c.clause, _OUTCOMES.c.duty]),
        ):
            for name in names:
                query = select(*columns).where(_OUTCOMES.c.run == night.id).distinct()
                known = {each for row in connection.execute(query) for each in row}
                if name not in known:
                    raise KeptError(
                        f"{ledger.name}: the night {night.id} has no {what} '{harmless(name, 80)}'"
                        f"{nearest(harmless(name, 80), known)}. Nothing was written."
                    )


def _trend(ledger: Ledger, night: Run, chosen: Chosen) -> tuple[tuple[TrendPoint, ...], int]:
    """The nights of the series up to this one, the last of each day."""
    this = select(RUNS.c.series, RUNS.c.number).where(RUNS.c.id == night.id).subquery()
    nights = (
        select(RUNS.c.id, RUNS.c.as_at, RUNS.c.trend, RUNS.c.counts)
        .join(this, (this.c.series == RUNS.c.series) & (RUNS.c.number <= this.c.number))
        .order_by(RUNS.c.number)
    )
    counts = (
        select(_OUTCOMES.c.run, _OUTCOMES.c.outcome, func.count())
        .where(_OUTCOMES.c.stale_since.is_(None), *_conditions(chosen))
        .group_by(_OUTCOMES.c.run, _OUTCOMES.c.outcome)
    )
    by_run: dict[str, dict[Outcome, int]] = {}
    with ledger.reading() as connection:
        rows = connection.execute(nights).all()
        if chosen != Chosen():
            counts = counts.where(_OUTCOMES.c.run.in_([row.id for row in rows if row.trend]))
            for run, outcome, many in connection.execute(counts):
                by_run.setdefault(run, {})[outcome] = many
        else:
            by_run = {row.id: row.counts for row in rows}
    last = {row.as_at: row for row in rows}.values()
    points = [TrendPoint(run=row.id, as_at=row.as_at, outcomes=by_run.get(row.id, {})) for row in last if row.trend]
    return tuple(points), sum(not row.trend for row in last)
