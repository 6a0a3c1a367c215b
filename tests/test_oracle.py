"""The oracle itself, pinned to the design's text by cases short enough to judge by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from engine.duty.language import Duty, Scope
from engine.duty.rulebook import Rulebook
from engine.duty.values import Value
from engine.duty.words import (
    COURT,
    FALLS_DUE,
    GOES_ON,
    LAPSES,
    LOCAL,
    STATED,
    all_of,
    anniversary,
    at_least,
    at_most,
    be_judged,
    before,
    carries,
    closure,
    duty,
    either,
    exception,
    happen,
    have_happened,
    hold,
    judged_by,
    linked,
    never_happen,
    none_of,
    not_recorded,
    not_said_to_be,
    one_of,
    recorded,
    recur,
    stand,
    the_date,
    value,
)
from engine.record.building import CaseBuilder
from engine.record.calendar import Calendar
from engine.record.model import CaseRecord
from tests.oracle import Row, judge
from tests.strategies import (
    DICTIONARY,
    Situation,
    accepted,
    allocated,
    case,
    case_closed,
    child,
    filed,
    practitioner,
    reason_given,
    referred,
    released,
    report,
    situations,
    visited,
)

CALENDAR = Calendar(subdivision="ENG", known_through=date(2027, 12, 31))


def rule(**parts: Any) -> Duty:
    """Every child is visited within five working days of acceptance, but for what `parts` say."""
    usual: dict[str, Any] = {
        "id": "TT-1.1", "title": "Every child is visited", "for_each": child, "when": accepted, "must": happen(visited),
        "at_closure": GOES_ON, "source": "made up", "in_force": "2007-09-01", "reads": "As it is written, for a test.",
    }  # fmt: skip
    asked = usual | parts
    timed = any(name in asked for name in ("within", "on", "by", "until"))
    if not timed and asked["must"].form in ("happen", "recur") and not getattr(asked["must"], "already", False):
        asked["within"] = value("five_days")
    return duty(asked.pop("id"), asked.pop("title"), **asked)


def dated(name: str, unit: str, *versions: tuple[str, int | tuple[str, ...] | None, str]) -> Value:
    """A value with these versions: from, value, standing."""
    listed = [
        {"from": date.fromisoformat(from_), "value": number, "standing": standing, "source": "made up"}
        for from_, number, standing in versions
    ]
    return Value.model_validate({"name": name, "unit": unit, "says": "Made up for a test.", "versions": tuple(listed)})


VALUES = (
    dated("five_days", "working_days", ("2007-09-01", 5, "local")),
    dated("stated_days", "days", ("2007-09-01", 10, "stated")),
    dated(
        "changing", "days", ("2024-01-01", 10, "stated"), ("2025-03-10", 3, "stated"), ("2025-03-20", None, "stated")
    ),
    dated("month", "months", ("2007-09-01", 1, "stated")),
    dated("year", "years", ("2007-09-01", 1, "stated")),
    dated("age", "years", ("2007-09-01", 18, "stated")),
    dated("places", "codes", ("2025-01-01", ("home",), "stated")),
)


class Story:
    """A case told an entry at a time, on days of 2025 unless they say otherwise."""

    def __init__(self, root_type: str = "case", **attributes: Any) -> None:
        self.builder = CaseBuilder(DICTIONARY, "a test")
        self.builder.add_object("", "C", root_type, attributes, root=True)
        self.count = 0

    def has(self, kind: str, name: str, joined: str | None = None, **attributes: Any) -> Story:
        """An object; what is not one of its attributes is a link."""
        links = DICTIONARY.object[kind].link
        self.builder.add_object("", name, kind, {key: item for key, item in attributes.items() if key not in links})
        self.builder.add_membership("", name, day(joined) if joined else None, None)
        for qualifier in set(attributes) & set(links):
            self.builder.add_link("", name, qualifier, attributes[qualifier])
        return self

    def on(self, when: str, what: str, recorded: str | None = None, **parts: Any) -> Story:
        """An event. Ids are e1, e2… in the order in which they are told."""
        self.count += 1
        kinds = {*DICTIONARY.object, "by"}
        links: list[tuple[str, object]] = [(key, name) for key in kinds & set(parts) for name in _several(parts[key])]
        attributes = {key: item for key, item in parts.items() if key not in kinds}
        moment = datetime.combine(day(recorded), datetime.min.time()) if recorded else None
        self.builder.add_event("", f"e{self.count}", what, day(when), moment, links, attributes)
        return self

    def finish(self) -> CaseRecord:
        return self.builder.finish()


def _several(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def day(text: str) -> date:
    return date.fromisoformat(text if len(text) == 10 else f"2025-{text}")


def judged(story: Story, as_at: str, *duties: Duty, **options: Any) -> list[Row]:
    book = Rulebook(
        dictionary=DICTIONARY, calendar=CALENDAR, values={item.name: item for item in VALUES}, duties=duties
    )
    return judge(story.finish(), book, day(as_at), **options)


def told(row: Row) -> tuple[str, str | None, str | None, tuple[str, ...], tuple[str, ...]]:
    """The outcome, when it is due and was done (days of 2025 without the year), the flags and the evidence."""

    def short(when: date | None) -> str | None:
        return when.isoformat().removeprefix("2025-") if when else None

    return row.outcome, short(row.due), short(row.done), row.flags, row.evidence


def only(story: Story, as_at: str, *duties: Duty, **options: Any) -> Any:
    """What became of the only instance."""
    (row,) = judged(story, as_at, *duties, **options)
    return told(row)


def amy() -> Story:
    """Amy's case, accepted on Monday 3 March 2025: five working days are through 10 March."""
    return Story().has("child", "amy").has("practitioner", "pat").on("03-03", "accepted", child="amy")


