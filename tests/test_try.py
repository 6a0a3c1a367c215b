"""Trying a scratch timeline: how it is drawn, the days on which it changes, and how the command exits."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

import engine.judge.walk as walking
from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.judge.walk import Walk, days_to_walk, walk
from engine.record.model import CaseRecord
from engine.record.problem import KeptError
from engine.record.timeline import Timeline, View
from engine.report.drawn import ASCII, BOXES, Drawing
from engine.report.tried import show_tried
from tests.commands import Run, runner

CASE = """case: {id: C-1, law: private, work: section_7, team: north-1}
objects:
  amy: {type: child}
  ben: {type: child}
timeline:
  - {id: accepted, date: 2025-03-04, event: case_accepted}
  - {id: amy-seen, date: 2025-03-17, event: child_seen, child: amy, recorded: 2025-03-21}
"""
CaseOf = Callable[[str], CaseRecord]


def drawn(rulebook: Rulebook, case: CaseRecord, clause: str, as_at: date, width: int = 80) -> list[str]:
    judged = CaseJudge(rulebook, only=[clause]).judge(case, View(as_at))
    drawing = Drawing(Timeline(case, View(as_at)), judged.findings, rulebook, width, ASCII)
    return [line.text for line in drawing.lines()]


def walked(rulebook: Rulebook, case: CaseRecord, clause: str, as_at: date) -> Walk:
    judge = CaseJudge(rulebook, only=[clause])
    return walk(judge, case, *days_to_walk(judge, case, as_at))


def told(found: Walk) -> list[tuple[str, str, str]]:
    return [
        (str(one.on), one.instance.split("/")[2], one.finding.outcome if one.finding else "gone")
        for one in found.changes
    ]


def test_a_line_for_each_instance_on_an_axis_that_fits(rulebook: Rulebook, case_of: CaseOf) -> None:
    lines = drawn(rulebook, case_of(CASE), "NS-5.1", date(2025, 4, 1), width=41)
    # 28 days on 28 columns: a column for each day, the first after a margin of twelve
    assert lines == [
        lines[0],
        "events      1            2",
        "NS-5.1 amy  [------------*|",
        "NS-5.1 ben  [-------------|=============",
        f"{'^':>40}",
        "[ start   - open, in time   = overdue   * an event that counts   | due date   ^ as at",
    ]
    assert lines[0].split("4 Mar 2025")[0].strip() == ""
    assert lines[0].endswith("1 Apr 2025")
    assert all(len(line) <= 41 for line in lines[:-1])


@pytest.mark.parametrize("width", [10, 40, 79, 200])
@pytest.mark.parametrize("days", [0, 1, 40, 9000])
def test_it_fits_whatever_the_width_and_the_days(rulebook: Rulebook, case_of: CaseOf, width: int, days: int) -> None:
    lines = drawn(rulebook, case_of(CASE), "NS-5.1", date(2025, 3, 4) + timedelta(days=days), width)
    assert max(map(len, lines[:-1])) <= max(width, 12 + 24)
    assert all(line.isascii() for line in lines)


def test_what_falls_together_and_what_lies_beyond_is_said(rulebook: Rulebook, case_of: CaseOf) -> None:
    on_the_day = CASE.replace("2025-03-17", "2025-03-18")
    assert drawn(rulebook, case_of(on_the_day), "NS-5.1", date(2025, 4, 1), 41)[2] == "NS-5.1 amy  [-------------+"
    born = CASE.replace("amy: {type: child}", "amy: {type: child, born: 2016-05-02}").replace(
        "ben: {type: child}", "ben: {type: child, born: 2016-05-02}"
    )
    lines = drawn(rulebook, case_of(born + "  - {date: 2025-03-20, event: case_closed}\n"), "NS-5.8a", date(2025, 4, 1))
    assert [line[-1] for line in lines if line.startswith("NS-5.8a")] == [">", ">"]
    assert "> due later than is drawn" in lines[-1]


def test_closing_the_case_is_drawn(rulebook: Rulebook, case_of: CaseOf) -> None:
    closed = CASE + "  - {id: end, date: 2025-03-10, event: case_closed}\n"
    lines = drawn(rulebook, case_of(closed), "NS-5.1", date(2025, 4, 1), 41)
    # it falls due at closure: the due date and the closure are one
    assert lines[3].startswith("NS-5.1 ben  [-----+")


def test_the_days_on_which_an_outcome_changes(rulebook: Rulebook, case_of: CaseOf) -> None:
    found = walked(rulebook, case_of(CASE), "NS-5.1", date(2025, 3, 18))
    assert (found.first, found.last) == (date(2025, 3, 4), date(2025, 3, 21))  # something was recorded that day
    assert told(found) == [
        ("2025-03-04", "amy", "due"),
        ("2025-03-04", "ben", "due"),
        ("2025-03-19", "amy", "breached"),
        ("2025-03-19", "ben", "breached"),
        ("2025-03-21", "amy", "met"),  # what is put on the record late is not known before
    ]


def test_the_walk_goes_on_to_the_day_after_the_last_due_date(rulebook: Rulebook, case_of: CaseOf) -> None:
    found = walked(rulebook, case_of(CASE.replace(", recorded: 2025-03-21", "")), "NS-5.1", date(2025, 3, 5))
    assert found.last == date(2025, 3, 19)
    assert told(found)[-1] == ("2025-03-19", "ben", "breached")


def test_the_walk_says_what_every_single_day_says(rulebook: Rulebook, case_of: CaseOf) -> None:
    case = case_of(CASE + "  - {date: 2025-03-25, event: case_closed}\n")
    judge = CaseJudge(rulebook, only=["NS-5.1"])
    found = walked(rulebook, case, "NS-5.1", date(2025, 4, 1))
    stood: dict[str, str] = {}
    for offset in range((found.last - found.first).days + 1):
        on = found.first + timedelta(days=offset)
        stood |= {one.instance: one.finding.outcome for one in found.changes if one.on == on and one.finding}
        assert stood == {one.instance: one.outcome for one in judge.judge(case, View(on)).findings}, on


def test_no_more_days_than_the_bound_are_walked(
    rulebook: Rulebook, case_of: CaseOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "MOST_DAYS", 10)
    with pytest.raises(KeptError, match="more than the 10 days that are walked at most"):
        walked(rulebook, case_of(CASE), "NS-5.1", date(2025, 3, 5))


def test_a_terminal_gets_boxes_and_a_pipe_letters(rulebook: Rulebook, case_of: CaseOf) -> None:
    case, view = case_of(CASE), View(date(2025, 4, 1))
    judged = CaseJudge(rulebook, only=["NS-5.1"]).judge(case, view, explained=True)
    seen = []
    for terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=terminal, width=60, highlight=False, _environ={})
        show_tried(console, judged, case, rulebook)
        text = console.file.getvalue()  # type: ignore[attr-defined]
        seen.append((BOXES.due in text, ASCII.start + ASCII.open in text))
        assert "was due 18 March 2025, 14 days ago" in " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())
        assert "1  4 March 2025  case accepted (accepted)" in text
    assert seen[1] == (False, True)
    assert seen[0] in ((True, False), (False, True))  # as the encoding of the terminal allows


# --- the command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    (tmp_path / "case.yaml").write_text(CASE)
    monkeypatch.chdir(tmp_path)
    return runner(capsys, "rules", "try")


def test_the_command_exits_as_a_check_does(kept: Run) -> None:
    assert kept("NS-5.1", "case.yaml", "--as-at", "2025-03-18")[0] == 0
    status, out, _ = kept("NS-5.1", "case.yaml", "--as-at", "2025-03-19", "--walk")
    assert status == 1
    assert "    from Wednesday 19 March 2025: breached" in out.splitlines()
    assert "  1 event not yet on the record as at 19 March 2025" in out.splitlines()
    assert kept("NS-5.1", "case.yaml", "--as-at", "2024-03-19")[0] == 3
    status, out, _ = kept("NS-8.7", "case.yaml", "--as-at", "2025-03-19")
    assert (status, "NS-8.7 applied to nothing here, as at 19 March 2025." in out) == (0, True)


def test_a_malformed_file_is_the_usual_error(kept: Run, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(CASE.replace("child_seen", "child_sen"))
    status, out, err = kept("NS-5.1", "wrong.yaml")
    assert (status, out) == (3, "")
    assert "wrong.yaml: timeline entry 2, line 7: unknown event 'child_sen'; did you mean 'child_seen'?" in err
    assert kept("NS-5.99", "case.yaml")[0] == 3
