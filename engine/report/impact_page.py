"""An impact as one page that stands alone and may be shared: no outside address, no script, no instance, no small number."""

from __future__ import annotations

from markupsafe import Markup

from engine.judge.difference import HOW, Impact
from engine.report import impact_pictures as pictures
from engine.report.impact_shared import Shared, shared
from engine.report.impact_text import NOT_APPLIED
from engine.report.page import environment
from engine.report.small_groups import FEWEST
from engine.report.wording import NO_TEAM, day, many


def impact_page(impact: Impact) -> str:
    """The page as HTML. The same impact gives the same page."""
    numbers = shared(impact)
    names = (impact.base.name, impact.candidate.name)
    drawn = {
        "steps": pictures.steps_picture(numbers),
        "shifts": pictures.shifts_picture(numbers),
        "weeks": pictures.weeks_picture(numbers, names),
        "groups": pictures.groups_picture(numbers, impact.by) if impact.by else "",
    }
    return (
        environment()
        .get_template("impact.html")
        .render(
            impact=impact,
            numbers=numbers,
            sentence=shared_sentence(impact, numbers),
            how=HOW,
            step_label=pictures.step_label,
            fewest=FEWEST,
            no_team=NO_TEAM,
            # Drawn by matplotlib, which escapes the text in it, and parsed and written again as XML.
            pictures={name: Markup(svg) for name, svg in drawn.items()},  # noqa: S704
        )
    )


def shared_sentence(impact: Impact, numbers: Shared) -> str:
    """What comes of it, in numbers that may be shared."""
    where = f"as at {day(impact.view.as_at)}, over {many(impact.cases, 'case')}"
    if not impact.differing:
        return f"No duty differs: the candidate moves nothing, {where}."
    begins = "" if impact.complete else "Incomplete: "
    if not impact.steps and impact.complete:
        return f"{NOT_APPLIED} ({where})."
    if numbers.few:
        return f"{begins}the candidate moves instances of fewer than {FEWEST} cases, or of so few that no number is given, {where}."
    moved = {kind.says: kind.instances for kind in numbers.kinds if "same" not in kind.moves and kind.instances}
    if not moved:
        return f"{begins}The candidate moves nothing, {where}."
    told = "; ".join(f"{count:,}: {says}" for says, count in moved.items())
    return f"{begins}{many(sum(moved.values()), 'instance')} would move, {where}. {told}."
