"""The check of a whole caseload suspects every case that the strict gate refuses, and of a good caseload nobody."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.duty.rulebook import Rulebook
from engine.judge.caseload_judge import CaseloadJudge
from engine.policy.sample import sample_cases
from engine.record import suspects
from engine.record.building import CaseBuilder
from engine.record.dictionary import ID, AttributeWord, Dictionary, EventWord, LinkWord, ObjectWord
from engine.record.duckdb_engine import DuckDBEngine
from engine.record.model import CaseRecord
from engine.record.suspects import STEPS, suspected
from engine.record.table_cases import BadCase
from engine.record.table_engine import closing
from engine.record.table_reader import Caseload
from engine.record.tables import TABLES, Form
from engine.record.tie_bits import TieBits
from engine.record.timeline import View
from tests.test_tables import FORMS, make_case, write

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Change = Callable[[Tables], None]


# --- caseloads to break --------------------------------------------------------------------------------------------------------


def load(folder: Path) -> Tables:
    """The rows of the four tables; a cell of a CSV is its text."""
    found: Tables = {}
    for table in TABLES:
        file = next(folder.glob(f"{table}.*"))
        if file.suffix == ".csv":
            with file.open(newline="") as handle:
                found[table] = [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(handle)]
        else:
            found[table] = pq.read_table(file).to_pylist()
    return found


def save(folder: Path, tables: Tables) -> None:
    for table, rows in tables.items():
        file = next(folder.glob(f"{table}.*"))
        if file.suffix == ".csv":
            with file.open(newline="") as handle:
                names = next(csv.reader(handle))
            with file.open("w", newline="") as handle:
                writer = csv.writer(handle)
                writer.writerow(names)
                writer.writerows([as_text(row[name]) for name in names] for row in rows)
        else:
            schema = pq.read_schema(file)
            columns = [pa.array([as_day(row[name], kind) for row in rows], kind) for name, kind in zip(schema.names, schema.types, strict=True)]  # fmt: skip
            pq.write_table(pa.Table.from_arrays(columns, schema=schema), file)


def as_text(value: Any) -> str:
    """A cell of a CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "|".join(map(str, value)) or "|"
    return value.isoformat() if isinstance(value, date) else str(value)


def as_day(value: Any, kind: pa.DataType) -> Any:
    """A cell of a Parquet file: days as numbers, so that there can be some that Python does not know."""
    return (value - date(1970, 1, 1)).days if pa.types.is_date32(kind) and isinstance(value, date) else value


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> dict[Form, Path]:
    """A good caseload of four cases in each form."""
    cases = [make_case(dictionary, f"C-{number}") for number in range(1, 5)]
    return {form: write(tmp_path_factory.mktemp("good") / form, dictionary, cases, form) for form in FORMS}


def broken(folder: Path, out: Path, *changes: Change) -> Path:
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(folder, out)
    tables = load(out)
    for change in changes:
        change(tables)
    save(out, tables)
    return out


class Checked(NamedTuple):
    suspects: list[str]
    problems: list[tuple[str, str]]
    """What the gate says of the suspects."""
    wanted: list[tuple[str, str]]
    """What it says of every case."""


def check(folder: Path, dictionary: Dictionary) -> Checked:
    said: list[str] = []
    with closing(DuckDBEngine(Caseload(folder, dictionary), threads=1)) as engine:
        found = suspected(engine, dictionary, said.append)
        problems = []
        for case in found:
            try:
                engine.case(case)
            except BadCase as problem:
                problems.append((problem.case, str(problem)))
    assert len(said) == STEPS
    assert found == sorted(set(found))
    with Caseload(folder, dictionary) as caseload:
        wanted = [(case.case, str(case)) for case in caseload.cases() if isinstance(case, BadCase)]
    return Checked(found, problems, wanted)


def cell(table: str, where: Row, **values: Any) -> Change:
    """Change cells of the rows that have these."""

    def change(tables: Tables) -> None:
        hit = [row for row in tables[table] if all(row[name] == value for name, value in where.items())]
        assert hit
        for row in hit:
            row.update(values)

    return change