# --- by when


def test_met_on_the_last_good_day() -> None:
    story = amy().on("03-10", "visited", child="amy")
    assert only(story, "03-31", rule()) == ("met", "03-10", "03-10", (), ("e1", "e2"))


def test_late_on_the_first_bad_day() -> None:
    story = amy().on("03-11", "visited", child="amy")
    assert only(story, "03-31", rule()) == ("late", "03-10", "03-11", (), ("e1", "e2"))


def test_still_due_on_the_last_day_and_breached_on_the_next() -> None:
    assert only(amy(), "03-10", rule()) == ("due", "03-10", None, (), ("e1",))
    assert only(amy(), "03-11", rule()) == ("breached", "03-10", None, (), ("e1",))


def test_the_name_of_an_instance_and_its_start() -> None:
    (row,) = judged(amy(), "03-11", rule(id="TT-1.1a"))
    assert (row.instance, row.clause, row.duty, row.subject) == ("TT-1.1a/C/amy/e1", "TT-1.1", "TT-1.1a", "amy")
    assert row.start == date(2025, 3, 3)


def test_nothing_before_it_starts_or_is_recorded() -> None:
    story = Story().has("child", "amy").on("03-03", "accepted", child="amy", recorded="03-05")
    assert judged(story, "03-04", rule()) == []
    assert judged(story, "03-31", rule(), known_at=datetime.fromisoformat("2025-03-04T23:59")) == []
    assert len(judged(story, "03-05", rule())) == 1


def test_easter_weekends_and_no_working_days_at_all() -> None:
    # Good Friday is 18 April 2025, Easter Monday the 21st.
    story = Story().has("child", "amy").on("04-16", "accepted", child="amy")
    assert only(story, "04-16", rule()) == ("due", "04-25", None, (), ("e1",))
    book = (dated("five_days", "working_days", ("2007-09-01", 0, "stated")),)
    on_friday = Story().has("child", "amy").on("04-18", "accepted", child="amy")
    values = {item.name: item for item in (*VALUES, *book)}
    rulebook = Rulebook(dictionary=DICTIONARY, calendar=CALENDAR, values=values, duties=(rule(),))
    assert [row.due for row in judge(on_friday.finish(), rulebook, day("04-18"))] == [day("04-22")]


def test_months_end_with_the_month_and_years_from_a_leap_day_on_1_march() -> None:
    story = Story().has("child", "amy").on("01-31", "accepted", child="amy")
    assert only(story, "01-31", rule(within=value("month")))[1] == "02-28"
    leap = Story().has("child", "amy").on("2024-02-29", "accepted", child="amy")
    assert only(leap, "2024-02-29", rule(within=value("year")))[1] == "03-01"


