"""Sending digests: the ledger is free while a mail is on its way, and still each is sent once, whoever else sends or dies."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import create_engine

from engine.ledger.digest import HELD, digests, sending
from engine.ledger.migrations import upgrade
from engine.ledger.store import Ledger
from engine.record.problem import KeptError
from engine.report.digest_sent import Told, send_digests
from tests.nights import FINISHED, invariants, night
from tests.servers import postgres
from tests.test_digest import Post, Server, _free_port, server, settings, told, two_nights

__all__ = ["server"]

ROOT = Path(__file__).parent.parent
TEAMS = {"north-2": ["a@example.org", "b@example.org"], "south-1": ["c@example.org"]}


class Slow(Post):
    """Does something while each mail is being handed in, and takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] = lambda: None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.meanwhile()
        await asyncio.sleep(0.1)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def slow() -> Iterator[tuple[Slow, int]]:
    post = Slow()
    controller = Controller(post, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield post, controller.port
    controller.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a ledger with two nights is, in each database."""
    if request.param == "sqlite":
        address = str(tmp_path / "ledger.sqlite")
        with Ledger.open(address) as ledger:
            two_nights(ledger)
        yield address
        return
    with postgres() as address:
        with Ledger.open(address) as ledger:
            two_nights(ledger)
        yield address


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger with two nights whose lock nobody waits for long."""
    monkeypatch.setattr("engine.ledger.database._PATIENCE", 0.05)
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        two_nights(ledger)
    return tmp_path / "ledger.sqlite"


def locked(path: Path) -> sqlite3.Connection:
    """What a night holds while it is being written, until it is closed."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def addresses(post: Post) -> list[str]:
    return sorted(address for address, _ in post.letters)


def test_a_night_can_be_written_while_a_mail_is_on_its_way(where: str, slow: tuple[Slow, int]) -> None:
    post, port = slow
    written = []

    def write() -> None:
        with Ledger.open(where) as other:
            written.append(night(other, 2, described="another").run)

    post.meanwhile = write
    with Ledger.open(where) as ledger:
        found = told(ledger, settings(port, TEAMS))
        assert not found.failed
        assert invariants(ledger) == []
    assert len(written) == 3
    assert addresses(post) == ["a@example.org", "b@example.org", "c@example.org"]


def test_two_at_the_same_time_send_each_once(where: str, slow: tuple[Slow, int]) -> None:
    post, port = slow
    both, found = Barrier(2), list[Told | BaseException]()

    def call() -> None:
        try:
            with Ledger.open(where) as ledger:
                ready = digests(ledger)
                both.wait()
                found.append(send_digests(ledger, settings(port, TEAMS), ready, lambda: FINISHED, pause=lambda _: None))
        except BaseException as error:  # noqa: BLE001 - told below
            found.append(error)

    calls = [Thread(target=call) for _ in range(2)]
    for each in calls:
        each.start()
    for each in calls:
        each.join()
    assert [each for each in found if not isinstance(each, Told)] == []
    assert addresses(post) == ["a@example.org", "b@example.org", "c@example.org"]
    lines = [line for each in found if isinstance(each, Told) for line in each.lines]
    assert sum(line.endswith(": sent") for line in lines) == 3
    assert all(line.endswith((": sent", "is not sent again")) or "another call is sending it" in line for line in lines)
    with Ledger.open(where) as ledger:
        again = told(ledger, settings(port, TEAMS))
        assert (again.failed, [line.endswith("is not sent again") for line in again.lines]) == (False, [True] * 3)


DIES = """
import os, sys
from engine.ledger import digest
from engine.ledger.store import Ledger
digest._mark = lambda *_: os._exit(9)
from tests.test_digest import settings, told
told(Ledger.open(sys.argv[1]), settings(int(sys.argv[2])))
"""


def test_a_process_that_dies_after_the_answer_and_before_the_mark(where: str, slow: tuple[Slow, int]) -> None:
    post, port = slow
    died = subprocess.run([sys.executable, "-c", DIES, where, str(port)], cwd=ROOT, check=False)
    assert (died.returncode, addresses(post)) == (9, ["a@example.org"])
    with Ledger.open(where) as ledger:
        left = told(ledger, settings(port), FINISHED + timedelta(minutes=29))
        assert left.failed
        assert left.lines[0] == (
            "north-2: a@example.org: another call is sending it, or was cut off while it did. Look again after 22:35."
        )
        assert len(post.letters) == 1
        again = told(ledger, settings(port), FINISHED + HELD)
        assert (again.failed, again.lines[0]) == (
            False,
            "north-2: a@example.org: sent, after 1 attempt on earlier calls",
        )
        (_, first), (_, second) = post.letters
        assert first["Message-ID"] == second["Message-ID"]
        assert "was sent before" in told(ledger, settings(port), FINISHED + timedelta(hours=2)).lines[0]
    assert len(post.letters) == 2


def test_who_comes_back_late_marks_what_was_sent_and_spoils_nothing(path: Path) -> None:
    with Ledger.open(str(path)) as ledger:
        (digest,) = digests(ledger, "north-2")
        for late_was_sent, other_was_sent, already in ((True, False, True), (False, True, True), (False, False, False)):
            to = f"{late_was_sent}-{other_was_sent}@example.org"
            with sending(ledger, digest, to, FINISHED) as late:
                with sending(ledger, digest, to, FINISHED + HELD) as other:
                    assert (other.ours, other.tries) == (True, 1)
                    other.sent = other_was_sent
                late.sent = late_was_sent
            with sending(ledger, digest, to, FINISHED + HELD) as last:
                assert last.already == already
        # What is raised inside leaves it under way; a clock that was wrong holds it for half an hour at most.
        with pytest.raises(RuntimeError), sending(ledger, digest, "x@example.org", FINISHED + timedelta(days=900)):
            raise RuntimeError
        with sending(ledger, digest, "x@example.org", FINISHED + timedelta(days=900, minutes=1)) as held:
            assert (held.ours, held.held_until) == (False, FINISHED + timedelta(days=900) + HELD)
        with sending(ledger, digest, "x@example.org", FINISHED) as free:
            assert free.ours


def test_what_cannot_be_marked_now_is_marked_when_the_night_is_written(path: Path, slow: tuple[Slow, int]) -> None:
    post, port = slow
    holding, waited = list[sqlite3.Connection](), list[float]()
    post.meanwhile = lambda: holding.append(locked(path))

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            holding.pop().close()

    with Ledger.open(str(path)) as ledger:
        found = send_digests(ledger, settings(port), digests(ledger), lambda: FINISHED, pause=pause)
        assert (found.failed, len(waited)) == (False, 3)
        post.meanwhile = lambda: None
        assert "was sent before" in told(ledger, settings(port)).lines[0]
    assert len(post.letters) == 1


def test_what_cannot_be_marked_at_all_is_said(
    path: Path, slow: tuple[Slow, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    post, port = slow
    monkeypatch.setattr("engine.ledger.digest._MARKS", 3)
    holding = list[sqlite3.Connection]()
    post.meanwhile = lambda: holding.append(locked(path))
    with Ledger.open(str(path)) as ledger:
        with pytest.raises(
            KeptError, match=r"for a@example\.org was sent, and that could not be noted: .*another night"
        ):
            told(ledger, settings(port))
        holding.pop().close()
        assert told(ledger, settings(port)).failed  # nobody can say yet


def test_what_was_sent_needs_no_lock_to_be_left(path: Path, server: Server) -> None:
    with Ledger.open(str(path)) as ledger:
        told(ledger, settings(server.port, TEAMS))
        holding = locked(path)
        again = told(ledger, settings(server.port, TEAMS))
        assert [line.endswith("is not sent again") for line in again.lines] == [True] * 3
        night_holds = settings(server.port, {"north-2": ["new@example.org"]})
        with pytest.raises(KeptError, match="another night is being written"):
            told(ledger, night_holds)
        holding.close()
    assert addresses(server.post) == ["a@example.org", "b@example.org", "c@example.org"]


def test_an_older_ledger_knows_what_was_sent(tmp_path: Path, server: Server) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with engine.begin() as connection:
        upgrade(connection, "0006")
        connection.exec_driver_sql(
            "INSERT INTO digests VALUES ('2025-07-01-0001', 'north-2', 'a@example.org', 1, '2025-07-01 22:00:00', 1)"
        )
    engine.dispose()
    with Ledger.open(str(tmp_path / "old.sqlite")) as ledger:
        two_nights(ledger)
        assert "was sent before" in told(ledger, settings(server.port)).lines[0]
    assert server.post.letters == []
