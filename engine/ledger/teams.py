"""How the duties of one team stood in one night of a ledger."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import column, func, select, table

from engine.duty.language import Force
from engine.judge.outcome import Outcome
from engine.ledger.database import connect, locate, plainly

# By name only: whether it is a table or a view is the ledger's business.
_OUTCOMES = table("outcomes", *(column(name) for name in ("run", "duty", "team", "force", "outcome", "practitioner")))


def team_standings(
    where: str, run: str, team: str, force: Force, apart: Iterable[str] = ()
) -> list[tuple[Outcome, str, int]]:
    """How that team's duties of that force stood in the night with that id: outcome, who leads (or ""), how many.

    Duties that stand `apart`, such as those on trial, are in no number.

    Raises:
        KeptError: when the ledger cannot be read; says what to do.
    """
    outcomes = _OUTCOMES.c
    those = (outcomes.run == run) & (outcomes.team == team) & (outcomes.force == force)
    those &= outcomes.duty.not_in(list(apart))
    by = (outcomes.outcome, outcomes.practitioner)
    url, name, _ = locate(where)
    engine = connect(url, name)
    try:
        with plainly(name), engine.connect() as connection:
            found = connection.execute(select(*by, func.count()).where(those).group_by(*by))
            return [(outcome, who or "", count) for outcome, who, count in found]
    finally:
        engine.dispose()
