"""Waivers in the ledger: asking for one, approving or withdrawing it, and looking them up. Nothing is ever changed there.

Who did something is a name that is given, not proved: whoever may write to the ledger may give any. Two names are one
person when they differ in capitals only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, text

from engine.ledger.schema import DURING, HOLDERS, INSTANCES, WAIVER_ENTRIES, WAIVERS
from engine.ledger.store import Ledger
from engine.ledger.waived import LONGEST, OFTEN, SOON, Kind, Standing, Waiver
from engine.record.dictionary import Frozen
from engine.record.problem import KeptError, harmless, nearest

MOST_REASON = 2_000
"""Letters of a reason."""

Picked = Literal["active", "expiring", "expired", "unused", "renewed"]

_PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)
_COVERS = {
    "instance": "i.id = :target",
    "clause": "(e.clause = :target OR e.duty = :target) AND (:team = '' OR h.team = :team)",
}
_BREACHED = """
    SELECT 1 FROM runs r
    JOIN states s ON {during} AND s.outcome = 'breached'
    JOIN instances i ON i.number = s.instance
    JOIN editions e ON e.number = s.edition
    JOIN holders h ON h.number = s.holder
    WHERE r.as_at BETWEEN :starts AND :ends AND {covers} LIMIT 1
"""


class Listed(Frozen):
    """A waiver in a list: where it stands, whether it ends within the next days, whether anything that it covers was ever
    breached while it counted (None before it did), and how often its target was asked for again.
    """

    waiver: Waiver
    standing: Standing
    expiring: bool
    used: bool | None
    renewed: int

    def is_(self, picked: Picked) -> bool:
        """Whether it belongs to that part of the list."""
        match picked:
            case "expiring":
                return self.expiring
            case "unused":
                return self.used is False
            case "renewed":
                return self.renewed > OFTEN
        return self.standing == picked


def ask(
    ledger: Ledger,
    target: str,
    *,
    team: str = "",
    reason: str,
    until: date,
    begins: date | None = None,
    by: str,
    at: datetime,
    clauses: Collection[str],
) -> Waiver:
    """Ask for a waiver of an instance, or of one of these `clauses` (and duties) in a team or everywhere.

    It counts only when somebody else has approved it. `at` has a time zone: its day is the day on which it is asked, and
    the first to be asked for unless `begins` is given.

    Raises:
        KeptError: for a target or a team that is not known, a name that is none, an end that is missing, before the
            beginning or too far away; says what to do.
    """
    person, today = _person(by), at.date()
    begins = begins or today
    said = _reason(reason)
    _check_days(begins, until)
    kind: Kind = "clause" if target in clauses else "instance"
    if kind == "instance" and team:
        raise KeptError(
            f"{harmless(target)}: no clause is called so{nearest(harmless(target), clauses)}. --team is for a clause; "
            "an instance has the team of its case."
        )
    with ledger.adding() as connection:
        _check_target(connection, kind, target, clauses)
        _check_team(connection, team)
        waiver = Waiver(
            number=1 + (connection.scalar(select(func.max(WAIVERS.c.number))) or 0),
            kind=kind,
            target=target,
            team=team,
            reason=said,
            from_day=begins,
            until_day=until,
            asked_by=person,
            asked_on=today,
        )
        values = {name: getattr(waiver, name) for name in WAIVERS.c.keys() if name != "asked_at"}  # noqa: SIM118 - no dict
        connection.execute(insert(WAIVERS), values | {"asked_at": _utc(at)})
    return waiver


def approve(ledger: Ledger, number: int, *, by: str, at: datetime, backdated: bool = False) -> Waiver:
    """Approve a waiver, as somebody else than asked for it. It counts from that day at the earliest, unless `backdated`.

    Raises:
        KeptError: when the same person asked for it, there is nothing to approve, or it would count for days that are
            past and that was not said expressly.
    """
    person, today = _person(by), at.date()

    def check(waiver: Waiver) -> None:
        if person.casefold() == waiver.asked_by.casefold():
            raise KeptError(
                f"waiver {number} was asked for by {waiver.asked_by}, and somebody else has to approve it. "
                "Have them run this, or name them with --by."
            )
        if waiver.approved_on is not None:
            raise KeptError(f"waiver {number} was approved by {waiver.approved_by} on {waiver.approved_on} already.")
        if backdated:
            return
        if waiver.until_day < today:
            raise KeptError(f"waiver {number} was to end on {waiver.until_day}, which is past. Ask for a new one.")
        if waiver.from_day < waiver.asked_on:
            raise KeptError(
                f"waiver {number} is to count from {waiver.from_day}, before it was asked for. To approve that too, add "
                "--backdated; else withdraw it and ask for a new one."
            )

    return _enter(ledger, number, "approved", person, at, check, backdated=backdated)


def withdraw(ledger: Ledger, number: int, *, by: str, at: datetime) -> Waiver:
    """Withdraw a waiver: from that day on it no longer counts, on the days before it did.

    Raises:
        KeptError: when it is over.
    """
    person, today = _person(by), at.date()

    def check(waiver: Waiver) -> None:
        if waiver.until_day < today:
            raise KeptError(f"waiver {number} ended on {waiver.until_day}: there is nothing to withdraw.")

    return _enter(ledger, number, "withdrawn", person, at, check)


def read_waivers(ledger: Ledger, *, unmasked: bool = False) -> tuple[Waiver, ...]:
    """Every waiver that was ever asked for, in order, with its reason only when asked for; none where there is no night yet."""
    if ledger.empty:
        return ()
    with ledger.reading() as connection:
        return tuple(waiver if unmasked else waiver.masked() for waiver in _read(connection).values())


def list_waivers(ledger: Ledger, today: date, picked: Collection[Picked] = ()) -> list[Listed]:
    """The waivers as they stand on that day, in order: all, or those that belong to each of the parts that are `picked`.

    They have their reasons: whoever approves one has to read it.
    """
    waivers = read_waivers(ledger, unmasked=True)
    asked = Counter(_same(waiver) for waiver in waivers if not _never_approved(waiver))
    listed = []
    with ledger.reading() as connection:
        for waiver in waivers:
            standing = waiver.standing(today)
            each = Listed(
                waiver=waiver,
                standing=standing,
                expiring=standing == "active" and waiver.ends <= today + timedelta(days=SOON),
                used=_used(connection, waiver, today),
                renewed=max(asked[_same(waiver)] - 1, 0),
            )
            if all(each.is_(part) for part in picked):
                listed.append(each)
    return listed


def _enter(
    ledger: Ledger,
    number: int,
    kind: Literal["approved", "withdrawn"],
    by: str,
    at: datetime,
    check: Callable[[Waiver], None],
    *,
    backdated: bool = False,
) -> Waiver:
    """Add what became of a waiver, unless the check refuses."""
    with ledger.adding() as connection:
        waiver = _one(connection, ledger, number)
        if waiver.withdrawn_on is not None:
            raise KeptError(f"waiver {number} was withdrawn by {waiver.withdrawn_by} on {waiver.withdrawn_on}.")
        check(waiver)
        entry = {"waiver": number, "kind": kind, "by": by, "on_day": at.date(), "at": _utc(at), "backdated": backdated}
        connection.execute(insert(WAIVER_ENTRIES), entry)
        return _one(connection, ledger, number)


def _one(connection: Connection, ledger: Ledger, number: int) -> Waiver:
    found = _read(connection).get(number)
    if found is None:
        raise KeptError(f"{ledger.name}: there is no waiver {number}. `kept waive list` has them all.")
    return found


def _read(connection: Connection) -> dict[int, Waiver]:
    entries: dict[int, dict[str, Any]] = {}
    for row in connection.execute(select(WAIVER_ENTRIES)):
        values = {f"{row.kind}_by": row.by, f"{row.kind}_on": row.on_day}
        entries.setdefault(row.waiver, {}).update(
            values | ({"backdated": row.backdated} if row.kind == "approved" else {})
        )
    rows = connection.execute(select(WAIVERS).order_by(WAIVERS.c.number)).mappings()
    return {row["number"]: _waiver(row, entries.get(row["number"], {})) for row in rows}


def _waiver(row: Mapping[Any, Any], entries: Mapping[str, Any]) -> Waiver:
    return Waiver(**{name: row[name] for name in WAIVERS.c.keys() if name != "asked_at"}, **entries)  # noqa: SIM118 - no dict


def _same(waiver: Waiver) -> tuple[str, str]:
    return waiver.target, waiver.team


def _never_approved(waiver: Waiver) -> bool:
    return waiver.withdrawn_on is not None and waiver.approved_on is None


def _used(connection: Connection, waiver: Waiver, today: date) -> bool | None:
    if waiver.starts is None or waiver.starts > min(waiver.ends, today):
        return None
    query = text(_BREACHED.format(during=DURING.format(it="s"), covers=_COVERS[waiver.kind])).bindparams(
        starts=waiver.starts, ends=waiver.ends, target=waiver.target
    )
    if waiver.kind == "clause":
        query = query.bindparams(team=waiver.team)
    return connection.execute(query).first() is not None


def _person(name: str) -> str:
    if _PERSON.fullmatch(name) is None:
        raise KeptError(
            f"{harmless(name, 80)!r} is not a name of somebody. Give with --by an id of letters and digits, dots, dashes, "
            "underscores and @, such as a.mensah."
        )
    return name


def _reason(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise KeptError("a waiver needs a reason. Give it with --reason.")
    if len(said) > MOST_REASON:
        raise KeptError(f"the reason is longer than {MOST_REASON:,} letters. Shorten it.")
    if not _storable(said):
        raise KeptError("the reason has letters in it that no database takes. Write it as plain text.")
    return said


def _check_days(begins: date, until: date) -> None:
    if until < begins:
        raise KeptError(f"a waiver cannot end on {until}, before it begins on {begins}. Give a later --until.")
    last = begins + timedelta(days=LONGEST - 1)
    if until > last:
        raise KeptError(
            f"a waiver may last {LONGEST} days at most: from {begins} until {last}. Give an earlier --until, and ask "
            "again when it ends if it must go on."
        )


def _check_target(connection: Connection, kind: Kind, target: str, clauses: Collection[str]) -> None:
    if kind == "clause":
        return
    found = select(INSTANCES.c.id).where(INSTANCES.c.id == target)
    if _storable(target) and connection.scalar(found) is not None:
        return
    raise KeptError(
        f"{harmless(target)}: no clause is called so{nearest(harmless(target), clauses)}, and no night found an instance "
        "with that id. `kept check` shows the ids of instances with --format json, `kept rules list` the clauses."
    )


def _check_team(connection: Connection, team: str) -> None:
    if not team:
        return
    known: Iterable[str] = connection.scalars(select(HOLDERS.c.team).distinct()).all()
    if team not in known:
        raise KeptError(f"{harmless(team)}: no night knows that team{nearest(harmless(team), known)}.")


def _storable(said: str) -> bool:
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in said)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the moment has no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None)
