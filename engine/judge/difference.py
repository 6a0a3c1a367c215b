"""How two judgings of one caseload differ: what the policy bench works out (`engine.policy.impact.judged_twice`) and reports show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple

from engine.judge.outcome import Fault, Outcome
from engine.record.problem import RecordProblem
from engine.record.timeline import View

Move = Literal["same", "due_date", "worse", "better", "other", "newly_owed", "no_longer_owed"]

MOVES: dict[Move, str] = {
    "worse": "becomes late or breached",
    "better": "is no longer late or breached",
    "newly_owed": "is newly owed",
    "no_longer_owed": "is no longer owed",
    "other": "has another outcome, as good or as bad",
    "due_date": "has the same outcome and another due date",
    "same": "does not move",
}
"""What can become of an instance, what matters most first; each instance is in exactly one."""

By = Literal["team", "law", "work"]

WEEKS = 8
"""Weeks ahead in which work is counted; the first begins on the day that is looked from."""

How = Literal["new", "gone", "changed", "value", "rests", "words", "calendar"]

HOW: dict[How, str] = {
    "new": "counts only in the candidate",
    "gone": "counts only in the base",
    "changed": "says something else",
    "value": "uses a value that differs",
    "rests": "rests on what becomes of one that differs",
    "words": "the record dictionaries contradict each other",
    "calendar": "the calendars differ",
}
"""Why a duty has to be judged by both rulebooks."""

_BAD = ("late", "breached")


class Step(NamedTuple):
    """From an outcome to an outcome (None: not owed), and whether the due date is another one."""

    before: Outcome | None
    after: Outcome | None
    due_moved: bool

    @property
    def move(self) -> Move:
        """What that is for whoever owes it."""
        if self.before is None:
            return "newly_owed"
        if self.after is None:
            return "no_longer_owed"
        if self.before == self.after:
            return "due_date" if self.due_moved else "same"
        worse, better = self.after in _BAD, self.before in _BAD
        return "other" if worse == better else "worse" if worse else "better"


class Count(NamedTuple):
    """So many instances, in so many different cases (or other timelines)."""

    instances: int
    cases: int


class Differing(NamedTuple):
    """A duty that the two rulebooks may judge differently, and why."""

    id: str
    title: str
    how: How


class Week(NamedTuple):
    """What is still due and falls due from the first to the last day, by the base and by the candidate.

    Without days: what falls due later, or by no day that is known yet.
    """

    first: date | None
    last: date | None
    before: Count
    after: Count


class Shift(NamedTuple):
    """Due dates that are so many days later (fewer than 0: earlier); `alone` where the outcome is the same."""

    days: int
    alone: bool
    counted: Count


class Moved(NamedTuple):
    """One instance that moves. `why_…` are said only of those that are listed."""

    instance: str
    case: str
    team: str
    group: str
    duty: str
    subject_type: str
    subject: str
    start: date
    move: Move
    before: Outcome | None
    due_before: date | None
    after: Outcome | None
    due_after: date | None
    why_before: str = ""
    why_after: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two judgings: whose rulebook, how many instances of the duties that differ, and what failed."""

    name: str
    rulebook: str
    instances: int = 0
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """What the candidate would move, among the duties that differ; the `unchanged` others cannot move.

    `groups` and `duties` count the moves of each; `got_a_date` and `lost_its_date` those owed to both with a due date in one.
    `rests_differently` counts instances that do not move, but rest on something else (evidence, standing, flags).
    `left_out` counts findings that are in no number, because the other judging failed on that duty of that case, or could
    not read the case. `listed` are the first of the moved, with both reasons.
    """

    view: View
    caseload: str
    base: Side
    candidate: Side
    differing: tuple[Differing, ...]
    unchanged: int
    cases: int
    problems: tuple[RecordProblem, ...] = ()
    left_out: int = 0
    steps: dict[Step, Count] = field(default_factory=dict)
    by: By | None = None
    groups: dict[str, dict[Move, Count]] = field(default_factory=dict)
    duties: dict[str, dict[Move, Count]] = field(default_factory=dict)
    weeks: tuple[Week, ...] = ()
    shifts: tuple[Shift, ...] = ()
    got_a_date: int = 0
    lost_its_date: int = 0
    rests_differently: int = 0
    listed: tuple[Moved, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing failed, and every case could be read."""
        return not (self.problems or self.base.faults or self.candidate.faults)

    @property
    def moves(self) -> dict[Move, int]:
        """How many instances there are of each move."""
        found: dict[Move, int] = dict.fromkeys(MOVES, 0)
        for step, count in self.steps.items():
            found[step.move] += count.instances
        return found

    @property
    def moved(self) -> int:
        """How many instances move at all."""
        return sum(count for move, count in self.moves.items() if move != "same")


def weeks_from(as_at: date) -> Iterator[tuple[date, date]]:
    """The first and the last day of each week ahead."""
    for week in range(WEEKS):
        first = as_at + timedelta(days=7 * week)
        yield first, first + timedelta(days=6)
