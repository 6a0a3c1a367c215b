"""A timeline of which two rulebooks say different things: looked for, smallest first, within a bound that is stated.

Timelines are put together from the pieces of `engine.policy.comparison.pieces` on the days that matter: the start, around both due
dates, around the day on which a version begins. After the smallest ones come the clause's examples, moved to those days.
What is found is shrunk. That nothing was found proves nothing beyond the bound; that something was is certain, because
the case judge has judged it by both rulebooks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from engine.duty.language import Anniversary, NoOpenBreach
from engine.duty.rulebook import Edition, Rulebook
from engine.judge.case_judge import CaseJudge
from engine.judge.outcome import Finding
from engine.policy.comparison.moves import Direction, Move, moves
from engine.policy.comparison.pieces import JUDGE, Entry, Piece, Pieces, Stage
from engine.policy.comparison.shrinking import shrunk
from engine.policy.comparison.stretches import Stretch
from engine.record.calendar import birthday
from engine.record.casefile import build_case
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import RecordProblem
from engine.record.timeline import View

DAY = timedelta(days=1)
MOST_EVENTS = 4
MOST_TRIED = 2_500
"""Timelines tried for one duty: two or three seconds."""

MOST_BEFORE = 400
"""Of those that start before anything should move."""

LONG_AGO, NOT_LONG = timedelta(days=730), timedelta(days=60)

LONG_BEFORE = timedelta(days=200)
"""How long before the start of a duty about outcomes another duty starts, so that it stands broken by then."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A record, the day it is looked at from, and what two rulebooks say differently of it."""

    case: CaseRecord
    as_at: date
    move: Move


@dataclass(slots=True)
class Found:
    """What came of a search: a witness for each direction, how much was tried, and how early anything moved.

    `ended`: everything within the bound was tried, or a witness was found for worse and for better. `days` is the longest
    time between a timeline's first event and the day it was looked at from. `unjudged` timelines failed in some judge.
    """

    witnesses: dict[Direction, Witness] = field(default_factory=dict)
    tried: int = 0
    unjudged: int = 0
    events: int = 0
    days: int = 0
    ended: bool = False
    earliest: Witness | None = None
    before: Witness | None = None


class _Plan(NamedTuple):
    """A start: the day, the event that makes it, the stage, and the due dates that it has when nothing else happens."""

    start: date
    piece: Piece
    stage: Stage
    dues: tuple[date, ...]


