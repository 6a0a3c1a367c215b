"""A sweep as a picture: SVG, PNG, or a page that stands alone. Of teams it shows what may be shared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from engine.duty.english import words
from engine.judge.curve import DECIDED, FORMULA, Curve
from engine.record.whole_file import write_bytes_whole, write_whole
from engine.report.page import environment
from engine.report.pictures import alone, check_form, figure, inline, png_of, svg_of
from engine.report.small_groups import FEWEST
from engine.report.sweep_text import APART, kept_as_it_was, sentence, shared_share, unread
from engine.report.wording import NO_TEAM

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMS = (".png", ".svg", ".html")
"""What a picture can be written as, by the end of the file's name."""


def write_picture(curve: Curve, path: Path) -> None:
    """Write the picture, or the page with it.

    Raises:
        KeptError: when it cannot be written there.
    """
    check_form(path, FORMS)
    match path.suffix.lower():
        case ".html":
            write_whole(path, curve_page(curve))
        case ".svg":
            write_whole(path, alone(curve_svg(curve)))
        case _:
            save = partial(png_of, title=_title(curve), description=_told(curve))
            write_bytes_whole(path, _drawn(curve, save))


def curve_page(curve: Curve) -> str:
    """The page: the picture, and the numbers behind it."""
    return (
        environment()
        .get_template("sweep.html")
        .render(
            curve=curve,
            sentence=sentence(curve),
            kept_as_it_was=kept_as_it_was(curve),
            unread=unread(curve),
            formula=FORMULA,
            decided=DECIDED,
            apart=APART,
            share=shared_share,
            fewest=FEWEST,
            no_team=NO_TEAM,
            # Drawn by matplotlib, which escapes the text in it, and parsed and written again as XML.
            picture=Markup(curve_svg(curve)),  # noqa: S704
        )
    )


def curve_svg(curve: Curve) -> str:
    """The picture as SVG to stand inside a page, with what is read out of it."""
    return inline(_drawn(curve, svg_of), "sweep", _title(curve), _told(curve))


def _title(curve: Curve) -> str:
    return f"How compliance bends with {words(curve.value)}"


def _told(curve: Curve) -> str:
    shares = [(point.number, point.whole.compliance) for point in curve.points if point.whole.compliance is not None]
    some = shares[:: max(len(shares) // 8, 1)]
    return "; ".join(f"{number}: {100 * share:.0f}%" for number, share in some) + ". The table has every number."


def _drawn(curve: Curve, save: Callable[[Figure], bytes]) -> bytes:
    with figure("sweep", 4.2) as drawn:
        _draw(drawn, curve)
        return save(drawn)


def _draw(drawn: Figure, curve: Curve) -> None:
    axes = drawn.add_subplot()
    numbers = [point.number for point in curve.points]
    for place, team in enumerate(curve.groups):
        shares = [shared_share(point.groups[team]) if team in point.groups else None for point in curve.points]
        axes.plot(numbers, [float("nan") if share is None else share for share in shares], color="#8c8c8c", linewidth=0.8,
                  alpha=0.7, label="" if place else "each team, as far as it may be shown")  # fmt: skip
    whole = [float("nan") if (share := point.whole.compliance) is None else 100 * share for point in curve.points]
    marker = "o" if len(numbers) < 40 else ""
    axes.plot(numbers, whole, color="#0067a5", linewidth=2.4, marker=marker, markersize=4, label="the whole caseload")
    if curve.now is not None and numbers[0] <= curve.now <= numbers[-1]:
        axes.axvline(curve.now, color="#b5420a", linewidth=1.2, linestyle="--", label=f"now: {curve.now}")
    axes.set_ylim(0, 102)
    axes.set_ylabel("compliance, per cent")
    axes.set_xlabel(f"{words(curve.value)}, in {words(curve.unit)}")
    axes.grid(color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    drawn.legend(loc="outside upper center", ncols=3, frameon=False)
