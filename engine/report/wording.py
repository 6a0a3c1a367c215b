"""How days, numbers and outcomes are written for people; shared by the terminal and the page."""

from __future__ import annotations

from datetime import date, datetime

from engine.duty.language import DecidedBy, Standing
from engine.judge.outcome import Finding, Flag, Outcome
from engine.ledger.tally import NightSummary, OutcomeCounts
from engine.ledger.waived import Waiver

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip

WORST_FIRST: tuple[Outcome, ...] = ("breached", "late", "undetermined", "unjudged", "due", "met", "excused", "lapsed")
"""The outcomes in the order in which somebody has to act on them."""

STANDINGS: dict[Standing, str] = {
    "stated": "the standard's own",
    "court": "set by the court",
    "local": "local value, not the standard's",
}
"""Whose a deadline is, in words."""

FLAGS: dict[Flag, str] = {
    "recorded_late": "put on the record late",
    "reason_recorded": "a reason is on the record",
    "provisional": "the bank holidays up to the due date are not all known yet",
}
"""What stands beside an outcome, in words."""

DECIDED_BY: dict[DecidedBy, str] = {
    "record": "the record",
    "record_and_person": "the record, then a person",
    "person": "a person",
}
"""Who decides, in words; the more a person has to say, the later."""

NO_TEAM = "(no team)"


def day(value: date) -> str:
    """The day as people write it: `4 March 2025`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """The moment as people write it: `4 March 2025, 16:30`."""
    return f"{day(value)}, {value:%H:%M}"


def many(count: int, one: str, several: str | None = None) -> str:
    """`1 case`, `2,000 cases`."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def local_breaches(by_standing: dict[Standing, OutcomeCounts]) -> int:
    """How many breaches rest on a local value."""
    return by_standing["local"]["breached"]


def stands(finding: Finding, as_at: date) -> str:
    """Where an instance stands, in words: `breached: was due 18 March 2025, 104 days ago`."""
    due = f" {day(finding.due)}" if finding.due else ""
    over = many(finding.days_over or 0, "day")
    done = f" on {day(finding.done)}" if finding.done else ""
    match finding.outcome:
        case "breached":
            # Not "no record of it": it may be on the record, and not as it should be. `why` says.
            return "breached" + (f": was due{due}" if due else "") + (f", {over} ago" if finding.days_over else "")
        case "late":
            return f"late: done{done}; was due{due}" + (f", {over} earlier" if finding.days_over else "")
        case "undetermined":
            return f"undetermined: {finding.missing or 'the record or the rulebook cannot say'}"
        case "unjudged":
            return "unjudged: no valid judgement on the record" + (f"; due{due}" if due else "")
        case "due":
            return (
                f"due{due}, {_ahead((finding.due - as_at).days)}" if finding.due else "due, by no day that is known yet"
            )
        case "met":
            return f"met{done}" + (f"; was due{due}" if due else "")
        case "excused":
            return "excused: an exception of the clause is on the record" + (f"; was due{due}" if due else "")
        case "lapsed":
            return "lapsed: the case closed before it fell due"


def beside(waiver: Waiver) -> str:
    """What stands beside an outcome that is waived: `waived until 31 July 2025 (waiver 3, asked for by …): the reason`, or
    without a reason where it is masked.
    """
    who = f"waiver {waiver.number}, asked for by {waiver.asked_by}, approved by {waiver.approved_by}"
    return f"waived until {day(waiver.ends)} ({who})" + (f": {waiver.reason}" if waiver.reason else "")


def target(waiver: Waiver) -> str:
    """What a waiver is for: `NS-5.1 in north-2`, `NS-5.1 in every team`, or the id of an instance."""
    return waiver.target if waiver.kind == "instance" else f"{waiver.target} in {waiver.team or 'every team'}"


def _ahead(days: int) -> str:
    return "today" if days == 0 else "tomorrow" if days == 1 else f"in {days:,} days"


def in_a_sentence(summary: NightSummary) -> str:
    """The night in a sentence or two; begins with whether it is complete."""
    judged = (
        f"{many(summary.cases, 'case')} and {many(summary.instances, 'instance')} of their duties were judged as at "
        f"{day(summary.as_at)}: {summary.outcomes['breached']:,} breached, {summary.outcomes['late']:,} late, "
        f"{summary.outcomes['met']:,} met."
    )
    if summary.complete:
        return f"Complete: {judged}"
    missing = []
    if summary.shrunk_from is not None:
        missing.append(f"the caseload has shrunk from {many(summary.shrunk_from, 'case')}")
    if summary.quarantined:
        missing.append(f"{many(summary.quarantined, 'case')} could not be read")
    if summary.faults:
        missing.append(f"Kept failed to judge {many(summary.faults, 'duty', 'duties')}")
    they = "they are" if summary.shrunk_from is None else "what is missing is"
    return f"Incomplete: {' and '.join(missing)}; {they} in none of the numbers. {judged}"


def shrunk(there: int, before: int) -> str:
    """What is said first of a night with so many cases, when the last whole one had so many more."""
    return (
        f"The caseload has suddenly shrunk: {many(before, 'case')} in the last whole night, {there:,} now. Nothing that is "
        "missing was closed: it is as it stood before."
    )


def no_trend(summary: NightSummary) -> str:
    """Why the night is no point in a trend; nothing when it is one."""
    if summary.trend:
        return ""
    why = "Too few cases could be read" if summary.shrunk_from is None else "Far too few cases were there"
    return f"{why}: the night is no point in a trend."
