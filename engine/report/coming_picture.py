"""The weeks ahead as a picture, PNG or SVG: how many instances fall due in each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.ledger.coming import Coming
from engine.record.problem import harmless
from engine.record.whole_file import write_bytes_whole, write_whole
from engine.report.pictures import COLOURS, alone, check_form, figure, inline, png_of, svg_of
from engine.report.wording import day

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMS = (".png", ".svg")
"""What the picture can be written as, by the end of the file's name."""

LOCAL = "#e69f00"


def write_weeks(found: Coming, path: Path) -> None:
    """Write the picture.

    Raises:
        KeptError: when it cannot be written there.
    """
    check_form(path, FORMS)
    if path.suffix.lower() == ".svg":
        write_whole(path, alone(weeks_svg(found)))
    else:
        write_bytes_whole(path, weeks_png(found))


def weeks_svg(found: Coming) -> str:
    """The picture as SVG to stand inside a page, with what is read out of it."""
    return inline(_drawn(found, svg_of), "coming", _title(found), _told(found))


def weeks_png(found: Coming) -> bytes:
    """The picture as PNG; the same night gives the same bytes."""
    return _drawn(found, partial(png_of, title=_title(found), description=_told(found)))


def _title(found: Coming) -> str:
    whose = f" in {harmless(found.team, 40)}" if found.team else ""
    return f"Falling due{whose} in the next {len(found.weeks)} weeks, as at {day(found.as_at)}"


def _told(found: Coming) -> str:
    return "; ".join(f"from {day(week.begins)}: {week.others + week.local:,}" for week in found.weeks) + "."


def _drawn(found: Coming, save: Callable[[Figure], bytes]) -> bytes:
    from matplotlib.ticker import MaxNLocator

    with figure("coming", 3.6) as drawn:
        axes = drawn.add_subplot()
        places = range(len(found.weeks))
        others, local = ([getattr(week, name) for week in found.weeks] for name in ("others", "local"))
        looks: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.6, "width": 0.72}
        axes.bar(places, others, color=COLOURS["met"], label="the standard's own day or the court's", **looks)
        axes.bar(places, local, bottom=others, color=LOCAL, label="a local value's", **looks)
        for place, total in enumerate(map(sum, zip(others, local, strict=True))):
            axes.annotate(f"{total:,}", (place, total), (0, 2), textcoords="offset points", ha="center", fontsize=9)
        axes.set_xticks(places, [f"{week.begins.day} {week.begins:%b}" for week in found.weeks])
        axes.set_xlabel("week from Monday")
        axes.set_ylabel("instances that fall due")
        axes.set_ylim(0, max(1, *(total * 1.1 for total in map(sum, zip(others, local, strict=True)))))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.tick_params(axis="both", length=0)
        axes.grid(axis="y", color="#e4e4e4", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_title(_title(found), fontsize=10, loc="left")
        drawn.legend(loc="outside lower center", ncols=2, frameon=False)
        return save(drawn)
