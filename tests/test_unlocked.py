"""Verifying a night needs no lock on the ledger: a night may be written meanwhile, and nothing is left behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from engine.ledger.schema import METADATA
from engine.ledger.store import Ledger
from tests.commands import Run
from tests.nights import invariants, night
from tests.servers import postgres
from tests.test_ledger_commands import NIGHT, kept, made

__all__ = ["kept", "made"]

CLAUSES = NIGHT[NIGHT.index("--clause") :]


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a new ledger may be, in each database."""
    if request.param == "sqlite":
        yield str(tmp_path / "new.sqlite")
    else:
        with postgres() as address:
            yield address


def everything(where: str) -> dict[str, list[tuple[Any, ...]]]:
    with Ledger.open(where) as ledger, ledger.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for name, table in METADATA.tables.items()
        }


@pytest.mark.soak
def test_a_night_is_verified_while_another_is_written(kept: Run, where: str, tmp_path: Path) -> None:
    """In a caseload that has one case more and one case less than that night's: every kind of difference."""
    shutil.copytree(tmp_path / "sample", tmp_path / "other")
    cases = sorted(set(pq.read_table(tmp_path / "sample" / "objects.parquet")["case"].to_pylist()))
    gone, added = [case for case in cases if case.startswith("C-")][:2]
    for folder, case in (("sample", added), ("other", gone)):
        for file in (tmp_path / folder).glob("*.parquet"):
            rows = pq.read_table(file)
            pq.write_table(rows.filter(pc.not_equal(rows["case"], case)), file)
    run = kept(
        "nightly", "--ledger", where, "--caseload", "sample", *CLAUSES, "--as-at", "2025-06-30", "--format", "json"
    ).json["run"]
    before = everything(where)
    same = kept("verify", run, "--ledger", where, "--caseload", "sample", "--format", "json").json
    assert (same["stands"], same["differ"]) == (True, 0)
    with Ledger.open(where) as ledger, ledger.adding():  # what a night holds while it is being written
        ran = kept("verify", run, "--ledger", where, "--caseload", "other", "--format", "json")
        one = ran.json["differing"][0]["instance"]
        assert kept("verify", run, one, "--ledger", where, "--caseload", "other").status in (1, 3)
    assert (ran.status, ran.err) == (1, "")
    found = {(each["kind"], each["case"]) for each in ran.json["differing"]}
    assert found == {("gone", gone), ("added", added)}
    assert all(each["instance"].split("/")[1] == each["case"] for each in ran.json["differing"])
    assert ran.json["differ"] == len(ran.json["differing"])
    assert everything(where) == before


def test_a_connection_for_comparing_leaves_nothing_behind(where: str) -> None:
    with Ledger.open(where) as ledger:
        night(ledger, 2)
        before = everything(where)
        with ledger.comparing() as connection:
            connection.exec_driver_sql("CREATE TEMP TABLE cases AS SELECT * FROM cases")
            connection.exec_driver_sql("DELETE FROM cases")
            assert connection.exec_driver_sql("SELECT count(*) FROM cases").scalar_one() == 0
            # Somebody else writes a night, and what is seen here stays as it was.
            with Ledger.open(where) as other:
                night(other, 3)
            assert connection.exec_driver_sql("SELECT count(*) FROM runs").scalar_one() == 1
        with ledger.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM cases").scalar_one() == 3
        assert set(before["cases"]) < set(everything(where)["cases"])
        assert invariants(ledger) == []
