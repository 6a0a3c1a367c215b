"""Spark: a caseload that is too large for one machine. The tables are Parquet under a path that all its workers see.

What is kept is a local checkpoint: it forgets how it came about, where plans that lean on cached ones grow without bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from engine.record.addresses import SparkAddress
from engine.record.dictionary import Dictionary
from engine.record.fetched_case import as_fetched, fetched_case
from engine.record.model import CaseRecord
from engine.record.problem import KeptError, RecordProblem, harmless
from engine.record.table_cases import MOST_ROWS
from engine.record.table_engine import BAD_CASES, between, memory_bytes, own_ids, raw_rows
from engine.record.table_files import bad_column, check_names, find_files
from engine.record.table_reader import Caseload
from engine.record.tables import FIXED, TABLES, Kind, columns, raw_name

ROWS = 250_000
"""Rows that come to this machine at a time."""

_SQL: dict[Kind, str] = {
    "text": "STRING",
    "code": "STRING",
    "codes": "ARRAY<STRING>",
    "date": "DATE",
    "moment": "TIMESTAMP_NTZ",
    "number": "BIGINT",
    "flag": "BOOLEAN",
}
_TAKEN: dict[Kind, tuple[str, ...]] = {
    "text": ("string",),
    "code": ("string",),
    "codes": ("array<string>", "array<void>"),
    "date": ("date",),
    "moment": ("timestamp_ntz",),
    "number": ("bigint", "int", "smallint", "tinyint"),
    "flag": ("boolean",),
}
"""The types of columns that can hold what the dictionary says they are; `void`, one that is empty throughout, can always."""

_ARROW: dict[pa.DataType, str] = {
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp_ntz",
}

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",  # as in the other engines
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.caseSensitive": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.codegen.hugeMethodLimit": "8000",  # Java never compiles longer ones: left as they are, they crawl
    "spark.sql.maxPlanStringLength": "1000",
    # What a kept table is known to satisfy names columns that it no longer has, and a union of two stumbles over that.
    "spark.sql.constraintPropagation.enabled": "false",
}


class SparkEngine:
    """The Parquet tables under a path, on one Spark master. A session that is there already is shared, and left there.

    Raises:
        KeptError: when Spark cannot be started or reached, or is not installed.
        RecordProblem: when a table is not there, or a column is missing, unknown or of the wrong type.
    """

    dialect: ClassVar[str] = "pyspark"

    def __init__(
        self, address: SparkAddress, dictionary: Dictionary, *, threads: int | None = None, memory: str | None = None
    ) -> None:
        self.dictionary = dictionary
        self.where = f"{address.master}:{address.path}"
        self._near = _near(address.path)
        if self._near is not None:
            # What is wrong with them is said as for any other folder, before anything is started.
            Caseload(self._near, dictionary).close()
        self._path = str(self._near.absolute()) if self._near is not None else address.path
        self._given: dict[str, Any] = {}
        self._kinds: dict[str, dict[str, Kind]] = {}
        self._shared, started = _session(address.master, threads, memory)
        self._ours = started
        try:
            # A session of its own on the same workers: nobody else's tables and settings, and ours go with it.
            self._session = self._shared.newSession()
            for name, value in _SETTINGS.items():
                self._session.conf.set(name, value)
            if self._ours:
                workers = max(2, int(self._session.sparkContext.defaultParallelism))
                self._session.conf.set("spark.sql.shuffle.partitions", str(workers))
            for table, kinds in columns(dictionary).items():
                self._open(table, kinds)
            self.leave_out([])
        except BaseException:
            self.close()
            raise

    # --- what every engine can do

    def keep(self, name: str, question: str) -> None:
        """Keep what the question gives as a table."""
        self._give_back(name)
        with self._said():
            kept = self._session.sql(question).localCheckpoint(eager=True)
            self._given[name] = kept
            kept.createOrReplaceTempView(name)

    def upload(self, name: str, content: pa.Table) -> None:
        """Keep a small table."""
        described = ", ".join(f"`{field.name}` {_ARROW[field.type]}" for field in content.schema)
        with self._said():
            # As plain rows: on its way through Arrow a table of no rows has no columns either.
            rows = list(zip(*(column.to_pylist() for column in content.columns), strict=True))
            self._session.createDataFrame(rows, schema=described).createOrReplaceTempView(name)

    def fetch(self, question: str) -> list[tuple[Any, ...]]:
        """What the question gives, all of it."""
        with self._said():
            return [tuple(row) for row in self._session.sql(question).collect()]

    def stream(self, question: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """What the question gives, batch by batch, with these columns."""
        with self._said():
            found = self._session.sql(question).select(*schema.names).localCheckpoint(eager=True)
            try:
                parts = math.ceil(found.count() / ROWS)
                if parts > 1:
                    found, whole = found.repartition(parts).localCheckpoint(eager=True), found
                    _release(whole)
                for part in range(parts):
                    mine = found if parts == 1 else found.filter(f"spark_partition_id() = {part}")
                    yield from mine.toArrow().cast(schema).to_batches()
            finally:
                _release(found)

    def drop(self, names: Sequence[str]) -> None:
        """Give tables back."""
        for name in names:
            self._give_back(name)
            self._session.catalog.dropTempView(name)

    def leave_out(self, cases: Sequence[str]) -> None:
        """Let the raw tables show every case but these."""
        self.upload(BAD_CASES, pa.table({"case": pa.array(cases, pa.string())}))
        self._lay_out("true")

    def case_ids(self) -> list[str]:
        """The ids of the cases that have their object, in order of the code points, without those left out."""
        return [str(case) for (case,) in self.fetch(own_ids(self.dictionary))]

    def narrow(self, first: str, last: str) -> None:
        """Let the raw tables show only the cases from the first to the last."""
        self._lay_out(between(first, last))

    def case(self, case_id: str) -> CaseRecord:
        """One case, read strictly."""
        if self._near is not None:
            with Caseload(self._near, self.dictionary) as caseload:
                return caseload.case(case_id)
        fetched = {table: self._rows_of(table, case_id) for table in TABLES}
        places = {table: f"{self._path}/{table}.parquet" for table in TABLES}
        return fetched_case(
            self.dictionary, case_id, fetched, self._kinds, places, self.where, lambda: self._alike(case_id)
        )

    def count(self) -> int:
        """How many cases there are, with those that cannot be read."""
        every = " UNION ".join(f"SELECT coalesce(\"case\", '') FROM {_file(table)}" for table in TABLES)  # noqa: S608 - names of ours
        return int(self.fetch(f"SELECT count(*) FROM ({every})")[0][0])  # noqa: S608 - names of ours

    def close(self) -> None:
        """Give everything back."""
        for name in list(self._given):
            self._give_back(name)
        if self._ours:
            self._shared.stop()

    # --- opening

    def _open(self, table: str, known: dict[str, Kind]) -> None:
        place = f"{self._path}/{table}.parquet"
        try:
            rows = self._session.read.parquet(place)
        except Exception as error:
            if "PATH_NOT_FOUND" in str(error):
                remedy = f"A caseload in Spark has {table}.parquet, a file or a folder, under {self._path}."
                raise RecordProblem(self.where, table, "is not there", remedy) from error
            with self._said():
                raise
        found: dict[str, str] = dict(rows.dtypes)
        check_names(place, table, found, known)
        for name, held in found.items():
            if held != "void" and held not in _TAKEN[known[name]]:
                wanted = _SQL[known[name]].lower()
                raise bad_column(place, name, f"holds {held}, not {wanted}", f"Write it as {wanted}.")
        self._kinds[table] = {name: kind for name, kind in known.items() if name in found}
        cast = [f'CAST("{name}" AS {_SQL[kind]}) AS "{name}"' for name, kind in self._kinds[table].items()]
        rows.selectExpr(*cast).createOrReplaceTempView(_file(table))

    # --- asking

    def _lay_out(self, only: str) -> None:
        for table, kinds in columns(self.dictionary).items():
            cells = {name: _cell(table, name, kind, name in self._kinds[table]) for name, kind in kinds.items()}
            rows = raw_rows(cells, [], _file(table), only)
            with self._said():
                self._session.sql(f"CREATE OR REPLACE TEMP VIEW {raw_name(table)} AS {rows}")

    def _rows_of(self, table: str, case_id: str) -> pa.Table:
        kinds = self._kinds[table]
        with self._said():
            rows = self._session.table(_file(table))
            whose = rows["case"] == case_id
            found = rows.filter(whose if case_id else whose | rows["case"].isNull())
            fetched = found.select(*kinds).limit(MOST_ROWS + 1).toArrow()
        return fetched.cast(as_fetched(kinds))

    def _alike(self, case_id: str) -> list[str]:
        with self._said():
            things = self._session.table(_file("objects"))
            start = case_id[: max(1, len(case_id) - 2)]
            found = things.filter(things["case"].startswith(start)).select("case").distinct().limit(1000)
            return [str(row[0]) for row in found.collect()]

    def _give_back(self, name: str) -> None:
        kept = self._given.pop(name, None)
        if kept is not None:
            _release(kept)

    @contextmanager
    def _said(self) -> Iterator[None]:
        """What Spark complains about is said as everything else is."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            yield
        except (Py4JError, PySparkException, ConnectionError) as error:
            reason = _reason(error)
            if isinstance(error, ConnectionError) or "SparkContext" in reason or "Answer from Java side" in reason:
                raise KeptError(f"{self.where}: Spark has gone away ({reason}). Run it again.") from error
            remedy = "See Spark's log; a worker may have been lost, or a file changed."
            raise RecordProblem(self.where, "", f"Spark could not answer ({reason})", remedy) from error


