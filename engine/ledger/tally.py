"""What a night came to, counted while the findings go by, so that memory does not grow with the caseload."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from engine.duty.language import Basis, DecidedBy, Force, Standing
from engine.duty.rulebook import Rulebook, number
from engine.judge.finding_table import SCHEMA, from_batch
from engine.judge.outcome import OUTCOMES, Fault, Finding, Flag, Outcome
from engine.ledger.changed import ChangeCounts, ChangeGroup, Changes
from engine.ledger.runs import Counts, Run, has_shrunk
from engine.ledger.waived import NightWaived, Waiver
from engine.ledger.waived_tally import WaivedTally
from engine.record.dictionary import Frozen
from engine.record.problem import RecordProblem
from engine.record.timeline import View

MOST_LISTED = 500
"""Faults and quarantined cases that a summary lists; it counts them all, and the ledger has them all."""

MOST_UNREAD = 0.02
"""The share of cases that may be unreadable for a night to be a point in a trend; with any it is incomplete."""

FEWEST = 0.5
"""The share of the last whole night's cases below which a night is taken for a truncated extract: it closes nothing."""

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


class NightChanges(Frozen):
    """What changed since the night `since`, in numbers: in all, by clause and by team."""

    since: str
    counts: ChangeCounts
    clauses: tuple[ChangeGroup, ...]
    teams: tuple[ChangeGroup, ...]


class Trial(Frozen):
    """How a duty on trial fared: it is in no other count of the night."""

    duty: str
    title: str
    outcomes: OutcomeCounts


class NightSummary(Frozen):
    """All that a summary or a report of one night says.

    `cases` counts those that were judged, `quarantined` those that could not be read; `coming` is how many instances
    that are still due fall due on each of the next days; `most_overdue` the breaches longest past their day;
    `previous` the night before that it can be compared with, `changes` what changed since then (None for the first);
    `trend` whether enough was read for a point in a trend; `shrunk_from` how many cases the last whole night had, when this
    has far fewer (None when not); `series` the name of the nights that it is one of, or nothing; `already` when the night
    was in the ledger before; `trial` how the duties on trial fared, which count nowhere else; `waived` beside what a waiver
    stood, which changes no outcome.
    """

    run: str
    previous: Run | None
    rulebook: str
    as_at: date
    known_at: datetime
    started_at: datetime
    finished_at: datetime
    caseload: str
    series: str = ""
    stated_only: bool
    cases: int
    instances: int
    outcomes: OutcomeCounts
    flags: dict[Flag, int]
    faults: int
    quarantined: int
    complete: bool
    trend: bool = True
    shrunk_from: int | None = None
    changes: NightChanges | None = None
    already: bool = False
    trial: tuple[Trial, ...] = ()
    waived: NightWaived = NightWaived()
    fault_list: tuple[Fault, ...]
    quarantine_list: tuple[Problem, ...]
    standards: tuple[Group, ...]
    clauses: tuple[ClauseTally, ...]
    teams: tuple[Group, ...]
    applied_to_nobody: tuple[Unapplied, ...]
    most_overdue: tuple[Finding, ...]
    coming: dict[date, int]


