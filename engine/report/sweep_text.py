"""A sweep in a terminal, as CSV and as JSON. The terminal shows a team's exact share; what is shared withholds small ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.duty.english import people, span
from engine.judge.curve import DECIDED, FORMULA, Curve, Kept, Point
from engine.judge.outcome import OUTCOMES, Outcome
from engine.record.problem import harmless
from engine.report.results import write_rows
from engine.report.small_groups import FEWEST
from engine.report.wording import NO_TEAM, day, many

APART: tuple[Outcome, ...] = tuple(outcome for outcome in OUTCOMES if outcome not in DECIDED)
"""The outcomes that compliance leaves out, each counted apart."""

FIELDS = ("value", "number", "now", "team", "compliance", *OUTCOMES, "faults")
"""The columns of the CSV. A line without a team is the whole caseload's; a team's has its compliance alone."""

_BAR, _COLUMNS, _LISTED = 30, 8, 20


def show_curve(console: Console, curve: Curve, places: Sequence[str] = ()) -> None:
    """The table, with a bar for each number; then the teams', if they were asked for."""

    def say(text: str = "", style: str = "") -> None:
        console.print(Text(harmless(text, 2_000), style), soft_wrap=not console.is_terminal)

    if not curve.complete:
        say(f"Incomplete: {unread(curve)}; they are in none of the numbers.", "bold red")
        for problem in curve.problems[:_LISTED]:
            say(f"    {problem}")
    say(sentence(curve), "bold")
    say(f"Compliance is {FORMULA}; what has another outcome is counted apart.")
    say(kept_as_it_was(curve), "dim")
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column(curve.unit.replace("_", " "), justify="right")
    table.add_column("compliance", justify="right")
    table.add_column("")
    for name in (*DECIDED, *APART):
        table.add_column(name, justify="right")
    for point in curve.points:
        bar = "█" * round(_BAR * (point.whole.compliance or 0))
        counts = (f"{point.whole.outcomes[outcome]:,}" for outcome in (*DECIDED, *APART))
        table.add_row(f"{point.number}{' now' if point.number == curve.now else ''}", _share(point.whole), bar, *counts)
    console.print(table)
    if curve.by_team:
        say(
            f"By team, for your own eyes; what is written to files withholds what is about fewer than {FEWEST} cases.",
            "italic",
        )
        shown = _some(curve)
        teams = Table("team", box=box.SIMPLE, pad_edge=False)
        for point in shown:
            teams.add_column(f"{point.number}{' now' if point.number == curve.now else ''}", justify="right")
        for team in curve.groups:
            found = [_share(point.groups[team]) if team in point.groups else "" for point in shown]
            teams.add_row(Text(harmless(team or NO_TEAM, 40)), *found)
        console.print(teams)
        if len(shown) < len(curve.points):
            say("These are some of the numbers; --format csv has them all.", "dim")
    for place in places:
        say(f"Written to {place}")


def sentence(curve: Curve) -> str:
    """What was swept, over what."""
    now = f", now {span(curve.now, curve.unit)}" if curve.now is not None else ", now not set"
    duties = ", ".join(curve.duties)
    return (
        f"{curve.value}{now}: {many(len(curve.points), 'number')} from {curve.points[0].number} to {curve.points[-1].number}, as at "
        f"{day(curve.view.as_at)}, over {many(curve.cases, 'case')} of {curve.caseload}, for {duties}."
    )


def kept_as_it_was(curve: Curve) -> str:
    """Which instances the number is for, and which keep another."""
    until = f" and before {people(curve.until)}" if curve.until else ""
    return (
        f"The number is for what starts from {people(curve.since)} on{until}; anything else keeps the number of its own day. "
        "Duties about outcomes that rest on these are not judged."
    )


def unread(curve: Curve) -> str:
    """What makes it incomplete."""
    said = [f"{many(len(curve.problems), 'case')} could not be read"] if curve.problems else []
    faults = max((len(point.faults) for point in curve.points), default=0)
    said += [f"Kept failed to judge up to {many(faults, 'duty of a case', 'duties of cases')}"] if faults else []
    return " and ".join(said)


def shared_share(kept: Kept) -> int | None:
    """Compliance in whole per cent, where it is about enough cases on either side to be shared."""
    if kept.compliance is None or not kept.may_be_shared:
        return None
    return round(100 * kept.compliance)


def write_curve(curve: Curve, file: TextIO) -> None:
    """Write it as CSV: a line for each number, and for each team with what of it may be shared, in whole per cent."""
    write_rows(FIELDS, _rows(curve), file)


def curve_json(curve: Curve) -> str:
    """One object; of teams what may be shared, in whole per cent (null: withheld, or nothing decided)."""
    return json.dumps(
        {
            "value": curve.value, "says": curve.says, "unit": curve.unit, "now": curve.now, "since": str(curve.since),
            "as_at": str(curve.view.as_at), "known_at": curve.view.known_at.isoformat(), "caseload": curve.caseload,
            "rulebook": curve.rulebook, "cases": curve.cases, "duties": list(curve.duties), "formula": FORMULA,
            "complete": curve.complete, "quarantined": len(curve.problems), "fewest": FEWEST,
            "points": [
                {
                    "number": point.number,
                    "compliance": None if point.whole.compliance is None else round(point.whole.compliance, 4),
                    "outcomes": point.whole.outcomes, "faults": len(point.faults),
                    "teams": {team: shared_share(kept) for team, kept in point.groups.items()},
                }
                for point in curve.points
            ],
        },
        indent=2,
    )  # fmt: skip


def _rows(curve: Curve) -> Iterator[tuple[object, ...]]:
    for point in curve.points:
        now = "yes" if point.number == curve.now else ""
        share = "" if point.whole.compliance is None else f"{point.whole.compliance:.4f}"
        counts = [point.whole.outcomes[outcome] for outcome in OUTCOMES]
        yield curve.value, point.number, now, "", share, *counts, len(point.faults)
        for team, kept in point.groups.items():
            per_cent = shared_share(kept)
            share = "" if per_cent is None else f"{per_cent / 100:.2f}"
            yield curve.value, point.number, now, team or NO_TEAM, share, *("" for _ in OUTCOMES), ""


def _share(kept: Kept) -> str:
    return "nothing decided" if kept.compliance is None else f"{100 * kept.compliance:.1f}%"


def _some(curve: Curve) -> list[Point]:
    """At most so many points, evenly spread, with the first, the last and the one of now."""
    last = len(curve.points) - 1
    places = {round(last * place / (_COLUMNS - 1)) for place in range(_COLUMNS)}
    places |= {place for place, point in enumerate(curve.points) if point.number == curve.now}
    return [curve.points[place] for place in sorted(places)]
