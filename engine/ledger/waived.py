"""What a waiver is, and which findings it covers. Light to import: no database is in here.

A waiver says that a manager decided not to pursue an instance, or a clause in one team or in all, for some time. It
changes no outcome: it is shown beside it. `waived` resolves waivers for every output; nothing else does.

Three days bound it: it counts from `starts` until `ends`, both included. `starts` is never before the day it was
approved, unless whoever approved it said so expressly (`backdated`). A waiver that was withdrawn ends the day before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal, Protocol, Self

from engine.judge.outcome import Outcome
from engine.record.dictionary import Frozen

LONGEST = 182
"""Days that a waiver may last at most, its first and last included: half a year. Ours; whoever needs longer asks again."""

SOON = 14
"""A waiver that ends within so many days is said to be expiring."""

OFTEN = 2
"""A target that was asked for again more often than this is listed: what is waived for ever is a change of the rules."""

OPEN: tuple[Outcome, ...] = ("breached", "late", "due", "undetermined", "unjudged")
"""The outcomes that a waiver is shown beside: of the others there is nothing to waive."""

Kind = Literal["instance", "clause"]
Standing = Literal["asked", "to_come", "active", "expired", "withdrawn", "unapproved"]
"""`asked` waits for approval; `unapproved` has ended without it."""


class Waiver(Frozen):
    """One waiver. `target` is the id of an instance, or of a clause or duty; `team` is empty for an instance, and for a
    clause in every team. `from_day` and `until_day` are what was asked for. Whoever did nothing yet is empty, with no day.

    `reason` is free text and may name somebody: it is empty where personal data was not asked for.
    """

    number: int
    kind: Kind
    target: str
    team: str
    reason: str
    from_day: date
    until_day: date
    asked_by: str
    asked_on: date
    approved_by: str = ""
    approved_on: date | None = None
    backdated: bool = False
    withdrawn_by: str = ""
    withdrawn_on: date | None = None

    def masked(self) -> Self:
        """The same without its reason."""
        return self.model_copy(update={"reason": ""})

    @property
    def starts(self) -> date | None:
        """The first day on which it counts; None until it is approved."""
        if self.approved_on is None:
            return None
        return self.from_day if self.backdated else max(self.from_day, self.approved_on)

    @property
    def ends(self) -> date:
        """The last day on which it counts: before `starts` when it never did."""
        if self.withdrawn_on is None:
            return self.until_day
        return min(self.until_day, self.withdrawn_on - timedelta(days=1))

    def active(self, as_at: date) -> bool:
        """Whether it counts on that day."""
        return self.starts is not None and self.starts <= as_at <= self.ends

    def standing(self, today: date) -> Standing:
        """Where it stands on that day."""
        if self.withdrawn_on is not None and self.withdrawn_on <= today:
            return "withdrawn"
        if self.starts is None:
            return "unapproved" if today > self.until_day else "asked"
        if today > self.until_day:
            return "expired"
        return "to_come" if today < self.starts else "active"


NO_WAIVERS: Mapping[str, Waiver] = MappingProxyType({})
"""Beside nothing."""


class Covered(Protocol):
    """As much of a finding as waivers look at."""

    @property
    def instance(self) -> str:
        """Its id."""

    @property
    def clause(self) -> str:
        """The clause."""

    @property
    def duty(self) -> str:
        """The duty."""

    @property
    def team(self) -> str:
        """The team that holds the case, or nothing."""

    @property
    def outcome(self) -> Outcome:
        """Where it stands."""


def waived(findings: Iterable[Covered], waivers: Sequence[Waiver], as_at: date) -> dict[str, Waiver]:
    """The waiver that counts for each instance on that day; instances without one are not in it.

    Where several do, it is the narrowest: of the instance, then of the team's clause, then of the clause everywhere;
    among equals the one that ends last, then the first by number.
    """
    active = sorted(
        (waiver for waiver in waivers if waiver.active(as_at)), key=lambda each: (-each.ends.toordinal(), each.number)
    )
    found: dict[tuple[Kind, str, str], Waiver] = {}
    for waiver in active:
        found.setdefault((waiver.kind, waiver.target, waiver.team), waiver)
    if not found:
        return {}
    resolved = {}
    for finding in findings:
        if finding.outcome not in OPEN:
            continue
        duty, clause, team = finding.duty, finding.clause, finding.team
        keys: list[tuple[Kind, str, str]] = [("instance", finding.instance, "")]
        keys += [("clause", duty, team), ("clause", clause, team), ("clause", duty, ""), ("clause", clause, "")]
        first = next((found[key] for key in keys if key in found), None)
        if first is not None:
            resolved[finding.instance] = first
    return resolved


class InForce(Frozen):
    """A waiver that counted on the night's day, and beside how many instances of each outcome."""

    waiver: Waiver
    outcomes: dict[Outcome, int]


class NightWaived(Frozen):
    """The waivers of a night: how many instances of each outcome one stands beside, each waiver in force, and the number of
    the waiver for each of the most overdue breaches that has one. No outcome is any other for it.
    """

    outcomes: dict[Outcome, int] = {}
    in_force: tuple[InForce, ...] = ()
    most_overdue: dict[str, int] = {}

    def of(self, instance: str) -> Waiver | None:
        """The waiver beside one of the most overdue breaches."""
        number = self.most_overdue.get(instance)
        return next((each.waiver for each in self.in_force if each.waiver.number == number), None)
