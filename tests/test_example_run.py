"""Running examples: what fails says what was expected, what came and why; drafts stand apart; machines can read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.duty.rulebook import Rulebook
from engine.judge.account import Account
from engine.policy.example_run import Difference, ExampleRun, chosen_examples, run_examples
from engine.record.problem import KeptError
from engine.report.example_results import counted, examples_json, examples_junit
from tests.commands import Run, runner
from tests.conftest import FIXTURES

ACCEPTED = "{id: accepted, date: 2025-03-04, event: case_accepted, child: amy}"
EXPECTED = "expect: [{subject: amy, outcome: met, due: 2025-03-18, done: 2025-03-18, evidence: [accepted, seen]}]"
RIGHT = "expect: [{subject: amy, outcome: breached, due: 2025-03-18, evidence: [accepted]}]"

Running = Callable[..., ExampleRun]


def example(name: str, timeline: str, expect: str = EXPECTED, more: str = "", as_at: str = "2025-03-20") -> str:
    return f"""
  - name: {name}
    as_at: {as_at}
    {more or "stated_only: false"}
    timeline: [{timeline}]
    {expect}"""


@pytest.fixture
def run(rulebook: Rulebook, tmp_path: Path) -> Running:
    def running(*examples: str) -> ExampleRun:
        write(tmp_path, *examples)
        return run_examples(rulebook, chosen_examples(tmp_path, rulebook, ["NS-5.1"]))

    return running


def write(folder: Path, *examples: str) -> None:
    file = folder / "ns" / "ns_5_1.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        "clause: NS-5.1\ngiven:\n  case: {id: C-1, law: private, work: section_7, team: north-1}\n"
        "  objects: {amy: {type: child}, ben: {type: child}}\nexamples:" + "".join(examples),
        encoding="utf-8",
    )


def only(run: ExampleRun) -> tuple[Difference, Account]:
    ((difference,),) = (result.differences for result in run.results)
    (account,) = difference.accounts
    return difference, account


def nearly(run: ExampleRun) -> list[tuple[str, str, tuple[str, ...]]]:
    _, account = only(run)
    return [(near.as_what, near.event.id, near.lacks) for near in account.near]


def test_what_fails_says_what_was_read_and_what_counted(run: Running) -> None:
    difference, account = only(run(example("A child seen on the tenth working day", ACCEPTED)))
    assert [(row.what, row.expected, row.got) for row in difference.rows if row.differs] == [
        ("outcome", "met", "breached"),
        ("done", "2025-03-18", "none"),
        ("evidence", "accepted, seen", "accepted"),
    ]
    assert [(row.what, row.expected, row.got) for row in difference.rows if row.what == "due"] == [
        ("due", "2025-03-18", "2025-03-18")
    ]
    (value,) = account.values
    assert (value.name, str(value.from_), value.value, value.unit, value.standing) == (
        "ns_5_1_seen_within", "2007-09-01", 10, "working_days", "local",
    )  # fmt: skip
    assert value.source.startswith("no published figure")
    assert (str(account.from_), str(account.start)) == ("2007-09-01", "2025-03-04")
    assert [event.id for event in account.counted] == ["accepted"]
    assert account.near == ()
    assert "There is no record of" in difference.why


@pytest.mark.parametrize(
    ("entry", "as_what", "lack"),
    [
        ("{id: x, date: 2025-03-18, event: child_seen, child: amy, how: telephone}", "what",
         "its how is telephone, and what counts is: how is not said to be telephone"),
        ("{id: x, date: 2025-03-18, event: child_seen, child: ben}", "what", "it is about ben, not amy"),
        ("{id: x, date: 2025-03-03, event: child_seen, child: amy}", "what", "it came before the start on 4 March 2025"),
        ("{id: x, date: 2025-03-21, event: child_seen, child: amy}", "what", "as at 20 March 2025 it had not happened yet"),
        ("{id: x, date: 2025-03-18, event: child_seen, child: amy, recorded: 2025-03-25}", "what",
         "it was put on the record only on 25 March 2025"),
        ("{id: x, date: 2025-03-19, event: child_not_seen_reason, child: amy, reason: too_ill}", "exception",
         "it came after the due date, 18 March 2025"),
        ("{id: x, date: 2025-03-17, event: child_not_seen_reason, child: ben, reason: too_ill}", "exception",
         "it is about ben, not amy"),
    ],
)  # fmt: skip
def test_the_event_that_nearly_counted_says_what_it_lacks(run: Running, entry: str, as_what: str, lack: str) -> None:
    assert nearly(run(example("A child seen on the tenth working day", f"{ACCEPTED}, {entry}"))) == [
        (as_what, "x", (lack,))
    ]


def test_the_nearest_is_the_one_that_lacks_least(run: Running) -> None:
    far = "{id: far, date: 2025-03-18, event: child_seen, child: ben, how: telephone}"
    near = "{id: near, date: 2025-03-05, event: child_seen, child: amy, how: telephone}"
    assert [event for _, event, _ in nearly(run(example("A child rung up twice", f"{ACCEPTED}, {far}, {near}")))] == [
        "near"
    ]


def test_what_never_started_says_why(run: Running) -> None:
    scope = "case: {id: C-1, law: public, work: short_court_based_resolution}"
    failing = run(example("A child in short work at court", ACCEPTED, more=scope))
    difference, account = only(failing)
    assert {row.got for row in difference.rows} == {None}
    assert (account.start, account.starts_with) == (None, "“case accepted”")
    ((_, event, lacks),) = nearly(failing)
    assert event == "accepted"
    assert lacks[0].startswith("C-1's work is short court based resolution, and what counts is: work is anything but")
    assert nearly(run(example("A case of long ago, before the standards", ACCEPTED.replace("2025", "2007")))) == [
        ("start", "accepted", ("this version is in force from 1 September 2007",))
    ]


@pytest.mark.parametrize(
    ("judged", "lack"),
    [
        ("by: fca1, role: practice_supervisor", "fca1 is who is judged, did what is judged, or has led the case"),
        ("by: sup1, role: practitioner", "a practitioner may not judge it"),
        ("by: sup1, role: practice_supervisor, recorded: 2025-07-01", "it was put on the record only on 1 July 2025"),
    ],
)
def test_a_judgement_that_does_not_count_says_why(rulebook: Rulebook, tmp_path: Path, judged: str, lack: str) -> None:
    file = tmp_path / "ns" / "ns_9_1.yaml"
    file.parent.mkdir()
    file.write_text(
        f"""clause: NS-9.1
