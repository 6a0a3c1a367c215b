"""The ledger's commands on a small sample: what changed, whether an answer stands, what is set aside, which nights there are."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from engine.duty.rulebook import Rulebook
from engine.ledger.store import Ledger
from engine.policy.sample import make_sample
from tests.commands import Run, runner, status_of
from tests.nights import FakeRun, invariants, judgements, night, outcome_of

LEDGER = ("--ledger", "ledger.sqlite")
WHERE = (*LEDGER, "--caseload", "sample")
NIGHT = (
    "nightly",
    *WHERE,
    *(part for clause in ("NS-2.2", "NS-4.2", "NS-5.1", "NS-8.6") for part in ("--clause", clause)),
)
"""A night of a few clauses: the whole rulebook takes seconds to plan."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Path:
    """A sample of twelve cases, and a ledger with two nights over it."""
    folder = tmp_path_factory.mktemp("commands")
    make_sample(rulebook.dictionary, folder / "sample", 12, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for day in ("2025-05-30", "2025-06-30"):
            assert status_of(*NIGHT, "--as-at", day) == 0
    return folder


@pytest.fixture
def kept(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `kept` in a copy of the folder with the sample and its ledger."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    return runner(capsys)


def test_changes_are_told_in_every_form(kept: Run) -> None:
    ran = kept("changes", *LEDGER, "--format", "json")
    counts = ran.json["counts"]
    assert ran.status == 0
    assert (ran.json["since"], ran.json["until"]) == ("2025-05-30-0001", "2025-06-30-0001")
    assert counts["new"] > 0
    assert counts["put_right"] == sum(counts["how"].values())
    assert len(ran.json["changed"]) == counts["new"] + counts["put_right"] + counts["back_again"]
    for by in ("clause", "team", "practitioner"):
        assert sum(group["new"] for group in ran.json["by"][by]) == counts["new"]
        told = kept("changes", *LEDGER, "--by", by)
        assert f"{counts['new']:,} new, {counts['still']:,} still there" in told.out
        assert all(group["name"] in told.out for group in ran.json["by"][by])
    rows = list(csv.DictReader(io.StringIO(kept("changes", *LEDGER, "--format", "csv").out)))
    assert [row["instance"] for row in rows] == [each["instance"] for each in ran.json["changed"]]
    assert kept("changes", *LEDGER, "--since", "2025-05-30-0001", "--format", "json").json == ran.json
    wrong = kept("changes", *LEDGER, "--since", "2025-05-30")
    assert (wrong.status, wrong.out) == (3, "")
    assert "there is no night '2025-05-30'" in wrong.err


def test_the_same_night_again_says_so_and_gives_the_same(kept: Run, tmp_path: Path) -> None:
    again = kept(*NIGHT, "--as-at", "2025-06-30", "--outcomes", "out", "--report", "report.html")
    assert again.status == 0
    assert "in the ledger already, as 2025-06-30-0001: nothing was written" in again.out
    assert "Breaches since 2025-05-30-0001" in again.out
    assert "Breaches since 2025-05-30-0001" in (tmp_path / "report.html").read_text()
    shown = kept(*NIGHT, "--as-at", "2025-06-30", "--format", "json").json
    assert (shown["run"], shown["already"], shown["changes"]["since"]) == ("2025-06-30-0001", True, "2025-05-30-0001")
    assert pq.read_metadata(tmp_path / "out" / "outcomes.parquet").num_rows == shown["instances"]
    runs = kept("runs", *LEDGER, "--format", "json").json
    assert [run["id"] for run in runs] == ["2025-05-30-0001", "2025-06-30-0001"]
    assert "30 June 2025" in kept("runs", *LEDGER).out


def test_an_answer_stands_though_more_is_on_the_record_now(kept: Run, tmp_path: Path) -> None:
    ran = kept("verify", "2025-05-30-0001", *WHERE, "--format", "json")
    assert (ran.status, ran.json["stands"], ran.json["differ"]) == (0, True, 0)
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger, ledger.reading() as connection:
        (instance,) = connection.exec_driver_sql("SELECT min(instance) FROM outcomes WHERE outcome = 'breached'").one()
    one = kept("verify", "2025-06-30-0001", instance, *WHERE)
    assert one.status == 0
    assert f"The answer of 2025-06-30-0001 on {instance} stands." in one.out
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        assert invariants(ledger) == []
    wrong = kept("verify", "2025-06-30-0001", "NS-1.1/nobody", *WHERE)
    assert (wrong.status, wrong.out) == (3, "")
    assert "judged no instance 'NS-1.1/nobody'" in wrong.err
    assert kept("verify", "2025-06-31-0001", *WHERE).status == 3


def test_a_past_that_was_rewritten_is_found(kept: Run, tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger, ledger.reading() as connection:
        instance, done = connection.exec_driver_sql(
            "SELECT instance, done FROM outcomes WHERE run = '2025-06-30-0001' AND duty = 'NS-5.1' AND outcome = 'met' ORDER BY instance"
        ).first()  # type: ignore[misc]
    file = tmp_path / "sample" / "events.parquet"
    events = pq.read_table(file)
    late = pc.if_else(pc.equal(events["type"], "child_seen"), 400, 0)
    for name, unit in (("happened", "s"), ("recorded", "us")):
        place, kind = events.schema.get_field_index(name), events.schema.field(name)
        moved = pc.add(
            events[name].cast(pa.timestamp(unit)),
            pc.multiply(late, 86_400 * 10 ** (6 * (unit == "us"))).cast(pa.duration(unit)),
        )
        events = events.set_column(place, kind, moved.cast(kind.type))
    pq.write_table(events, file)
    ran = kept("verify", "2025-06-30-0001", *WHERE, "--format", "json")
    assert (ran.status, ran.json["stands"], ran.json["cause"]) == (1, False, "record")
    other = {each["instance"]: each for each in ran.json["differing"]}
    assert (other[instance]["kind"], other[instance]["then"]["outcome"], other[instance]["then"]["done"]) == (
        "changed",
        "met",
        done,
    )
    one = kept("verify", "2025-06-30-0001", instance, *WHERE)
    assert one.status == 1
    assert "the past was rewritten on the record" in one.out
    assert "outcome was met, is " in one.out


@pytest.mark.soak
def test_what_is_on_trial_is_in_no_ledger_and_in_no_verification(kept: Run, tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger, ledger.reading() as connection:
        query = "SELECT min(duty) FROM outcomes WHERE run = '2025-06-30-0001' AND outcome = 'breached'"
        chosen = connection.exec_driver_sql(query).scalar_one()
    book = json.loads(kept("rules", "freeze").out)
    for duty in book["duties"]:
        duty["status"] = "trial" if duty["id"] == chosen else duty["status"]
    (tmp_path / "trial.json").write_text(json.dumps(book))
    tried = kept(*NIGHT, "--as-at", "2025-07-01", "--rulebook", "trial.json", "--format", "json").json
    assert kept("verify", tried["run"], *WHERE, "--format", "json").json["stands"] is True
    # A duty that is put on trial is no longer in force: its breaches end with the rule, not with the record.
    ended = [each for each in kept("changes", *LEDGER, "--format", "json").json["changed"] if each["duty"] == chosen]
    assert {(each["kind"], each["how"]) for each in ended} == {("put_right", "rule_changed")}


def test_a_case_that_cannot_be_read_leaves_it_open(kept: Run, tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger, ledger.reading() as connection:
        query = "SELECT \"case\", instance FROM outcomes WHERE run = '2025-06-30-0001' AND outcome = 'breached' AND \"case\" LIKE 'C-%'"
        case, instance = connection.exec_driver_sql(query).first()  # type: ignore[misc]
    file = tmp_path / "sample" / "objects.parquet"
    things = pq.read_table(file)
    mine = pc.and_(pc.equal(things["id"], case), pc.equal(things["case"], case))
    pq.write_table(pa.concat_tables([things, things.filter(mine)]), file)
    ran = kept("verify", "2025-06-30-0001", *WHERE, "--format", "json")
    assert (ran.status, ran.json["stands"], len(ran.json["unread"])) == (2, True, 1)
    assert kept("verify", "2025-05-30-0001", instance, *WHERE).status in (2, 3)
    assert "could not be verified" in kept("verify", "2025-06-30-0001", instance, *WHERE).out
    # The night sets it aside; what stood in it stays, and is not said to be put right.
    night = kept(*NIGHT, "--as-at", "2025-07-01", "--format", "json")
    assert (night.status, night.json["quarantined"], night.json["trend"]) == (2, 1, True)
    strict = kept(*NIGHT, "--as-at", "2025-07-02", "--quarantine-share", "0.001", "--format", "json")
    assert (strict.status, strict.json["trend"]) == (2, False)
    assert night.json["changes"]["counts"]["stale"] > 0
    listed = kept("quarantine", *LEDGER, "--format", "json").json
    assert [(each["case"], each["since"]) for each in listed["cases"]] == [(case, "2025-07-01-0001")]
    assert f"{case}, since 1 July 2025" in kept("quarantine", *LEDGER).out


def test_hostile_text_is_harmless_in_every_form(kept: Run, tmp_path: Path) -> None:
    hostile = "=1+1\x1b[2J<script>"

    def gives(outcome: Any) -> FakeRun:
        some: dict[str, Any] = {
            "team": hostile,
            "practitioner": hostile,
            "subject": hostile,
            "instance": f"{hostile}/x",
        }
        return FakeRun(1, gives=lambda case: judgements(outcome_of(case, outcome, **some), case=case))

    with Ledger.open(str(tmp_path / "hostile.sqlite")) as ledger:
        night(ledger, run=gives("due"), described=hostile)
        night(ledger, run=gives("breached"), described=hostile)
    for form in ("text", "json", "csv"):
        out = kept("changes", "--ledger", "hostile.sqlite", "--by", "team", "--format", form).out
        assert "\x1b" not in out
        assert form != "csv" or "'=1+1" in out
    assert "\x1b" not in kept("runs", "--ledger", "hostile.sqlite").out


def test_what_is_no_ledger_is_said(kept: Run) -> None:
    for command in ("changes", "quarantine"):
        ran = kept(command, "--ledger", "nothing.sqlite")
        assert (ran.status, ran.out) == (3, "")
        assert "there is no night in it yet" in ran.err
    assert "There is no night in this ledger yet." in kept("runs", "--ledger", "nothing.sqlite").out
