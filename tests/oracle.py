"""A judge in plain Python, slow and obvious: the oracle that the real judges are set against.

It is written from what the language says (`engine/duty/language.py`), not from the other judges, and shares nothing
with them but the records, the duties and the list of working days. No indices, no cleverness: loops over events, days.

Where the language is silent it takes the plainest reading; each such place is marked `Reading:`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from engine.duty.language import (
    Anniversary,
    AtOnce,
    Before,
    BeJudged,
    ByClosure,
    Carries,
    Duty,
    Every,
    Happen,
    Hold,
    Never,
    NoOpenBreach,
    OnDate,
    Pattern,
    Plain,
    Recur,
    Scope,
    Some,
    Stand,
    Test,
    ValueRef,
    Within,
)
from engine.duty.rulebook import Rulebook
from engine.duty.values import ValueVersion
from engine.record.calendar import Calendar
from engine.record.dictionary import AttributeValue
from engine.record.model import CaseRecord, EventRecord, ObjectRecord

Truth = bool | None
"""True, False, or None where the record does not say."""

ONE_DAY = timedelta(days=1)


class Row(NamedTuple):
    """Where one instance stands: what every judge must give alike."""

    instance: str
    clause: str
    duty: str
    subject: str
    outcome: str
    start: date
    due: date | None
    done: date | None
    flags: tuple[str, ...]
    evidence: tuple[str, ...]


def judge(
    case: CaseRecord, rulebook: Rulebook, as_at: date, known_at: datetime | None = None, stated_only: bool = False
) -> list[Row]:
    """Every instance of every duty in one case, in the order of their ids."""
    world = World(case, rulebook, as_at, known_at or datetime.combine(as_at, time.max), stated_only)
    rows = []
    # What is about outcomes comes last, when it is known what became of everything else.
    for duty in sorted(rulebook.duties, key=lambda duty: isinstance(duty.must, NoOpenBreach)):
        for instance in world.instances(duty):
            in_force = duty.in_force <= instance.start and (duty.until is None or instance.start < duty.until)
            scope = every([world.in_scope(part, instance) for part in duty.where])
            if in_force and scope is not False:
                found, decision = judge_one(world, instance, scope)
                rows.append(found)
                if not isinstance(duty.must, NoOpenBreach):
                    world.outcomes.append((duty, found, decision))
    return sorted(rows, key=lambda row: row.instance)


@dataclass(frozen=True)
class Instance:
    """One duty, for one object, from one event that started it. `rank` is 1 where a recurrence started it."""

    duty: Duty
    subject: ObjectRecord
    trigger: EventRecord
    start: date
    per: str | None
    same: tuple[AttributeValue | None, ...]
    rank: int = 0
    unsaid: bool = False  # the trigger does not say enough to tell whether, or for what, it starts the duty

    @property
    def key(self) -> tuple[str, str | None, tuple[AttributeValue | None, ...]]:
        return self.subject.id, self.per, self.same


class Sign(NamedTuple):
    """An event, and the day from which it counts."""

    on: date
    event: EventRecord


class Verdict(NamedTuple):
    """A judgement, or None; `known` is False where nobody can say how long one stands."""

    known: bool
    event: EventRecord | None


class Decision(NamedTuple):
    """The outcome, the day it was done, events to show as evidence, the one whose recording counts, the judgement."""

    outcome: str
    done: date | None = None
    shown: tuple[EventRecord, ...] = ()
    counted: EventRecord | None = None
    verdict: EventRecord | None = None


def every(truths: list[Truth]) -> Truth:
    """All of them."""
    return False if False in truths else None if None in truths else True


def some(truths: list[Truth]) -> Truth:
    """At least one of them."""
    return True if True in truths else None if None in truths else False


def within(day: date, limit: date | None) -> bool:
    """On or before the limit; always, when there is none."""
    return limit is None or day <= limit


def birthday(born: date, age: int) -> date:
    """29 February falls on 1 March in a year without one."""
    year = born.year + age
    if (born.month, born.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 3, 1)
    return date(year, born.month, born.day)


def later(calendar: Calendar, start: date, count: int, unit: str) -> date:
    """The day so many units after the start, which is not counted."""
    if unit == "days":
        return start + timedelta(days=count)
    if unit == "weeks":
        return start + timedelta(days=7 * count)
    if unit == "years":
        return birthday(start, count)
    if unit == "months":
        year, month = start.year, start.month
        for _ in range(count):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return date(year, month, min(start.day, monthrange(year, month)[1]))
    day = start
    while count == 0 and not calendar.is_working_day(day):
        day += ONE_DAY
    while count > 0:
        day += ONE_DAY
        if calendar.is_working_day(day):
            count -= 1
    return day


def compare(op: str, found: AttributeValue, values: tuple[Plain, ...]) -> bool:
    """A condition on an attribute that is on the record."""
    if op == "is":
        return found == values[0]
    if op == "one_of":
        return found in values
    if op in ("none_of", "not_said_to_be"):
        return found not in values
    if op == "includes":
        assert isinstance(found, tuple)
        return all(value in found for value in values)
    assert isinstance(found, int)
    assert isinstance(values[0], int)
    return found >= values[0] if op == "at_least" else found <= values[0]


class World:
    """What exists, seen from a day and a moment. Events are in order of day, then id."""

    def __init__(
        self, case: CaseRecord, rulebook: Rulebook, as_at: date, known_at: datetime, stated_only: bool
    ) -> None:
        def exists(happened: date | None, recorded: datetime | None) -> bool:
            return (happened is None or happened <= as_at) and (recorded is None or recorded <= known_at)

        self.rulebook, self.as_at, self.stated_only, self.root = rulebook, as_at, stated_only, case.root
        self.links = [link for link in case.links if exists(link.happened, link.recorded)]
        self.objects: list[ObjectRecord] = []
        for thing in (case.root, *case.objects):
            linked = [link for link in case.links if link.source == thing.id and link.target == case.root.id]
            if thing is case.root or not linked or any(exists(link.happened, link.recorded) for link in linked):
                self.objects.append(thing)
        events = [event for event in case.events if exists(event.happened, event.recorded)]
        self.events = sorted(events, key=lambda event: (event.happened, event.id))
        self.outcomes: list[tuple[Duty, Row, Decision]] = []

    def joined(self, thing: ObjectRecord) -> date | None:
        """The day on which it joined the case; None is from the start."""
        links = [link for link in self.links if link.source == thing.id and link.target == self.root.id]
        return max((link.happened for link in links if link.happened), default=None)

    def version(self, ref: ValueRef, day: date) -> ValueVersion | None:
        """The version of a value on a day, unless it is not set or may not be used."""
        found = None
        for version in self.rulebook.values[ref.value].versions:
            if version.from_ <= day:
                found = version
        return None if found is None or found.value is None or self.banned(found.standing) else found

    def banned(self, standing: str) -> bool:
        """Whether a figure of that standing may not be used."""
        return self.stated_only and standing == "local"

    def span(self, ref: ValueRef, day: date, start: date) -> date | None:
        """The day so long after `start` as the value says on `day`; None when it is not set."""
        version = self.version(ref, day)
        if version is None:
            return None
        assert isinstance(version.value, int)
        return later(self.rulebook.calendar, start, version.value, self.rulebook.values[ref.value].unit)

    def holds(self, test: Test | None, attributes: dict[str, AttributeValue], day: date) -> Truth:
        """Whether a condition holds, with dated values as they are on that day."""
        if test is None:
            return True
        if isinstance(test, Every | Some):
            truths = [self.holds(part, attributes, day) for part in test.tests]
            return every(truths) if isinstance(test, Every) else some(truths)
        found = attributes.get(test.attribute)
        if test.op in ("present", "absent"):
            return (found is not None) == (test.op == "present")
        if found is None:
            return True if test.op == "not_said_to_be" else None
        values: tuple[Plain, ...] | int | None
        if isinstance(test.values, ValueRef):
            version = self.version(test.values, day)
            values = version.value if version else None
        else:
            values = test.values
        return compare(test.op, found, values) if isinstance(values, tuple) else None

    def matches(self, pattern: Pattern, event: EventRecord, day: date) -> Truth:
        """Whether the event is one that the pattern means."""
        return some(
            [self.holds(match.test, event.attributes, day) for match in pattern.any_of if match.event == event.type]
        )

    def in_scope(self, scope: Scope, instance: Instance) -> Truth:
        """A condition on the subject, its case, or what it is linked to."""
        subject, day = instance.subject, instance.start
        if scope.through is not None:
            targets = [
                link.target for link in self.links if (link.source, link.qualifier) == (subject.id, scope.through)
            ]
            things = [thing for thing in self.objects if thing.id in targets and thing.type == scope.of]
            return some([self.holds(scope.test, thing.attributes, day) for thing in things])
        if scope.of == subject.type:
            return self.holds(scope.test, subject.attributes, day)
        return self.root.type == scope.of and self.holds(scope.test, self.root.attributes, day)

    # --- what starts an instance

    def instances(self, duty: Duty) -> list[Instance]:
        """Every instance, in force or not, in scope or not."""
        found = list(self.triggers(duty))
        if duty.first:
            firsts: dict[object, Instance] = {}
            for instance in sorted(found, key=lambda one: (one.unsaid, one.start, one.trigger.id)):
                firsts.setdefault(instance.key, instance)
            found = list(firsts.values())
        if isinstance(duty.must, Recur):
            for key in {instance.key for instance in found if not instance.unsaid}:
                sure = [one for one in found if one.key == key and not one.unsaid]
                chain = sure[0]
                for event in self.events:
                    # Reading: whether a recurrence counts is asked with the values of its own day.
                    if not self.occurs(duty.must.pattern, event, replace(chain, start=event.happened)):
                        continue
                    own = [one for one in found if one.key == key and one.trigger is event]
                    counts = False
                    for one in sure:
                        closed = self.closed(one)
                        counts |= one.start <= event.happened and (closed is None or event.happened < closed)
                    if own:  # It starts the duty itself, and is an occurrence as well: it does not follow itself.
                        found = [replace(one, rank=1) if one in own else one for one in found]
                    elif counts:
                        found.append(replace(chain, trigger=event, start=event.happened, rank=1))
        return found

    def triggers(self, duty: Duty) -> Iterator[Instance]:
        """An instance for each event that `when` means, each subject and each object of the type `per`."""
        for event in self.events:
            same = tuple(event.attributes.get(name) for name in duty.same)
            for subject, start in self.subjects(duty, event):
                matches = [match for match in duty.when.any_of if match.lasting or start == event.happened]
                truth = self.matches(Pattern(any_of=tuple(matches)), event, start) if matches else False
                if truth is not False:
                    for per in self.pers(duty, event, subject):
                        yield Instance(duty, subject, event, start, per, same, unsaid=truth is None or None in same)

    def pers(self, duty: Duty, event: EventRecord, subject: ObjectRecord) -> tuple[str | None, ...]:
        """The objects a duty is owed about separately: those the event names, else those the subject is linked to."""
        if duty.per is None:
            return (None,)
        # Reading: an event about an object of the type `per` that does not exist in the view is still about it.
        linked = {link.target for link in self.links if link.source == subject.id}
        return event.about(duty.per) or tuple(
            thing.id for thing in self.objects if thing.type == duty.per and thing.id in linked
        )

    def subjects(self, duty: Duty, event: EventRecord) -> list[tuple[ObjectRecord, date]]:
        """Whom an event concerns if it starts the duty, each with the start: late joiners begin on joining."""
        if duty.for_each == self.root.type:
            return [(self.root, event.happened)] if self.root.id in event.about(self.root.type) else []
        if duty.for_each in self.rulebook.dictionary.roots:
            return []
        things = [thing for thing in self.objects if thing.type == duty.for_each]
        # Reading: an event that names only children who do not exist in the view is about them, so about nobody else.
        named = event.about(duty.for_each)
        if named:
            return [(thing, event.happened) for thing in things if thing.id in named]
        return [(thing, max(event.happened, self.joined(thing) or event.happened)) for thing in things]

    # --- what becomes of it

    def named(self, event: EventRecord, instance: Instance) -> bool:
        """Whether the event is about the subject by name, as every event is about the case that names no other."""
        return instance.subject.id in event.about(instance.duty.for_each)

    def concerns(self, event: EventRecord, instance: Instance, anybody: bool = False) -> Truth:
        """About the subject by name, the same object of the type `per`, and sharing what must be the same."""
        if not anybody and not self.named(event, instance):
            return False
        if instance.duty.per is not None and instance.per not in event.about(instance.duty.per):
            return False
        shared = zip(instance.duty.same, instance.same, strict=True)
        return every([event.attributes[name] == value if name in event.attributes else None for name, value in shared])

    def occurs(self, pattern: Pattern, event: EventRecord, instance: Instance) -> bool:
        """Whether it surely is such an event, and concerns the instance."""
        return self.concerns(event, instance) is True and self.matches(pattern, event, instance.start) is True

    def closed(self, instance: Instance) -> date | None:
        """The first day from the start on which the case closed, or the matter ended otherwise."""
        duty, closing = instance.duty, self.rulebook.dictionary.object[self.root.type].closed_by
        days, open_now = [], True
        for event in self.events:
            if event.type == closing and event.happened < instance.start:
                open_now = False
            # A lasting event, such as the case being accepted again, opens it again.
            last = max(
                (one.happened for one in self.events if one.type == closing and one.happened < instance.start),
                default=None,
            )
            if last and last < event.happened <= instance.start and self.rulebook.dictionary.event[event.type].lasting:
                open_now = True
            ends = event.type == closing
            if duty.ends_with is not None and self.matches(duty.ends_with, event, instance.start) is True:
                subjects = event.about(duty.for_each)
                pers = event.about(duty.per) if duty.per else ()
                ends |= (not subjects or instance.subject.id in subjects) and (not pers or instance.per in pers)
            if ends and event.happened >= instance.start:
                days.append(event.happened)
        return min(days, default=None) if open_now else instance.start

    def due(self, instance: Instance) -> tuple[bool, date | None]:
        """Whether it can be known, and the day; None is no such day, or none yet."""
        deadline, start, trigger = instance.duty.deadline, instance.start, instance.trigger
        if isinstance(deadline, OnDate | Before | ByClosure | AtOnce) and self.banned(deadline.standing):
            return False, None
        day: AttributeValue | None
        if isinstance(deadline, Within):
            day = self.span(deadline.value, start, start)
            return day is not None, day
        if isinstance(deadline, OnDate):
            day = trigger.attributes.get(deadline.attribute)
            return (True, day) if isinstance(day, date) else (False, None)
        if isinstance(deadline, Anniversary):
            return self.anniversary(deadline, instance)
        if isinstance(deadline, Before):
            return True, self.first_before(deadline, instance)
        if isinstance(deadline, ByClosure):
            # Reading: the day of closure is the limit of what must never happen until then, whatever `at_closure` says.
            return True, self.closed(instance)
        return True, start if isinstance(deadline, AtOnce) else None

    def first_before(self, deadline: Before, instance: Instance) -> date | None:
        for event in self.events:
            about = self.named(event, instance) or not event.about(instance.duty.for_each)
            counts = about and event.happened >= instance.start
            if counts and self.matches(deadline.pattern, event, instance.start) is True:
                return event.happened
        return None

    def anniversary(self, deadline: Anniversary, instance: Instance) -> tuple[bool, date | None]:
        things = [instance.subject]
        if deadline.youngest:
            things = [thing for thing in self.objects if thing.type == deadline.of]
        days: list[date] = []
        for thing in things:
            born = thing.attributes.get(deadline.attribute)
            version = self.version(deadline.value, instance.start)
            if not isinstance(born, date) or version is None:
                return False, None
            assert isinstance(version.value, int)
            days.append(birthday(born, version.value))
        return bool(days), max(days, default=None)

    def fulfilled(self, instance: Instance) -> tuple[Sign | None, EventRecord | None]:
        """What fulfils it, and else what would if the record said more."""
        must, start = instance.duty.must, instance.start
        if isinstance(must, Stand):
            return self.stood(must, instance), None
        if isinstance(must, Hold):
            truth = self.holds(must.test, instance.trigger.attributes, start)
            if must.by_another:
                truth = every([truth, self.by_another(instance.trigger)])
            sign = Sign(start, instance.trigger)
            return (sign, None) if truth is True else (None, instance.trigger if truth is None else None)
        if isinstance(must, NoOpenBreach):
            standing = [
                duty
                for duty, found, decision in self.outcomes
                if must.force in (None, duty.force)
                and duty.status != "trial"
                and named_by(must.clauses, duty)
                and broken_on(start, duty, found, decision)
            ]
            return (None, None) if standing else (Sign(start, instance.trigger), None)
        assert isinstance(must, Happen | Recur)
        sure, doubtful = [], []
        for event in self.events:
            if isinstance(must, Recur):
                counts = (event.happened, 1, event.id) > (start, instance.rank, instance.trigger.id)
            else:
                counts = must.already or event.happened >= start
            truth = every([self.concerns(event, instance), self.matches(must.pattern, event, start)])
            sure += [event] if counts and truth is True else []
            doubtful += [event] if counts and truth is None else []
        wanted = must.at_least if isinstance(must, Happen) else 1
        if len(sure) >= wanted:
            return Sign(sure[wanted - 1].happened, sure[wanted - 1]), None
        return None, doubtful[0] if doubtful and len(sure) + len(doubtful) >= wanted else None

    def by_another(self, event: EventRecord) -> bool | None:
        """Whether each who did it is a stranger to it: neither named as a practitioner nor ever a lead of the case before."""
        if not event.by:
            return None
        words = self.rulebook.dictionary.event
        for who in event.by:
            if ("practitioner", who) in event.links:
                return False
            for other in self.events:
                if (
                    words[other.type].answerable
                    and other.happened <= event.happened
                    and who in other.about("practitioner")
                ):
                    return False
        return True

    def stood(self, must: Stand, instance: Instance) -> Sign | None:
        """The first day, from the start, at whose end as many spells are open as must be."""
        named = [event for event in self.events if self.named(event, instance)]
        begins = [event for event in named if self.matches(must.begins, event, instance.start) is True]
        ends = [event for event in named if self.matches(must.ends, event, instance.start) is True]
        day = instance.start
        while day <= self.as_at:
            # Reading: an event of either kind that names no object of the type is an event of its day all the same.
            today = [event for event in named if event.happened == day and (event in begins or event in ends)]
            standing = set()
            for begin in begins:
                for thing in begin.about(must.of):
                    ended = [
                        end.happened for end in ends if thing in end.about(must.of) and end.happened >= begin.happened
                    ]
                    if begin.happened <= day and not (ended and min(ended) <= day):
                        standing.add(thing)
            if must.at_least <= len(standing) and (must.at_most is None or len(standing) <= must.at_most):
                return Sign(day, instance.trigger if day == instance.start else today[-1])
            day += ONE_DAY
        return None

    def violated(self, must: Never, instance: Instance) -> EventRecord | None:
        for event in self.events:
            # What names nobody in particular is about everybody.
            nobody = not event.about(instance.duty.for_each)
            about = self.concerns(event, instance, anybody=nobody) is True
            if event.happened >= instance.start and about and self.matches(must.pattern, event, instance.start) is True:
                return event
        return None

    def exception(self, instance: Instance, stated: bool) -> Sign | None:
        """The first exception that excuses (the clause states it, or the court granted it), or the first of the others."""
        found = []
        for excuse in instance.duty.unless:
            if (excuse.standing != "local") != stated:
                continue
            if isinstance(excuse.when, Pattern):
                for event in self.events:
                    # Reading: what starts an instance does not excuse it as well.
                    counts = (excuse.already or event.happened >= instance.start) and event is not instance.trigger
                    if counts and self.occurs(excuse.when, event, instance):
                        found.append(Sign(event.happened, event))
                continue
            if isinstance(excuse.when, Carries):
                truth = self.holds(excuse.when.test, instance.trigger.attributes, instance.start)
            else:
                truth = self.in_scope(excuse.when, instance)
            if truth is True:
                found.append(Sign(instance.start, instance.trigger))
        return min(found, key=lambda sign: (sign.on, sign.event.id), default=None)

    def verdict(self, instance: Instance, done: EventRecord | None, done_on: date | None = None) -> Verdict:
        """The last valid judgement: by somebody entitled to it who is not judged by it, and still standing."""
        duty, judged = instance.duty, instance.duty.judged
        assert judged is not None
        barred = {instance.subject.id, *instance.trigger.by, *(done.by if done else ())}
        if judged.valid_for is not None and self.version(judged.valid_for, instance.start) is None:
            return Verdict(False, None)
        day = max(instance.start, done_on or instance.start)
        following = min((other for other in self.starts(instance) if other > day), default=date.max)
        own, later = None, None
        for event in self.events:
            said = event.attributes
            if event.type != "judgement_recorded" or event.happened < day:
                continue
            about = self.named(event, instance) and (duty.per is None or instance.per in event.about(duty.per))
            led = {
                who
                for earlier in self.events
                if self.rulebook.dictionary.event[earlier.type].answerable and earlier.happened <= event.happened
                for who in earlier.about("practitioner")
            }
            entitled = said.get("role") in judged.roles and bool(event.by) and not (barred | led) & set(event.by)
            until = self.span(judged.valid_for, instance.start, event.happened) if judged.valid_for else None
            if about and entitled and said.get("clause") in (duty.id, duty.clause) and within(self.as_at, until):
                if event.happened < following:
                    own = event
                else:
                    later = later or event
        return Verdict(True, own or later)

    def starts(self, instance: Instance) -> list[date]:
        """The days on which the duty started about the same subject, in force and not out of scope, in any version."""
        days = []
        for duty in self.rulebook.duties:
            for other in self.instances(duty) if duty.id == instance.duty.id else ():
                in_force = duty.in_force <= other.start and (duty.until is None or other.start < duty.until)
                in_scope = every([self.in_scope(part, other) for part in duty.where]) is not False
                if in_force and in_scope and (other.subject.id, other.per) == (instance.subject.id, instance.per):
                    days.append(other.start)
        return days


# --- what stands broken


def named_by(clauses: tuple[str, ...], duty: Duty) -> bool:
    """Whether one of these is the duty's id, its clause, or the whole numbers and letters that its clause begins with."""
    parts = duty.clause.replace(".", "-").split("-")
    beginnings = [parts[:count] for count in range(1, len(parts) + 1)]
    return not clauses or duty.id in clauses or any(name.replace(".", "-").split("-") in beginnings for name in clauses)


