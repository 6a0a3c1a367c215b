"""The findings of a night as one page that stands alone: outcomes by Standard, by team, and the trend, drawn and counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow.compute as pc
from markupsafe import Markup

from engine.duty.rulebook import number
from engine.judge.outcome import OUTCOMES, Outcome
from engine.ledger.exported import Exported, TrendPoint
from engine.ledger.tally import Group, standard_of
from engine.report import pictures
from engine.report.page import environment
from engine.report.wording import NO_TEAM, WORST_FIRST, day, shrunk

MOST_OVERDUE = 50

_DRAWN: tuple[Outcome, ...] = ("breached", "late")


def export_page(exported: Exported) -> str:
    """The page as HTML. The same night gives the same page."""
    judged = exported.findings.filter(pc.is_null(exported.findings["stale_since"]))
    standards = _groups(judged, "clause")
    teams = pictures.worst_teams(_groups(judged, "team"))
    counts = {outcome: sum(group.outcomes[outcome] for group in teams) for outcome in OUTCOMES}
    return (
        environment()
        .get_template("export.html")
        .render(
            exported=exported,
            counts=counts,
            shrunk=shrunk,
            stale=exported.findings.num_rows - judged.num_rows,
            waived=judged.num_rows - judged["waived"].null_count,
            outcomes=WORST_FIRST,
            meanings=OUTCOMES,
            colours=pictures.COLOURS,
            standards=standards,
            teams=teams,
            no_team=NO_TEAM,
            most_teams=pictures.MOST_TEAMS,
            trend=[(point, sum(point.outcomes.values())) for point in exported.trend],
            overdue=_overdue(judged),
            # Drawn by matplotlib, which escapes the text in it, and parsed and written again as XML.
            standards_picture=Markup(pictures.by_standard(standards)),  # noqa: S704
            teams_picture=Markup(pictures.by_team(teams)),  # noqa: S704
            trend_picture=Markup(trend_picture(exported.trend)),  # noqa: S704
        )
    )


def trend_picture(trend: Sequence[TrendPoint]) -> str:
    """Lines over the nights: the share of instances that is breached, and that is late. Empty with fewer than two nights."""
    points = [(point, total) for point in trend if (total := sum(point.outcomes.values()))]
    if len(points) < 2:
        return ""
    days = [point.as_at.toordinal() for point, _ in points]
    shares = {each: [100 * point.outcomes.get(each, 0) / total for point, total in points] for each in _DRAWN}
    with pictures.figure("trend", 3.4) as drawn:
        axes = drawn.add_subplot()
        for each, marker in zip(_DRAWN, "os", strict=True):
            axes.plot(
                days, shares[each], color=pictures.COLOURS[each], linewidth=2, marker=marker, markersize=4, label=each
            )
        shown = points[:: -(-len(points) // 8)]
        axes.set_xticks(
            [point.as_at.toordinal() for point, _ in shown], [point.as_at.isoformat() for point, _ in shown]
        )
        axes.set_ylim(0, min(100, max(10, *(max(values) for values in shares.values())) * 1.05))
        axes.set_ylabel("share of instances, in per cent")
        axes.grid(color="#e4e4e4", linewidth=0.6)
        axes.set_axisbelow(True)
        drawn.legend(loc="outside upper center", ncols=2, frameon=False)
        svg = pictures.svg_of(drawn)
    ends = "; ".join(
        f"{day(points[place][0].as_at)}: " + ", ".join(f"{shares[each][place]:.1f}% {each}" for each in _DRAWN)
        for place in (0, -1)
    )
    return pictures.inline(svg, "trend", "Breached and late over the nights", f"{ends}. The table has every number.")


def _groups(judged: Any, name: str) -> list[Group]:
    """How many findings of each Standard or team have each outcome, in the order of the standards or of the names."""
    found: dict[str, dict[Outcome, int]] = {}
    counted = judged.select([name, "outcome"]).group_by([name, "outcome"]).aggregate([([], "count_all")])
    rows = counted.to_pylist()
    for row in sorted(rows, key=(lambda row: number(row[name])) if name == "clause" else (lambda row: row[name])):
        group = standard_of(row[name]) if name == "clause" else row[name]
        outcomes = found.setdefault(group, dict.fromkeys(OUTCOMES, 0))
        outcomes[row["outcome"]] += row["count_all"]
    return [Group(name=group, outcomes=outcomes) for group, outcomes in found.items()]


def _overdue(judged: Any) -> list[dict[str, Any]]:
    """The breaches that are longest past their day."""
    breached = judged.filter(pc.equal(judged["outcome"].cast("string"), "breached"))
    breached = breached.filter(pc.is_valid(breached["days_over"]))
    chosen = breached.sort_by([("days_over", "descending"), ("instance", "ascending")]).slice(0, MOST_OVERDUE)
    rows: list[dict[str, Any]] = chosen.to_pylist()
    return rows
