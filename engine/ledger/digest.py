"""What a team is told after a night: which breaches are new or put right, what falls due, which waivers stand. Ids only.

It is about the last night, compared with the one before it or with an earlier one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, insert, select, text, update

from engine.ledger.changed import Change, Changes
from engine.ledger.changes import changes_since
from engine.ledger.coming import Due, coming
from engine.ledger.runs import Run
from engine.ledger.schema import DIGESTS, DURING
from engine.ledger.store import Ledger
from engine.ledger.waived import Waiver
from engine.ledger.waivers import read_waivers
from engine.record.dictionary import Frozen
from engine.record.problem import KeptError, harmless, nearest

DAYS = 14
"""What falls due within so many days is told."""

HELD = timedelta(minutes=30)
"""How long a digest that is under way is left to whoever sends it: more than a slow mail server and marking it may take."""

_MARKS, _PAUSE = 60, 5.0
"""How often it is tried to mark what was sent, and the seconds between."""

_TEAMS = f"""
    SELECT DISTINCT h.team FROM runs r JOIN states s ON {DURING.format(it="s")} JOIN holders h ON h.number = s.holder
    WHERE r.id = :run
"""  # noqa: S608 - ours
_HELD = f"""
    SELECT h.team FROM runs r JOIN states s ON {DURING.format(it="s")} JOIN holders h ON h.number = s.holder
    JOIN instances i ON i.number = s.instance WHERE r.id = :run AND i.id = :instance
"""  # noqa: S608 - ours


class Digest(Frozen):
    """What one team is told of the night `run`, compared with the night `since` (None for the first of its series).

    `new` has also what is back again. `complete` is False when the night could not judge everything, `shrunk_from` as in
    `engine.ledger.runs.Counts`, and `there` is how many cases there were; `still` counts the
    breaches that are as they were, `stale` those of them that nobody could judge. `waivers` are those that count that day.
    """

    run: str
    since: str | None
    since_day: date | None
    as_at: date
    complete: bool
    shrunk_from: int | None
    there: int
    team: str
    new: tuple[Change, ...]
    put_right: tuple[Change, ...]
    due: tuple[Due, ...]
    still: int
    stale: int
    waivers: tuple[Waiver, ...]

    @property
    def quiet(self) -> bool:
        """Whether there is nothing that anybody has to read."""
        return not (self.new or self.put_right or self.due)


def digests(ledger: Ledger, team: str | None = None, since: str | None = None) -> list[Digest]:
    """The digest of each team that the last night knows, in their order; or of that team alone.

    Raises:
        KeptError: when there is no night or no such team, or the last one cannot be compared with `since`.
    """
    ahead = coming(ledger, DAYS)
    run = ledger.run(ahead.run)
    before = ledger.run(since) if since else ledger.previous(run.id)
    changes: Changes | None = None
    if before is not None:
        changes = changes_since(ledger, before.id)
        if changes.until != run.id:
            raise KeptError(
                f"{ledger.name}: the last night, {run.id}, cannot be compared with {before.id}: it judged another caseload or "
                "other clauses. Name one of its own nights with --since, or none."
            )
    with ledger.reading() as connection:
        teams = set(connection.scalars(text(_TEAMS), {"run": run.id}))
    teams |= {change.team for change in changes.changed} if changes else set()
    if team is not None and team not in teams:
        raise KeptError(
            f"{ledger.name}: the last night knows no team '{harmless(team, 80)}'{nearest(harmless(team, 80), teams)}."
        )
    waivers = _waivers(ledger, run)
    return [
        _digest(run, before, changes, ahead.due, waivers, each) for each in (sorted(teams) if team is None else [team])
    ]


def _digest(
    run: Run,
    before: Run | None,
    changes: Changes | None,
    due: Sequence[Due],
    waivers: Sequence[tuple[Waiver, str]],
    team: str,
) -> Digest:
    changed = [change for change in changes.changed if change.team == team] if changes else []
    counts = next((group for group in changes.by["team"] if group.name == team), None) if changes else None
    return Digest(
        run=run.id,
        since=before.id if before else None,
        since_day=before.as_at if before else None,
        as_at=run.as_at,
        complete=run.counts.complete,
        shrunk_from=run.counts.shrunk_from,
        there=run.counts.there,
        team=team,
        new=tuple(change for change in changed if change.kind in ("new", "back_again")),
        put_right=tuple(change for change in changed if change.kind == "put_right"),
        due=tuple(each for each in due if each.team == team),
        still=counts.still if counts else 0,
        stale=counts.stale if counts else 0,
        waivers=tuple(waiver for waiver, held in waivers if held in ("", team)),
    )


def _waivers(ledger: Ledger, run: Run) -> list[tuple[Waiver, str]]:
    """The waivers that count on the night's day, each with the team that it concerns: nothing for all of them."""
    found = []
    with ledger.reading() as connection:
        for waiver in read_waivers(ledger):
            if not waiver.active(run.as_at):
                continue
            if waiver.kind == "clause":
                found.append((waiver, waiver.team))
                continue
            held = connection.scalar(text(_HELD), {"run": run.id, "instance": waiver.target})
            if held:  # an instance that is no more is nobody's
                found.append((waiver, held))
    return found


