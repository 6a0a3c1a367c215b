"""What a night came to, counted while the cases go by, so that memory does not grow with the caseload."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from engine.duty.language import Basis, DecidedBy, Force, Standing
from engine.duty.rulebook import Rulebook, number
from engine.judge.outcome import OUTCOMES, Fault, Finding, Flag, Judgements, Outcome
from engine.ledger.runs import Counts, Run
from engine.record.dictionary import Frozen
from engine.record.problem import RecordProblem
from engine.record.timeline import View

MOST_LISTED = 500
"""Faults and quarantined cases that a summary lists; it counts them all, and the ledger has them all."""

MOST_OVERDUE = 50
DAYS_AHEAD = 14

OutcomeCounts = dict[Outcome, int]


class Problem(Frozen):
    """A case that could not be read: where, what is wrong with it, what would put it right."""

    file: str
    place: str
    problem: str
    remedy: str


class Group(Frozen):
    """How many instances have each outcome in one Standard or one team; the name is empty for what has no team."""

    name: str
    outcomes: OutcomeCounts


class ClauseTally(Frozen):
    """How one clause fared: `by_standing` counts apart what rests on the clause's own deadline, the court's, and ours.

    A clause whose counts are all 0 applied to nobody.
    """

    clause: str
    title: str
    standard: str
    force: Force
    basis: Basis
    decided_by: DecidedBy
    outcomes: OutcomeCounts
    by_standing: dict[Standing, OutcomeCounts]


class Unapplied(Frozen):
    """A duty of which there was no instance all night: that is not the same as kept."""

    duty: str
    title: str


class NightSummary(Frozen):
    """All that a summary or a report of one night says.

    `cases` counts those that were judged, `quarantined` those that could not be read; `coming` is how many instances
    that are still due fall due on each of the next days; `most_overdue` the breaches longest past their day;
    `previous` the night before in this ledger.
    """

    run: str
    previous: Run | None
    rulebook: str
    as_at: date
    known_at: datetime
    started_at: datetime
    finished_at: datetime
    caseload: str
    stated_only: bool
    cases: int
    instances: int
    outcomes: OutcomeCounts
    flags: dict[Flag, int]
    faults: int
    quarantined: int
    complete: bool
    fault_list: tuple[Fault, ...]
    quarantine_list: tuple[Problem, ...]
    standards: tuple[Group, ...]
    clauses: tuple[ClauseTally, ...]
    teams: tuple[Group, ...]
    applied_to_nobody: tuple[Unapplied, ...]
    most_overdue: tuple[Finding, ...]
    coming: dict[date, int]


class NightTally:
    """Counts judgements as they come."""

    def __init__(self, rulebook: Rulebook, view: View) -> None:
        self._rulebook, self._view = rulebook, view
        self._last_day = view.as_at + timedelta(days=DAYS_AHEAD)
        self.cases = self.instances = self.faults = self.quarantined = 0
        self._fault_list: list[Fault] = []
        self.quarantine_list: list[Problem] = []
        self._count: Counter[tuple[str, str, Standing, Outcome]] = Counter()
        self._team: Counter[tuple[str, Outcome]] = Counter()
        self._flag: Counter[Flag] = Counter()
        self._coming: Counter[date] = Counter()
        self._overdue: list[tuple[int, _Backwards, Finding]] = []
        self._failed: set[str] = set()

    def judged(self, judgements: Judgements) -> None:
        """Count one case."""
        self.cases += 1
        self.instances += len(judgements.findings)
        self.faults += len(judgements.faults)
        self._fault_list += judgements.faults[: MOST_LISTED - len(self._fault_list)]
        self._failed.update(fault.duty for fault in judgements.faults)
        for finding in judgements.findings:
            self._count[finding.clause, finding.duty, finding.standing, finding.outcome] += 1
            self._team[finding.team, finding.outcome] += 1
            self._flag.update(finding.flags)
            if finding.outcome == "due" and finding.due is not None and finding.due <= self._last_day:
                self._coming[finding.due] += 1
            if finding.outcome == "breached":
                self._keep_overdue(finding)

    def unreadable(self, problem: RecordProblem) -> None:
        """Count one case that could not be read."""
        self.quarantined += 1
        if len(self.quarantine_list) < MOST_LISTED:
            self.quarantine_list.append(
                Problem(file=problem.file, place=problem.place, problem=problem.problem, remedy=problem.remedy)
            )

    def counts(self) -> Counts:
        """The night in numbers."""
        return Counts(
            cases=self.cases,
            instances=self.instances,
            outcomes=_outcomes((key[3], count) for key, count in self._count.items()),
            faults=self.faults,
            quarantined=self.quarantined,
            complete=bool(self.cases) and not self.faults and not self.quarantined,
        )

    def summary(
        self,
        *,
        run: str,
        previous: Run | None,
        started_at: datetime,
        finished_at: datetime,
        caseload: str,
        stated_only: bool,
    ) -> NightSummary:
        """Everything that was counted."""
        clauses = self._clauses()
        names = dict.fromkeys(clause.standard for clause in clauses)
        teams = sorted({team for team, _ in self._team})
        days = (self._view.as_at + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))
        return NightSummary(
            run=run,
            previous=previous,
            rulebook=self._rulebook.sha256,
            as_at=self._view.as_at,
            known_at=self._view.known_at,
            started_at=started_at,
            finished_at=finished_at,
            caseload=caseload,
            stated_only=stated_only,
            **dict(self.counts()),
            flags={flag: self._flag[flag] for flag in sorted(self._flag)},
            fault_list=tuple(self._fault_list),
            quarantine_list=tuple(self.quarantine_list),
            standards=tuple(
                Group(name=name, outcomes=_sum(clause.outcomes for clause in clauses if clause.standard == name))
                for name in names
            ),
            clauses=tuple(clauses),
            teams=tuple(
                Group(name=team, outcomes={each: self._team[team, each] for each in OUTCOMES}) for team in teams
            ),
            applied_to_nobody=self._unapplied(),
            most_overdue=tuple(finding for _, _, finding in sorted(self._overdue, reverse=True)),
            coming={day: self._coming[day] for day in days},
        )

    def _keep_overdue(self, finding: Finding) -> None:
        entry = (finding.days_over or 0, _Backwards(finding.instance), finding)
        if len(self._overdue) < MOST_OVERDUE:
            heapq.heappush(self._overdue, entry)
        elif entry[:2] > self._overdue[0][:2]:
            heapq.heapreplace(self._overdue, entry)

    def _clauses(self) -> list[ClauseTally]:
        duties = {clause: [duty for duty in self._rulebook.duties if duty.clause == clause]
                  for clause in dict.fromkeys(duty.clause for duty in self._rulebook.duties)}  # fmt: skip
        tallies = []
        for clause in sorted(duties, key=number):
            parts = duties[clause]
            standings: tuple[Standing, ...] = ("stated", "court", "local")
            by_standing = {
                standing: _outcomes(
                    (key[3], count) for key, count in self._count.items() if key[0] == clause and key[2] == standing
                )
                for standing in standings
            }
            tallies.append(
                ClauseTally(
                    clause=clause,
                    title=self._rulebook.title(clause),
                    standard=standard_of(clause),
                    force="must" if any(duty.force == "must" for duty in parts) else "should",
                    basis=parts[0].basis,
                    decided_by=_decided_by({duty.decided_by for duty in parts}),
                    outcomes=_sum(by_standing.values()),
                    by_standing=by_standing,
                )
            )
        return tallies

    def _unapplied(self) -> tuple[Unapplied, ...]:
        # A duty that failed somewhere may have applied there: it is among the faults, not here.
        seen = {duty for _, duty, _, _ in self._count} | self._failed
        titles = {duty.id: duty.title for duty in self._rulebook.duties if duty.id not in seen}
        return tuple(Unapplied(duty=duty, title=titles[duty]) for duty in sorted(titles, key=number))


class _Backwards(str):
    """Text that sorts the other way, so that among equals the first by id is kept and shown first."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)

    def __gt__(self, other: str) -> bool:
        return str.__lt__(self, other)


def standard_of(clause: str) -> str:
    """The Standard, or the group of practice quality statements, that a clause belongs to.

    `NS-5.1` is of `Standard 5`, `PQ-PUB-3` of `PQ-PUB`.
    """
    found = re.fullmatch(r"[A-Z]+-([0-9]+)\.[0-9]+", clause)
    return f"Standard {found[1]}" if found else clause.rpartition("-")[0]


def _decided_by(kinds: set[DecidedBy]) -> Literal["record", "record_and_person", "person"]:
    return next(iter(kinds)) if len(kinds) == 1 else "record_and_person"


def _outcomes(counts: Iterable[tuple[Outcome, int]]) -> OutcomeCounts:
    found: OutcomeCounts = dict.fromkeys(OUTCOMES, 0)
    for outcome, count in counts:
        found[outcome] += count
    return found


def _sum(several: Iterable[Mapping[Outcome, int]]) -> OutcomeCounts:
    return _outcomes((outcome, count) for counts in several for outcome, count in counts.items())
