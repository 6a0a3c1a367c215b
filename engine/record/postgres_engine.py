"""PostgreSQL: a caseload judged inside the database in which its records live; only findings leave it.

Everything happens in one transaction over one snapshot, which is rolled back at the end: the caseload's tables are only
read, and nothing of ours is left behind. So a table that is given back is emptied, not dropped (that frees its pages at
once, where a drop would wait for the end), and filled again by the same question for the next part of the caseload.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

import pyarrow as pa
from pyarrow import csv

from engine.record.addresses import shown, without_schema
from engine.record.dictionary import Dictionary
from engine.record.fetched_case import as_fetched, fetched_case
from engine.record.model import CaseRecord
from engine.record.problem import KeptError, RecordProblem, harmless, nearest
from engine.record.table_cases import MOST_ROWS
from engine.record.table_engine import BAD_CASES, between, memory_bytes, own_ids, quoted, raw_rows
from engine.record.table_files import bad_column, check_names
from engine.record.tables import FIXED, TABLES, Kind, columns, raw_name

ROWS = 50_000

_SQL: dict[Kind, str] = {
    "text": "text",
    "code": "text",
    "codes": "text[]",
    "date": "date",
    "moment": "timestamp without time zone",
    "number": "bigint",
    "flag": "boolean",
}
_TEXTS = ("text", "character varying", "character", "enum")
_TAKEN: dict[Kind, tuple[str, ...]] = {
    "text": _TEXTS,
    "code": _TEXTS,
    "codes": ("text[]", "character varying[]"),
    "date": ("date",),
    "moment": ("timestamp without time zone",),
    "number": ("bigint", "integer", "smallint"),
    "flag": ("boolean",),
}
"""The types of columns that can hold what the dictionary says they are."""

_ARROW: dict[pa.DataType, str] = {
    pa.string(): 'text COLLATE "C"',
    pa.bool_(): "boolean",
    pa.int8(): "smallint",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
}

_FIRST_DAY = "DATE '1970-01-01'"
_LATER_THAN_ANY = (2**31 - 1, 2**63 - 1)
"""A day, and a moment in microseconds, that no record can hold: for what PostgreSQL has beyond them, such as infinity."""

_WORK = 32
"""A question may sort and join in this part of the memory at a time: it does several of each."""


class _Held(NamedTuple):
    """A table of the caseload: where it is (for SQL, and for people), which columns it has, and what orders its rows."""

    source: str
    place: str
    kinds: dict[str, Kind]
    order: str


class PostgresEngine:
    """The tables of one schema of a database; others there are left alone.

    `where` is postgresql://user:password@host/database?schema=name; without `schema` the search path is looked through.

    Raises:
        KeptError: when PostgreSQL cannot be reached, or psycopg is not installed.
        RecordProblem: when a table is not there, or a column is missing, unknown or of the wrong type.
    """

    dialect: ClassVar[str] = "postgres"

    def __init__(
        self, where: str, dictionary: Dictionary, *, threads: int | None = None, memory: str | None = None
    ) -> None:
        self.where, self.dictionary = shown(where), dictionary
        self._psycopg = _driver()
        address, schema = without_schema(where)
        self._connection = self._connect(where, address)
        self._filled: dict[str, str] = {}
        try:
            self._settle_in(threads, memory)
            self._held = {
                table: self._open(self._schema(schema), table, kinds) for table, kinds in columns(dictionary).items()
            }
            self._do("SET LOCAL search_path = pg_catalog")  # ours come first whatever it is; nobody else's are meant
            self.leave_out([])
        except BaseException:
            self.close()
            raise

    # --- what every engine can do

    def keep(self, name: str, question: str) -> None:
        """Keep what the question gives as a table."""
        if self._filled.get(name) == question:
            self._do(f'TRUNCATE "{name}"')
            self._do(f'INSERT INTO "{name}" {question}')
        else:
            self._forget(name)
            self._do(f'CREATE TEMP TABLE "{name}" AS {question}')
            self._filled[name] = question
        self._do(f'ANALYZE "{name}"')

    def upload(self, name: str, content: pa.Table) -> None:
        """Keep a small table."""
        described = ", ".join(f'"{field.name}" {_ARROW[field.type]}' for field in content.schema)
        if self._filled.get(name) == described:
            self._do(f'TRUNCATE "{name}"')
        else:
            self._forget(name)
            self._do(f'CREATE TEMP TABLE "{name}" ({described})')
            self._filled[name] = described
        with self._said(), self._connection.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
            for row in zip(*(column.to_pylist() for column in content.columns), strict=True):
                copy.write_row(row)
        self._do(f'ANALYZE "{name}"')

    def fetch(self, question: str) -> list[tuple[Any, ...]]:
        """What the question gives, all of it."""
        with self._said():
            found: list[tuple[Any, ...]] = self._connection.execute(question).fetchall()
            return found

    def stream(self, question: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """What the question gives, batch by batch, with these columns. Ask nothing else before it has ended."""
        names = ", ".join(f'"{name}"' for name in schema.names)
        asked = f"COPY (SELECT {names} FROM ({question}) AS found) TO STDOUT (FORMAT csv)"  # noqa: S608 - names of ours
        with self._said(), self._connection.cursor().copy(asked) as copy:
            lines: list[bytes] = []
            for line in copy:
                lines.append(bytes(line))
                if len(lines) == ROWS:
                    yield from _read(lines, schema)
                    lines = []
            if lines:
                yield from _read(lines, schema)

    def drop(self, names: Sequence[str]) -> None:
        """Give tables back."""
        for name in names:
            if name in self._filled:
                self._do(f'TRUNCATE "{name}"')

    def leave_out(self, cases: Sequence[str]) -> None:
        """Let the raw tables show every case but these."""
        self.upload(BAD_CASES, pa.table({"case": pa.array(cases, pa.string())}))
        self._lay_out("true")

    def case_ids(self) -> list[str]:
        """The ids of the cases that have their object, in order of the code points, without those left out."""
        return [str(case) for (case,) in self.fetch(own_ids(self.dictionary))]

    def narrow(self, first: str, last: str) -> None:
        """Let the raw tables show only the cases from the first to the last."""
        self._lay_out(between(first, last).replace('"case"', '"case"::text COLLATE "C"'))

    def case(self, case_id: str) -> CaseRecord:
        """One case, read strictly."""
        fetched = {table: self._rows_of(table, case_id) for table in TABLES}
        kinds = {table: held.kinds for table, held in self._held.items()}
        places = {table: held.place for table, held in self._held.items()}
        return fetched_case(self.dictionary, case_id, fetched, kinds, places, self.where, lambda: self._alike(case_id))

    def count(self) -> int:
        """How many cases there are, with those that cannot be read."""
        ids = (f"SELECT coalesce(\"case\"::text, '') FROM {held.source}" for held in self._held.values())  # noqa: S608 - names
        return int(self.fetch(f"SELECT count(*) FROM ({' UNION '.join(ids)}) AS found")[0][0])  # noqa: S608 - names of ours

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()  # what is not committed, PostgreSQL forgets

    # --- opening

    def _connect(self, where: str, address: str) -> Any:
        driver = self._psycopg
        remedy = (
            "Write postgresql://user:password@host/database?schema=name, with %40 for an @ in the password and so on."
        )
        try:
            driver.conninfo.conninfo_to_dict(address)
        except driver.Error:
            # What it complains about may be part of the password.
            raise KeptError(f"{self.where}: is not an address that PostgreSQL understands. {remedy}") from None
        if where.partition("?")[0].count("@") > 1:
            raise KeptError(f"{self.where}: has more than one @. {remedy}")
        try:
            connection = driver.connect(address, fallback_application_name="kept", client_encoding="utf8")
        except driver.Error as error:
            problem = f"PostgreSQL cannot be reached ({_reason(error)})"
            raise KeptError(f"{self.where}: {problem}. Check the address, and that it is running.") from None
        connection.isolation_level = driver.IsolationLevel.REPEATABLE_READ
        connection.read_only = False  # tables of ours are made, if only for as long as we are there
        return connection

    def _settle_in(self, threads: int | None, memory: str | None) -> None:
        settings = {
            "datestyle": "ISO, YMD",
            "timezone": "UTC",
            "jit": "off",  # it compiles for longer than these questions take
            "enable_nestloop": "off",  # it expects far too few rows, and would look through all of them for each
            "default_statistics_target": "20",
            # A night takes the time that it takes; whoever waits can stop it.
            "statement_timeout": "0",
            "idle_in_transaction_session_timeout": "0",
            "transaction_timeout": "0",
        }
        if memory is not None:
            kilobytes = memory_bytes(memory) // 1024
            settings |= {"work_mem": f"{kilobytes // _WORK}kB", "temp_buffers": f"{kilobytes // 8}kB"}
        if threads is not None:
            settings["max_parallel_workers_per_gather"] = str(threads - 1)
        for name, value in settings.items():
            # Not every version has every setting.
            self._do(f"SELECT set_config(name, {quoted(value)}, true) FROM pg_settings WHERE name ILIKE {quoted(name)}")  # noqa: S608

    def _schema(self, named: str) -> str:
        """The schema in which the tables are."""
        if named:
            others = [str(name) for (name,) in self.fetch("SELECT nspname::text FROM pg_namespace ORDER BY 1")]
            if named not in others:
                problem = f"there is no schema '{harmless(named, 80)}'{nearest(named, others)}"
                raise RecordProblem(self.where, "", problem, "Check the option `schema` in the address.")
            return named
        found = self.fetch(
            "SELECT n.nspname::text FROM unnest(current_schemas(false)) WITH ORDINALITY AS path(name, place) "
            "JOIN pg_namespace n ON n.nspname = path.name JOIN pg_class c ON c.relnamespace = n.oid "
            "WHERE c.relname = 'objects' AND c.relkind IN ('r', 'v', 'm', 'p', 'f') ORDER BY path.place LIMIT 1"
        )
        if not found:
            remedy = f"Name the schema that holds {', '.join(TABLES)}: …?schema=name."
            raise RecordProblem(self.where, "objects", "is not there", remedy)
        return str(found[0][0])

    def _open(self, schema: str, table: str, known: dict[str, Kind]) -> _Held:
        there = self.fetch(
            "SELECT c.oid::bigint, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "  # noqa: S608
            f"WHERE n.nspname = {quoted(schema)} AND c.relname = {quoted(table)} AND c.relkind IN ('r', 'v', 'm', 'p', 'f')"
        )
        if not there:
            remedy = f"A caseload has the tables {', '.join(TABLES)}, all in one schema."
            raise RecordProblem(self.where, f"{harmless(schema, 80)}.{table}", "is not there", remedy)
        [(oid, form)] = there
        found = {
            str(name): str(kind)
            for name, kind in self.fetch(
                "SELECT a.attname::text, CASE t.typtype WHEN 'e' THEN 'enum' "  # noqa: S608 - a number
                "ELSE format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL) END "
                "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
                f"WHERE a.attrelid = {int(oid)} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
            )
        }
        place = f"{self.where}, table {harmless(schema, 80)}.{table}"
        check_names(place, table, found, known)
        for name, held in found.items():
            kind = known[name]
            if held not in _TAKEN[kind]:
                raise bad_column(
                    place, name, f"holds {held}, not {_SQL[kind]}", f"Make it {_SQL[kind]}, or give a view that does."
                )
        source = f"{_named(schema)}.{table}"
        self._do(f"SELECT FROM {source} LIMIT 0")  # whether it may be read
        kinds = {name: kind for name, kind in known.items() if name in found}
        return _Held(source, place, kinds, "ctid" if form in ("r", "m") else "1")

    # --- asking

    def _lay_out(self, only: str) -> None:
        for table, kinds in columns(self.dictionary).items():
            held = self._held[table]
            cells, amiss = dict[str, str](), list[str]()
            for name, kind in kinds.items():
                cells[name] = _cell(table, name, kind, name in held.kinds)
                if kind in ("date", "moment") and name in held.kinds:
                    amiss.append(f'NOT coalesce(isfinite("{name}"), true)')
            rows = raw_rows(cells, amiss, held.source, only, case='held."case"::text')
            self._do(f"CREATE OR REPLACE TEMP VIEW {raw_name(table)} AS {rows}")

    def _rows_of(self, table: str, case_id: str) -> pa.Table:
        held = self._held[table]
        asked = ", ".join(_fetched(name, kind) for name, kind in held.kinds.items())
        whose = '("case" IS NULL OR "case"::text = \'\')' if case_id == "" else f'"case" = {quoted(case_id)}'
        found = self.fetch(
            f"SELECT {asked} FROM {held.source} WHERE {whose} ORDER BY {held.order} LIMIT {MOST_ROWS + 1}"  # noqa: S608
        )
        schema = as_fetched(held.kinds)
        cells = zip(*found, strict=True) if found else [()] * len(schema)
        return pa.table(
            [_column(list(column), field.type) for column, field in zip(cells, schema, strict=True)], schema=schema
        )

    def _alike(self, case_id: str) -> list[str]:
        start = quoted(case_id[: max(1, len(case_id) - 2)])
        asked = f'SELECT DISTINCT "case"::text FROM {self._held["objects"].source} WHERE starts_with("case"::text, {start}) LIMIT 1000'  # noqa: S608
        return [str(case) for (case,) in self.fetch(asked)]

    def _forget(self, name: str) -> None:
        if self._filled.pop(name, None) is not None:
            self._do(f'DROP TABLE pg_temp."{name}"')

    def _do(self, statement: str) -> None:
        with self._said():
            self._connection.execute(statement)

    @contextmanager
    def _said(self) -> Iterator[None]:
        """What PostgreSQL complains about is said as everything else is."""
        driver = self._psycopg
        try:
            yield
        except driver.Error as error:
            reason = _reason(error)
            if self._connection.closed:
                raise KeptError(
                    f"{self.where}: the connection to PostgreSQL was lost ({reason}). Run it again."
                ) from error
            if isinstance(error, driver.errors.InsufficientPrivilege):
                remedy = "Ask for GRANT SELECT on the tables and GRANT TEMPORARY on the database."
                raise KeptError(f"{self.where}: PostgreSQL does not allow it ({reason}). {remedy}") from error
            if isinstance(error, driver.errors.InsufficientResources):
                remedy = "Give PostgreSQL more room, or Kept less memory (--memory)."
                raise KeptError(f"{self.where}: PostgreSQL has run out of something ({reason}). {remedy}") from error
            remedy = "See PostgreSQL's log; the tables may have been changed meanwhile."
            raise RecordProblem(self.where, "", f"PostgreSQL could not answer ({reason})", remedy) from error


def _driver() -> Any:
    try:
        import psycopg
        import psycopg.conninfo
    except ImportError:
        raise KeptError("a caseload in PostgreSQL needs psycopg. Install it: pip install kept[postgres].") from None
    return psycopg


def _reason(error: Exception) -> str:
    return harmless(next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__))


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(table: str, name: str, kind: Kind, known: bool) -> str:
    """A column as the raw tables have it: text in order of the code points, whatever the order of the database."""
    column, order = f'"{name}"', ' COLLATE "C"' if kind in ("text", "code", "codes") else ""
    if not known:
        return f"NULL::{_SQL[kind]}{order}"
    match kind:
        case "codes":
            return f"({_flat(column)}){order}"
        case "text" | "code":
            # An empty text is not recorded.
            return f"{column}::text{order}" if name in FIXED[table] else f"nullif({column}::text, ''){order}"
        case "date" | "moment":
            return f"CASE WHEN isfinite({column}) THEN {column} END"
        case _:
            return f"{column}::{_SQL[kind]}"


def _flat(column: str) -> str:
    """A list of codes; one of lists becomes what no code is."""
    return f"CASE WHEN array_ndims({column}) > 1 THEN ARRAY[{column}::text] ELSE {column}::text[] END"


def _fetched(name: str, kind: Kind) -> str:
    """A column as it is fetched for one case: days and moments as numbers, for Python's own end before PostgreSQL's."""
    column = f'"{name}"'
    no_day, no_moment = _LATER_THAN_ANY
    match kind:
        case "codes":
            return _flat(column)
        case "date":
            return (
                f"CASE WHEN isfinite({column}) THEN {column} - {_FIRST_DAY} WHEN {column} IS NOT NULL THEN {no_day} END"
            )
        case "moment":
            number = f"least(extract(epoch FROM {column}) * 1000000, {no_moment})::bigint"
            return f"CASE WHEN isfinite({column}) THEN {number} WHEN {column} IS NOT NULL THEN {no_moment} END"
        case _:
            return f"{column}::{_SQL[kind]}"


def _column(cells: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_date32(kind):
        return pa.array(cells, pa.int32()).cast(kind)
    if pa.types.is_timestamp(kind):
        return pa.array(cells, pa.int64()).cast(kind)
    return pa.array(cells, kind)


def _read(lines: list[bytes], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Lines of CSV as PostgreSQL writes them: nothing for null, and "" for an empty text."""
    found = csv.read_csv(
        pa.BufferReader(b"".join(lines)),
        read_options=csv.ReadOptions(column_names=schema.names, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    yield from found.cast(schema).to_batches()