def gone(table: str, **where: str) -> Change:
    """Take rows away."""

    def change(tables: Tables) -> None:
        kept = [row for row in tables[table] if any(row[name] != value for name, value in where.items())]
        assert len(kept) < len(tables[table])
        tables[table] = kept

    return change


def again(table: str, where: Row, **values: Any) -> Change:
    """Add a copy of the row that has these, changed."""

    def change(tables: Tables) -> None:
        row = next(row for row in tables[table] if all(row[name] == value for name, value in where.items()))
        tables[table].append(row | values)

    return change


def both(*changes: Change) -> Change:
    def change(tables: Tables) -> None:
        for one in changes:
            one(tables)

    return change


# --- what the gate refuses -------------------------------------------------------------------------------------------------------

CASE = {"case": "C-2", "id": "C-2"}
AMY = {"case": "C-2", "id": "amy"}
BEN = {"case": "C-2", "id": "ben"}
REPORT = {"case": "C-2", "id": "r1"}
ACCEPTED, SEEN, ANALYSED, DIRECTED, ALLOCATED = ({"case": "C-2", "id": f"C-2-e{n}"} for n in range(1, 6))
SEEN_AMY = {"event": "C-2-e2", "object": "amy"}
ABOUT = {"case": "C-2", "source": "r1"}
JOINED = {"case": "C-2", "source": "ben"}

