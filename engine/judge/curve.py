"""How compliance bends with a value: what the policy bench works out (`engine.policy.impact.sweep`) and reports show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from engine.judge.outcome import OUTCOMES, Fault, Outcome
from engine.record.problem import RecordProblem
from engine.record.timeline import View

DECIDED: tuple[Outcome, ...] = ("met", "late", "breached")

FORMULA = "met ÷ (met + late + breached)"
"""What compliance is: of what was decided, how much was kept in time. All other outcomes are counted apart."""


class Kept(NamedTuple):
    """How many instances have each outcome. `kept_few` and `failed_few`: those met, and those late or breached, are some,
    and of fewer than five cases.
    """  # fmt: skip

    outcomes: dict[Outcome, int]
    kept_few: bool = False
    failed_few: bool = False

    @property
    def decided(self) -> int:
        """How many were met, late or breached."""
        return sum(self.outcomes[outcome] for outcome in DECIDED)

    @property
    def compliance(self) -> float | None:
        """From 0 to 1; None where nothing was decided."""
        return self.outcomes["met"] / self.decided if self.decided else None

    @property
    def may_be_shared(self) -> bool:
        """Whether its compliance is about nobody in particular."""
        return not (self.kept_few or self.failed_few)


NOBODY = Kept(dict.fromkeys(OUTCOMES, 0))


@dataclass(frozen=True, slots=True)
class Point:
    """The caseload judged with this number in the value's place; `groups` are its teams, where these were asked for."""

    number: int
    whole: Kept
    groups: dict[str, Kept] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """How compliance with the `duties` that use a value bends with it; `now` is its number, from the day `since` on.

    What starts before that day, or from `until` on, keeps the number of its own day.
    """

    value: str
    says: str
    unit: str
    now: int | None
    since: date
    until: date | None
    duties: dict[str, str]
    view: View
    caseload: str
    rulebook: str
    cases: int
    by_team: bool
    points: tuple[Point, ...]
    problems: tuple[RecordProblem, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing failed, and every case could be read."""
        return not (self.problems or any(point.faults for point in self.points))

    @property
    def groups(self) -> tuple[str, ...]:
        """The teams that have any instance, in order."""
        return tuple(sorted({name for point in self.points for name in point.groups}))
