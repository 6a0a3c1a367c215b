"""What the pages about learning and quality ask of a caseload: who there is, and what was recorded about whom.

Questions are Ibis expressions over the raw tables, so they are the same wherever the caseload lies. Only what had
happened and was on the record in the view exists for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import ibis
from ibis.expr import types as ir

from engine.record.dictionary import ID, PRACTITIONER, Dictionary
from engine.record.problem import KeptError, harmless, nearest
from engine.record.suspects import raw_tables
from engine.record.table_engine import TableEngine
from engine.record.timeline import View


class Colleague(NamedTuple):
    """A member of staff whom the caseload knows: the team, and whether they have a timeline of their own."""

    team: str
    own: bool


class Asking:
    """Asks one engine, seen from one view."""

    def __init__(self, engine: TableEngine, words: Dictionary, view: View) -> None:
        self.engine, self.words, self.view = engine, words, view
        self.raw = raw_tables(words)

    def fetch(self, table: ir.Table) -> list[tuple[Any, ...]]:
        """What the expression gives."""
        return self.engine.fetch(str(ibis.to_sql(table, dialect=self.engine.dialect, pretty=False)))

    # --- who there is

    def staff(self) -> dict[str, Colleague]:
        """Every member of staff by id. The team is that of their own timeline, else the one they are recorded with."""
        things = self.raw["objects"].filter(lambda t: (t.type == PRACTITIONER) & ~t.unreadable)
        told = things.select(who=things.id, team=things.team, own=things.id == things.case).distinct()
        found: dict[str, Colleague] = {}
        for who, team, own in sorted(self.fetch(told), key=lambda row: (row[2], str(row[1] or ""), str(row[0]))):
            if ID.fullmatch(who or ""):
                before = found.get(who)
                found[who] = Colleague(
                    team or (before.team if before else ""), bool(own) or bool(before and before.own)
                )
        return found

    def teams(self) -> list[str]:
        """Every team that holds a case or has a member of staff with a timeline."""
        heads = self.raw["objects"].filter(lambda t: (t.id == t.case) & t.type.isin(self.words.roots) & ~t.unreadable)
        return sorted(str(team) for (team,) in self.fetch(heads.select("team").distinct()) if team)

    def timelines_of(self, team: str) -> set[str]:
        """The ids of the cases that the team holds, and of its members' own timelines."""
        heads = self.raw["objects"].filter(lambda t: (t.id == t.case) & (t.team == ibis.literal(team)))
        return {str(case) for (case,) in self.fetch(heads.select("case").distinct())}

    # --- what was recorded

    def events(self, kind: str) -> ir.Table:
        """The events of one type that are seen: the columns of the raw table."""
        events = self.raw["events"].filter(lambda t: (t.type == kind) & ~t.unreadable)
        # Without a moment of its own, an event was recorded as its day began.
        recorded = ibis.coalesce(events.recorded, events.happened.cast("timestamp"))
        view = self.view
        return events.filter((events.happened <= ibis.literal(view.as_at)) & (recorded <= ibis.literal(view.known_at)))

    def about(self, events: ir.Table) -> ir.Table:
        """The events with each practitioner they are about, as `who`; none when that is nobody.

        An event on a practitioner's own timeline is about that practitioner, unless it names another.
        """
        ties = self.raw["event_object"].filter(lambda t: (t.qualifier == PRACTITIONER) & ~t.unreadable)
        ties = ties.select(tied_case=ties.case, event=ties.event, named=ties.object).distinct()
        heads = self.raw["objects"].filter(lambda t: (t.id == t.case) & (t.type == PRACTITIONER))
        heads = heads.select(own=heads.case).distinct()
        both = events.left_join(ties, [events.case == ties.tied_case, events.id == ties.event])
        both = both.left_join(heads, [both.case == heads.own])
        return both.mutate(who=ibis.coalesce(both.named, both.own)).drop("tied_case", "event", "named", "own")

    def naming(self, events: ir.Table, kind: str) -> ir.Table:
        """The events with each object of that type that they name, under the type's name; none when there is none."""
        ties = self.raw["event_object"].filter(lambda t: (t.qualifier == kind) & ~t.unreadable)
        ties = ties.select(tied_case=ties.case, event=ties.event, **{kind: ties.object}).distinct()
        return events.left_join(ties, [events.case == ties.tied_case, events.id == ties.event]).drop(
            "tied_case", "event"
        )


def nobody(what: str, name: str, known: Iterable[str]) -> KeptError:
    """That there is no such practitioner or team in the caseload, with the nearest name that is."""
    near = harmless(nearest(name, known))
    found = f"{near} Else give" if near else ". Give"
    return KeptError(
        f"there is nobody called '{harmless(name, 80)}' in this caseload{found} {what} as the record has it."
    )
