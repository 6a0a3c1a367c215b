"""An impact for programs: the numbers that may be shared as JSON and as CSV, and every moved instance as CSV.

The instances are for the eyes of whoever asked: they are counted as easily as any table.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from engine.judge.difference import Impact, Moved, Side, Step
from engine.record.problem import KeptError, harmless
from engine.report.impact_shared import GroupTable, Shared, shared
from engine.report.results import write_rows
from engine.report.small_groups import FEWEST

MOVED_FIELDS = (
    "instance", "case", "team", "group", "duty", "subject_type", "subject", "start", "move", "before", "due_before", "after",
    "due_after",
)  # fmt: skip
"""The columns of the moved instances; `before` and `after` are empty where it is not owed."""

NUMBER_FIELDS = ("table", "row", "move", "instances")
"""The columns of the numbers. `instances` is empty where it is withheld; the row `withheld ones together` counts those."""

TOGETHER = "withheld ones together"


def impact_json(impact: Impact) -> str:
    """One object with the numbers that may be shared: none about fewer than five cases; null is withheld."""
    numbers = shared(impact)
    content = {
        "as_at": impact.view.as_at.isoformat(),
        "known_at": impact.view.known_at.isoformat(),
        "caseload": impact.caseload,
        "cases": impact.cases,
        "base": _side(impact.base),
        "candidate": _side(impact.candidate),
        "complete": impact.complete,
        "quarantined": len(impact.problems),
        "differing": [one._asdict() for one in impact.differing],
        "unchanged": impact.unchanged,
        "fewest": FEWEST,
        "moves": [{"moves": kind.moves, "says": kind.says, "instances": kind.instances} for kind in numbers.kinds],
        "steps": [
            {"moves": row.kind.moves, "steps": [_step(step) for step in row.steps], "instances": row.instances}
            for row in numbers.steps
        ],
        "by": impact.by,
        "groups": _groups(numbers, numbers.groups),
        "duties": _groups(numbers, numbers.duties),
        "weeks": [
            {"first": _day(week.first), "last": _day(week.last), "before": week.before, "after": week.after}
            for week in numbers.weeks
        ],
        "due_dates_moved": {"same_outcome": numbers.shifts[0], "another_outcome": numbers.shifts[1]},
    }
    return json.dumps(content, indent=2)


def write_numbers(impact: Impact, file: TextIO) -> None:
    """Write the numbers by group that may be shared, as CSV: a line for each group and kind of move."""
    write_rows(NUMBER_FIELDS, _numbers(impact), file)


def write_moved(moved: Iterable[Moved], file: TextIO) -> None:
    """Write every instance that moves, as CSV. Open the file with `newline=""`."""
    write_rows(MOVED_FIELDS, ([getattr(one, field) for field in MOVED_FIELDS] for one in moved), file)


def write_moved_file(moved: Iterable[Moved], path: Path) -> None:
    """Write every instance that moves to a file that only its owner may read.

    Raises:
        KeptError: when it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            write_moved(moved, file)
    except OSError as error:
        raise KeptError(f"{harmless(str(path))}: cannot be written there ({error.strerror}).") from error


def _numbers(impact: Impact) -> Iterator[tuple[object, ...]]:
    numbers = shared(impact)
    for kind in numbers.kinds:
        yield "all", "", " or ".join(kind.moves), kind.instances
    for what, table in ((impact.by or "", numbers.groups), ("duty", numbers.duties)):
        for name, counts in [*table.rows.items(), (TOGETHER, table.together)]:
            for kind, count in zip(numbers.kinds, counts, strict=False):
                if name != TOGETHER or count is not None:
                    yield what, name, " or ".join(kind.moves), count


def _side(side: Side) -> dict[str, Any]:
    failed = sorted({fault.duty for fault in side.faults})
    return {"name": side.name, "rulebook": side.rulebook, "faults": len(side.faults), "failed_duties": failed}


def _step(step: Step) -> dict[str, Any]:
    return {"before": step.before, "after": step.after, "due_moved": step.due_moved}


def _groups(numbers: Shared, table: GroupTable) -> dict[str, Any]:
    names = [" or ".join(kind.moves) for kind in numbers.kinds]
    rows = [{"name": name, "instances": dict(zip(names, counts, strict=True))} for name, counts in table.rows.items()]
    return {"rows": rows, "withheld_together": dict(zip(names, table.together, strict=True)) if rows else {}}


def _day(value: object) -> str | None:
    return None if value is None else str(value)
