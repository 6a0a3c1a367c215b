"""What holds of all duties, whatever they say: over random duties and cases, and over the real rulebook and the sample.

Each property takes a situation and a source of chance, and is tried twice: over some situations in every run, over many
more in the soak. Those over the real rulebook follow, with cases of the sample.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.duty.language import AttributeTest as Leaf
from engine.duty.language import Before, Duty, Happen, Judgement, Never, Recur, Standing, Test, ValueRef, Within
from engine.duty.language import Every as AllOf
from engine.duty.language import Some as AnyOf
from engine.duty.rulebook import JUDGEMENT, Edition, Rulebook
from engine.duty.values import Value, ValueVersion
from engine.duty.words import Calendar, pattern
from engine.judge.case_judge import CaseJudge
from engine.judge.matching import matches
from engine.judge.outcome import OUTCOMES, Finding, Outcome
from engine.policy.sample import sample_cases
from engine.record.building import CaseBuilder
from engine.record.dictionary import AttributeValue, Dictionary
from engine.record.model import CaseRecord, EventRecord, LinkRecord
from engine.record.timeline import Timeline, View
from tests.strategies import DICTIONARY, Situation, accepted, situations, visited

Found = dict[str, Finding]
Property = Callable[[Situation, Random], None]

ONE_DAY = timedelta(days=1)
FOR_EVER = datetime(2999, 12, 31)


def found(judge: CaseJudge, case: CaseRecord, view: View, *, explained: bool = False) -> Found:
    """The findings by instance: one for each."""
    judged = judge.judge(case, view, explained=explained)
    assert not judged.faults, judged.faults[0].trace
    by_instance = {one.instance: one for one in judged.findings}
    assert len(by_instance) == len(judged.findings)
    return by_instance


def seen(situation: Situation, case: CaseRecord | None = None, book: Rulebook | None = None) -> Found:
    """What is found in a situation, or in one that differs in its case or rulebook."""
    judge = CaseJudge(book or situation.rulebook, stated_only=situation.stated_only)
    return found(judge, case or situation.case, View(situation.as_at, situation.known_at))


# --- alone, in any order, every time ---------------------------------------------------------------------------------------


def a_duty_alone_gives_what_it_gives_among_the_others(situation: Situation, _: Random) -> None:
    case, book, view = situation.case, situation.rulebook, View(situation.as_at, situation.known_at)
    among = found(CaseJudge(book, stated_only=situation.stated_only), case, view, explained=True)
    for duty in {duty.id: duty for duty in book.duties}:
        expected = {name: one for name, one in among.items() if one.duty == duty}
        # To ask for TT-1.1 is to ask for the clause, and so for TT-1.1a as well.
        alone = found(CaseJudge(book, only=[duty], stated_only=situation.stated_only), case, view, explained=True)
        assert {name: one for name, one in alone.items() if one.duty == duty} == expected
        assert alone.items() <= among.items()
        # And in a rulebook that holds nothing else, but for what it rests on.
        later = any(one.about_outcomes for one in book.duties if one.id == duty)
        kept = tuple(one for one in book.duties if one.id == duty or (later and not one.about_outcomes))
        small = rulebook_with(book, duties=kept)
        among_few = found(CaseJudge(small, stated_only=situation.stated_only), case, view, explained=True)
        assert {name: one for name, one in among_few.items() if one.duty == duty} == expected
        assert among_few.items() <= among.items()


def the_order_of_entries_does_not_matter(situation: Situation, random: Random) -> None:
    case = situation.case
    shuffled = case.model_copy(
        update={name: tuple(random.sample(part, len(part))) for name, part in
                (("objects", case.objects), ("links", case.links), ("events", case.events))}
    )  # fmt: skip
    assert seen(situation, shuffled) == seen(situation)


def the_order_of_duties_does_not_matter(situation: Situation, random: Random) -> None:
    duties = situation.rulebook.duties
    shuffled = rulebook_with(situation.rulebook, duties=tuple(random.sample(duties, len(duties))))
    assert seen(situation, book=shuffled) == seen(situation)


def judging_leaves_nothing_behind(situation: Situation, random: Random) -> None:
    case, view = situation.case, View(situation.as_at, situation.known_at)
    judge = CaseJudge(situation.rulebook, stated_only=situation.stated_only)
    others = [View(situation.as_at - ONE_DAY * random.randint(1, 20)), View(situation.as_at + ONE_DAY)]
    fewer = case.model_copy(update={"events": case.events[::2]})
    first = judge.judge(case, view)
    for other in others:
        judge.judge(case, other)
        judge.judge(fewer, view)
    assert judge.judge(case, view) == first


def no_instance_is_found_twice(situation: Situation, _: Random) -> None:
    for name, one in seen(situation).items():  # `found` has counted them
        assert one.outcome in OUTCOMES
        assert name.split("/")[:4] == [one.duty, situation.case.id, one.subject, one.evidence[0]]


# --- what comes later ------------------------------------------------------------------------------------------------------


def later_records_do_not_change_an_earlier_night(situation: Situation, random: Random) -> None:
    case, view = situation.case, View(situation.as_at, situation.known_at)
    tonight = seen(situation)
    without = [event for event in case.events if view.shows(event.happened, event.recorded)]
    assert seen(situation, case.model_copy(update={"events": tuple(without)})) == tonight
    more = tuple(later_event(event, f"later{number}", view, random) for number, event in enumerate(case.events))
    ties = tuple(later_links(case, view, random))
    grown = case.model_copy(update={"events": (*more, *case.events), "links": (*case.links, *ties)})
    assert seen(situation, grown) == tonight


def later_event(event: EventRecord, name: str, view: View, random: Random) -> EventRecord:
    """Such an event again, which had not happened yet, or was not yet on the record."""
    if random.random() < 0.5 and event.happened <= view.as_at:
        recorded = max(view.known_at, datetime.combine(event.happened, time.min)) + timedelta(seconds=1)
        return event.model_copy(update={"id": name, "recorded": recorded})
    day = view.as_at + ONE_DAY * random.randint(1, 9)
    return event.model_copy(update={"id": name, "happened": day, "recorded": datetime.combine(day, time.min)})


def later_links(case: CaseRecord, view: View, random: Random) -> Iterator[LinkRecord]:
    """Links such as there are between other objects of the same types, from a later day or recorded later."""
    types = {thing.id: thing.type for thing in (case.root, *case.objects)}
    kinds = {(types[link.source], link.qualifier, types[link.target]) for link in case.links}
    known = {(link.source, link.qualifier, link.target) for link in case.links}
    # One that had no link at all so far is the business of a test of its own below.
    linked = {link.source for link in case.links if view.shows(link.happened, link.recorded)}
    for source, qualifier, target in sorted(kinds):
        pairs = [(one, other) for one in types for other in types if one != other and one in linked]
        pairs = [(one, other) for one, other in pairs if (types[one], types[other]) == (source, target)]
        for one, other in random.sample(pairs, min(2, len(pairs))):
            if (one, qualifier, other) not in known:
                happened = view.as_at + ONE_DAY
                recorded = view.known_at + timedelta(seconds=1)
                late = random.random() < 0.5
                yield LinkRecord(source=one, qualifier=qualifier, target=other,
                                 happened=None if late else happened, recorded=recorded if late else None)  # fmt: skip


def a_change_of_a_value_moves_nothing_that_started_before(situation: Situation, random: Random) -> None:
    book = situation.rulebook
    if not book.values or not situation.case.events:
        return
    name = random.choice(sorted(book.values))
    days = sorted({event.happened for event in situation.case.events})
    day = random.choice(days) + ONE_DAY * random.randint(0, 1)
    old = book.values[name]
    content: object = random.randint(0, 30)
    if old.unit == "codes":
        known = sorted({str(code) for version in old.versions for code in version.value or ()})  # type: ignore[union-attr]
        content = (random.choice(known),)
    elif random.random() < 0.3:
        content = None
    changed = rulebook_with(book, values={**book.values, name: from_that_day(old, day, content)})
    before, after = seen(situation), seen(situation, book=changed)
    if old.unit != "codes":
        assert after.keys() == before.keys()
    assert started_before(after, day) == started_before(before, day)


def from_that_day(value: Value, day: date, content: object) -> Value:
    """The value with another version from that day on."""
    kept = [version for version in value.versions if version.from_ < day]
    standing = (kept or value.versions)[-1].standing
    new = {"from": day, "value": content, "standing": standing, "source": "made up"}
    versions = (*(version.model_dump(by_alias=True) for version in kept), new)
    return Value.model_validate({**value.model_dump(by_alias=True), "versions": versions})


def started_before(findings: Found, day: date) -> Found:
    return {name: one for name, one in findings.items() if one.start < day}


def rulebook_with(book: Rulebook, **changed: object) -> Rulebook:
    parts = {"dictionary": book.dictionary, "calendar": book.calendar, "values": book.values, "duties": book.duties}
    return Rulebook.model_validate({**parts, **changed})


# --- day after day ---------------------------------------------------------------------------------------------------------

DONE_OR_NOT: dict[Outcome, set[Outcome]] = {
    "met": {"met"},
    "late": {"late"},
    "excused": {"excused", "met"},
    "due": {"due", "met", "late", "excused", "breached", "lapsed", "undetermined"},
    "breached": {"breached", "late", "undetermined"},
    "undetermined": {"undetermined", "met", "late", "excused", "lapsed"},
    "lapsed": {"lapsed", "met", "excused"},
}
"""What an outcome may become from one day to the next, where the record alone decides, whatever happens."""

ABOUT_OUTCOMES: dict[Outcome, set[Outcome]] = {
    "met": {"met", "breached", "excused", "lapsed"},
    "breached": {"breached", "met", "excused", "lapsed"},
    "excused": {"excused", "met"},
    "due": {"due", "met", "breached", "excused", "lapsed"},
    "lapsed": {"lapsed", "met"},
    "undetermined": {"undetermined", "met", "breached", "excused", "lapsed"},
}
"""The same of what rests on other outcomes, wherever those may move."""

NEVER: dict[Outcome, set[Outcome]] = {
    "met": {"met"},
    "excused": {"excused"},
    "breached": {"breached"},
    "due": {"due", "met", "breached", "excused", "lapsed"},
    "undetermined": {"undetermined"},
    "lapsed": {"lapsed", "met", "breached", "excused"},
}
"""The same of what must never happen."""

UNTIL_JUDGED: dict[Outcome, set[Outcome]] = {
    "met": {"met"},
    "late": {"late"},
    "unjudged": {"unjudged"},
    "excused": {"excused", "unjudged"},
    "due": {"due", "unjudged", "excused", "breached", "lapsed", "undetermined"},
    "breached": {"breached", "unjudged", "undetermined"},
    "undetermined": {"undetermined", "unjudged", "excused", "lapsed"},
    "lapsed": {"lapsed", "unjudged", "excused"},
}
"""The same where a person judges as well, on a day on which nobody judged anything or took the case on."""

BY_JUDGING: set[Outcome] = {"met", "late", "breached", "unjudged"}
"""What a judgement may make of work, and losing one."""


class Day:
    """What arrives in a case on one day."""

    def __init__(self, case: CaseRecord, words: Dictionary, day: date) -> None:
        self.day = day
        self.types = {event.type for event in case.events if event.happened == day}
        self.links = any(link.happened == day for link in case.links)
        self.judging = JUDGEMENT in self.types or any(words.event[name].answerable for name in self.types)

    @property
    def quiet(self) -> bool:
        return not self.types and not self.links


def walk(case: CaseRecord, book: Rulebook, judge: CaseJudge, days: int) -> None:
    """Every day from the first event on, with all the record there will ever be: no outcome changes but as it may."""
    first = min((event.happened for event in case.events), default=AS_AT[0])
    before: Found = {}
    for day in (first + ONE_DAY * number for number in range(days)):
        now = found(judge, case, View(day, FOR_EVER))
        news = Day(case, book.dictionary, day)
        # A link that begins moves whom there is to owe anything to: a report is annexed, a sister joins.
        for name, one in () if news.links else before.items():
            check_step(one, now.get(name), duty_of(book, one), news)
        before = now


def duty_of(book: Rulebook, one: Finding) -> Duty:
    """The version of the duty by which that finding was made."""
    versions = (duty for duty in book.duties if duty.id == one.duty and duty.in_force <= one.start)
    return next(duty for duty in versions if duty.until is None or one.start < duty.until)


def check_step(one: Finding, then: Finding | None, duty: Duty, news: Day) -> None:
    """One instance from one day to the next."""
    if then is None:
        # The first of all is not known while the record does not say whether an event is one.
        assert duty.first
        assert one.outcome == "undetermined"
        assert news.types
        return
    assert then.outcome in allowed(one, duty, news), (news.day, one, then)
    assert then.start == one.start
    if one.due is not None and one.due != then.due:
        assert duty.at_closure == "falls_due", (news.day, one, then)
        assert then.due is not None
        assert then.due < one.due
    if then.outcome == one.outcome in ("met", "late") and not duty.judged:
        assert then.done == one.done
    if news.quiet and then.outcome == one.outcome and not expires(duty):
        assert then.model_copy(update={"days_over": one.days_over}) == one


def allowed(one: Finding, duty: Duty, news: Day) -> set[Outcome]:
    never = isinstance(duty.must, Never)
    if news.quiet:
        may = {one.outcome}
        may |= {"breached"} if one.outcome == "due" and not never else set()
        may |= {"met"} if one.outcome in ("due", "lapsed") and never else set()
    elif duty.about_outcomes:
        may = ABOUT_OUTCOMES[one.outcome]
    elif duty.judged:
        may = UNTIL_JUDGED[one.outcome] | (BY_JUDGING if news.judging else set())
    else:
        may = (NEVER if never else DONE_OR_NOT)[one.outcome]
    if expires(duty):
        may = may | BY_JUDGING | {"undetermined"}
    return may


def expires(duty: Duty) -> bool:
    """Whether a judgement stands only so long."""
    return duty.judged is not None and duty.judged.valid_for is not None


def no_day_makes_an_outcome_worse(situation: Situation, _: Random) -> None:
    judge = CaseJudge(situation.rulebook, stated_only=situation.stated_only)
    walk(situation.case, situation.rulebook, judge, 120)


# --- good work ---------------------------------------------------------------------------------------------------------------

BETTER: dict[Outcome, set[Outcome]] = {
    "met": {"met"},
    "late": {"late", "met", "excused"},
    "excused": {"excused", "met"},
    "due": {"due", "met", "excused"},
    "breached": {"breached", "late", "met", "excused"},
    "undetermined": {"undetermined", "met", "late", "excused"},
    "lapsed": {"lapsed", "met", "excused"},
}
"""What an outcome may become when what fulfils the duty is put on the record, on whatever day; it may excuse it too."""


def more_good_work_makes_nothing_worse(situation: Situation, random: Random) -> None:
    judge = CaseJudge(situation.rulebook, stated_only=situation.stated_only)
    before = found(judge, situation.case, View(situation.as_at, situation.known_at))
    for one in random.sample(sorted(before.values(), key=lambda one: one.instance), min(4, len(before))):
        edition = edition_of(judge, one)
        event = fulfilling(situation.case, situation.rulebook, edition, one, situation.as_at, random)
        if event is None:
            continue
        grown = situation.case.model_copy(update={"events": (*situation.case.events, event)})
        check_better(before, seen(situation, grown), edition)


def check_better(before: Found, after: Found, edition: Edition) -> None:
    """No instance of that edition is worse off."""
    for name, one in before.items():
        if one.duty == edition.duty.id and edition.covers(one.start):
            assert after[name].outcome in BETTER[one.outcome], (one, after[name])


def edition_of(judge: CaseJudge, one: Finding) -> Edition:
    """The edition of a duty by which that finding was made."""
    editions = judge.clauses[one.clause]
    return next(edition for edition in editions if edition.duty.id == one.duty and edition.covers(one.start))


def fulfilling(
    case: CaseRecord, book: Rulebook, edition: Edition, one: Finding, as_at: date, random: Random
) -> EventRecord | None:
    """An event that would fulfil it, if there is one that is nothing else: no limit, no end, no start of it all."""
    duty, must = edition.duty, edition.duty.must
    # A person's judgement is of the last work before it: other work, another judgement.
    if not isinstance(must, Happen | Recur) or duty.judged:
        return None
    other = {word.closed_by for word in book.dictionary.objects}
    other |= {word.name for word in book.dictionary.events if word.lasting}
    other |= set(duty.ends_with.events if duty.ends_with else ())
    other |= set(duty.deadline.pattern.events if isinstance(duty.deadline, Before) else ())
    other |= set(duty.when.events if duty.first else ())
    choice = [match for match in must.pattern.any_of if match.event not in other]
    if not choice:
        return None
    match = random.choice(choice)
    start = next(event for event in case.events if event.id == one.evidence[0])
    if any(name not in start.attributes for name in duty.same):
        return None
    said = {name: start.attributes[name] for name in duty.same}
    per = one.instance.split("/")[4:]
    links = {(case.root.type, case.root.id), (duty.for_each, one.subject)} | {(str(duty.per), name) for name in per}
    day = one.start + ONE_DAY * random.randint(0, max((as_at - one.start).days, 0))
    event = EventRecord(
        id=f"good{random.randint(0, 9)}",
        type=match.event,
        happened=random.choice([one.start, day, min(day, one.due or day)]),
        recorded=datetime.combine(day, time.min),
        attributes=satisfying(match.test) | said,
        links=tuple(sorted(links)),
    )
    return event if matches(must.pattern, event) else None


def satisfying(test: Test | None) -> dict[str, AttributeValue]:
    """Attributes that satisfy the condition, if it can be guessed from what it names."""
    if isinstance(test, AllOf):
        return {name: value for part in test.tests for name, value in satisfying(part).items()}
    if isinstance(test, AnyOf):
        return satisfying(test.tests[0])
    if isinstance(test, Leaf) and not isinstance(test.values, ValueRef) and test.values:
        if test.op == "includes":
            return {test.attribute: tuple(str(value) for value in test.values)}
        return {test.attribute: test.values[0]} if test.op in ("is", "one_of", "at_least", "at_most") else {}
    return {}


# --- stated only -------------------------------------------------------------------------------------------------------------


def what_is_stated_stays_and_what_is_local_is_left_open(situation: Situation, _: Random) -> None:
    book, view = situation.rulebook, View(situation.as_at, situation.known_at)
    usual, only = (found(CaseJudge(book, stated_only=stated), situation.case, view) for stated in (False, True))
    check_stated(usual, only, book)


LESS_BROKEN = {("breached", "met"), ("excused", "met"), ("lapsed", "met")}
"""What a duty about outcomes may become when fewer of those stand broken."""


def check_stated(usual: Found, only: Found, book: Rulebook) -> Iterable[Finding]:
    """The usual findings, compared with those made by what is stated only."""
    assert only.keys() == usual.keys()
    for name, one in usual.items():
        duty = duty_of(book, one)
        if one.standing == "local":
            assert only[name].outcome == "undetermined"
        elif duty.about_outcomes:
            # What rests on a local value stands broken no more, and nothing else does.
            assert only[name] == one or (one.outcome, only[name].outcome) in LESS_BROKEN
        elif not lapses_locally(book, duty, one.start):
            assert only[name] == one
    return usual.values()


def lapses_locally(book: Rulebook, duty: Duty, day: date) -> bool:
    """Whether how long a judgement stands is not stated."""
    if not (duty.judged and duty.judged.valid_for):
        return False
    version = book.values[duty.judged.valid_for.value].on(day)
    return version is None or version.standing == "local"


# --- over random duties and cases --------------------------------------------------------------------------------------------

PROPERTIES: dict[Property, int] = {
    a_duty_alone_gives_what_it_gives_among_the_others: 40,
    the_order_of_entries_does_not_matter: 25,
    the_order_of_duties_does_not_matter: 15,
    judging_leaves_nothing_behind: 20,
    no_instance_is_found_twice: 20,
    later_records_do_not_change_an_earlier_night: 40,
    a_change_of_a_value_moves_nothing_that_started_before: 40,
    no_day_makes_an_outcome_worse: 15,
    more_good_work_makes_nothing_worse: 40,
    what_is_stated_stays_and_what_is_local_is_left_open: 30,
}
"""Each property with over how many situations it is tried in every run."""


def holds_over(prop: Property, examples: int) -> None:
    settings(max_examples=examples)(given(situations(), st.randoms(use_true_random=False))(prop))()


@pytest.mark.parametrize("prop", PROPERTIES, ids=lambda prop: prop.__name__)
def test_of_all_duties(prop: Property) -> None:
    holds_over(prop, PROPERTIES[prop] // 2)


@pytest.mark.soak
@pytest.mark.parametrize("prop", PROPERTIES, ids=lambda prop: prop.__name__)
def test_of_all_duties_over_many(prop: Property) -> None:
    holds_over(prop, 2 * PROPERTIES[prop])


# --- links that come later ---------------------------------------------------------------------------------------------------

NOBODY_HIDDEN = """
case: {id: C-1, law: private, work: section_7}
objects:
  amy: {type: child}
  r1: {type: report, kind: section_7}