examples:
  - name: Joint work that somebody has judged
    as_at: 2025-06-30
    case: {{id: C-1, law: public, work: care, team: north-1}}
    objects: {{fca1: {{type: practitioner}}, sup1: {{type: practitioner}}}}
    timeline:
      - {{id: accepted, date: 2025-03-04, event: case_accepted}}
      - {{id: lead, date: 2025-03-04, event: lead_allocated, by: fca1}}
      - {{id: x, date: 2025-05-20, event: judgement_recorded, clause: NS-9.1, outcome: met, {judged}}}
    expect: [{{subject: C-1, outcome: met, due: null, evidence: [accepted, x]}}]
""",
        encoding="utf-8",
    )
    found = run_examples(rulebook, chosen_examples(tmp_path, rulebook, ["NS-9.1"]))
    assert nearly(found) == [("judgement", "x", (lack,))]


def test_drafts_are_tried_and_counted_apart(run: Running) -> None:
    found = run(
        example("A child who was not seen at all", ACCEPTED, RIGHT),
        example("A draft that is right already", ACCEPTED, RIGHT, more="draft: true"),
        example("A draft that is wrong as yet", ACCEPTED, more="draft: true"),
    )
    assert (found.passed, found.failed, found.drafts, found.drafts_failing) == (1, 0, 2, 1)
    assert counted(found) == "1 passed, 0 failed; 2 drafts, 1 of them failing"
    content = json.loads(examples_json(found))
    assert [(one["draft"], one["passed"]) for one in content["examples"]] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    root = ElementTree.fromstring(examples_junit(found))  # noqa: S314 - our own text
    assert {name: root.get(name) for name in ("tests", "failures", "skipped")} == {
        "tests": "3", "failures": "0", "skipped": "2",
    }  # fmt: skip
    assert [skipped.get("message") for skipped in root.iter("skipped")] == ["draft: passes", "draft: fails as yet"]


def test_junit_holds_every_example_whatever_it_is_called(run: Running) -> None:
    name = '"A child <&> seen ]]> \\u0007 on the \\uFFFE \\U0001F600 day"'
    found = run(example(name, ACCEPTED), example("A child who was not seen at all", ACCEPTED, RIGHT))
    root = ElementTree.fromstring(examples_junit(found))  # noqa: S314 - our own text
    first, second = root.iter("testcase")
    assert str(first.get("name")).startswith("A child <&> seen ]]> \\x07 on the ")
    (failure,) = first
    assert failure.get("message") == (
        "NS-5.1, amy: expected outcome met, done 2025-03-18, evidence accepted, seen, "
        "got outcome breached, done none, evidence accepted"
    )
    assert "value: ns_5_1_seen_within: 10 working days" in str(failure.text)
    assert list(second) == []
    assert str(first.get("file")).endswith("ns_5_1.yaml")


# --- the command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys, "rules", "test")


def test_the_command_prints_both_sides_and_writes_junit(kept: Run, tmp_path: Path) -> None:
    write(tmp_path, example("A child seen on the tenth working day", ACCEPTED))
    junit = tmp_path / "out" / "junit.xml"
    status, out, _ = kept("NS-5.1", "--examples", str(tmp_path), "--junit", str(junit))
    assert status == 1
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert {"expected got", "* outcome met breached", "due 2025-03-18 2025-03-18", "0 passed, 1 failed"} <= set(lines)
    assert "counted: accepted (case accepted, 4 March 2025)" in lines
    assert ElementTree.parse(junit).getroot().get("failures") == "1"  # noqa: S314 - our own file
    status, out, _ = kept("NS-5.1", "--examples", str(tmp_path), "--format", "json")
    assert (status, json.loads(out)["failed"]) == (1, 1)


def test_only_a_draft_that_fails_is_no_failure(kept: Run, tmp_path: Path) -> None:
    write(tmp_path, example("A draft that is wrong as yet", ACCEPTED, more="draft: true"))
    status, out, _ = kept("NS-5.1", "--examples", str(tmp_path))
    assert status == 0
    assert "A draft that is wrong as yet (draft)" in out
    assert out.splitlines()[-1] == "0 passed, 0 failed; 1 draft, 1 of them failing"


def test_nothing_matched_is_an_error(kept: Run, tmp_path: Path) -> None:
    write(tmp_path, example("A child who was not seen at all", ACCEPTED, RIGHT))
    assert kept("NS-5.2", "--examples", str(tmp_path))[0] == 3
    status, _, err = kept("NS-5.99", "--examples", str(tmp_path))
    assert (status, "unknown clause 'NS-5.99'" in err) == (3, True)


def test_a_duty_is_tried_by_the_examples_of_its_clause(rulebook: Rulebook) -> None:
    chosen = chosen_examples(FIXTURES, rulebook, ["NS-5.8a"])
    assert {one.clause for one in chosen} == {"NS-5.8"}
    with pytest.raises(KeptError, match="nothing was tried"):
        chosen_examples(FIXTURES / "cases", rulebook, [])
