"""The numbers of an impact that may be shared: none is about fewer than five, nor can such a number be worked out.

An instance that moves is in one cell of a table: how it moves, crossed with its group (or its duty, or its outcomes).
A cell about one to four cases is not shown; it is counted together with others, the next smallest ones if need be, until
what they come to is about five. Every number shown is a sum of such cells that lie apart from one another, and no total
is shown beside its parts unless it is just their sum: so adding and subtracting gives nothing smaller. What does not move
is a cell like the others: a group's total would give away what is left of it. Nobody (0) is shown: it is about nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import date
from typing import NamedTuple, TypeVar

from engine.judge.difference import MOVES, Count, Impact, Move, Step, Week
from engine.report.small_groups import FEWEST

Key = TypeVar("Key", bound=Hashable)

BUCKETS: dict[str, tuple[int, int]] = {
    "more than 4 weeks earlier": (-99_999, -29),
    "15 to 28 days earlier": (-28, -15),
    "8 to 14 days earlier": (-14, -8),
    "1 to 7 days earlier": (-7, -1),
    "1 to 7 days later": (1, 7),
    "8 to 14 days later": (8, 14),
    "15 to 28 days later": (15, 28),
    "more than 4 weeks later": (29, 99_999),
}
"""By how many days a due date moves."""


class Kind(NamedTuple):
    """One way to move, or several that are counted together because few move so."""

    moves: tuple[Move, ...]
    instances: int

    @property
    def says(self) -> str:
        """The kind in words: what becomes of an instance."""
        return "; or ".join(MOVES[move] for move in self.moves)


class StepShown(NamedTuple):
    """So many instances of that kind take these steps: one, or several that are counted together."""

    kind: Kind
    steps: tuple[Step, ...]
    instances: int


class GroupTable(NamedTuple):
    """How many instances of each group move in each kind of way, in the order of `kinds`: None for a number that is
    withheld. `together` is what the withheld ones of that kind come to, over all groups; None where none is.
    """  # fmt: skip

    rows: dict[str, tuple[int | None, ...]]
    together: tuple[int | None, ...]


class WeekShown(NamedTuple):
    """Work still due that falls due from the first to the last day, by each rulebook; without days: later, or some day."""

    first: date | None
    last: date | None
    before: int
    after: int


class Shared(NamedTuple):
    """What may be shared of an impact. `shifts` are due dates moved, by bucket: with the same outcome, and with another;
    None where they would give something away. `few`: so few move that nothing is said of how.
    """  # fmt: skip

    kinds: tuple[Kind, ...]
    steps: tuple[StepShown, ...]
    groups: GroupTable
    duties: GroupTable
    weeks: tuple[WeekShown, ...]
    shifts: tuple[dict[str, int] | None, dict[str, int] | None]
    few: bool


def shared(impact: Impact) -> Shared:
    """The numbers of that impact that may be shared."""
    if too_few(_sum(impact.steps.values(), apart=False)):
        nothing = GroupTable({}, ())
        return Shared((), (), nothing, nothing, (), (None, None), few=True)
    kinds = _kinds(impact.steps)
    return Shared(
        kinds=kinds,
        steps=tuple(row for kind in kinds for row in _steps(kind, impact.steps)),
        groups=_table(impact.groups, kinds, apart=True),
        duties=_table(impact.duties, kinds, apart=False),
        weeks=_weeks(impact.weeks),
        shifts=(_shifts(impact, kinds, alone=True), _shifts(impact, kinds, alone=False)),
        few=any("same" in kind.moves and len(kind.moves) > 1 for kind in kinds),
    )


def too_few(count: Count) -> bool:
    """Whether that is about somebody, and about fewer than five."""
    return count.instances > 0 and count.cases < FEWEST


def _sum(counts: Iterable[Count], *, apart: bool) -> Count:
    """Several counts together. Unless their cases lie apart, there may be no more cases than in the largest of them."""
    some = list(counts)
    cases = [count.cases for count in some]
    return Count(sum(count.instances for count in some), sum(cases) if apart else max(cases, default=0))


def hidden(cells: Mapping[Key, Count], *, apart: bool, last: Collection[object] = ()) -> set[Key]:
    """The cells that are shown only together: those about too few, and as many of the next smallest as it takes.

    `apart`: no case is in two cells. `last`: cells that are taken only when there is no other.
    """
    found = {key for key, count in cells.items() if too_few(count)}
    others = sorted(
        (key for key, count in cells.items() if count.instances and key not in found),
        key=lambda key: (key in last, cells[key].cases, cells[key].instances),
    )
    for key in others:
        if not found or (len(found) > 1 and not too_few(_sum((cells[one] for one in found), apart=apart))):
            break
        found.add(key)
    return found


def _kinds(steps: Mapping[Step, Count]) -> tuple[Kind, ...]:
    counts = {move: _sum((count for step, count in steps.items() if step.move == move), apart=False) for move in MOVES}
    together = tuple(sorted(hidden(counts, apart=False, last=["same"]), key=list(MOVES).index))
    found = [Kind((move,), counts[move].instances) for move in MOVES if move not in together]
    if together:
        found.append(Kind(together, sum(counts[move].instances for move in together)))
    return tuple(found)


def _steps(kind: Kind, steps: Mapping[Step, Count]) -> list[StepShown]:
    cells = {step: count for step, count in steps.items() if step.move in kind.moves}
    if not cells:
        return []
    together = hidden(cells, apart=False) if len(kind.moves) == 1 else set(cells)
    found = [StepShown(kind, (step,), count.instances) for step, count in cells.items() if step not in together]
    found.sort(key=lambda row: -row.instances)
    if together:
        found.append(StepShown(kind, tuple(sorted(together, key=str)), sum(cells[one].instances for one in together)))
    return found


def _table(groups: Mapping[str, Mapping[Move, Count]], kinds: Iterable[Kind], *, apart: bool) -> GroupTable:
    rows: dict[str, list[int | None]] = {group: [] for group in groups}
    sums: list[int | None] = []
    for kind in kinds:
        cells = {group: _sum((moves[move] for move in kind.moves), apart=False) for group, moves in groups.items()}
        together = hidden(cells, apart=apart)
        for group, count in cells.items():
            rows[group].append(None if group in together else count.instances)
        sums.append(sum(cells[group].instances for group in together) if together else None)
    return GroupTable({group: tuple(row) for group, row in rows.items()}, tuple(sums))


def _weeks(weeks: Iterable[Week]) -> tuple[WeekShown, ...]:
    """The weeks, neighbours put together where one has too few, before or after, or too few more or less than before."""

    def joined(several: list[Week]) -> Week:
        counts = (_sum((getattr(week, side) for week in several), apart=False) for side in ("before", "after"))
        return Week(several[0].first, several[-1].last, *counts)

    def fine(week: Week) -> bool:
        more = abs(week.after.instances - week.before.instances)
        return not (too_few(week.before) or too_few(week.after) or 0 < more < FEWEST)

    found: list[list[Week]] = []
    for week in weeks:
        if found and not fine(joined(found[-1])):
            found[-1].append(week)
        else:
            found.append([week])
    while len(found) > 1 and not fine(joined(found[-1])):
        last = found.pop()
        found[-1] += last
    if not found or not fine(joined(found[-1])):
        return ()
    return tuple(
        WeekShown(week.first, week.last, week.before.instances, week.after.instances) for week in map(joined, found)
    )


def _shifts(impact: Impact, kinds: Iterable[Kind], *, alone: bool) -> dict[str, int] | None:
    """Due dates moved, by bucket; None where those that move without one would be too few, or could be worked out."""
    wanted: tuple[Move, ...] = ("due_date",) if alone else ("worse", "better", "other")
    shown = [kind for kind in kinds if set(kind.moves) & set(wanted)]
    if any(len(kind.moves) > 1 for kind in shown):
        return None
    here = [shift for shift in impact.shifts if shift.alone == alone]
    rest = sum(kind.instances for kind in shown) - sum(shift.counted.instances for shift in here)
    if 0 < rest < FEWEST:
        return None
    cells = {
        name: _sum((shift.counted for shift in here if first <= shift.days <= last), apart=False)
        for name, (first, last) in BUCKETS.items()
    }
    together = hidden(cells, apart=False)
    if too_few(_sum((cells[name] for name in together), apart=False)):
        return None
    found = {name: count.instances for name, count in cells.items() if name not in together and count.instances}
    if together:
        found["by other numbers of days"] = sum(cells[name].instances for name in together)
    return found
