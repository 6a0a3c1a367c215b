"""What the ledger knows of a night: what it follows from, what it came to. Light to import: no database is in here."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from importlib.metadata import version

from engine.judge.outcome import Outcome
from engine.record.calendar import Calendar
from engine.record.dictionary import Frozen
from engine.record.fingerprint import Fingerprint
from engine.record.problem import KeptError, harmless

SHRUNK_REMEDY = "Check the extract. If it is right, run the night again with --accept-fewer."
"""What to do about a caseload that has suddenly shrunk."""

_SERIES = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", re.ASCII)
_VERSIONS = ("kept", "duckdb", "ibis-framework", "sqlglot", "pyarrow", "holidays")
_FIRST_DAY = date(2000, 1, 1)


class Receipt(Frozen):
    """All that the outcomes of a night follow from: with the same receipt they are the same.

    `rulebook` and `calendar` are hashes; `known_at` (local time, as records have it) has no time zone; `caseload` says in
    words what was read, `fingerprint` what was in it (None when none was taken); `clauses` are those asked for, all of
    them when it is empty, and None where a Kept before this did not note it. `series` is the name of the nights that it is
    one of; empty when they are known by their caseload.
    """

    rulebook: str
    calendar: str
    caseload: str
    fingerprint: Fingerprint | None = None
    as_at: date
    known_at: datetime
    clauses: tuple[str, ...] | None = ()
    stated_only: bool = False
    versions: dict[str, str]
    series: str = ""

    @cached_property
    def sha256(self) -> str:
        """`sha256:` and the hash of it all; nothing when not all is known, for then nothing is the same as it."""
        if self.fingerprint is None:
            return ""
        # Without a name as before there were any: the nights of then are still known.
        content = self.model_dump(mode="json", exclude=None if self.series else {"series"})
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class RunStart(Frozen):
    """What is known of a night before its first case: its receipt, the rulebook's canonical JSON, and when it began (with a
    time zone).
    """

    receipt: Receipt
    text: str
    started_at: datetime


class Counts(Frozen):
    """What a night came to: `cases` are those judged, `instances` the sum of `outcomes`.

    `complete` when every case was read and every duty judged; `trend` when enough was for a point in a trend.
    `shrunk_from` is how many cases the last whole night of the series had, read or not, when this one had far fewer; None
    for a whole night. A night that has it is not complete and no point in a trend, and closed nothing that was missing.
    """

    cases: int
    instances: int
    outcomes: dict[Outcome, int]
    faults: int
    quarantined: int
    complete: bool
    trend: bool = True
    shrunk_from: int | None = None

    @property
    def there(self) -> int:
        """How many cases there were, read or not."""
        return self.cases + self.quarantined


class Run(Frozen):
    """A night in the ledger. `started_at` and `finished_at` are in UTC; `series` is empty where nobody gave a name."""

    id: str
    started_at: datetime
    finished_at: datetime
    rulebook: str
    as_at: date
    known_at: datetime
    caseload: str
    stated_only: bool
    series: str = ""
    counts: Counts


@cache  # what a process runs on stays the same
def versions() -> dict[str, str]:
    """The versions of what judges."""
    return {"python": platform.python_version(), **{name: version(name) for name in _VERSIONS}}


def calendar_hash(calendar: Calendar) -> str:
    """`sha256:` and the hash of the bank holidays that are known: the weekdays until then on which nobody works."""
    days = (_FIRST_DAY + timedelta(days=ahead) for ahead in range((calendar.known_through - _FIRST_DAY).days + 1))
    off = [day.isoformat() for day in days if day.weekday() < 5 and not calendar.is_working_day(day)]
    text = json.dumps([calendar.subdivision, calendar.known_through.isoformat(), off])
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def asked_for(clauses: Sequence[str]) -> tuple[str, ...]:
    """The clauses that were asked for, each once and in order."""
    return tuple(sorted(set(clauses)))


def series_name(name: str) -> str:
    """The name of a series, as it was given.

    Raises:
        KeptError: when it cannot be one; says what can.
    """
    if not _SERIES.fullmatch(name):
        raise KeptError(
            f"{harmless(name, 80)!r} is not a name for a series. Give one of letters (a to z), digits and dashes, 40 at most, "
            "that begins with a letter or digit, such as north-london."
        )
    return name


def has_shrunk(there: int, before: int | None, share: float) -> bool:
    """Whether so many cases are fewer than that share of those that there were before (None: there is no night before)."""
    return before is not None and there < Decimal(str(share)) * before
