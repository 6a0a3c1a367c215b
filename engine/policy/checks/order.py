"""A duty that is due before the thing it waits for can be due.

That A has to come before B stands in the rules only where a third duty says so: at every B, A must already have happened.
So what is decided here is this, and no more: one duty asks for B within some time of a start; another asks for A within a
longer time of the same start; a third says that B needs A before it; and the longer time ends later whatever day it
starts on. Whoever does B in time may then not yet have had to do A. Conditions on the events, and chains of more than
these three duties, are not looked at, nor what is due by a date or an event instead of within a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from engine.duty.english import span, words
from engine.duty.language import Duty, Happen
from engine.duty.rulebook import Edition
from engine.record.calendar import Calendar

Tension = tuple[Edition, Edition, Duty, str, str]
"""The duty that is due too soon, the one that it waits for, the one that says so, and the two events (B, A)."""


def tensions(editions: Iterable[Edition], calendar: Calendar, near: date) -> Iterator[Tension]:
    """Every such trio in force on that day."""
    now = [edition for edition in editions if edition.covers(near)]
    timed = [one for one in now if isinstance(one.duty.must, Happen) and one.span and not one.duty.must.already]
    for third, needed, thing in _needs(now):
        for soon in timed:
            for later in timed:
                if (
                    thing in _asked(soon.duty)
                    and needed in _asked(later.duty)
                    and set(soon.duty.when.events) <= set(later.duty.when.events)
                    and soon.duty.for_each == later.duty.for_each
                    and _always_sooner(soon, later, calendar, near)
                ):
                    yield soon, later, third, thing, needed


def told(tension: Tension) -> str:
    """The trio in words."""
    soon, later, third, thing, needed = tension
    assert soon.span is not None  # noqa: S101 - only duties with a time are compared
    assert later.span is not None  # noqa: S101
    return (
        f"“{words(thing)}” is due within {span(*soon.span)}, but {third.id} asks for “{words(needed)}” before it, "
        f"which {later.duty.id} makes due only within {span(*later.span)} of the same start"
    )


def _needs(editions: Iterable[Edition]) -> Iterator[tuple[Duty, str, str]]:
    """The duties that say that one event comes after another: duty, the earlier one (A), the later one (B)."""
    for edition in editions:
        duty = edition.duty
        at_once = duty.deadline.deadline == "at_once"
        if isinstance(duty.must, Happen) and duty.must.already and at_once and len(duty.must.pattern.events) == 1:
            for thing in duty.when.events:
                yield duty, duty.must.pattern.events[0], thing


def _asked(duty: Duty) -> Sequence[str]:
    """The event that is asked for, when only one will do."""
    found = duty.must.pattern.events if isinstance(duty.must, Happen) else ()
    return found if len(found) == 1 else ()


def _always_sooner(soon: Edition, later: Edition, calendar: Calendar, near: date) -> bool:
    assert soon.span is not None  # noqa: S101 - asked only of duties with a time
    assert later.span is not None  # noqa: S101
    days = [near + timedelta(days=ahead) for ahead in range(366)]
    return all(calendar.after(day, *soon.span) < calendar.after(day, *later.span) for day in days)