IDS = ("", None, "a b", "-a", "a\n", "\na", "a\r", "é", "a" * 65, "a|b", " ", "a\u2028", "null'")
DAYS = (date(1, 1, 1), date(1899, 12, 31), date(2101, 1, 1), date(9999, 12, 31))
BROKEN: dict[str, Change] = {
    **{f"id of an object {name!r}": cell("objects", REPORT, id=name) for name in IDS},
    **{f"id of an event {name!r}": cell("events", ALLOCATED, id=name) for name in IDS},
    **{f"id of a case {name!r}": lambda tables, name=name: rename(tables, name) for name in IDS},  # type: ignore[misc]
    **{f"happened {day}": cell("events", ACCEPTED, happened=day) for day in (None, *DAYS)},
    **{f"recorded {day}": cell("events", ACCEPTED, recorded=datetime.combine(day, datetime.max.time())) for day in DAYS},
    **{f"attribute {day}": cell("events", DIRECTED, due=day) for day in DAYS},
    **{f"attribute of an object {day}": cell("objects", AMY, born=day) for day in DAYS},
    **{f"link {day}": cell("object_object", JOINED, happened=day, recorded=None) for day in DAYS},
    **{f"link recorded {day}": cell("object_object", JOINED, happened=None, recorded=datetime.combine(day, datetime.min.time())) for day in DAYS},
    "type of object": cell("objects", REPORT, type="reprot"),
    "type of object: null": cell("objects", REPORT, type=None),
    "type of object: empty": cell("objects", REPORT, type=""),
    "type of object: another": cell("objects", REPORT, type="plan", kind=None),
    "type of object: in capitals": cell("objects", REPORT, type="Report"),
    "type of event": cell("events", ALLOCATED, type="leed_allocated"),
    "type of event: null": cell("events", ALLOCATED, type=None),
    "type of event: empty": cell("events", ALLOCATED, type=""),
    "type of event: another, with other attributes": cell("events", SEEN, type="case_accepted"),
    "type of event: another, about others": cell("events", DIRECTED, type="case_closed", due=None),
    "text of another type": cell("events", ACCEPTED, reason="why"),
    "flag of another type": cell("events", ACCEPTED, alone=False),
    "number of another type": cell("events", ACCEPTED, year=0),
    "date of another type": cell("events", ACCEPTED, due=date(2025, 5, 1)),
    "code of another type": cell("events", ACCEPTED, how="video"),
    "list of another type": cell("events", ACCEPTED, draws_on=["school"]),
    "empty list of another type": cell("events", ACCEPTED, draws_on=[]),
    "attribute of another type of object": cell("objects", AMY, team="north"),
    "date of another type of object": cell("objects", REPORT, born=date(2020, 1, 1)),
    "code": cell("events", SEEN, how="vidio"),
    "code of the same name elsewhere": cell("events", SEEN, type="hearing_held", alone=None, how=None, kind="section_7"),
    "code where others have text": cell("events", ALLOCATED, type="lead_ended", reason="as they said"),
    "code of an object": cell("objects", REPORT, kind="section_9"),
    "code in a list": cell("events", ANALYSED, welfare_headings=["harm", "harms"]),
    "code of another list": cell("events", ANALYSED, welfare_headings=["school"]),
    "recorded before it happened": cell("events", SEEN, recorded=datetime(2025, 3, 5, 23, 59, 59)),
    "link recorded before it happened": cell("object_object", JOINED, recorded=datetime(2025, 3, 19, 23, 59)),
    "object twice": again("objects", AMY),
    "object twice, otherwise": again("objects", AMY, type="adult", born=None),
    "case twice": again("objects", CASE),
    "event twice": again("events", SEEN),
    "event twice, otherwise": again("events", ACCEPTED, type="referral_received"),
    "event twice, without a tie": both(gone("event_object", event="C-2-e1"), again("events", ACCEPTED)),
    "link twice": again("object_object", JOINED),
    "link twice, otherwise": again("object_object", JOINED, happened=None, recorded=None),
    "link to nothing": cell("object_object", ABOUT, target="zoe"),
    "link to null": cell("object_object", ABOUT, target=None),
    "link from nothing": cell("object_object", ABOUT, source="r2"),
    "link from null": cell("object_object", ABOUT, source=None),
    "link of no kind": cell("object_object", ABOUT, qualifier="abuot"),
    "link of null kind": cell("object_object", ABOUT, qualifier=None),
    "link of another's kind": cell("object_object", ABOUT, qualifier="subject_of"),
    "link to a wrong type": cell("object_object", ABOUT, target="fca1"),
    "link from a wrong type": again("object_object", ABOUT, source="fca1"),
    "link to another case's": both(again("objects", REPORT, case="C-1", id="r9"), cell("object_object", ABOUT, target="r9")),
    "tie to no object": cell("event_object", SEEN_AMY, object="zoe"),
    "tie to null": cell("event_object", SEEN_AMY, object=None),
    "tie to empty": cell("event_object", SEEN_AMY, object=""),
    "tie to a wrong type": cell("event_object", SEEN_AMY, object="fca1"),
    "tie to the case as a child": again("event_object", SEEN_AMY, object="C-2"),
    "tie of no kind": cell("event_object", SEEN_AMY, qualifier="chid"),
    "tie of null kind": cell("event_object", SEEN_AMY, qualifier=None),
    "tie of no event": again("event_object", SEEN_AMY, event="C-2-e9"),
    "tie of a null event": again("event_object", SEEN_AMY, event=None),
    "tie of another case's event": again("event_object", SEEN_AMY, case="C-1"),
    "tie that such an event has not": again("event_object", {"event": "C-2-e4"}, object="fca1", qualifier="practitioner"),
    "tie to another case, of an event that has none": again("event_object", {"event": "C-2-e1"}, object="org", qualifier="organisation"),
    "done by a child": again("event_object", SEEN_AMY, qualifier="by"),
    "needs an attribute": cell("events", ANALYSED, type="variation_noted", welfare_headings=None, draws_on=None),
    "needs a code": cell("events", SEEN, type="child_not_seen_reason", alone=None, how=None),
    "needs a child": gone("event_object", event="C-2-e2", qualifier="child"),
    "needs a child, has no tie at all": gone("event_object", event="C-2-e2"),
    "needs who did it": both(
        cell("events", DIRECTED, type="judgement_recorded", due=None, clause="5.1", outcome="met", role="manager"),
    ),
    "no object of its own": gone("objects", **CASE),
    "no object of its own, only ties": both(*(gone(table, case="C-2") for table in ("objects", "events", "object_object"))),
    "no object of its own, only links": both(*(gone(table, case="C-2") for table in ("objects", "events", "event_object"))),
    "no object of its own, only events": both(*(gone(table, case="C-2") for table in ("objects", "event_object", "object_object"))),
    "only objects without the case's": both(gone("objects", **CASE), *(gone(table, case="C-2") for table in TABLES[1:])),
    "case's object without a timeline": cell("objects", CASE, type="plan", law=None, work=None, team=None),
    **{f"null case in {table}": cell(table, {"case": "C-2"} | where, case=None)
       for table, where in (("objects", {"id": "r1"}), ("events", {"id": "C-2-e5"}), ("event_object", {"object": "amy"}), ("object_object", {"source": "ben"}))},
    "empty case": cell("objects", {"case": "C-2"}, case=""),
}  # fmt: skip


