"""What a person reads in a terminal. Everything goes to a rich console; in a pipe lines are whole and plain.

Text from records is never markup and never acts on the terminal: it passes through `engine.report.lines`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rich.console import Console

from engine.duty.rulebook import Rulebook
from engine.judge.outcome import OUTCOMES, Fault, Finding, Judgements, Outcome
from engine.ledger.runs import SHRUNK_REMEDY
from engine.ledger.tally import NightSummary, Problem
from engine.ledger.waived import NO_WAIVERS, Waiver
from engine.record.problem import RecordProblem
from engine.report.changes_text import in_numbers
from engine.report.lines import print_line
from engine.report.results import split_trial
from engine.report.wording import (
    FLAGS,
    NO_TEAM,
    STANDINGS,
    WORST_FIRST,
    beside,
    day,
    in_a_sentence,
    local_breaches,
    many,
    moment,
    no_trend,
    shrunk,
    stands,
    target,
)

_LISTED = 20
_COUNTED_ONLY: tuple[Outcome, ...] = ("met", "excused", "lapsed")
STYLES: dict[str, str] = {
    "breached": "bold red",
    "late": "yellow",
    "undetermined": "magenta",
    "unjudged": "magenta",
    "due": "cyan",
    "met": "green",
    "excused": "green",
    "lapsed": "dim",
}
"""How each outcome looks in a terminal."""


def show_check(
    console: Console, judgements: Judgements, rulebook: Rulebook, waivers: Mapping[str, Waiver] = NO_WAIVERS
) -> None:
    """The result of one case: faults, then findings worst first, then what needs nobody's attention as counts.

    `waivers` are those that stand beside instances, by id.
    """
    case = judgements.case
    findings, apart = split_trial(judgements.findings, rulebook.on_trial)
    counts = Counter(finding.outcome for finding in findings)
    print_line(console, 0, f"Case {case}", "bold", f", as at {day(judgements.as_at)}: {_counted(counts)}")
    beside_some = Counter(finding.outcome for finding in findings if finding.instance in waivers)
    if beside_some:
        print_line(console, 0, f"Waived, which changes no outcome: {_counted(beside_some)}", "bold")
    _faults(console, judgements.faults, len(judgements.faults))
    titles = {duty.id: duty.title for duty in rulebook.duties}
    for outcome in WORST_FIRST:
        group = [finding for finding in findings if finding.outcome == outcome]
        if not group or outcome in _COUNTED_ONLY:
            continue
        print_line(console)
        print_line(console, 0, f"{outcome.capitalize()}: {len(group)}", STYLES[outcome], f" ({OUTCOMES[outcome]})")
        for finding in sorted(group, key=lambda finding: (finding.due or judgements.as_at, finding.instance)):
            _finding(console, finding, titles.get(finding.duty, ""), judgements, waivers.get(finding.instance))
    print_line(console)
    for outcome in _COUNTED_ONLY:
        if counts[outcome]:
            print_line(
                console, 0, f"{outcome.capitalize()}: {counts[outcome]}", STYLES[outcome], f" ({OUTCOMES[outcome]})"
            )
    if apart:
        print_line(console)
        print_line(
            console, 0, f"On trial, in no total: {_counted(Counter(finding.outcome for finding in apart))}", "bold"
        )
        for finding in apart:
            if finding.outcome not in _COUNTED_ONLY:
                _finding(console, finding, titles.get(finding.duty, ""), judgements, waivers.get(finding.instance))
    if judgements.not_applicable:
        print_line(console, 0, "Applied to nothing here: " + ", ".join(judgements.not_applicable), "dim")
    print_line(
        console, 0, f"Rulebook {judgements.rulebook}; what was on the record by {moment(judgements.known_at)}", "dim"
    )


def show_unreadable(console: Console, problems: list[RecordProblem]) -> None:
    """The cases that could not be read."""
    _quarantine(console, problems, len(problems))


def show_night(console: Console, summary: NightSummary, places: Mapping[str, str]) -> None:
    """The summary of a night; `places` are what was written and where: `{"Report": "out/report.html"}`."""
    if summary.shrunk_from is not None:
        said = shrunk(summary.cases + summary.quarantined, summary.shrunk_from)
        print_line(console, 0, f"{said} {SHRUNK_REMEDY}", "bold red")
        print_line(console)
    _quarantine(console, summary.quarantine_list, summary.quarantined)
    _faults(console, summary.fault_list, summary.faults)
    print_line(console, 0, in_a_sentence(summary), "bold" if summary.complete else "bold red")
    _noted(console, summary)
    print_line(console)
    before = summary.previous.counts.outcomes if summary.previous else {}
    for outcome in WORST_FIRST:
        then = f"  (before: {before[outcome]:,})" if outcome in before else ""
        count = f"{summary.outcomes[outcome]:>9,}  {outcome:<13}"
        print_line(console, 0, count, STYLES[outcome], f"{OUTCOMES[outcome]}{then}")
    if summary.previous:
        print_line(
            console, 0, f"Before is the night {summary.previous.id}, as at {day(summary.previous.as_at)}.", "dim"
        )
    if summary.changes:
        print_line(console, 0, f"Breaches since {summary.changes.since}: {in_numbers(summary.changes.counts)}")
    for flag, times in summary.flags.items():
        print_line(console, 0, f"{times:>9,}  of them: {FLAGS[flag]}", "dim")
    _waived(console, summary)
    _breaches(console, summary)
    _teams(console, summary)
    if summary.trial:
        print_line(console)
        print_line(console, 0, "On trial, in no total:", "bold")
        for tried in summary.trial:
            print_line(console, 4, f"{tried.duty}  {tried.title}: {_counted(tried.outcomes)}")
    coming = sum(summary.coming.values())
    print_line(console)
    print_line(console, 0, f"Falling due from {day(min(summary.coming))} to {day(max(summary.coming))}: {coming:,}")
    if summary.applied_to_nobody:
        print_line(console)
        print_line(console, 0, "Applied to nobody all night, which is not the same as kept:", "bold")
        for each in summary.applied_to_nobody:
            print_line(console, 4, f"{each.duty}  {each.title}")
    print_line(console)
    series = {"Series": summary.series} if summary.series else {}
    for what, where in {"Run": summary.run, **series, "Rulebook": summary.rulebook, **places}.items():
        print_line(console, 0, f"{what + ':':<10} {where}")


def _noted(console: Console, summary: NightSummary) -> None:
    if summary.already:
        print_line(console, 0, f"This night is in the ledger already, as {summary.run}: nothing was written.", "bold")
    if why := no_trend(summary):
        print_line(console, 0, why, "bold red")
    if summary.stated_only:
        print_line(console, 0, "Only what the standards or the court state was judged: local values count as not set.")


def _breaches(console: Console, summary: NightSummary) -> None:
    worst = [clause for clause in summary.clauses if clause.outcomes["breached"]]
    local = sum(local_breaches(clause.by_standing) for clause in worst)
    total = summary.outcomes["breached"]
    if not total:
        return
    print_line(console)
    said = f"{total - local:,} without any number of ours, {local:,} against a local value"
    print_line(console, 0, "Breaches by clause", "bold", f": {said}")
    for clause in sorted(worst, key=lambda clause: -clause.outcomes["breached"]):
        ours = local_breaches(clause.by_standing)
        notes = (
            [STANDINGS["local"] if ours == clause.outcomes["breached"] else f"{ours:,} by a local value"]
            if ours
            else []
        )
        notes += ["inferred, in no published text"] if clause.basis == "inferred" else []
        note = f"  ({'; '.join(notes)})" if notes else ""
        print_line(console, 0, f"{clause.outcomes['breached']:>9,}  {clause.clause:<9} {clause.title}", "", note, "dim")


def _waived(console: Console, summary: NightSummary) -> None:
    in_force = summary.waived.in_force
    if not in_force:
        return
    many_waived = sum(summary.waived.outcomes.values())
    said = f", of them {_counted(summary.waived.outcomes)}" if many_waived else ""
    print_line(console, 0, f"{many_waived:>9,}  of them waived, which changes no outcome{said}", "dim")
    print_line(console, 0, f"{many(len(in_force), 'waiver')} in force:")
    for each in in_force[:_LISTED]:
        of = f"  ({_counted(each.outcomes)})" if each.outcomes else "  (beside nothing tonight)"
        print_line(console, 4, f"{target(each.waiver)}: {beside(each.waiver)}", "", of, "dim")
    if len(in_force) > _LISTED:
        print_line(console, 4, f"and {len(in_force) - _LISTED:,} more; `kept waive list` has them all")


def _teams(console: Console, summary: NightSummary) -> None:
    worst = sorted(
        (team for team in summary.teams if team.outcomes["breached"]), key=lambda team: -team.outcomes["breached"]
    )
    if worst:
        print_line(console)
        some = ", ".join(f"{team.name or NO_TEAM} {team.outcomes['breached']:,}" for team in worst[:5])
        print_line(console, 0, f"Most breaches, of {many(len(summary.teams), 'team')}: {some}")


def _finding(console: Console, finding: Finding, title: str, judgements: Judgements, waiver: Waiver | None) -> None:
    who = f"{finding.subject_type} {finding.subject}".replace("_", " ")
    print_line(
        console,
        2,
        finding.duty,
        "bold",
        f"  {title}" + (" (inferred, in no published text)" if finding.basis == "inferred" else ""),
    )
    print_line(console, 4, f"{who}: ", "", stands(finding, judgements.as_at), STYLES[finding.outcome])
    marks = [STANDINGS["local"]] if finding.standing == "local" else []
    marks += ["'should', not 'must'"] if finding.force == "should" else []
    marks += [FLAGS[flag] for flag in finding.flags]
    if marks:
        print_line(console, 4, "; ".join(marks), "italic")
    if waiver is not None:
        print_line(console, 4, f"W{beside(waiver)[1:]}", "bold")
    if finding.why:
        print_line(console, 4, f"Why: {finding.why}")
    if finding.put_right:
        print_line(console, 4, f"To put right: {finding.put_right}")


def _faults(console: Console, faults: tuple[Fault, ...], count: int) -> None:
    if not count:
        return
    print_line(
        console, 0, f"Kept failed to judge {many(count, 'duty', 'duties')}; these are faults, not outcomes:", "bold red"
    )
    for fault in faults[:_LISTED]:
        print_line(console, 4, f"{fault.duty} of case {fault.case}: {fault.error}")
    _more(console, count)


def _quarantine(console: Console, problems: tuple[Problem, ...] | list[RecordProblem], count: int) -> None:
    if not count:
        return
    print_line(
        console,
        0,
        f"{many(count, 'case')} could not be read and {'was' if count == 1 else 'were'} set aside:",
        "bold red",
    )
    for problem in problems[:_LISTED]:
        where = ": ".join(part for part in (problem.file, problem.place) if part)
        print_line(console, 4, f"{where}: {problem.problem}. {problem.remedy}")
    _more(console, count)


def _more(console: Console, count: int) -> None:
    if count > _LISTED:
        print_line(console, 4, f"and {count - _LISTED:,} more")
    print_line(console)


def _counted(counts: Mapping[Outcome, int]) -> str:
    return (
        ", ".join(f"{counts[outcome]} {outcome}" for outcome in WORST_FIRST if counts.get(outcome)) or "no duty applied"
    )