# --- what was sent -----------------------------------------------------------------------------------------------------


class Sending:
    """One digest on its way to one address. Set `sent` when the mail server took it; `tries` counts those before.

    It is not to be sent when it was `already`, nor when it is held: another call has it in hand until `held_until` (UTC).
    """

    def __init__(self, tries: int, *, already: bool = False, held_until: datetime | None = None) -> None:
        self.tries, self.already, self.held_until, self.sent = tries, already, held_until, False

    @property
    def ours(self) -> bool:
        """Whether it is to be sent, by us alone."""
        return not self.already and self.held_until is None


@contextmanager
def sending(
    ledger: Ledger, digest: Digest, address: str, at: datetime, pause: Callable[[float], None] = time.sleep
) -> Iterator[Sending]:
    """Send it inside. The ledger is written to before and after, for a moment each: first that it is under way, by which
    nobody else sends it, then what became of it. Meanwhile a night may be written.

    A process that dies in between, also after the mail server has taken it and before that is marked, leaves it under way:
    nobody can say whether it was sent. For half an hour (`HELD`) other calls leave it alone and say so; after that the next
    one sends it again, with the same Message-ID, by which most mailboxes know it. So none is lost, and one may come twice.
    When something is raised inside it is as if the process had died. What cannot be marked, since a night is being written,
    is tried again for some minutes. `at` has a time zone.

    Raises:
        KeptError: when the ledger cannot be written to; says whether it was sent.
    """
    if at.tzinfo is None:
        raise ValueError("the moment has no time zone")
    moment = at.astimezone(UTC).replace(tzinfo=None)
    key = {"run": digest.run, "team": digest.team, "address": address}
    with ledger.reading() as connection:
        letter = _seen(connection, key, moment)
    if letter.ours:
        with ledger.adding() as connection:
            letter = _seen(connection, key, moment)  # somebody may have been quicker
            if letter.ours:
                values = {"tries": letter.tries + 1, "tried_at": moment, "sent": False, "under_way": True}
                if letter.tries:
                    connection.execute(update(DIGESTS).where(_this(key)).values(values))
                else:
                    connection.execute(insert(DIGESTS), key | values)
    yield letter
    if letter.ours:
        _mark(ledger, key, letter, pause)


def _this(key: Mapping[str, str]) -> ColumnElement[bool]:
    return and_(*(DIGESTS.c[name] == value for name, value in key.items()))


def _seen(connection: Connection, key: Mapping[str, str], moment: datetime) -> Sending:
    row = connection.execute(select(DIGESTS).where(_this(key))).first()
    if row is None:
        return Sending(0)
    # Half an hour either way: a clock that was wrong holds nothing for longer.
    held = row.under_way and not row.sent and abs(moment - row.tried_at) < HELD
    return Sending(row.tries, already=row.sent, held_until=(row.tried_at + HELD).replace(tzinfo=UTC) if held else None)


def _mark(ledger: Ledger, key: Mapping[str, str], letter: Sending, pause: Callable[[float], None]) -> None:
    # One that was not sent is ours to mark only while nobody else has taken it in hand.
    mine = _this(key) if letter.sent else and_(_this(key), DIGESTS.c.tries == letter.tries + 1, ~DIGESTS.c.sent)
    for left in reversed(range(_MARKS)):
        try:
            with ledger.adding() as connection:
                connection.execute(update(DIGESTS).where(mine).values(sent=letter.sent, under_way=False))
        except KeptError as error:
            if not left:
                was = "was sent" if letter.sent else "was not sent"
                raise KeptError(
                    f"The digest for {harmless(key['address'], 120)} {was}, and that could not be noted: {error} "
                    "In half an hour `kept digest --send` sends it again, with the same Message-ID."
                ) from error
            pause(_PAUSE)
        else:
            return