def broken_on(day: date, duty: Duty, found: Row, decision: Decision) -> bool:
    """Whether what this became of an instance of the duty means that it stood broken on that day."""
    if found.outcome not in ("breached", "late"):
        return False
    if isinstance(duty.must, Never):
        return day >= decision.shown[0].happened
    if found.outcome == "breached" and decision.verdict is not None:
        # Reading: it stands broken from when somebody said that it had not been kept, however early it was due.
        return day >= decision.verdict.happened
    assert found.due is not None
    done_by_then = found.done is not None and found.done <= day
    return day > found.due and not done_by_then


# --- one outcome


def judge_one(world: World, instance: Instance, scope: Truth) -> tuple[Row, Decision]:
    """Where one instance stands, and why."""
    duty, trigger = instance.duty, instance.trigger
    known, due = world.due(instance)
    closed = world.closed(instance)
    if instance.unsaid or scope is None or not known or unset(world, duty.model_dump(), instance.start):
        undetermined = Decision("undetermined")
        return row(world.root.id, instance, undetermined, None, (), [trigger]), undetermined
    if duty.at_closure == "falls_due" and closed is not None:
        due = closed if due is None else min(due, closed)
    if isinstance(duty.must, Never):
        # Reading: a judgement is not asked for where something must never happen.
        decision = decide_never(world, duty.must, instance, due, closed)
    elif isinstance(duty.must, BeJudged):
        # Reading: neither an exception nor closure settles what only a person can say.
        decision = decide_person(world, instance, due)
    else:
        decision = decide_record(world, instance, due, closed)
    flags = []
    if decision.outcome in ("met", "excused") and due is not None and decision.counted is not None:
        flags += ["recorded_late"] if decision.counted.recorded.date() > due else []
    reason = world.exception(instance, stated=False)
    explained = decision.outcome in ("breached", "late") and reason is not None and within(reason.on, due)
    flags += ["reason_recorded"] if explained else []
    counted_in = world.rulebook.values[duty.deadline.value.value].unit if isinstance(duty.deadline, Within) else ""
    if due is not None and counted_in == "working_days" and world.rulebook.calendar.provisional(due):
        flags.append("provisional")
    evidence = [trigger, *decision.shown]
    evidence += [reason.event] if explained and reason is not None else []
    evidence += [decision.verdict] if decision.verdict is not None else []
    return row(world.root.id, instance, decision, due, tuple(sorted(flags)), evidence), decision


