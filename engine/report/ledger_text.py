"""What the ledger holds as people read it, and as JSON: its nights, the cases set aside, and whether an answer stands."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from engine.ledger.reading import SetAside
from engine.ledger.runs import Run
from engine.ledger.verify import Differing, Verification
from engine.record.problem import harmless
from engine.report.learning_text import columns, say
from engine.report.wording import day, many, moment

_LISTED = 20
_CAUSES = {
    "record": "The caseload holds other content than it did that night: the past was rewritten on the record.",
    "kept": "The caseload holds the same content as that night: it is Kept that judges otherwise.",
    "unknown": "Nobody can say whether the record or Kept changed: the fingerprints of then and now cannot be compared.",
    "": "",
}


def show_runs(console: Console, runs: Sequence[Run]) -> None:
    """The nights, oldest first."""
    table = columns(
        "Run",
        "As at",
        "Known at",
        "Finished (UTC)",
        "Cases",
        "Instances",
        "Breached",
        "Quarantined",
        "Faults",
        "Caseload",
    )
    for run in runs:
        counts = run.counts
        numbers = (
            counts.cases,
            counts.instances,
            counts.outcomes.get("breached", 0),
            counts.quarantined,
            counts.faults,
        )
        times = (day(run.as_at), moment(run.known_at), moment(run.finished_at))
        what = harmless(run.caseload) + (f", series {run.series}" if run.series else "")
        what += ", stated only" if run.stated_only else ""
        table.add_row(run.id, *times, *(f"{number:,}" for number in numbers), Text(what))
    console.print(table) if runs else say(console, "There is no night in this ledger yet.")


def runs_json(runs: Sequence[Run]) -> str:
    """A list of the nights, each with its counts beside what it looked at."""
    return json.dumps([{**(shown := run.model_dump(mode="json")), **shown.pop("counts")} for run in runs], indent=2)


def show_set_aside(console: Console, run: Run, cases: Sequence[SetAside]) -> None:
    """The cases that could not be read in the last night."""
    say(console, f"{many(len(cases), 'case')} set aside in the night {run.id}, as at {day(run.as_at)}", "bold")
    for each in cases:
        where = ": ".join(part for part in (each.file, each.place) if part)
        say(console, f"{each.case or 'a case'}, since {day(each.since_day)} ({each.since})", "")
        say(console, f"    {where}: {each.problem}. {each.remedy}")


def set_aside_json(run: Run, cases: Sequence[SetAside]) -> str:
    """`run`, and `cases`: each with file, place, problem, remedy, and since when."""
    return json.dumps({"run": run.id, "cases": [each.model_dump(mode="json") for each in cases]}, indent=2)


def show_verification(console: Console, found: Verification) -> None:
    """Whether the answer stands; what differs, and where that comes from."""
    what = f"The answer of {found.run}" + (f" on {found.instance}" if found.instance else "")
    if found.unread:
        say(
            console,
            f"{many(len(found.unread), 'case or duty', 'cases or duties')} could not be judged again:",
            "bold red",
        )
        for problem in found.unread[:_LISTED]:
            say(console, f"    {problem}")
        _more(console, len(found.unread))
    if found.stands:
        rest = " as far as it could be judged again" if found.unread else ""
        compared = "" if found.instance else f": {many(found.checked, 'instance')} compared"
        nothing = found.instance and found.unread
        say(console, f"{what} could not be verified." if nothing else f"{what} stands{rest}{compared}.", "bold")
        return
    say(console, f"{what} differs: {found.differ:,} of {many(found.checked, 'instance')}.", "bold red")
    say(console, _CAUSES[found.cause])
    for name, (before, now) in found.versions.items():
        say(console, f"{name} was {before or 'not noted'}, and is {now}.")
    for each in found.differing[:_LISTED]:
        say(console, f"  {each.instance}  {_told(each)}")
    _more(console, found.differ)


def verification_json(found: Verification) -> str:
    """`run`, `instance`, `stands`, `checked`, `differ`, `differing`, `cause`, `unread`, `versions`."""
    return json.dumps({**found.model_dump(mode="json"), "stands": found.stands}, indent=2)


def _told(each: Differing) -> str:
    if each.kind == "gone":
        return f"was {each.then.get('outcome')}, and is no longer found"
    if each.kind == "added":
        return f"was not found, and is {each.now.get('outcome')}"
    return "; ".join(f"{name} was {each.then[name] or 'none'}, is {each.now[name] or 'none'}" for name in each.then)


def _more(console: Console, count: int) -> None:
    if count > _LISTED:
        say(console, f"    and {count - _LISTED:,} more")
