"""A caseload that has suddenly shrunk: the night is recorded, closes nothing, and says so before anything else."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from engine.ledger.changes import changes_since
from engine.ledger.digest import digests
from engine.ledger.exported import Chosen, export
from engine.ledger.purge import purge
from engine.ledger.store import Ledger
from engine.ledger.tally import NightSummary
from engine.report.digest import digest_text
from engine.report.export_page import export_page
from engine.report.page import night_page
from engine.report.results import night_json
from engine.report.text import show_night
from engine.running.checked import Check
from engine.running.doctor import _compared
from engine.running.ledger_seen import look
from tests.commands import Run
from tests.nights import FINISHED, FakeRun, day, invariants, judgements, night, outcome_of
from tests.test_ledger_commands import LEDGER, NIGHT, kept, made
from tests.test_report import fits

__all__ = ["kept", "made"]


def of(ledger: Ledger, cases: int, ahead: int, bad: tuple[int, ...] = (), **given: Any) -> NightSummary:
    """A night of so many cases, each with one breach."""
    run = FakeRun(cases, bad, lambda case: judgements(outcome_of(case, "breached"), case=case))
    return night(ledger, run=run, as_at=day(ahead), **given)


def counts(summary: NightSummary) -> tuple[int, int, int]:
    assert summary.changes is not None
    found = summary.changes.counts
    return found.still, found.stale, found.put_right


def stale(ledger: Ledger, run: str) -> int:
    with ledger.reading() as connection:
        query = f"SELECT count(*) FROM outcomes WHERE run = '{run}' AND stale_since IS NOT NULL"  # noqa: S608 - ours
        return int(connection.exec_driver_sql(query).scalar_one())


def test_nothing_that_is_missing_is_closed(ledger: Ledger) -> None:
    of(ledger, 20, 0)
    small = of(ledger, 9, 1)
    assert (small.shrunk_from, small.complete, small.trend, small.cases) == (20, False, False, 9)
    assert counts(small) == (20, 11, 0)
    assert stale(ledger, small.run) == 11
    assert ledger.run(small.run).counts.shrunk_from == 20
    # It is compared with the last whole night, not with the one before: nine is more than half of nine.
    again = of(ledger, 9, 2)
    assert (again.shrunk_from, counts(again)) == (20, (20, 11, 0))
    whole = of(ledger, 20, 3)
    assert (whole.shrunk_from, whole.complete, whole.trend, counts(whole)) == (None, True, True, (20, 0, 0))
    assert stale(ledger, whole.run) == 0
    found = export(ledger, None, Chosen(), masked=False)
    assert ([point.as_at for point in found.trend], found.left_out) == ([day(0), day(3)], 2)


@pytest.mark.parametrize(
    ("there", "unread", "fewest", "shrunk"),
    [
        (10, 0, 0.5, False), (9, 0, 0.5, True), (10, 9, 0.5, False), (9, 8, 0.5, True), (19, 0, 0.95, False), (18, 0, 0.95, True),
        (19, 0, 1.0, True), (25, 0, 1.0, False), (1, 0, 0.0, False), (11, 0, 0.55, False), (10, 0, 0.55, True),
    ],
)  # fmt: skip
def test_from_which_number_on(tmp_path: Path, there: int, unread: int, fewest: float, shrunk: bool) -> None:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        of(ledger, 20, 0)
        found = of(ledger, there, 1, tuple(range(1, unread + 1)), fewest=fewest)
        assert found.shrunk_from == (20 if shrunk else None)
        assert invariants(ledger) == []


def test_cases_that_leave_one_by_one_close_as_ever(ledger: Ledger) -> None:
    for ahead, cases in enumerate((20, 19, 10, 5, 3, 2, 1)):
        found = of(ledger, cases, ahead)
        assert (found.shrunk_from, found.complete) == (None, True)
    assert counts(found) == (1, 0, 1)
    assert {change.how for change in changes_since(ledger).changed} == {"record_corrected"}


def test_a_caseload_that_is_accepted_closes_what_is_missing(ledger: Ledger) -> None:
    of(ledger, 20, 0, content="many")
    small = of(ledger, 4, 1, content="few")
    again = of(ledger, 4, 1, content="few")
    assert (again.already, again.run, again.shrunk_from) == (True, small.run, 20)
    taken = of(ledger, 4, 1, content="few", fewest=0)
    assert (taken.already, taken.shrunk_from, taken.complete, taken.trend) == (False, None, True, True)
    assert counts(taken) == (4, 0, 16)
    assert stale(ledger, taken.run) == 0
    # From then on that is the last whole night, also when the same is asked for again without accepting it.
    assert (of(ledger, 4, 1, content="few").run, of(ledger, 4, 1, content="few").already) == (taken.run, True)
    assert of(ledger, 4, 2).shrunk_from is None
    assert of(ledger, 1, 3).shrunk_from == 4


def test_a_duty_that_is_missing_in_a_case_that_is_there_is_not_closed_either(ledger: Ledger) -> None:
    of(ledger, 20, 0)
    empty = FakeRun(
        2, gives=lambda case: judgements(*([outcome_of(case, "breached")] if case == "C-1" else []), case=case)
    )
    assert counts(night(ledger, run=empty, as_at=day(1))) == (20, 19, 0)


def test_the_last_whole_night_is_known_after_it_was_removed(tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        of(ledger, 20, 0)
        of(ledger, 3, 1)
        purge(ledger, day(1), by="a", at=FINISHED)
        assert of(ledger, 9, 2).shrunk_from == 20
        assert of(ledger, 10, 3).shrunk_from is None


def test_nights_of_another_kind_are_no_measure(ledger: Ledger) -> None:
    of(ledger, 20, 0)
    assert of(ledger, 1, 1, described="another").shrunk_from is None
    assert of(ledger, 1, 1, clauses=("NS-5.1",)).shrunk_from is None


def test_it_is_said_first_everywhere(tmp_path: Path) -> None:
    said = "The caseload has suddenly shrunk: 2,000 cases in the last whole night, 3 now. Nothing that is missing was closed"
    remedy = "Check the extract. If it is right, run the night again with --accept-fewer."
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        of(ledger, 2_000, 0)
        small = of(ledger, 3, 1, (2,))
        console = Console(file=io.StringIO(), width=4_000, highlight=False, soft_wrap=True)
        show_night(console, small, {})
        text: Any = console.file
        assert text.getvalue().startswith(said)
        assert remedy in text.getvalue().splitlines()[0]
        assert "Far too few cases were there: the night is no point in a trend." in text.getvalue()
        assert (
            "Incomplete: the caseload has shrunk from 2,000 cases and 1 case could not be read; what is"
            in text.getvalue()
        )
        page = night_page(small)
        assert page.index(said) < page.index("could not be read")
        assert remedy in page
        assert fits(night_json(small), "nightly")["shrunk_from"] == 2_000
        (digest,) = digests(ledger)
        assert digest_text(digest).splitlines()[2].startswith(f"The night is incomplete. {said}")
        assert said in export_page(export(ledger, None, Chosen(), masked=True))
    (last,) = _last(tmp_path / "ledger.sqlite")
    assert last.state == "bad"
    assert "the last whole night had 2000 cases" in last.says
    assert last.remedy.startswith(remedy)


def _last(path: Path) -> list[Check]:
    return [each for each in _compared(None, look(str(path)), FINISHED, 1.0) if each.name == "last night"]


def test_a_truncated_extract_on_the_command_line(kept: Run, tmp_path: Path) -> None:
    table = pq.read_table(tmp_path / "sample" / "objects.parquet")
    few = pa.array(sorted(set(table["case"].to_pylist()))[:3])
    for file in (tmp_path / "sample").glob("*.parquet"):
        rows = pq.read_table(file)
        pq.write_table(rows.filter(pc.is_in(rows["case"], few)), file)
    ran = kept(*NIGHT, "--as-at", "2025-07-01", "--log", "log.jsonl", "--metrics", "kept.prom")
    assert ran.status == 2
    assert ran.out.startswith("The caseload has suddenly shrunk: ")
    shown = kept(*NIGHT, "--as-at", "2025-07-01", "--format", "json")
    assert (shown.status, shown.json["already"], shown.json["complete"], shown.json["trend"]) == (2, True, False, False)
    before = shown.json["shrunk_from"]
    assert before > 6
    assert f'"shrunk_from": {before}' in (tmp_path / "log.jsonl").read_text()
    assert "kept_night_complete 0.0" in (tmp_path / "kept.prom").read_text()
    assert shown.json["changes"]["counts"]["how"]["record_corrected"] == 0
    assert kept("runs", *LEDGER, "--format", "json").json[-1]["shrunk_from"] == before
    small = kept(*NIGHT, "--as-at", "2025-07-02", "--caseload-share", "0.001", "--format", "json")
    assert (small.status, small.json["shrunk_from"]) == (0, None)
    taken = kept(*NIGHT, "--as-at", "2025-07-01", "--accept-fewer", "--format", "json")
    assert (taken.status, taken.json["already"], taken.json["shrunk_from"]) == (0, False, None)
