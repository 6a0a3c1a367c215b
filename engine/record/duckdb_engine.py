"""DuckDB over the tables of a caseload in a directory (Parquet, CSV) or a DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import pyarrow as pa

from engine.record.model import CaseRecord
from engine.record.table_engine import BAD_CASES, between, own_ids, raw_rows
from engine.record.table_files import readable
from engine.record.table_reader import Caseload
from engine.record.tables import FIXED, SQL, Kind, columns, raw_name

_DAY = "[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
_CELLS: dict[Kind, str] = {
    "date": f"CASE WHEN regexp_full_match({{0}}, '{_DAY}') THEN try_cast({{0}} AS DATE) END",
    "moment": (
        f"CASE WHEN regexp_full_match({{0}}, '{_DAY}([T ]([01][0-9]|2[0-3]):[0-9]{{{{2}}}}(:[0-9]{{{{2}}}}(\\.[0-9]{{{{1,6}}}})?)?)?') "
        "THEN try_cast({0} AS TIMESTAMP) END"
    ),
    "number": "CASE WHEN regexp_full_match({0}, '-?[0-9]{{1,15}}') THEN try_cast({0} AS BIGINT) END",
    "flag": "CASE {0} WHEN 'true' THEN true WHEN 'false' THEN false END",
    "codes": "list_filter(string_split({0}, '|'), lambda code: code <> '')",
}
"""How the text of a CSV becomes a value, as `engine.record.table_cells` reads it; null where it cannot be read."""

ROWS = 100_000
STREAMED = "128MB"


class DuckDBEngine:
    """The tables that an open `Caseload` has checked. `threads` is how many it may use; none means all."""

    dialect: ClassVar[str] = "duckdb"

    def __init__(self, caseload: Caseload, *, threads: int | None = None) -> None:
        self.caseload = caseload
        self._connection = caseload.connection()
        if threads:
            self._connection.execute(f"SET threads = {int(threads)}")
        self._connection.execute("SET preserve_insertion_order = false")
        # What is streamed is made while the rows before it are written.
        self._connection.execute(f"SET streaming_buffer_size = '{STREAMED}'")
        self.leave_out([])

    def keep(self, name: str, question: str) -> None:
        """Keep what the question gives as a table."""
        with readable(self.caseload.path):
            self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {question}')

    def upload(self, name: str, content: pa.Table) -> None:
        """Keep a small table."""
        self._connection.register("kept_uploaded", content)
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM kept_uploaded')  # noqa: S608 - names of ours
        self._connection.unregister("kept_uploaded")

    def fetch(self, question: str) -> list[tuple[Any, ...]]:
        """What the question gives, all of it."""
        with readable(self.caseload.path):
            return self._connection.execute(question).fetchall()

    def stream(self, question: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """What the question gives, batch by batch, with these columns."""
        with readable(self.caseload.path):
            found: Any = self._connection.sql(question)
            for batch in found.to_arrow_reader(ROWS):
                yield from pa.Table.from_batches([batch]).select(schema.names).cast(schema).to_batches()

    def drop(self, names: Sequence[str]) -> None:
        """Give tables back."""
        for name in names:
            self._connection.execute(f'DROP TABLE IF EXISTS "{name}"')

    def leave_out(self, cases: Sequence[str]) -> None:
        """Let the raw tables show every case but these."""
        # Not by `upload`: for that DuckDB loads pandas, and whoever looks at one case would wait for it.
        each = f'CREATE OR REPLACE TEMP TABLE "{BAD_CASES}" AS SELECT unnest(?::VARCHAR[]) AS "case"'
        self._connection.execute(each, [list(cases)])
        self._lay_out("true")

    def case_ids(self) -> list[str]:
        """The ids of the cases that have their object, in order, without those left out."""
        return [str(case) for (case,) in self.fetch(own_ids(self.caseload.dictionary))]

    def narrow(self, first: str, last: str) -> None:
        """Let the raw tables show only the cases from the first to the last."""
        self._lay_out(between(first, last))

    def case(self, case_id: str) -> CaseRecord:
        """One case, read strictly."""
        return self.caseload.case(case_id)

    def count(self) -> int:
        """How many cases there are, with those that cannot be read."""
        return self.caseload.count()

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()
        self.caseload.close()

    def _lay_out(self, only: str) -> None:
        for table, kinds in columns(self.caseload.dictionary).items():
            with readable(self.caseload.path):
                self._connection.execute(self._raw(table, kinds, only))

    def _raw(self, table: str, kinds: dict[str, Kind], only: str) -> str:
        """The view that gives a table all its columns, typed."""
        known, as_text = self.caseload.columns(table)
        cells, amiss = dict[str, str](), list[str]()
        for name, kind in kinds.items():
            column = f'"{name}"'
            if name not in known:
                cells[name] = f"CAST(NULL AS {SQL[kind]})"
            elif as_text and kind in _CELLS:
                cells[name] = _CELLS[kind].format(column)
                amiss.append(f"({column} IS NOT NULL AND {cells[name]} IS NULL)")
            elif kind in ("text", "code") and name not in FIXED[table]:
                cells[name] = f"nullif({column}, '')"  # an empty text is not recorded
            else:
                cells[name] = column
        return f"CREATE OR REPLACE TEMP VIEW {raw_name(table)} AS {raw_rows(cells, amiss, table, only)}"
