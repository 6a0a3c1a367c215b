"""Duties about outcomes: what stands broken on a day, who looks at what, and what becomes of it when something failed.

Each story is short enough to judge by hand, and both the case judge and the oracle must give what it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.duty.english import English
from engine.duty.language import Duty
from engine.duty.rulebook import Rulebook
from engine.duty.values import Value
from engine.duty.words import (
    FALLS_DUE,
    LAPSES,
    LOCAL,
    MUST,
    SHOULD,
    STATED,
    be_judged,
    carries,
    exception,
    happen,
    hold,
    judged_by,
    never_happen,
    no_open_breach,
    value,
)
from engine.judge.case_judge import CaseJudge
from engine.judge.caseload_judge import CaseloadJudge
from engine.judge.instances import Labeller
from engine.judge.outcome import Decision, Facts, Finding, Sign, Verdict, broken, decide
from engine.record.duckdb_engine import DuckDBEngine
from engine.record.problem import RulebookProblem
from engine.record.table_reader import Caseload
from engine.record.timeline import View
from tests import oracle
from tests.batches import written
from tests.strategies import (
    DICTIONARY,
    accepted,
    case,
    child,
    filed,
    practitioner,
    reason_given,
    referred,
    visited,
)
from tests.test_oracle import CALENDAR, VALUES, Story, amy, day, rule, verdict

VISITED = rule(within=value("stated_days"))
"""Accepted on 3 March, so due on 13 March."""


def later(**parts: Any) -> Duty:
    """When something is filed, nothing stands broken."""
    return rule(**{"id": "TT-9.1", "title": "Nothing stands broken", "for_each": case, "when": filed,
                   "must": no_open_breach(), **parts})  # fmt: skip


def book_of(*duties: Duty) -> Rulebook:
    values = {item.name: item for item in VALUES}
    return Rulebook(dictionary=DICTIONARY, calendar=CALENDAR, values=values, duties=duties)


def findings(
    story: Story, as_at: str, *duties: Duty, only: Iterable[str] = ("TT-9.1",), known_at: str = "", stated: bool = False
) -> tuple[Finding, ...]:
    """What the case judge reports of these, having made sure that the oracle finds the same of all."""
    record, book, seen = story.finish(), book_of(*duties), View(day(known_at)).known_at if known_at else None
    judge, view = CaseJudge(book, only=only, stated_only=stated), View(day(as_at), seen)
    found = judge.judge(record, view, explained=True)
    assert not found.faults, found.faults[0].trace
    rows = [row for row in oracle.judge(record, book, day(as_at), seen, stated) if row.duty in judge.chosen]
    short = [(one.instance, one.outcome, one.start, one.due, one.done, tuple(sorted(one.flags)), one.evidence)
             for one in found.findings]  # fmt: skip
    assert short == [(*row[:1], row.outcome, *row[5:]) for row in rows]
    return found.findings


def outcome(story: Story, as_at: str, *duties: Duty, **options: Any) -> str:
    """What became of the only instance of the duty about outcomes."""
    (one,) = findings(story, as_at, *duties, **options)
    return one.outcome


# --- from when to when -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [("03-13", "met"), ("03-14", "breached"), ("03-31", "breached")],
    ids=["on the due date", "the day after", "long after"],
)
def test_what_is_overdue_stands_broken_from_the_day_after_it_was_due(asked: str, said: str) -> None:
    assert outcome(amy().on(asked, "filed"), "04-30", VISITED, later()) == said


@pytest.mark.parametrize(
    ("asked", "said"),
    [("03-13", "met"), ("03-14", "breached"), ("03-19", "breached"), ("03-20", "met"), ("03-21", "met")],
)
def test_what_is_done_late_stands_broken_until_the_day_it_was_done(asked: str, said: str) -> None:
    story = amy().on("03-20", "visited", child="amy").on(asked, "filed")
    assert outcome(story, "04-30", VISITED, later()) == said


def test_what_is_kept_excused_lapsed_or_not_yet_due_stands_unbroken() -> None:
    duty = later()
    assert outcome(amy().on("03-13", "visited", child="amy").on("03-20", "filed"), "04-30", VISITED, duty) == "met"
    excused = rule(within=value("stated_days"), unless=exception(reason_given, standing=STATED, source="made up"))
    assert outcome(amy().on("03-13", "reason_given", child="amy").on("03-20", "filed"), "04-30", excused, duty) == "met"
    lapses = rule(within=value("stated_days"), at_closure=LAPSES)
    assert outcome(amy().on("03-13", "case_closed").on("03-20", "filed"), "04-30", lapses, duty) == "met"
    assert outcome(amy().on("03-13", "filed"), "03-13", VISITED, duty) == "met"
    unsaid = rule(within=value("stated_days"), must=happen(visited.with_(place="home")))
    assert outcome(amy().on("03-05", "visited", child="amy").on("03-20", "filed"), "04-30", unsaid, duty) == "met"


def test_a_local_reason_changes_nothing() -> None:
    reason = rule(within=value("stated_days"), unless=exception(reason_given, standing=LOCAL, source="made up"))
    story = amy().on("03-13", "reason_given", child="amy").on("03-20", "filed")
    assert outcome(story, "04-30", reason, later()) == "breached"


def test_what_falls_due_at_closure_stands_broken_from_the_day_after_that() -> None:
    falls_due = rule(within=value("stated_days"), at_closure=FALLS_DUE)
    for asked, said in (("03-06", "met"), ("03-07", "breached")):
        assert outcome(amy().on("03-06", "case_closed").on(asked, "filed"), "04-30", falls_due, later()) == said


@pytest.mark.parametrize(("asked", "said"), [("03-09", "met"), ("03-10", "breached"), ("12-31", "breached")])
def test_what_must_never_happen_stands_broken_for_ever_from_the_day_it_did(asked: str, said: str) -> None:
    never = rule(must=never_happen(visited))
    story = amy().on("03-10", "visited", child="amy").on("03-12", "visited", child="amy").on(asked, "filed")
    assert outcome(story, "2026-01-31", never, later()) == said


@pytest.mark.parametrize(("asked", "said"), [("03-19", "met"), ("03-20", "breached"), ("12-31", "breached")])
@pytest.mark.parametrize("form", ["the record and a person", "a person alone"])
def test_what_a_person_judged_not_kept_stands_broken_from_that_day(form: str, asked: str, said: str) -> None:
    judged = judged_by("practice_supervisor", question="Was it so?")
    must = be_judged() if form == "a person alone" else happen(visited)
    asks = rule(must=must, judged=judged, within=value("stated_days"))
    story = amy().has("practitioner", "zoe").on("03-18", "visited", child="amy", by="pat")
    assert outcome(verdict(story, "03-20", outcome="not_met").on(asked, "filed"), "2026-01-31", asks, later()) == said


@pytest.mark.parametrize(("asked", "said"), [("03-13", "met"), ("03-14", "breached"), ("03-19", "breached"), ("03-20", "met")])  # fmt: skip
def test_what_only_a_person_can_say_and_says_late_stands_broken_until_then(asked: str, said: str) -> None:
    asks = rule(must=be_judged(), judged=judged_by("practice_supervisor", question="So?"), within=value("stated_days"))
    story = verdict(amy().has("practitioner", "zoe"), "03-20").on(asked, "filed")
    assert outcome(story, "04-30", asks, later()) == said


def test_what_nobody_has_judged_stands_unbroken() -> None:
    asks = rule(judged=judged_by("practice_supervisor", question="Was it so?"), within=value("stated_days"))
    story = amy().on("03-20", "visited", child="amy").on("03-18", "filed")
    assert outcome(story, "04-30", asks, later()) == "met"


FACTS = Facts(start=date(2025, 3, 3), due=date(2025, 3, 13), as_at=date(2025, 4, 30), at_closure="goes_on")
ON_20 = Sign(date(2025, 3, 20), "e2", date(2025, 3, 20))
NO_ON_25 = Verdict("not_met", date(2025, 3, 25), "e3", date(2025, 3, 25))


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        (FACTS, (date(2025, 3, 14), None)),
        (FACTS._replace(done=ON_20), (date(2025, 3, 14), date(2025, 3, 20))),
        (FACTS._replace(done=ON_20, never=True, due=None), (date(2025, 3, 20), None)),
        (FACTS._replace(done=ON_20, judged=True, verdict=NO_ON_25), (date(2025, 3, 25), None)),
        (FACTS._replace(person_only=True, judged=True, due=None, verdict=NO_ON_25), (date(2025, 3, 25), None)),
        (FACTS._replace(done=ON_20, judged=True), None),
        (FACTS._replace(missing="something"), None),
        (FACTS._replace(due=None), None),
    ],
)
def test_the_days_on_which_something_stood_broken(facts: Facts, days: tuple[date, date | None] | None) -> None:
    assert broken(facts, decide(facts)) == days


def test_what_was_done_the_day_after_it_was_due_stood_broken_on_no_day() -> None:
    next_day = FACTS._replace(done=Sign(date(2025, 3, 14), "e2", date(2025, 3, 14)))
    assert broken(next_day, decide(next_day)) == (date(2025, 3, 14), date(2025, 3, 14))
    assert broken(FACTS, Decision("lapsed", FACTS.due, None)) is None


# --- what it looks at --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("must", "said"),
    [
        (no_open_breach(), "breached"),
        (no_open_breach(force=SHOULD), "breached"),
        (no_open_breach(force=MUST), "met"),
        (no_open_breach(clauses=["TT-10.1a"]), "breached"),
        (no_open_breach(clauses=["TT-10.1"]), "breached"),
        (no_open_breach(clauses=["TT-10"]), "breached"),
        (no_open_breach(clauses=["TT"]), "breached"),
        (no_open_breach(clauses=["TT-1"]), "met"),
        (no_open_breach(clauses=["TT-1", "TT-10"]), "breached"),
        (no_open_breach(force=MUST, clauses=["TT-10"]), "met"),
    ],
)
def test_it_looks_at_a_force_and_at_clauses(must: Any, said: str) -> None:
    should = rule(id="TT-10.1a", within=value("stated_days"), force=SHOULD)
    kept = rule(id="TT-1.1", when=referred)
    assert outcome(amy().on("03-20", "filed"), "04-30", should, kept, later(must=must)) == said


def test_it_looks_at_whomever_it_is_owed_to_and_only_in_its_own_timeline() -> None:
    owed = rule(for_each=practitioner, when=accepted, within=value("stated_days"))
    story = Story("practitioner").on("03-03", "accepted").on("03-20", "filed")
    assert outcome(story, "04-30", owed, later(for_each=practitioner)) == "breached"
    # In a case nothing is owed to a practitioner, whose time is a timeline of its own.
    assert outcome(amy().on("03-20", "filed"), "04-30", owed, later()) == "met"
    assert findings(story, "04-30", owed, later()) == ()


def test_it_never_looks_at_another_that_is_about_outcomes() -> None:
    first, second = later(), later(id="TT-9.2", when=reason_given)
    story = amy().on("03-20", "filed").on("03-25", "visited", child="amy").on("03-30", "reason_given")
    found = findings(story, "04-30", VISITED, first, second, only=())
    assert [(one.duty, one.outcome) for one in found] == [("TT-1.1", "late"), ("TT-9.1", "breached"), ("TT-9.2", "met")]


def test_a_version_is_looked_at_by_its_own_force() -> None:
    old, new = rule(ends="2025-03-10", force=SHOULD), rule(in_force="2025-03-10")
    duty = later(must=no_open_breach(force=MUST))
    assert outcome(amy().on("04-20", "filed"), "04-30", old, new, duty) == "met"
    again = amy().on("03-10", "accepted", child="amy").on("04-20", "filed")
    assert outcome(again, "04-30", old, new, duty) == "breached"


# --- what is otherwise as with every duty ------------------------------------------------------------------------------------


def test_where_first_unless_and_closure_are_as_ever() -> None:
    story = amy().on("03-20", "filed", alone=True)
    assert outcome(story, "04-30", VISITED, later(unless=exception(carries(filed, alone=True), standing=STATED,
                                                                   source="made up"))) == "excused"  # fmt: skip
    assert outcome(story, "04-30", VISITED, later(unless=exception(carries(filed, alone=True), standing=LOCAL,
                                                                   source="made up"))) == "breached"  # fmt: skip
    assert findings(story, "04-30", VISITED, later(where=case.law.is_("public")))[0].outcome == "undetermined"
    twice = amy().on("03-10", "filed").on("03-20", "filed")
    assert [one.outcome for one in findings(twice, "04-30", VISITED, later())] == ["met", "breached"]
    assert [one.outcome for one in findings(twice, "04-30", VISITED, later(first=True))] == ["met"]
    closed = amy().on("03-20", "filed").on("03-20", "case_closed")
    assert outcome(closed, "04-30", VISITED, later(at_closure=LAPSES)) == "lapsed"
    assert outcome(closed, "04-30", VISITED, later()) == "breached"
    assert outcome(amy().on("03-20", "filed"), "03-20", VISITED, later()) == "due"


def test_one_for_each_child_looks_at_the_whole_timeline() -> None:
    story = amy().has("child", "ben").on("03-20", "filed", child="ben")
    (one,) = findings(story, "04-30", VISITED, later(for_each=child))
    assert (one.subject, one.outcome) == ("ben", "breached")


def test_it_goes_by_what_is_on_the_record_now() -> None:
    """The visit was in time; that was put on the record only after the day that is asked about."""
    story = amy().on("03-05", "visited", child="amy", recorded="04-10").on("03-20", "filed")
    assert outcome(story, "04-30", VISITED, later(), known_at="04-09") == "breached"
    assert outcome(story, "04-30", VISITED, later(), known_at="04-10") == "met"


def test_what_rests_on_a_local_value_stands_unbroken_where_only_stated_ones_count() -> None:
    local = rule(id="TT-2.1")  # five working days, which is a local value
    story = amy().on("03-20", "filed")
    assert outcome(story, "04-30", local, later()) == "breached"
    assert outcome(story, "04-30", local, later(), stated=True) == "met"
    assert outcome(story, "04-30", VISITED, local, later(), stated=True) == "breached"


# --- one alone ---------------------------------------------------------------------------------------------------------------


def test_alone_it_is_judged_by_what_it_looks_at_and_nothing_of_that_is_reported() -> None:
    book = book_of(VISITED, rule(id="TT-2.1", when=referred), later(), later(id="TT-9.2", when=reason_given))
    judge = CaseJudge(book, only=["TT-9.1", "TT-9.2"])
    found = judge.judge(amy().on("03-20", "filed").finish(), View(day("04-30")))
    assert [(one.duty, one.outcome) for one in found.findings] == [("TT-9.1", "breached")]
    assert found.not_applicable == ("TT-9.2",)


def test_what_it_rests_on() -> None:
    book = book_of(
        VISITED, rule(id="TT-2.1", force=SHOULD), later(), later(id="TT-9.2", must=no_open_breach(force=SHOULD))
    )
    assert book.rested_on(["TT-1.1", "TT-2.1"]) == frozenset()
    assert book.rested_on(["TT-9.1"]) == {"TT-1.1", "TT-2.1"}
    assert book.rested_on(["TT-9.2"]) == {"TT-2.1"}


# --- faults ------------------------------------------------------------------------------------------------------------------


def failing_on(monkeypatch: pytest.MonkeyPatch, *duties: str) -> None:
    usual = Labeller.instances

    def instances(self: Labeller, edition: Any) -> Any:
        if edition.duty.id in duties:
            raise RuntimeError(f"no idea about {edition.duty.id}")
        return usual(self, edition)

    monkeypatch.setattr(Labeller, "instances", instances)


@pytest.mark.parametrize("only", [(), ("TT-9.1",)])
def test_what_rests_on_a_failure_has_failed(monkeypatch: pytest.MonkeyPatch, only: tuple[str, ...]) -> None:
    failing_on(monkeypatch, "TT-1.1", "TT-2.1")
    book = book_of(
        VISITED,
        rule(id="TT-2.1"),
        rule(id="TT-3.1"),
        later(),
        later(id="TT-9.2", must=no_open_breach(clauses=["TT-3"])),
    )
    found = CaseJudge(book, only=only).judge(amy().on("03-20", "filed").finish(), View(day("04-30")))
    told = {fault.duty: fault.error for fault in found.faults}
    assert told.pop("TT-9.1") == "what it rests on could not be judged: TT-1.1, TT-2.1"
    assert set(told) == (set() if only else {"TT-1.1", "TT-2.1"})
    assert [one.duty for one in found.findings] == ([] if only else ["TT-3.1", "TT-9.2"])
    assert found.not_applicable == ()
    assert all("no idea about" in fault.trace for fault in found.faults)


BEFORE_THE_CALENDAR = tuple(
    Value.model_validate({"name": name, "unit": unit, "says": "Made up for a test.", "versions": (
        {"from": date(1980, 1, 1), "value": 5, "standing": "stated", "source": "made up"},)})
    for name, unit in (("five_days", "working_days"), ("stated_days", "days"))
)  # fmt: skip


@pytest.mark.parametrize("only", [(), ("TT-9.1", "TT-9.3"), ("TT-9.2",), ("TT-1.1",)])
def test_both_judges_fail_alike(tmp_path: Path, only: tuple[str, ...]) -> None:
    """The calendar does not reach back to 1989. What could not be determined anyway has failed like the rest."""
    early = {"in_force": "1980-01-01"}
    book = Rulebook(
        dictionary=DICTIONARY, calendar=CALENDAR, values={item.name: item for item in BEFORE_THE_CALENDAR},
        duties=(rule(**early), rule(id="TT-2.1", within=value("stated_days"), **early), rule(id="TT-3.1", when=referred),
                later(), later(id="TT-9.2", must=no_open_breach(clauses=["TT-3"])),
                later(id="TT-9.3", where=case.law.is_("public")), later(id="TT-9.4", when=reason_given)),
    )  # fmt: skip
    story = Story().has("child", "amy").on("1989-12-01", "accepted", child="amy").on("2008-03-20", "filed").finish()
    one = CaseJudge(book, only=only).judge(story, View(day("2008-04-30")))
    written([story], book, tmp_path / "caseload")
    with Caseload(tmp_path / "caseload", DICTIONARY) as caseload:
        engine = DuckDBEngine(caseload, threads=1)
        every = CaseloadJudge(book, only=only).judge(engine, View(day("2008-04-30")))
        found = [(row["duty"], row["outcome"]) for batch in every.findings() for row in batch.to_pylist()]
        engine.close()
    assert sorted(found) == [(each.duty, each.outcome) for each in one.findings]
    assert found == ([("TT-9.2", "met")] if not only or only == ("TT-9.2",) else [])
    failed = {fault.duty: fault.error for fault in one.faults}
    assert set(failed) == {fault.duty for fault in every.faults}
    assert len(failed) == len(one.faults) == len(every.faults)
    rests = {fault.duty: fault.error for fault in every.faults if fault.duty.startswith("TT-9")}
    assert rests == {duty: error for duty, error in failed.items() if duty.startswith("TT-9")}
    assert set(rests.values()) <= {"what it rests on could not be judged: TT-1.1, TT-2.1"}


def test_a_failure_matters_only_where_it_is_looked_at_and_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_on(monkeypatch, "TT-1.1")
    book = book_of(VISITED, later())
    judge = CaseJudge(book, only=["TT-9.1"])
    quiet = judge.judge(amy().finish(), View(day("04-30")))
    assert (quiet.faults, quiet.findings, quiet.not_applicable) == ((), (), ("TT-9.1",))


def test_its_own_failure_is_a_fault_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_on(monkeypatch, "TT-9.1")
    found = CaseJudge(book_of(VISITED, later())).judge(amy().on("03-20", "filed").finish(), View(day("04-30")))
    assert [fault.duty for fault in found.faults] == ["TT-9.1"]
    assert [one.duty for one in found.findings] == ["TT-1.1"]


# --- in words ----------------------------------------------------------------------------------------------------------------


def test_why_names_what_stood_broken_the_longest_first_and_not_more_than_five() -> None:
    many = [
        rule(id=f"TT-{number}.1", within=value("stated_days" if number == 8 else "five_days")) for number in range(2, 9)
    ]
    (one,) = findings(amy().on("03-20", "filed"), "04-30", *many, later())
    local = "since 11 March 2025; the day is local, not the standard's"
    named = ", ".join(f"TT-{number}.1 ({local})" for number in range(2, 7))
    assert f"On that day there stood broken, as the record shows now: {named}, and 2 more." in one.why
    assert one.put_right == (
        "Record what was done in time after all, and put the rest right; or look again at what the “filed” of "
        "20 March 2025 says."
    )
    assert one.evidence == ("e2",)
    assert (one.due, one.done, one.days_over, one.decided_by) == (date(2025, 3, 20), None, 41, "record")
    (stated,) = findings(amy().on("03-20", "filed"), "04-30", VISITED, later())
    assert "as the record shows now: TT-1.1 (since 14 March 2025)." in stated.why


def test_why_is_short_when_nothing_stood_broken() -> None:
    (one,) = findings(amy().on("03-05", "filed"), "04-30", VISITED, later())
    assert "Nothing that it looks at stood broken on that day, as the record shows now." in one.why
    assert (one.put_right, one.evidence, one.done) == ("", ("e2",), date(2025, 3, 5))


def test_the_paragraph_says_what_it_looks_at() -> None:
    every, some = later(), later(must=no_open_breach(force=MUST, clauses=["TT-1", "TT-2.1"]))
    book = book_of(VISITED, rule(id="TT-2.1"), every)
    assert "on that day no promise may stand broken in the same case" in English(book).paragraph(every)
    told = "no promise of TT-1 or TT-2.1 that is a “must” may stand broken in the same case, as the record shows now"
    assert told in English(book).paragraph(some)
    own = later(for_each=practitioner)
    assert "in the same practitioner" in English(book).paragraph(own)


# --- what the rulebook refuses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clauses", "problem"),
    [
        (["TT-1.2"], r"TT-9.1: unknown clause 'TT-1.2'; did you mean 'TT-1.1'"),
        (["TT-9"], r"TT-9.1: 'TT-9' is itself about outcomes, and cannot be looked at"),
        (["TT-1.1", ""], r"TT-9.1: unknown clause ''"),
        (["T"], r"TT-9.1: unknown clause 'T'"),
    ],
)
def test_a_clause_that_it_cannot_look_at_is_refused(clauses: list[str], problem: str) -> None:
    with pytest.raises(RulebookProblem, match=problem):
        book_of(VISITED, later(must=no_open_breach(clauses=clauses)))


def test_versions_are_all_about_outcomes_or_none_is() -> None:
    other = rule(id="TT-9.1", for_each=case, when=filed, must=hold(filed, alone=True), ends="2025-01-01")
    with pytest.raises(RulebookProblem, match=r"TT-9.1: one version is about outcomes and another is not"):
        book_of(VISITED, other, later(in_force="2025-01-01"))


def test_it_is_frozen_and_read_back() -> None:
    book = book_of(VISITED, later(must=no_open_breach(force=SHOULD, clauses=["TT-1"])))
    again = Rulebook.from_json(book.canonical(), "rulebook.json")
    assert again == book
    assert '"must":{"clauses":["TT-1"],"force":"should","form":"no_open_breach"}' in book.canonical()
