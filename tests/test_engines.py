"""A caseload gives the same findings wherever it lies, and a place that cannot hold one says why."""

# ruff: noqa: S608 - tables of the tests' own

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.duty.rulebook import Rulebook
from engine.judge.caseload_judge import CaseloadJudge
from engine.policy.sample import make_sample
from engine.record.addresses import SparkAddress, spark_address, without_schema
from engine.record.dictionary import Dictionary
from engine.record.engines import open_engine, shown
from engine.record.problem import KeptError, RecordProblem
from engine.record.table_engine import TableEngine, closing, memory_bytes
from engine.record.tables import TABLES
from engine.record.timeline import View
from tests.servers import load_postgres, postgres, spark

VIEW = View(date(2025, 6, 30))
BROKEN = "C-000007"
CLAUSES = ("NS-1.1", "NS-2.1", "NS-3.1", "NS-4.1", "NS-5.1", "NS-6.1")

Judged = tuple[list[dict[str, object]], list[tuple[str, str, str]]]
Placed = Callable[[Path], str]


def judged(engine: TableEngine, book: Rulebook, only: tuple[str, ...] = (), together: int = 40) -> Judged:
    """The findings in order, and the cases set aside with what is wrong with them, wherever they lie."""
    run = CaseloadJudge(book, only=only).judge(engine, VIEW, together=together)
    rows = [row for batch in run.findings() for row in batch.to_pylist()]
    assert not run.faults
    problems = [(bad.case, bad.problem, bad.remedy) for bad in run.problems]
    return sorted(rows, key=lambda row: str(row["instance"])), problems


def break_case(folder: Path) -> None:
    """Give one case an event of a type that nobody knows."""
    file = folder / "events.parquet"
    events = pq.read_table(file)
    first = events["case"].to_pylist().index(BROKEN)
    kinds = events["type"].to_pylist()
    kinds[first] = "child_visted"
    place = events.schema.get_field_index("type")
    pq.write_table(events.set_column(place, "type", pa.array(kinds, pa.string())), file)


