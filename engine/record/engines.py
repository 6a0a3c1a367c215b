"""The places where a caseload can lie, by their address."""

from __future__ import annotations

from pathlib import Path

from engine.record.addresses import is_postgres, looks_like_spark, shown, spark_address
from engine.record.dictionary import Dictionary
from engine.record.duckdb_engine import DuckDBEngine
from engine.record.problem import KeptError, harmless
from engine.record.table_engine import TableEngine, memory_bytes
from engine.record.table_reader import Caseload

__all__ = ["open_engine", "shown"]

MEMORY = "2GB"
"""What DuckDB may take before it goes to disk, unless told."""

_FORMS = (
    "a folder of Parquet or CSV tables, a DuckDB file, postgresql://user@host/database?schema=name, "
    "or a Spark master with a path: local[*]:/data/caseload, spark://host:7077:/data/caseload"
)


def open_engine(
    where: str, dictionary: Dictionary, *, threads: int | None = None, memory: str | None = None
) -> TableEngine:
    """Open the caseload that lies there: a folder, a DuckDB file, `postgresql://…?schema=…`, or `MASTER:PATH` for Spark.

    `threads` is how many it may use (none: all), `memory` how much, such as 4GB. Close what it gives.

    Raises:
        RecordProblem: when it is not there, or not a caseload; names place and remedy, and never a password.
        KeptError: when the address means nothing, what it needs is not installed, or a limit makes no sense.
    """
    if threads is not None and threads < 1:
        raise KeptError(f"the number of threads is {threads}. Give 1 or more.")
    if memory is not None:
        memory_bytes(memory)
    if is_postgres(where):
        from engine.record.postgres_engine import PostgresEngine

        return PostgresEngine(where, dictionary, threads=threads, memory=memory)
    if looks_like_spark(where):
        address = spark_address(where)
        if address is None:
            example = "local[*]:/data/caseload or spark://host:7077:/data/caseload"
            raise KeptError(f"'{harmless(shown(where))}' is not a Spark master with a path. Write it like {example}.")
        from engine.record.spark_engine import SparkEngine

        return SparkEngine(address, dictionary, threads=threads, memory=memory)
    if "://" in where:
        raise KeptError(f"'{harmless(shown(where))}' is not where a caseload can lie. Give {_FORMS}.")
    caseload = Caseload(Path(where), dictionary, memory=memory or MEMORY)
    return DuckDBEngine(caseload, threads=threads)