def rename(tables: Tables, name: str | None) -> None:
    """The case everywhere by another name."""
    for rows in tables.values():
        for row in rows:
            row.update({column: name for column, value in row.items() if value == "C-2"})


NAMELESS = [
    name for name in BROKEN if "null case" in name or name in ("id of a case ''", "id of a case None", "empty case")
]
"""What leaves rows without a case: they are all one."""


def side_by_side(good: Path, changes: Iterable[Change]) -> Tables:
    """For each change two cases, of which it changes the second."""
    tables, whole = load(good), {table: list[Row]() for table in TABLES}
    for n, change in enumerate(changes):
        pair = {table: [dict(row) for row in rows if row["case"] in ("C-1", "C-2")] for table, rows in tables.items()}
        change(pair)
        for table, rows in pair.items():
            whole[table] += [{name: numbered(value, n) for name, value in row.items()} for row in rows]
    return whole


def numbered(value: Any, n: int) -> Any:
    return f"N{n}-{value}" if isinstance(value, str) and value.startswith(("C-1", "C-2")) else value


@pytest.mark.parametrize("form", ["parquet", pytest.param("csv", marks=pytest.mark.soak)])
def test_what_the_gate_refuses_is_suspected(
    tmp_path: Path, good: dict[Form, Path], dictionary: Dictionary, form: Form
) -> None:
    changes = {name: change for name, change in BROKEN.items() if name not in NAMELESS}
    whole = side_by_side(good[form], changes.values())
    found = check(broken(good[form], tmp_path / "broken", lambda tables: tables.update(whole)), dictionary)
    refused = {case for case, _ in found.wanted}
    spared = [name for n, name in enumerate(changes) if f"N{n}-C-2" not in refused and "of a case" not in name]
    assert spared == ["tie of another case's event"]  # there it is the other case that is refused
    assert len(refused) == len(changes)
    assert found.problems == found.wanted
    assert set(found.suspects) == refused


@pytest.mark.parametrize("name", NAMELESS)
def test_rows_without_a_case_are_suspected(
    tmp_path: Path, good: dict[Form, Path], dictionary: Dictionary, name: str
) -> None:
    found = check(broken(good["parquet"], tmp_path / "broken", BROKEN[name]), dictionary)
    assert found.wanted
    assert found.problems == found.wanted
    assert set(found.suspects) == {case for case, _ in found.wanted}


@pytest.mark.soak
@pytest.mark.parametrize("place", range(len(BROKEN)), ids=map(ascii, BROKEN))
def test_what_the_gate_refuses_is_suspected_where_nothing_else_is(
    tmp_path: Path, good: dict[Form, Path], dictionary: Dictionary, place: int
) -> None:
    form, change = FORMS[place % 2], list(BROKEN.values())[place]
    found = check(broken(good[form], tmp_path / "broken", change), dictionary)
    assert found.wanted
    assert found.problems == found.wanted
    assert set(found.suspects) == {case for case, _ in found.wanted}


