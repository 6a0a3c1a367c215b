"""From a timeline and one edition of a duty to what the case judge works on: instances, and the events that may count.

This is labelling and calendar arithmetic. Which event settles which instance is the judge's business, what the outcome
is stands in `engine.judge.outcome`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from engine.duty.english import words
from engine.duty.language import (
    Anniversary,
    AtOnce,
    Before,
    ByClosure,
    Carries,
    Duty,
    Happen,
    Hold,
    Never,
    OnDate,
    Pattern,
    Recur,
    Scope,
    Stand,
    Within,
)
from engine.duty.rulebook import JUDGEMENT, Edition
from engine.judge.matching import all_true, holds, in_scope, lacking, matches
from engine.judge.outcome import Sign, Verdict
from engine.record.calendar import Calendar, birthday
from engine.record.dictionary import PRACTITIONER, Dictionary
from engine.record.model import EventRecord
from engine.record.timeline import Timeline

Key = tuple[str, ...]
"""Whom an event is about, as far as a duty is concerned: the subject, the `per` object if any, the shared values."""


@dataclass(slots=True)
class Instance:
    """One instance before it is settled: the event that started it, the day, and by when it is due."""

    edition: Edition
    subject: str
    per: str
    key: Key
    event: EventRecord
    start: date
    rank: int = 0
    due: date | None = None
    missing: str | None = None

    @property
    def order(self) -> tuple[date, int, str]:
        """Its place among the occurrences of what recurs."""
        return self.start, self.rank, self.event.id

    def name(self, case: str) -> str:
        """Its id, stable from night to night."""
        parts = [self.edition.duty.id, case, self.subject, self.event.id]
        return "/".join([*parts, self.per] if self.per else parts)


@dataclass(slots=True)
class Candidates:
    """The events that may settle instances of one duty, by key, each list by day, then id."""

    sure: dict[Key, list[EventRecord]] = field(default_factory=dict)
    doubtful: dict[Key, list[EventRecord]] = field(default_factory=dict)
    excuses: list[dict[Key, list[EventRecord]]] = field(default_factory=list)


def sign(event: EventRecord, on: date | None = None) -> Sign:
    """The event as something that counts, on its own day unless another is given."""
    return Sign(on or event.happened, event.id, event.recorded.date())


class Labeller:
    """Labels one timeline for the duties of a rulebook."""

    def __init__(self, timeline: Timeline, dictionary: Dictionary, calendar: Calendar) -> None:
        self.timeline, self.words, self.calendar = timeline, dictionary, calendar
        self._answered: dict[str, date] | None = None
        self._present: dict[str, list[tuple[str, date | None]]] = {}
        self._judged: dict[str, list[EventRecord]] = {}
        closing = dictionary.object[timeline.root.type].closed_by
        self._closings = [event.happened for event in timeline.events([closing] if closing else [])]

    # --- whom an event is about ------------------------------------------------------------------------------------

    def applies(self, duty: Duty) -> bool:
        """Whether the duty is owed in this timeline at all."""
        return duty.for_each == self.timeline.root.type or not self.words.object[duty.for_each].root

    def named(self, duty: Duty, event: EventRecord) -> tuple[str, ...]:
        """The subjects that the event names."""
        return event.about(duty.for_each)

    def keys(self, duty: Duty, event: EventRecord) -> Iterator[Key]:
        """Every key that the event has for the duty: none when it names no subject or lacks a shared value."""
        return self._keys(duty, event, self.named(duty, event))

    def _keys(self, duty: Duty, event: EventRecord, subjects: Iterable[str]) -> Iterator[Key]:
        shared = tuple(event.attributes.get(name) for name in duty.same)
        if None in shared:
            return
        for subject in subjects:
            for per in event.about(duty.per) if duty.per else ("",):
                yield (subject, per, *(str(value) for value in shared))

    def _pers(self, duty: Duty, event: EventRecord, subject: str) -> Iterable[str]:
        """The objects that a duty starts separately for: those the event names, else those the subject is linked to."""
        if duty.per is None:
            return ("",)
        return event.about(duty.per) or sorted(
            thing.id for thing in self.timeline.linked(subject) if thing.type == duty.per
        )

    # --- instances -------------------------------------------------------------------------------------------------

    def instances(self, edition: Edition) -> list[Instance]:
        """The instances of this edition, with their due dates."""
        duty = edition.duty
        started = self._first(self._triggered(edition)) if duty.first else list(self._triggered(edition))
        if isinstance(duty.must, Recur):
            started += self._recurring(edition, duty.must, started)
        found = []
        for instance in started:
            scope = all_true(in_scope(scope, instance.subject, duty.for_each, self.timeline) for scope in duty.where)
            if not edition.covers(instance.start) or scope is False:
                continue
            if scope is None:
                instance.missing = instance.missing or self._missing_scope(duty, instance.subject)
            elif instance.missing is None:
                self._set_due(instance)
            found.append(instance)
        return found

    def _triggered(self, edition: Edition) -> Iterator[Instance]:
        """An instance for every event that starts one, or that would if the record said more."""
        duty = edition.duty
        for event in self.timeline.events(duty.when.events):
            for subject, start, late in self._subjects(duty, event):
                truth = matches(duty.when, event, lasting=late)
                if truth is False:
                    continue
                missing = None if truth and not duty.same else self._unsaid(edition, event, doubtful=truth is None)
                for per in self._pers(duty, event, subject):
                    shared = (str(event.attributes.get(name)) for name in duty.same)
                    yield Instance(edition, subject, per, (subject, per, *shared), event, start, missing=missing)

    @staticmethod
    def _unsaid(edition: Edition, event: EventRecord, *, doubtful: bool) -> str | None:
        """What the event does not say, so that nobody can tell whether, or for what, it starts the duty."""
        tests = [match.test for match in edition.duty.when.any_of if match.event == event.type] if doubtful else []
        unsaid = [
            *lacking(tests, event.attributes),
            *(name for name in edition.duty.same if name not in event.attributes),
        ]
        if unsaid:
            return f"the record of {event.id} ({words(event.type)}) does not say: {words(', '.join(unsaid))}"
        return edition.missing if doubtful else None

    def _subjects(self, duty: Duty, event: EventRecord) -> Iterator[tuple[str, date, bool]]:
        """Whom the event may start an instance for, when, and whether they joined late.

        All there are when it is about the case as a whole.
        """
        root = self.timeline.root
        if duty.for_each == root.type:
            if root.id in self.named(duty, event):  # and not only a colleague
                yield root.id, event.happened, False
            return
        named = self.named(duty, event)
        for subject, joined in self._everyone(duty.for_each):
            if named:
                if subject in named:
                    yield subject, event.happened, False
            elif joined is None or joined <= event.happened:
                yield subject, event.happened, False
            else:
                yield subject, joined, True

    def _everyone(self, object_type: str) -> list[tuple[str, date | None]]:
        """The visible objects of that type, each with the day it joined the case if it joined late."""
        found = self._present.get(object_type)
        if found is None:
            ids = sorted(thing.id for thing in self.timeline.objects(object_type))
            found = self._present[object_type] = [(one, self.timeline.joined(one)) for one in ids]
        return found

    @staticmethod
    def _first(started: Iterable[Instance]) -> list[Instance]:
        earliest: dict[Key, Instance] = {}
        for instance in sorted(started, key=lambda one: (one.missing is not None, one.start, one.event.id)):
            earliest.setdefault(instance.key, instance)
        return list(earliest.values())

    def _recurring(self, edition: Edition, must: Recur, started: list[Instance]) -> list[Instance]:
        """The instances that occurrences start: each while some trigger of the same key has not been closed."""
        duty = edition.duty
        triggers: dict[Key, list[tuple[Instance, date | None]]] = {}
        for instance in started:
            if instance.missing is None:
                triggers.setdefault(instance.key, []).append((instance, self.closed(instance)))
        starting = {(instance.key, instance.event.id): instance for instance in started}
        found = []
        for event in self._matching(must.pattern):
            for key in self.keys(duty, event):
                day, itself = event.happened, starting.get((key, event.id))
                if itself is not None:
                    itself.rank = 1  # it is an occurrence as well, and does not follow itself
                elif any(
                    one.start <= day and (closed is None or day < closed) for one, closed in triggers.get(key, ())
                ):
                    found.append(Instance(edition, key[0], key[1], key, event, day, rank=1))
        return found

    def _missing_scope(self, duty: Duty, subject: str) -> str:
        names: list[str] = []
        for scope in duty.where:
            thing = self.timeline.object(subject) if scope.of == duty.for_each else self.timeline.root
            attributes = thing.attributes if scope.through is None else {}
            names += [f"{scope.of}'s {words(name)}" for name in lacking([scope.test], attributes)]
        return f"whether this applies: the record does not say the {' or the '.join(dict.fromkeys(names))}"

    # --- by when ---------------------------------------------------------------------------------------------------

    def closed(self, instance: Instance) -> date | None:
        """The first day on or after the start on which the case closed, or the matter ended in some other way.

        What starts after the case has closed, and before it is taken up again, starts on a closed case.
        """
        duty, days = instance.edition.duty, self._closings
        if days and self._over(instance.start):
            return instance.start
        if duty.ends_with is not None:
            ends = self._matching(duty.ends_with)
            days = [*days, *(event.happened for event in ends if self._concerns(instance, event))]
        return min((day for day in days if day >= instance.start), default=None)

    def _over(self, start: date) -> bool:
        last = max((day for day in self._closings if day < start), default=None)
        if last is None:
            return False
        opened = self.timeline.events(word.name for word in self.words.events if word.lasting)
        return not any(last < event.happened <= start for event in opened)

    def _concerns(self, instance: Instance, event: EventRecord) -> bool:
        """Whether the event is about the instance's subject and `per` object, or about none of them in particular."""
        duty = instance.edition.duty
        subjects, pers = self.named(duty, event), event.about(duty.per) if duty.per else ()
        return (not subjects or instance.subject in subjects) and (not pers or instance.per in pers)

    def _set_due(self, instance: Instance) -> None:
        edition, deadline = instance.edition, instance.edition.duty.deadline
        if edition.missing is not None:
            instance.missing = edition.missing
        elif isinstance(deadline, Within) and edition.span:
            instance.due = self.calendar.after(instance.start, *edition.span)
        elif isinstance(deadline, OnDate):
            day = instance.event.attributes.get(deadline.attribute)
            instance.due = day if isinstance(day, date) else None
            instance.missing = (
                None if instance.due else f"the {instance.event.type} does not say the date '{deadline.attribute}'"
            )
        elif isinstance(deadline, Before):
            instance.due = self._first_day(instance, deadline.pattern)
        elif isinstance(deadline, ByClosure):
            instance.due = self.closed(instance)
        elif isinstance(deadline, AtOnce):
            instance.due = instance.start
        elif isinstance(deadline, Anniversary) and edition.span:
            self._set_anniversary(instance, deadline, edition.span[0])

    def _first_day(self, instance: Instance, pattern: Pattern) -> date | None:
        for event in self._matching(pattern):
            named = self.named(instance.edition.duty, event)
            if event.happened >= instance.start and (not named or instance.subject in named):
                return event.happened
        return None

    def _set_anniversary(self, instance: Instance, deadline: Anniversary, age: int) -> None:
        things = self.timeline.objects(deadline.of)
        if not deadline.youngest:
            things = [thing for thing in things if thing.id == instance.subject]
        days = [thing.attributes.get(deadline.attribute) for thing in things]
        known = [day for day in days if isinstance(day, date)]
        if not known or len(known) < len(days):
            instance.missing = f"the record does not say the {deadline.of}'s {words(deadline.attribute)} date"
        else:
            instance.due = birthday(max(known), age)

    # --- what may count --------------------------------------------------------------------------------------------

    def candidates(self, edition: Edition, instances: list[Instance]) -> Candidates:
        """Every event that may fulfil or excuse, by key."""
        duty, found = edition.duty, Candidates()
        if isinstance(duty.must, Never):
            # What names nobody in particular is about everybody: a whole record that is destroyed.
            everyone = sorted({instance.subject for instance in instances})
            for event in self._matching(duty.must.pattern):
                for key in self._keys(duty, event, self.named(duty, event) or everyone):
                    found.sure.setdefault(key, []).append(event)
        elif isinstance(duty.must, Happen | Recur):
            self._add_fulfilling(duty, duty.must.pattern, instances, found)
        for excuse in duty.unless:
            by_key: dict[Key, list[EventRecord]] = {}
            for event in self._matching(excuse.when) if isinstance(excuse.when, Pattern) else ():
                for key in self.keys(duty, event):
                    by_key.setdefault(key, []).append(event)
            found.excuses.append(by_key)
        return found

    def _matching(self, pattern: Pattern) -> list[EventRecord]:
        return [event for event in self.timeline.events(pattern.events) if matches(pattern, event)]

    def _add_fulfilling(self, duty: Duty, pattern: Pattern, instances: list[Instance], found: Candidates) -> None:
        for event in self.timeline.events(pattern.events):
            truth = matches(pattern, event)
            if truth is False:
                continue
            for key in self.keys(duty, event):
                (found.sure if truth else found.doubtful).setdefault(key, []).append(event)
            if any(name not in event.attributes for name in duty.same):
                for key in self._keys_it_may_have(duty, event, instances):
                    found.doubtful.setdefault(key, []).append(event)

    def _keys_it_may_have(self, duty: Duty, event: EventRecord, instances: list[Instance]) -> set[Key]:
        """The keys of the instances that an event which lacks a shared value may be about."""
        said = tuple(str(event.attributes[name]) if name in event.attributes else None for name in duty.same)
        named, pers = self.named(duty, event), event.about(duty.per) if duty.per else ("",)
        return {
            instance.key
            for instance in instances
            if instance.subject in named
            and instance.per in pers
            and all(mine in (None, theirs) for mine, theirs in zip(said, instance.key[2:], strict=True))
        }

    def held(self, instance: Instance, must: Hold) -> bool | None:
        """Whether the starting event satisfies what must hold of it."""
        shown = holds(must.test, instance.event.attributes)
        return all_true([shown, self._by_another(instance.event)]) if must.by_another else shown

    def _by_another(self, event: EventRecord) -> bool | None:
        """Whether nobody did it whom it is about, or who had led the case by then; unknown when nobody says who did it."""
        if not event.by:
            return None
        return not self._had_led(event) and not set(event.about(PRACTITIONER)) & set(event.by)

    def standing_days(self, instance: Instance, must: Stand) -> list[Sign]:
        """The days from the start on, at the end of which the right number of spells was open."""
        duty, spells = instance.edition.duty, {}
        begins = self._about(duty, must.begins, instance.subject)
        ends = self._about(duty, must.ends, instance.subject)
        for event in begins:
            for thing in event.about(must.of):
                end = next(
                    (
                        other.happened
                        for other in ends
                        if thing in other.about(must.of) and other.happened >= event.happened
                    ),
                    None,
                )
                spells[thing, event.id] = (event.happened, end)
        last_event = {
            event.happened: event for event in sorted((*begins, *ends), key=lambda one: (one.happened, one.id))
        }
        days = {instance.start: instance.event} | {
            day: event for day, event in last_event.items() if day > instance.start
        }
        found = []
        for day, event in sorted(days.items()):
            open_now = {
                thing for (thing, _), (begin, end) in spells.items() if begin <= day and (end is None or end > day)
            }
            if must.at_least <= len(open_now) and (must.at_most is None or len(open_now) <= must.at_most):
                found.append(sign(event, day))
        return found

    def _about(self, duty: Duty, pattern: Pattern, subject: str) -> list[EventRecord]:
        return [event for event in self._matching(pattern) if subject in self.named(duty, event)]

    def static_excuses(self, instance: Instance) -> Iterator[tuple[bool, Sign]]:
        """The exceptions that rest on the case or on the starting event, each with whether it excuses."""
        duty = instance.edition.duty
        for excuse in duty.unless:
            if isinstance(excuse.when, Scope):
                applies = in_scope(excuse.when, instance.subject, duty.for_each, self.timeline)
            elif isinstance(excuse.when, Carries):
                applies = holds(excuse.when.test, instance.event.attributes)
            else:
                continue
            if applies:
                yield excuse.excuses, sign(instance.event, instance.start)

    # --- judgements ------------------------------------------------------------------------------------------------

    def verdict(
        self, instance: Instance, done: Sign | None, day: date, starts: set[date], as_at: date
    ) -> Verdict | None:
        """The judgement that stands for work of that `day`, by somebody entitled to it.

        `starts` are all days on which the duty started about the same subject. A judgement is first of all of what came
        last before it: the last one before the next start stands. Where there is none, the first one after that stands
        for all that had not been judged.
        """
        valid = list(self._valid_verdicts(instance, done, day, as_at))
        following = min((other for other in starts if other > day), default=None)
        own = [verdict for verdict in valid if following is None or verdict.on < following]
        return own[-1] if own else valid[0] if valid else None

    def _valid_verdicts(self, instance: Instance, done: Sign | None, day: date, as_at: date) -> Iterator[Verdict]:
        edition, duty = instance.edition, instance.edition.duty
        if duty.judged is None:
            return
        for event in self._judgements(duty):
            if (
                event.happened >= day
                and instance.subject in self.named(duty, event)
                and (not instance.per or instance.per in event.about(str(duty.per)))
                and event.attributes.get("role") in duty.judged.roles
                and event.by
                and not self._barred(instance, done) & set(event.by)
                and not self._had_led(event)
                and (edition.valid_for is None or as_at <= self.calendar.after(event.happened, *edition.valid_for))
            ):
                yield Verdict(str(event.attributes["outcome"]), event.happened, event.id, event.recorded.date())

    def _judgements(self, duty: Duty) -> list[EventRecord]:
        """The judgements of that duty, or of its clause."""
        found = self._judged.get(duty.id)
        if found is None:
            every = self.timeline.events([JUDGEMENT])
            found = [event for event in every if event.attributes.get("clause") in (duty.id, duty.clause)]
            self._judged[duty.id] = found
        return found

    def _barred(self, instance: Instance, done: Sign | None) -> set[str]:
        """Who may not judge: the subject, and whoever did what is judged."""
        barred = {instance.subject, *instance.event.by}
        if done is not None:
            record = self.timeline.event(done.event)
            barred |= set(record.by)
        return barred

    def _had_led(self, event: EventRecord) -> bool:
        """Whether somebody did it who had led the case by then."""
        return any(event.happened >= since for since in map(self._answerable().get, event.by) if since)

    def _answerable(self) -> dict[str, date]:
        """Whoever has answered for the case, with the first day: from then on they may not judge work on it."""
        if self._answered is None:
            events = self.timeline.events(word.name for word in self.words.events if word.answerable)
            self._answered = {who: event.happened for event in reversed(events) for who in event.about(PRACTITIONER)}
        return self._answered
