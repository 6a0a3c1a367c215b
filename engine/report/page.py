"""The report of a night as one page that stands alone: no outside address, no script, ids and never names."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.judge.outcome import OUTCOMES
from engine.ledger.runs import SHRUNK_REMEDY
from engine.ledger.tally import NightSummary
from engine.record.problem import harmless
from engine.record.whole_file import write_whole
from engine.report import pictures
from engine.report.changes_text import in_numbers
from engine.report.wording import (
    NO_TEAM,
    STANDINGS,
    WORST_FIRST,
    day,
    in_a_sentence,
    local_breaches,
    many,
    moment,
    no_trend,
    shrunk,
    target,
)

MOST_LISTED = 200
"""Faults and quarantined cases that are shown; the page says how many more there are."""


def night_page(summary: NightSummary) -> str:
    """The page as HTML. The same night gives the same page."""
    template = environment().get_template("nightly.html")
    return template.render(
        night=summary,
        sentence=in_a_sentence(summary),
        shrunk=None
        if summary.shrunk_from is None
        else shrunk(summary.cases + summary.quarantined, summary.shrunk_from),
        remedy=SHRUNK_REMEDY,
        no_trend=no_trend(summary),
        changed=in_numbers(summary.changes.counts) if summary.changes else "",
        outcomes=WORST_FIRST,
        meanings=OUTCOMES,
        colours=pictures.COLOURS,
        standings=STANDINGS,
        no_team=NO_TEAM,
        most_listed=MOST_LISTED,
        most_teams=pictures.MOST_TEAMS,
        local=sum(local_breaches(clause.by_standing) for clause in summary.clauses),
        clauses=[clause for clause in summary.clauses if sum(clause.outcomes.values())],
        teams=pictures.worst_teams(summary.teams),
        share=pictures.bad_share,
        target=target,
        reasons=any(each.waiver.reason for each in summary.waived.in_force),
        # Drawn by matplotlib, which escapes the text in it, and parsed and written again as XML.
        standards_picture=Markup(pictures.by_standard(summary.standards)),  # noqa: S704
        teams_picture=Markup(pictures.by_team(summary.teams)),  # noqa: S704
    )


def write_page(summary: NightSummary, path: Path) -> None:
    """Write the page; a reader finds the whole of it or the one before.

    Raises:
        KeptError: when it cannot be written there.
    """
    write_whole(path, night_page(summary))


def environment() -> Environment:
    """What every page is made with: all text escaped, nothing undefined, nothing in it that acts on a screen."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    made.filters |= {"day": day, "moment": moment, "many": many}
    return made


def _shown(value: object) -> object:
    """What an expression in the template prints: text from records without anything that acts on a screen."""
    return harmless(value, 2_000) if isinstance(value, str) and not isinstance(value, Markup) else value
