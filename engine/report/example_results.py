"""A run of examples for people and machines: side by side what was expected and what came, and why; JSON; JUnit's XML.

The run comes from `engine.policy.example_run`, beside which this package stands: it comes in as what it has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Protocol
from xml.etree import ElementTree

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.judge.account import Account
from engine.judge.outcome import Fault
from engine.record.problem import harmless
from engine.report.lines import print_line
from engine.report.wording import many

_MOST = 2_000
"""So many characters of one line are printed."""


class RowRead(Protocol):
    """One thing that was expected, and what came."""

    @property
    def what(self) -> str:
        """Which: `outcome`, `due`…"""

    @property
    def expected(self) -> str | None:
        """What was expected; None where it was not asked."""

    @property
    def got(self) -> str | None:
        """What came; None where nothing did."""

    @property
    def differs(self) -> bool:
        """Whether they are not the same."""


class DifferenceRead(Protocol):
    """An expected finding beside the one that came in its place."""

    @property
    def duty(self) -> str:
        """The duty that it is about."""

    @property
    def subject(self) -> str:
        """The id of whom it is about, or nothing."""

    @property
    def rows(self) -> Sequence[RowRead]:
        """What was expected and what came."""

    @property
    def why(self) -> str:
        """What the finding that came says of itself; nothing where none came."""

    @property
    def accounts(self) -> Sequence[Account]:
        """What it rests on."""


class ResultRead(Protocol):
    """What came of one example."""

    @property
    def clause(self) -> str:
        """The clause."""

    @property
    def name(self) -> str:
        """A sentence."""

    @property
    def place(self) -> str:
        """Its file, and where in it."""

    @property
    def draft(self) -> bool:
        """Whether it is a draft, which fails nothing."""

    @property
    def passed(self) -> bool:
        """Whether all came as expected."""

    @property
    def differences(self) -> Sequence[DifferenceRead]:
        """What did not."""

    @property
    def faults(self) -> Sequence[Fault]:
        """What failed in Kept itself."""


class RunRead(Protocol):
    """A run of examples."""

    @property
    def rulebook(self) -> str:
        """The hash of the rulebook."""

    @property
    def results(self) -> Sequence[ResultRead]:
        """What came of each."""

    @property
    def passed(self) -> int:
        """How many passed, without the drafts."""

    @property
    def failed(self) -> int:
        """How many failed, without the drafts."""

    @property
    def drafts(self) -> int:
        """How many drafts there were."""

    @property
    def drafts_failing(self) -> int:
        """How many of the drafts fail."""


def counted(run: RunRead) -> str:
    """`12 passed, 1 failed; 3 drafts, 1 of them failing`."""
    drafts = f"; {many(run.drafts, 'draft')}, {run.drafts_failing} of them failing" if run.drafts else ""
    return f"{run.passed} passed, {run.failed} failed{drafts}"


# --- for people ----------------------------------------------------------------------------------------------------------


def show_examples(console: Console, run: RunRead) -> None:
    """Each example that fails, drafts among them, with expected and got side by side and why; then the counts."""
    for result in run.results:
        if result.passed:
            continue
        print_line(console, 0, f"{result.place}: {result.name}" + (" (draft)" if result.draft else ""), "bold")
        for difference in result.differences:
            print_line(console, 2, _about(difference))
            if console.is_terminal:
                console.print(Padding(_table(difference), (0, 0, 0, 2)))
            else:
                for line in _columns(difference):
                    print_line(console, 4, line)
            for label, line in _because(difference):
                print_line(console, 4, f"{label + ':':<9} {line}")
        for fault in result.faults:
            print_line(console, 2, f"fault in {fault.duty}: {fault.error}", "bold red")
        print_line(console)
    print_line(console, 0, counted(run), "bold red" if run.failed else "")


def _about(difference: DifferenceRead) -> str:
    return difference.duty + (f", {difference.subject}" if difference.subject else "")


def _because(difference: DifferenceRead) -> Iterator[tuple[str, str]]:
    if difference.why:
        yield "why", difference.why
    several = len(difference.accounts) > 1
    for account in difference.accounts:
        for label, line in account.lines():
            yield label, f"{account.duty}: {line}" if several else line


def _cells(row: RowRead) -> tuple[str, str]:
    """What stands under expected and under got."""
    return "(not asked)" if row.expected is None else row.expected, "(nothing)" if row.got is None else row.got


def _table(difference: DifferenceRead) -> Table:
    table = Table("", "expected", "got", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in difference.rows:
        style = "bold red" if row.differs else "dim"
        table.add_row(row.what, *(Text(harmless(cell, _MOST), style) for cell in _cells(row)))
    return table


def _columns(difference: DifferenceRead) -> Iterator[str]:
    """The table in plain letters: what differs is marked with a star."""
    rows = [("", "expected", "got")]
    rows += [(f"{'*' if row.differs else ' '} {row.what}", *_cells(row)) for row in difference.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for row in rows:
        yield f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}".rstrip()


def _told(result: ResultRead) -> str:
    """A failing example in plain lines."""
    lines = []
    for difference in result.differences:
        lines += [_about(difference), *(f"  {line}" for line in _columns(difference))]
        lines += [f"  {label}: {line}" for label, line in _because(difference)]
    lines += [f"fault in {fault.duty}: {fault.error}\n{fault.trace}" for fault in result.faults]
    return "\n".join(lines)


# --- for machines --------------------------------------------------------------------------------------------------------


def examples_json(run: RunRead) -> str:
    """The counts, and every example with what came of it."""
    counts = {
        "rulebook": run.rulebook,
        "passed": run.passed,
        "failed": run.failed,
        "drafts": run.drafts,
        "drafts_failing": run.drafts_failing,
    }
    return json.dumps({**counts, "examples": [_result(one) for one in run.results]}, indent=2, ensure_ascii=False)


def _result(result: ResultRead) -> dict[str, object]:
    return {
        "clause": result.clause,
        "name": result.name,
        "place": result.place,
        "draft": result.draft,
        "passed": result.passed,
        "differences": [
            {
                "duty": one.duty,
                "subject": one.subject,
                "compared": [
                    {"what": row.what, "expected": row.expected, "got": row.got, "differs": row.differs}
                    for row in one.rows
                ],
                "why": one.why,
                "accounts": [_account(account) for account in one.accounts],
            }
            for one in result.differences
        ],
        "faults": [{"duty": fault.duty, "error": fault.error} for fault in result.faults],
    }


def _account(account: Account) -> dict[str, object]:
    return {
        "duty": account.duty,
        "subject": account.subject,
        "start": _iso(account.start),
        "version_from": _iso(account.from_),
        "version_until": _iso(account.until),
        "values": [
            {"name": one.name, "from": _iso(one.from_), "value": one.value, "unit": one.unit, "standing": one.standing,
             "source": one.source}
            for one in account.values
        ],
        "counted": [{"id": event.id, "event": event.type, "date": _iso(event.happened)} for event in account.counted],
        "nearly": [
            {"as": near.as_what, "id": near.event.id, "event": near.event.type, "date": _iso(near.event.happened),
             "lacks": list(near.lacks)}
            for near in account.near
        ],
    }  # fmt: skip


def _iso(day: object) -> str | None:
    return None if day is None else str(day)


def examples_junit(run: RunRead) -> str:
    """The run as JUnit's XML, which continuous integration reads: a suite for each clause. Drafts count as skipped."""
    root = ElementTree.Element("testsuites", name="kept rules test")
    suites: dict[str, list[ResultRead]] = {}
    for result in run.results:
        suites.setdefault(result.clause, []).append(result)
    _count(root, run.results)
    for clause, results in suites.items():
        suite = ElementTree.SubElement(root, "testsuite", name=_xml(clause))
        _count(suite, results)
        for result in results:
            _case(suite, result)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _count(element: ElementTree.Element, results: Sequence[ResultRead]) -> None:
    tried = [one for one in results if not one.draft]
    element.set("tests", str(len(results)))
    element.set("failures", str(sum(bool(one.differences) and not one.faults for one in tried)))
    element.set("errors", str(sum(bool(one.faults) for one in tried)))
    element.set("skipped", str(len(results) - len(tried)))