def decide_record(world: World, instance: Instance, due: date | None, closed: date | None) -> Decision:
    """What the record shows: kept in time, excused, kept late, and then the rest."""
    done, doubtful = world.fulfilled(instance)
    excused = world.exception(instance, stated=True)
    if done is not None and within(done.on, due):
        return kept(world, instance, done, "met")
    if excused is not None and within(excused.on, due):
        return Decision("excused", shown=(excused.event,), counted=excused.event)
    # Reading: what lapsed when the case closed stays so, whatever comes after.
    if waiting(world, instance, due, closed) == "lapsed":
        return Decision("lapsed")
    if done is not None:
        return kept(world, instance, done, "late")
    if doubtful is not None:
        return Decision("undetermined", shown=(doubtful,))
    return Decision(waiting(world, instance, due, closed))


def kept(world: World, instance: Instance, done: Sign, outcome: str) -> Decision:
    """What the record shows as kept, unless a person must say more."""
    if instance.duty.judged is None:
        return Decision(outcome, done.on, (done.event,), done.event)
    verdict = world.verdict(instance, done.event, done.on)
    if not verdict.known:
        return Decision("undetermined", done.on, (done.event,))
    if verdict.event is None:
        return Decision("unjudged", done.on, (done.event,))
    if verdict.event.attributes["outcome"] == "not_met":
        return Decision("breached", None, (done.event,), verdict=verdict.event)
    return Decision(outcome, done.on, (done.event,), done.event, verdict.event)


