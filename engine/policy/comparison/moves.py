"""Whether what came of an instance is worse by one rulebook than by another, and the order of outcomes that says so.

From best to worst, for whoever owes it:

    0  met · excused · lapsed · not owed     nothing is wrong
    1  due                                   not settled yet
    2  late                                  kept too late
    3  breached                              not kept

A move to a higher number is worse, to a lower one better; between outcomes with one number it is neither. So is a move to
or from unjudged and undetermined, which have no place in the order: nobody has said, or can say, what it would be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.judge.outcome import Finding, Outcome

LEVELS: dict[Outcome | None, int] = {
    "met": 0, "excused": 0, "lapsed": 0, None: 0,
    "due": 1,
    "late": 2,
    "breached": 3,
}  # fmt: skip
"""How bad an outcome is; None is not owed at all, and what is unjudged or undetermined is not in it."""

Direction = Literal["worse", "better", "neither"]


@dataclass(frozen=True, slots=True)
class Move:
    """One instance of which two rulebooks say different things; None is not owed."""

    duty: str
    instance: str
    subject: str
    start: date
    before: Outcome | None
    after: Outcome | None
    due_before: date | None
    due_after: date | None

    @property
    def change(self) -> int:
        """By how many levels it is worse by the second rulebook; fewer than none is better."""
        if self.before not in LEVELS or self.after not in LEVELS:
            return 0
        return LEVELS[self.after] - LEVELS[self.before]

    @property
    def direction(self) -> Direction:
        """Whether it is worse by the second rulebook, better, or neither."""
        return "worse" if self.change > 0 else "better" if self.change < 0 else "neither"


def moves(before: Iterable[Finding], after: Iterable[Finding]) -> list[Move]:
    """The instances whose outcomes differ, by the day they started."""
    was, now = ({finding.instance: finding for finding in found} for found in (before, after))
    found = []
    for instance in {**was, **now}:
        old, new = was.get(instance), now.get(instance)
        one = new or old
        assert one is not None  # noqa: S101 - it is in one of the two
        outcomes = (old.outcome if old else None, new.outcome if new else None)
        if outcomes[0] != outcomes[1]:
            dues = (old.due if old else None, new.due if new else None)
            found.append(Move(one.duty, instance, one.subject, one.start, *outcomes, *dues))
    return sorted(found, key=lambda move: (move.start, move.instance))
