"""The command line as its users meet it: what it prints, where, and how it exits."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from rich.console import Console

import cli
from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.judge.caseload_judge import CaseloadRun
from engine.judge.caseload_judge import Progress as Stage
from engine.ledger.store import Ledger
from engine.report.results import schema
from tests.commands import Run, runner
from tests.conftest import ROOT
from tests.nights import fault

CASE = """case: {id: C-1001, law: private, work: section_7, team: north-2}
objects:
  amy:  {type: child, born: 2016-05-02}
  fca1: {type: practitioner}
timeline:
  - {date: 2025-03-03, event: referral_received}
  - {date: 2025-03-04, event: case_accepted}
  - {date: 2025-03-06, event: child_seen, child: amy, by: fca1, alone: true, recorded: 2025-03-07}
"""


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `kept` with these arguments, in a folder of its own that holds `case.yaml`."""
    (tmp_path / "case.yaml").write_text(CASE)
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_a_check_prints_the_contracts_json(kept: Run, rulebook: Rulebook) -> None:
    ran = kept("check", "case.yaml", "--as-at", "2025-04-30", "--clause", "NS-5.1", "--format", "json")
    jsonschema.validate(ran.json, schema("check"))
    assert (ran.status, ran.err) == (0, "")
    assert {key: ran.json[key] for key in ("as_at", "rulebook", "case", "faults", "not_applicable")} == {
        "as_at": "2025-04-30", "rulebook": rulebook.sha256, "case": "C-1001", "faults": [], "not_applicable": [],
    }  # fmt: skip
    (finding,) = ran.json["findings"]
    wanted = {"instance": "NS-5.1/C-1001/amy/e2", "clause": "NS-5.1", "duty": "NS-5.1", "subject": "amy", "subject_type": "child",
              "outcome": "met", "start": "2025-03-04", "due": "2025-03-18", "done": "2025-03-06", "days_over": None, "force": "must",
              "standing": "local", "decided_by": "record", "flags": [], "evidence": ["e2", "e3"], "put_right": ""}  # fmt: skip
    assert {key: finding[key] for key in wanted} == wanted
    assert "10 working days" in finding["why"]


def test_a_breach_is_exit_status_1_and_says_why_and_what_to_do(kept: Run) -> None:
    ran = kept("check", "case.yaml", "--as-at", "2025-04-30", "--clause", "NS-2.2")
    assert (ran.status, ran.err) == (1, "")
    assert "was due 3 March 2025" in ran.out
    assert "There is no record of “referral screened”." in ran.out
    assert "To put right:" in ran.out
    assert "\x1b" not in ran.out


def test_of_several_that_are_needed_it_says_how_many_there_are(kept: Run, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        """
case: {id: C-1, law: private, work: section_7}
objects: {a1: {type: audit}, sup1: {type: practitioner}}
timeline:
  - {date: 2025-05-01, event: quality_audited, audit: a1, by: sup1, role: practice_supervisor, safe: good, heard: good}
  - {date: 2025-05-02, event: learning_point_recorded, audit: a1, domain: heard}
"""
    )
    asked = ("check", str(tmp_path / "c.yaml"), "--as-at", "2025-06-30", "--format", "json")
    (some,) = kept(*asked, "--clause", "PQ-QAI-3c").json["findings"]
    assert "The record has 1 of the 3 that are needed" in some["why"]
    assert some["put_right"].startswith("Record the others")
    (none,) = kept(*asked, "--clause", "PQ-QAI-3d").json["findings"]
    assert "There is no record of" in none["why"]


def test_only_what_had_happened_and_was_recorded_counts(kept: Run) -> None:
    def outcome(*options: str) -> str:
        return str(
            kept("check", "case.yaml", "--clause", "NS-5.1", "--format", "json", *options).json["findings"][0][
                "outcome"
            ]
        )

    assert outcome("--as-at", "2025-03-06") == "due"
    assert outcome("--as-at", "2025-03-06", "--known-at", "2025-03-07") == "met"
    assert outcome("--as-at", "2025-03-05", "--known-at", "2025-03-07") == "due"
    assert outcome("--as-at", "2025-04-30", "--known-at", "2025-03-06T23:59") == "breached"
    assert outcome("--as-at", "2025-04-30", "--stated-only") == "undetermined"