def test_the_date_that_the_starting_event_carries_or_not() -> None:
    ordered = rule(on=the_date("due_on", source="made up"))
    story = Story().has("child", "amy").on("03-03", "accepted", child="amy", due_on=day("03-20"))
    assert only(story, "03-20", ordered) == ("due", "03-20", None, (), ("e1",))
    assert only(amy(), "03-20", ordered) == ("undetermined", None, None, (), ("e1",))


def test_before_an_event_about_her_or_about_nobody_but_not_about_her_sister() -> None:
    first = rule(by=before(filed, standing=STATED, source="made up"))
    story = amy().has("child", "ben").on("03-05", "filed", child="ben")
    assert only(story, "03-31", first) == ("due", None, None, (), ("e1",))
    story.on("03-07", "filed")
    assert only(story, "03-31", first) == ("breached", "03-07", None, (), ("e1",))


# --- whose


def test_somebody_elses_visit_does_not_count() -> None:
    story = amy().has("child", "ben").on("03-04", "visited", child="ben").on("03-04", "visited")
    assert only(story, "03-11", rule())[0] == "breached"


def test_an_event_about_the_case_starts_one_for_each_child_who_had_joined() -> None:
    story = Story().has("child", "amy").has("child", "ben", joined="03-03").has("child", "cal", joined="03-04")
    story.on("03-03", "accepted")
    assert [row.subject for row in judged(story, "03-31", rule())] == ["amy", "ben"]


def test_a_late_joiner_starts_on_joining_where_what_was_said_lasts() -> None:
    story = Story().has("child", "amy").has("child", "cal", joined="03-12").on("03-03", "referred")
    lasting = rule(when=referred)
    rows = {row.subject: (row.start, row.due) for row in judged(story, "03-12", lasting)}
    assert rows == {"amy": (day("03-03"), day("03-10")), "cal": (day("03-12"), day("03-19"))}
    assert [row.subject for row in judged(story, "03-11", lasting)] == ["amy"]


def test_a_child_named_before_joining_starts_on_the_day_of_the_event() -> None:
    story = Story().has("child", "cal", joined="03-12").on("03-03", "accepted", child="cal")
    assert judged(story, "03-11", rule()) == []
    assert only(story, "03-12", rule()) == ("breached", "03-10", None, (), ("e1",))


def test_an_instance_for_each_report() -> None:
    each = rule(for_each=case, per=report, must=happen(filed))
    story = Story().has("report", "r1").has("report", "r2").on("03-03", "accepted", report=["r1", "r2"])
    story.on("03-04", "accepted").on("03-05", "filed", report="r2")
    rows = judged(story, "03-31", each)
    assert [(row.instance, row.outcome) for row in rows] == [
        ("TT-1.1/C/C/e1/r1", "breached"), ("TT-1.1/C/C/e1/r2", "met"),
    ]  # fmt: skip


def test_the_same_source_and_an_event_that_names_none() -> None:
    tied = rule(must=happen(visited, same=["source"]))
    story = Story().has("child", "amy").on("03-03", "accepted", child="amy", source="a")
    story.on("03-03", "accepted", child="amy").on("03-04", "visited", child="amy", source="b")
    story.on("03-05", "visited", child="amy", source="a")
    first, second = judged(story, "03-31", tied)
    assert (first.outcome, first.done, first.evidence) == ("met", day("03-05"), ("e1", "e4"))
    assert (second.outcome, second.due, second.evidence) == ("undetermined", None, ("e2",))


def test_what_does_not_name_its_source_may_be_the_one() -> None:
    tied = rule(must=happen(visited, same=["source"]))
    story = Story().has("child", "amy").on("03-03", "accepted", child="amy", source="a")
    story.on("03-04", "visited", child="amy")
    assert only(story, "03-31", tied) == ("undetermined", "03-10", None, (), ("e1", "e2"))


def test_only_the_first() -> None:
    story = amy().on("03-04", "accepted", child="amy")
    assert len(judged(story, "03-31", rule())) == 2
    assert [row.instance for row in judged(story, "03-31", rule(first=True))] == ["TT-1.1/C/amy/e1"]
    # The first is the first of all, even when that was before the duty was in force.
    assert judged(story, "03-31", rule(first=True, in_force="2025-03-04")) == []


def test_scope_in_out_and_not_on_the_record() -> None:
    private = rule(where=case.law.is_("private"))
    for attributes, outcomes in (({"law": "private"}, ["breached"]), ({"law": "public"}, []), ({}, ["undetermined"])):
        story = Story(**attributes).has("child", "amy").on("03-03", "accepted", child="amy")
        assert [row.outcome for row in judged(story, "03-31", private)] == outcomes