class NightTally:
    """Counts findings as they come, in batches of the columns of `engine.judge.finding_table`.

    `asked` names the clauses or duties that are judged; none: all of them. Of the others it says nothing.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        view: View,
        waivers: Iterable[Waiver] = (),
        most_unread: float = MOST_UNREAD,
        fewest: float = FEWEST,
        asked: Iterable[str] = (),
    ) -> None:
        chosen = rulebook.chosen(asked)
        self._duties = [duty for duty in rulebook.duties if duty.id in chosen]
        self._rulebook, self._view, self._most_unread, self._fewest = rulebook, view, most_unread, fewest
        self._before: int | None = None
        self._waived = WaivedTally(waivers, view.as_at)
        self._last_day = view.as_at + timedelta(days=DAYS_AHEAD)
        self.cases = self.instances = self.faults = self.quarantined = 0
        self._fault_list: tuple[Fault, ...] = ()
        self.quarantine_list: list[Problem] = []
        self._count: Counter[tuple[str, str, Standing, Outcome]] = Counter()
        self._team: Counter[tuple[str, Outcome]] = Counter()
        self._flag: Counter[Flag] = Counter()
        self._trial: Counter[tuple[str, Outcome]] = Counter()
        self._coming: Counter[date] = Counter()
        self._overdue = SCHEMA.empty_table()
        self._failed: set[str] = set()

    def judged(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Count these findings; gives those that count: what is on trial is counted apart."""
        if self._rulebook.on_trial:
            tried = pc.is_in(batch.column("duty"), pa.array(sorted(self._rulebook.on_trial)))
            self._trial.update(dict(_counted(pa.Table.from_batches([batch.filter(tried)]), "duty", "outcome")))
            batch = batch.filter(pc.invert(tried))
        found = pa.Table.from_batches([batch])
        self.instances += found.num_rows
        self._count.update(dict(_counted(found, "clause", "duty", "standing", "outcome")))
        self._team.update(dict(_counted(found, "team", "outcome")))
        flags = pa.table({"flag": pc.list_flatten(found["flags"])})
        self._flag.update({flag: count for (flag,), count in _counted(flags, "flag")})
        soon = pc.less_equal(found["due"], self._last_day)
        coming = found.filter(pc.and_(pc.equal(found["outcome"], "due"), pc.fill_null(soon, False)))
        self._coming.update({day: count for (day,), count in _counted(coming, "due")})
        self._waived.add(batch)
        self._keep_overdue(found.filter(pc.equal(found["outcome"], "breached")))
        return batch

    def unreadable(self, problems: Iterable[RecordProblem]) -> None:
        """Count cases that could not be read."""
        for problem in problems:
            self.quarantined += 1
            if len(self.quarantine_list) < MOST_LISTED:
                self.quarantine_list.append(
                    Problem(file=problem.file, place=problem.place, problem=problem.problem, remedy=problem.remedy)
                )

    def finished(self, cases: int, faults: Sequence[Fault], before: int | None = None) -> None:
        """Note what is known when all was read: how many cases were judged, and what failed; and how many cases the last
        whole night had (None when there was none).
        """
        self.cases, self.faults, self._before = cases, len(faults), before
        self._fault_list = tuple(faults[:MOST_LISTED])
        self._failed = {fault.duty for fault in faults}

    def counts(self) -> Counts:
        """The night in numbers."""
        there = self.cases + self.quarantined
        shrunk = has_shrunk(there, self._before, self._fewest)
        return Counts(
            cases=self.cases,
            instances=self.instances,
            outcomes=_outcomes((key[3], count) for key, count in self._count.items()),
            faults=self.faults,
            quarantined=self.quarantined,
            complete=bool(self.cases) and not self.faults and not self.quarantined and not shrunk,
            trend=self.quarantined <= self._most_unread * there and not shrunk,
            shrunk_from=self._before if shrunk else None,
        )

    def summary(
        self,
        *,
        run: str,
        previous: Run | None,
        started_at: datetime,
        finished_at: datetime,
        caseload: str,
        series: str,
        stated_only: bool,
        changes: Changes | None = None,
    ) -> NightSummary:
        """Everything that was counted."""
        clauses = self._clauses()
        names = dict.fromkeys(clause.standard for clause in clauses)
        teams = sorted({team for team, _ in self._team})
        days = (self._view.as_at + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))
        overdue = tuple(finding for batch in self._overdue.to_batches() for finding in from_batch(batch))
        return NightSummary(
            run=run,
            previous=previous,
            rulebook=self._rulebook.sha256,
            as_at=self._view.as_at,
            known_at=self._view.known_at,
            started_at=started_at,
            finished_at=finished_at,
            caseload=caseload,
            series=series,
            stated_only=stated_only,
            **dict(self.counts()),
            changes=_in_numbers(changes) if changes else None,
            flags={flag: self._flag[flag] for flag in sorted(self._flag)},
            fault_list=self._fault_list,
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
            trial=self._tried(),
            waived=self._waived.counted(overdue),
            most_overdue=overdue,
            coming={day: self._coming[day] for day in days},
        )

    def _keep_overdue(self, breached: pa.Table) -> None:
        """Keep those that are longest past their day; among equals the first by id."""
        both = pa.concat_tables([self._overdue, breached])
        both = both.append_column("over", pc.fill_null(both["days_over"], 0))
        worst = [("over", "descending"), ("instance", "ascending")]
        self._overdue = both.take(pc.select_k_unstable(both, MOST_OVERDUE, worst)).drop_columns("over")

    def _clauses(self) -> list[ClauseTally]:
        duties = {clause: [duty for duty in self._duties if duty.clause == clause]
                  for clause in dict.fromkeys(duty.clause for duty in self._duties)}  # fmt: skip
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

    def _tried(self) -> tuple[Trial, ...]:
        return tuple(
            Trial(
                duty=duty.id,
                title=duty.title,
                outcomes=_outcomes((key[1], count) for key, count in self._trial.items() if key[0] == duty.id),
            )
            for duty in {duty.id: duty for duty in self._duties if duty.id in self._rulebook.on_trial}.values()
        )

    def _unapplied(self) -> tuple[Unapplied, ...]:
        # A duty that failed somewhere may have applied there: it is among the faults, not here.
        seen = {duty for _, duty, _, _ in self._count} | self._failed | self._rulebook.on_trial
        titles = {duty.id: duty.title for duty in self._duties if duty.id not in seen}
        return tuple(Unapplied(duty=duty, title=titles[duty]) for duty in sorted(titles, key=number))


def _in_numbers(changes: Changes) -> NightChanges:
    return NightChanges(
        since=changes.since, counts=changes.counts, clauses=changes.by["clause"], teams=changes.by["team"]
    )


def standard_of(clause: str) -> str:
    """The Standard, or the group of practice quality statements, that a clause belongs to.

    `NS-5.1` is of `Standard 5`, `PQ-PUB-3` of `PQ-PUB`.
    """
    found = re.fullmatch(r"[A-Z]+-([0-9]+)\.[0-9]+", clause)
    return f"Standard {found[1]}" if found else clause.rpartition("-")[0]


def _decided_by(kinds: set[DecidedBy]) -> Literal["record", "record_and_person", "person"]:
    return next(iter(kinds)) if len(kinds) == 1 else "record_and_person"


def _counted(found: pa.Table, *columns: str) -> Iterator[tuple[tuple[Any, ...], int]]:
    """What stands in these columns, each combination once, with how many rows have it."""
    groups = found.group_by(list(columns)).aggregate([([], "count_all")])
    *keys, counts = (groups[name].to_pylist() for name in (*columns, "count_all"))
    return zip(zip(*keys, strict=True), counts, strict=True)


def _outcomes(counts: Iterable[tuple[Outcome, int]]) -> OutcomeCounts:
    found: OutcomeCounts = dict.fromkeys(OUTCOMES, 0)
    for outcome, count in counts:
        found[outcome] += count
    return found


def _sum(several: Iterable[Mapping[Outcome, int]]) -> OutcomeCounts:
    return _outcomes((outcome, count) for counts in several for outcome, count in counts.items())