class Search:
    """Looks for timelines that one duty of two rulebooks judges differently.

    `found` is how the two differ by the day of the start. Where they have differed for years, timelines start not long
    before `near`, so that they are of a time that people remember.
    """

    def __init__(
        self, old: Rulebook, new: Rulebook, words: Dictionary, duty: str, found: Sequence[Stretch], near: date
    ) -> None:
        self.words, self.stretches, self.near = words, found, near
        self.judges = [
            CaseJudge(book, only=[duty]) if any(one.id == duty for one in book.duties) else None for book in (old, new)
        ]
        self.old: list[Edition] = [one.old for one in found if one.old]
        self.new: list[Edition] = [one.new for one in found if one.new]
        self.pieces = Pieces(self.old, self.new, words)
        self.events = self.pieces.events() + self._resting(old, new)
        self.found = Found()

    def run(self, seeds: Iterable[tuple[CaseRecord, date]] = ()) -> Found:
        """Everything within the bound, smallest first, until there is a witness for worse and one for better."""
        found, starts = self.found, list(self._starts())
        for case, as_at in itertools.chain(self._small(starts), self._seeded(starts, seeds), self._large(starts)):
            if found.tried >= MOST_TRIED:
                break
            self._try(case, as_at)
            if {"worse", "better"} <= set(found.witnesses):
                break
        else:
            found.ended = True
        if found.witnesses.keys() >= {"worse", "better"}:
            found.ended = True
        self._look_before()
        found.witnesses = {direction: self._shrunk(one) for direction, one in found.witnesses.items()}
        found.earliest = found.earliest and self._shrunk(found.earliest)
        found.before = found.before and self._shrunk(found.before)
        return found

    # --- judging -----------------------------------------------------------------------------------------------------

    def _judged(self, case: CaseRecord, as_at: date) -> tuple[Sequence[Finding], Sequence[Finding]] | None:
        """What each rulebook says; None when a judge failed."""
        sides: list[Sequence[Finding]] = []
        for judge in self.judges:
            judged = judge.judge(case, View(as_at)) if judge else None
            if judged is not None and judged.faults:
                return None
            sides.append(judged.findings if judged else ())
        return sides[0], sides[1]

    def _moves(self, case: CaseRecord, as_at: date) -> list[Move]:
        judged = self._judged(case, as_at)
        if judged is None:
            self.found.unjudged += 1
            return []
        return moves(*judged)

    def _try(self, case: CaseRecord, as_at: date) -> list[Move]:
        found = self.found
        found.tried += 1
        found.events = max(found.events, len(case.events))
        first = min((event.happened for event in case.events), default=as_at)
        found.days = max(found.days, (as_at - first).days)
        moved = self._moves(case, as_at)
        for move in moved:
            found.witnesses.setdefault(move.direction, Witness(case, as_at, move))
            if found.earliest is None or move.start < found.earliest.move.start:
                found.earliest = Witness(case, as_at, move)
        return moved

    def _shrunk(self, witness: Witness) -> Witness:
        """The witness with everything left out that it does without: the same move stays."""

        def still(case: CaseRecord) -> bool:
            return self._same(witness, case) is not None

        smaller = shrunk(witness.case, self.words, still)
        move = self._same(witness, smaller) or witness.move
        dues = [due for due in (move.due_before, move.due_after) if due is not None]
        days = {witness.as_at, *dues, *(due + DAY for due in dues)}
        seen = [Witness(smaller, day, move) for day in sorted(days) if day >= max(e.happened for e in smaller.events)]
        same = [Witness(one.case, one.as_at, again) for one in seen if (again := self._same(one, smaller)) is not None]
        # The plainest day to look from is the one on which the two say the most different things; else the first.
        return max(same, key=lambda one: abs(one.move.change), default=Witness(smaller, witness.as_at, move))

    def _same(self, witness: Witness, case: CaseRecord) -> Move | None:
        """The move in the same direction, of something that started on the same day."""
        wanted = (witness.move.direction, witness.move.start)
        return next((move for move in self._moves(case, witness.as_at) if (move.direction, move.start) == wanted), None)

    # --- where it starts ---------------------------------------------------------------------------------------------

    def _starts(self) -> Iterator[date]:
        """Days of starts that may move: some weekday soon after a change, and its first and last day."""
        moving = [stretch for stretch in self.stretches if stretch.moves]
        chosen = moving if len(moving) <= 4 else [moving[0], *moving[-3:]]
        for stretch in chosen:
            since = stretch.since
            if since < self.near - LONG_AGO and (stretch.until is None or stretch.until > self.near):
                since = self.near - NOT_LONG
            usual = since + DAY * ((1 - since.weekday()) % 7)  # a Tuesday
            yield usual if stretch.until is None or usual < stretch.until else stretch.since
        for stretch in chosen:
            yield stretch.since
            if stretch.until:
                yield stretch.until - DAY

    def _before(self) -> Iterator[date]:
        """The last days before a change on which nothing that starts should move."""
        for stretch in self.stretches:
            if not stretch.moves and stretch.until is not None:
                yield stretch.until - DAY

    def _look_before(self) -> None:
        for start in self._before():
            timelines = itertools.chain(self._judged_twice(start), self._small([start]), self._large([start]))
            for case, as_at in itertools.islice(timelines, MOST_BEFORE):
                moved = [move for move in self._try(case, as_at) if move.start <= start]
                if moved:
                    self.found.before = Witness(case, as_at, moved[0])
                    return

    def _judged_twice(self, start: date) -> Iterator[tuple[CaseRecord, date]]:
        """Work on the last day before a change and on its first, both judged afterwards, first so and then otherwise.

        A judgement is first of all of the work that came last before it: where a change takes the second start away, the
        last judgement is of the first.
        """
        judging = [piece for piece in self.events if any(entry.get("by") == JUDGE for entry in piece.entries)]
        if not judging:
            return
        working = [piece for piece in self.events if not piece.starts and piece not in judging][:1]
        for plan in self._live(list(self._plans([start])))[:12]:
            for first, last in itertools.permutations(judging[:2], 2):
                both = [(plan.piece, start + DAY), (first, start + 2 * DAY), (last, start + 3 * DAY)]
                done = [(piece, day) for piece in working for day in (start, start + DAY)]
                for more in (both, [*both, *done]):
                    yield from self._placed(plan, more, [start + 4 * DAY])

    # --- timelines ---------------------------------------------------------------------------------------------------

    def _small(self, starts: Sequence[date]) -> Iterator[tuple[CaseRecord, date]]:
        """The start alone, and with one thing more."""
        for plan in (plans := list(self._plans(starts))):
            yield from self._placed(plan, (), self._looked_at(plan, every=True))
        for plan in self._live(plans)[:12]:
            for placed in self._placings(plan):
                yield from self._placed(plan, (placed,), self._looked_at(plan, (placed,), every=True))

    def _large(self, starts: Sequence[date]) -> Iterator[tuple[CaseRecord, date]]:
        """The start with two or three things more."""
        plans = self._live(list(self._plans(starts)))[:4]
        for more in range(2, MOST_EVENTS):
            for plan in plans:
                for several in itertools.combinations(list(self._placings(plan)), more):
                    yield from self._placed(plan, several, self._looked_at(plan, several, every=False))

    def _plans(self, starts: Iterable[date]) -> Iterator[_Plan]:
        """Every start on its own, with the due dates that it has by either rulebook."""
        starting = [piece for piece in self.events if piece.starts]
        for start, piece, stage in itertools.product(starts, starting, self.pieces.stages()):
            for around in self._aged(stage, start):
                plan = _Plan(start, piece, around, ())
                seen = start + 8 * DAY if stage.late else start
                judged = next((self._judged(case, seen) for case, _ in self._placed(plan, (), [seen])), None)
                dues = {finding.due for side in judged or () for finding in side if finding.due}
                yield plan._replace(dues=tuple(sorted(dues)))

    def _live(self, plans: list[_Plan]) -> list[_Plan]:
        """Those that start something that can be judged first; one for each start and stage when none does."""
        return sorted(plans, key=lambda plan: not plan.dues)

    def _aged(self, stage: Stage, start: date) -> Iterator[Stage]:
        """The stage with dates that put each anniversary some weeks after the start."""
        found = [stage]
        for edition in (*self.new, *self.old):
            deadline = edition.duty.deadline
            if isinstance(deadline, Anniversary) and edition.span:
                owner = self.pieces.subject if deadline.of == self.pieces.main.for_each else Pieces.name(deadline.of)
                born = birthday(start + 30 * DAY, -edition.span[0])
                if owner in stage.objects:
                    dated = {**stage.objects[owner], deadline.attribute: born}
                    found.append(replace(stage, objects={**stage.objects, owner: dated}))
        return iter(found if len(found) == 1 else found[1:])

    def _days(self, plan: _Plan) -> list[date]:
        start = plan.start
        if not plan.dues:
            return [start, start + 7 * DAY, start + DAY, start + 8 * DAY, start - DAY]
        around = [day for due in plan.dues for day in (due, due + DAY, due - DAY)]
        return list(dict.fromkeys([start, *around, start + DAY, start - DAY]))

    def _placings(self, plan: _Plan) -> Iterator[tuple[Piece, date]]:
        for piece in self.events:
            days = [plan.start - LONG_BEFORE] if piece.long_before else self._days(plan)
            yield from ((piece, day) for day in days)

    def _looked_at(self, plan: _Plan, placed: Sequence[tuple[Piece, date]] = (), *, every: bool) -> list[date]:
        """The days to look from: where something falls due or has just done so, and after everything."""
        last = max([plan.start, *(day for _, day in placed)])
        days = {last, last + DAY} | {due + DAY for due in plan.dues}
        if every:
            days |= set(plan.dues)
        for piece, day in placed:
            if any(entry.get("by") == JUDGE for entry in piece.entries):
                calendar = self.judges[-1] or self.judges[0]
                assert calendar is not None  # noqa: S101 - the duty is in one of the two
                spans = {edition.valid_for for edition in (*self.old, *self.new) if edition.valid_for}
                ends = {calendar.rulebook.calendar.after(day, *span) for span in spans}
                days |= ends | {end + DAY for end in ends}
        if len(set(plan.dues)) < 2 and not every:
            days = {max(days)} | {day for day in days if day > max([last + DAY, *(due + DAY for due in plan.dues)])}
        return sorted(day for day in days if day >= plan.start)

    def _placed(
        self, plan: _Plan, more: Sequence[tuple[Piece, date]], looked_at: Iterable[date]
    ) -> Iterator[tuple[CaseRecord, date]]:
        """The record, once for each day to look from; nothing where it would not be well formed."""
        entries: list[Entry] = []
        for piece, day in sorted([(plan.piece, plan.start), *more], key=lambda one: one[1]):
            for entry in piece.entries:
                entries.append({"date": day, **dict.fromkeys(piece.dated, day + 7 * DAY), **entry})
        objects = {**self.pieces.mentioned(entries), **plan.stage.objects}
        if plan.stage.late:
            objects[self.pieces.subject] = {**objects[self.pieces.subject], "joined": plan.start + 7 * DAY}
        root = {"id": "C-1", **plan.stage.root}
        content = {self.pieces.root: root, "objects": objects, "timeline": entries}
        try:
            case = build_case(content, self.words, "a timeline")
        except RecordProblem:
            return
        for day in looked_at:
            yield case, day

    def _seeded(
        self, starts: Sequence[date], seeds: Iterable[tuple[CaseRecord, date]]
    ) -> Iterator[tuple[CaseRecord, date]]:
        """Whole timelines, such as examples, moved so that what they start does so on one of the days."""
        for case, as_at in seeds:
            judged = self._judged(case, as_at)
            found = [finding for side in judged or () for finding in side]
            for finding, start in itertools.product(found[:2], starts[:2]):
                shift = start - finding.start
                later = {due + shift + late for due in {one.due for one in found if one.due} for late in (0 * DAY, DAY)}
                moved = _moved(case, shift)
                for day in sorted({as_at + shift} | later):
                    yield moved, day

    def _resting(self, old: Rulebook, new: Rulebook) -> list[Piece]:
        """For a duty about outcomes: the start of some other duty that only one version looks at, and of some that both do."""
        musts = [
            [one.duty.must for one in side if isinstance(one.duty.must, NoOpenBreach)] for side in (self.old, self.new)
        ]
        found: list[tuple[bool, Piece]] = []
        for edition in (*new.editions(), *old.editions()):
            looks = [any(must.looks_at(edition.duty) for must in side) for side in musts]
            if any(looks) and edition.span and edition.duty.must.form == "happen":
                other = Pieces([edition], [edition], self.words)
                first = next((piece for piece in other.events() if piece.starts), None)
                if first is not None and other.root == self.pieces.root:
                    found.append((looks[0] == looks[1], Piece(first.entries, dated=first.dated, long_before=True)))
        return [piece for _, piece in sorted(found, key=lambda one: one[0])][:4]


def _moved(case: CaseRecord, shift: timedelta) -> CaseRecord:
    """The record with every day of an event, and of a link, moved by so much."""
    events = tuple(
        event.model_copy(
            update={
                "happened": event.happened + shift,
                "recorded": event.recorded + shift,
                "attributes": {
                    name: value + shift if isinstance(value, date) else value
                    for name, value in event.attributes.items()
                },
            }
        )
        for event in case.events
    )
    links = tuple(
        link.model_copy(
            update={
                "happened": link.happened and link.happened + shift,
                "recorded": link.recorded and link.recorded + shift,
            }
        )
        for link in case.links
    )
    return case.model_copy(update={"events": events, "links": links})
