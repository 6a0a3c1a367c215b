"""Asking the ledger what changed between two nights: see `engine.ledger.changed` for the words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Date, func, select, text

from engine.ledger.changed import HOWS, By, Change, ChangeCounts, ChangeGroup, Changes, How, Kind
from engine.ledger.schema import RULEBOOKS, RUNS
from engine.record.problem import KeptError

if TYPE_CHECKING:
    from engine.ledger.store import Ledger

_THEN = "{it}.from_run <= :since AND ({it}.until_run IS NULL OR {it}.until_run > :since)"
_SEEN = f"""
    WITH seen AS (
        SELECT s.instance, max(CASE WHEN {_THEN.format(it="s")} THEN 1 ELSE 0 END) AS before,
               max(CASE WHEN s.until_run IS NULL THEN 1 ELSE 0 END) AS now, min(s.from_run) AS first
        FROM states s WHERE s.series = :series AND s.outcome = 'breached' GROUP BY s.instance)
"""  # noqa: S608 - ours
"""Every instance that was ever breached: whether it was then, whether it is now, and the first night in which it was."""

_NOW = "{it}.series = :series AND {it}.instance = b.instance AND {it}.until_run IS NULL"
_STILL = f"""{_SEEN}
    SELECT e.clause, h.team, h.practitioner, count(*) AS many, count(t.instance) AS stale
    FROM seen b JOIN states s ON {_NOW.format(it="s")}
    JOIN editions e ON e.number = s.edition JOIN holders h ON h.number = s.holder
    LEFT JOIN stale t ON {_NOW.format(it="t")}
    WHERE b.before = 1 AND b.now = 1 GROUP BY e.clause, h.team, h.practitioner
"""  # noqa: S608 - ours
_CHANGED = f"""{_SEEN}
    SELECT b.now AS now, CASE WHEN b.first <= :since THEN 1 ELSE 0 END AS ever, i.id AS instance, c.id AS "case", e.clause,
           e.duty, i.subject, h.team, h.practitioner, s.outcome, s.due, s.done, s.start, w.due AS due_then, w.start AS start_then
    FROM seen b LEFT JOIN states s ON {_NOW.format(it="s")}
    LEFT JOIN states w ON w.series = :series AND w.instance = b.instance AND w.outcome = 'breached' AND {_THEN.format(it="w")}
    JOIN editions e ON e.number = coalesce(s.edition, w.edition) JOIN holders h ON h.number = coalesce(s.holder, w.holder)
    JOIN instances i ON i.number = b.instance JOIN cases c ON c.number = i."case"
    WHERE b.before <> b.now ORDER BY e.clause, i.number