def test_scope_through_a_link() -> None:
    about: Scope = linked("about", child.gender.is_("female"))
    each = rule(for_each=report, where=about, must=happen(filed))
    for gender, outcomes in (("female", ["breached"]), ("male", [])):
        story = Story().has("child", "amy", gender=gender).has("report", "r1", about="amy").has("report", "r2")
        assert [row.outcome for row in judged(story.on("03-03", "accepted"), "03-31", each)] == outcomes


def test_another_kind_of_timeline() -> None:
    story = Story("practitioner").on("03-03", "accepted")
    assert judged(story, "03-31", rule(for_each=case)) == []
    assert only(story, "03-31", rule(for_each=practitioner))[0] == "breached"
    assert judged(story, "03-31", rule(for_each=practitioner, where=case.law.is_("private"))) == []


# --- closure


def test_at_closure_it_lapses_falls_due_or_goes_on() -> None:
    story = amy().on("03-06", "case_closed")
    assert only(story, "03-06", rule(at_closure=LAPSES)) == ("lapsed", "03-10", None, (), ("e1",))
    assert only(story, "03-06", rule(at_closure=FALLS_DUE)) == ("due", "03-06", None, (), ("e1",))
    assert only(story, "03-07", rule(at_closure=FALLS_DUE)) == ("breached", "03-06", None, (), ("e1",))
    assert only(story, "03-10", rule(at_closure=GOES_ON)) == ("due", "03-10", None, (), ("e1",))
    too_late = amy().on("03-11", "case_closed")
    assert only(too_late, "03-11", rule(at_closure=LAPSES))[0] == "breached"


def test_by_closure() -> None:
    by_then = rule(by=closure(standing=STATED, source="made up"), at_closure=FALLS_DUE)
    assert only(amy(), "06-30", by_then) == ("due", None, None, (), ("e1",))
    assert only(amy().on("04-01", "case_closed"), "04-02", by_then) == ("breached", "04-01", None, (), ("e1",))


# --- exceptions


def excused(standing: Any, already: bool = False) -> Duty:
    return rule(unless=exception(reason_given, standing=standing, source="made up", already=already))


def test_excused_in_time_and_not_when_late() -> None:
    in_time = amy().on("03-10", "reason_given", child="amy")
    assert only(in_time, "03-31", excused(STATED)) == ("excused", "03-10", None, (), ("e1", "e2"))
    late = amy().on("03-11", "reason_given", child="amy")
    assert only(late, "03-31", excused(STATED)) == ("breached", "03-10", None, (), ("e1",))
    siblings = amy().has("child", "ben").on("03-10", "reason_given", child="ben")
    assert only(siblings, "03-31", excused(STATED))[0] == "breached"


def test_met_before_excused_and_excused_before_late() -> None:
    story = amy().on("03-05", "reason_given", child="amy").on("03-11", "visited", child="amy")
    assert only(story, "03-31", excused(STATED)) == ("excused", "03-10", None, (), ("e1", "e2"))
    story.on("03-07", "visited", child="amy")
    assert only(story, "03-31", excused(STATED)) == ("met", "03-10", "03-07", (), ("e1", "e4"))


def test_an_exception_of_ours_only_shows_that_there_was_a_reason() -> None:
    story = amy().on("03-10", "reason_given", child="amy")
    expected = ("breached", "03-10", None, ("reason_recorded",), ("e1", "e2"))
    assert only(story, "03-31", excused(LOCAL)) == expected
    assert only(story, "03-31", excused(COURT)) == ("excused", "03-10", None, (), ("e1", "e2"))
    story.on("03-12", "visited", child="amy")
    assert only(story, "03-31", excused(LOCAL)) == ("late", "03-10", "03-12", ("reason_recorded",), ("e1", "e3", "e2"))


def test_an_earlier_exception_counts_only_where_it_is_said_to() -> None:
    story = amy().on("03-01", "reason_given", child="amy")
    assert only(story, "03-31", excused(STATED))[0] == "breached"
    assert only(story, "03-31", excused(STATED, already=True)) == ("excused", "03-10", None, (), ("e1", "e2"))


