"""The learning log and the page about a team's quality: what they say, whom they do not give away, and where they can ask."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.duty.rulebook import Rulebook
from engine.policy.sample import make_sample
from engine.record.casefile import build_case
from engine.record.dictionary import Dictionary
from engine.record.engines import open_engine
from engine.record.problem import KeptError
from engine.record.table_engine import closing
from engine.record.table_writer import CaseloadWriter
from engine.record.timeline import View
from engine.report.asking import Asking
from engine.report.learning import Log, practitioner_log, repeated, team_log, team_numbers
from engine.report.quality import Graded, assessments, graded, team_quality
from engine.report.small_groups import FEWEST, Cell, shown
from tests.commands import Run, runner
from tests.servers import postgres, spark
from tests.test_engines import BROKEN, break_case, in_duckdb, in_postgres

AS_AT = date(2025, 6, 30)
TEAM = "south-3"
VIEW = View(AS_AT)
HOSTILE = "north [bold]1[/] \x1b[2J'\\; --"
"""The name of a team that would act on a terminal, on markup and on SQL."""


# --- small groups -----------------------------------------------------------------------------------------------------


def people(count: int, first: int = 0) -> Cell:
    """As many things as people, one each."""
    return Cell(count, frozenset(f"p{first + number}" for number in range(count)))


def test_a_number_about_five_is_shown_and_one_about_four_is_not() -> None:
    assert shown({"a": people(FEWEST), "b": people(FEWEST - 1)}, []) == {"a": 5, "b": None}
    assert shown({"a": Cell(80, people(4).people), "b": Cell(0, frozenset())}, []) == {"a": None, "b": 0}


def test_one_withheld_number_takes_another_with_it_so_that_the_total_does_not_give_it_away() -> None:
    cells = {"a": people(3), "b": people(7, 10), "c": people(9, 20), "all": people(19)}
    assert shown(cells, [("all", ["a", "b", "c"])]) == {"a": None, "b": None, "c": 9, "all": 19}


def test_a_total_of_two_is_withheld_where_both_parts_together_are_still_too_few() -> None:
    cells = {"a": people(1), "b": people(2, 10), "c": people(9, 20), "all": people(12)}
    assert shown(cells, [("all", ["a", "b", "c"])]) == {"a": None, "b": None, "c": None, "all": 12}


def test_a_number_is_not_given_away_by_two_sums_together() -> None:
    """Rows and columns: what a row hides, a column must not show."""
    cells = {
        ("x", "a"): people(2), ("x", "b"): people(8, 10), ("x", "all"): people(10),
        ("y", "a"): people(9, 20), ("y", "b"): people(7, 30), ("y", "all"): people(16),
        ("all", "a"): people(11), ("all", "b"): people(15), ("all", "all"): people(26),
    }  # fmt: skip
    sums = [((row, "all"), [(row, "a"), (row, "b")]) for row in ("x", "y", "all")]
    sums += [(("all", column), [("x", column), ("y", column)]) for column in ("a", "b", "all")]
    may = shown(cells, sums)
    assert [key for key, value in may.items() if value is None] == [("x", "a"), ("x", "b"), ("y", "a"), ("y", "b")]


@given(
    st.integers(2, 4).flatmap(
        lambda rows: st.integers(2, 4).flatmap(
            lambda columns: st.lists(st.integers(0, 9), min_size=rows * columns, max_size=rows * columns).map(
                lambda counts: (rows, columns, counts)
            )
        )
    )
)
def test_nothing_withheld_can_be_worked_out(table: tuple[int, int, list[int]]) -> None:
    rows, columns, counts = table
    cells: dict[tuple[int, int], Cell] = {}
    for number, count in enumerate(counts):
        cells[divmod(number, columns)] = people(count, 100 * number)
    for row in range(rows):
        cells[row, columns] = _together(cells[row, column] for column in range(columns))
    for column in range(columns + 1):
        cells[rows, column] = _together(cells[row, column] for row in range(rows))
    sums = [((row, columns), [(row, column) for column in range(columns)]) for row in range(rows + 1)]
    sums += [((rows, column), [(row, column) for row in range(rows)]) for column in range(columns + 1)]
    may = shown(cells, sums)
    hidden = [key for key, value in may.items() if value is None]
    assert all(may[key] is None for key, cell in cells.items() if 0 < len(cell.people) < FEWEST)
    assert all(value in (None, cells[key].size) for key, value in may.items())
    known = np.array([[(key in parts) - (key == total) for key in hidden] for total, parts in sums], dtype=float)
    for place, key in enumerate(hidden):
        if len(cells[key].people) < FEWEST:
            alone = np.eye(len(hidden))[place]
            assert np.linalg.matrix_rank(np.vstack([known, alone])) > np.linalg.matrix_rank(known), key
    for total, parts in sums:
        unknown = [key for key in parts if may[key] is None]
        if unknown and may[total] is not None and min(len(cells[key].people) for key in unknown) in range(1, FEWEST):
            assert sum(cells[key].size for key in unknown) >= FEWEST


def _together(cells: Any) -> Cell:
    found = list(cells)
    return Cell(sum(cell.size for cell in found), frozenset().union(*(cell.people for cell in found)))


# --- a caseload made by hand ------------------------------------------------------------------------------------------


def point(
    event: str, on: str, domain: str | None, theme: str | None = None, audit: str = "a1", **more: object
) -> dict[str, object]:
    said = {"domain": domain, "theme": theme, "audit": audit, **more}
    return {"id": event, "date": date.fromisoformat(on), "event": "learning_point_recorded", **said}


def session(on: str, taken: list[str] | None, **more: object) -> dict[str, object]:
    return {
        "date": date.fromisoformat(on),
        "event": "supervision_held",
        "by": "sup1",
        "learning_taken_up": taken,
        **more,
    }


def audited(on: str, audit: str, grades: str, **more: object) -> dict[str, object]:
    """Grades by their first letters, safe to enabled: `ogmr`, `-` for none."""
    known = {"o": "outstanding", "g": "good", "m": "met", "r": "requires_improvement", "-": None}
    given = {
        name: known[letter]
        for name, letter in zip(("safe", "heard", "better_represented", "enabled"), grades, strict=True)
    }
    return {"date": date.fromisoformat(on), "event": "quality_audited", "audit": audit, "by": "sup1", "role": "practice_supervisor",
            **given, **more}  # fmt: skip


OBJECTS = {
    "sup1": {"type": "practitioner", "role": "practice_supervisor"},
    "a1": {"type": "audit"},
    "a2": {"type": "audit"},
}


def caseload_of(folder: Path, dictionary: Dictionary, *timelines: dict[str, object]) -> str:
    with CaseloadWriter(folder, dictionary) as writer:
        built = [build_case({"objects": OBJECTS, **content}, dictionary, "by hand") for content in timelines]
        for case in sorted(built, key=lambda case: case.id):
            writer.write(case)
    return str(folder)


def p1(*timeline: dict[str, object], team: str = "north-1", who: str = "p1", **objects: object) -> dict[str, object]:
    return {"practitioner": {"id": who, "role": "practitioner", "team": team}, "objects": {**OBJECTS, **objects},
            "timeline": list(timeline)}  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path, dictionary: Dictionary) -> Callable[..., Log]:
    """The learning log of p1, or of a team, in a caseload of these timelines."""

    def ask(
        *timelines: dict[str, object], view: View = VIEW, since: date | None = None, team: str | None = None
    ) -> Log:
        where = caseload_of(tmp_path / "caseload", dictionary, *timelines)
        with closing(open_engine(where, dictionary)) as engine:
            if team is not None:
                return team_log(engine, dictionary, team, view, since)
            return practitioner_log(engine, dictionary, "p1", view, since)

    return ask


def states(log: Log) -> list[tuple[str, str, str | None]]:
    return [(each.event, each.state, each.taken_up.isoformat() if each.taken_up else None) for each in log.points]


def test_a_point_is_taken_up_by_the_first_session_since_then_about_its_outcome(asked: Callable[..., Log]) -> None:
    log = asked(
        p1(
            session("2025-03-02", ["safe", "heard"]),
            point("one", "2025-03-03", "safe"),
            point("two", "2025-03-03", "heard"),
            point("three", "2025-03-04", "enabled"),
            session("2025-03-03", ["safe"]),
            session("2025-04-03", ["heard", "safe"]),
        )
    )
    assert states(log) == [
        ("one", "taken_up", "2025-03-03"),
        ("two", "taken_up", "2025-04-03"),
        ("three", "open", None),
    ]


def test_a_session_that_does_not_say_what_it_took_up_leaves_it_unknown_and_one_that_took_up_nothing_open(
    asked: Callable[..., Log],
) -> None:
    log = asked(p1(point("one", "2025-03-03", "safe"), session("2025-04-03", None), point("two", "2025-04-04", "safe"),
                   session("2025-04-05", []), session("2025-04-06", ["heard"]), point("three", "2025-04-06", None)))  # fmt: skip
    assert [state for _, state, _ in states(log)] == ["not_said", "open", "not_said"]


def test_only_what_had_happened_and_was_on_the_record_exists(asked: Callable[..., Log]) -> None:
    timeline = p1(
        point("one", "2025-03-03", "safe", recorded=date(2025, 3, 20)),
        session("2025-04-03", ["safe"], recorded=date(2025, 5, 1)),
    )
    assert states(asked(timeline, view=View(date(2025, 3, 19)))) == []
    assert states(asked(timeline, view=View(date(2025, 4, 30)))) == [("one", "open", None)]
    assert states(asked(timeline, view=View(date(2025, 5, 1)))) == [("one", "taken_up", "2025-04-03")]
    assert states(asked(timeline, since=date(2025, 3, 3))) == [("one", "taken_up", "2025-04-03")]
    assert states(asked(timeline, since=date(2025, 3, 4))) == []


def test_points_on_the_record_of_a_case_are_in_the_log_and_one_that_is_on_both_is_there_once(
    asked: Callable[..., Log],
) -> None:
    named = {"p1": {"type": "practitioner"}, "p2": {"type": "practitioner"}}
    case: dict[str, object] = {
        "case": {"id": "C-1", "law": "private", "work": "section_7", "team": "north-1"},
        "objects": {**OBJECTS, **named},
        "timeline": [
            point("both", "2025-03-03", "safe", practitioner="p1"),
            point("case", "2025-03-04", "heard", practitioner="p1"),
            point("theirs", "2025-03-04", "heard", practitioner="p2"),
            point("nobody", "2025-03-04", "heard"),
            session("2025-03-05", None, practitioner="p1"),
        ],
    }
    own = p1(point("both", "2025-03-03", "safe"), point("colleague", "2025-03-03", "safe", practitioner="p2"), session("2025-03-06", ["heard"]),
             p2={"type": "practitioner"})  # fmt: skip
    # What the case's record of a session does not say, the practitioner's own record of it does.
    assert states(asked(own, case)) == [("both", "open", None), ("case", "taken_up", "2025-03-06")]


def test_a_theme_that_comes_up_again_under_the_same_outcome_is_said(asked: Callable[..., Log]) -> None:
    log = asked(
        p1(
            point("one", "2025-03-03", "heard", "language"),
            point("two", "2025-03-03", "heard", "language"),
            point("three", "2025-05-03", "heard", "language", "a2"),
            point("four", "2025-05-03", "safe", "language", "a2"),
            point("five", "2025-05-03", "safe"),
            point("six", "2025-05-03", "safe"),
        )
    )
    assert [tuple(each) for each in repeated(log.points)] == [("heard", "language", 3, 2)]


# --- a team -----------------------------------------------------------------------------------------------------------


def members(count: int, **each: object) -> list[dict[str, object]]:
    """So many members of a team with three points each: one taken up, two not."""
    found = []
    for number in range(count):
        points = [
            point(f"e{number}-{place}", "2025-03-03", domain, "delay")
            for place, domain in enumerate(("safe", "heard", "heard"))
        ]
        found.append(p1(*points, session("2025-04-01", ["safe"]), who=f"m{number}", **each))  # type: ignore[arg-type]
    return found


def test_a_team_of_four_tells_nothing_and_one_of_five_names_nobody(asked: Callable[..., Log]) -> None:
    few = team_numbers(asked(*members(FEWEST - 1), team="north-1"))
    assert few.people is None
    assert {value for row in (*few.outcomes.values(), *few.themes.values()) for value in row.values()} == {None}
    many = team_numbers(asked(*members(FEWEST), team="north-1"))
    assert many.people == FEWEST
    assert many.outcomes["safe"] == {"points": 5, "taken_up": 5, "open": 0, "not_said": 0}
    assert many.outcomes["heard"] == {"points": 10, "taken_up": 0, "open": 10, "not_said": 0}
    assert many.outcomes["all"] == {"points": 15, "taken_up": 5, "open": 10, "not_said": 0}
    assert many.themes["delay"] == {"points": 15, "again": 5}


def test_the_one_whose_point_is_open_is_not_given_away(asked: Callable[..., Log]) -> None:
    odd = p1(point("odd", "2025-03-03", "enabled"), who="m9")
    numbers = team_numbers(asked(*members(6), odd, team="north-1"))
    assert numbers.people == 7
    assert numbers.outcomes["enabled"] == {"points": None, "taken_up": 0, "open": None, "not_said": 0}
    # Nor by taking away from all what is another outcome's.
    assert numbers.outcomes["all"]["open"] == 13
    assert numbers.outcomes["heard"] == {"points": None, "taken_up": 0, "open": None, "not_said": 0}


def test_somebody_is_in_the_team_of_their_own_record(asked: Callable[..., Log]) -> None:
    elsewhere = {"m0": {"type": "practitioner", "team": "south-1"}}
    timelines = [*members(5), p1(who="m9", team="south-1", **elsewhere)]
    assert len({each.who for each in asked(*timelines, team="north-1").points}) == 5
    assert asked(*timelines, team="south-1").points == ()


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def test_the_log_as_text_json_and_csv(kept: Run, tmp_path: Path, dictionary: Dictionary) -> None:
    where = caseload_of(
        tmp_path / "c", dictionary,
        p1(point("one", "2025-03-03", "safe", "delay"), point("two", "2025-03-03", "safe", "delay"), session("2025-04-03", ["safe"]),
           point("three", "2025-05-03", "better_represented"), team=HOSTILE),
    )  # fmt: skip
    command = partial(kept, "learning", "p1", "--caseload", where, "--as-at", "2025-06-30")
    text = command()
    assert (text.status, text.err) == (0, "")
    assert "Learning log of p1, as at 30 June 2025: 3 learning points" in text.out
    assert "taken up again 3 April 2025" in text.out
    assert "safe, delay: 2 times, in 1 assessment" in text.out
    told = command("--format", "json").json
    assert told["outcomes"][0] == {"domain": "safe", "points": 2, "taken_up": 2, "open": 0, "not_said": 0}
    assert told["repeated"] == [{"domain": "safe", "theme": "delay", "times": 2, "audits": 1}]
    assert told["log"][2] == {"event": "three", "on": "2025-05-03", "domain": "better_represented", "theme": None, "audit": "a1",
                              "state": "open", "taken_up": None}  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(command("--format", "csv").out)))
    assert [(row["event"], row["state"], row["taken_up"]) for row in rows] == [
        ("one", "taken_up", "2025-04-03"), ("two", "taken_up", "2025-04-03"), ("three", "open", ""),
    ]  # fmt: skip
    assert command("--since", "2025-04-01", "--format", "json").json["points"] == 1


@pytest.mark.soak
def test_a_teams_name_from_the_record_acts_on_nothing(kept: Run, tmp_path: Path, dictionary: Dictionary) -> None:
    where = caseload_of(tmp_path / "c", dictionary, *members(5, team=HOSTILE))
    for command in ("learning", "quality"):
        ran = kept(command, "--team", HOSTILE, "--caseload", where, "--as-at", "2025-06-30")
        assert ran.status == 0
        assert "\x1b" not in ran.out
        assert "north [bold]1[/] \\x1b[2J'\\; --" in ran.out
        near = kept(command, "--team", HOSTILE + "x", "--caseload", where)
        assert near.status == 3
        assert "\x1b" not in near.err
    rows = list(
        csv.DictReader(io.StringIO(kept("learning", "--team", HOSTILE, "--caseload", where, "--format", "csv").out))
    )
    assert rows[0] == {
        "of": "outcome",
        "what": "safe",
        "points": "5",
        "taken_up": "5",
        "open": "0",
        "not_said": "0",
        "again": "",
    }
    assert not [name for name in ("m0", "m1", "m2", "m3", "m4") if name in json.dumps(rows)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("learning", "sup2"), "there is nobody called 'sup2' in this caseload; did you mean 'sup1'?"),
        (("learning", "x\x1b[2J"), "there is nobody called 'x\\x1b[2J' in this caseload. Give"),
        (
            ("learning", "--team", "north-2"),
            "there is nobody called 'north-2' in this caseload; did you mean 'north-1'?",
        ),
        (
            ("quality", "--team", "north-2"),
            "there is nobody called 'north-2' in this caseload; did you mean 'north-1'?",
        ),
        (("learning",), "Name one practitioner, or a team with --team."),
        (("learning", "p1", "--team", "north-1"), "Name one practitioner, or a team with --team."),
    ],
)
def test_who_is_not_there_is_exit_status_3(
    kept: Run, tmp_path: Path, dictionary: Dictionary, arguments: tuple[str, ...], says: str
) -> None:
    where = caseload_of(tmp_path / "c", dictionary, p1(point("one", "2025-03-03", "safe")))
    ran = kept(*arguments, "--caseload", where)
    assert (ran.status, ran.out) == (3, "")
    assert says in ran.err


def test_somebody_who_is_only_named_in_cases_has_a_log_too(kept: Run, tmp_path: Path, dictionary: Dictionary) -> None:
    where = caseload_of(tmp_path / "c", dictionary, p1(point("one", "2025-03-03", "safe")))
    ran = kept("learning", "sup1", "--caseload", where, "--as-at", "2025-06-30")
    assert (ran.status, ran.out.strip()) == (0, "Learning log of sup1, as at 30 June 2025: 0 learning points")


# --- quality ----------------------------------------------------------------------------------------------------------


def grades_of(
    folder: Path, dictionary: Dictionary, *timelines: dict[str, object]
) -> tuple[int | None, dict[str, Graded]]:
    with closing(open_engine(caseload_of(folder, dictionary, *timelines), dictionary)) as engine:
        return graded(assessments(Asking(engine, dictionary, VIEW), "north-1"))


def assessed(who: str, audits: list[str], *grades: str) -> dict[str, object]:
    """A member of staff with these audits, each assessed with these grades one after the other."""
    events = [
        audited(f"2025-0{month}-03", audit, given) for audit in audits for month, given in enumerate(grades, start=3)
    ]
    return p1(*events, who=who, **{audit: {"type": "audit"} for audit in audits})  # type: ignore[arg-type]


def test_the_last_assessment_of_each_piece_of_work_counts(tmp_path: Path, dictionary: Dictionary) -> None:
    count, found = grades_of(
        tmp_path / "c", dictionary, *(assessed(f"m{n}", [f"a{n}"], "rrrr", "ggo-") for n in range(5))
    )
    assert count == 5
    assert found["safe"] == Graded({"outstanding": 0, "good": 5, "met": 0, "requires_improvement": 0}, 0, 5, 0)
    assert found["better_represented"] == Graded(
        {"outstanding": 5, "good": 0, "met": 0, "requires_improvement": 0}, 0, 5, 0
    )
    assert found["enabled"] == Graded({"outstanding": 0, "good": 0, "met": 0, "requires_improvement": 0}, 5, 0, 5)
    assert (found["every"].aim, found["every"].below) == (0, 5)


def test_twenty_assessments_of_four_people_are_withheld(tmp_path: Path, dictionary: Dictionary) -> None:
    audits = [[f"a{n}-{place}" for place in range(5)] for n in range(4)]
    count, found = grades_of(tmp_path / "c", dictionary, *(assessed(f"m{n}", audits[n], "gggg") for n in range(4)))
    assert count is None
    assert {value for row in found.values() for value in (*row.grades.values(), row.no_grade, row.aim, row.below)} == {
        None
    }


def test_the_one_below_good_is_not_given_away(tmp_path: Path, dictionary: Dictionary) -> None:
    odd = assessed("m9", ["a9"], "rggg")
    count, found = grades_of(tmp_path / "c", dictionary, odd, *(assessed(f"m{n}", [f"a{n}"], "gggg") for n in range(9)))
    assert (count, found["heard"].aim, found["heard"].below) == (10, 10, 0)
    safe = found["safe"]
    assert (safe.aim, safe.below, safe.grades["good"], safe.grades["requires_improvement"]) == (None, None, None, None)


def test_an_assessment_of_later_or_not_yet_on_the_record_does_not_count(tmp_path: Path, dictionary: Dictionary) -> None:
    late = [
        p1(
            audited("2025-06-30", "a1", "gggg", recorded=date(2025, 7, 1)),
            audited("2025-07-01", "a2", "gggg"),
            who=f"m{n}",
        )
        for n in range(6)
    ]
    assert grades_of(tmp_path / "c", dictionary, *late)[0] == 0


@pytest.fixture(scope="module")
def caseload(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Path:
    folder = tmp_path_factory.mktemp("quality") / "caseload"
    make_sample(rulebook.dictionary, folder, 400, 1, as_at=AS_AT)
    return folder


@pytest.mark.soak
def test_compliance_judged_now_is_what_the_ledgers_night_says(kept: Run, tmp_path: Path, caseload: Path) -> None:
    ledger = str(tmp_path / "ledger.sqlite")
    ask = partial(kept, "quality", "--team", TEAM, "--caseload", str(caseload), "--format", "json")
    assert kept("nightly", "--caseload", str(caseload), "--ledger", ledger, "--as-at", "2025-06-30").status == 0
    now = ask("--as-at", "2025-06-30").json["compliance"]
    then = ask("--as-at", "2025-06-30", "--ledger", ledger).json["compliance"]
    assert (now.pop("night"), then.pop("night")["as_at"]) == (None, "2025-06-30")
    assert now == then
    assert now["decided"] > 100
    early = ask("--as-at", "2025-06-29", "--ledger", ledger)
    assert (early.status, early.out) == (3, "")
    assert "no complete night" in early.err


@pytest.mark.soak
def test_a_case_of_the_team_that_cannot_be_read_makes_it_incomplete(
    kept: Run, tmp_path: Path, dictionary: Dictionary
) -> None:
    folder = tmp_path / "c"
    make_sample(dictionary, folder, 8, 1, as_at=AS_AT)
    break_case(folder)
    with closing(open_engine(str(folder), dictionary)) as engine:
        teams = dict(
            engine.fetch("SELECT id, team FROM kept_raw_objects WHERE id = \"case\" AND type = 'case' ORDER BY id")
        )
    ran = kept("quality", "--team", teams[BROKEN], "--caseload", str(folder), "--as-at", "2025-06-30")
    assert ran.status == 2
    assert "1 of its cases could not be read" in ran.out
    another = next(team for team in teams.values() if team != teams[BROKEN])
    assert kept("quality", "--team", another, "--caseload", str(folder), "--as-at", "2025-06-30").status == 0


# --- the same wherever the caseload lies ------------------------------------------------------------------------------


def logs(where: str, book: Rulebook) -> tuple[object, ...]:
    with closing(open_engine(where, book.dictionary)) as engine:
        found = team_log(engine, book.dictionary, TEAM, VIEW, None)
        one = practitioner_log(engine, book.dictionary, found.points[-1].who, VIEW, date(2024, 1, 1))
        with pytest.raises(KeptError, match="there is nobody called"):
            team_log(engine, book.dictionary, HOSTILE, VIEW, None)
    assert {point.state for point in found.points} == {"taken_up", "open"}
    return found.points, one.points


def judged(where: str, book: Rulebook) -> tuple[object, ...]:
    with closing(open_engine(where, book.dictionary)) as engine:
        quality = team_quality(engine, book, TEAM, VIEW, None)
    assert quality.compliance.decided
    return quality.assessments, quality.outcomes, quality.compliance


@pytest.fixture(scope="module")
def expected(caseload: Path, rulebook: Rulebook) -> tuple[object, object]:
    return logs(str(caseload), rulebook), judged(str(caseload), rulebook)


@pytest.mark.soak
def test_a_duckdb_file_and_csv_say_the_same(
    caseload: Path, tmp_path: Path, rulebook: Rulebook, expected: tuple[object, object]
) -> None:
    make_sample(rulebook.dictionary, tmp_path / "csv", 400, 1, as_at=AS_AT, form="csv")
    assert logs(str(tmp_path / "csv"), rulebook) == expected[0]
    where = in_duckdb(caseload, tmp_path / "r.duckdb")
    assert (logs(where, rulebook), judged(where, rulebook)) == expected


@pytest.mark.soak
def test_postgres_says_the_same(caseload: Path, rulebook: Rulebook, expected: tuple[object, object]) -> None:
    with postgres() as url:
        where = in_postgres(url, "records", caseload)
        assert (logs(where, rulebook), judged(where, rulebook)) == expected


@pytest.mark.soak
def test_spark_says_the_same(caseload: Path, rulebook: Rulebook, expected: tuple[object, object]) -> None:
    spark()  # that it judges the same is seen in test_engines.py
    assert logs(f"local[2]:{caseload}", rulebook) == expected[0]
