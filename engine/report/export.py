"""The findings of a night as a file for others: CSV, XLSX, JSON lines, Parquet, or a page. The README has the columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from engine.ledger.exported import COLUMNS, Exported
from engine.record.problem import KeptError
from engine.record.whole_file import whole_file
from engine.report.results import cell, write_rows

Form = Literal["csv", "xlsx", "jsonl", "parquet", "html"]

MOST_ROWS = 1_048_575
"""Rows of a sheet in XLSX, without the line of names."""

_TOGETHER = 10_000


def write_export(exported: Exported, form: Form, path: Path) -> None:
    """Write it whole, or leave what was there.

    Raises:
        KeptError: when it cannot be written there, or is more than a sheet takes.
    """
    if form == "xlsx" and exported.findings.num_rows > MOST_ROWS:
        raise KeptError(
            f"{exported.findings.num_rows:,} findings are more than the {MOST_ROWS:,} that a sheet takes. Ask for one team or "
            "one outcome with --team or --outcome, or for --format csv. Nothing was written."
        )
    with whole_file(path) as partial:
        _WRITERS[form](exported, partial)


def _csv(exported: Exported, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write_rows(COLUMNS.names, _rows(exported), file)


def _jsonl(exported: Exported, path: Path) -> None:
    with path.open("w", encoding="ascii", newline="") as file:
        for row in _rows(exported):
            values = (each.isoformat() if isinstance(each, date) else each for each in row)
            file.write(json.dumps(dict(zip(COLUMNS.names, values, strict=True)), ensure_ascii=True) + "\n")


def _parquet(exported: Exported, path: Path) -> None:
    pq.write_table(exported.findings, path, compression="zstd")


def _xlsx(exported: Exported, path: Path) -> None:
    import xlsxwriter

    # What is asked of it here holds already for what is written as text below; a second lock on the same door.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": f"Kept: the night {exported.run.id}", "created": exported.run.finished_at})
        sheet, bold = book.add_worksheet("findings"), book.add_format({"bold": True})
        as_day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, name in enumerate(COLUMNS.names):
            sheet.write_string(0, place, name, bold)
        for line, row in enumerate(_rows(exported), start=1):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, place, value, as_day)
                elif isinstance(value, int):
                    sheet.write_number(line, place, value)
                elif value is not None and value != []:
                    sheet.write_string(line, place, cell(value))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, exported.findings.num_rows, len(COLUMNS) - 1)


def _html(exported: Exported, path: Path) -> None:
    from engine.report.export_page import export_page

    path.write_text(export_page(exported), encoding="utf-8", newline="\n")


_WRITERS: dict[Form, Callable[[Exported, Path], None]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "html": _html,
}


def _rows(exported: Exported) -> Iterator[tuple[Any, ...]]:
    """The rows as Python has them."""
    batch: pa.RecordBatch
    for batch in exported.findings.to_batches(_TOGETHER):
        yield from zip(*(values.to_pylist() for values in batch.columns), strict=True)
