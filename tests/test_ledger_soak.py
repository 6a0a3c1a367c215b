"""Nights that are killed, disks that are full, servers that restart: the ledger holds the last whole night or this one."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.duty.rulebook import Rulebook
from engine.ledger.store import Ledger
from engine.policy.sample import make_sample
from engine.record.problem import KeptError
from tests import servers
from tests.nights import FakeRun, invariants, night
from tests.servers import postgres

pytestmark = pytest.mark.soak

KEPT = Path(sys.executable).parent / "kept"
CLAUSES = [part for clause in ("NS-2.2", "NS-4.2", "NS-5.1", "NS-6.1", "NS-8.6") for part in ("--clause", clause)]
"""The whole rulebook takes seconds to plan."""
FIRST = date(2025, 4, 1)
KILLS = 5
"""Kills in each of ten tests on each database: a hundred moments, half of them on each."""


@pytest.fixture(scope="session")
def caseload(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Path:
    folder = tmp_path_factory.mktemp("soak") / "caseload"
    make_sample(rulebook.dictionary, folder, 60, 5)
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "ledger.sqlite")
    else:
        with postgres() as address:
            yield address


def start(where: str, caseload: Path, ahead: int) -> subprocess.Popen[bytes]:
    day = (FIRST + timedelta(days=ahead)).isoformat()
    command: list[str | Path] = [
        KEPT,
        "nightly",
        "--caseload",
        caseload,
        "--ledger",
        where,
        "--as-at",
        day,
        "--threads",
        "1",
        *CLAUSES,
    ]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finished(where: str, caseload: Path, ahead: int) -> float:
    """A whole night; gives how long it wrote."""
    process = start(where, caseload, ahead)
    began = wait_for_writing(where, process)
    _, said = process.communicate()
    assert process.returncode == 0, said.decode()
    return time.monotonic() - began


def wait_for_writing(where: str, process: subprocess.Popen[bytes]) -> float:
    """Wait until the night holds the ledger's lock, or has ended; gives the moment."""
    held = _held_postgres if "://" in where else _held_sqlite
    with held(where) as is_held:
        while process.poll() is None and not is_held():
            time.sleep(0.002)
    return time.monotonic()


