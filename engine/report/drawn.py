"""A timeline drawn in lines of text: an axis of days, the events on it, and a line for each instance of a duty.

On a terminal with box-drawing characters, in a pipe in plain ASCII; as wide as it is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from engine.duty.english import words
from engine.duty.language import Duty, Pattern
from engine.duty.rulebook import Rulebook
from engine.judge.matching import matches
from engine.judge.outcome import Finding
from engine.record.model import EventRecord
from engine.record.timeline import Timeline
from engine.report.wording import day

NARROWEST = 24
"""So many columns the axis has at least."""

LABELS = 26
"""So many columns the labels take at most."""

NUMBERS = "123456789abcdefghijklmnopqrstuvwxyz"
"""What events are called on the axis, in their order; those beyond are called by a dot."""


class Signs(NamedTuple):
    """What a drawing is made of."""

    start: str
    open: str
    over: str
    event: str
    due: str
    closed: str
    several: str
    beyond: str
    axis: str
    now: str


BOXES = Signs("├", "─", "═", "●", "┃", "■", "╋", "▶", "┄", "▲")
ASCII = Signs("[", "-", "=", "*", "|", "#", "+", ">", ".", "^")

SAYS = {
    "start": "start",
    "open": "open, in time",
    "over": "overdue",
    "event": "an event that counts",
    "due": "due date",
    "closed": "the case closed, or the matter ended",
    "several": "several of these at once",
    "beyond": "due later than is drawn",
    "now": "as at",
}
"""The legend."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a drawing, with the outcome of the finding that it is about, if it is about one."""

    text: str
    finding: Finding | None = None


