"""What falls due as people read it, and as JSON and CSV. Text from records is never markup: it passes through `harmless`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.ledger.coming import By, Coming, Due, Week
from engine.record.problem import harmless
from engine.report.learning_text import columns, say
from engine.report.results import write_rows
from engine.report.wording import NO_TEAM, day, many

LISTED = 100
"""How many are listed for people; JSON and CSV have them all."""

LISTED_EACH = 20
"""How many are listed for each practitioner or team."""

NOBODY = "(nobody)"
BAR = 40
"""Columns of the longest bar."""

FIELDS = tuple(Due.model_fields)


def show_coming(console: Console, found: Coming, by: By | None) -> None:
    """What falls due, earliest first, in all or for each practitioner or team; then the weeks ahead as bars."""
    whose = f" in {found.team}" if found.team else ""
    say(
        console,
        f"{many(len(found.due), 'instance')} fall due{whose} from {day(found.as_at)} to {day(found.until)}, "
        f"as the night {found.run} saw it",
        "bold",
    )
    if not found.complete:
        say(
            console, "That night was incomplete: what it could not judge is as it stood before, or missing.", "bold red"
        )
    if found.clauses:
        say(console, f"That night judged only {', '.join(found.clauses)}.")
    most = LISTED if by is None else LISTED_EACH
    for name, due in grouped(found.due, by):
        if by is not None:
            nobody = NO_TEAM if by == "team" else NOBODY
            say(console, f"\n{harmless(name) or nobody}: {len(due):,}", "bold")
        elif due:
            say(console)
        if due:
            console.print(_table(due[:most]))
        if len(due) > most:
            say(console, f"and {len(due) - most:,} more; --format csv has them all")
    say(console)
    _bars(console, found.weeks)
    if found.undated:
        say(console, f"{found.undated:,} more are due by no day that is known yet.")
    if found.passed:
        say(console, f"{found.passed:,} more could not be judged that night, and their day has passed since they were.")


def grouped(due: Sequence[Due], by: By | None) -> list[tuple[str, tuple[Due, ...]]]:
    """What falls due for each practitioner or team, by name, each with earliest first; or all of it. The name is empty for nobody."""
    if by is None:
        return [("", tuple(due))]
    groups: dict[str, list[Due]] = {}
    for each in due:
        groups.setdefault(getattr(each, by), []).append(each)
    return [(name, tuple(groups[name])) for name in sorted(groups)]


def coming_json(found: Coming) -> str:
    """`run`, `as_at`, `until`, `due` (earliest first), `weeks`, and what is counted apart."""
    return found.model_dump_json(indent=2, ensure_ascii=True)


def coming_csv(found: Coming, file: TextIO) -> None:
    """A line for everything that falls due, earliest first."""
    write_rows(FIELDS, ([getattr(each, field) for field in FIELDS] for each in found.due), file)


def _table(due: Iterable[Due]) -> Table:
    table = columns("Due", "Left", "Duty", "Promise", "Case", "For", "Team", "Practitioner", "")
    for each in due:
        marks = ["local value"] if each.standing == "local" else []
        marks += ["bank holidays not all known"] if each.provisional else []
        marks += ["not judged that night"] if each.stale else []
        marks += [f"waived (waiver {each.waived})"] if each.waived is not None else []
        cells = (
            day(each.due),
            "today" if each.left == 0 else many(each.left, "day"),
            each.duty,
            each.title,
            each.case,
            f"{each.subject_type} {each.subject}".replace("_", " "),
            each.team or NO_TEAM,
            each.practitioner or NOBODY,
            "; ".join(marks),
        )
        table.add_row(*(Text(harmless(cell)) for cell in cells))
    return table


def _bars(console: Console, weeks: Sequence[Week]) -> None:
    say(console, f"The next {len(weeks)} weeks", "bold")
    whole, part = ("█", "▒") if console.is_terminal else ("#", "=")
    most = max((week.others + week.local for week in weeks), default=0) or 1
    for week in weeks:
        total = week.others + week.local
        # What there is shows, however little of the most it is.
        length = max(round(BAR * total / most), 1) if total else 0
        others = min(max(round(length * week.others / total), week.others > 0), length) if total else 0
        bar = whole * others + part * (length - others)
        say(console, f"  from {day(week.begins):<17} {total:>9,}  {bar}".rstrip())
    say(console, f"  {whole} the standard's own day or the court's, {part} a local value's", "dim")
