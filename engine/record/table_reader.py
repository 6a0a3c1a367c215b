"""Reading a caseload: see `engine.record.tables` for what it is."""

from __future__ import annotations

import glob
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import duckdb
import pyarrow as pa

from engine.record.building import CaseBuilder
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import RecordProblem, harmless, nearest
from engine.record.table_cases import MOST_ROWS, BadCase, Row, build_case, read_rows
from engine.record.table_files import (
    accepts,
    bad_column,
    check_names,
    csv_header,
    find_files,
    is_database,
    parquet_schema,
    readable,
)
from engine.record.tables import ARROW, SQL, TABLES, Kind, columns

_BATCH = 20_000

_HELD = "kept_held.main"
"""Where the tables of a DuckDB file are."""

_Group = tuple[str, list[Row]]


class Caseload:
    """A caseload to read, in a directory or a DuckDB file: opened and checked at once, read case by case in bounded memory.

    Close it, or use it as a context manager. `memory` is how much the sorting may take before it goes to disk.

    Raises:
        RecordProblem: when the directory or a table is not there, a column is missing, unknown or of the wrong type,
            or a file cannot be read; names file, place and remedy.
    """

    def __init__(self, path: Path, dictionary: Dictionary, *, memory: str = "1GB") -> None:
        self.path, self.dictionary = path, dictionary
        self._in_file = is_database(path)
        self._files = {table: path / table for table in TABLES} if self._in_file else find_files(path)
        spill = Path(tempfile.gettempdir()) / f"kept-{uuid4().hex}"  # DuckDB makes it when needed, and takes it away
        self._database = duckdb.connect(
            config={
                "memory_limit": memory,
                "temp_directory": str(spill),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        self._columns: dict[str, dict[str, Kind]] = {}
        try:
            # What a file says of its parts is read once, not for every view and every question.
            self._database.execute("LOAD parquet; SET GLOBAL parquet_metadata_cache = true")
            if self._in_file:
                self._attach()
            for table, kinds in columns(dictionary).items():
                self._open(table, kinds)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give back what it holds."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the database in which the tables are."""
        return self._database.cursor()

    def columns(self, table: str) -> tuple[dict[str, Kind], bool]:
        """The columns that a table has, with their kinds, and whether they all hold text, as in a CSV."""
        return self._columns[table], self._files[table].suffix == ".csv"

    def cases(self) -> Iterator[CaseRecord | BadCase]:
        """Every case, in the order of their ids; for one that cannot be read, what is wrong with it.

        Raises:
            RecordProblem: when a file turns out to be damaged inside.
        """
        streams = [self._groups(table) for table in TABLES]
        heads = [next(stream, None) for stream in streams]
        while any(heads):
            case = min(head[0] for head in heads if head)
            rows: list[list[Row]] = []
            for position, head in enumerate(heads):
                if head and head[0] == case:
                    rows.append(head[1])
                    heads[position] = next(streams[position], None)
                else:
                    rows.append([])
            try:
                yield self._build(case, rows)
            except BadCase as bad:
                yield bad

    def case(self, case_id: str) -> CaseRecord:
        """The case with that id.

        Raises:
            RecordProblem: when there is none, or it cannot be read.
        """
        rows = [[row for _, group in self._groups(table, case_id) for row in group] for table in TABLES]
        if not any(rows):
            nearby = 'SELECT "case" FROM objects GROUP BY 1 ORDER BY jaro_winkler_similarity("case", ?) DESC, 1 LIMIT 9'
            alike = [str(row[0]) for row in self._ask(nearby, [case_id])]
            problem = f"there is no case '{harmless(case_id, 80)}'{nearest(case_id, alike)}"
            raise RecordProblem(str(self.path), "objects", problem, "Check the id; `case` is the column to look in.")
        return self._build(case_id, rows)

    def ids(self) -> Iterator[str]:
        """The ids of the cases that have their object in `objects`, in order."""
        marks = ", ".join("?" * len(self.dictionary.roots))
        question = f'SELECT DISTINCT "case" FROM objects WHERE id = "case" AND type IN ({marks}) ORDER BY 1'  # noqa: S608 - marks
        return (str(row[0]) for row in self._ask(question, list(self.dictionary.roots)))

    def count(self) -> int:
        """How many `cases()` gives: with those that cannot be read."""
        every = " UNION ".join(f"SELECT coalesce(\"case\", '') FROM {table}" for table in TABLES)  # noqa: S608 - names of ours
        return int(self._ask(f"SELECT count(*) FROM ({every})", [])[0][0])  # noqa: S608

    # --- opening

    def _open(self, table: str, known: Mapping[str, Kind]) -> None:
        file = self._files[table]
        found = self._schema(table)
        check_names(file, table, found, known)
        for name, arrow in found.items():
            if arrow is not None and not accepts(known[name], arrow):
                wanted = ARROW[known[name]]
                raise bad_column(file, name, f"holds {arrow}, not {wanted}", f"Write it as {wanted}.")
        self._columns[table] = {name: kind for name, kind in known.items() if name in found}
        with readable(file):
            self._database.execute(self._source(table, list(found)))

    def _source(self, table: str, names: list[str]) -> str:
        """What makes `table` a name that can be asked."""
        file = self._files[table]
        cast = ", ".join(f'CAST("{name}" AS {SQL[kind]}) AS "{name}"' for name, kind in self._columns[table].items())
        if self._in_file:
            return f"CREATE VIEW {table} AS SELECT {cast}, {self._place(table)} AS file_row_number FROM {_HELD}.{table}"  # noqa: S608
        # The path is quoted for SQL and freed of the stars and brackets that DuckDB would look for other files with.
        path = "'" + glob.escape(str(file)).replace("'", "''") + "'"
        if file.suffix == ".csv":
            # Into a table at once, as text: what is not CSV at all is found here, a bad value only in its own case.
            form = "auto_detect=false, header=true, delim=',', quote='\"', escape='\"'"
            types = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
            content = (
                f"SELECT *, row_number() OVER () AS file_row_number FROM read_csv({path}, {form}, columns={{{types}}})"  # noqa: S608
            )
            return f"CREATE TABLE {table} AS {content}"
        content = (
            f"SELECT {cast}, file_row_number FROM read_parquet({path}, file_row_number=true, hive_partitioning=false)"  # noqa: S608
        )
        return f"CREATE VIEW {table} AS {content}"

    def _schema(self, table: str) -> dict[str, pa.DataType | None]:
        file = self._files[table]
        if self._in_file:
            return self._database_schema(table)
        return csv_header(file) if file.suffix == ".csv" else parquet_schema(file)

    def _attach(self) -> None:
        path = str(self.path).replace("'", "''")
        try:
            self._database.execute(f"ATTACH '{path}' AS kept_held (READ_ONLY)")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            remedy = "Close whatever has it open for writing, or write it again with a DuckDB that is not newer."
            raise RecordProblem(str(self.path), "", f"cannot be opened ({reason})", remedy) from error

    def _database_schema(self, table: str) -> dict[str, pa.DataType | None]:
        """The columns of a table in the DuckDB file, with their types."""
        there = "SELECT 1 FROM duckdb_columns() WHERE database_name = 'kept_held' AND schema_name = 'main' AND table_name = ?"
        if not self._ask(there, [table]):
            tables = ", ".join(TABLES)
            raise RecordProblem(
                str(self.path), table, "is not there", f"A caseload has the tables {tables} in schema main."
            )
        with readable(self.path):
            held: Any = self._database.sql(f"SELECT * FROM {_HELD}.{table} LIMIT 0")  # noqa: S608 - names of ours
            return {field.name: field.type for field in held.to_arrow_table().schema}

    def _place(self, table: str) -> str:
        """What puts the rows of a table in the DuckDB file into their order; a view has none."""
        plain = "SELECT 1 FROM duckdb_tables() WHERE database_name = 'kept_held' AND schema_name = 'main' AND table_name = ?"
        return "rowid" if self._ask(plain, [table]) else "0"

    def _ask(self, question: str, values: list[str]) -> list[tuple[Any, ...]]:
        with readable(self.path):
            return self._database.cursor().execute(question, values).fetchall()

    # --- rows

    def _groups(self, table: str, case: str | None = None) -> Iterator[_Group]:
        """The rows of each case, in the order of the cases, then of the file."""
        current, rows = None, list[Row]()
        for batch in self._batches(table, case):
            cases = batch.column(0).to_pylist()
            content = read_rows(table, batch, self._columns[table], as_text=self._files[table].suffix == ".csv")
            start, end = 0, len(cases)
            while start < end:
                key, stop = cases[start], start + 1
                while stop < end and cases[stop] == key:
                    stop += 1
                if key != current:
                    if current is not None:
                        yield current, rows
                    current, rows = key, []
                if len(rows) <= MOST_ROWS:
                    rows += content[start:stop]
                start = stop
        if current is not None:
            yield current, rows

    def _batches(self, table: str, case: str | None) -> Iterator[Any]:
        names = ", ".join(f'"{name}"' for name in self._columns[table] if name != "case")
        # Nothing but the plain column lets a file's parts that hold other cases be left out.
        only = "" if case is None else 'WHERE "case" = ?' if case else 'WHERE "case" = ? OR "case" IS NULL'
        question = (
            f'SELECT coalesce("case", \'\') AS "case", {names} FROM {table} {only} '  # noqa: S608 - names of ours
            'ORDER BY "case" NULLS FIRST, file_row_number'
        )
        values = [] if case is None else [case]
        # A connection for each: the four tables are read side by side.
        with readable(self._files[table]), self._database.cursor() as connection:
            found: Any = connection.sql(question, params=values)
            yield from found.to_arrow_reader(_BATCH)

    def _build(self, case: str, rows: list[list[Row]]) -> CaseRecord:
        return build_case(CaseBuilder(self.dictionary, str(self.path)), self._files, case, *rows)
