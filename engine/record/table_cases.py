"""Cases out of the rows of a caseload's tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.record.building import CaseBuilder
from engine.record.model import CaseRecord
from engine.record.problem import RecordProblem, harmless, nearest
from engine.record.table_cells import Wrong, read_cells
from engine.record.tables import FIXED, Kind

MOST_ROWS = 100_000
"""No case has more rows in one table: one that claims to is quarantined before it fills the memory."""

# One row of any table: its attributes, what is wrong with a cell of it or None, then its fixed columns after `case`.
# A plain tuple: there are millions.
Row = tuple[Any, ...]


class BadCase(RecordProblem):
    """One case of a caseload that cannot be read: it is quarantined. `case` is its id as the tables have it."""

    def __init__(self, case: str, file: str, place: str, problem: str, remedy: str) -> None:
        super().__init__(file, place, problem, remedy)
        self.case = case


def read_rows(
    table: str, batch: pa.RecordBatch | pa.Table, kinds: Mapping[str, Kind], *, as_text: bool = False
) -> list[Row]:
    """The rows of a table's columns, which are in the order of `kinds`; `as_text` when all of them hold text."""
    wrong: dict[int, Wrong] = {}
    fixed: list[list[Any]] = []
    attributes: list[dict[str, Any]] = []
    if len(kinds) > len(FIXED[table]):
        attributes = [{} for _ in range(batch.num_rows)]
    for position, (name, kind) in enumerate(kinds.items()):
        column = batch.column(position)
        if name == "case":
            continue
        if name in FIXED[table]:
            fixed.append(read_cells(column, kind, as_text, name, range(batch.num_rows), wrong))
        elif column.null_count < batch.num_rows:
            places = pc.indices_nonzero(column.is_valid()).to_pylist()
            values = read_cells(column.drop_null(), kind, as_text, name, places, wrong)
            for row, value in zip(places, values, strict=True):
                if value != "":  # as in the writer
                    attributes[row][name] = value
    amiss: Iterable[Wrong | None] = [wrong.get(row) for row in range(batch.num_rows)] if wrong else repeat(None)
    return list(zip(attributes or repeat({}), amiss, *fixed, strict=False))


def build_case(
    builder: CaseBuilder,
    files: Mapping[str, Path | str],
    case: str,
    objects: list[Row],
    events: list[Row],
    ties: list[Row],
    links: list[Row],
) -> CaseRecord:
    """The case with that id, from its rows of each table. `files` say where each table is, for messages.

    Raises:
        BadCase: when they cannot be a case; names file, case, row and remedy.
    """

    @contextmanager
    def blame(table: str) -> Iterator[None]:
        try:
            yield
        except RecordProblem as problem:
            shown = f"case {harmless(case, 80)}" if case else "rows without a case"
            row = f", row {harmless(problem.place, 80)}" if problem.place else ""
            place = f"{table}, {shown}{row}"
            raise BadCase(case, str(files[table]), place, problem.problem, problem.remedy) from problem

    with blame("objects"):
        _add_objects(builder, case, _bounded(builder, objects))
    with blame("object_object"):
        _add_links(builder, objects, _bounded(builder, links))
    about: dict[Any, list[tuple[str, object]]] = {}
    with blame("event_object"):
        for _, wrong, event, thing, qualifier in _bounded(builder, ties):
            if wrong is not None:
                raise builder.refuse(str(event), *wrong)
            if event in about:
                about[event].append((qualifier, thing))
            else:
                about[event] = [(qualifier, thing)]
    with blame("events"):
        for attributes, wrong, event, kind, happened, recorded in _bounded(builder, events):
            if wrong is not None:
                raise builder.refuse(str(event), *wrong)
            # An id that is not text is for the builder to refuse, yet a place is always text.
            place = event if event.__class__ is str else str(event)
            builder.add_event(place, event, kind, happened, recorded, about.pop(event, []), attributes)
    with blame("event_object"):
        for event in about:
            problem = f"there is no event {event!r} in this case{nearest(str(event), (str(row[2]) for row in events))}"
            raise builder.refuse(str(event), problem, "Add it to the events table, or correct 'event' or 'case'.")
    return builder.finish()


def _bounded(builder: CaseBuilder, rows: list[Row]) -> list[Row]:
    if len(rows) > MOST_ROWS:
        raise builder.refuse("", f"has more than {MOST_ROWS:,} rows", "Check the column 'case': no case has so many.")
    return rows


def _add_objects(builder: CaseBuilder, case: str, rows: list[Row]) -> None:
    roots = builder.words.roots
    if not any(thing == case and kind in roots for _, _, thing, kind in rows):
        problem = "there is no object whose timeline this is" if case else "their column 'case' is empty"
        remedy = f"Add a row to objects whose id is the case's, of type {' or '.join(roots)}."
        raise builder.refuse("", problem, remedy if case else "Fill it in.")
    for attributes, wrong, thing, kind in rows:
        if wrong is not None:
            raise builder.refuse(str(thing), *wrong)
        builder.add_object(str(thing), thing, kind, attributes, root=thing == case and kind in roots)


def _add_links(builder: CaseBuilder, objects: list[Row], rows: list[Row]) -> None:
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
