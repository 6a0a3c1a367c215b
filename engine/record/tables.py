"""A caseload: many cases as four tables in a directory, in Parquet (`objects.parquet`) or CSV (`objects.csv`).

    objects         case, id, type, and every attribute of an object as a typed column
    events          case, id, type, happened (date), recorded (moment), and every attribute of an event
    event_object    case, event, object, qualifier
    object_object   case, source, target, qualifier, happened, recorded (both may be empty: so from the start)

`case` is the id of the object whose timeline the row belongs to; that object is in `objects` with that id and a type
that has a timeline of its own. An object whose membership of its case has no row in `object_object` has been in it from
the start, as in a case file.

Parquet types: text `string`, codes `list<string>`, date `date32`, moment `timestamp` (local time), number `int64`, flag
`bool`. CSV is UTF-8 with a header: dates as 2025-03-04, moments as 2025-03-04T16:30:00, codes joined with `|` (`|`
alone is a list of none), flags `true` and `false`. Empty, or an attribute column that is missing, means not recorded.
"""

from __future__ import annotations

import csv
import glob
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.record.building import CaseBuilder
from engine.record.dictionary import AttributeKind, AttributeValue, Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import KeptError, RecordProblem, harmless, nearest

TABLES = ("objects", "events", "event_object", "object_object")
FORMAT = 1
MANIFEST = "manifest.json"
ROW_GROUP = 50_000
MOST_ROWS = 100_000
"""No case has more rows in one table: one that claims to is quarantined before it fills the memory."""

Form = Literal["parquet", "csv"]
Kind = AttributeKind | Literal["moment"]
Cell = AttributeValue | datetime | None

_BATCH = 20_000
_MOST_HEADER = 1_000_000
_FIXED: dict[str, dict[str, Kind]] = {
    "objects": {"case": "text", "id": "text", "type": "text"},
    "events": {"case": "text", "id": "text", "type": "text", "happened": "date", "recorded": "moment"},
    "event_object": {"case": "text", "event": "text", "object": "text", "qualifier": "text"},
    "object_object": {
        "case": "text",
        "source": "text",
        "target": "text",
        "qualifier": "text",
        "happened": "date",
        "recorded": "moment",
    },
}
_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "codes": pa.list_(pa.field("element", pa.string())),
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
    "number": pa.int64(),
    "flag": pa.bool_(),
}
_SQL: dict[Kind, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "codes": "VARCHAR[]",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "number": "BIGINT",
    "flag": "BOOLEAN",
}


def columns(dictionary: Dictionary) -> dict[str, dict[str, Kind]]:
    """The columns of each table with their kinds: the fixed ones, then the attributes in order of the alphabet.

    Raises:
        KeptError: when the dictionary has an attribute named like a fixed column.
    """
    attributes: dict[str, Mapping[str, AttributeKind]] = {
        "objects": dictionary.object_attributes,
        "events": dictionary.event_attributes,
    }
    for table, names in attributes.items():
        for name in names:
            if name in _FIXED[table]:
                raise KeptError(f"the attribute '{name}' is named like a column of the {table} table; rename it.")
    return {table: {**_FIXED[table], **attributes.get(table, {})} for table in TABLES}


class BadCase(RecordProblem):
    """One case of a caseload that cannot be read: it is quarantined. `case` is its id as the tables have it."""

    def __init__(self, case: str, file: str, place: str, problem: str, remedy: str) -> None:
        super().__init__(file, place, problem, remedy)
        self.case = case


# --- writing ----------------------------------------------------------------------------------------------------------


