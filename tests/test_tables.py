"""Caseloads as tables: what is written is read back, what is wrong is refused with file, place and remedy."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rules.vocabulary
from engine.duty.words import Event, Thing
from engine.record.building import CaseBuilder
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import KeptError, RecordProblem
from engine.record.table_cases import BadCase
from engine.record.table_reader import Caseload
from engine.record.table_writer import CaseloadWriter
from engine.record.tables import Form, columns

FORMS: tuple[Form, ...] = get_args(Form)


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    words = vars(rules.vocabulary).values()
    return Dictionary(
        objects=tuple(word.word for word in words if isinstance(word, Thing)),
        events=tuple(word.word for word in words if isinstance(word, Event)),
    )


@pytest.fixture(scope="module")
def cases(dictionary: Dictionary) -> list[CaseRecord]:
    """Five cases with something of every kind of attribute."""
    return [make_case(dictionary, f"C-{number}") for number in range(1, 6)]


def make_case(dictionary: Dictionary, name: str) -> CaseRecord:
    builder = CaseBuilder(dictionary, "test")
    builder.add_object(
        "", name, "case", {"law": "private", "work": "section_7", "team": 'north "2", or so\nindeed'}, root=True
    )
    builder.add_object("", "amy", "child", {"born": date(2016, 2, 29)})
    builder.add_object("", "ben", "child", {})
    builder.add_object("", "fca1", "practitioner", {"role": "practitioner"})
    builder.add_object("", "r1", "report", {"kind": "section_7"})
    builder.add_membership("", "amy", None, None)
    builder.add_membership("", "ben", date(2025, 3, 20), datetime(2025, 3, 21, 9, 5))
    builder.add_link("", "r1", "about", "amy")

    def event(number: int, kind: str, day: date, links: list[tuple[str, object]], **said: object) -> None:
        recorded = datetime(2025, 6, 1, 16, 30, 0, 250_000)
        builder.add_event("", f"{name}-e{number}", kind, day, recorded, links, said)

    event(1, "case_accepted", date(2025, 3, 4), [])
    event(
        2, "child_seen", date(2025, 3, 6), [("child", "amy"), ("child", "ben"), ("by", "fca1")], alone=True, how="video"
    )
    event(
        3, "case_analysis_made", date(2025, 3, 9), [("child", "amy")], welfare_headings=("harm", "needs"), draws_on=()
    )
    event(4, "direction_made", date(2025, 3, 9), [("report", "r1")], due=date(2025, 5, 1))
    event(5, "lead_allocated", date(2025, 3, 4), [("by", "fca1")])
    return builder.finish()


def write(out: Path, dictionary: Dictionary, cases: list[CaseRecord], form: Form = "parquet", **extra: object) -> Path:
    with CaseloadWriter(out, dictionary, form=form, extra=extra) as writer:
        for case in cases:
            writer.write(case)
    return out


@pytest.fixture(params=FORMS)
def folder(request: pytest.FixtureRequest, tmp_path: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> Path:
    """A good caseload of five cases, in either form."""
    return write(tmp_path / "caseload", dictionary, cases, request.param)


@pytest.fixture
def csv_folder(tmp_path: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> Path:
    return write(tmp_path / "caseload", dictionary, cases, "csv")


@pytest.fixture
def parquet_folder(tmp_path: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> Path:
    return write(tmp_path / "caseload", dictionary, cases, "parquet")


Row = dict[str, Any]


def edit(folder: Path, table: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """Change the rows of a table, in whichever form it is."""
    file = next(folder.glob(f"{table}.*"))
    if file.suffix == ".csv":
        with file.open(newline="") as handle:
            rows: list[Row] = list(csv.DictReader(handle))
            names = list(rows[0])
        rows = change([{name: value or None for name, value in row.items()} for row in rows])
        with file.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, names)
            writer.writeheader()
            writer.writerows(rows)
    else:
        content = pq.read_table(file)
        pq.write_table(pa.Table.from_pylist(change(content.to_pylist()), schema=content.schema), file)


def set_cell(folder: Path, table: str, where: dict[str, str], **values: Any) -> None:
    def change(rows: list[Row]) -> list[Row]:
        hit = [row for row in rows if all(row[name] == value for name, value in where.items())]
        assert hit
        for row in hit:
            row.update(values)
        return rows

    edit(folder, table, change)


def read(folder: Path, dictionary: Dictionary) -> tuple[list[CaseRecord], list[BadCase]]:
    with Caseload(folder, dictionary) as caseload:
        found = list(caseload.cases())
        assert caseload.count() == len(found)
    return [case for case in found if isinstance(case, CaseRecord)], [bad for bad in found if isinstance(bad, BadCase)]


def test_an_attribute_may_not_be_named_like_a_column(dictionary: Dictionary) -> None:
    child = dictionary.object["child"]
    named = child.attributes[0].model_copy(update={"name": "type"})
    objects = (dictionary.object["case"], child.model_copy(update={"attributes": (named,)}))
    with pytest.raises(KeptError, match="the attribute 'type' is named like a column of the objects table"):
        columns(Dictionary(objects=objects, events=(dictionary.event["case_closed"],)))


# --- writing and reading -------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_back(folder: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> None:
    assert read(folder, dictionary) == (cases, [])


def test_one_case_is_read_by_its_id(folder: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> None:
    with Caseload(folder, dictionary) as caseload:
        assert caseload.case("C-3") == cases[2]
        assert list(caseload.ids()) == [case.id for case in cases]


def test_the_order_of_the_rows_does_not_matter(folder: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> None:
    for table in ("objects", "events", "event_object", "object_object"):
        edit(folder, table, lambda rows: rows[1::2] + rows[::2])
    found, bad = read(folder, dictionary)
    assert bad == []
    for before, after in zip(cases, found, strict=True):
        assert before.root == after.root
        assert {thing.id: thing for thing in before.objects} == {thing.id: thing for thing in after.objects}
        assert {event.id: event for event in before.events} == {event.id: event for event in after.events}
        assert {(link.source, link.qualifier): link for link in before.links} == {
            (link.source, link.qualifier): link for link in after.links
        }


def test_the_columns_are_typed(parquet_folder: Path, dictionary: Dictionary) -> None:
    schema = pq.read_schema(parquet_folder / "events.parquet")
    assert schema.names == list(columns(dictionary)["events"])
    wanted = {"case": "string", "happened": "date32[day]", "recorded": "timestamp[us]", "alone": "bool", "year": "int64",
              "due": "date32[day]", "welfare_headings": "list<element: string>"}  # fmt: skip
    assert {name: str(schema.field(name).type) for name in wanted} == wanted


def test_csv_is_written_as_documented(csv_folder: Path) -> None:
    with (csv_folder / "events.csv").open(newline="") as handle:
        rows = {row["id"]: row for row in csv.DictReader(handle)}
    assert rows["C-1-e2"]["happened"] == "2025-03-06"
    assert rows["C-1-e2"]["recorded"] == "2025-06-01T16:30:00.250000"
    assert rows["C-1-e2"]["alone"] == "true"
    assert rows["C-1-e3"]["welfare_headings"] == "harm|needs"
    assert rows["C-1-e3"]["draws_on"] == "|"
    assert rows["C-1-e4"]["alone"] == ""


@pytest.mark.parametrize("form", FORMS)
def test_the_same_cases_give_the_same_bytes(
    tmp_path: Path, dictionary: Dictionary, cases: list[CaseRecord], form: Form
) -> None:
    one, two = (write(tmp_path / name, dictionary, cases, form, seed=7) for name in ("one", "two"))
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in two.iterdir()
    }


def test_the_manifest_counts(tmp_path: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> None:
    out = write(tmp_path / "out", dictionary, cases, seed=7)
    assert json.loads((out / "manifest.json").read_text()) == {
        "kept_caseload": 1, "cases": 5, "objects": 25, "events": 25, "seed": 7,
    }  # fmt: skip


def test_row_groups_are_small_enough_to_skip(
    tmp_path: Path, dictionary: Dictionary, cases: list[CaseRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.record.table_writer.ROW_GROUP", 7)
    out = write(tmp_path / "out", dictionary, cases)
    assert pq.ParquetFile(out / "events.parquet").metadata.num_row_groups == 4
    assert read(out, dictionary) == (cases, [])


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> None:
    def fail() -> None:
        with CaseloadWriter(tmp_path / "out", dictionary) as writer:
            writer.write(cases[0])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_caseload_of_ours_is_replaced(tmp_path: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> None:
    write(tmp_path / "out", dictionary, cases, "csv")
    out = write(tmp_path / "out", dictionary, cases[:1])
    assert read(out, dictionary) == (cases[:1], [])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("stray", ["letter.txt", "objects.csv"])
def test_what_is_not_ours_is_not_replaced(tmp_path: Path, dictionary: Dictionary, stray: str) -> None:
    (tmp_path / stray).write_text("precious")
    with pytest.raises(KeptError, match=rf"is not empty .*\({stray}\)\. Name another folder"):
        write(tmp_path, dictionary, [])
    assert [path.name for path in tmp_path.iterdir()] == [stray]


def test_a_file_put_among_ours_is_not_lost(parquet_folder: Path, dictionary: Dictionary) -> None:
    (parquet_folder / "notes.txt").write_text("precious")
    with pytest.raises(KeptError, match=r"notes\.txt"):
        write(parquet_folder, dictionary, [])


def test_an_empty_caseload_is_empty(tmp_path: Path, dictionary: Dictionary) -> None:
    for form in FORMS:
        assert read(write(tmp_path / form, dictionary, [], form), dictionary) == ([], [])


def test_missing_attribute_columns_mean_not_recorded(folder: Path, dictionary: Dictionary) -> None:
    file = next(folder.glob("events.*"))
    if file.suffix == ".parquet":
        pq.write_table(pq.read_table(file).drop_columns(["alone", "how"]), file)
    else:
        with file.open(newline="") as handle:
            rows = list(csv.DictReader(handle))
        names = [name for name in rows[0] if name not in ("alone", "how")]
        with file.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, names, extrasaction="ignore", lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(rows)
    with Caseload(folder, dictionary) as caseload:
        seen = next(event for event in caseload.case("C-1").events if event.type == "child_seen")
    assert seen.attributes == {}


def test_a_child_without_a_membership_row_was_there_from_the_start(folder: Path, dictionary: Dictionary) -> None:
    edit(folder, "object_object", lambda rows: [row for row in rows if row["qualifier"] != "subject_of"])
    with Caseload(folder, dictionary) as caseload:
        links = {(link.source, link.happened) for link in caseload.case("C-1").links if link.qualifier == "subject_of"}
    assert links == {("amy", None), ("ben", None)}


def test_a_path_with_stars_and_quotes_is_only_a_path(
    tmp_path: Path, dictionary: Dictionary, cases: list[CaseRecord]
) -> None:
    for form in FORMS:
        out = write(tmp_path / f"case=3 it's [a] *?{form}", dictionary, cases, form)
        assert read(out, dictionary) == (cases, [])


# --- caseloads that are refused --------------------------------------------------------------------------------------------


def refusal(folder: Path, dictionary: Dictionary) -> RecordProblem:
    with pytest.raises(RecordProblem) as caught:
        Caseload(folder, dictionary).close()
    problem = caught.value
    assert problem.file
    assert problem.remedy
    return problem


def test_no_folder(tmp_path: Path, dictionary: Dictionary) -> None:
    (tmp_path / "caseload").mkdir()
    assert "is not there; did you mean 'caseload'?" in str(refusal(tmp_path / "caselod", dictionary))
    (tmp_path / "file").write_text("")
    assert "is a file, not a folder" in str(refusal(tmp_path / "file", dictionary))


def test_a_table_that_is_missing_or_there_twice(folder: Path, dictionary: Dictionary) -> None:
    file = next(folder.glob("event_object.*"))
    other = file.with_suffix(".csv" if file.suffix == ".parquet" else ".parquet")
    other.write_bytes(b"")
    assert refusal(folder, dictionary).problem == "is there both as Parquet and as CSV"
    other.unlink()
    file.unlink()
    problem = refusal(folder, dictionary)
    assert (problem.place, problem.problem) == ("event_object", "is not there")


def rename_column(folder: Path, table: str, old: str, new: str) -> Path:
    file = next(folder.glob(f"{table}.*"))
    if file.suffix == ".parquet":
        content = pq.read_table(file)
        pq.write_table(content.rename_columns([new if name == old else name for name in content.column_names]), file)
    else:
        head, _, rest = file.read_text().partition("\n")
        file.write_text(",".join(new if name == old else name for name in head.split(",")) + "\n" + rest)
    return file


def test_a_column_that_is_missing(folder: Path, dictionary: Dictionary) -> None:
    file = next(folder.glob("events.*"))
    if file.suffix == ".csv":
        rename_column(folder, "events", "recorded", "alone2")
        assert refusal(folder, dictionary).place == "column 'alone2'"
        return
    pq.write_table(pq.read_table(file).drop_columns(["recorded"]), file)
    problem = refusal(folder, dictionary)
    assert (problem.file, problem.place, problem.problem) == (str(file), "column 'recorded'", "is missing")


def test_a_column_that_nobody_knows(folder: Path, dictionary: Dictionary) -> None:
    file = rename_column(folder, "events", "alone", "allone")
    problem = refusal(folder, dictionary)
    assert (problem.file, problem.place) == (str(file), "column 'allone'")
    assert problem.problem == "is not a column of events; did you mean 'alone'?"


@pytest.mark.parametrize(
    ("name", "wrong", "shown"),
    [
        ("happened", pa.string(), "holds string, not date32"),
        ("recorded", pa.timestamp("us", tz="UTC"), "holds timestamp[us, tz=UTC], not timestamp[us]"),
        ("alone", pa.string(), "holds string, not bool"),
        ("year", pa.float64(), "holds double, not int64"),
        ("welfare_headings", pa.string(), "holds string, not list<"),
    ],
)
def test_a_column_of_the_wrong_type(
    parquet_folder: Path, dictionary: Dictionary, name: str, wrong: pa.DataType, shown: str
) -> None:
    file = parquet_folder / "events.parquet"
    content = pq.read_table(file)
    place = content.column_names.index(name)
    pq.write_table(content.set_column(place, name, pa.nulls(content.num_rows, wrong)), file)
    problem = refusal(parquet_folder, dictionary)
    assert (problem.file, problem.place) == (str(file), f"column '{name}'")
    assert problem.problem.startswith(shown)


@pytest.mark.parametrize("keep", [0, 3, 100, -20])
def test_a_parquet_file_cut_short(parquet_folder: Path, dictionary: Dictionary, keep: int) -> None:
    file = parquet_folder / "events.parquet"
    file.write_bytes(file.read_bytes()[:keep])
    problem = refusal(parquet_folder, dictionary)
    assert problem.file == str(file)
    assert problem.problem.startswith("cannot be read; it may have been cut short")


def test_parquet_damaged_inside_is_said_so(parquet_folder: Path, dictionary: Dictionary) -> None:
    file = parquet_folder / "event_object.parquet"
    content = bytearray(file.read_bytes())
    content[10:200] = bytes(190)
    file.write_bytes(content)
    with (
        Caseload(parquet_folder, dictionary) as caseload,
        pytest.raises(RecordProblem, match=r"event_object\.parquet.*cannot be read"),
    ):
        list(caseload.cases())


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"", "is empty"),
        ("case,id,type,team\nC-1,Zo\xe9,case,\n".encode("latin-1"), "cannot be read"),
        ("case,id,type,t\xe9am\n".encode("latin-1"), "is not UTF-8 text"),
        (b"case,id,type,team\nC-1,C-1\n", "cannot be read"),
        (b"case,id,type,type\n", "is there twice"),
    ],
)
def test_csv_that_is_not_csv(csv_folder: Path, dictionary: Dictionary, content: bytes, shown: str) -> None:
    file = csv_folder / "objects.csv"
    file.write_bytes(content)
    problem = refusal(csv_folder, dictionary)
    assert problem.file == str(file)
    assert problem.problem.startswith(shown)


def test_a_manifest_of_another_format(parquet_folder: Path, dictionary: Dictionary) -> None:
    file = parquet_folder / "manifest.json"
    file.write_text('{"kept_caseload": 99}')
    assert refusal(parquet_folder, dictionary).problem == "is not of format 1"
    file.write_text("{")
    assert refusal(parquet_folder, dictionary).problem == "cannot be read"
    file.unlink()
    assert len(read(parquet_folder, dictionary)[0]) == 5


# --- one bad case among many ---------------------------------------------------------------------------------------------------


def only_bad(folder: Path, dictionary: Dictionary, cases: list[CaseRecord], case: str = "C-3") -> BadCase:
    """The one case that is quarantined, when all the others are read as ever."""
    good, bad = read(folder, dictionary)
    assert good == [record for record in cases if record.id != case]
    assert [problem.case for problem in bad] == [case]
    assert bad[0].remedy
    with Caseload(folder, dictionary) as caseload, pytest.raises(RecordProblem) as caught:
        caseload.case(case)
    assert str(caught.value) == str(bad[0])
    return bad[0]


E2, C3 = {"id": "C-3-e2"}, {"case": "C-3"}


@pytest.mark.parametrize(
    ("table", "where", "values", "row", "shown"),
    [
        ("events", E2, {"type": "child_sen"}, "C-3-e2", "unknown event 'child_sen'; did you mean 'child_seen'?"),
        ("events", E2, {"how": "telepathy"}, "C-3-e2", "'telepathy' is not a code of 'how'"),
        ("events", {"id": "C-3-e1"}, {"place": "home"}, "C-3-e1", "'case_accepted' has no attribute 'place'"),
        ("events", E2, {"id": "C-3-e1"}, "C-3-e1", "the event id 'C-3-e1' is used twice"),
        ("events", E2, {"happened": None}, "C-3-e2", "'date' is missing"),
        ("events", {"id": "C-3-e1"}, {"id": None}, "None", "None is not an id"),
        ("objects", {**C3, "id": "ben"}, {"id": "amy"}, "amy", "the object id 'amy' is used twice"),
        ("objects", {**C3, "id": "ben"}, {"type": "chidl"}, "ben", "unknown type of object 'chidl'"),
        ("objects", {**C3, "id": "ben"}, {"id": "b n"}, "b n", "'b n' is not an id"),
        ("objects", {**C3, "id": "C-3"}, {"id": "C-0"}, "", "there is no object whose timeline this is"),
        ("objects", {**C3, "id": "C-3"}, {"type": "child", "law": None, "work": None, "team": None}, "", "there is no object"),
        ("event_object", {"event": "C-3-e2", "qualifier": "by"}, {"object": "fca"}, "C-3-e2", "there is no object 'fca'"),
        ("event_object", {"event": "C-3-e2", "qualifier": "by"}, {"qualifier": "child"}, "C-3-e2", "names a practitioner"),
        ("event_object", {"event": "C-3-e2", "qualifier": "by"}, {"event": "e9"}, "e9", "there is no event 'e9' in this case"),
        ("object_object", {**C3, "source": "r1"}, {"qualifier": "abut"}, "r1 abut amy", "has no link or attribute 'abut'"),
        ("object_object", {**C3, "source": "r1"}, {"target": "fca1"}, "r1 about fca1", "which is a practitioner"),
        ("object_object", {**C3, "source": "r1"}, {"source": "ben", "qualifier": "subject_of", "target": "C-3"},
         "ben subject_of C-3", "is there twice"),
    ],
)  # fmt: skip
def test_one_bad_row_quarantines_its_case(
    folder: Path, dictionary: Dictionary, cases: list[CaseRecord],
    table: str, where: dict[str, str], values: dict[str, Any], row: str, shown: str,
) -> None:  # fmt: skip
    set_cell(folder, table, where, **values)
    bad = only_bad(folder, dictionary, cases)
    blamed = "events" if table == "event_object" and "there is no event" not in shown else table
    assert Path(bad.file).stem == blamed
    assert bad.place == f"{blamed}, case C-3" + (f", row {row}" if row else "")
    assert shown in bad.problem


@pytest.mark.parametrize(
    ("table", "where", "values", "shown"),
    [
        ("events", {"id": "C-3-e4"}, {"due": "2025-02-30"}, "'due' is not a day that exists: 2025-02-30"),
        ("events", {"id": "C-3-e4"}, {"due": "1/5/2025"}, "'due' is not a date such as 2025-03-04: '1/5/2025'"),
        ("events", E2, {"happened": "2025-3-6"}, "'happened' is not a date such as 2025-03-04: '2025-3-6'"),
        ("events", E2, {"happened": "1066-10-14"}, "1066-10-14 is not a day that a record can hold"),
        ("events", E2, {"recorded": "2025-03-07T25:00:00"}, "'recorded' is not a moment that exists"),
        ("events", E2, {"recorded": "2025-03-07T09:00:00+01:00"}, "'recorded' is not a moment such as"),
        ("events", E2, {"recorded": "2025-03-05"}, "recorded on 2025-03-05, before it happened on 2025-03-06"),
        ("events", E2, {"alone": "yes"}, "'alone' is neither true nor false: 'yes'"),
        ("events", {"id": "C-3-e3"}, {"welfare_headings": "harm|nedes"}, "'nedes' is not a code of 'welfare_headings'"),
        ("events", {"id": "C-3-e3"}, {"year": "MMXXV"}, "'year' is not a whole number: 'MMXXV'"),
        ("objects", {**C3, "id": "amy"}, {"born": "29-02-2016"}, "'born' is not a date such as"),
        ("object_object", {**C3, "source": "ben"}, {"happened": "soon"}, "'happened' is not a date such as"),
    ],
)
def test_one_bad_value_in_csv_quarantines_its_case(
    csv_folder: Path, dictionary: Dictionary, cases: list[CaseRecord],
    table: str, where: dict[str, str], values: dict[str, str], shown: str,
) -> None:  # fmt: skip
    set_cell(csv_folder, table, where, **values)
    bad = only_bad(csv_folder, dictionary, cases)
    assert Path(bad.file).name == f"{table}.csv"
    assert bad.place.startswith(f"{table}, case C-3, row ")
    assert shown in bad.problem


def test_a_date_beyond_python_quarantines_its_case(
    parquet_folder: Path, dictionary: Dictionary, cases: list[CaseRecord]
) -> None:
    file = parquet_folder / "events.parquet"
    content = pq.read_table(file)
    days = [10_000_000 if name == "C-3-e2" else 20_000 for name in content["id"].to_pylist()]
    place = content.column_names.index("happened")
    pq.write_table(content.set_column(place, "happened", pa.array(days, pa.int32()).cast(pa.date32())), file)
    good, bad = read(parquet_folder, dictionary)
    assert len(good) == len(cases) - 1
    assert [problem.problem for problem in bad] == ["'happened' holds a day that no record can hold"]


def test_rows_without_a_case(folder: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> None:
    def orphan(rows: list[Row]) -> list[Row]:
        return [*rows, {**rows[0], "case": None}]

    edit(folder, "events", orphan)
    good, bad = read(folder, dictionary)
    assert good == cases
    assert [(problem.case, problem.place) for problem in bad] == [("", "objects, rows without a case")]
    assert "their column 'case' is empty" in bad[0].problem


def test_a_hostile_id_is_shown_harmlessly(folder: Path, dictionary: Dictionary, cases: list[CaseRecord]) -> None:
    hostile = "C-3\x1b[2J" + "x" * 5000
    for table in ("objects", "events", "event_object", "object_object"):
        set_cell(folder, table, C3, case=hostile)
    set_cell(folder, "objects", {"case": hostile, "id": "C-3"}, id=hostile)
    good, bad = read(folder, dictionary)
    assert len(good) == len(cases) - 1
    assert len(bad) == 1
    assert str(bad[0]).isprintable()
    assert len(str(bad[0])) < 1500


def test_a_case_with_far_too_many_rows_is_quarantined(
    folder: Path, dictionary: Dictionary, cases: list[CaseRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(folder, "events", lambda rows: rows + [{**rows[-1], "case": "C-3", "id": f"x{n}"} for n in range(40)])
    monkeypatch.setattr("engine.record.table_cases.MOST_ROWS", 30)
    assert "has more than 30 rows" in only_bad(folder, dictionary, cases).problem


def test_no_such_case(folder: Path, dictionary: Dictionary) -> None:
    with (
        Caseload(folder, dictionary) as caseload,
        pytest.raises(RecordProblem, match=r"there is no case 'C-33'; did you mean 'C-3'\?"),
    ):
        caseload.case("C-33")


def test_reading_does_not_gather_the_caseload(folder: Path, dictionary: Dictionary) -> None:
    with Caseload(folder, dictionary) as caseload:
        found: Iterator[CaseRecord | BadCase] = caseload.cases()
        first = next(found)
        assert isinstance(first, CaseRecord)
        assert first.id == "C-1"
        assert caseload.case("C-5").id == "C-5"  # and another question may be asked meanwhile
        assert len(list(found)) == 4
