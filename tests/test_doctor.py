"""The doctor: what it finds well, what it warns of, what it calls bad, and that looking changes nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections import namedtuple
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.duty.rulebook import Rulebook
from engine.ledger.store import Ledger
from engine.record.problem import KeptError
from engine.running import doctor as module
from engine.running import ledger_seen
from engine.running.checked import Check
from engine.running.doctor import examine, worst_of
from engine.running.ledger_seen import look
from engine.running.settings import Settings, Smtp
from tests.commands import Run
from tests.nights import FINISHED, FakeRun, night
from tests.nights import rulebook as small_book
from tests.servers import postgres
from tests.test_cli import kept

__all__ = ["kept"]

NOW = FINISHED + timedelta(hours=5)


@pytest.fixture
def settings(tmp_path: Path, kept: Run) -> Settings:
    """All that a night needs: a caseload, a ledger with a night in it, and room."""
    kept("sample", "--cases", "2", "--out", "made")
    with Ledger.open(str(tmp_path / "l.sqlite")) as ledger:
        night(ledger)
    return Settings().model_copy(update={"caseload": str(tmp_path / "made"), "ledger": str(tmp_path / "l.sqlite")})


def found(settings: Settings, now: datetime = NOW, book: Rulebook | None = None, **given: Any) -> dict[str, Check]:
    """What is said of each thing; the worst of what is said more than once."""
    checks: dict[str, Check] = {}
    for check in examine(settings, lambda: book or small_book(), now, **given):
        if check.name not in checks or worst_of([check, checks[check.name]]) == check.state:
            checks[check.name] = check
        assert bool(check.remedy) == (check.state != "ok"), check
    return checks


def states(checks: dict[str, Check]) -> dict[str, str]:
    return {name: check.state for name, check in checks.items() if check.state != "ok"}


def test_all_is_well(settings: Settings, rulebook: Rulebook) -> None:
    assert set(found(settings)) == {
        "python", "packages", "rulebook", "calendar", "ledger", "clock", "last night", "disk", "caseload",
    }  # fmt: skip
    # The words of the small rulebook are not those of the caseload.
    assert states(found(settings)) == {"caseload": "bad"}
    assert states(found(settings, book=rulebook)) == {"rulebook": "warn"}


def test_looking_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    def there() -> dict[str, bytes]:
        return {str(each.relative_to(tmp_path)): each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}

    before = there()
    found(
        settings.model_copy(update={"nightly": settings.nightly.model_copy(update={"outcomes": tmp_path / "o" / "p"})})
    )
    assert there() == before
    assert not (tmp_path / "o").exists()
    missing = str(tmp_path / "new.sqlite")
    assert found(settings.model_copy(update={"ledger": missing}))["ledger"].says == f"{missing}: there is none yet"
    assert not Path(missing).exists()


@pytest.mark.parametrize(
    ("days", "state"), [(365, None), (364, "warn"), (0, "warn"), (-1, "bad")]
)  # fmt: skip
def test_how_far_the_bank_holidays_are_known(settings: Settings, days: int, state: str | None) -> None:
    now = datetime.combine(date(2027, 12, 31) - timedelta(days=days), NOW.time(), tzinfo=ZoneInfo("Europe/London"))
    assert states(found(settings, now)).get("calendar") == state


@pytest.mark.parametrize(("free", "state"), [(10**12, None), (3 * 1024**3, "warn"), (1024**3, "bad")])
def test_room_for_what_the_ledger_holds_again_and_a_margin(
    settings: Settings, free: int, state: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**13, 0, free))
    monkeypatch.setattr(ledger_seen, "_size", lambda _: 2 * 1024**3)
    check = found(settings)["disk"]
    assert check.state == (state or "ok")
    assert state is None or "is wanted (2.0 GB of margin)" in check.remedy


def test_the_clock(settings: Settings) -> None:
    assert states(found(settings, FINISHED - timedelta(minutes=1)))["clock"] == "bad"
    assert states(found(settings, FINISHED.replace(year=1970)))["clock"] == "bad"
    assert "clock" not in states(found(settings, FINISHED))


def test_the_last_night(settings: Settings) -> None:
    assert "last night" not in states(found(settings, FINISHED + timedelta(hours=36)))
    assert states(found(settings, FINISHED + timedelta(hours=36, minutes=1)))["last night"] == "warn"
    with Ledger.open(str(settings.ledger)) as ledger:
        night(ledger, run=FakeRun(100, bad=[1, 2]), as_at=date(2025, 7, 1))
        assert states(found(settings))["last night"] == "warn"
        night(ledger, run=FakeRun(100, bad=[1, 2, 3]), as_at=date(2025, 7, 2))
    check = found(settings)["last night"]
    assert (check.state, "3 of 100 cases could not be read" in check.says) == ("bad", True)


def test_a_rulebook_that_is_not_that_of_the_last_night_or_does_not_load(settings: Settings, rulebook: Rulebook) -> None:
    assert "rulebook" not in states(found(settings))
    check = found(settings, book=rulebook)["rulebook"]
    assert (check.state, small_book().sha256[:19] in check.says) == ("warn", True)

    def broken() -> Rulebook:
        raise KeptError("rules/x.py: NS-5.1 makes no sense. Mend it.")

    said = {check.name: check.state for check in examine(settings, broken, NOW)}
    assert (said["rulebook"], said["ledger"]) == ("bad", "ok")


def test_ledgers_that_are_none_or_older_or_newer_or_damaged(settings: Settings, tmp_path: Path) -> None:
    path = Path(str(settings.ledger))

    def version(number: int) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE kept_ledger SET schema = ?", (number,))
        connection.close()

    for number, state in {1: "warn", 99: "bad"}.items():
        version(number)
        before = path.read_bytes()
        check = found(settings)["ledger"]
        assert (check.state, f"version {number}," in check.says) == (state, True)
        assert path.read_bytes() == before
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE birds (name TEXT)")
    connection.close()
    assert "birds" in found(settings.model_copy(update={"ledger": str(other)}))["ledger"].says
    other.write_text("not a database")
    for where in (str(other), str(tmp_path), "nosuch://x/y"):
        assert states(found(settings.model_copy(update={"ledger": where})))["ledger"] == "bad"
    path.write_bytes(path.read_bytes()[:5000])
    assert states(found(settings))["ledger"] == "bad"


def test_a_ledger_on_a_server(settings: Settings) -> None:
    with postgres() as url:
        where = url.replace("postgresql://", "postgresql+psycopg://")
        assert states(found(settings.model_copy(update={"ledger": where})))["ledger"] == "warn"
        with Ledger.open(where) as ledger:
            night(ledger)
        check = found(settings.model_copy(update={"ledger": where}))["ledger"]
        assert (check.state, look(where).size > 1_000_000, look(where).folder) == ("ok", True, None)
    gone = "postgresql+psycopg://kept:hush@127.0.0.1:1/kept"
    check = found(settings.model_copy(update={"ledger": gone}))["ledger"]
    assert (check.state, "hush" in check.says) == ("bad", False)


def test_folders_that_are_not_there_or_not_writable(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = settings.watching.model_copy(
        update={"metrics": tmp_path / "no" / "kept.prom", "log": tmp_path / "n.jsonl"}
    )
    checks = found(settings.model_copy(update={"watching": watching}))
    assert (checks["metrics"].state, checks["log"].state) == ("warn", "ok")
    assert states(found(settings.model_copy(update={"ledger": str(tmp_path / "no" / "l.sqlite")})))["ledger"] == "bad"

    def refuse(**_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(module.tempfile, "TemporaryFile", refuse)  # type: ignore[attr-defined]
    checks = found(settings.model_copy(update={"watching": watching}))
    assert {checks[name].state for name in ("metrics", "log", "ledger")} == {"bad"}
    assert "ReadWritePaths=" in checks["log"].remedy


def test_what_is_missing_to_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "sys", SimpleNamespace(version_info=(3, 13, 0)))
    assert states(found(settings))["python"] == "bad"
    monkeypatch.setattr(module, "sys", sys)
    monkeypatch.setattr(
        module, "requires", lambda _: ["click>=99", "nosuchpackage", "sqlalchemy", "nothing; extra == 'x'"]
    )
    says = found(settings)["packages"].says
    assert "click is " in says
    assert says.endswith("nosuchpackage is missing")
    monkeypatch.setattr(module, "requires", lambda _: [])
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    monkeypatch.setattr(module.shutil, "which", lambda _: None)  # type: ignore[attr-defined]
    assert "packages" not in states(found(settings))
    spark = found(settings.model_copy(update={"caseload": "local[*]:/x"}), problems=[])["packages"]
    assert spark.says == "pyspark is missing; Java is missing"


def test_what_is_secret_and_is_not_kept_so(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "password"
    smtp = Smtp.model_validate({"host": "h", "from": "a@b.org"}).model_copy(update={"user": "u", "password_file": file})
    mail = settings.model_copy(update={"smtp": smtp})
    assert states(found(mail))["secrets"] == "bad"
    file.write_text("\n")
    assert states(found(mail))["secrets"] == "bad"
    file.write_text("hush\n")
    file.chmod(0o644)
    assert states(found(mail))["secrets"] == "warn"
    file.chmod(0o600)
    assert "secrets" not in found(mail)
    (tmp_path / "kept.toml").touch()
    (tmp_path / "kept.toml").chmod(0o666)
    assert states(found(settings, config=tmp_path / "kept.toml"))["settings"] == "warn"


# --- on the command line ----------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_the_doctor_says_how_it_is_by_its_exit_status(kept: Run, tmp_path: Path) -> None:
    kept("sample", "--cases", "2", "--out", "made")
    (tmp_path / "kept.toml").write_text('caseload = "made"\nledger = "l.sqlite"\n[watching]\ndisk_margin = "64MB"\n')
    first = kept("doctor", "--config", "kept.toml", "--format", "json")
    assert (first.status, first.json["state"]) == (1, "warn")
    assert [check["name"] for check in first.json["checks"] if check["state"] == "warn"] == ["ledger"]
    kept("--config", "kept.toml", "nightly", "--as-at", "2025-06-30")
    second = kept("--config", "kept.toml", "doctor")
    assert (second.status, second.err) == (0, "")
    assert "ok   last night 2025-06-30-0001, complete" in second.out
    third = kept("doctor", "--ledger", "l.sqlite", "--caseload", "nowhere")
    assert (third.status, "bad  caseload" in third.out) == (3, True)
    (tmp_path / "kept.toml").write_text('ledgr = "l.sqlite"\n')
    fourth = kept("doctor", "--config", "kept.toml")
    assert (fourth.status, "line 1: ledgr: unknown key" in fourth.out) == (3, True)
    assert "none is named" not in fourth.out
    assert json.loads(kept("doctor", "--format", "json").out)["state"] == "bad"


def test_worst_of() -> None:
    def some(*given: str) -> Iterator[Check]:
        return (Check(name="x", state=state, says="", remedy="") for state in given)  # type: ignore[arg-type]

    assert [worst_of(some(*given)) for given in ((), ("ok",), ("ok", "warn"), ("warn", "bad", "ok"))] == ["ok", "ok", "warn", "bad"]  # fmt: skip