def decide_person(world: World, instance: Instance, due: date | None) -> Decision:
    """What only a person can say."""
    known, event = world.verdict(instance, None)
    if not known:
        return Decision("undetermined")
    if event is None:
        return Decision("unjudged")
    if event.attributes["outcome"] == "not_met":
        return Decision("breached", verdict=event)
    # Reading: here the judgement is what was done, so it is its recording that may be late.
    return Decision("met" if within(event.happened, due) else "late", event.happened, (), event, event)


def decide_never(world: World, must: Never, instance: Instance, limit: date | None, closed: date | None) -> Decision:
    """What must not happen before the limit."""
    violation = world.violated(must, instance)
    excused = world.exception(instance, stated=True)
    if violation is not None and (limit is None or violation.happened < limit):
        if excused is not None and excused.on <= violation.happened:
            return Decision("excused", shown=(violation, excused.event))
        return Decision("breached", shown=(violation,))
    if limit is not None and world.as_at >= limit:
        return Decision("met", limit)
    return Decision(waiting(world, instance, limit, closed))


def waiting(world: World, instance: Instance, due: date | None, closed: date | None) -> str:
    """The outcome of what is neither done nor excused."""
    if instance.duty.at_closure == "lapses" and closed is not None and within(closed, due):
        return "lapsed"
    return "due" if within(world.as_at, due) else "breached"


def unset(world: World, part: object, day: date) -> bool:
    """Whether a condition anywhere in the duty asks for a list of codes that is not set."""
    if isinstance(part, dict):
        ref = part.get("values")
        if part.get("test") == "attribute" and isinstance(ref, dict):
            return world.version(ValueRef(value=ref["value"]), day) is None
        return any(unset(world, inner, day) for inner in part.values())
    return isinstance(part, list | tuple) and any(unset(world, inner, day) for inner in part)


def row(
    root: str,
    instance: Instance,
    decision: Decision,
    due: date | None,
    flags: tuple[str, ...],
    evidence: list[EventRecord],
) -> Row:
    duty, subject = instance.duty, instance.subject.id
    name = "/".join([duty.id, root, subject, instance.trigger.id, *([instance.per] if instance.per else [])])
    shown = tuple(dict.fromkeys(event.id for event in evidence))
    return Row(name, duty.clause, duty.id, subject, decision.outcome, instance.start, due, decision.done, flags, shown)
