"""A scratch timeline judged by one clause: drawn, told, and walked day by day."""

from __future__ import annotations

from datetime import date

from rich.console import Console
from rich.text import Text

from engine.duty.rulebook import Rulebook
from engine.judge.outcome import Finding, Judgements
from engine.judge.walk import Change, Walk
from engine.record.model import CaseRecord
from engine.record.problem import harmless
from engine.record.timeline import Timeline, View
from engine.report.drawn import ASCII, BOXES, Drawing
from engine.report.lines import print_line
from engine.report.text import STYLES
from engine.report.wording import FLAGS, STANDINGS, day, many, stands

IN_A_PIPE = 100
"""So many columns a drawing has where there is no terminal."""


def show_tried(
    console: Console, judgements: Judgements, case: CaseRecord, rulebook: Rulebook, walked: Walk | None = None
) -> None:
    """The timeline drawn with a line for each instance, then each finding with why, then the days if they were walked."""
    timeline = Timeline(case, View(judgements.as_at, judgements.known_at))
    findings = sorted(judgements.findings, key=lambda one: (one.duty, one.start, one.instance))
    for fault in judgements.faults:
        print_line(
            console, 0, f"Kept failed to judge {fault.duty}; this is a fault, not an outcome: {fault.error}", "bold red"
        )
    # A terminal that cannot show a box says so in its encoding.
    boxes = console.is_terminal and console.encoding.startswith("utf")
    drawing = Drawing(
        timeline, findings, rulebook, console.width if console.is_terminal else IN_A_PIPE, BOXES if boxes else ASCII
    )
    for line in drawing.lines():
        _drawn(console, line.text, STYLES[line.finding.outcome] if line.finding else "")
    print_line(console)
    for text in drawing.listed():
        print_line(console, 2, text)
    unseen = len(case.events) - len(drawing.events)
    if unseen:
        print_line(console, 2, f"{many(unseen, 'event')} not yet on the record as at {day(judgements.as_at)}", "dim")
    for finding in findings:
        _finding(console, finding, judgements.as_at)
    for clause in judgements.not_applicable:
        print_line(console)
        print_line(console, 0, f"{clause} applied to nothing here, as at {day(judgements.as_at)}.")
    if walked is not None:
        _walk(console, walked)


def _finding(console: Console, finding: Finding, as_at: date) -> None:
    print_line(console)
    about = f"{finding.duty}, {finding.subject_type} {finding.subject}, from {day(finding.start)}: ".replace("_", " ")
    print_line(console, 0, about, "", stands(finding, as_at), STYLES[finding.outcome])
    marks = [STANDINGS["local"]] if finding.standing == "local" else []
    marks += [FLAGS[flag] for flag in finding.flags]
    if marks:
        print_line(console, 4, "; ".join(marks), "italic")
    print_line(console, 4, f"Why: {finding.why}")
    if finding.put_right:
        print_line(console, 4, f"To put right: {finding.put_right}")


def _walk(console: Console, walked: Walk) -> None:
    print_line(console)
    print_line(console, 0, f"Every day from {day(walked.first)} to {day(walked.last)}, as the file stands:", "bold")
    if walked.faults:
        failed = ", ".join(sorted({fault.duty for fault in walked.faults}))
        print_line(console, 2, f"Kept failed on {failed} on some day: what follows is incomplete.", "bold red")
    by_instance: dict[str, list[Change]] = {}
    for change in walked.changes:
        by_instance.setdefault(change.instance, []).append(change)
    for instance, changes in by_instance.items():
        duty, _, subject, started, *per = instance.split("/")
        print_line(console, 2, f"{duty}, {' '.join([subject, *per])}, started by {started}")
        for change in changes:
            outcome = change.finding.outcome if change.finding else "it no longer applies"
            style = STYLES[change.finding.outcome] if change.finding else ""
            due = (
                f", by {day(change.finding.due)}" if change.finding and outcome == "due" and change.finding.due else ""
            )
            print_line(console, 4, f"from {change.on:%A} {day(change.on)}: ", "", outcome + due, style)
    if not by_instance:
        print_line(console, 2, "it applied to nothing on any of them")


def _drawn(console: Console, text: str, style: str) -> None:
    """A line of the drawing, never wrapped."""
    console.print(Text(harmless(text, 2_000), style), soft_wrap=True)
