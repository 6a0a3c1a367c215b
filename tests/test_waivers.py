"""Waivers: two people, an end, nothing backwards in time; one function resolves them, and no outcome is any other for them."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import cli
from engine.judge.outcome import OUTCOMES, Judgements, Outcome
from engine.ledger.migrations import upgrade
from engine.ledger.store import Ledger
from engine.ledger.waived import LONGEST, NO_WAIVERS, OPEN, Waiver, waived
from engine.ledger.waivers import Picked, approve, ask, list_waivers, read_waivers, withdraw
from engine.record.problem import KeptError
from engine.report.page import night_page
from engine.report.results import night_json, schema
from engine.report.text import show_check, show_night
from engine.report.waivers_text import show_waivers, told, waivers_json
from tests.commands import Run
from tests.nights import AS_AT, FakeRun, finding, judgements, night, outcome_of, rulebook
from tests.test_cli import kept
from tests.test_report import fits

__all__ = ["kept"]

CLAUSES = {"NS-5.1", "NS-5.8", "NS-5.8a", "PQ-PUB-3"}
INSTANCE = "C-1/NS-5.1/amy/e3"  # breached, in the night of every outcome
HOSTILE = "=cmd()|<script>alert(1)</script>\x1b[2J [bold red]{{ 7*7 }}\r\n'; DROP TABLE waivers; --\u202e"


def on(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Europe/London"))


def days(count: int, since: date = AS_AT) -> date:
    return since + timedelta(days=count)


def asked(ledger: Ledger, target: str = INSTANCE, day: date = AS_AT, **given: Any) -> Waiver:
    values: dict[str, Any] = {
        "reason": "agreed with the court",
        "until": days(30, day),
        "by": "a.mensah",
        "at": on(day),
    }
    return ask(ledger, target, **(values | {"clauses": CLAUSES} | given))


def granted(ledger: Ledger, target: str = INSTANCE, day: date = AS_AT, **given: Any) -> Waiver:
    return approve(ledger, asked(ledger, target, day, **given).number, by="b.okafor", at=on(day))


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """A ledger with one night of every outcome in two cases, in each database."""
    night(ledger, 2)
    return ledger


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Ledger]:
    """The same in SQLite alone."""
    with Ledger.open(str(tmp_path / "small.sqlite")) as opened:
        night(opened, 2)
        yield opened


# --- asking, approving, withdrawing --------------------------------------------------------------------------------------


def test_two_people_and_an_end(ledger: Ledger) -> None:
    first = asked(ledger)
    assert first == Waiver(
        number=1, kind="instance", target=INSTANCE, team="", reason="agreed with the court", from_day=AS_AT,
        until_day=days(30), asked_by="a.mensah", asked_on=AS_AT,
    )  # fmt: skip
    assert (first.starts, first.active(AS_AT), first.standing(AS_AT)) == (None, False, "asked")
    for same in ("a.mensah", "A.Mensah"):
        with pytest.raises(KeptError, match="somebody else has to approve"):
            approve(ledger, 1, by=same, at=on(AS_AT))
    second = approve(ledger, 1, by="b.okafor", at=on(days(2)))
    assert (second.approved_by, second.approved_on, second.starts, second.ends) == (
        "b.okafor",
        days(2),
        days(2),
        days(30),
    )
    assert [second.active(days(day)) for day in (1, 2, 30, 31)] == [False, True, True, False]
    with pytest.raises(KeptError, match=r"approved by b\.okafor on 2025-07-02 already"):
        approve(ledger, 1, by="c.diaz", at=on(days(3)))
    assert read_waivers(ledger, unmasked=True) == (second,)


@pytest.mark.parametrize(("given", "says"), [
    ({"reason": "  \n "}, "needs a reason"),
    ({"reason": "x" * 2_001}, "longer than 2,000"),
    ({"reason": "a\0b"}, "no database takes"),
    ({"reason": "a\udc80b"}, "no database takes"),
    ({"until": days(-1)}, "cannot end on 2025-06-29, before it begins"),
    ({"until": days(LONGEST)}, "may last 182 days at most: from 2025-06-30 until 2025-12-28"),
    ({"begins": days(10), "until": days(9)}, "cannot end"),
    ({"by": ""}, "not a name"), ({"by": "a b"}, "not a name"), ({"by": "\u0430.mensah"}, "not a name"), ({"by": "a\n"}, "not a name"),
    ({"by": "../x"}, "not a name"), ({"by": "x" * 65}, "not a name"),
    ({"target": "NS-5.9"}, r"did you mean 'NS-5\.\w+'"),
    ({"target": "C-9/NS-5.1/amy/e3"}, "no night found an instance"),
    ({"target": "\udc80"}, "no night found an instance"), ({"target": "\0"}, "no night found an instance"),
    ({"team": "north-2"}, "--team is for a clause"),
    ({"target": "NS-5.1", "team": "nroth-2"}, "did you mean 'north-2'"),
    ({"target": "NS-5.1", "team": "\udc80"}, "no night knows that team"),
])  # fmt: skip
def test_what_is_refused(small: Ledger, given: dict[str, Any], says: str) -> None:
    with pytest.raises(KeptError, match=says):
        asked(small, **given)
    assert read_waivers(small) == ()


def test_the_longest_there_may_be(small: Ledger) -> None:
    assert asked(small, until=days(LONGEST - 1)).until_day == date(2025, 12, 28)
    assert asked(small, until=AS_AT).until_day == AS_AT


def test_a_ledger_without_a_night_takes_no_waiver(tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "none.sqlite")) as ledger:
        assert read_waivers(ledger) == ()
        for act in (
            lambda: asked(ledger),
            lambda: approve(ledger, 1, by="b", at=on(AS_AT)),
            lambda: list_waivers(ledger, AS_AT),
        ):
            with pytest.raises(KeptError, match="no night in it yet"):
                act()
    assert not (tmp_path / "none.sqlite").exists()


def test_never_backwards_in_time_unless_somebody_else_says_so(ledger: Ledger) -> None:
    asked(ledger, begins=days(-10))
    with pytest.raises(KeptError, match="--backdated"):
        approve(ledger, 1, by="b.okafor", at=on(AS_AT))
    with pytest.raises(KeptError, match="somebody else"):
        approve(ledger, 1, by="a.mensah", at=on(AS_AT), backdated=True)
    back = approve(ledger, 1, by="b.okafor", at=on(days(1)), backdated=True)
    assert (back.backdated, back.starts) == (True, days(-10))
    # Asked for from today, approved later: not for the days between, unless that was said.
    asked(ledger)
    assert approve(ledger, 2, by="b.okafor", at=on(days(5))).starts == days(5)
    asked(ledger)
    assert approve(ledger, 3, by="b.okafor", at=on(days(5)), backdated=True).starts == AS_AT
    # Backdated changes nothing for what is to come.
    asked(ledger, begins=days(5))
    assert approve(ledger, 4, by="b.okafor", at=on(AS_AT), backdated=True).starts == days(5)


def test_what_is_over_is_neither_approved_nor_withdrawn(small: Ledger) -> None:
    asked(small)
    with pytest.raises(KeptError, match="was to end on 2025-07-30, which is past"):
        approve(small, 1, by="b.okafor", at=on(days(31)))
    with pytest.raises(KeptError, match="nothing to withdraw"):
        withdraw(small, 1, by="b.okafor", at=on(days(31)))
    assert read_waivers(small)[0].standing(days(31)) == "unapproved"
    with pytest.raises(KeptError, match=r"there is no waiver 7\. `kept waive list`"):
        withdraw(small, 7, by="b.okafor", at=on(AS_AT))


def test_what_is_withdrawn_counts_until_the_day_before_and_stays_in_the_ledger(ledger: Ledger) -> None:
    granted(ledger)
    gone = withdraw(ledger, 1, by="a.mensah", at=on(days(3)))
    assert (gone.withdrawn_by, gone.withdrawn_on, gone.ends, gone.standing(days(3))) == (
        "a.mensah",
        days(3),
        days(2),
        "withdrawn",
    )
    assert [gone.active(days(day)) for day in (0, 2, 3)] == [True, True, False]
    for act in (withdraw, approve):
        with pytest.raises(KeptError, match=r"withdrawn by a\.mensah on 2025-07-03"):
            act(ledger, 1, by="b.okafor", at=on(days(4)))
    with ledger.reading() as connection:
        rows = connection.exec_driver_sql('SELECT waiver, kind, "by" FROM waiver_entries ORDER BY kind').all()
        reason = connection.exec_driver_sql("SELECT reason, asked_by FROM waivers").all()
    assert [tuple(row) for row in rows] == [(1, "approved", "b.okafor"), (1, "withdrawn", "a.mensah")]
    assert [tuple(row) for row in reason] == [("agreed with the court", "a.mensah")]


def test_nothing_is_ever_changed_or_taken_away(tmp_path: Path) -> None:
    """Whatever is done, the rows that were there are there still, as they were."""
    path = tmp_path / "ledger.sqlite"

    def rows() -> set[tuple[Any, ...]]:
        connection = sqlite3.connect(path)
        try:
            return {
                (table, *row)
                for table in ("waivers", "waiver_entries")
                for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608
            }
        finally:
            connection.close()

    with Ledger.open(str(path)) as ledger:
        night(ledger, 2)
        before: set[tuple[Any, ...]] = set()
        acts: list[Callable[[], Waiver]] = [
            lambda: asked(ledger), lambda: approve(ledger, 1, by="b", at=on(AS_AT)), lambda: asked(ledger, "NS-5.1", team="north-2"),
            lambda: withdraw(ledger, 1, by="b", at=on(days(1))), lambda: withdraw(ledger, 2, by="b", at=on(days(1))), lambda: asked(ledger),
        ]  # fmt: skip
        for act in acts:
            act()
            after = rows()
            assert before < after
            assert len(after) == len(before) + 1
            before = after


def test_an_older_ledger_gets_the_tables(tmp_path: Path) -> None:
    from sqlalchemy import create_engine

    path = tmp_path / "old.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, "0002")
    engine.dispose()
    with Ledger.open(str(path)) as ledger:
        night(ledger, 2)
        assert granted(ledger).number == 1


# --- one function resolves them ------------------------------------------------------------------------------------------


def waiver(number: int = 1, target: str = INSTANCE, team: str = "", **given: Any) -> Waiver:
    values: dict[str, Any] = {
        "number": number, "kind": "instance" if "/" in target else "clause", "target": target, "team": team, "reason": "so agreed",
        "from_day": AS_AT, "until_day": days(30), "asked_by": "a", "asked_on": AS_AT, "approved_by": "b", "approved_on": AS_AT,
    }  # fmt: skip
    return Waiver(**(values | given))


BREACHED = finding(instance=INSTANCE)


@pytest.mark.parametrize(("waivers", "number"), [
    ([waiver()], 1),
    ([waiver(target="NS-5.1")], 1),
    ([waiver(target="NS-5.1", team="north-2")], 1),
    ([waiver(target="NS-5.1", team="north-3")], None),
    ([waiver(target="NS-5")], None), ([waiver(target="NS-5.10")], None), ([waiver(target="C-1/NS-5.1/amy/e30")], None),
    ([waiver(approved_on=None, approved_by="")], None),
    ([waiver(from_day=days(1))], None),
    ([waiver(until_day=days(-1), from_day=days(-9), approved_on=days(-9))], None),
    ([waiver(withdrawn_on=AS_AT, withdrawn_by="c")], None),
    ([waiver(withdrawn_on=days(1), withdrawn_by="c")], 1),
    # the narrowest, then the one that ends last, then the first
    ([waiver(1, "NS-5.1"), waiver(2, "NS-5.1", "north-2"), waiver(3)], 3),
    ([waiver(1, "NS-5.1"), waiver(2, "NS-5.1", "north-2")], 2),
    ([waiver(1), waiver(2, until_day=days(31))], 2),
    ([waiver(2), waiver(1)], 1),
    ([waiver(1), waiver(2, until_day=days(31), withdrawn_on=days(2), withdrawn_by="c")], 1),
])  # fmt: skip
def test_which_waiver_stands_beside_an_instance(waivers: list[Waiver], number: int | None) -> None:
    found = waived([BREACHED], waivers, AS_AT)
    assert {instance: each.number for instance, each in found.items()} == ({INSTANCE: number} if number else {})


def test_a_duty_of_a_clause_may_be_waived_by_itself() -> None:
    part = finding(clause="NS-5.8", duty="NS-5.8a")
    other = finding(instance="x", clause="NS-5.8", duty="NS-5.8b")
    assert set(waived([part, other], [waiver(target="NS-5.8a")], AS_AT)) == {part.instance}
    assert set(waived([part, other], [waiver(target="NS-5.8")], AS_AT)) == {part.instance, "x"}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_only_what_is_open_is_waived(outcome: Outcome) -> None:
    found = waived(
        [outcome_of("C-1", outcome)], [waiver(target=clause) for clause in ("NS-5.1", "NS-5.8", "PQ-PUB-3")], AS_AT
    )
    assert bool(found) == (outcome in OPEN)


offsets = st.integers(-40, 40)
waivers_drawn = st.builds(
    lambda n, t, a, b, on_, back, gone: waiver(
        n, t, from_day=days(min(a, b)), until_day=days(max(a, b)), asked_on=days(min(a, on_)), approved_on=days(on_), backdated=back,
        withdrawn_on=None if gone is None else days(gone), withdrawn_by="" if gone is None else "c"),
    st.integers(1, 9), st.sampled_from([INSTANCE, "NS-5.1"]), offsets, offsets, offsets, st.booleans(), st.none() | offsets,
)  # fmt: skip


@given(st.lists(waivers_drawn, max_size=4), offsets)
def test_nothing_counts_before_it_was_approved_unless_backdated_nor_after_its_end(
    several: list[Waiver], offset: int
) -> None:
    day = days(offset)
    for each in waived([BREACHED], several, day).values():
        assert each.approved_on is not None
        assert each.from_day <= day <= each.until_day
        assert each.backdated or each.approved_on <= day
        assert each.withdrawn_on is None or day < each.withdrawn_on
    assert waived([BREACHED], [*several, waiver(10, "NS-9.9")], day) == waived([BREACHED], several, day)


# --- the list ------------------------------------------------------------------------------------------------------------


def numbers(ledger: Ledger, today: date, *picked: Picked) -> list[int]:
    return [each.waiver.number for each in list_waivers(ledger, today, picked)]


def test_what_is_active_expiring_and_expired(ledger: Ledger) -> None:
    granted(ledger)
    asked(ledger)
    granted(ledger, until=days(14))
    granted(ledger, until=days(15))
    granted(ledger, begins=days(3))
    withdraw(ledger, granted(ledger).number, by="c", at=on(AS_AT))
    assert [each.standing for each in list_waivers(ledger, AS_AT)] == [
        "active",
        "asked",
        "active",
        "active",
        "to_come",
        "withdrawn",
    ]
    assert numbers(ledger, AS_AT, "active") == [1, 3, 4]
    assert numbers(ledger, AS_AT, "expiring") == [3]
    assert numbers(ledger, days(1), "expiring") == [3, 4]
    assert numbers(ledger, AS_AT, "expired") == []
    assert numbers(ledger, days(15), "expired") == [3]
    assert numbers(ledger, days(31), "expired") == [1, 3, 4, 5]
    assert numbers(ledger, days(31), "active") == []
    assert numbers(ledger, AS_AT, "active", "expiring") == [3]


def test_what_was_never_used(ledger: Ledger) -> None:
    met = "C-1/NS-5.1/amy/e0"
    granted(ledger)  # breached in the night of that day
    granted(ledger, met)
    granted(ledger, "NS-5.1", team="north-2")
    granted(ledger, "NS-5.8")  # no breach of it in any case: only what is met, late, due, ...
    asked(ledger, met)  # never counted: nobody can say
    granted(ledger, begins=days(5))
    assert [each.used for each in list_waivers(ledger, AS_AT)] == [True, False, True, False, None, None]
    assert numbers(ledger, AS_AT, "unused") == [2, 4]

    def later(case: str) -> Judgements:
        return judgements(outcome_of(case, "breached", 0), outcome_of(case, "met", 3), case=case)

    night(ledger, run=FakeRun(2, gives=later), as_at=days(6))
    # What was met is breached six days later, and what was breached is met.
    assert [each.used for each in list_waivers(ledger, days(6))] == [True, True, True, False, None, False]


def test_a_breach_before_or_after_it_counted_is_no_use(ledger: Ledger) -> None:
    granted(ledger, day=days(1), until=days(2))
    night(ledger, 2, as_at=days(4))  # still breached, and known only from nights on days outside
    assert [each.used for each in list_waivers(ledger, days(4))] == [False]
    night(ledger, 2, as_at=days(4), content="again")
    granted(ledger, day=days(4))
    assert [each.used for each in list_waivers(ledger, days(4))] == [False, True]


def test_what_was_renewed_more_than_twice(ledger: Ledger) -> None:
    for count in range(4):
        assert numbers(ledger, AS_AT, "renewed") == []
        granted(ledger, "NS-5.1", team="north-2", day=days(31 * count), begins=days(31 * count))
    assert numbers(ledger, AS_AT, "renewed") == [1, 2, 3, 4]
    granted(ledger, "NS-5.1")  # in every team: another target
    withdraw(ledger, asked(ledger, "NS-5.1", team="north-2").number, by="c", at=on(AS_AT))  # a mistake, never approved
    assert [each.renewed for each in list_waivers(ledger, AS_AT)] == [3, 3, 3, 3, 0, 3]


# --- the outcome stays, and the waiver is shown beside it -----------------------------------------------------------------


def shown(show: Callable[..., None], *args: Any) -> str:
    console = Console(file=io.StringIO(), width=4_000, highlight=False, soft_wrap=True)
    show(console, *args)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_a_night_counts_what_is_waived_and_no_outcome_is_another(ledger: Ledger) -> None:
    without = night(ledger, 2, as_at=days(1), content="one")
    assert (without.waived.outcomes, without.waived.in_force, without.waived.most_overdue) == ({}, (), {})
    granted(ledger, day=days(1))
    granted(ledger, "NS-5.8", team="north-2", day=days(1))
    granted(ledger, "PQ-PUB-3", team="north-2", day=days(1), until=days(1))
    withdraw(ledger, 3, by="c", at=on(days(1)))
    found = night(ledger, 2, as_at=days(2), content="two")
    again = night(ledger, 2, as_at=days(1), content="one")
    assert found.outcomes == without.outcomes
    assert found.waived.outcomes == {"breached": 1, "late": 2}
    assert [(each.waiver.number, each.outcomes) for each in found.waived.in_force] == [
        (1, {"breached": 1}),
        (2, {"late": 2}),
    ]
    assert found.waived.most_overdue == {INSTANCE: 1}
    # The same night asked for again is not judged again, and shows the waivers there are by now.
    assert (again.already, again.outcomes, again.waived.outcomes) == (True, without.outcomes, found.waived.outcomes)
    assert night(ledger, 2, as_at=days(1), content="one", outcomes_dir=None) == again


def test_a_night_for_people_and_for_programs(small: Ledger) -> None:
    granted(small)
    granted(small, "NS-5.8", team="north-2")
    summary = night(small, 2, content="now", unmasked=True)
    text = shown(show_night, summary, {})
    assert "        3  of them waived, which changes no outcome, of them 1 breached, 2 late\n" in text
    assert (
        f"    {INSTANCE}: waived until 30 July 2025 (waiver 1, asked for by a.mensah, approved by b.okafor): agreed with the court"
        in text
    )
    assert "NS-5.8 in north-2: waived until" in text
    content = fits(night_json(summary), "nightly")
    assert content["waived"]["outcomes"] == {"breached": 1, "late": 2}
    assert content["waived"]["in_force"][0]["waiver"]["ends"] == "2025-07-30"
    overdue = {each["instance"]: each["waived"] and each["waived"]["number"] for each in content["most_overdue"]}
    assert overdue == {INSTANCE: 1, "C-2/NS-5.1/amy/e3": None}
    assert content["outcomes"]["breached"] == 2
    page = night_page(summary)
    assert '<th scope="col" class="n">Of them waived</th>' in page
    assert len(re.findall(r"waived until 30 July 2025", page)) == 1
    assert "1 breached" in page
    bare = night_page(night(small, 2, as_at=days(-1), content="before"))
    assert "aived" not in bare


def test_check_shows_the_waiver_beside_the_outcome() -> None:
    given_ = judgements(BREACHED, outcome_of("C-1", "met", 0))
    beside = waived(given_.findings, [waiver(reason="so agreed")], AS_AT)
    text = shown(show_check, given_, rulebook(), beside)
    assert "Case C-1, as at 30 June 2025: 1 breached, 1 met\nWaived, which changes no outcome: 1 breached\n" in text
    assert "    Waived until 30 July 2025 (waiver 1, asked for by a, approved by b): so agreed\n" in text
    assert "aived" not in shown(show_check, given_, rulebook(), NO_WAIVERS)


@pytest.mark.soak
def test_check_and_waive_on_the_command_line(kept: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    today = on(date(2025, 4, 30))
    monkeypatch.setattr(cli, "_now", lambda: today)
    monkeypatch.setattr(cli, "_signed_in", lambda: "s.rossi")
    assert kept("sample", "--cases", "3", "--out", "made").status == 0
    assert kept("nightly", "--caseload", "made", "--ledger", "l.sqlite").status == 0
    plain = kept("check", "case.yaml", "--format", "json")
    breached = next(each for each in plain.json["findings"] if each["outcome"] == "breached")
    assert (plain.status, breached["waived"]) == (1, None)
    clause = breached["clause"]
    refused = kept("waive", clause, "--ledger", "l.sqlite", "--reason", "x")
    assert (refused.status, "--until" in refused.err) == (3, True)
    ran = kept(
        "waive", clause, "--ledger", "l.sqlite", "--reason", "so agreed", "--until", "2025-05-30", "--by", "a.mensah"
    )
    assert ran.out.startswith(
        f"Waiver 1 for {clause} in every team: waits for approval; asked for from 30 April 2025 until 30 May 2025;"
    )
    assert kept("waive", "approve", "1", "--ledger", "l.sqlite", "--by", "a.mensah").status == 3
    ran = kept("waive", "approve", "1", "--ledger", "l.sqlite", "--format", "json")
    assert (ran.status, ran.json["approved_by"], ran.json["standing"]) == (0, "s.rossi", "active")
    ran = kept("check", "case.yaml", "--ledger", "l.sqlite", "--unmasked", "--format", "json")
    content = fits(ran.out, "check")
    found = next(each for each in content["findings"] if each["instance"] == breached["instance"])
    assert ran.status == 1  # a breach that is waived is a breach
    assert {**found, "waived": None} == breached
    assert (found["waived"]["number"], found["waived"]["reason"]) == (1, "so agreed")
    rows = list(csv.DictReader(io.StringIO(kept("check", "case.yaml", "--ledger", "l.sqlite", "--format", "csv").out)))
    assert {row["waived"] for row in rows if row["clause"] == clause and row["outcome"] in OPEN} == {"1"}
    assert "Waived until 30 May 2025 (waiver 1" in kept("check", "case.yaml", "--ledger", "l.sqlite").out
    assert "aived" not in kept("check", "case.yaml", "--ledger", "l.sqlite", "--as-at", "2025-04-29").out
    assert [
        each["number"]
        for each in kept("waive", "list", "--ledger", "l.sqlite", "--active", "--format", "json").json["waivers"]
    ] == [1]
    assert (
        kept("waive", "list", "--ledger", "l.sqlite", "--expired", "--active").out == "0 waivers as at 30 April 2025\n"
    )
    assert (
        "Of them waived"
        in (
            kept("nightly", "--caseload", "made", "--ledger", "l.sqlite", "--report", "r.html"),
            Path("r.html").read_text(),
        )[1]
    )
    assert kept("waive", "withdraw", "1", "--ledger", "l.sqlite").out.startswith(
        f"Waiver 1 for {clause} in every team: withdrawn; never counted"
    )
    assert "aived" not in kept("check", "case.yaml", "--ledger", "l.sqlite").out
    assert kept("waive", "--help").status == 0
    assert kept("check", "case.yaml", "--ledger", "none.sqlite").status == 1
    assert not Path("none.sqlite").exists()


# --- a reason is anything -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason", [HOSTILE, "x" * 2_000, "=1+1", "</td></table><img src=x onerror=alert(1)>", "[/]", "{%"]
)
def test_a_reason_does_nothing_anywhere(ledger: Ledger, reason: str) -> None:
    granted(ledger, reason=reason)
    summary = night(ledger, 2, content="now", unmasked=True)
    (waiver,) = read_waivers(ledger, unmasked=True)
    assert waiver.reason == reason.strip()
    page = night_page(summary)
    assert "<script>alert" not in page
    assert "<img" not in page
    texts = [
        page, shown(show_night, summary, {}), night_json(summary), told(waiver, AS_AT),
        shown(show_waivers, list_waivers(ledger, AS_AT), AS_AT), waivers_json(list_waivers(ledger, AS_AT), AS_AT, unmasked=True),
        shown(show_check, judgements(BREACHED), rulebook(), waived([BREACHED], [waiver], AS_AT)),
    ]  # fmt: skip
    for text in texts:
        assert not set(text) & {"\x1b", "\r", "\u202e"}
    content = fits(night_json(summary), "nightly")
    assert content["waived"]["in_force"][0]["waiver"]["reason"] == reason.strip()


@pytest.mark.soak
def test_a_reason_is_in_no_log_and_no_metrics(kept: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_now", lambda: datetime(2025, 4, 30, 12, tzinfo=UTC))
    assert kept("sample", "--cases", "3", "--out", "made").status == 0
    watched = (
        "nightly",
        "--caseload",
        "made",
        "--ledger",
        "l.sqlite",
        "--log",
        "n.log",
        "--log-level",
        "debug",
        "--metrics",
        "n.prom",
    )
    assert kept(*watched).status == 0
    assert (
        kept(
            "waive",
            "NS-5.1",
            "--ledger",
            "l.sqlite",
            "--reason",
            "about Whitlock",
            "--until",
            "2025-05-30",
            "--by",
            "a",
        ).status
        == 0
    )
    assert kept("waive", "approve", "1", "--ledger", "l.sqlite", "--by", "b").status == 0
    ran = kept(*watched, "--as-at", "2025-05-01", "--unmasked")
    assert "Whitlock" in ran.out
    assert "Whitlock" not in (tmp_path / "n.log").read_text() + (tmp_path / "n.prom").read_text() + ran.err


def test_the_schema_of_a_waiver_says_everything_that_is_printed() -> None:
    from engine.report.results import waiver_result

    for name in ("check", "check-line", "nightly"):
        assert set(schema(name)["$defs"]["waiver"]["properties"]) == set(waiver_result(waiver()))
    assert json.dumps(waiver_result(waiver()))
