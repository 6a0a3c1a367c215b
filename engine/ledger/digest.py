"""What a team is told after a night: which breaches are new or put right, what falls due, which waivers stand. Ids only.

It is about the last night, compared with the one before it or with an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text, update

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

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS = 14
"""What falls due within so many days is told."""

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
    """One digest on its way to one address. Set `sent` when the mail server took it; `tries` counts those before."""

    def __init__(self, tries: int, *, already: bool) -> None:
        self.tries, self.already, self.sent = tries, already, False


@contextmanager
def sending(ledger: Ledger, digest: Digest, address: str, at: datetime) -> Iterator[Sending]:
    """Send it inside: that it was sent is written in the same breath, and meanwhile nobody else sends it.

    A process that is killed between the mail server's word and the ledger's sends it again the next time, with the same
    Message-ID, by which most mailboxes know it. `at` has a time zone.

    Raises:
        KeptError: when the ledger cannot be written to.
    """
    if at.tzinfo is None:
        raise ValueError("the moment has no time zone")
    key = {"run": digest.run, "team": digest.team, "address": address}
    this = (DIGESTS.c.run == digest.run) & (DIGESTS.c.team == digest.team) & (DIGESTS.c.address == address)
    with ledger.adding() as connection:
        row = connection.execute(select(DIGESTS).where(this)).first()
        letter = Sending(row.tries if row else 0, already=bool(row and row.sent))
        yield letter
        if letter.already:
            return
        values = {"tries": letter.tries + 1, "tried_at": at.astimezone(UTC).replace(tzinfo=None), "sent": letter.sent}
        if row is None:
            connection.execute(insert(DIGESTS), key | values)
        else:
            connection.execute(update(DIGESTS).where(this).values(values))
