"""The ledger: a night is whole or was never there, and what is no ledger is refused in words."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from engine.judge.finding_table import as_batch, from_batch
from engine.judge.outcome import OUTCOMES, Finding, Flag, Judgements
from engine.ledger.migrations import upgrade
from engine.ledger.night import NothingToJudgeError
from engine.ledger.reading import outcomes_of
from engine.ledger.schema import METADATA, SCHEMA
from engine.ledger.staging import as_json
from engine.ledger.store import Ledger
from engine.ledger.tally import MOST_OVERDUE, standard_of
from engine.record.problem import KeptError
from tests.nights import (
    AS_AT,
    FINISHED,
    STARTED,
    VERSION_1,
    FakeRun,
    every_outcome,
    fault,
    finding,
    invariants,
    judgements,
    night,
    outcome_of,
    rulebook,
)
from tests.servers import postgres

ROOT = Path(__file__).parent.parent


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def test_a_night_is_the_same_however_its_batches_fall(tmp_path: Path) -> None:
    def gives(case: str) -> Judgements:
        number = int(case[2:])
        some = every_outcome(case).findings[: number % 9]
        flags: tuple[Flag, ...] = (("recorded_late",), ("reason_recorded", "provisional"), ())[number % 3]
        many = (each.model_copy(update={"flags": flags, "team": f"team-{number % 4}"}) for each in some)
        return judgements(*many, case=case, faults=(fault(case),) if number % 11 == 0 else ())

    found = []
    for together in (1, 7, 400):
        path, out = tmp_path / f"{together}.sqlite", tmp_path / str(together)
        with Ledger.open(str(path)) as ledger:
            summary = night(ledger, run=FakeRun(90, (3, 4), gives, together=together), outcomes_dir=out)
        kept = [
            rows(path, f"SELECT * FROM {table} ORDER BY 1, 2, 3")  # noqa: S608 - ours
            for table in ("outcomes", "runs", "faults", "quarantine")
        ]
        found.append((summary, kept, pq.read_table(out / "outcomes.parquet").to_pylist()))
    assert found[0] == found[1] == found[2]
    judged = [gives(f"C-{number}") for number in range(1, 91) if number not in (3, 4)]
    every = [each for given in judged for each in given.findings]
    summary = found[0][0]
    assert (summary.cases, summary.instances, summary.faults, summary.quarantined) == (88, len(every), 8, 2)
    assert summary.outcomes == {outcome: sum(each.outcome == outcome for each in every) for outcome in OUTCOMES}
    assert summary.flags == Counter(sorted(flag for each in every for flag in each.flags))
    assert {team.name: sum(team.outcomes.values()) for team in summary.teams} == Counter(each.team for each in every)
    assert sum(summary.coming.values()) == summary.outcomes["due"] > 0


def test_a_night_is_kept_whole(path: Path) -> None:
    with Ledger.open(str(path)) as ledger:
        summary = night(ledger, cases=3)
    assert summary.run == "2025-06-30-0001"
    assert (summary.cases, summary.instances, summary.complete) == (3, 24, True)
    assert summary.outcomes == dict.fromkeys(OUTCOMES, 3)
    with Ledger.open(str(path)) as ledger:
        (run,) = ledger.runs()
        assert ledger.rulebook(run.rulebook) == rulebook().canonical()
    assert (run.id, run.as_at, run.started_at, run.finished_at) == (summary.run, AS_AT, STARTED, FINISHED)
    assert run.counts.outcomes == summary.outcomes
    assert (run.counts.cases, run.counts.instances, run.counts.complete) == (3, 24, True)
    one = rows(path, "SELECT * FROM outcomes WHERE instance = 'C-2/NS-5.8a/amy/e1'")
    assert one == [
        ("2025-06-30-0001", "C-2/NS-5.8a/amy/e1", "C-2", "NS-5.8", "NS-5.8a", "amy", "child", "late", "2025-03-04",
         "2025-03-18", "2025-03-21", 3, "must", "local", "stated", "record", "[]", '["e1", "e2"]', None, "north-2", "fca1", None),
    ]  # fmt: skip


def test_nights_are_numbered_and_the_one_before_is_found(path: Path) -> None:
    with Ledger.open(str(path)) as ledger:
        assert ledger.previous() is None
        assert ledger.runs() == []
        first, second = night(ledger), night(ledger)
        assert first.previous is None
        assert second.previous is not None
        assert (second.run, second.previous.id) == ("2025-06-30-0002", "2025-06-30-0001")
        # An older night judged again does not become the last, nor is it compared with what came after it.
        older = night(ledger, as_at=date(2024, 1, 1))
        assert (older.run, older.previous, older.changes) == ("2024-01-01-0001", None, None)
        assert [run.id for run in ledger.runs()] == ["2024-01-01-0001", "2025-06-30-0001", "2025-06-30-0002"]
        last = ledger.previous()
        assert last is not None
        assert last.id == "2025-06-30-0002"
    assert len(rows(path, "SELECT * FROM rulebooks")) == 1


def test_faults_and_quarantine_make_a_night_incomplete_and_are_kept(path: Path) -> None:
    def gives(case: str) -> Judgements:
        return judgements(case=case, faults=(fault(case),)) if case == "C-2" else every_outcome(case)

    with Ledger.open(str(path)) as ledger:
        summary = night(ledger, run=FakeRun(4, (1,), gives))
    assert (summary.cases, summary.quarantined, summary.faults, summary.complete) == (3, 1, 1, False)
    assert rows(path, "SELECT * FROM faults") == [
        (1, 1, 1, None, 1, "C-2", "NS-10.2", "ZeroDivisionError: division by zero", "Traceback …")
    ]
    assert rows(path, "SELECT * FROM quarantine") == [
        (1, 1, 1, None, 1, "C-1", "events.csv", "case C-1", "'seeen' is no event", "Write 'seen'.")
    ]
    # The duty that failed may have applied: it is a fault, not something that applied to nobody.
    assert [each.duty for each in summary.applied_to_nobody] == ["NS-5.8b"]


def test_what_is_counted_apart(path: Path) -> None:
    with Ledger.open(str(path)) as ledger:
        summary = night(ledger, cases=2)
    clauses = {clause.clause: clause for clause in summary.clauses}
    assert list(clauses) == ["NS-5.1", "NS-5.8", "NS-10.2", "PQ-PUB-3"]
    assert [group.name for group in summary.standards] == ["Standard 5", "Standard 10", "PQ-PUB"]
    assert clauses["NS-5.8"].title == "Records are kept"
    assert clauses["NS-5.1"].by_standing["local"]["breached"] == 2
    assert clauses["NS-5.1"].by_standing["stated"]["breached"] == 0
    assert clauses["PQ-PUB-3"].by_standing["stated"]["due"] == 2
    assert [(team.name, sum(team.outcomes.values())) for team in summary.teams] == [("north-2", 16)]
    assert [each.duty for each in summary.applied_to_nobody] == ["NS-5.8b", "NS-10.2"]
    assert len(summary.coming) == 15
    assert {day: count for day, count in summary.coming.items() if count} == {date(2025, 7, 4): 2}


def test_the_most_overdue_are_kept_in_order(path: Path) -> None:
    def gives(case: str) -> Judgements:
        over = int(case[2:]) % 70
        return judgements(outcome_of(case, "breached", days_over=over), case=case)

    with Ledger.open(str(path)) as ledger:
        summary = night(ledger, run=FakeRun(140, gives=gives, together=60))
    found = [(each.days_over, each.case) for each in summary.most_overdue]
    assert len(found) == MOST_OVERDUE
    assert found[:4] == [(69, "C-139"), (69, "C-69"), (68, "C-138"), (68, "C-68")]
    assert found[-1] == (45, "C-45")


def test_an_instance_that_is_found_twice_is_a_mistake_of_kepts_and_writes_nothing(path: Path) -> None:
    with Ledger.open(str(path)) as ledger:
        night(ledger, 2)
        with pytest.raises(KeptError, match="found the same instance twice"):
            night(ledger, run=FakeRun(2, gives=lambda _: every_outcome("C-1")))
        assert [run.id for run in ledger.runs()] == ["2025-06-30-0001"]


@pytest.mark.parametrize(
    ("cases", "bad", "words"),
    [(0, (), "there is no case in made up"), (2, (1, 2), "events.csv: case C-1"), (2, (), "as at 2025-06-30, no duty")],
)
def test_nothing_to_judge_writes_nothing(tmp_path: Path, cases: int, bad: tuple[int, ...], words: str) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(str(path)) as ledger, pytest.raises(NothingToJudgeError, match=words) as caught:
        night(ledger, run=FakeRun(cases, bad, lambda case: judgements(case=case)), outcomes_dir=tmp_path / "out")
    assert caught.value.tally.quarantined == len(bad)
    assert not path.exists()
    assert list((tmp_path / "out").iterdir()) == []


def test_the_file_of_outcomes(tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        night(ledger, 2, outcomes_dir=tmp_path / "out")
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["outcomes.parquet"]
    table = pq.read_table(tmp_path / "out" / "outcomes.parquet")
    assert set(table.column_names) == set(Finding.model_fields)
    assert str(table.schema.field("due").type) == "date32[day]"
    assert str(table.schema.field("evidence").type) == "list<element: string>"
    first = table.to_pylist()[0]
    assert first == {**every_outcome("C-1").findings[0].model_dump(), "flags": [], "evidence": ["e1", "e2"]}
    assert table.num_rows == 16


def test_outcomes_that_cannot_be_written_stop_the_night(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger, pytest.raises(KeptError, match="outcomes cannot be"):
        night(ledger, outcomes_dir=tmp_path / "file" / "out")
    assert not (tmp_path / "ledger.sqlite").exists()


def test_lists_are_kept_as_json() -> None:
    odd = ("", 'a "b"', "c\\d", "é\U0001f600", "\n", "e1, e2")
    some = [finding(evidence=odd), finding(evidence=()), finding(evidence=("e1",)), finding(evidence=("e1", "e2"))]
    for batch in (as_batch(some), as_batch(some[1:]), as_batch(some).slice(2), as_batch([])):
        wanted = [json.dumps(each.evidence) for each in from_batch(batch)]
        assert as_json(batch.column("evidence")).to_pylist() == wanted


def test_a_night_gives_back_what_was_judged(where: str) -> None:
    def gives(case: str) -> Judgements:
        some = [each.model_copy(update={"evidence": (case, 'a "b"', "c\\d")}) for each in every_outcome(case).findings]
        some[0] = some[0].model_copy(update={"team": "", "practitioner": "", "flags": ("provisional", "recorded_late")})
        return judgements(*some, case=case)

    with Ledger.open(where) as ledger:
        first, second = night(ledger, run=FakeRun(30, gives=gives, together=7)), night(ledger, 5)
        kept = [each for batch in outcomes_of(ledger, first.run) for each in from_batch(batch)]
        wanted = [each for number in range(1, 31) for each in gives(f"C-{number}").findings]
        assert sorted(kept, key=lambda each: each.instance) == sorted(wanted, key=lambda each: each.instance)
        assert sum(batch.num_rows for batch in outcomes_of(ledger, second.run)) == 40
        with pytest.raises(KeptError, match="found the same instance twice"):
            night(ledger, run=FakeRun(2, gives=lambda _: every_outcome("C-1")))
        assert [(run.id, run.counts.instances) for run in ledger.runs()] == [(first.run, 240), (second.run, 40)]
        assert invariants(ledger) == []


# --- killed, crashed, two at once ---------------------------------------------------------------------------------------


def test_a_night_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    path, out = tmp_path / "ledger.sqlite", tmp_path / "out"

    def stop(position: int) -> None:
        if position == 1500:
            raise RuntimeError("stopped")

    with Ledger.open(str(path)) as ledger:
        night(ledger, 2, outcomes_dir=out)
        before = (out / "outcomes.parquet").read_bytes()
        with pytest.raises(RuntimeError, match="stopped"):
            night(ledger, run=FakeRun(2000, pause=stop), outcomes_dir=out)
        assert len(ledger.runs()) == 1
        assert (out / "outcomes.parquet").read_bytes() == before
        assert [each.name for each in out.iterdir()] == ["outcomes.parquet"]
        assert night(ledger, 2).run == "2025-06-30-0002"
        assert invariants(ledger) == []
    assert rows(path, "SELECT count(*) FROM outcomes") == [(32,)]


@pytest.mark.parametrize("at", [2, 2_600])
def test_a_killed_night_leaves_the_one_before(tmp_path: Path, at: int) -> None:
    path, out = tmp_path / "ledger.sqlite", tmp_path / "out"
    with Ledger.open(str(path)) as ledger:
        night(ledger, 5, outcomes_dir=out)
    command = [sys.executable, "-m", "tests.nights", "killed", str(path), str(out), str(at)]
    ended = subprocess.run(command, cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    with Ledger.open(str(path)) as ledger:
        assert [run.id for run in ledger.runs()] == ["2025-06-30-0001"]
        assert pq.read_metadata(out / "outcomes.parquet").num_rows == 40
        assert night(ledger, 5, outcomes_dir=out).run == "2025-06-30-0002"
    assert rows(path, "SELECT run, count(*) FROM outcomes GROUP BY run") == [
        ("2025-06-30-0001", 40),
        ("2025-06-30-0002", 40),
    ]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_killed_first_night_leaves_no_night(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    subprocess.run(
        [sys.executable, "-m", "tests.nights", "killed", str(path), str(tmp_path), "2600"], cwd=ROOT, check=False
    )
    with Ledger.open(str(path)) as ledger:
        assert ledger.runs() == []
        assert night(ledger).run == "2025-06-30-0001"


def test_two_nights_at_once_are_refused(tmp_path: Path) -> None:
    path, ready = tmp_path / "ledger.sqlite", tmp_path / "ready"
    with Ledger.open(str(path)) as ledger:
        night(ledger, 1)
    other = subprocess.Popen([sys.executable, "-m", "tests.nights", "slow", str(path), str(ready)], cwd=ROOT)
    try:
        for _ in range(600):
            if ready.exists() or other.poll() is not None:
                break
            time.sleep(0.05)
        assert ready.exists()
        with Ledger.open(str(path)) as ledger:
            assert len(ledger.runs()) == 1  # who reads is not held up
            with pytest.raises(KeptError, match=r"another night is being written to this ledger\. Wait"):
                night(ledger, 1)
    finally:
        other.kill()
        other.wait()
    with Ledger.open(str(path)) as ledger:
        assert night(ledger, 1).run == "2025-06-30-0002"


def test_two_nights_at_once_are_refused_in_postgresql_too() -> None:
    with postgres() as address:
        with Ledger.open(address) as ledger:
            night(ledger, 1)

        def another(position: int) -> None:
            if position == 3:
                with Ledger.open(address) as other:
                    assert len(other.runs()) == 1  # who reads is not held up
                    with pytest.raises(KeptError, match=r"another night is being written to this ledger\. Wait"):
                        night(other, 1)

        with Ledger.open(address) as ledger:
            night(ledger, run=FakeRun(5, together=1, pause=another))
            assert [run.counts.cases for run in ledger.runs()] == [1, 5]
            assert invariants(ledger) == []


# --- what is no ledger --------------------------------------------------------------------------------------------------


def refusal(where: str) -> str:
    with pytest.raises(KeptError) as caught, Ledger.open(where) as ledger:
        night(ledger, 1)
    return str(caught.value)


def test_what_is_no_ledger_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Not a ledger, but long enough to be looked at as one.")
    assert "is not a ledger. Name another file" in refusal(str(text))
    assert text.read_text().startswith("Not a ledger")
    assert "is a directory. Name a file in it" in refusal(str(tmp_path))
    other = tmp_path / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE invoices (number INTEGER)")
    connection.commit()
    connection.close()
    before = other.read_bytes()
    assert "is a database but not a ledger (its tables: invoices)" in refusal(str(other))
    assert other.read_bytes() == before
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(before[:100] + b"\xff" * 4000)
    assert str(damaged) in refusal(str(damaged))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE kept_ledger SET schema = 99", f"newer Kept (ledger version 99; this one knows {SCHEMA})"),
        ("UPDATE kept_ledger SET schema = 0", "is a ledger of version unknown"),
        ("DROP TABLE faults", "without its tables faults"),
    ],
)
def test_another_version_is_refused(path: Path, statement: str, words: str) -> None:
    with Ledger.open(str(path)) as ledger:
        night(ledger, 1)
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    assert words in refusal(str(path))


def test_a_ledger_of_version_1_is_brought_up_to_date(where: str) -> None:
    engine = create_engine(where if "://" in where else f"sqlite:///{where}")
    with engine.begin() as connection:
        upgrade(connection, "0001")
        for statement in VERSION_1:
            connection.exec_driver_sql(statement)
    engine.dispose()
    with Ledger.open(where) as ledger:
        runs = ledger.runs()
        assert [(run.id, run.caseload, run.counts.instances) for run in runs] == [
            ("2025-06-29-0001", "old", 1), ("2025-06-30-0001", "old", 2),
        ]  # fmt: skip
        found = (each for batch in outcomes_of(ledger, "2025-06-30-0001") for each in from_batch(batch))
        kept = sorted(found, key=lambda each: each.instance)
        assert [(each.instance, each.outcome, each.evidence) for each in kept] == [
            ("C-1/NS-5.1/amy/e1", "breached", ("e1", "e2")), ("C-2/NS-5.1/ben/e1", "met", ()),
        ]  # fmt: skip
        assert kept[0] == finding()
        assert ledger.receipt("2025-06-30-0001").clauses is None
        # What was not noted cannot be compared with: the next night begins anew.
        assert night(ledger, described="old").changes is None
        assert invariants(ledger) == []


def test_the_migrations_make_the_tables_that_a_new_ledger_has(where: str) -> None:
    engine = create_engine(where if "://" in where else f"sqlite:///{where}")
    with engine.begin() as connection:
        upgrade(connection)
        options = {"compare_type": True, "version_table": "kept_migrated"}
        different = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    engine.dispose()
    # Alembic makes its own table, and a comment changes nothing.
    assert [each for each in different if "kept_migrated" not in str(each) and "comment" not in str(each[0])] == []
    with Ledger.open(where) as ledger:
        assert night(ledger).run == "2025-06-30-0001"


def test_a_place_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened. Check that its directory exists" in refusal(str(tmp_path / "nowhere" / "ledger.sqlite"))
    assert "not a database address" in refusal("://")
    assert "no driver for this database" in refusal("nodatabase://kept:secret@db/kept")
    assert "secret" not in refusal("nodatabase://kept:secret@db/kept")


def test_a_read_only_place_is_refused() -> None:
    place = Path(tempfile.mkdtemp())
    path, me = place / "ledger.sqlite", os.geteuid()
    with Ledger.open(str(path)) as ledger:
        night(ledger, 1)
    try:
        path.chmod(0o444)
        place.chmod(0o555)
        if me == 0:
            os.seteuid(65534)  # root may write anywhere
        assert re.search("cannot be (written to|opened)", refusal(str(path)))
        assert "cannot be opened" in refusal(str(place / "another.sqlite"))
    finally:
        os.seteuid(me)
        place.chmod(0o755)


def test_a_rulebook_that_no_night_used(path: Path) -> None:
    with Ledger.open(str(path)) as ledger:
        night(ledger, 1)
        with pytest.raises(KeptError, match="no night was judged by the rulebook sha256:0"):
            ledger.rulebook("sha256:0")


def test_nothing_below_the_command_line_reads_the_clock() -> None:
    for file in (ROOT / "engine" / "ledger").rglob("*.py"):
        assert ".now(" not in file.read_text()
        assert ".today(" not in file.read_text()


def test_of_clauses_that_were_not_asked_for_a_night_says_nothing(tmp_path: Path) -> None:
    def gives(case: str) -> Judgements:
        return judgements(outcome_of(case, "met", 1), case=case)  # of NS-5.8a

    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        summary = night(ledger, run=FakeRun(3, gives=gives), clauses=["NS-5.8"])
    assert [each.clause for each in summary.clauses] == ["NS-5.8"]
    assert [each.duty for each in summary.applied_to_nobody] == ["NS-5.8b"]


def test_the_standard_of_a_clause() -> None:
    assert [standard_of(clause) for clause in ("NS-5.1", "NS-10.8", "PQ-PUB-3")] == [
        "Standard 5",
        "Standard 10",
        "PQ-PUB",
    ]
