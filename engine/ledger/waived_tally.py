"""Counting what waivers stand beside in a night, while its findings go by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from engine.judge.outcome import Finding, Outcome
from engine.ledger.waived import OPEN, InForce, NightWaived, Waiver, waived


class _Row(NamedTuple):
    instance: str
    clause: str
    duty: str
    team: str
    outcome: Outcome


class WaivedTally:
    """Counts findings beside which a waiver stands on that day."""

    def __init__(self, waivers: Iterable[Waiver], as_at: date) -> None:
        self._waivers = [waiver for waiver in waivers if waiver.active(as_at)]
        self._as_at = as_at
        self._count: Counter[tuple[int, Outcome]] = Counter()
        self._instances, self._clauses = (
            pa.array(sorted({waiver.target for waiver in self._waivers if waiver.kind == kind}), pa.string())
            for kind in ("instance", "clause")
        )

    @property
    def any(self) -> bool:
        """Whether any waiver counts on that day."""
        return bool(self._waivers)

    def add(self, batch: pa.RecordBatch) -> None:
        """Count these findings: columns as in `engine.judge.finding_table`."""
        if not self._waivers:
            return
        # Few findings are covered: only those that may be are made rows of.
        may = pc.is_in(batch.column("instance"), self._instances)
        for name in ("clause", "duty"):
            may = pc.or_(may, pc.is_in(batch.column(name), self._clauses))
        few = batch.filter(pc.and_(may, pc.is_in(batch.column("outcome"), pa.array(OPEN))))
        rows = [_Row(**row) for row in few.select(list(_Row._fields)).to_pylist()]
        found = waived(rows, self._waivers, self._as_at)
        self._count.update((found[row.instance].number, row.outcome) for row in rows if row.instance in found)

    def counted(self, most_overdue: Sequence[Finding]) -> NightWaived:
        """What was counted, and what stands beside these breaches."""
        outcomes: Counter[Outcome] = Counter()
        for (_, outcome), count in self._count.items():
            outcomes[outcome] += count
        return NightWaived(
            outcomes={each: outcomes[each] for each in OPEN if outcomes[each]},
            in_force=tuple(
                InForce(
                    waiver=waiver,
                    outcomes={each: many for each in OPEN if (many := self._count[waiver.number, each])},
                )
                for waiver in self._waivers
            ),
            most_overdue={
                instance: waiver.number for instance, waiver in waived(most_overdue, self._waivers, self._as_at).items()
            },
        )
