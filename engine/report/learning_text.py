"""The learning log as people read it, and as JSON and CSV. Text from records is never markup: it passes through `harmless`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.record.problem import harmless
from engine.report.learning import STATES, TOTAL, Log, Point, repeated, team_numbers
from engine.report.results import write_rows
from engine.report.small_groups import FEWEST
from engine.report.wording import day, many

NOT_SAID = "not said"
WITHHELD = "*"
NOTE = f"{WITHHELD} about fewer than {FEWEST} practitioners, or withheld so that such a number cannot be worked out"


def show_log(console: Console, log: Log) -> None:
    """One practitioner's log: by outcome, what came up again, then point by point."""
    say(console, f"Learning log of {log.name}, {_seen(log)}: {many(len(log.points), 'learning point')}", "bold")
    if not log.points:
        return
    table = columns("Outcome", "Points", *(says.capitalize() for says in STATES.values()))
    for domain in [*log.domains, ""]:
        here = [point for point in log.points if point.domain == domain]
        if here or domain:
            states = Counter(point.state for point in here)
            table.add_row(_name(domain, log.domains), str(len(here)), *(str(states[state]) for state in STATES))
    console.print(table)
    again = repeated(log.points)
    if again:
        say(console, "\nMore than once", "bold")
        for each in again:
            where = f"{_name(each.domain, log.domains)}, {_name(each.theme, log.themes)}"
            say(console, f"  {where}: {each.times} times, in {many(each.audits, 'assessment')}")
    say(console, "\nPoint by point", "bold")
    table = columns("On", "Outcome", "Theme", "Assessment", "Supervision")
    for point in log.points:
        stands = f"{STATES[point.state]} {day(point.taken_up)}" if point.taken_up else STATES[point.state]
        told = (day(point.on), _name(point.domain, log.domains), _name(point.theme, log.themes), point.audit, stands)
        table.add_row(*(Text(harmless(cell)) for cell in told))
    console.print(table)


def show_team(console: Console, log: Log) -> None:
    """A team's learning in numbers that name nobody."""
    numbers = team_numbers(log)
    say(console, f"Learning in the team {log.name}, {_seen(log)}, for group supervision", "bold")
    if numbers.people is None:
        say(console, f"Fewer than {FEWEST} practitioners have learning points here: nothing is shown.")
        return
    say(console, f"{many(numbers.people, 'practitioner')} with learning points")
    table = columns("Outcome", "Points", *(says.capitalize() for says in STATES.values()))
    for domain, row in numbers.outcomes.items():
        name = "All" if domain == TOTAL else _name(domain, log.domains)
        table.add_row(name, *(number(row[column]) for column in ("points", *STATES)))
    console.print(table)
    table = columns("Theme", "Points", "Practitioners with it more than once")
    for theme, row in numbers.themes.items():
        table.add_row(_name(theme, log.themes), number(row["points"]), number(row["again"]))
    say(console)
    console.print(table)
    say(console, NOTE, "dim")


def _seen(log: Log) -> str:
    since = f"since {day(log.since)}, " if log.since else ""
    return f"{since}as at {day(log.view.as_at)}"


def columns(*headings: str) -> Table:
    """A plain table; its first column is not wrapped."""
    table = Table(box=None, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, no_wrap=not place)
    return table


def _name(code: str, known: Mapping[str, str]) -> str:
    return known.get(code, NOT_SAID)


def number(value: int | None) -> str:
    """The number, or the mark of one that is withheld."""
    return WITHHELD if value is None else f"{value:,}"


def say(console: Console, text: str = "", style: str = "") -> None:
    """Lines of text, whole in a pipe."""
    for line in text.split("\n"):
        console.print(Text(harmless(line, 2_000), style), soft_wrap=not console.is_terminal)


# --- for programs ------------------------------------------------------------------------------------------------------


def log_json(log: Log) -> str:
    """One practitioner: `practitioner`, `as_at`, `since`, `outcomes`, `repeated`, `log` (point by point)."""
    outcomes: list[dict[str, object]] = []
    for domain in log.domains:
        here = [point for point in log.points if point.domain == domain]
        states = Counter(point.state for point in here)
        outcomes.append({"domain": domain, "points": len(here)} | {state: states[state] for state in STATES})
    content: dict[str, object] = {
        **_head(log, "practitioner"),
        "points": len(log.points),
        "outcomes": outcomes,
        "repeated": [each._asdict() for each in repeated(log.points)],
        "log": [_told(point) for point in log.points],
    }
    return json.dumps(content, indent=2)


def team_json(log: Log) -> str:
    """A team: `team`, `as_at`, `since`, `fewest`, `practitioners`, `outcomes`, `themes`; null is withheld."""
    numbers = team_numbers(log)
    content: dict[str, object] = {
        **_head(log, "team"),
        "fewest": FEWEST,
        "practitioners": numbers.people,
        "outcomes": [{"domain": domain or None, **row} for domain, row in numbers.outcomes.items()],
        "themes": [{"theme": theme or None, **row} for theme, row in numbers.themes.items()],
    }
    return json.dumps(content, indent=2)


def write_log(log: Log, file: TextIO) -> None:
    """One practitioner's points as CSV."""
    fields = ("event", "on", "domain", "theme", "audit", "state", "taken_up")
    write_rows(fields, ([_told(point)[field] for field in fields] for point in log.points), file)


def write_team(log: Log, file: TextIO) -> None:
    """A team's numbers as CSV, a line for each outcome and each theme; `*` is withheld."""
    numbers = team_numbers(log)
    fields = ("of", "what", "points", *STATES, "again")
    rows = [("outcome", domain or NOT_SAID, row) for domain, row in numbers.outcomes.items()]
    rows += [("theme", theme or NOT_SAID, row) for theme, row in numbers.themes.items()]
    lines = ([of, what, *(number(row[name]) if name in row else None for name in fields[2:])] for of, what, row in rows)
    write_rows(fields, lines, file)


def _head(log: Log, what: str) -> dict[str, Any]:
    view = log.view
    since = log.since.isoformat() if log.since else None
    return {what: log.name, "as_at": view.as_at.isoformat(), "known_at": view.known_at.isoformat(), "since": since}


def _told(point: Point) -> dict[str, str | None]:
    return {
        "event": point.event,
        "on": point.on.isoformat(),
        "domain": point.domain or None,
        "theme": point.theme or None,
        "audit": point.audit or None,
        "state": point.state,
        "taken_up": point.taken_up.isoformat() if point.taken_up else None,
    }
