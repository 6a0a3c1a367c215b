"""Nights that are killed, disks that are full, servers that restart: the ledger holds the last whole night or this one."""

from __future__ import annotations

import json
import multiprocessing
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
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from engine.duty.rulebook import Rulebook
from engine.judge.outcome import OUTCOMES, Judgements
from engine.ledger.store import Ledger
from engine.policy.sample import make_sample
from engine.record.problem import KeptError
from tests import servers
from tests.nights import FakeRun, invariants, judgements, night, outcome_of

pytestmark = pytest.mark.soak

KEPT = Path(sys.executable).parent / "kept"
CLAUSES = [part for clause in ("NS-2.2", "NS-4.2", "NS-5.1", "NS-6.1", "NS-8.6") for part in ("--clause", clause)]
"""The whole rulebook takes seconds to plan."""
FIRST = date(2025, 4, 1)
SEEDS, KILLS, KILLS_OF_THE_COMMAND = 5, 19, 5
"""On each database: so many kills of a made-up night for each seed, and so many of the command itself, which takes seconds."""
CASES = 200
"""Of a made-up night."""


@pytest.fixture(scope="session")
def caseload(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Path:
    folder = tmp_path_factory.mktemp("soak") / "caseload"
    make_sample(rulebook.dictionary, folder, 60, 5)
    return folder


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


def outcomes(where: str, run: str) -> list[tuple[str, ...]]:
    names = 'instance, "case", clause, duty, subject, outcome, start, due, done, days_over, evidence, team, practitioner, stale_since'
    with Ledger.open(where) as ledger, ledger.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT {names} FROM outcomes WHERE run = '{run}'").all()  # noqa: S608 - ours
    return sorted(tuple(json.dumps(cell) if isinstance(cell, list) else str(cell) for cell in row) for row in found)


def made_up(where: str, ahead: int) -> None:
    """A made-up night; from one to the next, every case has one outcome another."""

    def gives(case: str) -> Judgements:
        turn = ahead + int(case.removeprefix("C-"))
        found = [outcome_of(case, outcome, position) for position, outcome in enumerate(OUTCOMES)]
        found[turn % len(found)] = outcome_of(case, "late", turn % len(found))
        return judgements(*found, case=case)

    with Ledger.open(where) as ledger:
        night(ledger, run=FakeRun(CASES, gives=gives, together=CASES // 4), as_at=FIRST + timedelta(days=ahead))


def begun(where: str, ahead: int) -> ForkServerProcess:
    """That night in a process of its own, which has everything it needs at once."""
    process = _processes().Process(target=made_up, args=(where, ahead))
    process.start()
    return process


@cache
def _processes() -> ForkServerContext:
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["tests.test_ledger_soak", "psycopg"])
    return found


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_night_killed_at_any_moment_leaves_the_last_whole_one_or_itself(
    where: str, tmp_path: Path, seed: int
) -> None:
    choose = random.Random(seed)  # noqa: S311 - moments, not secrets
    ahead, lasts = 0, 1.0
    if seed:  # otherwise the first night of all is killed too
        began = time.monotonic()
        begun(where, 0).join()
        lasts, ahead = time.monotonic() - began, 1
    for _ in range(KILLS):
        before = whole(where)
        process = begun(where, ahead)
        time.sleep(choose.uniform(0, lasts * 1.1))
        process.kill()
        process.join()
        after = whole(where)
        assert after in (before, [*before, _first_of(ahead)])
        ahead += after != before
    # The next start begins over by itself, and what it writes is what a ledger has in which nothing was ever killed.
    made_up(where, ahead)
    assert whole(where)[-1] == _first_of(ahead)
    clean = str(tmp_path / "clean.sqlite")
    made_up(clean, ahead)
    assert len(outcomes(where, _first_of(ahead))) == CASES * len(OUTCOMES)
    assert outcomes(where, _first_of(ahead)) == outcomes(clean, _first_of(ahead))


def _first_of(ahead: int) -> str:
    return f"{(FIRST + timedelta(days=ahead)).isoformat()}-0001"


def test_the_command_killed_at_any_moment(where: str, caseload: Path, tmp_path: Path) -> None:
    choose = random.Random(1)  # noqa: S311 - moments, not secrets
    began = time.monotonic()
    writing = finished(where, caseload, 0)
    lasts, ahead = time.monotonic() - began, 1
    for _ in range(KILLS_OF_THE_COMMAND):
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
        assert after in (before, [*before, _first_of(ahead)])
        ahead += after != before
    finished(where, caseload, ahead)
    assert whole(where)[-1] == _first_of(ahead)
    clean = str(tmp_path / "clean.sqlite")
    finished(clean, caseload, ahead)
    assert len(outcomes(where, _first_of(ahead))) == len(outcomes(clean, _first_of(ahead))) > 0
    assert [row[:6] for row in outcomes(where, _first_of(ahead))] == [
        row[:6] for row in outcomes(clean, _first_of(ahead))
    ]


def test_a_hundred_moments_on_each_database() -> None:
    assert SEEDS * KILLS + KILLS_OF_THE_COMMAND >= 100


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
