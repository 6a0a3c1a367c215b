"""Waivers as people read them, and as JSON. A reason is free text: it is never markup and passes through `harmless`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.console import Console

from engine.ledger.waived import OFTEN, SOON, Standing, Waiver
from engine.ledger.waivers import Listed
from engine.record.problem import harmless
from engine.report.learning_text import say
from engine.report.results import waiver_result
from engine.report.wording import day, many, target

STANDINGS: dict[Standing, str] = {
    "asked": "waits for approval",
    "to_come": "to come",
    "active": "active",
    "expired": "expired",
    "withdrawn": "withdrawn",
    "unapproved": "ended without approval",
}
"""Where a waiver stands, in words."""


def show_waivers(console: Console, listed: Sequence[Listed], today: date) -> None:
    """The waivers one after the other, then how many there are."""
    for each in listed:
        waiver = each.waiver
        marks = [STANDINGS[each.standing]]
        marks += [f"ends within {SOON} days"] if each.expiring else []
        marks += ["never used: nothing that it covers was breached while it counted"] if each.used is False else []
        marks += [f"asked for again {many(each.renewed, 'time')}"] if each.renewed > OFTEN else []
        say(console, f"Waiver {waiver.number}: {harmless(target(waiver))}", "bold")
        say(console, f"  {'; '.join(marks)}")
        say(console, f"  {_days(waiver)}; {_who(waiver)}")
        say(console, f"  {harmless(waiver.reason, 2_000)}")
    standings = Counter(each.standing for each in listed)
    said = ", ".join(f"{standings[standing]} {words}" for standing, words in STANDINGS.items() if standings[standing])
    say(console, f"{many(len(listed), 'waiver')} as at {day(today)}" + (f": {said}" if said else ""))


def told(waiver: Waiver, today: date) -> str:
    """One waiver in a line, after something was done to it; what somebody has to do next."""
    standing = STANDINGS[waiver.standing(today)]
    line = f"Waiver {waiver.number} for {harmless(target(waiver))}: {standing}; {_days(waiver)}; {_who(waiver)}."
    if waiver.approved_on is None and waiver.withdrawn_on is None:
        line += f" It counts when somebody else has approved it: kept waive approve {waiver.number}"
    return line


def waivers_json(listed: Sequence[Listed], today: date, *, unmasked: bool = False) -> str:
    """`as_at`, and `waivers`: each with `standing`, `expiring`, `used` (null before it counted), and `renewed`; its reason is
    empty unless `unmasked`.
    """
    found: list[dict[str, Any]] = [
        waiver_result(each.waiver if unmasked else each.waiver.masked())
        | each.model_dump(mode="json", exclude={"waiver"})
        for each in listed
    ]
    return json.dumps({"as_at": today.isoformat(), "waivers": found}, indent=2, ensure_ascii=True)


def waiver_json(waiver: Waiver, today: date, *, unmasked: bool = False) -> str:
    """One waiver, with where it stands; its reason is empty unless `unmasked`."""
    shown = waiver_result(waiver if unmasked else waiver.masked())
    return json.dumps(shown | {"standing": waiver.standing(today)}, indent=2, ensure_ascii=True)


def _days(waiver: Waiver) -> str:
    if waiver.starts is None:
        return f"asked for from {day(waiver.from_day)} until {day(waiver.until_day)}"
    if waiver.ends < waiver.starts:
        return f"never counted (asked for from {day(waiver.from_day)} until {day(waiver.until_day)})"
    return f"from {day(waiver.starts)} until {day(waiver.ends)}"


def _who(waiver: Waiver) -> str:
    parts = [f"asked for by {waiver.asked_by} on {day(waiver.asked_on)}"]
    if waiver.approved_on is not None:
        also = ", for the days before too" if waiver.backdated else ""
        parts.append(f"approved by {waiver.approved_by} on {day(waiver.approved_on)}{also}")
    if waiver.withdrawn_on is not None:
        parts.append(f"withdrawn by {waiver.withdrawn_by} on {day(waiver.withdrawn_on)}")
    return ", ".join(parts)
