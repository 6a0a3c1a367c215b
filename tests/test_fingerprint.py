"""The fingerprint of a caseload: of its content, in whatever order; the same however often it is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from engine.duty.rulebook import Rulebook
from engine.policy.sample import make_sample
from engine.record.engines import open_engine
from engine.record.fingerprint import Fingerprint, fingerprint
from engine.record.table_engine import closing
from engine.record.tables import TABLES
from tests.servers import load_postgres, postgres, spark

Of = Callable[[object], Fingerprint]


@pytest.fixture(scope="module")
def caseload(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Path:
    folder = tmp_path_factory.mktemp("fingerprint") / "caseload"
    make_sample(rulebook.dictionary, folder, 10, 1)
    return folder


@pytest.fixture
def of(rulebook: Rulebook) -> Of:
    def taken(where: object) -> Fingerprint:
        with closing(open_engine(str(where), rulebook.dictionary)) as engine:
            found = fingerprint(engine)
            assert fingerprint(engine) == found
            return found

    return taken


def rewritten(caseload: Path, folder: Path, change: Callable[[str, pa.Table], pa.Table]) -> Path:
    folder.mkdir()
    for name in TABLES:
        pq.write_table(change(name, pq.read_table(caseload / f"{name}.parquet")), folder / f"{name}.parquet")
    return folder


def backwards(_: str, rows: pa.Table) -> pa.Table:
    return rows.take(pa.array(range(rows.num_rows - 1, -1, -1)))


def a_day_later(name: str, rows: pa.Table) -> pa.Table:
    """The first event happened a day later."""
    if name != "events":
        return rows
    first = pa.array([position == 0 for position in range(rows.num_rows)])
    later = pc.add(rows["happened"].cast(pa.timestamp("s")), pa.scalar(86_400, pa.duration("s"))).cast(pa.date32())
    place = rows.schema.get_field_index("happened")
    return rows.set_column(place, rows.schema.field(place), pc.if_else(first, later, rows["happened"]))


def check(of: Of, same: object, other_order: object, another: object) -> None:
    found = of(same)
    assert of(other_order) == found
    other = of(another)
    assert other.comparable(found)
    assert other.rows == found.rows
    assert {name for name in TABLES if other.sums[name] != found.sums[name]} == {"events"}


def test_it_is_of_the_content_and_not_of_its_order(of: Of, caseload: Path, tmp_path: Path) -> None:
    check(
        of,
        caseload,
        rewritten(caseload, tmp_path / "back", backwards),
        rewritten(caseload, tmp_path / "later", a_day_later),
    )


def test_in_postgresql(of: Of, caseload: Path, tmp_path: Path) -> None:
    with postgres() as address:
        load_postgres(address, "one", caseload)
        load_postgres(address, "back", rewritten(caseload, tmp_path / "back", backwards))
        load_postgres(address, "later", rewritten(caseload, tmp_path / "later", a_day_later))
        check(of, *(f"{address}&schema={name}" for name in ("one", "back", "later")))
        assert not of(f"{address}&schema=one").comparable(of(caseload))


@pytest.mark.soak
def test_in_spark(of: Of, caseload: Path, tmp_path: Path) -> None:
    spark()  # skips where there is none
    back, later = (
        rewritten(caseload, tmp_path / "back", backwards),
        rewritten(caseload, tmp_path / "later", a_day_later),
    )
    check(of, *(f"local[2]:{folder}" for folder in (caseload, back, later)))