CELLS: dict[tuple[str, str], tuple[str, ...]] = {
    ("events", "happened"): ("2025-02-30", "04/03/2025", "2025-3-4", "2025-03-04T00:00", " 2025-03-04", "0000-01-01", "infinity", "2025-03-04 (BC)", "soon"),
    ("events", "recorded"): ("2025-03-32", "2025-06-01T24:00", "2025-06-01T23:60", "2025-06-01T23:59:60", "2025-06-01T25:00:00", "2025-06-01T16:30Z", "2025-06-01T16", "0000-06-01T00:00", "now"),
    ("events", "due"): ("2025-02-29", "x", "0000-01-01", "-2025-01-01"),
    ("events", "alone"): ("True", "1", "yes", "f", " true"),
    ("events", "year"): ("x", "1.0", "1e3", "+1", "1234567890123456", "--1", "0x10", "1_000"),
    ("events", "draws_on"): ("school,police", "school| police", " |"),
    ("objects", "born"): ("2025-02-30", "yesterday"),
    ("object_object", "happened"): ("2025-02-30", "0000-12-31"),
    ("object_object", "recorded"): ("2025-02-30", "2025-03-20T24:00:00", "x"),
}  # fmt: skip


ROLLED = {"2025-06-01T24:00", "2025-03-20T24:00:00"}
"""Moments that DuckDB takes for the next day, and Python for none."""


def text_cells(cells: dict[tuple[str, str], tuple[str, ...]], *, rolled: bool = False) -> Iterator[Change]:
    """Each cell in the second case, in the first row that says something there."""

    def writing(table: str, name: str, text: str) -> Change:
        def change(tables: Tables) -> None:
            rows = [row for row in tables[table] if row["case"] == "C-2"]
            row = next((row for row in rows if row[name]), rows[0])
            if name == "year":
                row["type"] = "reporting_year_began"
            row[name] = text

        return change

    for (table, name), texts in cells.items():
        for text in texts:
            if (text in ROLLED) == rolled:
                yield writing(table, name, text)


@pytest.mark.parametrize(
    "rolled",
    [False, True],
)
def test_a_cell_of_a_csv_that_cannot_be_read_is_suspected(
    tmp_path: Path, good: dict[Form, Path], dictionary: Dictionary, rolled: bool
) -> None:
    changes = list(text_cells(CELLS, rolled=rolled))
    whole = side_by_side(good["csv"], changes)
    found = check(broken(good["csv"], tmp_path / "broken", lambda tables: tables.update(whole)), dictionary)
    assert len(found.wanted) == len(changes)
    assert found.problems == found.wanted
    assert found.suspects == [case for case, _ in found.wanted]


GOOD_CELLS: dict[tuple[str, str], tuple[str, ...]] = {
    ("events", "recorded"): ("2025-06-01", "2025-06-01 16:30", "2025-06-01T16:30", "2025-06-01T16:30:59", "2025-06-01T16:30:00.1", "2025-06-01 23:59:59.999999"),
    ("events", "draws_on"): ("|", "school|", "|school||police", "school|school"),
    ("events", "due"): ("1900-01-01", "2100-12-31", "2024-02-29"),
}  # fmt: skip


def test_a_cell_of_a_csv_that_can_be_read_is_not_suspected(
    tmp_path: Path, good: dict[Form, Path], dictionary: Dictionary
) -> None:
    whole = side_by_side(good["csv"], text_cells(GOOD_CELLS))
    fine = broken(good["csv"], tmp_path / "fine", lambda tables: tables.update(whole))
    assert check(fine, dictionary) == Checked([], [], [])


def test_days_that_python_does_not_know(tmp_path: Path, good: dict[Form, Path], dictionary: Dictionary) -> None:
    places: list[tuple[str, Row, str]] = [
        ("events", DIRECTED, "happened"),
        ("events", DIRECTED, "due"),
        ("objects", AMY, "born"),
        ("object_object", JOINED, "happened"),
    ]
    days = (-719_163, 2_932_897, 2**31 - 1, -(2**31) + 2)
    changes = [cell(table, where, **{name: day}) for table, where, name in places for day in days]
    whole = side_by_side(good["parquet"], [*changes, cell("events", DIRECTED, due=0)])
    found = check(broken(good["parquet"], tmp_path / "broken", lambda tables: tables.update(whole)), dictionary)
    assert found.problems == found.wanted
    assert found.suspects == [case for case, _ in found.wanted]
    assert sorted(found.suspects) == sorted(f"N{n}-C-2" for n in range(len(changes)))