@pytest.fixture(scope="module")
def caseload(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Path:
    folder = tmp_path_factory.mktemp("engines") / "caseload"
    make_sample(rulebook.dictionary, folder, 60, 1)
    break_case(folder)
    return folder


@pytest.fixture(scope="module")
def as_csv(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Path:
    folder = tmp_path_factory.mktemp("engines") / "csv"
    make_sample(rulebook.dictionary, folder, 60, 1, form="csv")
    lines = (folder / "events.csv").read_text(encoding="utf-8").splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith(f"{BROKEN},"))
    case, event, _, rest = lines[first].split(",", 3)
    lines[first] = f"{case},{event},child_visted,{rest}"
    (folder / "events.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def expected(caseload: Path, rulebook: Rulebook) -> Judged:
    with closing(open_engine(str(caseload), rulebook.dictionary, threads=1)) as engine:
        return judged(engine, rulebook)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


def in_duckdb(caseload: Path, file: Path) -> str:
    with duckdb.connect(str(file)) as database:
        for table in TABLES:
            database.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet('{caseload / table}.parquet')")
        database.execute("CREATE TABLE somebody_elses AS SELECT 1 AS number")
    return str(file)


def in_postgres(url: str, schema: str, caseload: Path) -> str:
    import psycopg

    load_postgres(url, schema, caseload)
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE TABLE {schema}.somebody_elses (number int)")
        # Whatever ours are called, theirs are not ours.
        connection.execute(f"CREATE TABLE {schema}.kept_bad_cases (mine text)")
        connection.execute("CREATE TABLE IF NOT EXISTS public.kept_events (mine text)")
    return f"{url}&schema={schema}"


def relations(url: str) -> list[tuple[str, str]]:
    import psycopg

    with psycopg.connect(url) as connection:
        asked = "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_to' ORDER BY 1, 2"
        return [(str(schema), str(name)) for schema, name in connection.execute(asked)]


# --- the same everywhere ----------------------------------------------------------------------------------------------


def test_one_broken_case_is_set_aside(expected: Judged) -> None:
    found, problems = expected
    assert [(case, problem) for case, problem, _ in problems] == [
        (BROKEN, "unknown event 'child_visted'; did you mean 'child_seen'?")
    ]
    assert len(found) > 3000
    assert BROKEN not in {row["case"] for row in found}


@pytest.mark.soak
def test_csv_gives_the_same(as_csv: Path, rulebook: Rulebook, expected: Judged) -> None:
    with closing(open_engine(str(as_csv), rulebook.dictionary)) as engine:
        assert judged(engine, rulebook) == expected


@pytest.mark.soak
def test_a_duckdb_file_gives_the_same_and_is_not_written_to(
    caseload: Path, tmp_path: Path, rulebook: Rulebook, expected: Judged
) -> None:
    where = in_duckdb(caseload, tmp_path / "records.duckdb")
    before = Path(where).read_bytes()
    with closing(open_engine(where, rulebook.dictionary, threads=2, memory="500MB")) as engine:
        some = engine.case_ids()[3]
        with closing(open_engine(str(caseload), rulebook.dictionary)) as other:
            assert engine.case(some) == other.case(some)
            assert engine.count() == other.count()
        assert judged(engine, rulebook) == expected
    assert Path(where).read_bytes() == before


def test_postgres_gives_the_same_and_nothing_of_ours_stays(
    server: str, caseload: Path, rulebook: Rulebook, expected: Judged
) -> None:
    where = in_postgres(server, "records", caseload)
    before = relations(server)
    with closing(open_engine(where, rulebook.dictionary, threads=2, memory="1GB")) as engine:
        with closing(open_engine(str(caseload), rulebook.dictionary)) as other:
            assert engine.case_ids() == other.case_ids()
            for case in engine.case_ids()[1::9]:
                assert engine.case(case) == other.case(case)
            assert engine.count() == other.count()
        assert judged(engine, rulebook) == expected
        with pytest.raises(RecordProblem, match=r"there is no case 'C-0000100'; did you mean 'C-000"):
            engine.case("C-0000100")
    assert relations(server) == before


@pytest.mark.soak
def test_spark_gives_the_same(tmp_path: Path, rulebook: Rulebook) -> None:
    spark()  # takes minutes to plan, however few the cases are
    folder = tmp_path / "caseload"
    make_sample(rulebook.dictionary, folder, 300, 1)
    break_case(folder)
    with (
        closing(open_engine(f"local[2]:{folder}", rulebook.dictionary)) as engine,
        closing(open_engine(str(folder), rulebook.dictionary)) as other,
    ):
        some = engine.case_ids()[3]
        assert engine.case(some) == other.case(some)
        assert engine.count() == other.count()
        assert judged(engine, rulebook, together=1000) == judged(other, rulebook)


@pytest.mark.soak
def test_two_thousand_cases_are_judged_alike_in_duckdb_and_postgresql(
    tmp_path: Path, rulebook: Rulebook, server: str
) -> None:
    folder = tmp_path / "caseload"
    make_sample(rulebook.dictionary, folder, 2000, 3)
    places = [str(folder), in_duckdb(folder, tmp_path / "r.duckdb"), in_postgres(server, "many", folder)]
    found: list[list[tuple[object, ...]]] = []
    for where in places:
        with closing(open_engine(where, rulebook.dictionary)) as engine:
            run = CaseloadJudge(rulebook).judge(engine, VIEW)
            rows = pa.Table.from_batches(list(run.findings())).sort_by("instance")
            assert not run.problems
            assert not run.faults
            found.append([tuple(map(str, row.values())) for row in rows.to_pylist()])
    assert len(found[0]) > 100_000
    for where, rows in zip(places[1:], found[1:], strict=True):
        assert rows == found[0], where


# --- what PostgreSQL may hold -----------------------------------------------------------------------------------------


@pytest.fixture
def schema(server: str, caseload: Path, request: pytest.FixtureRequest) -> tuple[str, str]:
    name = f"s{abs(hash(request.node.name)) % 10**9}"
    load_postgres(server, name, caseload)
    return server, name


def change(url: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement)


def test_days_beyond_any_are_set_aside_as_elsewhere(schema: tuple[str, str], rulebook: Rulebook) -> None:
    url, name = schema
    change(
        url,
        f"UPDATE {name}.events SET happened = 'infinity' WHERE ctid = (SELECT min(ctid) FROM {name}.events WHERE \"case\" = 'C-000003')",
        f"UPDATE {name}.events SET recorded = '-infinity' WHERE ctid = (SELECT min(ctid) FROM {name}.events WHERE \"case\" = 'C-000004')",
        f"UPDATE {name}.events SET happened = '20000-01-01' WHERE ctid = (SELECT min(ctid) FROM {name}.events WHERE \"case\" = 'C-000005')",
        f"UPDATE {name}.events SET recorded = '294276-12-31' WHERE ctid = (SELECT min(ctid) FROM {name}.events WHERE \"case\" = 'C-000006')",
    )
    with closing(open_engine(f"{url}&schema={name}", rulebook.dictionary)) as engine:
        _, problems = judged(engine, rulebook, CLAUSES)
    assert [case for case, _, _ in problems] == [f"C-00000{n}" for n in (3, 4, 5, 6, 7)]
    assert all("holds a day that no record can hold" in problem for _, problem, _ in problems[:4])


def test_narrower_types_views_and_missing_columns_will_do(schema: tuple[str, str], rulebook: Rulebook) -> None:
    url, name = schema
    with closing(open_engine(f"{url}&schema={name}", rulebook.dictionary)) as engine:
        before = judged(engine, rulebook, CLAUSES)
    change(
        url,
        f"CREATE DOMAIN {name}.ident AS varchar(80)",
        f'ALTER TABLE {name}.objects ALTER COLUMN "case" TYPE {name}.ident, ALTER COLUMN id TYPE varchar(90)',
        f"ALTER TABLE {name}.events RENAME TO every_event",
        f"CREATE VIEW {name}.events AS SELECT * FROM {name}.every_event",
    )
    with closing(open_engine(f"{url}&schema={name}", rulebook.dictionary)) as engine:
        assert judged(engine, rulebook, CLAUSES) == before


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ('ALTER TABLE {}.events RENAME COLUMN happened TO hapened', r"table \w+\.events: column 'hapened': is not a column of events; did you mean 'happened'\?"),
        ('ALTER TABLE {}.events DROP COLUMN happened', r"column 'happened': is missing\. Every events table has"),
        ('ALTER TABLE {}.events ALTER COLUMN recorded TYPE timestamptz', r"column 'recorded': holds timestamp with time zone, not timestamp without time zone"),
        ('DROP TABLE {}.event_object', r"\w+\.event_object: is not there"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_said_as_in_a_file(
    schema: tuple[str, str], rulebook: Rulebook, statement: str, says: str
) -> None:
    url, name = schema
    change(url, statement.format(name))
    with pytest.raises(RecordProblem, match=says):
        open_engine(f"{url}&schema={name}", rulebook.dictionary)


def test_a_schema_that_is_not_there_and_one_that_is_found(schema: tuple[str, str], rulebook: Rulebook) -> None:
    url, name = schema
    with pytest.raises(RecordProblem, match=f"there is no schema '{name}x'; did you mean '{name}'"):
        open_engine(f"{url}&schema={name}x", rulebook.dictionary)
    with pytest.raises(RecordProblem, match=r"objects: is not there\. Name the schema"):
        open_engine(url, rulebook.dictionary)
    with closing(open_engine(f"{url}&options=-c%20search_path%3D{name}", rulebook.dictionary)) as engine:
        assert engine.count() > 60


def test_a_connection_that_is_lost_is_said(schema: tuple[str, str], rulebook: Rulebook) -> None:
    url, name = schema
    with closing(open_engine(f"{url}&schema={name}", rulebook.dictionary)) as engine:
        change(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kept'")
        with pytest.raises(KeptError, match=r"the connection to PostgreSQL was lost .* Run it again"):
            engine.count()


def test_what_may_not_be_read_is_said(schema: tuple[str, str], rulebook: Rulebook) -> None:
    url, name = schema
    change(url, f"CREATE ROLE r{name} LOGIN", f"GRANT USAGE ON SCHEMA {name} TO r{name}")
    with pytest.raises(
        KeptError, match=r"PostgreSQL does not allow it \(permission denied for table \w+\)\. Ask for GRANT SELECT"
    ):
        open_engine(url.replace("postgres@", f"r{name}@") + f"&schema={name}", rulebook.dictionary)


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "safe"),
    [
        ("postgresql://ann:s3cret@db/cases?schema=r", "postgresql://ann:***@db/cases?schema=r"),
        ("postgresql://ann:a@b:c/d@db/cases", "postgresql://ann:***@db/cases"),
        ("postgresql://ann@db/cases?password=s3cret&schema=r", "postgresql://ann@db/cases?password=***&schema=r"),
        ("postgresql://db/cases", "postgresql://db/cases"),
        ("/data/a:b@c", "/data/a:b@c"),
        ("local[2]:/data/caseload", "local[2]:/data/caseload"),
    ],
)
def test_no_password_is_shown(where: str, safe: str) -> None:
    assert shown(where) == safe


@pytest.mark.parametrize(
    "where",
    [
        "postgresql://ann:s3cret@127.0.0.1:1/cases?connect_timeout=1",
        "postgresql://ann:s3@cret@127.0.0.1:1/cases",
        "postgresql://ann:s3cret/x@127.0.0.1:1/cases",
        "postgresql://ann:s3cret@127.0.0.1:1/cases?bogus=1",
        "mysql://ann:s3cret@127.0.0.1/cases",
        "spark://ann:s3cret@127.0.0.1",
    ],
)
def test_no_message_has_the_password_in_it(where: str, dictionary: Dictionary) -> None:
    if where.startswith("postgresql"):
        pytest.importorskip("psycopg")
    with pytest.raises(KeptError) as caught:
        open_engine(where, dictionary)
    assert "cret" not in str(caught.value)
    assert "s3" not in str(caught.value)


@pytest.mark.parametrize(
    ("where", "address"),
    [
        ("local[*]:/data/caseload", SparkAddress("local[*]", "/data/caseload")),
        ("local[2]:out/sample", SparkAddress("local[2]", "out/sample")),
        ("local:out", SparkAddress("local", "out")),
        ("local[*]/data/caseload", SparkAddress("local[*]", "/data/caseload")),
        ("spark://host:7077:/data/caseload", SparkAddress("spark://host:7077", "/data/caseload")),
        ("spark://host:7077/data/caseload", SparkAddress("spark://host:7077", "/data/caseload")),
        ("spark://a:7077,b:7077:s3a://bucket/x", SparkAddress("spark://a:7077,b:7077", "s3a://bucket/x")),
        ("local-cluster[2,1,1024]:/data", SparkAddress("local-cluster[2,1,1024]", "/data")),
        ("spark://host/data", None),
        ("local[*]", None),
    ],
)
def test_a_spark_master_with_a_path(where: str, address: SparkAddress | None) -> None:
    assert spark_address(where) == address


def test_the_schema_is_taken_out_of_an_address() -> None:
    assert without_schema("postgresql://h/d?host=/s&schema=my%20records&x=1") == (
        "postgresql://h/d?host=/s&x=1",
        "my records",
    )
    assert without_schema("postgresql://h/d") == ("postgresql://h/d", "")


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("oracle://h/d", r"'oracle://h/d' is not where a caseload can lie\. Give a folder of Parquet or CSV tables"),
        ("local[*]", r"'local\[\*\]' is not a Spark master with a path\. Write it like local\[\*\]:/data/caseload"),
        ("nowhere", r"nowhere: is not there"),
        (__file__, r"is a file, not a folder"),
    ],
)
def test_an_unknown_place_says_what_is_possible(where: str, says: str, dictionary: Dictionary) -> None:
    with pytest.raises(KeptError, match=says):
        open_engine(where, dictionary)


