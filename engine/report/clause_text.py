"""A clause's page in a terminal or a text file: lines of at most 100 columns."""

from __future__ import annotations

import io
import textwrap

from rich.console import Console
from rich.text import Text

from engine.record.problem import harmless
from engine.report.clause import ClauseTold, DutyTold, Facts
from engine.report.clause_examples import ExampleTold, ExpectedTold
from engine.report.wording import day

COLUMNS = 100
"""No line is longer, however wide the terminal: a page is read, not searched."""


def clause_text(told: ClauseTold) -> str:
    """The page as plain text."""
    file = io.StringIO()
    show_clause(Console(file=file, width=COLUMNS, no_color=True, highlight=False, _environ={}), told)
    return file.getvalue()


def show_clause(console: Console, told: ClauseTold) -> None:
    """The page on a console."""
    _line(console, 0, f"{told.id}  {told.title}{'  (inferred)' if told.inferred else ''}", "bold")
    _facts(console, told.facts)
    for duty in told.duties:
        _duty(console, duty, told)
    _examples(console, told)
    _line(console)
    _line(console, 0, f"Rulebook {told.rulebook}", "dim")


def _duty(console: Console, duty: DutyTold, told: ClauseTold) -> None:
    _line(console)
    _line(console, 0, "As it is judged" if duty.title == told.title else f"{duty.id}  {duty.title}", "bold")
    _line(console, 2, duty.paragraph)
    _line(console)
    _line(console, 2, "How we read it", "bold")
    _line(console, 4, duty.reads)
    _line(console)
    _facts(console, duty.facts[:1] if len(told.duties) == 1 else duty.facts)
    if duty.judgement:
        _line(console)
        _line(console, 2, "What a person judges", "bold")
        _facts(console, duty.judgement, 4)
    for value in duty.values:
        _line(console)
        _line(console, 2, value.says, "bold")
        _line(console, 4, f"The value “{value.name}”:")
        for version in value.versions:
            _line(console, 4, f"from {version.from_}: {version.shown} ({version.standing}); source: {version.source}")
    if duty.exceptions:
        _line(console)
        _line(console, 2, "Exceptions", "bold")
    for exception in duty.exceptions:
        _line(console, 4, f"- {exception.effect.capitalize()}. {exception.sentence} Source: {exception.source}", hang=2)


def _examples(console: Console, told: ClauseTold) -> None:
    examples = told.examples
    _line(console)
    _line(console, 0, f"Examples: {len(examples.each)}", "bold")
    if not examples.each:
        _line(console, 2, "There is none yet.")
    elif examples.setting:
        _line(console, 2, f"Unless an example says otherwise: {'; '.join(examples.setting)}.")
    for example in examples.each:
        _line(console)
        _example(console, example)


def _example(console: Console, example: ExampleTold) -> None:
    _line(console, 2, example.name, "bold")
    _line(console, 4, f"As at {day(example.as_at)}" + "".join(f"; {note}" for note in example.notes))
    for event in example.events:
        unseen = "" if event.seen else " [not yet on the record]"
        _line(console, 4, f"{event.number:>2}  {day(event.on)}  {event.what}{unseen}", hang=4)
    for expected in example.expect:
        _line(console, 4, f"=> {_expected(expected)}", hang=3)
    if not example.expect:
        _line(console, 4, "=> applies to nobody")


def _expected(expected: ExpectedTold) -> str:
    about = f"{expected.about}: " if expected.about else ""
    done = f" on {day(expected.done)}" if expected.done else ""
    return "; ".join([f"{about}{expected.outcome}{done}", expected.due_told, expected.rests_on, *expected.notes])


def _facts(console: Console, facts: Facts, indent: int = 2) -> None:
    broad = max(len(heading) for heading, _ in facts) + 2
    for heading, said in facts:
        _line(console, indent, f"{heading + ':':<{broad}}{said}", hang=broad)


def _line(console: Console, indent: int = 0, text: str = "", style: str = "", hang: int = 0) -> None:
    """A line in a style, wrapped under its indent, what follows the first under `hang` more."""
    lines = textwrap.wrap(
        harmless(text, 4_000),
        min(console.width, COLUMNS),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_on_hyphens=False,
    )
    for line in lines or [""]:
        console.print(Text(line, style), soft_wrap=True)