def test_an_exception_that_the_starting_event_carries() -> None:
    court = rule(unless=exception(carries(accepted, place="court"), standing=STATED, source="made up"))
    story = Story().has("child", "amy").on("03-03", "accepted", child="amy", place="court")
    assert only(story, "03-03", court) == ("excused", "03-10", None, (), ("e1",))
    assert only(amy(), "03-03", court)[0] == "due"


# --- flags


def test_recorded_late() -> None:
    story = amy().on("03-10", "visited", child="amy", recorded="03-11")
    assert only(story, "03-31", rule()) == ("met", "03-10", "03-10", ("recorded_late",), ("e1", "e2"))
    assert only(story, "03-31", rule(), known_at=datetime.fromisoformat("2025-03-10T23:00"))[0] == "breached"
    reason = amy().on("03-10", "reason_given", child="amy", recorded="03-12")
    assert only(reason, "03-31", excused(STATED))[3] == ("recorded_late",)


def test_provisional_beyond_the_known_bank_holidays() -> None:
    for started, flags in (("2027-12-20", ()), ("2027-12-29", ("provisional",))):
        story = Story().has("child", "amy").on(started, "accepted", child="amy")
        assert only(story, started, rule())[3] == flags
        assert only(story, started, rule(within=value("stated_days")))[3] == ()


# --- forms


def test_twice() -> None:
    twice = rule(must=happen(visited, at_least=2))
    story = amy().on("03-04", "visited", child="amy")
    assert only(story, "03-31", twice)[0] == "breached"
    story.on("03-06", "visited", child="amy").on("03-05", "visited", child="amy")
    assert only(story, "03-31", twice) == ("met", "03-10", "03-05", (), ("e1", "e4"))


def test_have_happened_before() -> None:
    earlier = rule(must=have_happened(visited))
    story = amy().on("03-01", "visited", child="amy")
    assert only(story, "03-31", earlier) == ("met", "03-03", "03-01", (), ("e1", "e2"))
    assert only(amy().on("03-04", "visited", child="amy"), "03-31", earlier)[0] == "late"


def test_doubtful_where_the_record_does_not_say() -> None:
    alone = rule(must=happen(visited.with_(alone=True)))
    story = amy().on("03-04", "visited", child="amy")
    assert only(story, "03-31", alone) == ("undetermined", "03-10", None, (), ("e1", "e2"))
    story.on("03-05", "visited", child="amy", alone=False)
    assert only(story, "03-31", alone)[0] == "undetermined"
    story.on("03-06", "visited", child="amy", alone=True)
    assert only(story, "03-31", alone) == ("met", "03-10", "03-06", (), ("e1", "e4"))
    twice = rule(must=happen(visited.with_(alone=True), at_least=3))
    assert only(story, "03-31", twice)[0] == "breached"


def test_hold() -> None:
    held = rule(must=hold(accepted, headings=all_of("safety")))
    for headings, outcome in ((("safety", "needs"), "met"), (("needs",), "breached"), (None, "undetermined")):
        carried: dict[str, Any] = {"headings": headings} if headings else {}
        story = Story().has("child", "amy").on("03-03", "accepted", child="amy", **carried)
        done = "03-03" if outcome == "met" else None
        assert only(story, "03-31", held) == (outcome, "03-03", done, (), ("e1",))


@pytest.mark.parametrize(
    ("by", "outcome"),
    [("pat", "breached"), ("sam", "breached"), ("kim", "met"), (("kim", "sam"), "breached"), (None, "undetermined")],
)
def test_held_only_by_somebody_else_than_whom_it_is_about_and_who_led_before(by: Any, outcome: str) -> None:
    held = rule(when=released, must=hold(released, by_another=True))
    story = Story().has("child", "amy").has("practitioner", "pat").has("practitioner", "sam").has("practitioner", "kim")
    story.on("03-03", "allocated", child="amy", practitioner="sam")
    story.on("03-05", "allocated", child="amy", practitioner="kim")
    story.on("03-04", "released", child="amy", practitioner="pat", **({"by": by} if by else {}))
    done = "03-04" if outcome == "met" else None
    assert only(story, "03-31", held) == (outcome, "03-04", done, (), ("e3",))


