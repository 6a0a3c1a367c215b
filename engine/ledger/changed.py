"""What changed between two nights: which breaches are new, still there, put right (and how), back again.

A change is about a breach. *New*: breached now, and on no night before. *Still*: breached on both nights. *Back again*:
breached now and not on the night before, but earlier. *Put right*: breached then and not now; how is told from where the
instance stands now, and from whether its duty reads otherwise than it did:

    fulfilled         done, in time or late
    excused           an exception that the clause allows is on the record
    lapsed            the case closed first
    undecided         something came on the record, and whether it is enough is for a person, or a fuller record, to say
    rule changed      the duty, one of its values or the calendar changed, and nothing newer explains it
    record corrected  none of these: what started it or set its day is no longer on the record, or says something else

What is undecided is no longer breached, but nobody has said that it is kept: it may be breached again.

A breach of a case that could not be read is still there, and *stale*: nobody could say whether it still stands so.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from engine.judge.outcome import Outcome
from engine.record.dictionary import Frozen

Kind = Literal["new", "still", "put_right", "back_again"]
How = Literal["fulfilled", "excused", "lapsed", "undecided", "rule_changed", "record_corrected"]
By = Literal["clause", "team", "practitioner"]
HOWS: tuple[How, ...] = ("fulfilled", "excused", "lapsed", "undecided", "rule_changed", "record_corrected")


class Change(Frozen):
    """One instance whose breach is new, put right or back again. `how` is empty unless it was put right; `outcome` is where
    it stands now, None when it is no longer found.
    """

    kind: Kind
    how: How | Literal[""]
    instance: str
    case: str
    clause: str
    duty: str
    subject: str
    team: str
    practitioner: str
    outcome: Outcome | None
    due: date | None
    done: date | None


class ChangeCounts(Frozen):
    """How many breaches are new, still there (of those, `stale`: nobody could say), back again, and put right, and how."""

    new: int
    still: int
    stale: int
    back_again: int
    put_right: int
    how: dict[How, int]


class ChangeGroup(ChangeCounts):
    """The same for one clause, team or practitioner; the name is empty where the record names none."""

    name: str


class Changes(Frozen):
    """What changed from the night `since` until the night `until`."""

    since: str
    until: str
    counts: ChangeCounts
    by: dict[By, tuple[ChangeGroup, ...]]
    changed: tuple[Change, ...]