def _session(master: str, threads: int | None, memory: str | None) -> tuple[Any, bool]:
    """A session on that master, and whether it was started for us."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise KeptError("a caseload in Spark needs pyspark. Install it: pip install kept[spark].") from None
    there = SparkSession.getActiveSession()
    if there is not None:
        return there, False
    near = master.startswith("local") and not master.startswith("local-cluster")
    if near and threads is not None:
        master = f"local[{threads}]"
    builder = SparkSession.builder.master(master).appName("kept")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.catalogImplementation": "in-memory",
    }
    if near:
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    elif threads is not None:
        settings["spark.cores.max"] = str(threads)
    if memory is not None:
        settings["spark.driver.memory" if near else "spark.executor.memory"] = f"{memory_bytes(memory) // 1024**2}m"
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # whatever Java said
        remedy = "It needs Java 17 or 21 (Debian and Ubuntu: apt-get install openjdk-17-jre-headless) and a master that runs."
        raise KeptError(f"{master}: Spark cannot be started ({_reason(error)}). {remedy}") from error
    session.sparkContext.setLogLevel("ERROR")
    return session, True


def _near(path: str) -> Path | None:
    """The path, if it is a folder of plain files that this machine sees as well."""
    folder = Path(path.removeprefix("file://"))
    if "://" in str(path) and not path.startswith("file://"):
        return None
    if folder.is_dir() and all(
        (folder / f"{table}.parquet").is_dir() or not (folder / f"{table}.parquet").exists() for table in TABLES
    ):
        return None if any((folder / f"{table}.parquet").is_dir() for table in TABLES) else folder
    find_files(folder)
    return folder


def _release(kept: Any) -> None:
    """Free what a checkpoint holds. Spark's own interface frees only what is cached."""
    kept._jdf.queryExecution().analyzed().rdd().unpersist(False)


def _file(table: str) -> str:
    return f"kept_file_{table}"


def _cell(table: str, name: str, kind: Kind, known: bool) -> str:
    if not known:
        return f"CAST(NULL AS {_SQL[kind]})"
    if kind in ("text", "code") and name not in FIXED[table]:
        return f"nullif(\"{name}\", '')"  # an empty text is not recorded
    return f'"{name}"'


def _reason(error: BaseException) -> str:
    return harmless(next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__))