def _case(suite: ElementTree.Element, result: ResultRead) -> None:
    file = result.place.rpartition(": ")[0]
    case = ElementTree.SubElement(
        suite, "testcase", classname=_xml(result.clause), name=_xml(result.name), file=_xml(file)
    )
    if result.draft:
        ElementTree.SubElement(case, "skipped", message="draft: passes" if result.passed else "draft: fails as yet")
        if not result.passed:
            ElementTree.SubElement(case, "system-out").text = _xml(_told(result))
    elif result.faults:
        fault = ElementTree.SubElement(case, "error", message=_xml(result.faults[0].error), type="fault")
        fault.text = _xml(_told(result))
    elif result.differences:
        told = "; ".join(
            f"{_about(one)}: expected {_short(one, 'expected')}, got {_short(one, 'got')}" for one in result.differences
        )
        failure = ElementTree.SubElement(case, "failure", message=_xml(told), type="example")
        failure.text = _xml(f"{result.place}\n{_told(result)}")


def _short(difference: DifferenceRead, side: str) -> str:
    """What differs on that side: `outcome met, due 2025-03-18`."""
    said = [(row.what, getattr(row, side)) for row in difference.rows if row.differs]
    return ", ".join(f"{what} {value}" for what, value in said if value is not None) or "nothing"


def _xml(text: str) -> str:
    """The text without what XML cannot hold at all; the rest is escaped where it is written."""
    return "\n".join(harmless(line, 10 * _MOST) for line in text.split("\n"))
