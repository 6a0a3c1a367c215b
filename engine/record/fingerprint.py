"""The fingerprint of a caseload: its rows and the sum of their hashes, table by table, asked where the caseload lies.

It says whether two nights read the same content, in whatever order and files. It is no proof against somebody who wants
to deceive, and those of two kinds of place cannot be compared: each has a hash of its own.
"""

from __future__ import annotations

from engine.record.dictionary import Frozen
from engine.record.table_engine import TableEngine
from engine.record.tables import TABLES, raw_name

_SUM = {
    "duckdb": "sum(hash(held))",
    "postgres": "sum(hashtextextended(CAST(held AS TEXT), 0))",
    "pyspark": "sum(CAST(xxhash64(*) AS DECIMAL(38, 0)))",
}
_VERSION = {
    "duckdb": "SELECT version()",
    "postgres": "SELECT split_part(current_setting('server_version'), '.', 1)",
    "pyspark": "SELECT split_part(version(), '.', 1)",
}


class Fingerprint(Frozen):
    """`by` says what made it (`duckdb v2.0.0`), `rows` and `sums` what was found in each table."""

    by: str
    rows: dict[str, int]
    sums: dict[str, str]

    def comparable(self, other: Fingerprint | None) -> bool:
        """Whether the two were made in the same way."""
        return other is not None and self.by == other.by


def fingerprint(engine: TableEngine) -> Fingerprint:
    """The fingerprint of all that the engine holds, also of what cannot be read.

    Raises:
        RecordProblem: when a table turns out to be damaged.
    """
    engine.leave_out([])
    rows, sums = dict[str, int](), dict[str, str]()
    for table in TABLES:
        question = f"SELECT count(*), {_SUM[engine.dialect]} FROM {raw_name(table)} AS held"  # noqa: S608 - ours
        ((count, total),) = engine.fetch(question)
        rows[table], sums[table] = int(count), str(int(total or 0))
    ((made_by,),) = engine.fetch(_VERSION[engine.dialect])
    return Fingerprint(by=f"{engine.dialect} {made_by}", rows=rows, sums=sums)
