"""The files of a caseload: which there are, whether they are of our form, and which columns they have."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from engine.record.problem import KeptError, RecordProblem, harmless, nearest
from engine.record.tables import FIXED, FORMAT, MANIFEST, TABLES, Kind

_MOST_HEADER = 1_000_000


def find_files(path: Path) -> dict[str, Path]:
    """The file of each table in this folder, whole.

    Raises:
        RecordProblem: when the folder or a table is not there, one is there twice, or it is of another format.
    """
    if not path.is_dir():
        problem = "is a file, not a folder" if path.exists() else "is not there"
        if not path.exists() and path.parent.is_dir():
            problem += nearest(path.name, (other.name for other in path.parent.iterdir()))
        raise RecordProblem(str(path), "", problem, f"Name the folder that holds the tables {', '.join(TABLES)}.")
    _check_format(path)
    files: dict[str, Path] = {}
    for table in TABLES:
        found = [file for form in ("parquet", "csv") if (file := path / f"{table}.{form}").exists()]
        if not found:
            raise RecordProblem(str(path), table, "is not there", f"A caseload has {table}.parquet or {table}.csv.")
        if len(found) > 1:
            raise RecordProblem(str(path), table, "is there both as Parquet and as CSV", "Take one of the two away.")
        files[table] = found[0].absolute()
    return files


def _check_format(path: Path) -> None:
    file = path / MANIFEST
    if not file.exists():
        return
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        remedy = "Write the caseload again, or delete this file."
        raise RecordProblem(str(file), "", "cannot be read", remedy) from error
    if not isinstance(manifest, dict) or manifest.get("kept_caseload") != FORMAT:
        remedy = "Write the caseload again with this version of Kept."
        raise RecordProblem(str(file), "", f"is not of format {FORMAT}", remedy)


def is_database(path: Path) -> bool:
    """Whether this is a DuckDB file.

    Raises:
        RecordProblem: when it cannot be read.
    """
    if not path.is_file():
        return False
    with readable(path), path.open("rb") as handle:
        return handle.read(12)[8:] == b"DUCK"


def parquet_schema(file: Path) -> dict[str, pa.DataType | None]:
    """The columns of a Parquet file with their types.

    Raises:
        RecordProblem: when it cannot be read, or has a column twice.
    """
    with readable(file), pq.ParquetFile(file) as parquet:
        schema = parquet.schema_arrow
    _once(file, schema.names)
    return {field.name: field.type for field in schema}


def csv_header(file: Path) -> dict[str, pa.DataType | None]:
    """The columns of a CSV file, without types: everything in it is text.

    Raises:
        RecordProblem: when it cannot be read, has no header, or has a column twice.
    """
    try:
        with file.open("rb") as handle:
            names = next(csv.reader([handle.readline(_MOST_HEADER).decode("utf-8-sig")]), [])
    except (OSError, ValueError, csv.Error) as error:
        problem = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error})"
        raise RecordProblem(str(file), "line 1", problem, "Save it as CSV in UTF-8, with a header.") from error
    if not names:
        raise RecordProblem(str(file), "line 1", "is empty", "Write at least the header.")
    _once(file, names)
    return dict.fromkeys(names)


def check_names(file: Path | str, table: str, found: Iterable[str], known: Mapping[str, Kind]) -> None:
    """Raise what is wrong with the names of a table's columns: an unknown one, or one that is missing."""
    names = list(found)
    for name in names:
        if name not in known:
            problem = f"is not a column of {table}{nearest(name, known)}"
            raise bad_column(file, name, problem, f"Rename it or leave it out. Columns: {', '.join(known)}.")
    for name in FIXED[table]:
        if name not in names:
            raise bad_column(file, name, "is missing", f"Every {table} table has: {', '.join(FIXED[table])}.")


def _once(file: Path, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise bad_column(file, name, "is there twice", "Keep one of them.")


def bad_column(file: Path | str, name: str, problem: str, remedy: str) -> RecordProblem:
    """What is wrong with a column, to be raised."""
    return RecordProblem(str(file), f"column '{harmless(name, 80)}'", problem, remedy)


def accepts(kind: Kind, arrow: pa.DataType) -> bool:
    """Whether a Parquet column of this type can hold what the dictionary says the column is."""
    types = pa.types
    if types.is_dictionary(arrow):
        arrow = arrow.value_type
    if types.is_null(arrow):  # a column that is empty throughout, as some writers type it
        return True
    match kind:
        case "text" | "code":
            return bool(types.is_string(arrow) or types.is_large_string(arrow))
        case "codes":
            return bool(types.is_list(arrow) or types.is_large_list(arrow)) and accepts("text", arrow.value_type)
        case "date":
            return bool(types.is_date32(arrow))
        case "moment":
            return bool(types.is_timestamp(arrow)) and arrow.tz is None
        case "number":
            return bool(types.is_signed_integer(arrow))
        case "flag":
            return bool(types.is_boolean(arrow))


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """What DuckDB and pyarrow complain about is said as everything else is."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise KeptError(
            f"{file}: this needs more memory than it may take, or more room on the disk for what does not fit "
            f"({harmless(str(error).splitlines()[0])}). Allow more with --memory, such as --memory 4GB."
        ) from error
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        problem = f"cannot be read; it may have been cut short ({reason})"
        raise RecordProblem(str(file), "", problem, "Write or copy the file again.") from error
