"""A team's quality in numbers: the grades that assessments gave, beside how far the promises were kept.

Compliance and grades stand side by side, as the framework of 2016 wants both, and neither is worked out from the other.
Nobody is named, nothing is ranked, and what is about fewer than five people is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

import pyarrow.compute as pc

from engine.duty.rulebook import Rulebook
from engine.judge.caseload_judge import CaseloadJudge, Progress
from engine.judge.outcome import Outcome
from engine.ledger.store import Ledger
from engine.ledger.teams import team_standings
from engine.record.problem import KeptError, RecordProblem, harmless
from engine.record.table_engine import TableEngine
from engine.record.timeline import View
from engine.report.asking import Asking, nobody
from engine.report.small_groups import FEWEST, NOTHING, Cell, Sum, shown

AUDIT = "quality_audited"
GRADES = ("outstanding", "good", "met", "requires_improvement")
AIM = GRADES[:2]
"""The grades that the framework aims at for all work."""

DOMAINS = ("safe", "heard", "better_represented", "enabled")
EVERY = "every"
"""All four outcomes of an assessment together."""

DECIDED: tuple[Outcome, ...] = ("met", "late", "breached")
"""Outcomes of which it can be said that the promise was kept in time, or was not."""

Standing = tuple[Outcome, str, int]
"""How many duties have an outcome, with who led the case."""


class Graded(NamedTuple):
    """The grades under one outcome: how many of each, how many without, how many Good or Outstanding, how many below.

    None where a number is withheld. For all four together there are no numbers of single grades.
    """

    grades: dict[str, int | None]
    no_grade: int | None
    aim: int | None
    below: int | None


class Compliance(NamedTuple):
    """How the team's `must` duties stand, of those of which it can be said: None where a number is withheld.

    `night` is the night in the ledger, and the day it looked from; None when they were judged now.
    """

    night: tuple[str, date] | None
    counts: dict[Outcome, int | None]
    decided: int | None


class Quality(NamedTuple):
    """What may be told of a team. `assessments` is how many there are, None where it is withheld.

    `problems` are the cases that could not be read, `faults` how many duties could not be judged.
    """

    team: str
    view: View
    assessments: int | None
    outcomes: dict[str, Graded]
    compliance: Compliance
    problems: tuple[RecordProblem, ...] = ()
    faults: int = 0


class Assessment(NamedTuple):
    """One assessment: the grade under each outcome, if there is one, and whose work it was ("": the record does not say)."""

    grades: Mapping[str, str | None]
    people: frozenset[str]


def team_quality(
    engine: TableEngine,
    book: Rulebook,
    team: str,
    view: View,
    ledger: str | None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Quality:
    """The quality of one team, with the compliance of the ledger's last complete night, or judged now where no ledger is named.

    Raises:
        KeptError: when there is no such team, or no such night.
    """
    asking = Asking(engine, book.dictionary, view)
    teams = asking.teams()
    if team not in teams:
        raise nobody("the name of a team", team, teams)
    problems: tuple[RecordProblem, ...] = ()
    faults = 0
    if ledger is not None:
        night, standings = _last_night(ledger, book, team, view)
    else:
        night = None
        standings, problems, faults = _judged_now(asking, book, team, progress)
    count, outcomes = graded(assessments(asking, team))
    return Quality(team, view, count, outcomes, _compliance(night, standings), problems, faults)


# --- grades ------------------------------------------------------------------------------------------------------------


def assessments(asking: Asking, team: str) -> list[Assessment]:
    """The last assessment of each piece of work, on the record of the team's cases and members."""
    heads = asking.raw["objects"]
    heads = heads.filter((heads.id == heads.case) & (heads.team == team)).select(held=heads.case).distinct()
    told = asking.events(AUDIT)
    told = asking.naming(asking.about(told.join(heads, [told.case == heads.held])), "audit")
    rows = asking.fetch(told.select("id", "happened", "audit", "who", *DOMAINS))
    last: dict[str, tuple[date, str]] = {}
    people: dict[str, set[str]] = {}
    grades: dict[str, Mapping[str, str | None]] = {}
    for event, on, audit, who, *given in rows:
        work = audit or event
        if last.get(work, (on, event)) <= (on, event):
            if last.get(work) != (on, event):
                last[work], people[work] = (on, event), set()
            grades[work] = {
                name: grade if grade in GRADES else None for name, grade in zip(DOMAINS, given, strict=True)
            }
            people[work].add(who or "")
    return [Assessment(grades[work], frozenset(people[work])) for work in last]


