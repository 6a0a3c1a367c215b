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

from collections.abc import Mapping
from typing import Literal

import pyarrow as pa

from engine.record.dictionary import AttributeKind, Dictionary
from engine.record.problem import KeptError

TABLES = ("objects", "events", "event_object", "object_object")
FORMAT = 1
"""The version of this form, in the manifest. A caseload of another version is refused."""
MANIFEST = "manifest.json"

Form = Literal["parquet", "csv"]
Kind = AttributeKind | Literal["moment"]

FIXED: dict[str, dict[str, Kind]] = {
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
ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "codes": pa.list_(pa.field("element", pa.string())),
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
    "number": pa.int64(),
    "flag": pa.bool_(),
}
SQL: dict[Kind, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "codes": "VARCHAR[]",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "number": "BIGINT",
    "flag": "BOOLEAN",
}

RAW = "kept_raw_"
UNREADABLE = "unreadable"
"""A column that the raw tables have beside their own: whether a cell of the row cannot be read as what it should be."""


def raw_name(table: str) -> str:
    """The name under which every engine lays out a table of the caseload, with all its columns, typed."""
    return RAW + table


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
            if name in FIXED[table]:
                raise KeptError(f"the attribute '{name}' is named like a column of the {table} table; rename it.")
    return {table: {**FIXED[table], **attributes.get(table, {})} for table in TABLES}
