"""Pictures of a night as SVG that can stand inside a page: no outside address, no script, the same bytes for the same night.

matplotlib is imported when the first picture is drawn: it takes longer than everything else on the page.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from engine.judge.outcome import Outcome
from engine.ledger.tally import Group
from engine.record.problem import harmless
from engine.report.wording import NO_TEAM, WORST_FIRST

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS: dict[Outcome, str] = {
    "breached": "#b5420a",
    "late": "#e69f00",
    "undetermined": "#8c8c8c",
    "unjudged": "#cc79a7",
    "due": "#7fc4ee",
    "met": "#0067a5",
    "excused": "#007a5a",
    "lapsed": "#d5d5d5",
}
"""After Okabe and Ito: told apart by those who see no red, no green or no blue, and by lightness."""

MOST_TEAMS = 60
"""Teams that are drawn; the table beside the picture has them all."""

SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a team may be called $x$
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}
"""How every picture looks."""

_WIDTH, _ROW = 7.2, 0.3


def by_standard(groups: Sequence[Group]) -> str:
    """Stacked bars, one for each Standard that applied to anybody: the share of each outcome. Empty without any."""
    shown = [group for group in groups if sum(group.outcomes.values())]
    return _bars(shown, WORST_FIRST, "Outcomes by Standard", "by-standard", legend_columns=4)


def by_team(groups: Sequence[Group]) -> str:
    """Bars, worst first: the share of each team's instances that is breached, and that is late. Empty without any."""
    return _bars(
        worst_teams(groups)[:MOST_TEAMS], ("breached", "late"), "Breached and late by team", "by-team", legend_columns=2
    )


def worst_teams(groups: Sequence[Group]) -> list[Group]:
    """The teams that have instances, the greatest share of breached and late ones first."""
    shown = [group for group in groups if sum(group.outcomes.values())]
    return sorted(shown, key=lambda group: (-bad_share(group), group.name))


def bad_share(group: Group) -> float:
    """The share of a group's instances that is breached or late, from 0 to 1."""
    return (group.outcomes["breached"] + group.outcomes["late"]) / (sum(group.outcomes.values()) or 1)


def _bars(groups: Sequence[Group], outcomes: Sequence[Outcome], title: str, name: str, legend_columns: int) -> str:
    if not groups:
        return ""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({**SETTINGS, "svg.hashsalt": name}), warnings.catch_warnings():
        # A letter that matplotlib's own font lacks is drawn by the reader's.
        warnings.filterwarnings("ignore", message="Glyph")
        figure = Figure(figsize=(_WIDTH, 1.2 + _ROW * len(groups)), layout="constrained")
        _draw(figure.add_subplot(), groups, outcomes)
        figure.legend(loc="outside upper center", ncols=legend_columns, frameon=False)
        svg = svg_of(figure)
    worst = "; ".join(
        f"{_label(group)}: "
        + ", ".join(f"{100 * group.outcomes[each] / sum(group.outcomes.values()):.0f}% {each}" for each in outcomes)
        for group in groups[:12]
    )
    return inline(svg, name, title, f"{worst}. The table has every number.")


def _draw(axes: Axes, groups: Sequence[Group], outcomes: Sequence[Outcome]) -> None:
    rows = range(len(groups))
    totals = [sum(group.outcomes.values()) for group in groups]
    left = [0.0] * len(groups)
    for outcome in outcomes:
        shares = [100 * group.outcomes[outcome] / total for group, total in zip(groups, totals, strict=True)]
        axes.barh(
            rows,
            shares,
            left=left,
            height=0.72,
            color=COLOURS[outcome],
            edgecolor="white",
            linewidth=0.6,
            label=outcome,
        )
        left = [start + share for start, share in zip(left, shares, strict=True)]
    axes.set_yticks(rows, [f"{_label(group)} ({total:,})" for group, total in zip(groups, totals, strict=True)])
    axes.set_ylim(len(groups) - 0.4, -0.6)
    axes.set_xlim(0, min(100, max(10, *left) * 1.02))
    axes.set_xlabel("share of instances, in per cent (number of instances in brackets)")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)


def _label(group: Group) -> str:
    return harmless(group.name or NO_TEAM, 28)


def svg_of(figure: Figure) -> bytes:
    """The figure as SVG, as matplotlib writes it; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def inline(svg: bytes, name: str, title: str, description: str) -> str:
    """The picture without namespaces and addresses, its ids its own, with a title and a description to be read out."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - what matplotlib wrote a moment ago, nothing from outside
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag.endswith("}metadata")]:
            parent.remove(child)
    for part in root.iter():
        part.tag = part.tag.rpartition("}")[2]
        for key in list(part.attrib):
            value = part.attrib.pop(key)
            bare = key.rpartition("}")[2]
            if bare == "id" or (bare == "href" and value.startswith("#")):
                value = f"#{name}-{value[1:]}" if bare == "href" else f"{name}-{value}"
            part.attrib[bare] = re.sub(r"url\(#", f"url(#{name}-", value)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        part = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        part.text = text
        root.insert(position, part)
    return ElementTree.tostring(root, encoding="unicode")
