"""An impact in a terminal: every number, and instances with both reasons. It is for the eyes of whoever asked, and says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.judge.difference import HOW, MOVES, Count, Impact, Move, Moved, Side
from engine.judge.outcome import Outcome
from engine.record.problem import harmless
from engine.report.impact_shared import BUCKETS
from engine.report.lines import print_line
from engine.report.small_groups import FEWEST
from engine.report.wording import NO_TEAM, day, many

OWN_EYES = (
    f"For your own eyes: exact numbers and instances. The page, the JSON and the numbers by group withhold what is about fewer "
    f"than {FEWEST}."
)
NOT_APPLIED = "None of the duties that may differ applied to anybody, which is not the same as moving nothing"
_LISTED = 20


def show_impact(console: Console, impact: Impact, places: Mapping[str, str]) -> None:
    """The whole of it; `places` are what was written and where."""
    say = _Say(console)
    _incomplete(say, impact)
    say(in_a_sentence(impact), "bold")
    say(f"{impact.base.name}: {impact.base.rulebook}", "dim")
    say(f"{impact.candidate.name}: {impact.candidate.rulebook}", "dim")
    if impact.differing:
        say(OWN_EYES, "italic")
        _differing(say, impact)
    if impact.moved:
        _steps(say, impact)
        _shifts(say, impact)
    if impact.steps:
        _weeks(say, impact)
    if impact.by and impact.groups:
        _table(say, f"By {impact.by}", impact.by, impact.groups)
    if len(impact.duties) > 1:
        _table(say, "By duty", "duty", impact.duties)
    _listed(say, impact)
    for what, where in places.items():
        say(f"{what + ':':<10} {where}")


def in_a_sentence(impact: Impact) -> str:
    """What comes of it, in a sentence or two, with every number."""
    as_at = f"as at {day(impact.view.as_at)}, over {many(impact.cases, 'case')} of {impact.caseload}"
    same = many(impact.unchanged, "duty says", "duties say")
    if not impact.differing:
        return f"No duty differs: the candidate moves nothing, {as_at}."
    begins = "Complete: " if impact.complete else "Incomplete: "
    moves = impact.moves
    owed = sum(moves.values())
    if not owed and impact.complete:
        return f"{NOT_APPLIED} ({as_at}). {same} the same in both."
    told = "; ".join(f"{moves[move]:,}: {MOVES[move]}" for move in MOVES if move != "same" and moves[move])
    return (
        f"{begins}{impact.moved:,} of {many(owed, 'instance')} of {many(len(impact.differing), 'duty', 'duties')} that may differ "
        f"would move, {as_at}{' (' + told + ')' if told else ''}. {same} the same in both, and cannot move."
    )


class _Say:
    def __init__(self, console: Console) -> None:
        self.console = console

    def __call__(self, text: str = "", style: str = "", indent: int = 0) -> None:
        print_line(self.console, indent, text, style)

    def table(self, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        first, *numbers = heads
        found = Table(box=box.SIMPLE, pad_edge=False)
        found.add_column(first)
        for head in numbers:
            found.add_column(head, justify="right")
        for name, *cells in rows:
            found.add_row(Text(harmless(name, 100)), *cells)
        self.console.print(found)


def _incomplete(say: _Say, impact: Impact) -> None:
    if impact.complete:
        return
    say("The comparison is incomplete: what is listed here is in none of the numbers.", "bold red")
    for problem in impact.problems[:_LISTED]:
        say(f"could not be read: {problem}", indent=4)
    _more(say, len(impact.problems))
    for side in (impact.base, impact.candidate):
        _faults(say, side)
    if impact.left_out:
        say(f"{many(impact.left_out, 'finding')} had no counterpart because of that, and are left out.", indent=4)
    say()


def _faults(say: _Say, side: Side) -> None:
    for fault in side.faults[:_LISTED]:
        say(f"{side.name} failed on {fault.duty} of case {fault.case}: {fault.error}", indent=4)
    _more(say, len(side.faults))


def _more(say: _Say, count: int) -> None:
    if count > _LISTED:
        say(f"and {count - _LISTED:,} more", indent=4)


def _differing(say: _Say, impact: Impact) -> None:
    say()
    say("The duties that may differ, which both have judged", "bold")
    for one in impact.differing:
        say(f"{one.id:<9} {one.title} ({HOW[one.how]})", indent=4)


def _outcome(outcome: Outcome | None) -> str:
    return outcome or "not owed"


def _steps(say: _Say, impact: Impact) -> None:
    say()
    say("From outcome to outcome", "bold")
    rows = sorted(impact.steps.items(), key=lambda item: (list(MOVES).index(item[0].move), -item[1].instances))
    say.table(
        ("now", "then", "due date", "instances", "cases"),
        [
            (_outcome(step.before), _outcome(step.after), "another" if step.due_moved else "the same",
             f"{count.instances:,}", f"{count.cases:,}")
            for step, count in rows
        ],
    )  # fmt: skip
    if impact.rests_differently:
        say(
            f"{impact.rests_differently:,} that do not move rest on something else (evidence, standing, a flag).",
            indent=4,
        )


def _shifts(say: _Say, impact: Impact) -> None:
    total = sum(shift.counted.instances for shift in impact.shifts)
    if total:
        say()
        by_days = Counter[int]()
        for shift in impact.shifts:
            by_days[shift.days] += shift.counted.instances
        days = sorted(by_days)
        passed = accumulate(by_days[each] for each in days)
        middle = next(each for each, count in zip(days, passed, strict=True) if 2 * count >= total)
        say(f"Due dates moved: {total:,}", "bold")
        say(f"between {_days(days[0])} and {_days(days[-1])}; the middle one by {_days(middle)}", indent=4)
        rows = []
        for name, (first, last) in BUCKETS.items():
            here = [shift for shift in impact.shifts if first <= shift.days <= last]
            if here:
                counts = [sum(one.counted.instances for one in here if one.alone is alone) for alone in (True, False)]
                rows.append((name, *(f"{count:,}" for count in counts)))
        say.table(("by", "same outcome", "another outcome"), rows)
    for count, what in ((impact.got_a_date, "get a due date"), (impact.lost_its_date, "have no due date any more")):
        if count:
            say(f"{count:,} {what}", indent=4)


def _days(days: int) -> str:
    return f"{many(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"


def _weeks(say: _Say, impact: Impact) -> None:
    say()
    say("Work that falls due in the weeks ahead, of these duties", "bold")
    say.table(
        ("from", "to", "now", "then", "more or less"),
        [
            (
                day(week.first) if week.first else "later, or by no day that is known yet",
                day(week.last) if week.last else "",
                f"{week.before.instances:,}", f"{week.after.instances:,}",
                f"{week.after.instances - week.before.instances:+,}",
            )
            for week in impact.weeks
        ],
    )  # fmt: skip


def _table(say: _Say, title: str, what: str, groups: Mapping[str, Mapping[Move, Count]]) -> None:
    moves = [move for move in MOVES if any(row[move].instances for row in groups.values())]
    say()
    say(title, "bold")
    say.table(
        (what, *(MOVES[move] for move in moves)),
        [(name or NO_TEAM, *(f"{row[move].instances:,}" for move in moves)) for name, row in groups.items()],
    )


def _listed(say: _Say, impact: Impact) -> None:
    if not impact.listed:
        return
    say()
    rest = impact.moved - len(impact.listed)
    say(
        f"Instances that move: the first {len(impact.listed)} of {impact.moved:,}" if rest else "Instances that move",
        "bold",
    )
    for moved in impact.listed:
        say(f"{moved.instance}  {MOVES[moved.move]}", "bold", indent=2)
        say(f"now:  {_told(moved, after=False)}", indent=4)
        say(f"then: {_told(moved, after=True)}", indent=4)
    if rest:
        say(
            f"and {rest:,} more; --format csv has them all, without reasons, and --listed N tells more of them",
            indent=2,
        )


def _told(moved: Moved, *, after: bool) -> str:
    outcome, due, why = (
        (moved.after, moved.due_after, moved.why_after) if after else (moved.before, moved.due_before, moved.why_before)
    )
    return f"{_outcome(outcome)}{', due ' + day(due) if due else ''}. {why}".rstrip()