def test_limits_make_sense(dictionary: Dictionary) -> None:
    assert memory_bytes("4GB") == memory_bytes("4 gib") == memory_bytes("4096mb") == 4 * 1024**3
    for memory in ("4", "lots", "1KB", "-1GB", ""):
        with pytest.raises(KeptError, match=r"Write it like 500MB or 4GB"):
            open_engine("nowhere", dictionary, memory=memory)
    with pytest.raises(KeptError, match=r"the number of threads is 0"):
        open_engine("nowhere", dictionary, threads=0)


@pytest.mark.parametrize(
    ("package", "where", "extra"),
    [("psycopg", "postgresql://h/d", "postgres"), ("pyspark.sql", "local[2]:s3a://bucket/caseload", "spark")],
)
def test_what_is_not_installed_is_named(
    package: str, where: str, extra: str, dictionary: Dictionary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(KeptError, match=rf"pip install kept\[{extra}\]"):
        open_engine(where, dictionary)


# --- a DuckDB file ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("ALTER TABLE events RENAME COLUMN happened TO hapened", r"records\.duckdb/events: column 'hapened': is not a column of events; did you mean 'happened'\?"),
        ("ALTER TABLE events ALTER COLUMN recorded TYPE VARCHAR", r"records\.duckdb/events: column 'recorded': holds string, not timestamp"),
        ("DROP TABLE event_object", r"records\.duckdb: event_object: is not there"),
    ],
)  # fmt: skip
def test_a_wrong_duckdb_file_is_said_as_a_folder(
    caseload: Path, tmp_path: Path, dictionary: Dictionary, statement: str, says: str
) -> None:
    where = in_duckdb(caseload, tmp_path / "records.duckdb")
    with duckdb.connect(where) as database:
        database.execute(statement)
    with pytest.raises(RecordProblem, match=says):
        open_engine(where, dictionary)
    (tmp_path / "cut.duckdb").write_bytes(Path(where).read_bytes()[:5000])
    with pytest.raises(RecordProblem, match=r"cut\.duckdb: cannot be"):
        open_engine(str(tmp_path / "cut.duckdb"), dictionary)