def test_on_their_own_record_it_is_about_whose_record_it_is() -> None:
    held = rule(for_each=practitioner, when=released, must=hold(released, by_another=True))
    for by, outcome in (("C", "breached"), ("sam", "met")):
        story = Story("practitioner").has("practitioner", "sam").on("03-04", "released", by=by)
        assert only(story, "03-31", held)[0] == outcome


def test_never_before_an_anniversary() -> None:
    never = rule(must=never_happen(filed), until=anniversary(child, "born", value("age")))
    story = Story().has("child", "amy", born=date(2007, 3, 20)).on("03-03", "accepted", child="amy")
    assert only(story, "03-19", never) == ("due", "03-20", None, (), ("e1",))
    assert only(story, "03-20", never) == ("met", "03-20", "03-20", (), ("e1",))
    story.on("03-20", "filed", child="amy")
    assert only(story, "03-31", never)[0] == "met"
    story.on("03-19", "filed", child="amy")
    assert only(story, "03-31", never) == ("breached", "03-20", None, (), ("e1", "e3"))
    assert only(amy(), "03-31", never) == ("undetermined", None, None, (), ("e1",))


def test_never_is_excused_only_beforehand() -> None:
    never = rule(must=never_happen(filed), unless=exception(reason_given, standing=STATED, source="made up"))
    story = amy().on("03-05", "filed", child="amy").on("03-06", "reason_given", child="amy")
    assert only(story, "03-31", never) == ("breached", None, None, (), ("e1", "e2"))
    story.on("03-05", "reason_given", child="amy")
    assert only(story, "03-31", never) == ("excused", None, None, (), ("e1", "e2", "e4"))


def test_the_youngest_comes_of_age_and_born_on_a_leap_day() -> None:
    never = rule(for_each=case, must=never_happen(filed), until=anniversary(child, "born", value("age"), youngest=True))
    story = Story().has("child", "amy", born=date(2007, 2, 28)).has("child", "ben", born=date(2008, 2, 29))
    story.on("03-03", "accepted")
    assert only(story, "03-31", never)[:2] == ("due", "2026-03-01")
    story.has("child", "cal")
    assert only(story, "03-31", never)[:2] == ("undetermined", None)


def test_a_chain_that_recurs_until_closure() -> None:
    again = rule(must=recur(visited), within=value("stated_days"))
    story = amy().on("03-10", "visited", child="amy").on("03-25", "visited", child="amy")
    rows = judged(story, "04-30", again)
    assert [(row.instance, told(row)) for row in rows] == [
        ("TT-1.1/C/amy/e1", ("met", "03-13", "03-10", (), ("e1", "e2"))),
        ("TT-1.1/C/amy/e2", ("late", "03-20", "03-25", (), ("e2", "e3"))),
        ("TT-1.1/C/amy/e3", ("breached", "04-04", None, (), ("e3",))),
    ]
    closed = story.on("03-25", "case_closed")
    assert [row.instance[-2:] for row in judged(closed, "04-30", again)] == ["e1", "e2"]


def test_one_lead_at_a_time() -> None:
    lead = rule(for_each=case, must=stand(allocated, released, of=practitioner, at_least=1, at_most=1))
    story = Story().has("practitioner", "pat").has("practitioner", "quin").on("03-03", "accepted")
    assert only(story, "03-03", lead) == ("due", "03-03", None, (), ("e1",))
    story.on("03-05", "allocated", practitioner=["pat", "quin"]).on("03-07", "released", practitioner="pat")
    assert only(story, "03-31", lead) == ("late", "03-03", "03-07", (), ("e1", "e3"))
    story.on("03-01", "allocated", practitioner="pat")
    assert only(story, "03-31", lead) == ("met", "03-03", "03-03", (), ("e1",))


