"""Pictures of an impact as SVG that can stand inside a page: of the numbers that may be shared, and of no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from engine.judge.difference import Move, Step
from engine.record.problem import harmless
from engine.report.impact_shared import Kind, Shared
from engine.report.pictures import MOST_TEAMS, ROW, figure, inline, svg_of
from engine.report.wording import NO_TEAM, day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS: dict[Move, str] = {
    "worse": "#b5420a",
    "newly_owed": "#e69f00",
    "other": "#8c8c8c",
    "due_date": "#7fc4ee",
    "no_longer_owed": "#007a5a",
    "better": "#0067a5",
    "same": "#d5d5d5",
}
_SEVERAL = "#cc79a7"
NOW, THEN = "#8c8c8c", "#0067a5"
"""The base and the candidate: told apart by lightness as well."""


class Bar(NamedTuple):
    """A row of a picture: its label, and parts of these lengths, each with the name that the legend gives it."""

    label: str
    parts: Mapping[str, int]


def steps_picture(numbers: Shared) -> str:
    """Bars: how many instances take which step from outcome to outcome. Empty where nothing moves."""
    rows = [row for row in numbers.steps if "same" not in row.kind.moves]
    bars = [Bar(step_label(row.steps), {row.kind.says: row.instances}) for row in rows]
    return _bars(bars, _colours(numbers.kinds), "From outcome to outcome", "impact-steps")


def shifts_picture(numbers: Shared) -> str:
    """Bars: how many due dates move, by how many days. Empty where none does, or nothing may be said of it."""
    same, other = (found or {} for found in numbers.shifts)
    names = dict.fromkeys([*same, *other])
    bars = [Bar(name, {"the same outcome": same.get(name, 0), "another outcome": other.get(name, 0)}) for name in names]
    colours = {"the same outcome": "#7fc4ee", "another outcome": "#b5420a"}
    return _bars(bars, colours, "Due dates that move", "impact-shifts")


def weeks_picture(numbers: Shared, names: tuple[str, str]) -> str:
    """Pairs of bars: what falls due in the weeks ahead, by each rulebook. Empty where nothing does."""
    weeks = [week for week in numbers.weeks if week.first]
    if not any(week.before or week.after for week in weeks):
        return ""
    labels = [f"from {day(week.first)}" for week in weeks if week.first]
    pairs = [(week.before, week.after) for week in weeks]

    def draw(axes: Axes) -> None:
        for side, (name, colour) in enumerate(zip(names, (NOW, THEN), strict=True)):
            places = [row + 0.4 * side - 0.2 for row in range(len(pairs))]
            axes.barh(places, [pair[side] for pair in pairs], height=0.36, color=colour, label=harmless(name, 40))
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.4, -0.6)

    told = "; ".join(
        f"{label}: {before:,} now, {after:,} then" for label, (before, after) in zip(labels, pairs, strict=True)
    )
    return _picture(draw, len(pairs) * 1.5, "Work that falls due in the weeks ahead", "impact-weeks", told)


def groups_picture(numbers: Shared, by: str) -> str:
    """Stacked bars: how many instances of each group move, as far as that may be shown. Empty where none may."""
    kinds = [kind for kind in numbers.kinds if "same" not in kind.moves]
    places = [numbers.kinds.index(kind) for kind in kinds]
    bars = []
    for name, counts in numbers.groups.rows.items():
        parts = {kind.says: counts[place] or 0 for kind, place in zip(kinds, places, strict=True)}
        if any(parts.values()):
            bars.append(Bar(name or NO_TEAM, parts))
    bars.sort(key=lambda bar: -sum(bar.parts.values()))
    return _bars(bars[:MOST_TEAMS], _colours(kinds), f"What moves, by {by}", "impact-groups")


def step_label(steps: Sequence[Step]) -> str:
    """The step in a few words: `met → late`; several: how many they are."""
    if len(steps) != 1:
        return f"{len(steps)} rarer steps"
    before, after, due_moved = steps[0]
    if before == after:
        return f"{before}, {'another' if due_moved else 'the same'} due date"
    return f"{before or 'not owed'} → {after or 'not owed'}"


def _colours(kinds: Sequence[Kind]) -> dict[str, str]:
    return {kind.says: _COLOURS[kind.moves[0]] if len(kind.moves) == 1 else _SEVERAL for kind in kinds}


def _bars(bars: Sequence[Bar], colours: Mapping[str, str], title: str, name: str) -> str:
    if not any(sum(bar.parts.values()) for bar in bars):
        return ""

    def draw(axes: Axes) -> None:
        left = [0] * len(bars)
        for part, colour in colours.items():
            lengths = [bar.parts.get(part, 0) for bar in bars]
            if any(lengths):
                axes.barh(range(len(bars)), lengths, left=left, height=0.72, color=colour, edgecolor="white",
                          linewidth=0.6, label=part)  # fmt: skip
            left = [start + length for start, length in zip(left, lengths, strict=True)]
        axes.set_yticks(range(len(bars)), [harmless(bar.label, 36) for bar in bars])
        axes.set_ylim(len(bars) - 0.4, -0.6)

    told = "; ".join(
        f"{bar.label}: {', '.join(f'{length:,} {part}' for part, length in bar.parts.items() if length)}"
        for bar in bars[:12]
    )
    return _picture(draw, len(bars), title, name, told)


def _picture(draw: Callable[[Axes], None], rows: float, title: str, name: str, told: str) -> str:
    """The drawing with its axes, its legend and what is read out of it."""
    from matplotlib.ticker import MaxNLocator

    with figure(name, 1.3 + ROW * rows) as drawn:
        axes = drawn.add_subplot()
        draw(axes)
        axes.set_xlabel("instances")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
        axes.set_axisbelow(True)
        drawn.legend(loc="outside upper center", ncols=2, frameon=False)
        svg = svg_of(drawn)
    return inline(svg, name, title, f"{told}. The table has every number that may be shown.")
