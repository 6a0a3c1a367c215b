"""The store of plans: what is asked is the same with it and without it, and whatever is wrong with it only costs time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.duty.rulebook import Rulebook
from engine.judge import prepared
from engine.judge.plan import rows as plan_rows
from engine.judge.plan.rows import RulebookRows
from engine.judge.prepared import WHERE, Questions, questions
from engine.record.problem import KeptError


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own, with nothing in it."""
    monkeypatch.setenv(WHERE, str(tmp_path / "plans"))
    return tmp_path / "plans"


@pytest.fixture
def rows(rulebook: Rulebook) -> RulebookRows:
    """A small part of the rules."""
    return RulebookRows(rulebook, frozenset({"NS-5.1", "NS-2.1"}), stated_only=False)


@pytest.fixture
def unmade(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan can be made."""

    def refuse(*_: object) -> Questions:
        raise AssertionError("made again")

    monkeypatch.setattr(prepared, "_make", refuse)


def alike(some: Questions, others: Questions) -> bool:
    """Whether they are the same plan. Made twice, the SQL may name and order its parts differently."""
    return [step.name for step in some.steps] == [step.name for step in others.steps]


def only_file(store: Path) -> Path:
    """The one plan in the store."""
    (file,) = store.iterdir()
    return file


def test_what_is_stored_is_what_was_made(rows: RulebookRows, store: Path, request: pytest.FixtureRequest) -> None:
    made = questions(rows, "duckdb", "these")
    request.getfixturevalue("unmade")
    again = questions(rows, "duckdb", "these")
    assert again == made
    assert [step.content for step in again.steps if step.content is not None]
    assert store.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("dialect", "depends_on"), [("postgres", "these"), ("duckdb", "those")])
def test_another_place_or_another_rulebook_has_a_plan_of_its_own(
    rows: RulebookRows, store: Path, dialect: str, depends_on: str
) -> None:
    questions(rows, "duckdb", "these")
    questions(rows, dialect, depends_on)
    assert len(list(store.iterdir())) == 2


def test_another_program_makes_its_plan_anew(rows: RulebookRows, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    questions(rows, "duckdb", "these")
    monkeypatch.setattr(prepared, "_program", lambda: "another")
    questions(rows, "duckdb", "these")
    assert len(list(store.iterdir())) == 2


def cut_short(file: Path) -> None:
    """As when a disk was full."""
    file.write_bytes(file.read_bytes()[:-100])


def changed(file: Path) -> None:
    """As when somebody edits it."""
    file.write_bytes(file.read_bytes().replace(b"kept_events", b"kept_evented", 1))


def emptied(file: Path) -> None:
    """As after a crash."""
    file.write_bytes(b"")


def opened(file: Path) -> None:
    """As when others may write it."""
    file.chmod(0o666)


@pytest.mark.parametrize("damage", [cut_short, changed, emptied, opened])
def test_a_damaged_plan_is_made_again(rows: RulebookRows, store: Path, damage: object) -> None:
    made = questions(rows, "duckdb", "these")
    damage(only_file(store))  # type: ignore[operator]
    remade = questions(rows, "duckdb", "these")
    assert alike(remade, made)
    assert questions(rows, "duckdb", "these") == remade


def test_without_a_store_plans_are_made(rows: RulebookRows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = questions(rows, "duckdb", "these")
    monkeypatch.setenv(WHERE, "")
    assert alike(questions(rows, "duckdb", "these"), made)
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv(WHERE, str(tmp_path / "file" / "plans"))
    assert alike(questions(rows, "duckdb", "these"), made)


def test_somebody_without_a_home_has_no_store(
    rows: RulebookRows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(WHERE)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("~/.cache/kept"))
    monkeypatch.chdir(tmp_path)
    assert questions(rows, "duckdb", "these").steps
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("limit", ["KEYS", "KINDS"])
def test_what_does_not_go_into_a_number_is_refused(
    rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(plan_rows, limit, 2)
    with pytest.raises(KeptError, match="Judge it in parts, with --clause"):
        RulebookRows(rulebook, frozenset({"NS-5.1", "NS-2.1"}), stated_only=False)


def test_only_the_newest_plans_stay(rows: RulebookRows, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = questions(rows, "duckdb", "first")
    first = only_file(store)
    os.utime(first, (1, 1))
    monkeypatch.setattr(prepared, "_make", lambda *_: made)
    monkeypatch.setattr(prepared, "MOST", 3)
    for each in ("second", "third", "fourth"):
        questions(rows, "duckdb", each)
    assert len(list(store.iterdir())) == 3
    assert not first.exists()
