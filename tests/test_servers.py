"""The servers that other tests lean on start, answer through ibis, and hold a caseload as it was written."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow.parquet as pq
import pytest

from engine.duty.rulebook import Rulebook
from engine.policy.sample import make_sample
from engine.record.tables import TABLES
from tests.servers import LOCALE, load_postgres, postgres, spark

QUESTION = "SELECT 1 AS number, 'a' AS text, CAST(NULL AS BIGINT) AS nothing"
ANSWER = [{"number": 1, "text": "a", "nothing": None}]


@pytest.fixture(scope="module")
def caseload(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Path:
    folder = tmp_path_factory.mktemp("servers") / "caseload"
    make_sample(rulebook.dictionary, folder, 20, 1)
    return folder


def test_postgres_answers_through_ibis_and_every_database_is_fresh() -> None:
    with postgres() as first, postgres() as second:
        assert first != second
        connection = ibis.connect(first)
        connection.raw_sql("CREATE TABLE here (number BIGINT)").close()
        assert connection.sql(QUESTION).to_pyarrow().to_pylist() == ANSWER
        assert connection.list_tables() == ["here"]
        connection.disconnect()
        other = ibis.connect(second)
        assert other.list_tables() == []
        other.disconnect()


def test_postgres_orders_text_as_a_dictionary_does_where_the_machine_can() -> None:
    with postgres() as url:
        connection = ibis.connect(url)
        [order] = (
            connection.sql("SELECT datcollate AS o FROM pg_database WHERE datname = current_database()")
            .to_pyarrow()["o"]
            .to_pylist()
        )
        [before] = connection.sql("SELECT 'a' < 'B' AS o").to_pyarrow()["o"].to_pylist()
        connection.disconnect()
    if order != LOCALE:
        pytest.skip(f"this machine cannot describe {LOCALE} (Debian and Ubuntu: apt-get install locales)")
    assert before


def test_postgres_holds_a_caseload_as_it_was_written(caseload: Path) -> None:
    with postgres() as url:
        load_postgres(url, "records", caseload)
        connection = ibis.connect(url)
        for name in TABLES:
            written = pq.read_table(caseload / f"{name}.parquet")
            held = connection.table(name, database="records").to_pyarrow()
            assert held.schema.names == written.schema.names
            assert held.to_pylist() == written.to_pylist()
        connection.disconnect()


@pytest.mark.soak
def test_spark_answers_through_ibis_and_holds_a_caseload_as_it_was_written(caseload: Path) -> None:
    connection = ibis.pyspark.connect(spark())
    assert connection.sql(QUESTION).to_pyarrow().to_pylist() == ANSWER
    for name in TABLES:
        file = caseload / f"{name}.parquet"
        asked = ibis.to_sql(connection.read_parquet(file, table_name=f"servers_{name}"), dialect="pyspark")
        assert spark().sql(asked).toArrow().to_pylist() == pq.read_table(file).to_pylist()
