"""Nights one after another: what is written once, what changed and how, what is stale, and which nights are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from engine.duty.rulebook import Rulebook
from engine.judge.outcome import OUTCOMES, Finding, Judgements, Outcome
from engine.ledger.changed import Changes
from engine.ledger.changes import changes_since
from engine.ledger.reading import quarantine
from engine.ledger.store import Ledger
from engine.record.calendar import Calendar
from engine.record.problem import KeptError
from tests.nights import AS_AT, FakeRun, day, fault, invariants, judgements, night, outcome_of, rulebook

Gives = Callable[[str], Judgements]


def gives(outcomes: Mapping[str, Outcome | None], **given: Any) -> Gives:
    """One finding for each case: with this outcome, or none at all."""

    def found(case: str) -> Judgements:
        outcome = outcomes.get(case, "due")
        return judgements(*([] if outcome is None else [outcome_of(case, outcome, **given)]), case=case)

    return found


def told(changes: Changes) -> dict[str, str]:
    return {change.case: f"{change.kind} {change.how}".strip() for change in changes.changed}


def count(ledger: Ledger, table: str) -> int:
    with ledger.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608 - ours


def test_what_stays_as_it_was_is_written_once(ledger: Ledger) -> None:
    for ahead in range(5):
        night(ledger, 20, as_at=day(ahead))
    assert (count(ledger, "states"), count(ledger, "instances"), count(ledger, "runs")) == (160, 160, 5)
    # How many days it is over follows from the day that a night looks from, and is not a change.
    with ledger.reading() as connection:
        query = "SELECT run, days_over FROM outcomes WHERE instance = 'C-1/NS-5.1/amy/e3' ORDER BY run"
        over = [days for _, days in connection.exec_driver_sql(query)]
    assert over == [104, 105, 106, 107, 108]


def test_every_way_in_which_a_breach_comes_and_goes(ledger: Ledger) -> None:
    then: dict[str, Outcome | None] = {f"C-{number}": "breached" for number in (1, 2, 3, 4, 5, 6, 7, 10, 11)}
    now: dict[str, Outcome | None] = {
        "C-1": "breached", "C-2": "met", "C-3": "late", "C-4": "excused", "C-5": "lapsed", "C-6": None, "C-7": "due", "C-8": "breached",
        "C-10": "unjudged", "C-11": "undetermined",
    }  # fmt: skip
    first = night(ledger, run=FakeRun(11, gives=gives(then)))
    second = night(ledger, run=FakeRun(11, gives=gives(now)), as_at=day(1))
    assert (first.changes, second.changes and second.changes.since) == (None, first.run)
    found = changes_since(ledger)
    assert told(found) == {
        "C-2": "put_right fulfilled", "C-3": "put_right fulfilled", "C-4": "put_right excused", "C-5": "put_right lapsed",
        "C-6": "put_right record_corrected", "C-7": "put_right record_corrected", "C-8": "new",
        "C-10": "put_right undecided", "C-11": "put_right undecided",
    }  # fmt: skip
    assert second.changes is not None
    assert second.changes.counts == found.counts
    assert (found.counts.new, found.counts.still, found.counts.put_right, found.counts.back_again) == (1, 1, 8, 0)
    third = night(ledger, run=FakeRun(11, gives=gives({**now, "C-2": "breached", "C-6": "breached"})), as_at=day(2))
    assert told(changes_since(ledger)) == {"C-2": "back_again", "C-6": "back_again"}
    assert third.changes is not None
    assert third.changes.counts.still == 2
    # Since the first night: what came back is still there, as it was on both.
    assert told(changes_since(ledger, first.run)) == {
        "C-3": "put_right fulfilled", "C-4": "put_right excused", "C-5": "put_right lapsed", "C-7": "put_right record_corrected",
        "C-8": "new", "C-10": "put_right undecided", "C-11": "put_right undecided",
    }  # fmt: skip


def test_changes_are_counted_by_clause_team_and_practitioner(ledger: Ledger) -> None:
    def of(outcome: Outcome) -> Gives:
        def found(case: str) -> Judgements:
            team = "north-1" if case in ("C-1", "C-2") else ""
            clause: dict[str, Any] = {"clause": "PQ-PUB-3", "duty": "PQ-PUB-3"} if case == "C-1" else {}
            return judgements(outcome_of(case, outcome, team=team, practitioner=f"p-{case}", **clause), case=case)

        return found

    night(ledger, run=FakeRun(3, gives=of("due")))
    night(ledger, run=FakeRun(3, gives=of("breached")), as_at=day(1))
    by = {name: {group.name: group.new for group in groups} for name, groups in changes_since(ledger).by.items()}
    assert by == {
        "clause": {"NS-5.1": 2, "PQ-PUB-3": 1}, "team": {"": 1, "north-1": 2}, "practitioner": {"p-C-1": 1, "p-C-2": 1, "p-C-3": 1},
    }  # fmt: skip


def rulebook_with(*, title: str = "", calendar: Calendar | None = None) -> Rulebook:
    """The made-up rulebook with NS-5.1 read otherwise, or with another calendar."""
    book = rulebook()
    other = {"title": title} if title else {}
    duties = [duty.model_copy(update=other) if duty.id == "NS-5.1" else duty for duty in book.duties]
    return Rulebook(
        dictionary=book.dictionary, calendar=calendar or book.calendar, values=book.values, duties=tuple(duties)
    )


def test_a_rule_that_changed_is_told_from_a_record_that_did(ledger: Ledger) -> None:
    def found(now: bool) -> Gives:
        def each(case: str) -> Judgements:
            position = 0 if case in ("C-1", "C-2") else 1  # NS-5.1, or NS-5.8a, which is as it was
            some = outcome_of(case, "due" if now else "breached", position, instance=f"{case}/x")
            if case == "C-2" and now:  # done since: whatever the rule, that is why
                some = some.model_copy(update={"outcome": "late", "done": day(1)})
            return judgements(some, case=case)

        return each

    night(ledger, run=FakeRun(3, gives=found(False)))
    night(ledger, run=FakeRun(3, gives=found(True)), as_at=day(1), book=rulebook_with(title="Read otherwise"))
    assert told(changes_since(ledger)) == {
        "C-1": "put_right rule_changed", "C-2": "put_right fulfilled", "C-3": "put_right record_corrected",
    }  # fmt: skip


def test_a_bank_holiday_that_moves_a_due_date_is_a_rule_that_changed(ledger: Ledger) -> None:
    moved = rulebook_with(calendar=Calendar(known_through=date(2028, 12, 31)))
    night(ledger, run=FakeRun(2, gives=gives({"C-1": "breached", "C-2": "breached"})))
    then = {"C-1": outcome_of("C-1", "due", due=day(3)), "C-2": outcome_of("C-2", "due", due=date(2025, 3, 18))}
    night(ledger, run=FakeRun(2, gives=lambda case: judgements(then[case], case=case)), as_at=day(1), book=moved)
    assert told(changes_since(ledger)) == {"C-1": "put_right rule_changed", "C-2": "put_right record_corrected"}


def test_a_start_that_moved_is_a_record_corrected(ledger: Ledger) -> None:
    night(ledger, run=FakeRun(1, gives=gives({"C-1": "breached"})))
    night(ledger, run=FakeRun(1, gives=gives({"C-1": "met"}, start=date(2025, 3, 5))), as_at=day(1))
    assert told(changes_since(ledger)) == {"C-1": "put_right record_corrected"}


# --- what could not be judged -------------------------------------------------------------------------------------------


def test_what_stood_in_a_case_that_cannot_be_read_is_stale_not_put_right(ledger: Ledger) -> None:
    nights = [
        night(ledger, run=FakeRun(60, bad, gives(dict.fromkeys(("C-1", "C-2"), "breached"))), as_at=day(ahead))
        for ahead, bad in enumerate([(), (1,), (1,), ()])
    ]
    for each in nights[1:3]:
        assert each.changes is not None
        assert (each.changes.counts.still, each.changes.counts.stale, each.changes.counts.put_right) == (2, 1, 0)
        assert (each.complete, each.trend, each.instances) == (False, True, 59)
    with ledger.reading() as connection:
        query = "SELECT run, stale_since FROM outcomes WHERE \"case\" = 'C-1' ORDER BY run"
        stale = [since for _, since in connection.exec_driver_sql(query)]
    assert stale == [None, nights[1].run, nights[1].run, None]
    assert (count(ledger, "states"), count(ledger, "quarantine")) == (60, 1)
    assert nights[3].changes is not None
    assert (nights[3].changes.counts.still, nights[3].changes.counts.stale) == (2, 0)


def test_what_a_case_in_quarantine_shows_again_may_have_changed(ledger: Ledger) -> None:
    night(ledger, run=FakeRun(2, (), gives({"C-1": "breached"})))
    night(ledger, run=FakeRun(2, (1,), gives({})), as_at=day(1))
    last = night(ledger, run=FakeRun(2, (), gives({"C-1": "met"})), as_at=day(2))
    assert last.changes is not None
    assert last.changes.counts.how["fulfilled"] == 1
    # A case that goes while it is set aside, and is nowhere the night after, is corrected then and not before.
    night(ledger, run=FakeRun(2, (1,), gives({})), as_at=day(3))
    night(ledger, run=FakeRun(2, (), gives({"C-1": None})), as_at=day(4))
    assert (count(ledger, "stale"), count(ledger, "stale WHERE until_run IS NULL")) == (2, 0)


def test_a_duty_that_failed_leaves_what_stood(ledger: Ledger) -> None:
    def failing(case: str) -> Judgements:
        given = gives({})(case)
        return (
            given
            if case == "C-1"
            else judgements(case=case, faults=(fault(case).model_copy(update={"duty": "NS-5.1"}),))
        )

    night(ledger, run=FakeRun(2, gives=gives({"C-2": "breached"})))
    second = night(ledger, run=FakeRun(2, gives=failing), as_at=day(1))
    assert second.changes is not None
    assert (second.changes.counts.still, second.changes.counts.stale) == (1, 1)
    third = night(ledger, run=FakeRun(2, gives=gives({"C-2": "breached"})), as_at=day(2))
    assert third.changes is not None
    assert (third.changes.counts.still, third.changes.counts.stale) == (1, 0)
    assert (count(ledger, "faults"), count(ledger, "faults WHERE until_run = 3")) == (1, 1)


def test_quarantine_is_listed_with_the_night_since_which_it_is(ledger: Ledger) -> None:
    for ahead, bad in enumerate([(3,), (1, 3), (1,)]):
        night(ledger, 9, run=FakeRun(9, bad), as_at=day(ahead))
    run, (case,) = quarantine(ledger)
    assert (run.as_at, case.case, case.since_day, case.problem) == (day(2), "C-1", day(1), "'seeen' is no event")
    assert count(ledger, "quarantine") == 2


@pytest.mark.parametrize(("bad", "trend"), [(0, True), (2, True), (3, False)])
def test_a_night_that_could_not_read_enough_is_no_point_in_a_trend(tmp_path: Path, bad: int, trend: bool) -> None:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        made = night(ledger, run=FakeRun(100, range(1, bad + 1)))
        assert (made.trend, ledger.run(made.run).counts.trend, made.complete) == (trend, trend, bad == 0)


# --- which nights are compared ------------------------------------------------------------------------------------------


def test_a_night_is_compared_only_with_its_like(ledger: Ledger) -> None:
    first = night(ledger)
    for given in ({"clauses": ("NS-5.1",)}, {"stated_only": True}, {"described": "another"}):
        assert night(ledger, as_at=day(1), **given).changes is None
    again = night(ledger, as_at=day(1), clauses=())
    assert again.previous is not None
    assert again.previous.id == first.run
    assert night(ledger, as_at=day(2), clauses=("NS-5.8", "NS-5.1", "NS-5.8")).changes is None
    assert night(ledger, as_at=day(3), clauses=("NS-5.1", "NS-5.8")).changes is not None


def test_a_night_in_the_past_rewrites_nothing(ledger: Ledger) -> None:
    def outcomes(run: str) -> list[tuple[object, ...]]:
        with ledger.reading() as connection:
            query = f"SELECT instance, outcome FROM outcomes WHERE run = '{run}' ORDER BY instance"  # noqa: S608 - ours
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    first, second = night(ledger, 2), night(ledger, run=FakeRun(2, gives=gives({"C-1": "breached"})), as_at=day(1))
    before = outcomes(first.run), outcomes(second.run)
    past = night(ledger, 4, as_at=day(-30))
    later = night(ledger, 4, as_at=day(-29))
    assert (past.changes, later.changes and later.changes.since) == (None, past.run)
    assert (outcomes(first.run), outcomes(second.run)) == before
    third = night(ledger, run=FakeRun(2, gives=gives({"C-1": "breached"})), as_at=day(2))
    assert third.changes is not None
    assert (third.changes.since, third.changes.counts.still) == (second.run, 1)


def test_nothing_to_compare_with_is_said(ledger: Ledger) -> None:
    with pytest.raises(KeptError, match=r"there is no night in it yet"):
        changes_since(ledger)
    only = night(ledger)
    with pytest.raises(KeptError, match=r"The last night has none beside it"):
        changes_since(ledger)
    with pytest.raises(KeptError, match=rf"The night {only.run} has none beside it"):
        changes_since(ledger, only.run)
    with pytest.raises(KeptError, match=r"there is no night '2025-06-30-001'; did you mean '2025-06-30-0001'"):
        changes_since(ledger, "2025-06-30-001")


# --- the same night again -----------------------------------------------------------------------------------------------


def test_the_same_night_twice_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    first = night(ledger, content="a", outcomes_dir=tmp_path / "one")
    before = [count(ledger, name) for name in ("runs", "states", "instances")]

    def refuse() -> FakeRun:
        raise AssertionError("it is not judged again")

    again = night(ledger, run=refuse, content="a", outcomes_dir=tmp_path / "two")  # type: ignore[arg-type]
    assert again == first.model_copy(update={"already": True})
    assert [count(ledger, name) for name in ("runs", "states", "instances")] == before
    one, two = (pq.read_table(tmp_path / name / "outcomes.parquet").to_pylist() for name in ("one", "two"))
    assert sorted(two, key=lambda row: row["instance"]) == sorted(one, key=lambda row: row["instance"])
    other = night(ledger, content="b")
    assert (other.already, other.run) == (False, "2025-06-30-0002")
    # As it was before the last night: that is a change again.
    assert night(ledger, content="a").run == "2025-06-30-0003"
    # An older night that nothing was written over is still there.
    later = night(ledger, content="a", as_at=day(1))
    assert night(ledger, content="a").run == "2025-06-30-0003"
    assert (later.already, night(ledger, content="a", as_at=day(1)).already) == (False, True)


def test_a_receipt_says_what_a_night_followed_from(ledger: Ledger) -> None:
    made = night(ledger, content="a", clauses=("NS-5.8", "NS-5.1"))
    receipt = ledger.receipt(made.run)
    assert receipt.fingerprint is not None
    assert (receipt.clauses, receipt.fingerprint.sums, receipt.as_at) == (("NS-5.1", "NS-5.8"), {"events": "a"}, AS_AT)
    assert {"kept", "python", "duckdb"} <= set(receipt.versions)
    assert receipt.sha256.startswith("sha256:")
    assert ledger.rulebook(receipt.rulebook) == rulebook().canonical()


# --- thirty nights ------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_thirty_nights_cost_less_than_twice_one(tmp_path: Path) -> None:
    cases = 500

    def on(ahead: int) -> Gives:
        def found(case: str) -> Judgements:
            changed = (ahead - int(case[2:])) // 50  # each case changes every fifty nights: two in a hundred each night
            some: list[Finding] = []
            for position, outcome in enumerate(OUTCOMES):
                evidence = (f"{case}-event-{position}", f"{case}-event-{position + 10 + changed}")
                some.append(outcome_of(case, outcome, position, evidence=evidence))
            return judgements(*some, case=case)

        return found

    path, sizes = tmp_path / "ledger.sqlite", []
    for ahead in range(30):
        with Ledger.open(str(path)) as ledger:
            night(ledger, run=FakeRun(cases, gives=on(ahead)), as_at=day(ahead), content=str(ahead))
        sizes.append(sum(file.stat().st_size for file in tmp_path.iterdir()))
    assert sizes[-1] < 2 * sizes[0]
    with Ledger.open(str(path)) as ledger:
        assert invariants(ledger) == []
