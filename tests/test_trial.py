"""A duty on trial is judged and shown apart, and counts nowhere until somebody promotes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from engine.duty.english import English
from engine.duty.rulebook import Rulebook
from engine.record.problem import RulebookProblem
from tests.commands import Run
from tests.test_cli import kept

__all__ = ["kept"]  # the fixture

UNSEEN = """
case: {id: C-1, law: private, work: section_7, team: north-2}
objects: {amy: {type: child}}
timeline:
  - {date: 2025-03-04, event: case_accepted}
"""


def changed(rulebook: Rulebook, *duties: dict[str, Any]) -> Rulebook:
    """The rulebook with these duties instead of those of the same id, as if it had been frozen so."""
    frozen = json.loads(rulebook.canonical())
    ids = {duty["id"] for duty in duties}
    frozen["duties"] = sorted(
        [*(duty for duty in frozen["duties"] if duty["id"] not in ids), *duties], key=lambda duty: str(duty["id"])
    )
    return Rulebook.from_json(json.dumps(frozen).encode(), "tried.json")


def frozen(rulebook: Rulebook, name: str) -> dict[str, Any]:
    """One duty as JSON."""
    found: dict[str, Any] = next(duty for duty in json.loads(rulebook.canonical())["duties"] if duty["id"] == name)
    return found


def on_trial(rulebook: Rulebook, name: str) -> Rulebook:
    """The rulebook with that duty on trial."""
    return changed(rulebook, frozen(rulebook, name) | {"status": "trial"})


@pytest.fixture
def tried(rulebook: Rulebook, tmp_path: Path) -> Path:
    """NS-5.1 on trial, frozen."""
    path = tmp_path / "tried.json"
    path.write_text(on_trial(rulebook, "NS-5.1").canonical())
    return path


def test_a_breach_on_trial_is_shown_apart_and_is_no_reason_for_an_exit_status(
    kept: Run, tried: Path, tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text(UNSEEN)
    asked = ("check", str(tmp_path / "c.yaml"), "--as-at", "2025-06-30", "--clause", "NS-5.1")
    usual = kept(*asked, "--format", "json")
    assert (usual.status, [one["outcome"] for one in usual.json["findings"]], usual.json["trial"]) == (
        1,
        ["breached"],
        [],
    )
    ran = kept(*asked, "--rulebook", str(tried), "--format", "json")
    assert (ran.status, ran.json["findings"], [one["outcome"] for one in ran.json["trial"]]) == (0, [], ["breached"])
    told = kept(*asked, "--rulebook", str(tried))
    assert told.status == 0
    assert "On trial, in no total: 1 breached" in told.out
    assert kept(*asked, "--rulebook", str(tried), "--format", "csv").out.count("\n") == 1


def test_a_night_counts_it_apart(kept: Run, tried: Path, tmp_path: Path) -> None:
    assert kept("sample", "--cases", "12", "--out", str(tmp_path / "sample")).status == 0
    where = (
        "--caseload",
        str(tmp_path / "sample"),
        "--as-at",
        "2025-06-30",
        "--clause",
        "NS-5.1",
        "--clause",
        "NS-2.2",
    )
    usual = kept("nightly", *where, "--ledger", str(tmp_path / "usual.sqlite"), "--format", "json").json
    asked = ("--rulebook", str(tried), "--outcomes", str(tmp_path), "--report", str(tmp_path / "page.html"))
    ledger = ("--ledger", str(tmp_path / "tried.sqlite"))
    night = kept("nightly", *where, *ledger, *asked, "--format", "json").json
    (apart,) = night["trial"]
    seen = next(clause for clause in usual["clauses"] if clause["clause"] == "NS-5.1")
    assert (apart["duty"], apart["outcomes"]) == ("NS-5.1", seen["outcomes"])
    assert sum(apart["outcomes"].values()) > 0
    assert night["instances"] == usual["instances"] - sum(apart["outcomes"].values())
    written = pq.read_table(tmp_path / "outcomes.parquet")
    assert written.num_rows == night["instances"]
    assert "NS-5.1" not in written["duty"].to_pylist()
    assert "They are in no count on this page" in (tmp_path / "page.html").read_text()
    assert "On trial, in no total" in kept("nightly", *where, *ledger, *asked[:2]).out


def test_a_duty_about_outcomes_does_not_look_at_what_is_on_trial(rulebook: Rulebook) -> None:
    assert "NS-5.1" in rulebook.rested_on(["PQ-QAI-5"])
    assert "NS-5.1" not in on_trial(rulebook, "NS-5.1").rested_on(["PQ-QAI-5"])


def test_it_says_so(rulebook: Rulebook) -> None:
    tried = on_trial(rulebook, "NS-5.1")
    assert tried.sha256 != rulebook.sha256
    duty = tried.clauses["NS-5.1"][0]
    assert "on trial: judged, and in no total" in English(tried).paragraph(duty)


def test_a_duty_is_not_on_trial_in_one_version_only(rulebook: Rulebook) -> None:
    duty = frozen(rulebook, "NS-5.1")
    with pytest.raises(RulebookProblem, match="an id of its own"):
        changed(rulebook, duty | {"until": "2026-01-01"}, duty | {"in_force": "2026-01-01", "status": "trial"})