FINE: dict[str, Change] = {
    "nothing": both(),
    "no ties to the case itself": gone("event_object", qualifier="case"),
    "ties twice": again("event_object", SEEN_AMY),
    "no membership": gone("object_object", source="amy"),
    "no moments": cell("events", {}, recorded=None),
    "the first and the last day": both(
        cell("events", ACCEPTED, happened=date(1900, 1, 1)), cell("events", DIRECTED, due=date(2100, 12, 31))
    ),
    "events all alike": both(*(again("events", ACCEPTED, id=f"e{n}") for n in range(9))),
    "longest ids": again("events", ACCEPTED, id="9" * 64),
    "text where others have codes": cell("events", ANALYSED, type="variation_noted", welfare_headings=None, draws_on=None, reason="as they said"),
    "an id that two cases have": again("events", ACCEPTED, id="C-1-e2"),
    "a practitioner's timeline": lambda tables: tables.update(
        objects=[*tables["objects"], tables["objects"][0] | {"case": "p1", "id": "p1", "type": "practitioner", "law": None, "work": None, "team": None}],
        events=[*tables["events"], tables["events"][0] | {"case": "p1", "id": "t1", "type": "training_completed"}],
        event_object=[*tables["event_object"], {"case": "p1", "event": "t1", "object": "p1", "qualifier": "by"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", FINE.values(), ids=FINE)
def test_of_a_good_caseload_nobody_is_suspected(
    tmp_path: Path, good: dict[Form, Path], dictionary: Dictionary, change: Change
) -> None:
    assert check(broken(good["parquet"], tmp_path / "fine", change), dictionary) == Checked([], [], [])


def test_a_case_with_too_many_rows(
    tmp_path: Path, good: dict[Form, Path], dictionary: Dictionary, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = broken(good["parquet"], tmp_path / "many", again("event_object", {"event": "C-2-e1"}))
    ties = len([row for row in load(many)["event_object"] if row["case"] == "C-2"])
    with closing(DuckDBEngine(Caseload(many, dictionary), threads=1)) as engine:
        monkeypatch.setattr(suspects, "MOST_ROWS", ties - 1)
        assert suspected(engine, dictionary, lambda _: None) == ["C-2"]
        monkeypatch.setattr(suspects, "MOST_ROWS", ties)
        assert suspected(engine, dictionary, lambda _: None) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_caseload_without_rows(tmp_path: Path, dictionary: Dictionary, form: Form) -> None:
    assert check(write(tmp_path / "none", dictionary, [], form), dictionary) == Checked([], [], [])


def test_the_others_are_judged(tmp_path: Path, good: dict[Form, Path], rulebook: Rulebook) -> None:
    changes = [change for name, change in BROKEN.items() if name not in NAMELESS and "case" not in name][::4]
    whole = side_by_side(good["parquet"], changes)
    folder = broken(good["parquet"], tmp_path / "whole", lambda tables: tables.update(whole))
    with Caseload(folder, rulebook.dictionary) as caseload:
        wanted = [(case.case, str(case)) for case in caseload.cases() if isinstance(case, BadCase)]
    with closing(DuckDBEngine(Caseload(folder, rulebook.dictionary), threads=1)) as engine:
        run = CaseloadJudge(rulebook, only=["NS-5.1"]).judge(engine, View(date(2025, 6, 30)))
        assert [(problem.case, str(problem)) for problem in run.problems] == wanted
        judged = {case for batch in run.findings() for case in batch.column("case").to_pylist()}
    assert [case for case, _ in wanted] == sorted(f"N{n}-C-2" for n in range(len(changes)))
    assert judged == {f"N{n}-C-1" for n in range(len(changes))}
    assert run.cases == len(changes)


# --- cells at random ---------------------------------------------------------------------------------------------------------------

ODD: dict[str, tuple[Any, ...]] = {
    "string": (None, "", "x", "case", "child", "by", "practitioner", "report", "adult", "C-1", "C-2", "amy", "section_7", "a\n", "é", "video"),
    "date32[day]": (None, *DAYS, date(1900, 1, 1), date(2100, 12, 31), date(2025, 3, 20)),
    "timestamp[us]": (None, datetime(1, 1, 1), datetime(2025, 3, 19), datetime(2100, 12, 31, 23, 59), datetime(2101, 1, 1)),
    "bool": (None, True, False),
    "int64": (None, 0, -(2**40)),
    "list<element: string>": (None, [], ["harm"], ["school"], ["x"], [""], [None], ["harm", "harm"]),
}  # fmt: skip


def spoil(tables: Tables, schemas: dict[str, pa.Schema], draw: Callable[[Any], Any]) -> None:
    """Change one thing: a cell to an odd value or to another of its column, a whole row taken away, or put there again."""
    table = draw([table for table in TABLES if tables[table]])
    rows = tables[table]
    row = draw(rows)
    what = draw(["odd", "odd", "same", "same", "same", "gone", "again"])
    if what == "gone":
        rows.remove(row)
    elif what == "again":
        rows.append(dict(row))
    else:
        # Most columns are of attributes, and empty: one that holds something is more telling.
        name = draw([name for name, value in row.items() if value is not None] if draw([True, False]) else list(row))
        row[name] = draw(ODD[str(schemas[table].field(name).type)]) if what == "odd" else draw(rows)[name]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@settings(max_examples=10)
@given(data=st.data(), form=st.sampled_from(FORMS))
@pytest.mark.soak
def test_random_damage(
    scratch: Path, good: dict[Form, Path], dictionary: Dictionary, data: st.DataObject, form: Form
) -> None:
    schemas = {table: pq.read_schema(good["parquet"] / f"{table}.parquet") for table in TABLES}
    tables = load(good["parquet"])
    for _ in range(data.draw(st.integers(1, 4))):
        spoil(tables, schemas, lambda several: data.draw(st.sampled_from(several)))
    found = check(broken(good[form], scratch / "spoilt", lambda whole: whole.update(tables)), dictionary)
    assert found.problems == found.wanted


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_random_damage_to_a_sample(tmp_path: Path, rulebook: Rulebook, seed: int) -> None:
    """Cells of twenty cases of a sample caseload, several times, until half of them are bad."""
    dictionary, chance = rulebook.dictionary, random.Random(seed)  # noqa: S311 - which damage, not a secret
    cases = sample_for(rulebook, seed)
    form: Form = FORMS[seed % 2]
    folder = write(tmp_path / "sample", dictionary, cases, form)
    assert check(folder, dictionary) == Checked([], [], [])
    plain = write(tmp_path / "plain", dictionary, cases)
    schemas = {table: pq.read_schema(plain / f"{table}.parquet") for table in TABLES}
    whole = load(plain)
    for _ in range(15):
        tables: Tables = {table: [dict(row) for row in rows] for table, rows in whole.items()}
        for _ in range(chance.randint(1, 12)):
            spoil(tables, schemas, chance.choice)
        found = check(broken(folder, tmp_path / "spoilt", lambda some, tables=tables: some.update(tables)), dictionary)  # type: ignore[misc]
        assert found.problems == found.wanted


def sample_for(rulebook: Rulebook, seed: int) -> list[CaseRecord]:
    return list(sample_cases(rulebook.dictionary, 20, seed))


# --- other dictionaries --------------------------------------------------------------------------------------------------------------


def many_words() -> Dictionary:
    """More types of object than a column has bits, an event that needs a type with a timeline of its own, more different
    codes than can be put together, and a list that is needed."""
    codes = {f"c{n}": "A code." for n in range(30)}
    attributes = tuple(AttributeWord(name=f"code{n}", says="A code.", kind="code", codes=codes) for n in range(4))
    every = [f"thing{n}" for n in range(70)]
    return Dictionary(
        objects=(
            ObjectWord(name="case", says="A case.", root=True),
            ObjectWord(name="person", says="A person.", root=True),
            ObjectWord(name="practitioner", says="A practitioner."),
            *(ObjectWord(name=name, says="A thing.", links=(LinkWord(qualifier="of", to=("case",), says="Of."),)) for name in every),
        ),
        events=(
            EventWord(name="seen", says="Seen.", about=("case", "person", *every), attributes=attributes),
            EventWord(name="met", says="Met.", about=("person",), needs=("person",)),
            EventWord(name="found", says="Found.", about=("thing69", "practitioner"), needs=("thing69", "practitioner"), by_subject=True),
            EventWord(name="told", says="Told.", needs=("by", "how"), attributes=(AttributeWord(name="how", says="How.", kind="codes", codes=codes),)),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = many_words()
    cases = []
    for name, kind in (("C-1", "case"), ("C-2", "case"), ("P-1", "person")):
        builder = CaseBuilder(words, "test")
        builder.add_object("", name, kind, {}, root=True)
        for thing in ("thing0", "thing57", "thing58", "thing59", "thing69", "practitioner"):
            builder.add_object("", f"a-{thing}", thing, {})
        builder.add_object("", "bob", "person", {})
        day = date(2025, 3, 4)
        about: list[tuple[str, object]] = [
            (thing, f"a-{thing}") for thing in ("thing0", "thing57", "thing58", "thing59", "thing69")
        ]
        builder.add_event(
            "", "e1", "seen", day, None, [*about, ("person", "bob")], {f"code{n}": f"c{n}" for n in range(4)}
        )
        builder.add_event("", "e2", "met", day, None, [] if kind == "person" else [("person", "bob")], {})
        builder.add_event("", "e3", "found", day, None, [about[-1], ("by", "a-practitioner")], {})
        builder.add_event("", "e4", "told", day, None, [("by", "a-practitioner")], {"how": ("c1", "c2")})
        cases.append(builder.finish())
    return write(tmp_path_factory.mktemp("many") / "many", words, cases)


MANY: dict[str, tuple[list[str], Change]] = {
    "nothing": ([], both()),
    "no ties to the case itself": ([], both(gone("event_object", qualifier="case"), gone("event_object", event="e2", object="P-1"))),
    "needs a person": (["C-1", "C-2"], gone("event_object", event="e2", object="bob")),
    "needs a thing": (["C-1", "C-2", "P-1"], gone("event_object", event="e3", qualifier="thing69")),
    "needs a practitioner": (["C-1", "C-2", "P-1"], gone("event_object", event="e3", object="a-practitioner")),
    "says who did it": ([], gone("event_object", event="e3", qualifier="practitioner")),
    "says who it is about": ([], gone("event_object", event="e3", qualifier="by")),
    "needs who did it": (["C-1", "C-2", "P-1"], gone("event_object", event="e4", qualifier="by")),
    "needs a list": (["C-2"], cell("events", {"case": "C-2", "id": "e4"}, how=None)),
    "says an empty list": ([], cell("events", {"case": "C-2", "id": "e4"}, how=[])),
    "thing of another type": (["C-2"], cell("event_object", {"case": "C-2", "object": "a-thing59"}, object="a-thing58")),
    "about what it is not": (["C-2"], again("event_object", {"case": "C-2", "object": "a-thing59"}, event="e2")),
    "code of another": (["C-2"], cell("events", {"case": "C-2", "id": "e1"}, code3="c30")),
    "first code": (["C-2"], cell("events", {"case": "C-2", "id": "e1"}, code0="c30")),
    "code of another type": (["C-2"], cell("events", {"case": "C-2", "id": "e2"}, code3="c1")),
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "change"), MANY.values(), ids=MANY)
def test_another_dictionary(tmp_path: Path, many: Path, wanted: list[str], change: Change) -> None:
    words = many_words()
    assert len(TieBits(words).names) == 2
    found = check(broken(many, tmp_path / "broken", change), words)
    assert found.problems == found.wanted
    assert found.suspects == [case for case, _ in found.wanted] == wanted


@given(st.text(st.sampled_from("aZ0_.:-\n\r é|"), max_size=4) | st.from_regex(ID) | st.text(max_size=3))
def test_an_id_is_an_id(text: str) -> None:
    asked = str(ibis.to_sql(suspects._is_id(ibis.literal(text)), dialect="duckdb"))
    if "\0" not in text:
        assert duckdb.execute(asked).fetchone() == (ID.fullmatch(text) is not None,)