@contextmanager
def _held_sqlite(where: str) -> Iterator[Callable[[], bool]]:
    def is_held() -> bool:
        # Until the file keeps a log beside it, our own question could be what it is locked by.
        if not Path(where).exists():
            return False
        with Path(where).open("rb") as file:
            if file.read(19)[18:] != b"\2":
                return False
        connection = sqlite3.connect(where, timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
        finally:
            connection.close()
        return False

    yield is_held


@contextmanager
def _held_postgres(where: str) -> Iterator[Callable[[], bool]]:
    import psycopg

    with psycopg.connect(where, autocommit=True) as connection:
        query = (
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
            "WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()"
        )
        yield lambda: bool(connection.execute(query).fetchone()[0])


def whole(where: str) -> list[str]:
    """The nights in the ledger, which is right."""
    with Ledger.open(where) as ledger:
        assert invariants(ledger) == []
        return [run.id for run in ledger.runs()]


def outcomes(where: str, run: str) -> list[tuple[object, ...]]:
    names = 'instance, "case", clause, duty, subject, outcome, start, due, done, days_over, evidence, team, practitioner, stale_since'
    with Ledger.open(where) as ledger, ledger.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT {names} FROM outcomes WHERE run = '{run}'").all()  # noqa: S608 - ours
    return sorted(tuple(row) for row in found)


@pytest.mark.parametrize("seed", range(10))
def test_a_night_killed_at_any_moment_leaves_the_last_whole_one_or_itself(
    where: str, caseload: Path, tmp_path: Path, seed: int
) -> None:
    choose = random.Random(seed)  # noqa: S311 - moments, not secrets
    if choose.random() < 0.8:
        began = time.monotonic()
        writing = finished(where, caseload, 0)
        lasts, ahead = time.monotonic() - began, 1
    else:
        lasts, writing, ahead = 4.0, 0.3, 0  # the first night of all is killed too
    landed = 0
    for _ in range(KILLS):
        before = whole(where)
        process = start(where, caseload, ahead)
        if choose.random() < 0.7:
            wait_for_writing(where, process)
            time.sleep(choose.uniform(0, writing * 1.2))
        else:
            time.sleep(choose.uniform(0, lasts))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        after = whole(where)
        this = f"{(FIRST + timedelta(days=ahead)).isoformat()}-0001"
        assert after in (before, [*before, this])
        landed += after != before
        ahead += after != before
    # The next start begins over by itself, and what it writes is what a ledger has in which nothing was ever killed.
    finished(where, caseload, ahead)
    last = f"{(FIRST + timedelta(days=ahead)).isoformat()}-0001"
    assert whole(where)[-1] == last
    clean = str(tmp_path / "clean.sqlite")
    finished(clean, caseload, ahead)
    assert len(outcomes(where, last)) == len(outcomes(clean, last)) > 0
    assert [row[:6] for row in outcomes(where, last)] == [row[:6] for row in outcomes(clean, last)]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of that size; a test is skipped where none can be made."""
    place = folder / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("no small disk can be made here")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=False)


def test_a_full_disk_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    with small_disk(tmp_path, "2m") as disk:
        where = str(disk / "ledger.sqlite")
        with Ledger.open(where) as ledger:
            night(ledger, 50)
        for cases in (20_000, 5_000):
            with Ledger.open(where) as ledger, pytest.raises(KeptError, match="disk is full; the ledger is as it was"):
                night(ledger, cases)
            assert whole(where) == ["2025-06-30-0001"]
        with Ledger.open(where) as ledger:
            assert night(ledger, 60).run == "2025-06-30-0002"
        assert whole(where) == ["2025-06-30-0001", "2025-06-30-0002"]


def test_a_file_that_may_not_grow_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    where = str(tmp_path / "ledger.sqlite")
    with Ledger.open(where) as ledger:
        night(ledger, 50)
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n"
        "from engine.ledger.store import Ledger; from engine.record.problem import KeptError; from tests.nights import night\n"
        "try:\n    with Ledger.open(sys.argv[1]) as ledger: night(ledger, 20_000)\n"
        "except KeptError as error: print(error); sys.exit(3)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, where], capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)  # fmt: skip
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "the ledger is as it was" in ended.stdout
    assert whole(where) == ["2025-06-30-0001"]


@contextmanager
def own_postgres() -> Iterator[tuple[str, Callable[[signal.Signals], None]]]:
    """A server of our own (the others' must not be stopped): its address, and what stops it so and starts it again."""
    folder: Path = servers._started_postgres.__wrapped__()
    programs, locales = servers._programs(), folder.parent / "locales"
    locale = (
        {"LOCPATH": str(locales), "LC_ALL": servers.LOCALE}
        if (locales / servers.LOCALE).exists()
        else {"LC_ALL": "C.UTF-8"}
    )
    settings = ("fsync=off", "full_page_writes=off", "listen_addresses=", f"unix_socket_directories={folder}")
    command: list[str | Path] = [
        programs / "postgres",
        "-D",
        folder,
        *(part for each in settings for part in ("-c", each)),
    ]
    running: list[subprocess.Popen[bytes]] = []

    def pid() -> int:
        return int((folder / "postmaster.pid").read_text().split()[0])

    def restart(how: signal.Signals) -> None:
        stopped = pid()
        os.kill(stopped, how)
        for server in running:
            server.wait(30)
        while Path(f"/proc/{stopped}").exists() and "State:\tZ" not in Path(f"/proc/{stopped}/status").read_text():
            time.sleep(0.05)
        with (folder.parent / "log").open("ab") as log:
            server = subprocess.Popen(
                command,
                user=servers._not_root(programs),
                env={**os.environ, **locale},
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        running[:] = [server]
        servers._wait(server, folder, folder.parent / "log")

    try:
        yield servers._url(folder, "postgres"), restart
    finally:
        for server in running:
            servers._stop(server)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_postgresql_that_restarts_in_the_middle_of_a_night(how: signal.Signals) -> None:
    """Stopped in order, and fallen over."""
    with own_postgres() as (address, restart):

        def at(stop: int) -> FakeRun:
            return FakeRun(400, together=50, pause=lambda position: restart(how) if position == stop else None)

        with Ledger.open(address) as ledger:
            night(ledger, 200)
        for stop in (75, 150, 399):
            with (
                Ledger.open(address) as ledger,
                pytest.raises(KeptError, match="connection was lost; the ledger is as it was"),
            ):
                night(ledger, run=at(stop))
            assert whole(address) == ["2025-06-30-0001"]
        with Ledger.open(address) as ledger:  # before anything was to be written: nothing is lost
            assert night(ledger, run=at(1)).run == "2025-06-30-0002"
        assert whole(address) == ["2025-06-30-0001", "2025-06-30-0002"]
