"""Running it every night: what the log and the metrics say, and what can never get into them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as older_metrics

import cli
from engine.judge.outcome import OUTCOMES, Fault
from engine.ledger.store import Ledger
from engine.record.dictionary import Dictionary
from engine.record.problem import KeptError, RecordProblem
from engine.record.table_cases import BadCase
from engine.record.table_reader import Caseload
from engine.running import night_log as log_module
from engine.running.metrics import LAST_SUCCESS, last_success, metrics_text
from engine.running.night_log import KEYS, NightLog
from engine.running.watch import MOST_LISTED, Watch, watching
from tests.commands import Run
from tests.nights import FakeRun, night
from tests.test_cli import kept
from tests.test_tables import edit, set_cell, write

__all__ = ["kept"]

LONDON = ZoneInfo("Europe/London")
NAME = "Whitlock"
FREE_TEXT = f"Amy {NAME} told her guardian\nthat \x1b[2J'; DROP TABLE cases; --"


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def clock(*moments: datetime) -> Callable[[], datetime]:
    """These moments one after the other, then the last for ever."""
    left = list(moments)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


EVENING = datetime(2025, 6, 30, 22, 0, tzinfo=LONDON)


# --- the log ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hostile(kept: Run, tmp_path: Path, dictionary: Dictionary) -> Path:
    """A caseload in which names and free text stand wherever a text can stand, in eight of its cases."""
    assert kept("sample", "--cases", "12", "--out", "made").status == 0
    with Caseload(tmp_path / "made", dictionary) as made:
        cases = [case for case in made.cases() if not isinstance(case, RecordProblem)]
    folder = write(tmp_path / "hostile", dictionary, cases, "csv")
    one, two, three, four, five, six, seven, eight, *_ = sorted(
        case.root.id for case in cases if case.root.type == "case"
    )
    set_cell(folder, "objects", {"id": one}, team=FREE_TEXT)
    set_cell(folder, "objects", {"case": two, "type": "child"}, born=FREE_TEXT)
    set_cell(folder, "objects", {"case": three}, case=FREE_TEXT)
    set_cell(folder, "objects", {"id": three}, id=FREE_TEXT)
    set_cell(folder, "objects", {"case": four, "type": "child"}, type=FREE_TEXT)
    set_cell(folder, "objects", {"case": five, "type": "child"}, id=FREE_TEXT)
    set_cell(folder, "events", {"case": six}, type=FREE_TEXT)
    set_cell(folder, "events", {"case": seven}, recorded=FREE_TEXT)
    stray = {
        "events": {"case": FREE_TEXT, "id": FREE_TEXT},
        "object_object": {"case": eight, "source": FREE_TEXT, "qualifier": NAME},
        "event_object": {"case": eight, "event": FREE_TEXT, "object": NAME},
    }
    for table, cells in stray.items():
        edit(folder, table, lambda rows, cells=cells: [*rows, rows[0] | cells])  # type: ignore[misc]
    return folder


def test_nothing_of_a_hostile_record_gets_into_the_log_or_the_metrics(kept: Run, hostile: Path) -> None:
    night = ("nightly", "--caseload", str(hostile), "--ledger", "l.sqlite", "--as-at", "2025-06-30", "--format", "json")
    ran = kept(*night, "--log", "-", "--log-level", "debug", "--metrics", "kept.prom")
    assert (ran.status, ran.json["complete"]) == (2, False)
    assert NAME in ran.out  # the summary says what is wrong, and where: the log must not
    told = ran.err + Path("kept.prom").read_text()
    for word in (NAME, "Amy", "guardian", "DROP", "\x1b", "\\u001b"):
        assert word not in told
    said = lines(ran.err)
    assert all(set(line) <= set(KEYS) for line in said)
    aside = [line for line in said if line["event"] == "quarantined"]
    assert len(aside) == ran.json["quarantined"] >= 7
    assert {line["table"] for line in aside} >= {"objects", "events"}
    assert sum("case" in line for line in aside) >= 6
    assert [line["dropped"] for line in aside if "case" not in line] == [1]


def test_a_night_tells_its_stages_and_what_it_came_to(kept: Run) -> None:
    kept("sample", "--cases", "4", "--out", "made")
    night = ("nightly", "--caseload", "made", "--ledger", "l.sqlite", "--as-at", "2025-06-30", "--format", "json")
    summary = kept(*night, "--log", "logs/n.jsonl", "--log-level", "debug").json
    first = lines(Path("logs/n.jsonl").read_text())
    assert [line["event"] for line in first if line["event"] != "step"] == ["started", *["stage"] * 5, "counted", "finished"]  # fmt: skip
    assert [line["stage"] for line in first if "stage" in line] == [
        "opening",
        "checking",
        "judging",
        "writing",
        "reporting",
    ]
    took = sum(line["seconds"] for line in first if line["event"] == "stage")
    assert took == pytest.approx(first[-1]["seconds"], abs=0.05)
    assert sum(line["event"] == "step" for line in first) > 5
    assert not any("dropped" in line for line in first)
    (counted,) = [line for line in first if line["event"] == "counted"]
    names = ("run", "cases", "instances", "outcomes", "quarantined", "faults", "complete")
    assert {name: counted[name] for name in names} == {name: summary[name] for name in names}
    kept(*night, "--log", "logs/n.jsonl")
    second = lines(Path("logs/n.jsonl").read_text())[len(first) :]
    assert (second[0]["event"], second[-1]["already"]) == ("started", True)
    assert "step" not in {line["event"] for line in second}
    assert Path("logs/n.jsonl").stat().st_mode & 0o007 == 0


def test_a_night_that_fails_says_only_the_type_of_the_error(kept: Run, tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    ran = kept("nightly", "--caseload", NAME, "--ledger", "l.sqlite", "--log", "n.jsonl", "--metrics", "kept.prom")
    assert ran.status == 3
    text = Path("n.jsonl").read_text()
    assert NAME not in text
    assert [(line["event"], line.get("error")) for line in lines(text)][-1] == ("failed", "RecordProblem")
    assert samples(Path("kept.prom").read_text())["kept_night_failed"] == 1


def test_a_log_or_metrics_that_cannot_be_written(kept: Run, tmp_path: Path) -> None:
    kept("sample", "--cases", "2", "--out", "made")
    night = ("nightly", "--caseload", "made", "--ledger", "l.sqlite", "--as-at", "2025-06-30")
    ran = kept(*night, "--log", str(tmp_path / "made"))
    assert (ran.status, "the log cannot be written there" in ran.err) == (3, True)
    assert not (tmp_path / "l.sqlite").exists()
    ran = kept(*night, "--metrics", "made/manifest.json/kept.prom")
    assert (ran.status, "cannot be written there" in ran.err) == (2, True)  # the night itself is in the ledger

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    class Full(io.StringIO):
        write = full  # type: ignore[assignment]

    log = NightLog(Full(), "info", lambda: EVENING)
    watch = Watch(log, None, lambda: EVENING)
    with Ledger.open(str(tmp_path / "other.sqlite")) as ledger:
        watch.found(night_of(ledger))
    assert watch.problems == ["the log: lines of it could not be written. Check the disk that it is on."]


def night_of(ledger: Ledger, bad: Sequence[int] = (), as_at: date = date(2025, 6, 30)) -> Any:
    return night(ledger, run=FakeRun(3, bad), as_at=as_at)


def test_faults_are_told_by_type_and_no_more_than_enough() -> None:
    stream = io.StringIO()
    watch = Watch(NightLog(stream, "info", lambda: EVENING), None, lambda: EVENING)
    run = FakeRun(1)
    run.faults = [
        Fault(case="C-1", duty="NS-5.8a", error=f"ZeroDivisionError: {NAME} by zero", trace=FREE_TEXT),
        Fault(case="C-2", duty="PQ-PUB-3", error="the calendar does not reach the day on which this falls due", trace=""),
        Fault(case=FREE_TEXT, duty=NAME, error=FREE_TEXT, trace=FREE_TEXT),
    ]  # fmt: skip
    run.problems = [
        BadCase(f"C-{number}", "e.csv", f"events, case C-{number}, row {NAME}", FREE_TEXT, FREE_TEXT)
        for number in range(MOST_LISTED + 7)
    ]
    watch.judging(run)
    watch.failed(KeptError(FREE_TEXT))
    said = lines(stream.getvalue())
    assert NAME not in stream.getvalue()
    assert [(line.get("case"), line.get("duty"), line["error"]) for line in said if line["event"] == "fault"] == [
        ("C-1", "NS-5.8a", "ZeroDivisionError"), ("C-2", "PQ-PUB-3", "NotJudged"), (None, None, "NotJudged"),
    ]  # fmt: skip
    assert sum(line["event"] == "quarantined" for line in said) == MOST_LISTED
    assert [(line["of"], line["unlisted"]) for line in said if line["event"] == "unlisted"] == [("quarantined", 7)]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
)


@given(st.dictionaries(st.sampled_from([*KEYS, "name", "exc_info", "text"]) | st.text(), ANYTHING, max_size=6))
def test_whatever_is_said_only_what_is_known_is_written(said: dict[str, Any]) -> None:
    stream = io.StringIO()
    said.pop("event", None)
    said.pop("level", None)
    NightLog(stream, "debug", lambda: EVENING).tell("started", **{key: value for key, value in said.items() if key != "self"})  # fmt: skip
    (line,) = lines(stream.getvalue())
    assert all(KEYS[key](value) for key, value in line.items())
    assert (line["event"], line["at"]) == ("started", "2025-06-30T21:00:00.000+00:00")


def test_a_night_over_the_change_of_the_clocks_takes_as_long_as_it_took() -> None:
    stream = io.StringIO()
    before = datetime(2025, 10, 26, 0, 30, tzinfo=UTC).astimezone(LONDON)
    after = datetime(2025, 10, 26, 2, 30, tzinfo=UTC).astimezone(LONDON)
    watch = Watch(NightLog(stream, "info", lambda: after), None, clock(before, after))
    watch.failed(KeyboardInterrupt())
    assert lines(stream.getvalue())[-1]["seconds"] == 7200


# --- the metrics ------------------------------------------------------------------------------------------------------


def samples(text: str) -> dict[str, float]:
    """Each sample by its name, with its label if it has one; the same to both readers, and gauges only."""
    found: dict[str, float] = {}
    for reader in (open_metrics, older_metrics):
        families = list(reader(text))
        assert {family.type for family in families} == {"gauge"}
        again = {
            sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }
        assert not found or again == found
        assert all(sample.timestamp is None for family in families for sample in family.samples)
        found = again
    return found


def test_what_a_night_came_to_can_be_scraped(kept: Run) -> None:
    kept("sample", "--cases", "4", "--out", "made")
    night = ("nightly", "--caseload", "made", "--ledger", "l.sqlite", "--as-at", "2025-06-30", "--format", "json")
    summary = kept(*night, "--metrics", "kept.prom").json
    found = samples(Path("kept.prom").read_text())
    assert {outcome: found[f"kept_night_instances/{outcome}"] for outcome in OUTCOMES} == summary["outcomes"]
    assert (found["kept_night_cases"], found["kept_night_complete"], found["kept_night_failed"]) == (
        summary["cases"],
        1,
        0,
    )
    assert found[f"kept_rulebook_info/{summary['rulebook']}"] == 1
    assert found[LAST_SUCCESS] == found["kept_night_last_end_timestamp_seconds"] > 1.7e9
    assert 0 < found["kept_night_duration_seconds"] < 600


def test_a_failed_or_incomplete_night_keeps_the_time_of_the_last_success(tmp_path: Path) -> None:
    path = tmp_path / "kept.prom"
    moments = [datetime(2025, 7, day, 3, 0, tzinfo=LONDON) for day in range(1, 6)]

    def run(day: int, bad: Sequence[int] = (), *, fails: bool = False) -> dict[str, float]:
        with Ledger.open(str(tmp_path / "l.sqlite")) as ledger:
            try:
                with watching(None, "info", path, now=lambda: moments[day]) as watch:
                    if fails:
                        raise KeptError("no database")
                    watch.found(night_of(ledger, bad, date(2025, 7, day + 1)))
            except KeptError:
                assert fails
        return samples(path.read_text())

    assert run(0, fails=True)[LAST_SUCCESS] == 0
    assert run(1)[LAST_SUCCESS] == moments[1].timestamp()
    third = run(2, bad=[2])
    assert (third[LAST_SUCCESS], third["kept_night_quarantined_cases"], third["kept_night_complete"]) == (moments[1].timestamp(), 1, 0)  # fmt: skip
    fourth = run(3, fails=True)
    assert (fourth[LAST_SUCCESS], fourth["kept_night_failed"]) == (moments[1].timestamp(), 1)
    assert "kept_night_cases" not in fourth
    assert run(4)[LAST_SUCCESS] == moments[4].timestamp()


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"junk", b"# EOF\n", LAST_SUCCESS.encode() + b" lots\n# EOF\n", b"x{" * 99]
)
def test_a_damaged_file_of_metrics_is_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kept.prom"
    assert last_success(path) == 0
    path.write_bytes(content)
    assert last_success(path) == 0
    path.write_text(metrics_text(None, 12.5, EVENING, EVENING))
    assert last_success(path) == 12.5


def test_the_log_level_is_one_that_the_settings_know() -> None:
    (option,) = [param for param in cli.nightly.params if param.name == "log_level"]
    assert list(getattr(option.type, "choices", ())) == list(log_module.LEVELS)
