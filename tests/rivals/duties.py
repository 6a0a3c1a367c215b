"""The twenty response duties and the ten constraints that the rivals are measured by, as data and as rulebooks of Kept.

What starts a duty, what fulfils it and what excuses it are three sets of events that share none. So the order of two
events on one day never matters: for Kept a day is a day, for the rivals an event is before or after another.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from engine.duty.language import Duty
from engine.duty.rulebook import Rulebook
from engine.duty.values import Value, ValueVersion
from engine.duty.words import (
    GOES_ON,
    STATED,
    Thing,
    duty,
    event,
    exception,
    happen,
    link,
    thing,
    value,
)
from engine.record.calendar import Calendar
from engine.record.dictionary import Dictionary

CALENDAR = Calendar(known_through=date(2027, 12, 31))
IN_FORCE = date(2020, 1, 1)
"""Before anything in a log happens."""


class Response(NamedTuple):
    """After a `trigger`, a `fulfilment` about the same child within a `span` of `unit`, unless there is an `exception`."""

    duty: str
    trigger: str
    fulfilment: str
    exception: str
    span: int
    unit: Literal["working_days", "days"]


class Constraint(NamedTuple):
    """After a `trigger`, a `response` in the same case within so many `days`: what every rival can say."""

    id: str
    trigger: str
    response: str
    days: int


TWENTY = (
    Response("RES-1", "referral_received", "referral_screened", "reason_recorded", 2, "working_days"),
    Response("RES-2", "referral_received", "risk_assessed", "reason_recorded", 5, "working_days"),
    Response("RES-3", "case_accepted", "lead_allocated", "reason_recorded", 3, "working_days"),
    Response("RES-4", "case_accepted", "child_seen", "child_away", 10, "working_days"),
    Response("RES-5", "case_accepted", "introductory_letter_sent", "child_away", 5, "working_days"),
    Response("RES-6", "case_accepted", "case_plan_made", "reason_recorded", 20, "working_days"),
    Response("RES-7", "direction_made", "report_filed", "court_extended", 84, "days"),
    Response("RES-8", "direction_made", "case_plan_reviewed", "court_extended", 14, "days"),
    Response("RES-9", "hearing_held", "case_plan_reviewed", "reason_recorded", 10, "working_days"),
    Response("RES-10", "hearing_held", "child_seen", "child_away", 7, "days"),
    Response("RES-11", "final_order_made", "outcome_told_to_child", "child_away", 10, "working_days"),
    Response("RES-12", "final_order_made", "goodbye_letter_sent", "child_away", 28, "days"),
    Response("RES-13", "complaint_received", "complaint_acknowledged", "complaint_withdrawn", 2, "working_days"),
    Response("RES-14", "complaint_received", "complaint_answered", "complaint_withdrawn", 15, "working_days"),
    Response("RES-15", "significant_change", "risk_assessed", "reason_recorded", 1, "working_days"),
    Response("RES-16", "significant_change", "case_plan_reviewed", "reason_recorded", 5, "working_days"),
    Response("RES-17", "concern_raised", "risk_assessed", "reason_recorded", 1, "days"),
    Response("RES-18", "statement_used", "statement_verified", "court_extended", 21, "days"),
    Response("RES-19", "lead_ended", "lead_allocated", "reason_recorded", 3, "working_days"),
    Response("RES-20", "handover_made", "iro_told", "reason_recorded", 5, "working_days"),
)

TEN = (
    Constraint("TEN-1", "referral_received", "referral_screened", 2),
    Constraint("TEN-2", "case_accepted", "lead_allocated", 5),
    Constraint("TEN-3", "case_accepted", "child_seen", 14),
    Constraint("TEN-4", "direction_made", "report_filed", 84),
    Constraint("TEN-5", "hearing_held", "case_plan_reviewed", 14),
    Constraint("TEN-6", "final_order_made", "outcome_told_to_child", 14),
    Constraint("TEN-7", "complaint_received", "complaint_acknowledged", 2),
    Constraint("TEN-8", "complaint_received", "complaint_answered", 21),
    Constraint("TEN-9", "significant_change", "risk_assessed", 1),
    Constraint("TEN-10", "lead_ended", "lead_allocated", 3),
)

TRIGGERS = frozenset(one.trigger for one in TWENTY)
"""What starts something. Everything else in a log fulfils or excuses."""

_CASE = thing("case", "A case.", timeline_closed_by="case_closed")
_CHILD = thing("child", "A child.", links=[link("subject_of", ["case"], "In the case.", membership=True)])
_NAMES = {name: None for one in TWENTY for name in (one.trigger, one.fulfilment, one.exception)}
_EVENTS = {name: event(name, f"The record says: {name}.", about=["child"]) for name in _NAMES}
_CLOSED = event("case_closed", "The case was closed. No log has it.")

DICTIONARY = Dictionary(
    objects=(_CASE.word, _CHILD.word), events=tuple(one.word for one in (*_EVENTS.values(), _CLOSED))
)


def rulebook_twenty() -> Rulebook:
    """The twenty as a rulebook: one duty each, owed to every child that the trigger names."""
    return _rulebook(
        (_duty(one.duty, _CHILD, one.trigger, one.fulfilment, one.exception) for one in TWENTY),
        ((one.duty, one.span, one.unit) for one in TWENTY),
    )


def rulebook_ten() -> Rulebook:
    """The ten as a rulebook: one duty each, owed once for every trigger in the case, whoever it is about."""
    return _rulebook(
        (_duty(one.id, _CASE, one.trigger, one.response, None) for one in TEN),
        ((one.id, one.days, "days") for one in TEN),
    )


def _duty(name: str, for_each: Thing, trigger: str, fulfilment: str, excused_by: str | None) -> Duty:
    return duty(
        name,
        f"After {trigger}, {fulfilment}",
        for_each=for_each,
        when=_EVENTS[trigger],
        must=happen(_EVENTS[fulfilment]),
        within=value(_named(name)),
        unless=exception(_EVENTS[excused_by], standing=STATED, source="made up") if excused_by else (),
        at_closure=GOES_ON,
        in_force=IN_FORCE.isoformat(),
        source="made up for the benchmark",
        reads="The first such event on or after the day of the start counts.",
    )


def _rulebook(duties: Iterable[Duty], spans: Iterable[tuple[str, int, Literal["working_days", "days"]]]) -> Rulebook:
    values = {}
    for name, count, unit in spans:
        version = ValueVersion.model_validate(
            {"from": IN_FORCE, "value": count, "standing": STATED, "source": "made up"}
        )
        values[_named(name)] = Value(name=_named(name), unit=unit, says="How long there is for it", versions=(version,))
    return Rulebook(dictionary=DICTIONARY, calendar=CALENDAR, values=values, duties=tuple(duties))


def _named(name: str) -> str:
    """The name of a duty's value."""
    return name.lower().replace("-", "_")
