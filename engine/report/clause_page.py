"""A clause's page as HTML that stands alone: no outside address, no script; the same rulebook gives the same page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.duty.english import STANDING
from engine.report.clause import ClauseTold
from engine.report.clause_examples import EventTold, ExampleTold
from engine.report.page import environment
from engine.report.pictures import COLOURS
from engine.report.wording import day

MOST_DAYS = 6
"""Days that a drawing holds; an example with more is told in words only."""

MOST_A_DAY = 4
"""Events that a drawing holds on one day."""

DAY_WIDTH, DOT = 92, 18


@dataclass(frozen=True, slots=True)
class Dot:
    """An event in a drawing: its place, and the number that it has in the list beside."""

    x: int
    event: EventTold


@dataclass(frozen=True, slots=True)
class DrawnDay:
    """A day of a drawing: its place, its date in two lines, what is said over it from the lowest line up."""

    x: int
    date: str
    year: str
    labels: tuple[str, ...]
    due: bool
    as_at: bool
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The days of an example from left to right, each as wide as the next whatever lies between: order, not distance."""

    days: tuple[DrawnDay, ...]
    width: int
    as_at: int


def clause_page(told: ClauseTold) -> str:
    """The page as HTML."""
    template = environment().get_template("clause.html")
    return template.render(
        clause=told,
        drawings=[draw(example) for example in told.examples.each],
        colours=COLOURS,
        standings=STANDING,
        local=STANDING["local"],
    )


def draw(example: ExampleTold) -> Drawing | None:
    """The example's days as a line with its events, where it starts, where it is due and from where it is looked at.

    None where it would be too wide to be clear.
    """
    starts = {one.start for one in example.expect if one.start}
    due = {one.due: one.standing == "local" for one in example.expect if one.due}
    on: dict[date, list[EventTold]] = {}
    for event in example.events:
        on.setdefault(event.on, []).append(event)
    days = sorted({*on, *starts, *due, example.as_at})
    if len(days) > MOST_DAYS or any(len(events) > MOST_A_DAY for events in on.values()):
        return None
    drawn = []
    for position, each in enumerate(days):
        x = DAY_WIDTH * position + DAY_WIDTH // 2
        labels = ["as at"] if each == example.as_at else []
        labels += ["due (local)" if due[each] else "due"] if each in due else []
        labels += ["starts"] if each in starts else []
        events = on.get(each, [])
        left = x - DOT * (len(events) - 1) // 2
        dots = tuple(Dot(left + DOT * place, event) for place, event in enumerate(events))
        date_told, year = day(each).rsplit(" ", 1)
        drawn.append(DrawnDay(x, date_told, year, tuple(labels), each in due, each == example.as_at, dots))
    return Drawing(tuple(drawn), DAY_WIDTH * len(days), next(one.x for one in drawn if one.as_at))
