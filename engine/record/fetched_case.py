"""One case out of rows that were fetched for it: for engines whose tables a `Caseload` cannot read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

import pyarrow as pa

from engine.record.building import CaseBuilder
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import RecordProblem, harmless, nearest
from engine.record.table_cases import build_case, read_rows
from engine.record.tables import ARROW, TABLES, Kind


def fetched_case(
    words: Dictionary,
    case_id: str,
    fetched: Mapping[str, pa.Table],
    kinds: Mapping[str, Mapping[str, Kind]],
    places: Mapping[str, str],
    where: str,
    alike: Callable[[], Iterable[str]],
) -> CaseRecord:
    """The case with that id, read strictly from its rows of each table: columns as in `kinds`, types as `tables.ARROW`.

    `places` say where each table is, `where` where they all are, `alike` gives ids to suggest another from.

    Raises:
        RecordProblem: when there is no such case, or it cannot be read.
    """
    if not any(rows.num_rows for rows in fetched.values()):
        problem = f"there is no case '{harmless(case_id, 80)}'{nearest(case_id, alike())}"
        raise RecordProblem(where, "objects", problem, "Check the id; `case` is the column to look in.")
    rows = [
        list(chain.from_iterable(read_rows(table, batch, kinds[table]) for batch in fetched[table].to_batches()))
        for table in TABLES
    ]
    return build_case(CaseBuilder(words, where), places, case_id, *rows)


def as_fetched(kinds: Mapping[str, Kind]) -> pa.Schema:
    """The columns in which a table's rows are fetched."""
    return pa.schema([pa.field(name, ARROW[kind]) for name, kind in kinds.items()])
