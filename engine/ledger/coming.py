"""Asking the ledger what falls due: what stood as due in its last night, by days that follow from the record alone."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Date, DateTime, select, text

from engine.duty.language import Force, Standing
from engine.judge.outcome import Outcome
from engine.ledger.runs import Run
from engine.ledger.schema import DURING, HOLDERS
from engine.ledger.store import Ledger
from engine.ledger.waived import waived
from engine.ledger.waivers import read_waivers
from engine.record.dictionary import Frozen
from engine.record.problem import KeptError, harmless, nearest

WEEKS = 8
"""So many weeks ahead are counted, from the Monday on or before the night's as-at day."""

By = Literal["practitioner", "team"]

_FROM = f"""
    FROM runs r
    JOIN states s ON {DURING.format(it="s")} AND s.outcome = 'due'
    JOIN instances i ON i.number = s.instance
    JOIN cases c ON c.number = i."case"
    JOIN editions e ON e.number = s.edition
    JOIN holders h ON h.number = s.holder
    JOIN runs f ON f.number = s.from_run
    LEFT JOIN stale t ON t.instance = s.instance AND {DURING.format(it="t")}
    WHERE r.id = :run AND (:team = '' OR h.team = :team)
"""
_LISTED = f"""
    SELECT i.id AS instance, c.id AS "case", e.clause, e.duty, i.subject, e.subject_type, s.due, e.force, e.standing, s.flags,
           h.team, h.practitioner, t.instance AS stale, f.number AS changed_in, f.finished_at AS changed_at
    {_FROM} AND s.due BETWEEN :first AND :last ORDER BY s.due, i.id
"""
_COUNTED = f"""
    SELECT s.due, e.standing, count(*) AS many {_FROM} AND s.due BETWEEN :first AND :last GROUP BY s.due, e.standing
"""
_APART = f"""
    SELECT CASE WHEN s.due IS NULL THEN 1 ELSE 0 END AS undated, count(*) AS many
    {_FROM} AND (s.due IS NULL OR s.due < :first) GROUP BY 1
"""


class Due(Frozen):
    """One instance that falls due. `left` is the number of days from the night's day until then.

    `provisional`: not all bank holidays up to that day are known. `stale`: the last night could not say whether it still
    stands so. `waived` is the number of the waiver beside it on the night's day. `changed_in` is the number of the night
    since which it has stood just so, `changed_at` when that was (UTC).
    """

    instance: str
    case: str
    clause: str
    duty: str
    title: str
    subject: str
    subject_type: str
    due: date
    left: int
    force: Force
    standing: Standing
    provisional: bool
    stale: bool
    waived: int | None = None
    team: str
    practitioner: str
    changed_in: int
    changed_at: datetime

    @property
    def outcome(self) -> Outcome:
        """What all of these are."""
        return "due"


class Week(Frozen):
    """How many instances fall due in the week from that Monday: by a day of the standard or the court, and by a local one."""

    begins: date
    others: int
    local: int


class Coming(Frozen):
    """What falls due from the as-at day of the last night until `until`, earliest first, and how many in each week ahead.

    `team` is empty when it is about all. `undated` counts what is due by no day that is known yet, `passed` what nobody
    could judge that night, and whose day has passed since it was judged last.
    """

    run: str
    as_at: date
    caseload: str
    clauses: tuple[str, ...] | None
    complete: bool
    until: date
    team: str
    due: tuple[Due, ...]
    weeks: tuple[Week, ...]
    undated: int
    passed: int


def coming(ledger: Ledger, days: int, team: str = "") -> Coming:
    """What falls due from the last night's as-at day until so many days later.

    Raises:
        KeptError: when there is no night, or no such team.
    """
    with ledger.reading() as connection:
        run = ledger.previous()
        assert run is not None  # noqa: S101 - else there is nothing to read
        _check_team(connection, team)
        until = run.as_at + timedelta(days=days)
        where = {"run": run.id, "team": team, "first": run.as_at}
        titles = _titles(ledger, run)
        rows = connection.execute(
            text(_LISTED).columns(due=Date(), changed_at=DateTime()), where | {"last": until}
        ).mappings()
        due = [_due(dict(row), run, titles) for row in rows]
        apart = {row.undated: row.many for row in connection.execute(text(_APART), where)}
        weeks = _weeks(connection, run, where)
    beside = waived(due, read_waivers(ledger), run.as_at)
    return Coming(
        run=run.id,
        as_at=run.as_at,
        caseload=run.caseload,
        clauses=ledger.receipt(run.id).clauses,
        complete=run.counts.complete,
        until=until,
        team=team,
        due=tuple(
            each.model_copy(update={"waived": beside[each.instance].number}) if each.instance in beside else each
            for each in due
        ),
        weeks=weeks,
        undated=apart.get(1, 0),
        passed=apart.get(0, 0),
    )


def _due(row: dict[str, Any], run: Run, titles: dict[str, str]) -> Due:
    flags = row.pop("flags")
    return Due(
        **row
        | {
            "title": titles.get(row["duty"], ""),
            "left": (row["due"] - run.as_at).days,
            "provisional": "provisional" in json.loads(flags),
            "stale": row["stale"] is not None,
        }
    )


def _weeks(connection: Connection, run: Run, where: dict[str, Any]) -> tuple[Week, ...]:
    monday = run.as_at - timedelta(days=run.as_at.weekday())
    last = monday + timedelta(weeks=WEEKS, days=-1)
    counts = [[0, 0] for _ in range(WEEKS)]
    for row in connection.execute(text(_COUNTED).columns(due=Date()), where | {"last": last}):
        counts[(row.due - monday).days // 7][row.standing == "local"] += row.many
    return tuple(
        Week(begins=monday + timedelta(weeks=week), others=others, local=local)
        for week, (others, local) in enumerate(counts)
    )


def _titles(ledger: Ledger, run: Run) -> dict[str, str]:
    book = json.loads(ledger.rulebook(run.rulebook))
    return {duty["id"]: duty["title"] for duty in book.get("duties", ())}


def _check_team(connection: Connection, team: str) -> None:
    if not team:
        return
    known = connection.scalars(select(HOLDERS.c.team).distinct()).all()
    if team not in known:
        raise KeptError(f"{harmless(team)}: no night knows that team{nearest(harmless(team), known)}.")
