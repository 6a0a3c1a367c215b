"""Walking the days of one case: on which day does an outcome change?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from engine.judge.case_judge import CaseJudge
from engine.judge.outcome import Fault, Finding, Outcome
from engine.record.model import CaseRecord
from engine.record.problem import KeptError
from engine.record.timeline import View

MOST_DAYS = 20_000
"""So many days are walked at most, some 54 years: a record is kept until a child is 22, and longer for siblings."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """From that day on an instance stands otherwise than before; `finding` is None when there is no such instance any more."""

    on: date
    instance: str
    before: Outcome | None
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Walk:
    """The days from `first` to `last`, both judged, and every change of an outcome on the way, day by day.

    `faults` are of the first day that had any.
    """

    first: date
    last: date
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]


def days_to_walk(judge: CaseJudge, case: CaseRecord, as_at: date) -> tuple[date, date]:
    """The day of the first event, and the day after the last due date, or `as_at` if that is later.

    Raises:
        KeptError: when there is no event, or the days are more than `MOST_DAYS`.
    """
    if not case.events:
        raise KeptError("Nothing to walk: there is no event in the timeline.")
    first = min(event.happened for event in case.events)
    last = max(as_at, *(max(event.happened, event.recorded.date()) for event in case.events))
    due = [finding.due for finding in judge.judge(case, View(last)).findings if finding.due is not None]
    last = max([last, *(day + DAY for day in due)])
    if (last - first).days >= MOST_DAYS:
        raise KeptError(
            f"From {first} to {last} there are more than the {MOST_DAYS:,} days that are walked at most. "
            "Correct the dates, or look at single days with --as-at."
        )
    return first, last


def walk(
    judge: CaseJudge, case: CaseRecord, first: date, last: date, progress: Callable[[int], None] = lambda _: None
) -> Walk:
    """Judges the case as at each of these days, by what was on the record by then. `progress` is told of each day."""
    stood: dict[str, Finding] = {}
    changes: list[Change] = []
    faults: tuple[Fault, ...] = ()
    day = first
    while day <= last:
        judged = judge.judge(case, View(day))
        faults = faults or judged.faults
        now = {finding.instance: finding for finding in judged.findings}
        for name in sorted(stood.keys() | now.keys()):
            before, after = stood.get(name), now.get(name)
            if (before and before.outcome) != (after and after.outcome):
                changes.append(Change(day, name, before.outcome if before else None, after))
        stood = now
        progress(1)
        day += DAY
    return Walk(first, last, tuple(changes), faults)