class CaseloadWriter:
    """Writes a caseload, one case at a time, in bounded memory.

        with CaseloadWriter(out, dictionary, extra={"seed": 7}) as writer:
            writer.write(case)

    Everything goes to a directory beside `out`, which is renamed to it at the end: nothing half-written is ever left
    under that name. The same cases in the same order give the same bytes. `manifest.json`, written last, has the
    `format`, the counts of `cases`, `objects` and `events`, and whatever is in `extra`.

    Raises:
        KeptError: on entering, when `out` holds anything but a caseload written by this class, which is replaced.
    """

    def __init__(
        self, out: Path, dictionary: Dictionary, *, form: Form = "parquet", extra: Mapping[str, object] | None = None
    ) -> None:
        self.out = out.absolute()
        self.extra: dict[str, object] = dict(extra or {})
        self.cases = self.objects = self.events = 0
        self._columns, self._form = columns(dictionary), form
        self._stack = ExitStack()
        self._sheets: dict[str, _Sheet] = {}
        self._temporary: Path | None = None

    @property
    def manifest(self) -> dict[str, object]:
        """What `manifest.json` says, or would say now."""
        counts = {"cases": self.cases, "objects": self.objects, "events": self.events}
        return {"kept_caseload": FORMAT, **counts, **self.extra}

    def __enter__(self) -> Self:
        _refuse_to_overwrite(self.out)
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self._temporary = Path(tempfile.mkdtemp(prefix=f".{self.out.name}.partial-", dir=self.out.parent))
        for table in TABLES:
            path = self._temporary / f"{table}.{self._form}"
            sink = _parquet_sink if self._form == "parquet" else _csv_sink
            write = self._stack.enter_context(sink(path, self._columns[table]))
            self._sheets[table] = _Sheet(self._columns[table], len(_FIXED[table]), write)
        return self

    def write(self, case: CaseRecord) -> None:
        """Add one case. Give each case once, best in the order of their ids: finding one is then quick."""
        key, sheets = case.id, self._sheets
        add = sheets["objects"].add
        for thing in (case.root, *case.objects):
            add((key, thing.id, thing.type), thing.attributes)
        add, tie = sheets["events"].add, sheets["event_object"].add
        for event in case.events:
            add((key, event.id, event.type, event.happened, event.recorded), event.attributes)
            for qualifier, target in event.links:
                tie((key, event.id, target, qualifier), {})
        add = sheets["object_object"].add
        for link in case.links:
            add((key, link.source, link.target, link.qualifier, link.happened, link.recorded), {})
        self.cases += 1
        self.objects += 1 + len(case.objects)
        self.events += len(case.events)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._temporary is not None  # noqa: S101 - entered before
        try:
            with self._stack:
                if kind is None:
                    for sheet in self._sheets.values():
                        sheet.flush()
            if kind is None:
                text = json.dumps(self.manifest, indent=2, sort_keys=True, default=str) + "\n"
                (self._temporary / MANIFEST).write_text(text, encoding="utf-8")
                self._temporary.chmod(0o755)
                _put_in_place(self._temporary, self.out)
        finally:
            shutil.rmtree(self._temporary, ignore_errors=True)


def _refuse_to_overwrite(out: Path) -> None:
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir():
        raise KeptError(f"{harmless(str(out))}: is not a folder. Name a new folder for the caseload.")
    ours = {MANIFEST, *(f"{table}.{form}" for table in TABLES for form in ("parquet", "csv"))}
    found = {path.name for path in out.iterdir()}
    if found and not (_is_ours(out) and found <= ours):
        strange = sorted(found - ours) or sorted(found)
        raise KeptError(
            f"{harmless(str(out))}: is not empty and holds something else than a caseload that Kept wrote "
            f"({harmless(strange[0], 60)}). Name another folder, or empty this one first."
        )


def _is_ours(out: Path) -> bool:
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and "kept_caseload" in manifest


def _put_in_place(temporary: Path, out: Path) -> None:
    # Looked at again: the folder may have changed in the minutes since.
    _refuse_to_overwrite(out)
    if not out.exists():
        temporary.rename(out)
        return
    old = out.with_name(f".{out.name}.old-{uuid4().hex[:8]}")
    out.rename(old)
    try:
        temporary.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old)


class _Sheet:
    """The rows of one table, gathered until they make a row group. Attributes are sparse: most rows have few."""

    def __init__(
        self, kinds: Mapping[str, Kind], fixed: int, write: Callable[[dict[str, Sequence[Cell]]], None]
    ) -> None:
        names = list(kinds)
        self._fixed, self._write = names[:fixed], write
        self._sparse: dict[str, dict[int, AttributeValue]] = {name: {} for name in names[fixed:]}
        self._rows: list[tuple[Cell, ...]] = []

    def add(self, fixed: tuple[Cell, ...], attributes: Mapping[str, AttributeValue]) -> None:
        for name, value in attributes.items():
            if value != "":  # an empty text is not recorded: CSV cannot tell the two apart
                self._sparse[name][len(self._rows)] = value
        self._rows.append(fixed)
        if len(self._rows) == ROW_GROUP:
            self.flush()

    def flush(self) -> None:
        if not self._rows:
            return
        content: dict[str, Sequence[Cell]] = dict(zip(self._fixed, zip(*self._rows, strict=True), strict=True))
        everywhere = range(len(self._rows))
        for name, values in self._sparse.items():
            content[name] = [values.get(row) for row in everywhere] if values else [None] * len(self._rows)
            values.clear()
        self._write(content)
        self._rows.clear()


