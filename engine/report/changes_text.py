"""What changed between two nights as people read it, and as JSON and CSV. Text from records passes through `harmless`."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.text import Text

from engine.ledger.changed import By, Change, ChangeCounts, Changes, How, Kind
from engine.record.problem import harmless
from engine.report.learning_text import columns, say
from engine.report.results import write_rows
from engine.report.wording import NO_TEAM, day

LISTED = 20
"""How many changes of a kind are listed for people; JSON and CSV have them all."""

HOW: dict[How, str] = {
    "fulfilled": "fulfilled",
    "excused": "excused",
    "lapsed": "lapsed",
    "undecided": "undecided",
    "rule_changed": "rule changed",
    "record_corrected": "record corrected",
}
"""How a breach was put right, in words."""

_KINDS: dict[Kind, str] = {"new": "New", "back_again": "Back again", "put_right": "Put right"}
_FIELDS = tuple(Change.model_fields)


def in_numbers(counts: ChangeCounts) -> str:
    """`3 new, 120 still there (4 of them not judged this night), 1 back again, 5 put right (4 fulfilled, 1 excused)`."""
    hows = ", ".join(f"{counts.how[how]:,} {HOW[how]}" for how in HOW if counts.how[how])
    stale = f" ({counts.stale:,} of them not judged this night)" if counts.stale else ""
    right = f" ({hows})" if hows else ""
    return (
        f"{counts.new:,} new, {counts.still:,} still there{stale}, {counts.back_again:,} back again, "
        f"{counts.put_right:,} put right{right}"
    )


def show_changes(console: Console, changes: Changes, by: By) -> None:
    """The counts in all and by clause, team or practitioner, then what changed."""
    say(console, f"Breaches from {changes.since} to {changes.until}: {in_numbers(changes.counts)}", "bold")
    table = columns(
        by.capitalize(), "New", "Still", "Not judged", "Back again", "Put right", *(HOW[how] for how in HOW)
    )
    for group in changes.by[by]:
        counts = (
            group.new,
            group.still,
            group.stale,
            group.back_again,
            group.put_right,
            *(group.how[how] for how in HOW),
        )
        name = Text(harmless(group.name) or (NO_TEAM if by == "team" else "(nobody)"))
        table.add_row(name, *(f"{count:,}" if count else "" for count in counts))
    if changes.by[by]:
        say(console)
        console.print(table)
    for kind, title in _KINDS.items():
        found = sorted((each for each in changes.changed if each.kind == kind), key=lambda each: getattr(each, by))
        if not found:
            continue
        say(console, f"\n{title}", "bold")
        for change in found[:LISTED]:
            say(
                console,
                f"  {change.instance}  {_stands(change)}; {change.team or NO_TEAM}, {change.practitioner or 'nobody'}",
            )
        if len(found) > LISTED:
            say(console, f"  and {len(found) - LISTED:,} more; --format csv has them all")


def changes_json(changes: Changes) -> str:
    """`since`, `until`, `counts`, `by` (clause, team, practitioner) and `changed`: every breach that is new, put right, back."""
    return changes.model_dump_json(indent=2, ensure_ascii=True)


def changes_csv(changes: Changes, file: TextIO) -> None:
    """A line for every breach that is new, put right or back again."""
    write_rows(_FIELDS, ([getattr(change, field) for field in _FIELDS] for change in changes.changed), file)


def _stands(change: Change) -> str:
    due = f"was due {day(change.due)}" if change.due else "no due date"
    if change.kind != "put_right" or not change.how:
        return due
    return f"{HOW[change.how]}: {change.outcome or 'no longer on the record'}"
