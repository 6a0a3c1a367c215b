"""Writing a caseload: see `engine.record.tables` for what it is."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from engine.record.dictionary import AttributeValue, Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import KeptError, harmless
from engine.record.tables import ARROW, FIXED, FORMAT, MANIFEST, TABLES, Form, Kind, columns
from engine.record.whole_folder import put_in_place

ROW_GROUP = 50_000

Cell = AttributeValue | datetime | None


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
            self._sheets[table] = _Sheet(self._columns[table], len(FIXED[table]), write)
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
                # Looked at again: the folder may have changed in the minutes since.
                _refuse_to_overwrite(self.out)
                put_in_place(self._temporary, self.out)
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
    schema = pa.schema([(name, ARROW[kind]) for name, kind in kinds.items()])
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
