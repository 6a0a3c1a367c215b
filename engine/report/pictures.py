"""Pictures as SVG that can stand inside a page: no outside address, no script, the same bytes for the same night.

Those of a night are here, and what every picture begins and ends with.

matplotlib is imported when the first picture is drawn: it takes longer than everything else on the page.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from engine.judge.outcome import Outcome
from engine.ledger.tally import Group
from engine.record.problem import KeptError, harmless
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

_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a team may be called $x$
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}
"""How every picture looks."""

ROW = 0.3
"""So many inches a bar takes."""


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
    with figure(name, 1.2 + ROW * len(groups)) as drawn:
        _draw(drawn.add_subplot(), groups, outcomes)
        drawn.legend(loc="outside upper center", ncols=legend_columns, frameon=False)
        svg = svg_of(drawn)
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


@contextmanager
def figure(name: str, height: float) -> Iterator[Figure]:
    """An empty figure of so many inches, to be drawn and saved while this lasts. `name` makes its ids the same each time."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({**_SETTINGS, "svg.hashsalt": name}), warnings.catch_warnings():
        # A letter that matplotlib's own font lacks is drawn by the reader's.
        warnings.filterwarnings("ignore", message="Glyph")
        yield Figure(figsize=(7.2, height), layout="constrained")


def svg_of(drawn: Figure) -> bytes:
    """The figure as SVG, as matplotlib writes it; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def png_of(drawn: Figure, title: str, description: str) -> bytes:
    """The figure as PNG, which says what it shows; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    metadata = {"Title": title, "Description": description, "Software": ""}
    drawn.savefig(buffer, format="png", dpi=160, metadata=metadata)
    return buffer.getvalue()


def check_form(path: Path, forms: Sequence[str]) -> None:
    """Refuse a file whose name ends in none of these, before anything is judged or drawn.

    Raises:
        KeptError: naming those there are.
    """
    if path.suffix.lower() not in forms:
        listed = f"{', '.join(forms[:-1])} or {forms[-1]}"
        raise KeptError(f"{harmless(str(path))}: the picture is written as {listed}; end the file's name so.")


def alone(svg: str) -> str:
    """What `inline` gave, as a file of its own."""
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


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