@contextmanager
def _parquet_sink(path: Path, kinds: Mapping[str, Kind]) -> Iterator[Callable[[dict[str, Sequence[Cell]]], None]]:
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in kinds.items()])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        yield lambda content: writer.write_table(pa.table(content, schema=schema), row_group_size=ROW_GROUP)


@contextmanager
def _csv_sink(path: Path, kinds: Mapping[str, Kind]) -> Iterator[Callable[[dict[str, Sequence[Cell]]], None]]:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(kinds)
        yield lambda content: writer.writerows(
            zip(*([_as_csv(value) for value in values] for values in content.values()), strict=True)
        )


def _as_csv(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple():
            return "|".join(value) or "|"
        case date():  # and a moment, which is a date too
            return value.isoformat()
    return str(value)


# --- reading ----------------------------------------------------------------------------------------------------------


class _Wrong(NamedTuple):
    """A cell that cannot be read."""

    problem: str
    remedy: str


# One row of any table: its attributes, what is wrong with a cell of it or None, then its fixed columns after `case`.
# A plain tuple: there are millions.
_Row = tuple[Any, ...]
_Group = tuple[str, list[_Row]]


class Caseload:
    """A caseload to read: opened and checked at once, read case by case in bounded memory.

    Close it, or use it as a context manager. `memory` is how much the sorting may take before it goes to disk.

    Raises:
        RecordProblem: when the directory or a table is not there, a column is missing, unknown or of the wrong type,
            or a file cannot be read; names file, place and remedy.
    """

    def __init__(self, path: Path, dictionary: Dictionary, *, memory: str = "1GB") -> None:
        self.path, self.dictionary = path, dictionary
        self._files = _files(path)
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

    def cases(self) -> Iterator[CaseRecord | BadCase]:
        """Every case, in the order of their ids; for one that cannot be read, what is wrong with it.

        Raises:
            RecordProblem: when a file turns out to be damaged inside.
        """
        streams = [self._groups(table) for table in TABLES]
        heads = [next(stream, None) for stream in streams]
        while any(heads):
            case = min(head[0] for head in heads if head)
            rows: list[list[_Row]] = []
            for position, head in enumerate(heads):
                if head and head[0] == case:
                    rows.append(head[1])
                    heads[position] = next(streams[position], None)
                else:
                    rows.append([])
            try:
                yield self._build(case, *rows)
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
        return self._build(case_id, *rows)

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
        found = _csv_header(file) if file.suffix == ".csv" else _parquet_schema(file)
        for name in found:
            if name not in known:
                problem = f"is not a column of {table}{nearest(name, known)}"
                raise _bad_column(file, name, problem, f"Rename it or leave it out. Columns: {', '.join(known)}.")
        for name in _FIXED[table]:
            if name not in found:
                raise _bad_column(file, name, "is missing", f"Every {table} table has: {', '.join(_FIXED[table])}.")
        for name, arrow in found.items():
            if arrow is not None and not _accepts(known[name], arrow):
                wanted = _ARROW[known[name]]
                raise _bad_column(file, name, f"holds {arrow}, not {wanted}", f"Write it as {wanted}.")
        self._columns[table] = {name: kind for name, kind in known.items() if name in found}
        with _edge(file):
            self._database.execute(self._source(table, list(found)))

    def _source(self, table: str, names: list[str]) -> str:
        """What makes `table` a name that can be asked."""
        file = self._files[table]
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
        cast = ", ".join(f'CAST("{name}" AS {_SQL[kind]}) AS "{name}"' for name, kind in self._columns[table].items())
        content = (
            f"SELECT {cast}, file_row_number FROM read_parquet({path}, file_row_number=true, hive_partitioning=false)"  # noqa: S608
        )
        return f"CREATE VIEW {table} AS {content}"

    def _ask(self, question: str, values: list[str]) -> list[tuple[Any, ...]]:
        with _edge(self.path):
            return self._database.cursor().execute(question, values).fetchall()

    # --- rows

    def _groups(self, table: str, case: str | None = None) -> Iterator[_Group]:
        """The rows of each case, in the order of the cases, then of the file."""
        current, rows = None, list[_Row]()
        for batch in self._batches(table, case):
            cases = batch.column(0).to_pylist()
            content = self._rows(table, batch)
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
        only = "" if case is None else 'WHERE "case" = ?'
        question = (
            f'SELECT coalesce("case", \'\') AS "case", {names} FROM {table} {only} '  # noqa: S608 - names of ours
            'ORDER BY "case" NULLS FIRST, file_row_number'
        )
        values = [] if case is None else [case]
        # A connection for each: the four tables are read side by side.
        with _edge(self._files[table]), self._database.cursor() as connection:
            found: Any = connection.sql(question, params=values)
            yield from found.to_arrow_reader(_BATCH)

    def _rows(self, table: str, batch: Any) -> list[_Row]:
        as_text = self._files[table].suffix == ".csv"
        wrong: dict[int, _Wrong] = {}
        fixed: list[list[Any]] = []
        attributes: list[dict[str, Any]] = []
        if len(self._columns[table]) > len(_FIXED[table]):
            attributes = [{} for _ in range(batch.num_rows)]
        for position, (name, kind) in enumerate(self._columns[table].items()):
            column = batch.column(position)
            if name == "case":
                continue
            if name in _FIXED[table]:
                fixed.append(_values(column, kind, as_text, name, range(batch.num_rows), wrong))
            elif column.null_count < batch.num_rows:
                places = pc.indices_nonzero(column.is_valid()).to_pylist()
                values = _values(column.drop_null(), kind, as_text, name, places, wrong)
                for row, value in zip(places, values, strict=True):
                    if value != "":  # as in the writer
                        attributes[row][name] = value
        amiss: Iterable[_Wrong | None] = [wrong.get(row) for row in range(batch.num_rows)] if wrong else repeat(None)
        return list(zip(attributes or repeat({}), amiss, *fixed, strict=False))

    # --- building

    def _build(
        self, case: str, objects: list[_Row], events: list[_Row], ties: list[_Row], links: list[_Row]
    ) -> CaseRecord:
        builder = CaseBuilder(self.dictionary, str(self.path))
        with self._blame(case, "objects"):
            _add_objects(builder, case, _bounded(builder, objects))
        with self._blame(case, "object_object"):
            _add_links(builder, objects, _bounded(builder, links))
        about: dict[Any, list[tuple[str, object]]] = {}
        with self._blame(case, "event_object"):
            for _, wrong, event, thing, qualifier in _bounded(builder, ties):
                if wrong is not None:
                    raise builder.refuse(str(event), *wrong)
                if event in about:
                    about[event].append((qualifier, thing))
                else:
                    about[event] = [(qualifier, thing)]
        with self._blame(case, "events"):
            for attributes, wrong, event, kind, happened, recorded in _bounded(builder, events):
                if wrong is not None:
                    raise builder.refuse(str(event), *wrong)
                # An id that is not text is for the builder to refuse, yet a place is always text.
                place = event if event.__class__ is str else str(event)
                builder.add_event(place, event, kind, happened, recorded, about.pop(event, []), attributes)
        with self._blame(case, "event_object"):
            for event in about:
                problem = (
                    f"there is no event {event!r} in this case{nearest(str(event), (str(row[2]) for row in events))}"
                )
                raise builder.refuse(str(event), problem, "Add it to the events table, or correct 'event' or 'case'.")
        return builder.finish()

    @contextmanager
    def _blame(self, case: str, table: str) -> Iterator[None]:
        try:
            yield
        except RecordProblem as problem:
            shown = f"case {harmless(case, 80)}" if case else "rows without a case"
            row = f", row {harmless(problem.place, 80)}" if problem.place else ""
            place = f"{table}, {shown}{row}"
            raise BadCase(case, str(self._files[table]), place, problem.problem, problem.remedy) from problem


def _bounded(builder: CaseBuilder, rows: list[_Row]) -> list[_Row]:
    if len(rows) > MOST_ROWS:
        raise builder.refuse("", f"has more than {MOST_ROWS:,} rows", "Check the column 'case': no case has so many.")
    return rows


def _add_objects(builder: CaseBuilder, case: str, rows: list[_Row]) -> None:
    roots = builder.words.roots
    if not any(thing == case and kind in roots for _, _, thing, kind in rows):
        problem = "there is no object whose timeline this is" if case else "their column 'case' is empty"
        remedy = f"Add a row to objects whose id is the case's, of type {' or '.join(roots)}."
        raise builder.refuse("", problem, remedy if case else "Fill it in.")
    for attributes, wrong, thing, kind in rows:
        if wrong is not None:
            raise builder.refuse(str(thing), *wrong)
        builder.add_object(str(thing), thing, kind, attributes, root=thing == case and kind in roots)


def _add_links(builder: CaseBuilder, objects: list[_Row], rows: list[_Row]) -> None:
    seen: set[tuple[Any, ...]] = set()
    for _, wrong, source, target, qualifier, happened, recorded in rows:
        place = f"{source} {qualifier} {target}"
        if wrong is not None:
            raise builder.refuse(place, *wrong)
        if (source, qualifier, target) in seen:
            raise builder.refuse(place, "is there twice", "Keep one of the two rows.")
        seen.add((source, qualifier, target))
        day = None if happened is None else builder.day(place, "happened", happened)
        moment = None if recorded is None else builder.moment(place, "recorded", recorded)
        builder.add_link(place, source, str(qualifier), target, day, moment)
    tied = {(source, qualifier) for source, qualifier, _ in seen}
    for _, _, thing, kind in objects:
        memberships = [word.qualifier for word in builder.words.object[kind].links if word.membership]
        if memberships and thing != builder.root.id and not any((thing, name) in tied for name in memberships):
            builder.add_membership(str(thing), thing, None, None)


# --- cells ------------------------------------------------------------------------------------------------------------


def _values(
    column: Any, kind: Kind, as_text: bool, name: str, rows: Iterable[int], wrong: dict[int, _Wrong]
) -> list[Any]:
    """The cells as Python has them; a cell that cannot be is noted in `wrong` under its row."""
    if not as_text or kind in ("text", "code"):
        try:
            return column.to_pylist()  # type: ignore[no-any-return]
        except (OverflowError, ValueError):  # a date far outside what Python can hold: find out which
            read: Callable[[Any], Any] = _from_arrow
            cells: Iterable[Any] = column
    else:
        read, cells = _FROM_CSV[kind], column.to_pylist()
    values: list[Any] = []
    for row, cell in zip(rows, cells, strict=True):
        try:
            values.append(None if cell is None else read(cell))
        except ValueError as error:
            values.append(None)
            wrong[row] = _Wrong(f"'{name}' {error}", f"Correct '{name}', or leave it empty if it is not known.")
    return values


def _from_arrow(cell: Any) -> Any:
    try:
        return cell.as_py()
    except (OverflowError, ValueError):
        raise ValueError("holds a day that no record can hold") from None


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,15}")