def test_a_clause_that_does_not_apply_is_listed_not_passed(kept: Run, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE.replace("section_7", "short_court_based_resolution"))
    ran = kept("check", "case.yaml", "--as-at", "2025-04-30", "--clause", "NS-5.1", "--format", "json")
    assert (ran.status, ran.json["findings"], ran.json["not_applicable"]) == (0, [], ["NS-5.1"])


def test_json_lines_have_a_finding_on_each(kept: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("check", "case.yaml", "--as-at", "2025-04-30")
    whole, ran = kept(*asked, "--format", "json"), kept(*asked, "--format", "jsonl")
    lines = ran.out.splitlines()
    assert (ran.status, ran.err, [json.loads(line) for line in lines]) == (1, "", whole.json["findings"])
    for line in lines:
        jsonschema.validate(json.loads(line), schema("check-line"))
    whole_schema, of_a_line = schema("check"), schema("check-line")
    assert of_a_line["$defs"] == {name: whole_schema["$defs"][name] for name in of_a_line["$defs"]}
    # What is on trial is no finding that counts; what could not be read or judged is on standard error.
    book = json.loads(kept("rules", "freeze").out)
    for duty in book["duties"]:
        duty["status"] = "trial" if duty["id"] == "NS-2.2" else duty["status"]
    (tmp_path / "trial.json").write_text(json.dumps(book))
    (tmp_path / "bad.yaml").write_text("case: {}")
    judge = CaseJudge.judge

    def failing(self: CaseJudge, *given: Any, **more: Any) -> Any:
        return judge(self, *given, **more).model_copy(update={"faults": (fault("C-1001\x1b"),)})

    monkeypatch.setattr(CaseJudge, "judge", failing)
    for form in ("jsonl", "csv"):
        tried = kept(*asked, "bad.yaml", "--rulebook", "trial.json", "--format", form)
        assert tried.status == 2
        assert "NS-2.2" not in tried.out
        assert "NS-5.1" in tried.out
        assert "bad.yaml" in tried.err
        assert "Kept failed to judge NS-10.2: ZeroDivisionError: division by zero" in tried.err
        assert "\x1b" not in tried.err


def test_csv_has_a_line_for_each_finding(kept: Run) -> None:
    ran = kept("check", "case.yaml", "--as-at", "2025-04-30", "--clause", "NS-5.1", "--format", "csv")
    head, row = ran.out.splitlines()
    assert head.startswith("instance,")
    assert row.startswith("NS-5.1/C-1001/amy/e2,")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["check"], 3, "Missing argument"),
        (["chek"], 3, "No such command"),
        (["check", "case.yaml", "--as-at", "2025-02-30"], 3, "'2025-02-30' is not a date that exists"),
        (["check", "case.yaml", "--as-at", "tomorrow"], 3, "write it as 2025-03-04"),
        (["check", "case.yaml", "--known-at", "12:30"], 3, "is not a moment"),
        (["check", "case.yaml", "--clause", "NS-5.11"], 3, "unknown clause 'NS-5.11'; did you mean 'NS-5.1'?"),
        (["check", "case.yaml", "--clause", "ns-5.1"], 3, "unknown clause 'ns-5.1'"),
        (["check", "case.yml"], 3, "did you mean 'case.yaml'?"),
        (["check", "."], 3, "is a folder"),
        (["check", "case.yaml", "--rulebook", "nowhere.json"], 3, "kept rules freeze --out nowhere.json"),
        (["check", "case.yaml", "--rulebook", "case.yaml"], 3, "not a frozen rulebook"),
        (["check", "case.yaml", "--format", "xml"], 3, "xml"),
        (["check", "C-1", "--caseload", "nowhere"], 3, "nowhere"),
        (["nightly", "--caseload", "nowhere", "--ledger", "ledger.sqlite"], 3, "nowhere"),
        (["nightly", "--caseload", "."], 3, "Missing option '--ledger'"),
        (["nightly", "--caseload", ".", "--ledger", "l", "--threads", "0"], 3, "--threads"),
        (["nightly", "--caseload", ".", "--ledger", "l", "--memory", "lots"], 3, "Write it like 500MB or 4GB"),
        (["nightly", "--caseload", "ftp://me:secret@host", "--ledger", "l"], 3, "ftp://me:***@host"),
        (["nightly", "--caseload", "postgresql://me:secret@127.0.0.1:1/x", "--ledger", "l"], 3, "ostgre"),
        (["check", "C-1", "--caseload", "postgresql://me:secret@127.0.0.1:1/x"], 3, "ostgre"),
        (["sample", "--cases", "0", "--out", "s"], 3, "--cases"),
        (["rules", "test", "NS-99"], 3, "unknown clause 'NS-99'"),
        (["rules", "show", "NS-99"], 3, "unknown clause 'NS-99'"),
    ],
)
def test_what_keeps_it_from_running_is_said_and_exits_3(
    kept: Run, arguments: list[str], status: int, said: str
) -> None:
    ran = kept(*arguments)
    assert ran.status == status
    assert ran.out == ""
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert "secret" not in ran.err


