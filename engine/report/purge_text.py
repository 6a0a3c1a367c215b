"""What was removed from the ledger, or would be, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from engine.ledger.purge import Purge
from engine.report.wording import day, many, moment

_TOLD = (
    ("runs", "night", "nights"),
    ("states", "state", "states"),
    ("instances", "instance", "instances"),
    ("cases", "case", "cases"),
    ("quarantine", "case set aside", "cases set aside"),
    ("faults", "fault", "faults"),
    ("waivers", "waiver", "waivers"),
    ("digests", "note of a digest", "notes of digests"),
)


def removal_text(removed: Mapping[str, int], before: date, *, done: bool) -> str:
    """What went, or would go, in a sentence or two."""
    if not any(removed.values()):
        return f"Nothing in the ledger is from before {day(before)} alone."
    said = _counted(removed)
    if done:
        return f"Removed for good, from before {day(before)}: {said}."
    return f"From before {day(before)}, this would be removed for good: {said}. Nothing was removed; --yes removes it."


def removal_json(removed: Mapping[str, int], before: date, *, done: bool) -> str:
    """The same: `before`, whether it was `done`, and how many rows of each table."""
    return json.dumps({"before": before.isoformat(), "done": done, "removed": dict(removed)}, indent=2)


def purges_text(found: Sequence[Purge]) -> str:
    """Every removal, one in a line."""
    lines = [
        f"{moment(each.at)} UTC: {each.by} removed what was from before {day(each.before)}: {_counted(each.removed)}."
        for each in found
    ]
    return "\n".join(lines) or "Nothing was ever removed from this ledger."


def purges_json(found: Sequence[Purge]) -> str:
    """The same as a list."""
    return json.dumps([each.model_dump(mode="json") for each in found], indent=2)


def _counted(removed: Mapping[str, int]) -> str:
    return (
        ", ".join(many(removed[name], one, several) for name, one, several in _TOLD if removed.get(name)) or "no night"
    )
