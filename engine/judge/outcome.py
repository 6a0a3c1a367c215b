"""What an outcome is. Every judge asks `decide`; nothing else decides.

A judge finds, for each instance, the *facts* below: when it started, by when it is due, the first fulfilment, the first
exception of each kind, when the case closed, what a person judged. How those become one outcome stands here alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from engine.duty.language import AtClosure, DecidedBy, Force, Standing
from engine.record.dictionary import Frozen

Outcome = Literal["met", "late", "due", "breached", "excused", "unjudged", "undetermined", "lapsed"]

OUTCOMES: dict[Outcome, str] = {
    "met": "kept, on or before the due date",
    "late": "done, but after the due date",
    "due": "still open, and still in time",
    "breached": "not kept as far as the record shows, and the due date has passed",
    "excused": "an exception that the clause itself allows is on the record in time",
    "unjudged": "the rest is for a person to judge, and no valid judgement is on the record",
    "undetermined": "the record or the rulebook cannot say",
    "lapsed": "the case closed before it fell due",
}
"""Every outcome with what it means, in the order in which people want to read them."""

Flag = Literal["recorded_late", "reason_recorded", "provisional"]


class Sign(NamedTuple):
    """One event that counts: the day it happened, its id, and the day it was recorded."""

    on: date
    event: str
    recorded_on: date


class Verdict(NamedTuple):
    """A valid judgement: what it says, when, its event's id, and the day it was recorded."""

    outcome: str
    on: date
    event: str
    recorded_on: date


class Facts(NamedTuple):
    """What a judge found out about one instance.

    `due` is None while nobody can know it (the event it waits for has not happened), or when there is none; `missing`
    says what the record or the rulebook lacks, so that nobody can ever say. `done` is the fulfilment (for a duty that
    something never happens: the violation), `doubtful` an event that would fulfil it if the record said more, and
    `doubt` what it does not say. `person_only`: there is nothing a record could show.
    """

    start: date
    due: date | None
    as_at: date
    at_closure: AtClosure
    missing: str | None = None
    done: Sign | None = None
    doubtful: Sign | None = None
    doubt: str | None = None
    excused: Sign | None = None
    reason: Sign | None = None
    closed: date | None = None
    never: bool = False
    person_only: bool = False
    judged: bool = False
    verdict: Verdict | None = None
    verdict_missing: str | None = None


class Decision(NamedTuple):
    """The outcome, the due date that it rests on, the day it was done, and what cannot be known, if anything."""

    outcome: Outcome
    due: date | None
    done: date | None
    missing: str | None = None


def decide(facts: Facts) -> Decision:
    """The outcome of one instance: met, excused, lapsed, late, in that order, then the rest.

    What lapsed when the case closed stays so: an occurrence after the case was taken up again does not make it late.
    """
    due = due_date(facts)
    if facts.missing:
        return Decision("undetermined", None, None, facts.missing)
    if facts.never:
        return _decide_never(facts, due)
    if facts.person_only:
        return _decide_judged(facts, due, facts.verdict.on if facts.verdict else facts.start)
    done = facts.done.on if facts.done else None
    if done is not None and _in_time(done, due):
        return _decide_judged(facts, due, done)
    if facts.excused is not None and _in_time(facts.excused.on, due):
        return Decision("excused", due, None)
    if _lapsed(facts, due):
        return Decision("lapsed", due, None)
    if done is not None:
        return _decide_judged(facts, due, done)
    if facts.doubtful is not None:
        return Decision("undetermined", due, None, facts.doubt)
    return Decision(_open(facts, due), due, None)


def due_date(facts: Facts) -> date | None:
    """The day by which it must be: what falls due at closure is due then at the latest."""
    if facts.at_closure == "falls_due" and facts.closed is not None:
        return facts.closed if facts.due is None else min(facts.due, facts.closed)
    return facts.due


def _in_time(day: date, due: date | None) -> bool:
    return due is None or day <= due


def _lapsed(facts: Facts, due: date | None) -> bool:
    """Whether the case closed first; what comes after that is not late."""
    return facts.at_closure == "lapses" and facts.closed is not None and _in_time(facts.closed, due)


def _open(facts: Facts, due: date | None) -> Outcome:
    """The outcome of what is neither done nor excused."""
    if _lapsed(facts, due):
        return "lapsed"
    return "due" if _in_time(facts.as_at, due) else "breached"


def _decide_judged(facts: Facts, due: date | None, done: date) -> Decision:
    """The outcome of what the record shows as done on that day: settled, unless a person must say more."""
    kept: Outcome = "met" if _in_time(done, due) else "late"
    if not facts.judged:
        return Decision(kept, due, done)
    if facts.verdict_missing:
        return Decision("undetermined", due, None if facts.person_only else done, facts.verdict_missing)
    if facts.verdict is None:
        return Decision("unjudged", due, None if facts.person_only else done)
    if facts.verdict.outcome == "not_met":
        return Decision("breached", due, None)
    return Decision(kept, due, done)


