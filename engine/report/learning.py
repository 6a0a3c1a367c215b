"""The learning log: what assessments found to be learnt, what supervision took up again, what is still open.

For one practitioner point by point; for a team as numbers for group supervision, which name nobody and leave out
whatever is about fewer than five people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from engine.record.dictionary import Dictionary
from engine.record.table_engine import TableEngine
from engine.record.timeline import View
from engine.report.asking import Asking, Colleague, nobody
from engine.report.small_groups import FEWEST, NOTHING, Cell, shown

POINT, SESSION, TAKEN_UP = "learning_point_recorded", "supervision_held", "learning_taken_up"

State = Literal["taken_up", "open", "not_said"]

STATES: dict[State, str] = {
    "taken_up": "taken up again",
    "open": "still open",
    "not_said": "not known",
}
"""Where a point stands. Not known: a session since then does not say what it took up, or the point not its outcome."""


class Point(NamedTuple):
    """One learning point: its event's id, whose log, when, under which outcome, on what, of which assessment.

    `domain` and `theme` are codes, empty where the record does not say. `taken_up` is the day of the first session on or
    after the point's own day that took up its outcome.
    """

    event: str
    who: str
    on: date
    domain: str
    theme: str
    audit: str
    state: State
    taken_up: date | None


class Repeated(NamedTuple):
    """A theme that came up more than once under one outcome: how often, and in how many assessments."""

    domain: str
    theme: str
    times: int
    audits: int


class Log(NamedTuple):
    """What is asked about one practitioner or one team: the points in order of their days, seen from there."""

    name: str
    view: View
    since: date | None
    points: tuple[Point, ...]
    domains: Mapping[str, str]
    themes: Mapping[str, str]


def practitioner_log(engine: TableEngine, words: Dictionary, who: str, view: View, since: date | None) -> Log:
    """One practitioner's learning log.

    Raises:
        KeptError: when there is nobody of that id. RecordProblem: when their own timeline cannot be read.
    """
    asking = Asking(engine, words, view)
    staff = asking.staff()
    if who not in staff:
        raise nobody("the id of a practitioner", who, staff)
    if staff[who].own:
        engine.case(who)  # strictly: what a night would set aside is not told as if it were sound
    return _log(asking, who, {who: staff[who]}, since)


def team_log(engine: TableEngine, words: Dictionary, team: str, view: View, since: date | None) -> Log:
    """The learning logs of everybody in a team; whoever shows it must name nobody.

    Raises:
        KeptError: when there is no such team.
    """
    asking = Asking(engine, words, view)
    staff = asking.staff()
    teams = {colleague.team for colleague in staff.values()} - {""}
    if team not in teams:
        raise nobody("the name of a team", team, teams)
    members = {who: colleague for who, colleague in staff.items() if colleague.team == team}
    return _log(asking, team, members, since)


def _log(asking: Asking, name: str, people: Mapping[str, Colleague], since: date | None) -> Log:
    attributes = asking.words.event[POINT].attribute
    domains = {code: _plain(code) for code in attributes["domain"].codes}
    themes = {code: _plain(code) for code in attributes["theme"].codes}
    sessions = _sessions(asking, people)
    told = asking.naming(asking.about(asking.events(POINT)), "audit")
    told = told.filter(told.who.isin(list(people))).select("id", "who", "happened", "domain", "theme", "audit")
    found: dict[tuple[str, str], Point] = {}  # one that is on the record of a case too is still one
    rows = sorted(asking.fetch(told), key=lambda row: (row[2], row[0], row[5] or ""))
    for event, who, on, domain, theme, audit in rows:
        if since is not None and on < since:
            continue
        known = domain if domain in domains else ""
        state, taken_up = _stands(on, known, sessions.get(who, ()))
        point = Point(event, who, on, known, theme if theme in themes else "", audit or "", state, taken_up)
        found.setdefault((event, who), point)
    return Log(name, asking.view, since, tuple(found.values()), domains, themes)


def _sessions(asking: Asking, people: Mapping[str, Colleague]) -> dict[str, list[tuple[date, frozenset[str] | None]]]:
    """The supervision of each of them in order: the day, and the outcomes taken up; None when it does not say.

    As in the duties, only sessions on their own record, which say it, where they have one; else those about their cases.
    """
    told = asking.about(asking.events(SESSION))
    told = told.filter(told.who.isin(list(people))).select("who", "happened", TAKEN_UP, "case")
    found: dict[str, list[tuple[date, frozenset[str] | None]]] = {}
    for who, on, taken, case in sorted(asking.fetch(told), key=lambda row: row[1]):
        if case == who or not people[who].own:
            found.setdefault(who, []).append((on, None if taken is None else frozenset(taken)))
    return found


def _stands(on: date, domain: str, sessions: Iterable[tuple[date, frozenset[str] | None]]) -> tuple[State, date | None]:
    since = [(held, taken) for held, taken in sessions if held >= on]
    first = next((held for held, taken in since if taken and domain in taken), None)
    if first is not None:
        return "taken_up", first
    unsaid = any(taken is None or (taken and not domain) for _, taken in since)
    return ("not_said" if unsaid else "open"), None


def repeated(points: Iterable[Point]) -> list[Repeated]:
    """The themes that came up more than once under the same outcome, the most frequent first."""
    times: Counter[tuple[str, str]] = Counter()
    audits: dict[tuple[str, str], set[str]] = {}
    for point in points:
        if point.theme:
            times[point.domain, point.theme] += 1
            audits.setdefault((point.domain, point.theme), set()).add(point.audit or point.event)
    again = [Repeated(*key, count, len(audits[key])) for key, count in times.items() if count > 1]
    return sorted(again, key=lambda each: (-each.times, each.domain, each.theme))


# --- a team, in numbers ------------------------------------------------------------------------------------------------

TOTAL = "all"
_COLUMNS: tuple[str, ...] = (*STATES, "points")


class TeamNumbers(NamedTuple):
    """What may be told of a team: by outcome and by theme ("" where the record does not say), each with its columns.

    A number is None where it is withheld. `people` is how many practitioners have points here, None when they are fewer
    than five; then no number is told. `again` is how many of them have that theme more than once under one outcome.
    """

    people: int | None
    outcomes: dict[str, dict[str, int | None]]
    themes: dict[str, dict[str, int | None]]


def team_numbers(log: Log) -> TeamNumbers:
    """The points of a team by outcome and by theme, without a number about fewer than five people."""
    domains, themes = (*log.domains, ""), (*log.themes, "")
    by: dict[tuple[str, str], list[Point]] = {}
    for point in log.points:
        for domain in (point.domain, TOTAL):
            by.setdefault((domain, point.state), []).append(point)
            by.setdefault((domain, "points"), []).append(point)
        by.setdefault(("theme", point.theme), []).append(point)
    cells = {key: Cell(len(points), frozenset(point.who for point in points)) for key, points in by.items()}
    wanted = [(domain, column) for domain in (*domains, TOTAL) for column in _COLUMNS]
    for key in [*wanted, *(("theme", theme) for theme in themes)]:
        cells.setdefault(key, NOTHING)
    for theme in themes:
        people = frozenset(who for who in _people(log) if any(each.theme == theme for each in repeated(_of(log, who))))
        cells["again", theme] = Cell(len(people), people)
    sums: list[tuple[tuple[str, str], list[tuple[str, str]]]] = []
    sums += [((domain, "points"), [(domain, state) for state in STATES]) for domain in (*domains, TOTAL)]
    sums += [((TOTAL, column), [(domain, column) for domain in domains]) for column in _COLUMNS]
    sums += [((TOTAL, "points"), [("theme", theme) for theme in themes])]
    everybody = len(_people(log))
    may: dict[tuple[str, str], int | None] = dict.fromkeys(cells)
    if everybody >= FEWEST:
        may = shown(cells, sums)
    return TeamNumbers(
        everybody if everybody >= FEWEST else None,
        {domain: {column: may[domain, column] for column in _COLUMNS} for domain in (*domains, TOTAL)},
        {theme: {"points": may["theme", theme], "again": may["again", theme]} for theme in themes},
    )


def _people(log: Log) -> list[str]:
    return sorted({point.who for point in log.points})


def _of(log: Log, who: str) -> list[Point]:
    return [point for point in log.points if point.who == who]


def _plain(code: str) -> str:
    return code.replace("_", " ")
