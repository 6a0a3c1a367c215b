"""Findings as rows of the ledger's table of outcomes: a batch of columns becomes tuples, without a loop over findings."""

from __future__ import annotations

import json
from itertools import repeat

import pyarrow as pa
import pyarrow.compute as pc

from engine.ledger.schema import OUTCOMES

Row = tuple[str | int | None, ...]

_NEEDS_ESCAPE = r'["\\\x00-\x1f\x7f]|[^\x00-\x7f]'
"""What stands in JSON as something else: no id and no flag that was read from a caseload has any of it."""


def outcome_rows(run: str, batch: pa.RecordBatch) -> list[Row]:
    """The rows of that run: the columns of `OUTCOMES`, in its order.

    Days are texts such as `2025-03-04` and lists are JSON: what every database takes for a DATE and a JSON column, and
    what SQLite keeps.
    """
    columns = [repeat(run) if name == "run" else _values(batch.column(name)) for name in OUTCOMES.c.keys()]  # noqa: SIM118 - no dict
    return list(zip(*columns, strict=False))


def _values(column: pa.Array) -> list[str | int | None]:
    """Numbers and texts."""
    if pa.types.is_list(column.type):
        column = _json(column)
    elif pa.types.is_date(column.type):
        days = column.dictionary_encode()  # there are few different ones
        column = days.dictionary.cast(pa.string()).take(days.indices)
    elif pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    values: list[str | int | None] = column.to_pylist()
    return values


def _json(lists: pa.ListArray) -> pa.Array:
    """Lists of texts as JSON, as `json.dumps` writes it."""
    if pc.any(pc.match_substring_regex(lists.flatten(), _NEEDS_ESCAPE)).as_py():
        return pa.array([json.dumps(texts) for texts in lists.to_pylist()], pa.string())
    some = pc.binary_join_element_wise('["', pc.binary_join(lists, '", "'), '"]', "")
    return pc.if_else(pc.equal(pc.list_value_length(lists), 0), "[]", some)