SAYS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    # what is asked, what the visit says, and the outcome: met, breached, or undetermined
    ({"count": at_least(2)}, {"count": 2}, "met"),
    ({"count": at_least(2)}, {"count": 1}, "breached"),
    ({"count": at_most(2)}, {"count": 2}, "met"),
    ({"count": at_most(2)}, {"count": 3}, "breached"),
    ({"count": at_most(2)}, {}, "undetermined"),
    ({"place": one_of("home", "court")}, {"place": "court"}, "met"),
    ({"place": one_of("home", "court")}, {"place": "office"}, "breached"),
    ({"place": one_of("home", "court")}, {}, "undetermined"),
    ({"place": one_of(value("places"))}, {"place": "home"}, "met"),
    ({"place": one_of(value("places"))}, {"place": "court"}, "breached"),
    ({"place": none_of("home")}, {"place": "court"}, "met"),
    ({"place": none_of("home")}, {}, "undetermined"),
    ({"place": not_said_to_be("home")}, {}, "met"),
    ({"place": not_said_to_be("home")}, {"place": "home"}, "breached"),
    ({"place": recorded()}, {"place": "home"}, "met"),
    ({"place": recorded()}, {}, "breached"),
    ({"place": not_recorded()}, {}, "met"),
    ({"place": not_recorded()}, {"place": "home"}, "breached"),
    # all of several: one that is not so settles it, else one that the record does not say leaves it open
    ({"alone": True, "count": 1}, {"alone": True}, "undetermined"),
    ({"alone": True, "count": 1}, {"alone": False}, "breached"),
    ({"alone": True, "count": 1}, {"alone": True, "count": 1}, "met"),
]


@pytest.mark.parametrize(("asked", "said", "outcome"), SAYS)
def test_conditions(asked: dict[str, Any], said: dict[str, Any], outcome: str) -> None:
    story = amy().on("03-04", "visited", child="amy", **said)
    assert only(story, "03-31", rule(must=happen(visited.with_(**asked))))[0] == outcome


def test_either_of_two_events_and_the_surer_one_counts() -> None:
    either_way = rule(must=happen(either(visited.with_(alone=True), visited.with_(place="home"))))
    story = amy().on("03-04", "visited", child="amy", place="home")
    assert only(story, "03-31", either_way)[0] == "met"
    story = amy().on("03-04", "visited", child="amy", place="court")
    assert only(story, "03-31", either_way)[0] == "undetermined"


def test_an_exception_for_some_children() -> None:
    cared_for = rule(unless=exception(child.looked_after.is_(True), standing=STATED, source="made up"))
    story = Story().has("child", "amy", looked_after=True).has("child", "ben").on("03-03", "accepted")
    rows = judged(story, "03-31", cared_for)
    assert [(row.subject, row.outcome, row.evidence) for row in rows] == [
        ("amy", "excused", ("e1",)), ("ben", "breached", ("e1",)),
    ]  # fmt: skip


def test_a_list_of_codes_that_nobody_has_set() -> None:
    listed = rule(must=happen(visited.with_(place=one_of(value("places")))))
    old = Story().has("child", "amy").on("2024-03-04", "accepted", child="amy")
    assert only(old, "03-31", listed) == ("undetermined", None, None, (), ("e1",))


# --- judgements

ASKED = judged_by("practice_supervisor", question="Was it so?", valid_for=value("month"))


def verdict(story: Story, when: str, **parts: Any) -> Story:
    usual = {"clause": "TT-1.1", "outcome": "met", "role": "practice_supervisor", "by": "zoe", "child": "amy"}
    return story.on(when, "judgement_recorded", **(usual | parts))


def test_a_person_judges_what_the_record_shows() -> None:
    asked = rule(judged=ASKED)

    def visit() -> Story:
        return amy().has("practitioner", "zoe").has("child", "ben").on("03-06", "visited", child="amy", by="pat")

    assert only(visit(), "03-31", asked) == ("unjudged", "03-10", "03-06", (), ("e1", "e2"))
    assert only(verdict(visit(), "03-20"), "03-31", asked) == ("met", "03-10", "03-06", (), ("e1", "e2", "e3"))
    negative = verdict(visit(), "03-20", outcome="not_met")
    assert only(negative, "03-31", asked) == ("breached", "03-10", None, (), ("e1", "e2", "e3"))
    assert only(verdict(negative, "03-21"), "03-31", asked)[0] == "met"
    for wrong in ({"role": "legal"}, {"by": "pat"}, {"by": ["pat", "zoe"]}, {"clause": "TT-1.2"}, {"child": "ben"}):
        assert only(verdict(visit(), "03-20", **wrong), "03-31", asked)[0] == "unjudged"
    led = visit().on("2024-01-01", "allocated", practitioner="zoe")
    assert only(verdict(led, "03-20"), "03-31", asked)[0] == "unjudged"
    assert only(verdict(visit(), "03-02"), "03-31", asked)[0] == "unjudged"
    assert only(verdict(visit(), "03-20"), "04-20", asked)[0] == "met"
    assert only(verdict(visit(), "03-20"), "04-21", asked)[0] == "unjudged"
    assert only(verdict(amy().has("practitioner", "zoe"), "03-20"), "03-31", asked)[0] == "breached"


