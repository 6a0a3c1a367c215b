"""A sweep gives what judging by each number gives, judges only the duties that use the value, and shares no small share."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.judge.caseload_judge import CaseloadJudge
from engine.judge.curve import Curve, Kept, Point
from engine.judge.outcome import OUTCOMES
from engine.policy.impact import sweep as sweeping
from engine.policy.impact.sweep import numbers_in, sweep
from engine.policy.sample import AS_AT, make_sample
from engine.record.engines import open_engine
from engine.record.model import CaseRecord
from engine.record.problem import KeptError
from engine.record.table_reader import Caseload
from engine.record.timeline import View
from engine.report.small_groups import FEWEST
from engine.report.sweep_picture import curve_page, write_picture
from engine.report.sweep_text import curve_json, write_curve
from tests.commands import runner
from tests.test_impact import altered, with_number

VALUE, VIEW = "ns_5_1_seen_within", View(AS_AT)
NUMBERS = [5, 10, 25]


@pytest.fixture(scope="module")
def caseload(rulebook: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sweep") / "sample"
    make_sample(rulebook.dictionary, out, 90, 5, lambda _: None, judgements=[])
    return out


def swept(caseload: Path, book: Rulebook, name: str = VALUE, numbers: list[int] = NUMBERS, **asked: Any) -> Curve:
    return sweep(book, name, numbers, lambda words: open_engine(str(caseload), words, threads=1), VIEW,
                 caseload="the sample", **asked)  # fmt: skip


@pytest.fixture(scope="module")
def curve(caseload: Path, rulebook: Rulebook) -> Curve:
    return swept(caseload, rulebook, by_team=True)


def test_each_point_is_a_judging_by_that_number(caseload: Path, rulebook: Rulebook, curve: Curve) -> None:
    with Caseload(caseload, rulebook.dictionary) as cases:
        records = [case for case in cases.cases() if isinstance(case, CaseRecord)]
    for point in curve.points:
        judge = CaseJudge(with_number(rulebook, VALUE, point.number), only=["NS-5.1"])
        findings = [finding for case in records for finding in judge.judge(case, VIEW).findings]
        outcomes = Counter(finding.outcome for finding in findings)
        assert point.whole.outcomes == {outcome: outcomes[outcome] for outcome in OUTCOMES}
        decided = outcomes["met"] + outcomes["late"] + outcomes["breached"]
        assert point.whole.compliance == outcomes["met"] / decided
        teams = Counter((finding.team, finding.outcome) for finding in findings)
        assert {(team, outcome): count for team, kept in point.groups.items()
                for outcome, count in kept.outcomes.items() if count} == teams  # fmt: skip
        for team, kept in point.groups.items():
            met = {finding.case for finding in findings if (finding.team, finding.outcome) == (team, "met")}
            failed = {
                finding.case for finding in findings if finding.team == team and finding.outcome in ("late", "breached")
            }
            assert (kept.kept_few, kept.failed_few) == (0 < len(met) < FEWEST, 0 < len(failed) < FEWEST)
    assert (curve.now, curve.unit, set(curve.duties), curve.complete) == (10, "working_days", {"NS-5.1"}, True)
    assert curve.cases == len(records)


def test_only_the_duties_that_use_it_are_judged(
    caseload: Path, rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, set[str]]] = []

    class Noting(CaseloadJudge):
        def __init__(self, rulebook: Rulebook, **kwargs: Any) -> None:
            asked.append((int(str(rulebook.values[VALUE].versions[0].value)), set(kwargs["only"])))
            super().__init__(rulebook, **kwargs)

    monkeypatch.setattr(sweeping, "CaseloadJudge", Noting)
    told: list[tuple[int, int]] = []
    swept(caseload, rulebook, numbers=[3, 4], progress=lambda stage: told.append((stage.done, stage.steps)))
    assert asked == [(3, {"NS-5.1"}), (4, {"NS-5.1"})]
    assert told == sorted(told)
    assert all(done <= steps for done, steps in told)


def test_only_the_version_of_the_day_is_another(caseload: Path, rulebook: Rulebook) -> None:
    """What started before the version that is swept keeps the number of its own day."""
    value = rulebook.values[VALUE]
    later = value.versions[0].model_copy(update={"from_": AS_AT.replace(year=2025, month=3, day=1), "value": 10})
    dated = value.model_copy(
        update={"versions": (value.versions[0].model_copy(update={"value": 40_000 // 1000}), later)}
    )
    book = altered(rulebook, values={**rulebook.values, VALUE: dated})
    (point,) = swept(caseload, book, numbers=[0]).points
    with Caseload(caseload, rulebook.dictionary) as cases:
        records = [case for case in cases.cases() if isinstance(case, CaseRecord)]
    moved = altered(book, values={**book.values, VALUE: dated.model_copy(
        update={"versions": (dated.versions[0], later.model_copy(update={"value": 0}))})})  # fmt: skip
    judge = CaseJudge(moved, only=["NS-5.1"])
    wanted = Counter(finding.outcome for case in records for finding in judge.judge(case, VIEW).findings)
    assert {outcome: count for outcome, count in point.whole.outcomes.items() if count} == wanted


@pytest.mark.soak
def test_what_fails_at_a_number_is_told(caseload: Path, rulebook: Rulebook, tmp_path: Path) -> None:
    curve = swept(caseload, rulebook, numbers=[10, 39_000])
    assert [bool(point.faults) for point in curve.points] == [False, True]
    assert not curve.complete
    assert curve.points[1].whole.compliance is None
    assert "This is incomplete" in curve_page(curve)
    write_picture(curve, tmp_path / "a.svg")


@pytest.mark.parametrize(
    ("name", "numbers", "message"),
    [
        ("ns_5_1_seen_withing", [5], "there is no value 'ns_5_1_seen_withing'; did you mean 'ns_5_1_seen_within'?"),
        (VALUE, [50_000], "50000 is out of range"),
    ],
)
def test_what_cannot_be_swept_is_said(
    caseload: Path, rulebook: Rulebook, name: str, numbers: list[int], message: str
) -> None:
    with pytest.raises(KeptError) as caught:
        swept(caseload, rulebook, name, numbers)
    assert message in str(caught.value)


def test_a_list_of_codes_and_a_value_that_nothing_uses_cannot_be_swept(caseload: Path, rulebook: Rulebook) -> None:
    value = rulebook.values[VALUE]
    codes = tuple(version.model_copy(update={"value": ("one", "two")}) for version in value.versions)
    listed = value.model_copy(update={"name": "listed", "unit": "codes", "versions": codes})
    book = altered(
        rulebook, values={**rulebook.values, "listed": listed, "unused": value.model_copy(update={"name": "unused"})}
    )
    with pytest.raises(KeptError, match="'listed' is a list of codes, not a number"):
        swept(caseload, book, "listed")
    with pytest.raises(KeptError, match="no duty uses the value 'unused'"):
        swept(caseload, book, "unused")


def test_the_numbers_that_are_meant() -> None:
    assert numbers_in("5..8", 1) == [5, 6, 7, 8]
    assert numbers_in("5..60", 25) == [5, 30, 55, 60]
    assert numbers_in("7..7", 3) == [7]
    for text in ("60..5", "5", "5..x", "-1..4", "5...6", ""):
        with pytest.raises(KeptError, match=r"Write it like 5\.\.60"):
            numbers_in(text, 1)
    with pytest.raises(KeptError, match="Take a --step"):
        numbers_in("1..1000", 1)
    assert len(numbers_in("1..1000", 6)) == 168


def made_up(groups: dict[str, Kept]) -> Curve:
    whole = Kept({outcome: sum(kept.outcomes[outcome] for kept in groups.values()) for outcome in OUTCOMES})
    return Curve(
        value="a_value", says="How long", unit="days", now=3, since=AS_AT, until=None, duties={"NS-5.1": "Seen"}, view=VIEW,
        caseload="made up", rulebook="sha256:a", cases=9, by_team=True, points=(Point(3, whole, groups),),
    )  # fmt: skip


def kept_of(met: int, late: int, **more: bool) -> Kept:
    return Kept({**dict.fromkeys(OUTCOMES, 0), "met": met, "late": late}, **more)


def test_of_a_team_only_a_share_about_enough_cases_is_shared() -> None:
    curve = made_up({
        "fine": kept_of(30, 10), "few kept": kept_of(3, 30, kept_few=True), "few failed": kept_of(30, 2, failed_few=True),
        "all kept": kept_of(20, 0), "nothing": kept_of(0, 0),
    })  # fmt: skip
    shares = json.loads(curve_json(curve))["points"][0]["teams"]
    assert shares == {"fine": 75, "few kept": None, "few failed": None, "all kept": 100, "nothing": None}
    file = io.StringIO()
    write_curve(curve, file)
    rows = {row["team"]: row for row in csv.DictReader(io.StringIO(file.getvalue()))}
    assert {team: row["compliance"] for team, row in rows.items() if team} == {
        "fine": "0.75", "few kept": "", "few failed": "", "all kept": "1.00", "nothing": ""
    }  # fmt: skip
    assert not any(row[outcome] for team, row in rows.items() if team for outcome in OUTCOMES)
    assert (rows[""]["met"], rows[""]["late"], rows[""]["now"]) == ("83", "42", "yes")
    assert curve_page(curve).count("·</td>") == 3


@pytest.mark.parametrize("name", ["curve.png", "curve.svg", "curve.html"])
def test_the_picture(curve: Curve, tmp_path: Path, name: str) -> None:
    path = tmp_path / "new" / name
    write_picture(curve, path)
    content = path.read_bytes()
    write_picture(curve, path)
    assert path.read_bytes() == content
    if name.endswith("png"):
        assert content.startswith(b"\x89PNG")
        assert b"How compliance bends" in content
    else:
        text = content.decode()
        assert 'role="img"' in text
        assert "</desc>" in text
        assert "each team, as far as it may be shown" in text
        assert "<script" not in text
        assert "://" not in text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.soak
def test_the_command(caseload: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    kept = runner(capsys, "rules", "sweep", "--caseload", caseload, "--as-at", AS_AT)
    status, out, err = kept(VALUE, "5..10", "--step", 5, "--by", "team", "--out", tmp_path / "a.html")
    assert (status, err) == (0, "")
    assert "met ÷ (met + late + breached)" in out
    assert "10 now" in out
    assert "For your own eyes".lower() in out.lower()
    assert (tmp_path / "a.html").exists()
    for wrong in ((VALUE, "10..5"), ("no_such_value", "1..2"), (VALUE, "1..2", "--out", tmp_path / "a.pdf")):
        assert kept(*wrong)[0] == 3
