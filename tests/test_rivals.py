"""The rivals in the benchmark do the same work as Kept: what they count agrees, or it is said why it does not.

What needs the rivals' own environment (`make bench` makes it) is skipped where that is not there.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.record.model import CaseRecord
from engine.record.table_reader import Caseload
from engine.record.timeline import View
from tests import oracle, rivals
from tests.rivals import log, running
from tests.rivals.duties import TEN, TWENTY

CASES = 40


class Stood(NamedTuple):
    """Where an instance stands, as far as the SQL tells it."""

    instance: str
    outcome: str
    start: date
    due: date | None
    done: date | None


@pytest.fixture(scope="module")
def caseload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rivals") / "caseload"
    rivals.write_caseload(out, CASES)
    return out


def by_oracle(book: Rulebook, as_at: date) -> set[Stood]:
    rows = (row for story in log.stories(CASES) for row in oracle.judge(log.record(story), book, as_at))
    return {Stood(row.instance, row.outcome, row.start, row.due, row.done) for row in rows}


def test_the_log_is_the_same_again_and_forty_events_a_case() -> None:
    stories = list(log.stories(CASES))
    assert stories == list(log.stories(2 * CASES))[:CASES]
    assert stories != list(log.stories(CASES, seed=2))
    assert {len(story.entries) for story in stories} == {log.EVENTS}


def test_the_caseload_reads_as_it_was_told(caseload: Path) -> None:
    with Caseload(caseload, rivals.DICTIONARY) as read:
        found = [case for case in read.cases() if isinstance(case, CaseRecord)]
    assert [case.id for case in found] == [story.case for story in log.stories(CASES)]
    for case, story in zip(found, log.stories(CASES), strict=True):
        told = log.record(story)
        assert sorted(case.events, key=lambda one: one.id) == list(told.events)
        assert sorted(case.objects, key=lambda one: one.id) == list(told.objects)


@pytest.mark.parametrize("as_at", [date(2024, 12, 26), log.AS_AT, log.LONG_AFTER])
def test_the_sql_by_hand_gives_the_oracles_rows(caseload: Path, tmp_path: Path, as_at: date) -> None:
    measured = rivals.handwritten(caseload, tmp_path, as_at)
    query = "SELECT instance, outcome, start, due, done FROM read_parquet(?)"
    with duckdb.connect() as database:
        found = [Stood(*row) for row in database.execute(query, [str(tmp_path / "outcomes.parquet")]).fetchall()]
    assert len(found) == len(set(found)) == sum(sum(outcomes.values()) for outcomes in measured.counts.values())
    assert set(found) == by_oracle(rivals.rulebook_twenty(), as_at)
    assert set(measured.counts) == {one.duty for one in TWENTY}
    assert (measured.cases, measured.events, measured.problem) == (CASES, CASES * log.EVENTS, "")


def test_the_log_has_every_outcome_that_the_sql_can_tell() -> None:
    outcomes = {row.outcome for row in by_oracle(rivals.rulebook_twenty(), log.AS_AT)}
    assert outcomes == {"met", "late", "due", "breached", "excused"}


def test_nothing_that_fulfils_or_excuses_starts_anything() -> None:
    starts = {one.trigger for one in (*TWENTY, *TEN)}
    assert not starts & {one.fulfilment for one in TWENTY}
    assert not starts & {one.exception for one in TWENTY}
    assert not starts & {one.response for one in TEN}


def test_what_cannot_be_installed_is_said_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ENVIRONMENT", tmp_path / "venv")
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    told: list[str] = []
    assert "not measured" in rivals.ensure_environment(told.append)
    assert told
    assert "not measured" in rivals.declare4py(1).problem
    assert "not measured" in rivals.r4pm(1).problem


def test_a_rival_that_fails_is_said_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text("#!/bin/sh\necho 'no such package' >&2\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / "installed.lock").write_text(running.LOCK.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(running, "ENVIRONMENT", tmp_path)
    assert rivals.ensure_environment(lambda _: None) == ""
    assert rivals.r4pm(1).problem == "not measured: it failed: no such package"


@pytest.fixture(scope="module")
def ten() -> dict[str, Counter[str]]:
    """What the case judge finds for the ten, long after everything was due."""
    judge, view = CaseJudge(rivals.rulebook_ten()), View(log.LONG_AFTER)
    found: dict[str, Counter[str]] = {one.id: Counter() for one in TEN}
    for story in log.stories(CASES):
        for finding in judge.judge(log.record(story), view).findings:
            found[finding.duty][finding.outcome] += 1
    return found


def test_the_ten_are_met_late_and_breached(ten: dict[str, Counter[str]]) -> None:
    assert all(set(outcomes) == {"met", "late", "breached"} for outcomes in ten.values())


needs_rivals = pytest.mark.skipif(
    not (running.ENVIRONMENT / "installed.lock").exists(),
    reason="needs the rivals' environment, which make bench makes",
)


@needs_rivals
@pytest.mark.soak
def test_declare4py_counts_what_kept_finds_late_or_breached(ten: dict[str, Counter[str]]) -> None:
    measured = rivals.declare4py(CASES)
    assert measured.problem == ""
    assert measured.counts == {
        name: {"activations": found.total(), "violations": found["late"] + found["breached"]}
        for name, found in ten.items()
    }


@needs_rivals
def test_r4pm_counts_what_kept_finds_breached(ten: dict[str, Counter[str]]) -> None:
    measured = rivals.r4pm(CASES)
    assert measured.problem == ""
    assert measured.counts == {
        name: {"activations": found.total(), "violations": found["breached"]} for name, found in ten.items()
    }