def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError(f"is not a date such as 2025-03-04: {text!r}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"is not a day that exists: {text}") from None


def _moment(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"is not a moment such as 2025-03-04T16:30:00: {text!r}")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"is not a moment that exists: {text}") from None


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"is not a whole number: {text!r}")
    return int(text)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"is neither true nor false: {text!r}")
    return text == "true"


def _codes(text: str) -> list[str]:
    return [code for code in text.split("|") if code]


_FROM_CSV: dict[Kind, Callable[[str], Any]] = {
    "codes": _codes,
    "date": _date,
    "moment": _moment,
    "number": _number,
    "flag": _flag,
}


# --- files ------------------------------------------------------------------------------------------------------------


def _files(path: Path) -> dict[str, Path]:
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


def _parquet_schema(file: Path) -> dict[str, pa.DataType | None]:
    with _edge(file), pq.ParquetFile(file) as parquet:
        schema = parquet.schema_arrow
    _once(file, schema.names)
    return {field.name: field.type for field in schema}


def _csv_header(file: Path) -> dict[str, pa.DataType | None]:
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


def _once(file: Path, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise _bad_column(file, name, "is there twice", "Keep one of them.")


def _bad_column(file: Path, name: str, problem: str, remedy: str) -> RecordProblem:
    return RecordProblem(str(file), f"column '{harmless(name, 80)}'", problem, remedy)


def _accepts(kind: Kind, arrow: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(arrow):
        arrow = arrow.value_type
    if types.is_null(arrow):  # a column that is empty throughout, as some writers type it
        return True
    match kind:
        case "text" | "code":
            return bool(types.is_string(arrow) or types.is_large_string(arrow))
        case "codes":
            return bool(types.is_list(arrow) or types.is_large_list(arrow)) and _accepts("text", arrow.value_type)
        case "date":
            return bool(types.is_date32(arrow))
        case "moment":
            return bool(types.is_timestamp(arrow)) and arrow.tz is None
        case "number":
            return bool(types.is_signed_integer(arrow))
        case "flag":
            return bool(types.is_boolean(arrow))


@contextmanager
def _edge(file: Path) -> Iterator[None]:
    """What DuckDB and pyarrow complain about is said as everything else is."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        problem = f"cannot be read; it may have been cut short ({reason})"
        raise RecordProblem(str(file), "", problem, "Write or copy the file again.") from error
