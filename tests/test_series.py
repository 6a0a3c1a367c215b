"""A series with a name: the caseload may move to another address, and its history goes on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from engine.ledger.migrations import upgrade
from engine.ledger.runs import Receipt, series_name
from engine.ledger.store import Ledger
from engine.ledger.tally import NightSummary
from engine.record.problem import KeptError
from engine.report.results import night_json
from engine.running.settings import Settings
from tests.commands import Run
from tests.nights import FakeRun, day, night
from tests.test_ledger_commands import LEDGER, NIGHT, kept, made
from tests.test_report import fits

__all__ = ["kept", "made"]


def at(ledger: Ledger, ahead: int, described: str, series: str = "", **given: object) -> NightSummary:
    return night(ledger, 2, as_at=day(ahead), described=described, series=series, **given)  # type: ignore[arg-type]


def since(summary: NightSummary) -> str | None:
    return summary.changes.since if summary.changes else None


def test_two_addresses_with_one_name_share_a_history(ledger: Ledger) -> None:
    first = at(ledger, 0, "/old", "north-london")
    second = at(ledger, 1, "/new", "north-london")
    assert (since(first), since(second)) == (None, first.run)
    assert (first.series, second.series) == ("north-london", "north-london")
    assert [(run.caseload, run.series) for run in ledger.runs()] == [("/old", "north-london"), ("/new", "north-london")]
    assert [ledger.receipt(run.id).caseload for run in ledger.runs()] == ["/old", "/new"]
    assert ledger.receipt(second.run).series == "north-london"
    assert fits(night_json(second), "nightly")["previous"]["caseload"] == "/old"
    # Neither another name, nor no name at the same address, is of it; nor are other clauses.
    assert since(at(ledger, 2, "/new", "south")) is None
    assert since(at(ledger, 2, "/new")) is None
    assert since(at(ledger, 2, "/new", "north-london", clauses=("NS-5.1",))) is None
    assert since(at(ledger, 3, "/old", "north-london")) == second.run


def test_without_a_name_it_is_the_address(ledger: Ledger) -> None:
    first = at(ledger, 0, "/old")
    assert since(at(ledger, 1, "/new")) is None
    assert since(at(ledger, 2, "/old")) == first.run
    assert [run.series for run in ledger.runs()] == ["", "", ""]


def test_a_new_name_takes_over_the_history_of_its_address(ledger: Ledger) -> None:
    first = at(ledger, 0, "/old", content="a")
    other = at(ledger, 0, "/other")
    named = at(ledger, 1, "/old", "north", content="b")
    assert since(named) == first.run
    assert since(at(ledger, 2, "/new", "north")) == named.run
    # Once only: the name has a history now, and the address has none left.
    assert since(at(ledger, 3, "/other", "north")) != other.run
    assert since(at(ledger, 4, "/old")) is None
    # The same night again under the name is another one: it is in that history.
    assert at(ledger, 5, "/other", content="c").already is False
    again = at(ledger, 5, "/other", "north", content="c")
    assert (again.already, since(again) is None) == (False, False)
    assert at(ledger, 5, "/other", "north", content="c").already


def test_a_caseload_that_moved_and_shrank_is_noticed(ledger: Ledger) -> None:
    night(ledger, 20, described="/old", series="north")
    small = night(ledger, run=FakeRun(9), as_at=day(1), described="/new", series="north")
    assert small.shrunk_from == 20


@pytest.mark.parametrize("name", ["north-london", "a", "7", "N-2-", "x" * 40])
def test_what_may_be_a_name(name: str) -> None:
    assert series_name(name) == name
    assert Settings.model_validate({"nightly": {"series": name}}).options()["--series"] == name


@pytest.mark.parametrize(
    "name",
    ["x" * 41, "-north", "north london", "north_london", "north.london", "nörth", "north\n", "../north", "a/b", "\u0430", "\udc80",
     "<b>", "\u0661", ""],
)  # fmt: skip
def test_what_may_not(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeptError, match=r"is not a name for a series\. Give one of letters"):
        series_name(name)
    with pytest.raises(ValueError, match="is not a name of letters, digits and dashes"):
        Settings.model_validate({"nightly": {"series": name}})
    if name:
        with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
            with pytest.raises(KeptError):
                at(ledger, 0, "/old", name)
            assert ledger.runs() == []


def test_the_receipts_of_nights_without_a_name_are_what_they_were(tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        receipt = ledger.receipt(at(ledger, 0, "/old", content="a").run)
    content = receipt.model_dump(mode="json")
    assert content.pop("series") == ""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert receipt.sha256 == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    assert Receipt(**{**receipt.model_dump(), "series": "north"}).sha256 != receipt.sha256


def test_an_older_ledger_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, "0005")
        connection.exec_driver_sql("INSERT INTO rulebooks VALUES ('sha256:1', '{\"duties\": [], \"values\": {}}')")
        connection.exec_driver_sql("INSERT INTO series VALUES (1, '/old', '[]', 0)")
        connection.exec_driver_sql(
            "INSERT INTO runs (number, id, series, receipt, rulebook, calendar, as_at, known_at, versions, started_at, finished_at, "
            "counts, cases, instances, faults, quarantined, complete, trend) VALUES (1, '2025-06-29-0001', 1, '', 'sha256:1', '', "
            "'2025-06-29', '2025-06-29 23:59:59', '{}', '2025-06-29 22:00:00', '2025-06-29 22:05:00', '{}', 2, 0, 0, 0, 1, 1)"
        )
    engine.dispose()
    with Ledger.open(str(path)) as ledger:
        assert [(run.caseload, run.series) for run in ledger.runs()] == [("/old", "")]
        assert since(at(ledger, 0, "/old")) == "2025-06-29-0001"


@pytest.mark.soak
def test_a_folder_that_is_moved_on_the_command_line(kept: Run, tmp_path: Path) -> None:
    wrong = kept(*NIGHT, "--as-at", "2025-07-01", "--series", "north london")
    assert (wrong.status, wrong.out) == (3, "")
    assert "'north london' is not a name for a series" in wrong.err
    named = kept(*NIGHT, "--as-at", "2025-07-01", "--series", "north", "--format", "json").json
    assert named["changes"]["since"] == "2025-06-30-0001"  # what was judged at that address until now
    (tmp_path / "sample").rename(tmp_path / "moved")
    (tmp_path / "kept.toml").write_text('caseload = "moved"\nledger = "ledger.sqlite"\n[nightly]\nseries = "north"\n')
    clauses = NIGHT[NIGHT.index("--clause") :]
    ran = kept("--config", "kept.toml", "nightly", *clauses, "--as-at", "2025-07-02", "--format", "json")
    assert (ran.status, ran.json["changes"]["since"], ran.json["series"]) == (0, named["run"], "north")
    assert kept("verify", "2025-05-30-0001", *LEDGER, "--caseload", "moved").status == 0
    assert ", series north" in kept("runs", *LEDGER).out
