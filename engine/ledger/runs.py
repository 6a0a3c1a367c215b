"""What the ledger knows of a night: how it began, what it came to. Light to import: no database is in here."""

from __future__ import annotations

from datetime import date, datetime

from engine.judge.outcome import Outcome
from engine.record.dictionary import Frozen


class RunStart(Frozen):
    """What is known of a night before its first case.

    `rulebook` is the hash, `text` the canonical JSON; `started_at` has a time zone, `known_at` (local time, as records
    have it) has none; `caseload` says in words what was read.
    """

    rulebook: str
    text: str
    as_at: date
    known_at: datetime
    started_at: datetime
    caseload: str
    stated_only: bool = False


class Counts(Frozen):
    """What a night came to: `cases` are those judged, `instances` the sum of `outcomes`."""

    cases: int
    instances: int
    outcomes: dict[Outcome, int]
    faults: int
    quarantined: int
    complete: bool


class Run(Frozen):
    """A night in the ledger. `started_at` and `finished_at` are in UTC."""

    id: str
    started_at: datetime
    finished_at: datetime
    rulebook: str
    as_at: date
    known_at: datetime
    caseload: str
    stated_only: bool
    counts: Counts
