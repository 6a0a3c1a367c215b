"""Findings on their way into the ledger: what repeats becomes a number, and a temporary table takes them in bulk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from engine.ledger.schema import CASES, EDITIONS, HOLDERS

CHUNK = 20_000
"""Rows that are sent to the database at a time."""

COLUMNS = ("place", "instance", "case", "subject", "edition", "outcome", "start", "due", "done", "flags", "evidence", "missing",
           "holder")  # fmt: skip

_KINDS = {"place": "INTEGER PRIMARY KEY", "case": "INTEGER", "edition": "INTEGER", "holder": "INTEGER"} | dict.fromkeys(
    ("start", "due", "done"), "DATE"
)
_NEEDS_ESCAPE = r'["\\\x00-\x1f\x7f]|[^\x00-\x7f]'
"""What stands in JSON as something else: no id and no flag that was read from a caseload has any of it."""


class Numbers:
    """The numbers of the rows of a small table; a row that is not there yet is added."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection, self._table = connection, table
        self._names = [column.name for column in table.columns if column.name != "number"]
        self._last: int = connection.scalar(select(func.coalesce(func.max(table.c.number), 0))) or 0
        self._known: dict[tuple[str, ...], int] = {
            tuple(key): number for number, *key in connection.execute(select(table))
        }

    def of(self, keys: Sequence[tuple[str, ...]]) -> list[int]:
        """The number of each row, given as its other columns in their order."""
        new = [key for key in dict.fromkeys(keys) if key not in self._known]
        if new:
            found = dict(zip(new, range(self._last + 1, self._last + 1 + len(new)), strict=True))
            rows = [{"number": number, **dict(zip(self._names, key, strict=True))} for key, number in found.items()]
            self._connection.execute(insert(self._table), rows)
            self._known |= found
            self._last += len(new)
        return [self._known[key] for key in keys]

    def column(self, batch: pa.RecordBatch, names: Sequence[str]) -> pa.Array:
        """The number for each row of the batch, by these columns of it."""
        code: pa.Array | None = None
        values: list[list[str]] = []
        for name in names:
            texts, places = _told_apart(batch.column(name))
            code = places if code is None else pc.add(pc.multiply(code, len(texts)), places)
            values.append(texts)
        assert code is not None  # noqa: S101 - there is a column
        each = code.dictionary_encode()
        keys = [_decoded(combined, values) for combined in each.dictionary.to_pylist()]
        return pa.array(self.of(keys), pa.int32()).take(each.indices)


def own_numbers(connection: Connection) -> None:
    """Let this connection number cases, editions and holders in copies of its own, which take the place of the ledger's."""
    for table in (CASES, EDITIONS, HOLDERS):
        connection.execute(text(f"CREATE TEMP TABLE {table.name} AS SELECT * FROM {table.name}"))  # noqa: S608 - ours


class Staging:
    """The temporary table `staged` of a connection, with the columns `COLUMNS`; `rows` is how many it has."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cases, self._editions, self._holders = (Numbers(connection, each) for each in (CASES, EDITIONS, HOLDERS))
        self._postgres = connection.dialect.name == "postgresql"
        described = ", ".join(f'"{name}" {_KINDS.get(name, "TEXT")}' for name in COLUMNS)
        connection.execute(text(f"CREATE TEMP TABLE staged ({described})"))
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Add findings: columns as in `engine.judge.finding_table`."""
        for first in range(0, batch.num_rows, CHUNK):
            part = self._numbered(batch.slice(first, CHUNK))
            if self._postgres:
                self._copy(part)
            else:
                self._insert(part)
            self.rows += part.num_rows

    def cases(self, ids: Sequence[str]) -> list[int]:
        """The numbers of these cases."""
        return self._cases.of([(case,) for case in ids])

    def ready(self) -> None:
        """Let the database look at what was added before it plans with it."""
        if self._postgres:
            self._connection.execute(text("ANALYZE staged"))

    def _numbered(self, batch: pa.RecordBatch) -> pa.Table:
        edition = [column.name for column in EDITIONS.columns if column.name != "number"]
        made = {
            "place": pa.array(range(self.rows + 1, self.rows + 1 + batch.num_rows), pa.int32()),
            "case": self._cases.column(batch, ["case"]),
            "edition": self._editions.column(batch, edition),
            "holder": self._holders.column(batch, ["team", "practitioner"]),
            "flags": as_json(batch.column("flags")),
            "evidence": as_json(batch.column("evidence")),
        }
        return pa.table({name: made[name] if name in made else _plain(batch.column(name)) for name in COLUMNS})

    def _insert(self, rows: pa.Table) -> None:
        # Straight to the driver: SQLAlchemy's own way of it takes three times as long.
        marks = ", ".join("?" * len(COLUMNS))
        values: Any = list(zip(*(column.to_pylist() for column in rows.columns), strict=True))
        self._connection.exec_driver_sql(f"INSERT INTO staged VALUES ({marks})", values)  # noqa: S608 - marks

    def _copy(self, rows: pa.Table) -> None:
        written = BytesIO()
        csv.write_csv(rows, written, csv.WriteOptions(include_header=False))
        driver: Any = self._connection.connection.driver_connection
        how = "COPY staged FROM STDIN (FORMAT csv)"
        try:
            with driver.cursor() as cursor, cursor.copy(how) as copy:
                copy.write(written.getbuffer())
        except self._connection.dialect.loaded_dbapi.Error as error:
            raise DBAPIError(how, None, error) from error


def as_json(lists: pa.ListArray) -> pa.Array:
    """Lists of texts as JSON, as `json.dumps` writes it."""
    if pc.any(pc.match_substring_regex(lists.flatten(), _NEEDS_ESCAPE)).as_py():
        return pa.array([json.dumps(texts) for texts in lists.to_pylist()], pa.string())
    some = pc.binary_join_element_wise('["', pc.binary_join(lists, '", "'), '"]', "")
    return pc.if_else(pc.equal(pc.list_value_length(lists), 0), "[]", some)


def _plain(column: pa.Array) -> pa.Array:
    """Texts, and days as texts such as `2025-03-04`: what every database takes for a DATE, and what SQLite keeps."""
    if pa.types.is_date(column.type):
        days = column.dictionary_encode()  # there are few different ones
        return days.dictionary.cast(pa.string()).take(days.indices)
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _told_apart(column: pa.Array) -> tuple[list[str], pa.Array]:
    """The different texts of a column, and for each row its place among them."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    texts = pc.unique(column.dictionary)  # one may stand in the dictionary several times
    places = pc.index_in(column.dictionary, texts).cast(pa.int64()).take(column.indices)
    return texts.to_pylist(), places


def _decoded(code: int, values: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The texts that a number stands for: their places, each counted in the number of texts there are."""
    key = []
    for texts in reversed(values):
        code, place = divmod(code, len(texts))
        key.append(texts[place])
    return tuple(reversed(key))
