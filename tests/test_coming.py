"""What falls due: dates that follow from the last night alone, as a list, as a picture, and as calendars others can read."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from icalendar import Calendar
from PIL import Image
from rich.console import Console

import cli
from engine.judge.outcome import OUTCOMES, Finding, Judgements
from engine.ledger.coming import WEEKS, Coming, coming
from engine.ledger.store import Ledger
from engine.ledger.waivers import approve, ask
from engine.record.problem import KeptError
from engine.report.coming_calendar import MARKER, calendar_text, file_name, uid, write_calendars
from engine.report.coming_picture import weeks_png, weeks_svg, write_weeks
from engine.report.coming_text import coming_csv, coming_json, show_coming
from tests.commands import Run
from tests.nights import AS_AT, FakeRun, fault, finding, judgements, night
from tests.test_cli import kept

__all__ = ["kept"]

HOSTILE = "\x1b[2J<b>=cmd()|[red]\r\nEND:VEVENT\r\n\u202e"


def days(count: int, since: date = AS_AT) -> date:
    return since + timedelta(days=count)


def due(case: str, ahead: int | None, event: str = "e1", **given: Any) -> Finding:
    values: dict[str, Any] = {
        "instance": f"{case}/NS-5.1/amy/{event}", "case": case, "outcome": "due", "due": None if ahead is None else days(ahead),
        "done": None, "days_over": None, "flags": (), "evidence": ("e1",),
    }  # fmt: skip
    return finding(**(values | given))


def saw(ledger: Ledger, *found: Finding, as_at: date = AS_AT, **given: Any) -> None:
    """A night that found just this, of one case."""
    night(ledger, run=FakeRun(1, gives=lambda _: judgements(*found, **given)), as_at=as_at)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(str(tmp_path / "small.sqlite")) as opened:
        yield opened


def shown(found: Coming, by: Any = None, *, terminal: bool = False) -> str:
    console = Console(
        file=io.StringIO(), width=400, highlight=False, soft_wrap=True, force_terminal=terminal, no_color=True
    )
    show_coming(console, found, by)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def events(text: str) -> dict[str, Any]:
    """The events of a calendar by their UID, read back."""
    calendar: Any = Calendar.from_ical(text)
    assert calendar.errors == []
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


# --- what falls due ------------------------------------------------------------------------------------------------------


def test_what_is_due_within_the_days_and_nothing_else(ledger: Ledger) -> None:
    saw(ledger, due("C-1", 15), due("C-2", 14), due("C-3", 0), due("C-4", 3, standing="court"), due("C-5", None), due("C-6", 3),
        *(due("C-7", 2, event=outcome, outcome=outcome) for outcome in OUTCOMES if outcome != "due"))  # fmt: skip
    found = coming(ledger, 14)
    assert [(each.case, each.due, each.left) for each in found.due] == [
        ("C-3", AS_AT, 0), ("C-4", days(3), 3), ("C-6", days(3), 3), ("C-2", days(14), 14),
    ]  # fmt: skip
    assert (found.run, found.as_at, found.until, found.undated, found.passed) == (
        "2025-06-30-0001",
        AS_AT,
        days(14),
        1,
        0,
    )
    assert [each.case for each in coming(ledger, 0).due] == ["C-3"]
    assert [each.case for each in coming(ledger, 15).due][-1] == "C-1"
    first = found.due[1]
    assert (first.title, first.standing, first.team, first.practitioner) == (
        "Every child is seen",
        "court",
        "north-2",
        "fca1",
    )


def test_only_the_last_night_counts(ledger: Ledger) -> None:
    saw(ledger, due("C-1", 3), due("C-2", 4))
    saw(ledger, due("C-1", 9), due("C-2", 4, outcome="met", done=days(1)), as_at=days(1))
    found = coming(ledger, 14)
    assert [(each.case, each.due, each.left) for each in found.due] == [("C-1", days(9), 8)]


def test_weeks_from_monday(small: Ledger) -> None:
    wednesday = date(2025, 7, 2)
    saw(
        small,
        due("C-0", 1),
        due("C-1", 2),
        due("C-2", 6, standing="stated"),
        due("C-3", 7),
        due("C-4", 55),
        due("C-5", 56),
        as_at=wednesday,
    )
    weeks = coming(small, 1).weeks
    assert len(weeks) == WEEKS
    assert weeks[0].begins == date(2025, 6, 30)
    # What was due the day before has passed: it is not coming.
    assert [(week.others, week.local) for week in weeks] == [(1, 1), (0, 1), *[(0, 0)] * 5, (0, 1)]
    assert coming(small, 1).passed == 1


def test_one_team(ledger: Ledger) -> None:
    saw(ledger, due("C-1", 3), due("C-2", 4, team="north-3", practitioner="fca2"))
    found = coming(ledger, 14, "north-3")
    assert [each.case for each in found.due] == ["C-2"]
    assert sum(week.local for week in found.weeks) == 1
    with pytest.raises(KeptError, match="did you mean 'north-"):
        coming(ledger, 14, "nort-3")


def test_what_was_not_judged_is_marked_and_what_passed_is_counted(ledger: Ledger) -> None:
    saw(ledger, due("C-1", 1), due("C-1", 9, event="e2"))

    def failed(_: str) -> Judgements:
        return judgements(due("C-2", 5), faults=(fault("C-1").model_copy(update={"duty": "NS-5.1"}),))

    night(ledger, run=FakeRun(1, gives=failed), as_at=days(2))
    found = coming(ledger, 14)
    assert [(each.case, each.stale) for each in found.due] == [("C-2", False), ("C-1", True)]
    assert (found.passed, found.complete) == (1, False)
    text = shown(found)
    assert "That night was incomplete" in text
    assert "1 more could not be judged that night" in text
    assert "not judged that night" in text


def test_a_waiver_stands_beside_what_falls_due(ledger: Ledger) -> None:
    saw(ledger, due("C-1", 3), due("C-2", 4))
    asked = {
        "reason": "agreed",
        "until": days(9),
        "by": "a",
        "at": datetime(2025, 6, 30, 12, tzinfo=UTC),
        "clauses": (),
    }
    ask(ledger, "C-1/NS-5.1/amy/e1", **asked)  # type: ignore[arg-type]
    assert [each.waived for each in coming(ledger, 14).due] == [None, None]
    approve(ledger, 1, by="b", at=datetime(2025, 6, 30, 12, tzinfo=UTC))
    found = coming(ledger, 14)
    assert [(each.case, each.waived) for each in found.due] == [("C-1", 1), ("C-2", None)]
    assert "waived (waiver 1)" in shown(found)


def test_no_night_no_forecast(tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "none.sqlite")) as ledger, pytest.raises(KeptError, match="no night in it yet"):
        coming(ledger, 14)


# --- as people and programs read it --------------------------------------------------------------------------------------


def test_for_people(small: Ledger) -> None:
    saw(
        small,
        due("C-1", 0, flags=("provisional",)),
        due("C-2", 1, practitioner="", standing="stated"),
        due("C-3", 20),
        due("C-4", None),
    )
    found = coming(small, 14)
    text = shown(found)
    assert text.startswith(
        "2 instances fall due from 30 June 2025 to 14 July 2025, as the night 2025-06-30-0001 saw it\n"
    )
    assert re.search(
        r"30 June 2025 +today +NS-5\.1 +Every child is seen +C-1 +child amy +north-2 +fca1 +local value; bank holidays",
        text,
    )
    assert re.search(r"1 July 2025 +1 day +NS-5\.1 .* \(nobody\)", text)
    assert "  from 30 June 2025              2  " + "#" * 20 + "=" * 20 + "\n" in text
    assert "  from 7 July 2025               0\n" in text
    assert "  from 14 July 2025              1  " + "=" * 20 + "\n" in text
    assert "1 more are due by no day that is known yet." in text
    assert "\u2588" * 20 + "\u2592" * 20 in shown(found, terminal=True)
    by = shown(found, "practitioner")
    assert by.index("\n(nobody): 1\n") < by.index("\nfca1: 1\n")
    content = json.loads(coming_json(found))
    assert [each["due"] for each in content["due"]] == ["2025-06-30", "2025-07-01"]
    assert len(content["weeks"]) == WEEKS
    file = io.StringIO(newline="")
    coming_csv(found, file)
    assert [row["case"] for row in csv.DictReader(io.StringIO(file.getvalue()))] == ["C-1", "C-2"]


def test_hostile_text_does_nothing(small: Ledger, tmp_path: Path) -> None:
    saw(
        small,
        due(HOSTILE, 2, instance=f"{HOSTILE}/1", team=HOSTILE, practitioner=HOSTILE, subject=HOSTILE),
        due("C-2", 3, team="=1+1"),
    )
    found = coming(small, 14)
    file = io.StringIO(newline="")
    coming_csv(found, file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert rows[1]["team"] == "'=1+1"
    for text in (
        shown(found),
        shown(found, "team"),
        coming_json(found),
        file.getvalue(),
        weeks_svg(coming(small, 14, HOSTILE)),
    ):
        assert not set(text) & {"\x1b", "\r", "\u202e"}
    for by in ("team", "practitioner"):
        write_calendars(found, tmp_path / by, by)
        for path in (tmp_path / by).iterdir():
            assert re.fullmatch(r"[a-z0-9~_.-]+", path.name)
            if path.suffix == ".ics":
                text = path.read_bytes().decode()
                assert not set(text) & {"\x1b", "\u202e"}
                assert text.count("BEGIN:VEVENT") == text.count("\r\nEND:VEVENT\r\n") == len(events(text)) > 0


def test_the_picture(small: Ledger, tmp_path: Path) -> None:
    saw(small, due("C-1", 2), due("C-2", 20, standing="stated"))
    found = coming(small, 14)
    write_weeks(found, tmp_path / "weeks.png")
    with Image.open(tmp_path / "weeks.png") as image:
        assert image.format == "PNG"
        assert image.size[0] > 1_000
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24) or []}
    assert {(0x00, 0x67, 0xA5), (0xE6, 0x9F, 0x00)} <= colours
    write_weeks(found, tmp_path / "weeks.svg")
    root = ElementTree.parse(tmp_path / "weeks.svg").getroot()  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    text = (tmp_path / "weeks.svg").read_text()
    assert "from 30 June 2025: 1; from 7 July 2025: 0; from 14 July 2025: 1;" in text
    assert (weeks_png(found), weeks_svg(found)) == (weeks_png(found), weeks_svg(found))
    with pytest.raises(KeptError, match=r"\.png or \.svg"):
        write_weeks(found, tmp_path / "weeks.pdf")
    saw(small, due("C-9", None), as_at=days(1))
    assert weeks_png(coming(small, 14))  # nothing falls due


# --- calendars -----------------------------------------------------------------------------------------------------------


def test_an_entry_as_outlook_reads_it(small: Ledger) -> None:
    saw(small, due("C-1", 2, flags=("provisional",)))
    text = calendar_text(coming(small, 14).due, "north-2")
    calendar: Any = Calendar.from_ical(text)
    assert [str(calendar[name]) for name in ("VERSION", "METHOD", "X-WR-CALNAME")] == [
        "2.0",
        "PUBLISH",
        "Falling due: north-2",
    ]
    (event,) = calendar.walk("VEVENT")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2025, 7, 2), date(2025, 7, 3))
    assert "DTSTART;VALUE=DATE:20250702\r\n" in text  # a whole day, in no time zone
    assert "DTEND;VALUE=DATE:20250703\r\n" in text
    assert (str(event["TRANSP"]), str(event["X-MICROSOFT-CDO-ALLDAYEVENT"]), str(event["CLASS"])) == (
        "TRANSPARENT",
        "TRUE",
        "PRIVATE",
    )
    assert str(event["SUMMARY"]) == "NS-5.1 Every child is seen (C-1)"
    assert str(event["DESCRIPTION"]).splitlines() == [
        "Due: C-1/NS-5.1/amy/e1", "Deadline: local value, not the standard's", "The bank holidays up to the due date are not all known yet.",
    ]  # fmt: skip
    assert event["LAST-MODIFIED"].dt == event["DTSTAMP"].dt == datetime(2025, 6, 30, 22, 5, tzinfo=UTC)
    lines = text.encode().split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)


def test_a_date_that_moved_moves_the_entry(ledger: Ledger) -> None:
    saw(ledger, due("C-1", 5), due("C-2", 6))
    first = calendar_text(coming(ledger, 14).due)
    saw(ledger, due("C-1", 5), due("C-2", 6), as_at=days(1))
    assert calendar_text(coming(ledger, 14).due) == first  # another night in which nothing moved: the same bytes
    saw(ledger, due("C-1", 8), due("C-2", 6), as_at=days(2))
    then, now = events(first), events(calendar_text(coming(ledger, 14).due))
    moved, stayed = uid("C-1/NS-5.1/amy/e1"), uid("C-2/NS-5.1/amy/e1")
    assert set(then) == set(now) == {moved, stayed}
    assert (then[moved]["DTSTART"].dt, now[moved]["DTSTART"].dt) == (days(5), days(8))
    assert now[moved]["SEQUENCE"] > then[moved]["SEQUENCE"]
    assert now[moved]["LAST-MODIFIED"].dt >= then[moved]["LAST-MODIFIED"].dt
    assert now[stayed]["SEQUENCE"] == then[stayed]["SEQUENCE"]
    # Back to the day that it was: another change, not an older one.
    saw(ledger, due("C-1", 5), due("C-2", 6), as_at=days(3))
    assert events(calendar_text(coming(ledger, 14).due))[moved]["SEQUENCE"] > now[moved]["SEQUENCE"]


def test_a_uid_is_the_same_for_ever_and_tells_nothing() -> None:
    assert uid("C-1/NS-5.1/amy/e1") == "bd56034e-a9d7-5b51-a22b-288e98e7749c@kept"
    assert len({uid(f"C-{number}") for number in range(1_000)}) == 1_000


def test_a_folder_is_written_whole(small: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "calendars"
    saw(small, due("C-1", 5), due("C-2", 6, practitioner="fca2"), due("C-3", 6, practitioner=""))
    write_calendars(coming(small, 14), folder, "practitioner")
    nobody = file_name("")
    assert {path.name for path in folder.iterdir()} == {"fca1.ics", "fca2.ics", nobody, MARKER}
    assert list(events((folder / "fca2.ics").read_text())) == [uid("C-2/NS-5.1/amy/e1")]
    # Done, and nothing is left for them: the file is gone.
    saw(small, due("C-1", 5), due("C-2", 6, practitioner="fca2", outcome="met", done=days(1)), as_at=days(1))
    write_calendars(coming(small, 14), folder, "practitioner")
    assert {path.name for path in folder.iterdir()} == {"fca1.ics", MARKER}
    with pytest.raises(KeptError, match="say which with --by"):
        write_calendars(coming(small, 14), folder, None)
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(KeptError, match="something else"):
        write_calendars(coming(small, 14), folder, "practitioner")
    assert (folder / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(("name", "file"), [("fca1", "fca1.ics"), ("north-2", "north-2.ics"), ("p_0521", "p_0521.ics")])
def test_a_plain_id_is_its_file(name: str, file: str) -> None:
    assert file_name(name) == file


def test_other_ids_are_files_of_their_own() -> None:
    strange = [
        "",
        "A",
        "a.b",
        "../a",
        "/etc/passwd",
        "con",
        "NUL",
        "com1",
        "a" * 200,
        "a" * 201,
        "\u00e9",
        ".",
        "..",
        "a b",
        "(nobody)",
        "nobody~",
    ]
    files = [file_name(name) for name in [*strange, "a", "nobody"]]
    assert len({file.casefold() for file in files}) == len(files)
    for file in files:
        assert re.fullmatch(r"[a-z0-9][a-z0-9~_-]*\.ics", file)
        assert len(file) < 100


# --- the command ---------------------------------------------------------------------------------------------------------


def test_on_the_command_line(kept: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_now", lambda: datetime(2025, 6, 30, 12, tzinfo=UTC))
    assert kept("coming", "--ledger", "l.sqlite").status == 3
    assert kept("sample", "--cases", "20", "--out", "made").status == 0
    assert kept("nightly", "--caseload", "made", "--ledger", "l.sqlite").status == 0
    found = kept("coming", "--ledger", "l.sqlite", "--days", "60", "--format", "json").json["due"]
    assert found == sorted(found, key=lambda each: (each["due"], each["instance"]))
    assert len(found) > 3
    team = found[0]["team"]
    ran = kept(
        "coming",
        "--ledger",
        "l.sqlite",
        "--days",
        "60",
        "--by",
        "team",
        "--ics",
        "cal",
        "--picture",
        "w.svg",
        "--team",
        team,
    )
    assert ran.status == 0
    assert f"\n{team}: " in ran.out
    (path,) = Path("cal").glob("*.ics")
    assert set(events(path.read_text())) == {uid(each["instance"]) for each in found if each["team"] == team}
    assert (
        kept("coming", "--ledger", "l.sqlite", "--days", "60", "--ics", "all.ics", "--format", "csv").out.count("\n")
        == len(found) + 1
    )
    assert len(events(Path("all.ics").read_text())) == len(found)
    assert Path("w.svg").exists()
    for wrong in (["--ics", "folder"], ["--picture", "w.gif"], ["--team", "nowhere"], ["--days", "-1"]):
        assert kept("coming", "--ledger", "l.sqlite", *wrong).status == 3
    assert not Path("folder").exists()


def test_no_child_is_named(small: Ledger) -> None:
    """What a calendar says of anybody are ids from the record: the case's, and the instance's."""
    saw(small, due("C-1", 5, subject="ch-77", instance="C-1/NS-5.1/ch-77/e1"))
    (event,) = events(calendar_text(coming(small, 14).due)).values()
    said = {name: str(event[name]) for name in event if name not in ("DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED")}
    assert {name for name, value in said.items() if "ch-77" in value} == {"DESCRIPTION"}