class Drawing:
    """One timeline with some findings about it.

    Args:
        timeline: the case as it is seen.
        findings: of these instances lines are drawn, in this order.
        rulebook: whose words say what closes a timeline, and whose duties what ends a matter.
        width: how many columns there are.
        signs: what it is drawn with.
    """

    def __init__(
        self, timeline: Timeline, findings: Sequence[Finding], rulebook: Rulebook, width: int, signs: Signs
    ) -> None:
        self.timeline, self.findings, self.rulebook, self.signs = timeline, findings, rulebook, signs
        self.events: list[EventRecord] = timeline.events(word.name for word in rulebook.dictionary.events)
        as_at = timeline.view.as_at
        days = [event.happened for event in self.events] + [finding.start for finding in findings]
        self.first = min([*days, as_at])
        seen = (as_at - self.first).days
        farthest = as_at + timedelta(days=min(max(2 * seen, 60), (date.max - as_at).days))
        dues = [finding.due for finding in findings if finding.due is not None]
        self.last = max([as_at, *(due for due in dues if due <= farthest)])
        self.labels = [self._label(finding) for finding in findings]
        self.margin = max((len(label) for label in [*self.labels, "events"]), default=0) + 2
        self.width = max(width - self.margin - 1, NARROWEST)

    def lines(self) -> Iterator[Line]:
        """The axis, the events, each instance, the day that it is seen from, and the legend."""
        yield Line(self._row("", self._dates()))
        yield Line(self._row("events", self._numbers()))
        used = {"now"}
        for label, finding in zip(self.labels, self.findings, strict=True):
            cells, signs = self._instance(finding)
            used |= signs
            yield Line(self._row(label, cells), finding)
        now = [" "] * self.width
        now[self._column(self.timeline.view.as_at)] = self.signs.now
        yield Line(self._row("", now))
        known = self.signs._asdict()
        yield Line("   ".join(f"{known[name]} {says}" for name, says in SAYS.items() if name in used))

    def listed(self) -> Iterator[str]:
        """The events by the numbers that they have on the axis: `1  4 March 2025  case accepted (accepted)`."""
        for number, event in zip(self._names(), self.events, strict=True):
            about = [target for kind, target in event.links if target != self.timeline.root.id and kind != "by"]
            whom = f": {', '.join(dict.fromkeys(about))}" if about else ""
            yield f"{number}  {day(event.happened)}  {words(event.type)}{whom} ({event.id})"

    def _names(self) -> list[str]:
        return [NUMBERS[place] if place < len(NUMBERS) else "." for place in range(len(self.events))]

    def _label(self, finding: Finding) -> str:
        label = f"{finding.duty} {finding.subject}"
        per = finding.instance.split("/")[4:]
        label += f" {per[0]}" if per else ""
        return label if len(label) <= LABELS else f"{label[: LABELS - 2]}.."

    def _row(self, label: str, cells: Iterable[str]) -> str:
        return f"{label:<{self.margin}}{''.join(cells)}".rstrip()

    def _column(self, on: date) -> int:
        span = (self.last - self.first).days
        place = (min(max(on, self.first), self.last) - self.first).days
        return round(place * (self.width - 1) / span) if span else 0

    def _dates(self) -> list[str]:
        """The days along the axis, as many as there is room for: the first, the one it is seen from, the last, and between."""
        cells = [self.signs.axis] * self.width
        span = (self.last - self.first).days
        between = [self.first + timedelta(days=span * part // 4) for part in (2, 1, 3)]
        for on in [self.first, self.timeline.view.as_at, self.last, *between]:
            text = f"{on.day} {on:%b %Y}"
            at = min(self._column(on), self.width - len(text))
            room = cells[max(at - 1, 0) : at + len(text) + 1]
            if at >= 0 and all(cell == self.signs.axis for cell in room):
                cells[at : at + len(text)] = list(text)
        return cells

    def _numbers(self) -> list[str]:
        cells = [" "] * self.width
        for number, event in zip(self._names(), self.events, strict=True):
            column = self._column(event.happened)
            cells[column] = number if cells[column] == " " else self.signs.several
        return cells

    def _instance(self, finding: Finding) -> tuple[list[str], set[str]]:
        """The line of one instance, and which signs are in it."""
        as_at, closed = self.timeline.view.as_at, self._closed(finding)
        names: list[set[str]] = [set() for _ in range(self.width)]
        start, due = self._column(finding.start), finding.due
        lapsed = finding.outcome == "lapsed"
        end = (closed if lapsed else finding.done) or as_at
        fill = [" "] * self.width
        for column in range(start, self._column(max(end, finding.start)) + 1):
            late = due is not None and column > self._column(due) and finding.outcome in ("breached", "late")
            fill[column] = "over" if late else "open"
        names[start].add("start")
        if due is not None:
            names[self._column(due)].add("due" if due <= self.last else "beyond")
        if closed is not None:
            names[self._column(closed)].add("closed")
        for event in finding.evidence[1:]:
            names[self._column(self.timeline.event(event).happened)].add("event")
        signs, used, cells = self.signs._asdict(), set(), []
        for at, here in zip(fill, names, strict=True):
            name = "several" if len(here) > 1 else next(iter(here), at)
            used |= {*here, name}
            cells.append(signs.get(name, " "))
        return cells, used

    def _closed(self, finding: Finding) -> date | None:
        """The first day on or after the start on which the case closed, or the matter ended otherwise."""
        closing = self.rulebook.dictionary.object[self.timeline.root.type].closed_by
        days = [event.happened for event in self.timeline.events([closing] if closing else [])]
        for duty in self._duties(finding):
            if duty.ends_with is not None:
                ending = self.timeline.events(duty.ends_with.events)
                days += [event.happened for event in ending if self._ends(duty, duty.ends_with, event, finding)]
        return min((on for on in days if on >= finding.start), default=None)

    @staticmethod
    def _ends(duty: Duty, pattern: Pattern, event: EventRecord, finding: Finding) -> bool:
        named = event.about(duty.for_each)
        return matches(pattern, event) is True and (not named or finding.subject in named)

    def _duties(self, finding: Finding) -> list[Duty]:
        """The version of the duty that the finding is of."""
        return [
            duty
            for duty in self.rulebook.duties
            if duty.id == finding.duty
            and duty.in_force <= finding.start
            and (duty.until is None or finding.start < duty.until)
        ]