def test_a_day_before_everything_is_nothing_to_judge(kept: Run) -> None:
    ran = kept("check", "case.yaml", "--as-at", "1999-01-01")
    assert ran.status == 3
    assert "Nothing to judge" in ran.err


def test_one_unreadable_file_among_others_leaves_the_run_incomplete_and_loses_nothing(
    kept: Run, tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text(CASE.replace("child_seen", "child_visted"))
    ran = kept("check", "bad.yaml", "case.yaml", "--as-at", "2025-04-30", "--format", "json")
    jsonschema.validate(ran.json, schema("check"))
    assert ran.status == 2
    assert [result["case"] for result in ran.json["results"]] == ["C-1001"]
    (problem,) = ran.json["quarantined"]
    assert problem["file"] == "bad.yaml"
    assert "line 8" in problem["place"]
    assert "child_visted" in problem["problem"]
    assert problem["remedy"]


@pytest.mark.parametrize(
    "hostile", ["../../etc/passwd", "<script>alert(1)</script>", "C-\u001b[2J", "C-\U0001f600", "=1+1"]
)
def test_a_hostile_id_is_refused_and_shown_harmlessly(kept: Run, tmp_path: Path, hostile: str) -> None:
    (tmp_path / "case.json").write_text(json.dumps({"case": {"id": hostile}, "timeline": []}))
    ran = kept("check", "case.json", "--as-at", "2025-04-30")
    assert ran.status == 3
    assert "is not an id" in ran.err
    assert "\x1b" not in ran.err


def test_rules_list_is_the_contracts(kept: Run) -> None:
    clauses = kept("rules", "list", "--format", "json").json["clauses"]
    history = next(clause for clause in clauses if clause["id"] == "NS-5.8")
    assert history["duties"] == ["NS-5.8a", "NS-5.8b"]
    assert set(history) >= {"id", "title", "duties", "force", "basis", "decided_by", "in_force", "examples"}
    assert history["in_force"] == "2007-09-01"
    assert all(clause["examples"] > 3 for clause in clauses)


def test_words_lists_every_word(kept: Run, rulebook: Rulebook) -> None:
    said = kept("rules", "words").out
    for word in rulebook.dictionary.words:
        assert word.says in said


def test_a_frozen_rulebook_judges_like_the_rules_it_was_frozen_from(kept: Run, rulebook: Rulebook) -> None:
    assert kept("rules", "freeze", "--out", "book.json").out.strip() == rulebook.sha256
    options = ("case.yaml", "--as-at", "2025-04-30", "--format", "json")
    assert kept("check", *options, "--rulebook", "book.json").out == kept("check", *options).out


def test_examples_can_be_run_and_a_failing_one_says_what_came_out(kept: Run, tmp_path: Path) -> None:
    assert "0 failed" in kept("rules", "test", "NS-5.1").out
    folder = tmp_path / "examples" / "national_standards"
    folder.mkdir(parents=True)
    text = (ROOT / "fixtures" / "national_standards" / "ns_2_2.yaml").read_text()
    (folder / "ns_2_2.yaml").write_text(text.replace("outcome: breached", "outcome: met"))
    ran = kept("rules", "test", "NS-2.2", "--examples", str(tmp_path / "examples"))
    assert ran.status == 1
    assert "expected" in ran.out
    assert "got" in ran.out
    assert "* outcome" in ran.out
    assert "breached" in ran.out


def test_a_whole_night_from_sample_to_report(kept: Run, tmp_path: Path) -> None:
    assert kept("sample", "--cases", "60", "--seed", "3", "--out", "sample").status == 0
    ran = kept("nightly", "--caseload", "sample", "--ledger", "ledger.sqlite", "--outcomes", "out", "--report", "report.html",
               "--as-at", "2025-06-30", "--format", "json")  # fmt: skip
    jsonschema.validate(ran.json, schema("nightly"))
    assert (ran.status, ran.err) == (0, "")
    assert ran.json["complete"] is True
    assert ran.json["cases"] >= 60
    assert sum(ran.json["outcomes"].values()) == ran.json["instances"] > 500
    assert (tmp_path / "out" / "outcomes.parquet").exists()
    assert "</html>" in (tmp_path / "report.html").read_text()
    again = kept(
        "nightly", "--caseload", "sample", "--ledger", "ledger.sqlite", "--as-at", "2025-06-30", "--fail-on-breach"
    )
    assert again.status == 1
    assert "breached" in again.out
    one = kept("check", "C-000001", "--caseload", "sample", "--as-at", "2025-06-30", "--format", "json")
    assert one.json["case"] == "C-000001"
    same = ("instance", "outcome", "due", "done", "evidence")
    table = pq.read_table(tmp_path / "out" / "outcomes.parquet", filters=[("case", "==", "C-000001")])
    night = [
        {**row, **{day: row[day] and row[day].isoformat() for day in ("due", "done")}} for row in table.to_pylist()
    ]
    assert sorted([row[name] for name in same] for row in night) == sorted(
        [found[name] for name in same] for found in one.json["findings"]
    )
    missing = kept("check", "C-00001", "--caseload", "sample")
    assert missing.status == 3
    assert "C-00001" in missing.err


def test_a_case_that_is_in_the_caseload_twice_is_set_aside_and_the_rest_is_judged(kept: Run, tmp_path: Path) -> None:
    assert kept("sample", "--cases", "5", "--out", "sample").status == 0
    file = tmp_path / "sample" / "objects.parquet"
    things = pq.read_table(file)
    pq.write_table(
        pa.concat_tables(
            [things, things.filter(pc.and_(pc.equal(things["id"], "C-000002"), pc.equal(things["case"], "C-000002")))]
        ),
        file,
    )
    night = ("nightly", "--caseload", "sample", "--ledger", "ledger.sqlite", "--as-at", "2025-06-30")
    ran = kept(*night, "--threads", "1", "--memory", "500MB", "--format", "json")
    assert (ran.status, ran.json["quarantined"], ran.json["complete"]) == (2, 1, False)
    assert "C-000002" in ran.json["quarantine_list"][0]["place"]
    assert ran.json["cases"] >= 4
    assert ran.json["instances"] > 50
    assert kept(*night).out.startswith("1 case could not be read and was set aside:")


def test_a_night_that_is_stopped_leaves_nothing(kept: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = CaseloadRun.findings

    def stopped(run: CaseloadRun) -> Iterator[pa.RecordBatch]:
        yield from whole(run)
        raise KeyboardInterrupt

    assert kept("sample", "--cases", "5", "--out", "sample").status == 0
    monkeypatch.setattr(CaseloadRun, "findings", stopped)
    ran = kept("nightly", "--caseload", "sample", "--ledger", "ledger.sqlite", "--outcomes", "out", "--report", "r.html",
               "--as-at", "2025-06-30")  # fmt: skip
    assert (ran.status, ran.out) == (3, "")
    assert "Nothing of this run was kept" in ran.err
    assert list((tmp_path / "out").iterdir()) == []
    assert not (tmp_path / "r.html").exists()
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        assert ledger.runs() == []


def test_the_stages_of_a_night_are_shown_on_a_terminal_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal in (True, False):
        file = io.StringIO()
        monkeypatch.setattr(cli, "Console", partial(Console, file=file, force_terminal=terminal, width=100))
        with cli._stages() as tell:
            tell(Stage(3, 12, "deciding"))
        assert ("deciding" in file.getvalue()) is ("25%" in file.getvalue()) is terminal


def test_a_night_before_everything_writes_nothing(kept: Run) -> None:
    kept("sample", "--cases", "5", "--out", "sample")
    ran = kept("nightly", "--caseload", "sample", "--ledger", "ledger.sqlite", "--as-at", "1999-01-01")
    assert (ran.status, ran.out) == (3, "")
    assert "not" in ran.err


def test_the_installed_command_runs_and_answers_help() -> None:
    told = subprocess.run([Path(sys.executable).parent / "kept", "--help"], capture_output=True, text=True, check=True)
    for command in ("check", "nightly", "rules", "sample"):
        assert command in told.stdout