timeline:
  - {date: 2025-03-03, event: direction_made, report: r1, due: 2025-03-20}
"""


def test_a_later_link_hides_nobody_on_an_earlier_night(
    rulebook: Rulebook, case_of: Callable[[str], CaseRecord]
) -> None:
    """A report that the court directed was owed before anybody noted whom it is about."""
    case = case_of(NOBODY_HIDDEN)
    about = LinkRecord(source="r1", qualifier="about", target="amy", happened=date(2025, 5, 1))
    linked = case.model_copy(update={"links": (*case.links, about)})
    judge, view = CaseJudge(rulebook), View(date(2025, 4, 1))
    assert found(judge, linked, view).keys() == found(judge, case, view).keys() != set()


def test_a_later_link_of_the_case_itself_is_no_fault() -> None:
    case = CaseBuilder(DICTIONARY, "made up")
    case.add_object("", "C-1", "case", {}, root=True)
    case.add_object("", "amy", "child", {})
    case.add_event("", "e1", "referred", date(2025, 3, 3), None, [("child", "amy")], {})
    case.add_link("", "C-1", "concerns", "amy", date(2025, 5, 1))
    timeline = Timeline(case.finish(), View(date(2025, 4, 1)))
    assert timeline.object("C-1").type == "case"


# --- what becomes of other work does not matter ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "standing", "stated_only"), [(5, "local", True), (None, "stated", False)])
def test_a_deadline_that_nobody_set_for_later_work_does_not_move_a_judgement_of_earlier_work(
    content: int | None, standing: Standing, *, stated_only: bool
) -> None:
    """Both visits happened, and both judgements came after both, whatever the deadline of the second visit was."""
    days = Value.model_validate({"name": "days", "unit": "days", "says": "A value made up.", "versions": (
        {"from": date(2007, 9, 1), "value": 5, "standing": "stated", "source": "made up"},
    )})  # fmt: skip
    later = ValueVersion.model_validate(
        {"from": date(2025, 4, 1), "value": content, "standing": standing, "source": "made up"}
    )
    visit = Duty(
        id="TT-1.1", title="A duty made up", source="made up", reads="Made up, and read as it is written.",
        for_each="child", when=pattern(accepted), must=Happen(pattern=pattern(visited)),
        deadline=Within(value=ValueRef(value="days")), at_closure="goes_on", in_force=date(2007, 9, 1),
        judged=Judgement(question="Was it so?", roles=("practice_supervisor",)),
    )  # fmt: skip
    calendar = Calendar(subdivision="ENG", known_through=date(2027, 12, 31))
    book = Rulebook(dictionary=DICTIONARY, calendar=calendar, values={"days": days}, duties=(visit,))
    changed = rulebook_with(book, values={"days": days.model_copy(update={"versions": (*days.versions, later)})})
    builder = CaseBuilder(DICTIONARY, "made up")
    for name, kind in (("C-1", "case"), ("amy", "child"), ("zoe", "practitioner")):
        builder.add_object("", name, kind, {}, root=name == "C-1")
    for name, event, day in (
        ("e1", "accepted", date(2025, 3, 3)), ("e2", "visited", date(2025, 3, 4)),
        ("e3", "accepted", date(2025, 4, 2)), ("e4", "visited", date(2025, 4, 3)),
    ):  # fmt: skip
        builder.add_event("", name, event, day, None, [("child", "amy")], {})
    for name, outcome, day in (("j1", "met", date(2025, 4, 10)), ("j2", "not_met", date(2025, 4, 20))):
        said = {"clause": "TT-1.1", "outcome": outcome, "role": "practice_supervisor"}
        builder.add_event("", name, JUDGEMENT, day, None, [("child", "amy"), ("by", "zoe")], said)
    case, view, earlier = builder.finish(), View(date(2025, 5, 1)), "TT-1.1/C-1/amy/e1"
    before = found(CaseJudge(book), case, view)[earlier]
    assert found(CaseJudge(changed, stated_only=stated_only), case, view)[earlier] == before


# --- over the real rulebook, with cases of the sample -------------------------------------------------------------------------

AS_AT = (date(2025, 6, 30), date(2024, 11, 15), date(2023, 3, 31))


@pytest.fixture(scope="module")
def judge(rulebook: Rulebook) -> CaseJudge:
    return CaseJudge(rulebook)


@pytest.fixture(scope="module")
def sample(rulebook: Rulebook) -> list[CaseRecord]:
    """Cases of the sample, the organisation, and some of its staff; those that are not too long."""
    return sample_of(rulebook, 16)


def sample_of(book: Rulebook, cases: int, seed: int = 12) -> list[CaseRecord]:
    judged = [(duty.id, duty.for_each) for duty in book.duties if duty.judged]
    made = [case for case in sample_cases(book.dictionary, cases, seed, judgements=judged) if len(case.events) < 120]
    return [case for case in made if case.root.type == "case"] + [case for case in made if case.root.type != "case"][:6]


def test_each_duty_alone_on_the_sample(rulebook: Rulebook, judge: CaseJudge, sample: list[CaseRecord]) -> None:
    nights = [(case, View(day), found(judge, case, View(day))) for case in sample[::3] for day in AS_AT[:2]]
    everywhere = {one.duty for _, _, findings in nights for one in findings.values()}
    assert len(everywhere) > len({duty.id for duty in rulebook.duties}) / 3
    for duty in sorted(everywhere):
        alone = CaseJudge(rulebook, only=[duty])
        for case, view, findings in nights:
            assert found(alone, case, view) == {name: one for name, one in findings.items() if one.duty == duty}


def test_later_records_and_order_on_the_sample(judge: CaseJudge, sample: list[CaseRecord]) -> None:
    random = Random(4)  # noqa: S311 - chance, not secrecy
    for case in sample:
        for day in AS_AT:
            view = View(day)
            tonight = found(judge, case, view)
            events = [event for event in case.events if view.shows(event.happened, event.recorded)]
            events += [later_event(event, f"later{number}", view, random) for number, event in enumerate(case.events)]
            random.shuffle(events)
            objects, links = random.sample(case.objects, len(case.objects)), random.sample(case.links, len(case.links))
            other = case.model_copy(update={"events": tuple(events), "objects": tuple(objects), "links": tuple(links)})
            assert found(judge, other, view) == tonight


@pytest.mark.parametrize("day", [date(2024, 9, 1), date(2025, 3, 3)])
def test_a_change_of_every_span_on_the_sample(
    rulebook: Rulebook, judge: CaseJudge, sample: list[CaseRecord], day: date
) -> None:
    values = {}
    for name, value in rulebook.values.items():
        version = value.on(day)
        if value.unit != "codes" and version is not None and isinstance(version.value, int):
            values[name] = from_that_day(value, day, version.value // 2 + 1)
    changed = CaseJudge(rulebook_with(rulebook, values={**rulebook.values, **values}))
    moved = 0
    for case in sample:
        before, after = (found(one, case, View(AS_AT[0])) for one in (judge, changed))
        assert after.keys() == before.keys()
        assert started_before(after, day) == started_before(before, day)
        moved += after != before
    assert moved


def test_no_day_makes_an_outcome_worse_on_the_sample(
    rulebook: Rulebook, judge: CaseJudge, sample: list[CaseRecord]
) -> None:
    for case in sample[:18:9]:
        walk(case, rulebook, judge, 120)


@pytest.mark.soak
def test_no_day_makes_an_outcome_worse_on_many(rulebook: Rulebook, judge: CaseJudge) -> None:
    for case in sample_of(rulebook, 12, seed=5):
        walk(case, rulebook, judge, 200)


def test_more_good_work_on_the_sample(rulebook: Rulebook, judge: CaseJudge, sample: list[CaseRecord]) -> None:
    assert good_work(rulebook, judge, sample) > 30


@pytest.mark.soak
def test_more_good_work_on_many(rulebook: Rulebook, judge: CaseJudge) -> None:
    assert good_work(rulebook, judge, sample_of(rulebook, 100, seed=5)) > 200


def good_work(book: Rulebook, judge: CaseJudge, cases: list[CaseRecord]) -> int:
    """Put more good work on the record of each case, a few times; how often there was any to put there."""
    random, tried, as_at = Random(7), 0, AS_AT[0]  # noqa: S311 - chance, not secrecy
    for case in cases:
        before = found(judge, case, View(as_at))
        for one in random.sample(list(before.values()), min(6, len(before))):
            edition = edition_of(judge, one)
            event = fulfilling(case, book, edition, one, as_at, random)
            if event is not None:
                grown = case.model_copy(update={"events": (*case.events, event)})
                check_better(before, found(judge, grown, View(as_at)), edition)
                tried += 1
    return tried


def test_stated_only_on_the_sample(rulebook: Rulebook, sample: list[CaseRecord]) -> None:
    usual, only = CaseJudge(rulebook), CaseJudge(rulebook, stated_only=True)
    standings = {
        one.standing
        for case in sample
        for one in check_stated(found(usual, case, View(AS_AT[0])), found(only, case, View(AS_AT[0])), rulebook)
    }
    assert standings >= {"stated", "local"}


# --- nothing is left behind --------------------------------------------------------------------------------------------------


def short_case(book: Rulebook, number: int) -> CaseRecord:
    builder = CaseBuilder(book.dictionary, "made up")
    builder.add_object("", f"C-{number}", "case", {"law": "private", "work": "section_7"}, root=True)
    builder.add_object("", "amy", "child", {})
    builder.add_membership("", "amy", None, None)
    day = date(2025, 3, 3)
    builder.add_event("", "e1", "referral_received", day, None, [], {})
    builder.add_event("", "e2", "case_accepted", day + ONE_DAY, None, [], {})
    builder.add_event("", "e3", "child_seen", day + ONE_DAY * 9, None, [("child", "amy")], {})
    return builder.finish()


def test_no_session_is_left_behind(rulebook: Rulebook) -> None:
    """One ruleset of durable-rules has room for 1,024 sessions: one left behind in each case would be noticed."""
    judge = CaseJudge(rulebook, only=["NS-5.1"])
    outcomes = [
        one.outcome for n in range(1100) for one in found(judge, short_case(rulebook, n), View(AS_AT[0])).values()
    ]
    assert outcomes == ["met"] * 1100


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_cases(rulebook: Rulebook, judge: CaseJudge) -> None:
    def judge_many(first: int, last: int) -> int:
        for number in range(first, last):
            found(judge, short_case(rulebook, number), View(AS_AT[0]))
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    warm = judge_many(0, 500)
    assert judge_many(500, 3500) - warm < 24 * 2**20