def _decide_never(facts: Facts, limit: date | None) -> Decision:
    """The outcome of what must not happen before the limit; `facts.done` is the first time that it did."""
    if facts.done is not None and (limit is None or facts.done.on < limit):
        excused = facts.excused is not None and facts.excused.on <= facts.done.on
        return Decision("excused" if excused else "breached", limit, None)
    if limit is not None and facts.as_at >= limit:
        return Decision("met", limit, limit)
    return Decision(_open(facts, limit), limit, None)


# --- what goes with an outcome -----------------------------------------------------------------------------------------


def counted(facts: Facts, decision: Decision) -> Sign | Verdict | None:
    """What it was kept or excused by, whose recording may come after the due date."""
    if facts.never:
        return None
    if decision.outcome == "met":
        return facts.verdict if facts.person_only else facts.done
    return facts.excused if decision.outcome == "excused" else None


def broken(facts: Facts, decision: Decision) -> tuple[date, date | None] | None:
    """From which day an instance stood broken, and until which (not any more on that day; None: it still does).

    None when it never did: only what is late or breached was ever broken. What is done too late stands broken from the
    day after the due date until the day it was done. What must never happen stands broken for ever from the day that it did.
    What a person judged not kept stands broken from the day of that judgement, not from when it was due: until then the
    record showed it as done, or nobody had said, and what was said of the case before that day is not contradicted.

    A duty about outcomes asks this of a day in the past, yet it is answered from what is on the record in the view that is
    judged (`as_at`, `known_at`), not from what was on it on that day: what was done in time and written down only
    afterwards was not broken, and what came to light only afterwards was.
    """
    if decision.outcome not in ("breached", "late"):
        return None
    if decision.outcome == "breached" and (sign := facts.done if facts.never else facts.verdict) is not None:
        return sign.on, None
    if decision.due is None:
        return None  # nothing is late or breached for want of an event without a day by which it was due
    return decision.due + timedelta(days=1), decision.done


def flags(facts: Facts, decision: Decision, *, provisional: bool) -> tuple[Flag, ...]:
    """What is said beside the outcome. `provisional`: the due date lies beyond the bank holidays that are known."""
    found: list[Flag] = []
    on = counted(facts, decision)
    if on is not None and decision.due is not None and on.recorded_on > decision.due:
        found.append("recorded_late")
    if _reason_counts(facts, decision):
        found.append("reason_recorded")
    if provisional and decision.due is not None:
        found.append("provisional")
    return tuple(found)


def evidence(facts: Facts, decision: Decision) -> Iterator[str]:
    """The ids of the events it rests on, beside the one that started it; one may come twice."""
    outcome = decision.outcome
    if facts.missing:
        return
    shown = ("breached", "excused") if facts.never else ("met", "late", "unjudged", "breached", "undetermined")
    if facts.done and outcome in shown:
        yield facts.done.event
    if facts.excused and outcome == "excused":
        yield facts.excused.event
    if facts.doubtful and outcome == "undetermined":
        yield facts.doubtful.event
    if facts.reason and _reason_counts(facts, decision):
        yield facts.reason.event
    if facts.verdict and outcome in ("met", "late", "breached"):
        yield facts.verdict.event


def days_over(decision: Decision, as_at: date) -> int | None:
    """Calendar days past the due date of what is late or breached."""
    if decision.due is None or decision.outcome not in ("breached", "late"):
        return None
    return max(((decision.done or as_at) - decision.due).days, 0)


def _reason_counts(facts: Facts, decision: Decision) -> bool:
    reason = facts.reason
    return decision.outcome in ("breached", "late") and reason is not None and _in_time(reason.on, decision.due)


# --- what a run gives back ---------------------------------------------------------------------------------------------


class Finding(Frozen):
    """Where one instance stands. Dates are days; `days_over` counts calendar days past the due date.

    `evidence` are the ids of the events it rests on: what started it, what fulfilled, excused or violated it, the
    judgement. `standing` is the deadline's.
    """

    instance: str
    case: str
    clause: str
    duty: str
    subject: str
    subject_type: str
    outcome: Outcome
    start: date
    due: date | None
    done: date | None
    days_over: int | None
    force: Force
    standing: Standing
    basis: Literal["stated", "inferred"]
    decided_by: DecidedBy
    flags: tuple[Flag, ...] = ()
    evidence: tuple[str, ...] = ()
    missing: str | None = None
    team: str = ""
    practitioner: str = ""
    why: str = ""
    put_right: str = ""


class Fault(Frozen):
    """Kept itself failed on one duty of one case. Never an outcome: the run is incomplete."""

    case: str
    duty: str
    error: str
    trace: str


class Judgements(Frozen):
    """What judging one case gave: findings, faults, and the clauses that applied to nothing in it.

    `events` is how many events were on the record as seen from there; none at all is nothing to judge.
    """

    case: str
    team: str
    as_at: date
    known_at: datetime
    rulebook: str
    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]
    not_applicable: tuple[str, ...]
    events: int = 0