def test_how_long_a_judgement_stands_matters_only_when_one_is_asked_for() -> None:
    asked = rule(judged=judged_by("practice_supervisor", question="Was it so?", valid_for=value("five_days")),
                 within=value("stated_days"))  # fmt: skip
    story = verdict(amy().has("practitioner", "zoe"), "03-07")
    assert only(story, "03-12", asked, stated_only=True)[0] == "due"
    story.on("03-06", "visited", child="amy")
    assert only(story, "03-12", asked)[0] == "met"
    assert only(story, "03-12", asked, stated_only=True) == ("undetermined", "03-13", "03-06", (), ("e1", "e3"))


def test_only_a_person_can_say() -> None:
    asked = rule(must=be_judged(), judged=ASKED, within=value("stated_days"))

    def fresh() -> Story:
        return amy().has("practitioner", "zoe")

    assert only(fresh(), "03-31", asked) == ("unjudged", "03-13", None, (), ("e1",))
    assert only(verdict(fresh(), "03-13"), "03-31", asked) == ("met", "03-13", "03-13", (), ("e1", "e2"))
    assert only(verdict(fresh(), "03-14"), "03-31", asked) == ("late", "03-13", "03-14", (), ("e1", "e2"))
    no = verdict(fresh(), "03-14", outcome="not_met")
    assert only(no, "03-31", asked) == ("breached", "03-13", None, (), ("e1", "e2"))


# --- versions


def test_the_version_is_that_of_the_day_of_the_start() -> None:
    for started, due in (("03-09", "03-19"), ("03-10", "03-13"), ("03-19", "03-22")):
        story = Story().has("child", "amy").on(started, "accepted", child="amy")
        assert only(story, "03-31", rule(within=value("changing"))) == ("breached", due, None, (), ("e1",))
    for started in ("03-20", "2023-12-31"):
        story = Story().has("child", "amy").on(started, "accepted", child="amy")
        assert only(story, "03-31", rule(within=value("changing"))) == ("undetermined", None, None, (), ("e1",))


def test_two_versions_of_a_duty() -> None:
    old, new = rule(ends="2025-03-10"), rule(in_force="2025-03-10", within=value("stated_days"))
    for started, due in (("03-09", "03-14"), ("03-10", "03-20")):
        story = Story().has("child", "amy").on(started, "accepted", child="amy")
        assert only(story, started, old, new)[1] == due
    assert judged(Story().has("child", "amy").on("2007-08-31", "accepted", child="amy"), "03-31", old, new) == []


def test_stated_only_leaves_what_is_local_undetermined() -> None:
    assert only(amy(), "03-31", rule(), stated_only=True) == ("undetermined", None, None, (), ("e1",))
    assert only(amy(), "03-31", rule(within=value("stated_days")), stated_only=True)[0] == "breached"
    local = rule(by=before(case_closed, standing=LOCAL, source="made up"))
    assert only(amy(), "03-31", local, stated_only=True)[0] == "undetermined"


# --- what holds of every duty, over the same random cases that the judges are given


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(situations())
def test_what_every_judge_must_keep_to(asked: Situation) -> None:
    def rests_on(one: Duty) -> list[Duty]:
        return [other for other in asked.rulebook.duties if one.about_outcomes and not other.about_outcomes]

    rows = judge(*asked)
    assert len({row.instance for row in rows}) == len(rows)
    mixed = {name: tuple(reversed(getattr(asked.case, name))) for name in ("objects", "links", "events")}
    assert judge(asked.case.model_copy(update=mixed), *asked[1:]) == rows
    alone = [
        row
        for one in asked.rulebook.duties
        for row in judge(asked.case, asked.rulebook.model_copy(update={"duties": (*rests_on(one), one)}), *asked[2:])
        if row.duty == one.id
    ]
    assert sorted(alone, key=lambda row: row.instance) == rows
    for row in rows:
        assert row.start <= asked.as_at
        assert row.outcome != "due" or row.due is None or asked.as_at <= row.due
        assert row.outcome != "met" or row.due is None or (row.done is not None and row.done <= row.due)
