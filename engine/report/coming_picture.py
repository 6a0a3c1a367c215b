"""The weeks ahead as a picture, PNG or SVG: how many instances fall due in each."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.ledger.coming import Coming
from engine.record.problem import KeptError, harmless
from engine.record.whole_file import write_bytes_whole, write_whole
from engine.report.pictures import COLOURS, SETTINGS, inline, svg_of
from engine.report.wording import day

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMS = (".png", ".svg")
"""What the picture can be written as, by the end of the file's name."""

LOCAL = "#e69f00"


def check_form(path: Path) -> None:
    """Refuse a file that is none of these.

    Raises:
        KeptError: naming those there are.
    """
    if path.suffix.lower() not in FORMS:
        raise KeptError(
            f"{harmless(str(path))}: the picture is written as {' or '.join(FORMS)}; end the file's name so."
        )


def write_weeks(found: Coming, path: Path) -> None:
    """Write the picture.

    Raises:
        KeptError: when it cannot be written there.
    """
    check_form(path)
    if path.suffix.lower() == ".svg":
        write_whole(path, weeks_svg(found).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    else:
        write_bytes_whole(path, weeks_png(found))


def weeks_svg(found: Coming) -> str:
    """The picture as SVG to stand inside a page, with what is read out of it."""
    return inline(_drawn(found, svg_of), "coming", _title(found), _told(found))


def weeks_png(found: Coming) -> bytes:
    """The picture as PNG; the same night gives the same bytes."""

    def save(figure: Figure) -> bytes:
        buffer = io.BytesIO()
        metadata = {"Title": _title(found), "Description": _told(found), "Software": ""}
        figure.savefig(buffer, format="png", dpi=160, metadata=metadata)
        return buffer.getvalue()

    return _drawn(found, save)


def _title(found: Coming) -> str:
    whose = f" in {harmless(found.team, 40)}" if found.team else ""
    return f"Falling due{whose} in the next {len(found.weeks)} weeks, as at {day(found.as_at)}"


def _told(found: Coming) -> str:
    return "; ".join(f"from {day(week.begins)}: {week.others + week.local:,}" for week in found.weeks) + "."


def _drawn(found: Coming, save: Any) -> bytes:
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with mpl.rc_context({**SETTINGS, "svg.hashsalt": "coming"}), warnings.catch_warnings():
        # A letter that matplotlib's own font lacks is drawn by the reader's.
        warnings.filterwarnings("ignore", message="Glyph")
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        axes = figure.add_subplot()
        places = range(len(found.weeks))
        others, local = ([getattr(week, name) for week in found.weeks] for name in ("others", "local"))
        drawn: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.6, "width": 0.72}
        axes.bar(places, others, color=COLOURS["met"], label="the standard's own day or the court's", **drawn)
        axes.bar(places, local, bottom=others, color=LOCAL, label="a local value's", **drawn)
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
        figure.legend(loc="outside lower center", ncols=2, frameon=False)
        result: bytes = save(figure)
    return result