"""  # noqa: S608 - ours


def changes_since(ledger: Ledger, since: str | None = None) -> Changes:
    """What changed since that night until the last one of its series; since the one before the last when none is named.

    Raises:
        KeptError: when there is no such night, or none that it can be compared with.
    """
    with ledger.reading() as connection:
        query = select(RUNS.c.number, RUNS.c.series)
        if since is None:
            latest = query.order_by(RUNS.c.as_at.desc(), RUNS.c.known_at.desc(), RUNS.c.number.desc())
            until = connection.execute(latest.limit(1)).one()
            earlier = query.where(RUNS.c.series == until.series, RUNS.c.number < until.number)
            first = connection.execute(earlier.order_by(RUNS.c.number.desc()).limit(1)).first()
        else:
            ledger.run(since)
            first = connection.execute(query.where(RUNS.c.id == since)).one()
            later = query.where(RUNS.c.series == first.series, RUNS.c.number > first.number)
            until = connection.execute(later.order_by(RUNS.c.number.desc()).limit(1)).first() or first
        if first is None or first.number == until.number:
            last = "The last night" if since is None else f"The night {since}"
            raise KeptError(
                f"{ledger.name}: {last} has none beside it to be compared with: nights are compared that judge the same "
                "caseload (by its address, or by the name given with --series) for the same clauses. Judge another night, or name "
                "one with --since."
            )
        return changes(connection, first.series, first.number)


def changes(connection: Connection, series: int, since: int) -> Changes:
    """What changed in a series since the night with that number until the last."""
    until: int = connection.execute(select(func.max(RUNS.c.number)).where(RUNS.c.series == series)).scalar_one()
    ids = {row.number: row for row in connection.execute(select(RUNS).where(RUNS.c.number.in_((since, until))))}
    where = {"series": series, "since": since}
    still = [dict(row) for row in connection.execute(text(_STILL), where).mappings()]
    days = {name: Date() for name in ("due", "done", "start", "due_then", "start_then")}
    moved = connection.execute(text(_CHANGED).columns(**days), where).mappings().all()
    how = _How(connection, ids[since], ids[until])
    changed = tuple(_change(dict(row), how) for row in moved)
    by: dict[By, tuple[ChangeGroup, ...]] = {
        name: tuple(_groups(name, still, changed)) for name in ("clause", "team", "practitioner")
    }
    return Changes(
        since=ids[since].id,
        until=ids[until].id,
        counts=ChangeCounts(**_counted(still, changed)),
        by=by,
        changed=changed,
    )


def _change(row: Mapping[str, Any], how: _How) -> Change:
    kind: Kind = "put_right" if not row["now"] else "back_again" if row["ever"] else "new"
    values = {name: row[name] for name in Change.model_fields if name not in ("kind", "how")}
    return Change(kind=kind, how=how.of(row) if kind == "put_right" else "", **values)


_BY_OUTCOME: dict[str, How] = {
    "met": "fulfilled", "late": "fulfilled", "excused": "excused", "lapsed": "lapsed", "unjudged": "undecided",
    "undetermined": "undecided",
}  # fmt: skip


class _How:
    """How breaches were put right between two nights."""

    def __init__(self, connection: Connection, since: Any, until: Any) -> None:
        self._last_seen: date = since.as_at
        self._calendar = since.calendar != until.calendar
        self._duties = set[str]()
        if since.rulebook != until.rulebook:
            before, after = (
                _readings(connection.scalars(select(RULEBOOKS.c.text).where(RULEBOOKS.c.sha256 == each.rulebook)).one())
                for each in (since, until)
            )
            self._duties = {duty for duty in before | after if before.get(duty) != after.get(duty)}

    def of(self, row: Mapping[str, Any]) -> How:
        outcome, done = row["outcome"], row["done"]
        ruled = row["duty"] in self._duties or (self._calendar and row["due"] != row["due_then"])
        if ruled and not (done and done > self._last_seen):
            return "rule_changed"
        if outcome is not None and row["start"] != row["start_then"]:
            return "record_corrected"
        return _BY_OUTCOME.get(outcome, "record_corrected")


def _readings(rulebook: str) -> dict[str, Any]:
    """Each duty of a frozen rulebook, with every value that it names."""
    book = json.loads(rulebook)
    found: dict[str, list[Any]] = {}
    for duty in book["duties"]:
        named = sorted(set(_texts(duty)) & book["values"].keys())
        found.setdefault(duty["id"], []).append([duty, [book["values"][name] for name in named]])
    return found


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _texts(item)


def _groups(name: By, still: Iterable[Mapping[str, Any]], changed: Iterable[Change]) -> Iterator[ChangeGroup]:
    """The counts of each clause, team or practitioner."""
    stayed: dict[str, list[Mapping[str, Any]]] = {}
    moved: dict[str, list[Change]] = {}
    for row in still:
        stayed.setdefault(row[name], []).append(row)
    for change in changed:
        moved.setdefault(getattr(change, name), []).append(change)
    for each in sorted({*stayed, *moved}):
        yield ChangeGroup(name=each, **_counted(stayed.get(each, []), moved.get(each, [])))


def _counted(still: Iterable[Mapping[str, Any]], changed: Iterable[Change]) -> dict[str, Any]:
    rows, moved = list(still), list(changed)
    kinds, hows = Counter(change.kind for change in moved), Counter(change.how for change in moved)
    return {
        "still": sum(row["many"] for row in rows),
        "stale": sum(row["stale"] for row in rows),
        **{kind: kinds[kind] for kind in ("new", "back_again", "put_right")},
        "how": {how: hows[how] for how in HOWS},
    }
