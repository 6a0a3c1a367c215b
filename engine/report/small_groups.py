"""Numbers about so few people that they would tell who is meant are left out, and cannot be worked out from the others.

A table is cells with counts and with whom each is about, and sums: cells that add up to another. A cell about one to four
people is withheld. So are as many others as it takes that no sum gives it away, nor the count of a few people together.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

FEWEST = 5
"""People whom a number must be about at least to be shown."""

Key = TypeVar("Key", bound=Hashable)


class Cell(NamedTuple):
    """A number, and whom it is about (`""`: somebody whom the record does not name)."""

    size: int
    people: frozenset[str]


NOTHING = Cell(0, frozenset())

Sum = tuple[Key, Sequence[Key]]
"""A cell that is a total, and its parts."""


def shown(cells: Mapping[Key, Cell], sums: Sequence[Sum[Key]]) -> dict[Key, int | None]:
    """The numbers that may be shown; None for those withheld.

    That nobody is meant (a count of nothing) is shown: it is about nobody.
    """
    small = {key for key, cell in cells.items() if 0 < len(cell.people) < FEWEST}
    hidden = set(small)
    every = [[total, *parts] for total, parts in sums]
    while (giving := _gives_away(cells, sums, small, hidden)) is not None:
        if not _hide_one(cells, [giving], hidden) and not _hide_one(cells, every, hidden):
            hidden = set(cells)
    # What turned out not to be needed is shown after all, the most people first.
    spared = [key for key in cells if key in hidden and key not in small]
    for key in sorted(spared, key=lambda key: -len(cells[key].people)):
        if _gives_away(cells, sums, small, hidden - {key}) is None:
            hidden.discard(key)
    return {key: None if key in hidden else cell.size for key, cell in cells.items()}


def _hide_one(cells: Mapping[Key, Cell], lines: Sequence[Sequence[Key]], hidden: set[Key]) -> bool:
    """Withhold one more cell of these sums, the total of each first; whether there was one left.

    First what is least missed: a part with the fewest people, then a total, then a count of nothing.
    """
    lines = [line for line in lines if hidden.intersection(line)]
    totals = {line[0] for line in lines}
    left = list(dict.fromkeys(key for line in lines for key in line if key not in hidden))
    left.sort(key=lambda key: (not cells[key].size, key in totals, len(cells[key].people), cells[key].size))
    hidden.update(left[:1])
    return bool(left)


def _gives_away(
    cells: Mapping[Key, Cell], sums: Sequence[Sum[Key]], small: set[Key], hidden: set[Key]
) -> list[Key] | None:
    """A sum, the total first, by which somebody could work out what is withheld; None when there is none."""
    if hidden >= set(cells):
        return None
    known = _worked_out(sums, hidden)
    for total, parts in sums:
        line = [total, *parts]
        if any(key in known and key in small for key in line):
            return line
        unknown = [key for key in parts if key in hidden and key not in known]
        if not unknown or (total in hidden and total not in known):
            continue
        together = frozenset().union(*(cells[key].people for key in unknown))
        # Each that is withheld for its own sake counts one at least: where nothing is left over, each counts one.
        pinned = all(cells[key].size == 1 for key in unknown)
        if small.intersection(unknown) and (0 < len(together) < FEWEST or pinned):
            return line
    return None


def _worked_out(sums: Sequence[Sum[Key]], hidden: set[Key]) -> set[Key]:
    """Which of the withheld cells follow from those shown, by adding and subtracting."""
    unknown = list(hidden)
    rows = []
    for total, parts in sums:
        row = [Fraction((key in parts) - (key == total)) for key in unknown]
        if any(row):
            rows.append(row)
    place = 0
    for column in range(len(unknown)):
        pivot = next((n for n in range(place, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][column] for value in rows[place]]
        for n, row in enumerate(rows):
            if n != place and row[column]:
                rows[n] = [value - row[column] * lead for value, lead in zip(row, rows[place], strict=True)]
        place += 1
    alone = [row for row in rows if sum(map(bool, row)) == 1]
    return {unknown[next(n for n, value in enumerate(row) if value)] for row in alone}
