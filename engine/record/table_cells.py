"""The cells of a caseload's tables, as Python has them: from Arrow, and from the text of a CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from engine.record.tables import Kind


class Wrong(NamedTuple):
    """A cell that cannot be read."""

    problem: str
    remedy: str


def read_cells(
    column: Any, kind: Kind, as_text: bool, name: str, rows: Iterable[int], wrong: dict[int, Wrong]
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
            wrong[row] = Wrong(f"'{name}' {error}", f"Correct '{name}', or leave it empty if it is not known.")
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