def graded(those: Sequence[Assessment]) -> tuple[int | None, dict[str, Graded]]:
    """How many assessments there are, and their grades under each outcome, without a number about few people."""
    cells: dict[tuple[str, str], Cell] = {}
    sums: list[Sum[tuple[str, str]]] = []
    total = ("", "assessments")

    def count(key: tuple[str, str], some: Iterable[Assessment]) -> None:
        found = list(some)
        people = frozenset().union(*(each.people for each in found)) if found else frozenset[str]()
        cells[key] = Cell(len(found), people) if found else NOTHING

    count(total, those)
    for domain in DOMAINS:
        for grade in (*GRADES, None):
            key = (domain, grade or "no_grade")
            count(key, (each for each in those if each.grades[domain] == grade))
        count((domain, "aim"), (each for each in those if each.grades[domain] in AIM))
        count((domain, "below"), (each for each in those if each.grades[domain] not in AIM))
        sums.append(((domain, "aim"), [(domain, grade) for grade in AIM]))
        sums.append(((domain, "below"), [(domain, grade) for grade in (*GRADES[2:], "no_grade")]))
    count((EVERY, "aim"), (each for each in those if _all_aim(each)))
    count((EVERY, "below"), (each for each in those if not _all_aim(each)))
    sums += [(total, [(domain, "aim"), (domain, "below")]) for domain in (*DOMAINS, EVERY)]
    may = shown(cells, sums)
    if 0 < len(cells[total].people) < FEWEST:
        may = dict.fromkeys(cells)
    outcomes = {
        domain: Graded(
            {grade: may[domain, grade] for grade in GRADES} if domain != EVERY else {},
            may.get((domain, "no_grade")),
            may[domain, "aim"],
            may[domain, "below"],
        )
        for domain in (*DOMAINS, EVERY)
    }
    return may[total], outcomes


def _all_aim(each: Assessment) -> bool:
    return all(grade in AIM for grade in each.grades.values())


# --- compliance --------------------------------------------------------------------------------------------------------


def _compliance(night: tuple[str, date] | None, standings: Iterable[Standing]) -> Compliance:
    counts: dict[str, int] = {}
    people: dict[str, set[str]] = {}
    for outcome, who, count in standings:
        if outcome in DECIDED:
            for key in (outcome, "decided"):
                counts[key] = counts.get(key, 0) + count
                people.setdefault(key, set()).add(who)
    cells = {key: Cell(counts.get(key, 0), frozenset(people.get(key, ()))) for key in (*DECIDED, "decided")}
    may = shown(cells, [("decided", DECIDED)])
    return Compliance(night, {outcome: may[outcome] for outcome in DECIDED}, may["decided"])


def _last_night(where: str, book: Rulebook, team: str, view: View) -> tuple[tuple[str, date], list[Standing]]:
    with Ledger.open(where) as ledger:
        nights = [run for run in ledger.runs() if run.counts.complete and not run.stated_only]
        name = ledger.name
    nights = [run for run in nights if run.as_at <= view.as_at and run.known_at <= view.known_at]
    if not nights:
        raise KeptError(
            f"{name}: no complete night up to {view.as_at} is in it. Run `kept nightly` first, or leave --ledger out."
        )
    night = nights[-1]
    return (night.id, night.as_at), team_standings(where, night.id, team, "must", book.on_trial)


def _judged_now(
    asking: Asking, book: Rulebook, team: str, progress: Callable[[Progress], None]
) -> tuple[list[Standing], tuple[RecordProblem, ...], int]:
    """How the duties of the team's cases and members stand, what could not be read, and how many faults there were."""
    engine, mine = asking.engine, asking.timelines_of(team)
    others = [case for case in engine.case_ids() if case not in mine]
    must = sorted({duty.id for duty in book.duties if duty.force == "must"} - book.on_trial)
    run = CaseloadJudge(book, only=must).judge(
        cast(TableEngine, _Without(engine, others)), asking.view, progress=progress
    )
    counts: dict[tuple[Outcome, str], int] = {}
    for batch in run.findings():
        # Of a duty that once was a `should`, only the instances of when it is a `must`.
        those = batch.filter(pc.equal(batch.column("force").cast("string"), "must"))
        for row in those.select(["outcome", "practitioner"]).to_pylist():
            key = row["outcome"], row["practitioner"]
            counts[key] = counts.get(key, 0) + 1
    problems = tuple(problem for problem in run.problems if problem.case in mine)
    engine.leave_out([problem.case for problem in run.problems])
    return [(outcome, who, count) for (outcome, who), count in counts.items()], problems, len(run.faults)


class _Without:
    """An engine that also leaves these cases out whenever it leaves some out; else it is the engine itself."""

    def __init__(self, engine: TableEngine, others: Sequence[str]) -> None:
        self._engine, self._others = engine, others

    def leave_out(self, cases: Sequence[str]) -> None:
        self._engine.leave_out([*self._others, *cases])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def share(part: int | None, whole: int | None) -> str:
    """`12 of 20 (60%)`; nothing where a number is withheld or there is nothing to share."""
    if part is None or whole is None or not whole:
        return ""
    return f"{part:,} of {whole:,} ({part / whole:.0%})"


def unread(quality: Quality) -> str:
    """What could not be read or judged, in words; empty when nothing."""
    said = [f"{len(quality.problems)} of its cases could not be read"] if quality.problems else []
    said += [f"{quality.faults} duties could not be judged"] if quality.faults else []
    return harmless(" and ".join(said))
