"""What a finding rests on, for somebody who expected another: its edition, values and events, and what nearly counted.

`engine.judge.explain` says why in a sentence for a supervisor. This is for whoever writes the rules, and goes further: it
looks at the whole record, also at what had not happened yet or was not on the record from where the judge looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from engine.duty.english import English, people, words
from engine.duty.language import (
    AttributeTest,
    Duty,
    EventMatch,
    Every,
    Excuse,
    Happen,
    Hold,
    Never,
    Pattern,
    Recur,
    Stand,
    Standing,
    Test,
)
from engine.duty.rulebook import JUDGEMENT, Edition, Rulebook, refs
from engine.judge.matching import holds, in_scope
from engine.judge.outcome import Finding
from engine.record.dictionary import PRACTITIONER, AttributeValue
from engine.record.model import CaseRecord, EventRecord
from engine.record.timeline import Timeline, View

Nearly = Literal["start", "what", "exception", "judgement"]
"""As what an event nearly counted."""

NEARLY: dict[Nearly, str] = {
    "start": "started it",
    "what": "counted",
    "exception": "counted as an exception",
    "judgement": "counted as a judgement",
}


@dataclass(frozen=True, slots=True)
class ValueRead:
    """A dated value as it was read: which version of it, its number or codes, whose it is and where it comes from."""

    name: str
    from_: date | None
    value: int | tuple[str, ...] | None
    unit: str
    standing: Standing | None
    source: str
    shown: str


@dataclass(frozen=True, slots=True)
class Near:
    """An event that nearly counted, and everything that it lacks."""

    as_what: Nearly
    event: EventRecord
    lacks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{told_event(self.event)} nearly {NEARLY[self.as_what]}, but {'; and '.join(self.lacks)}"


@dataclass(frozen=True, slots=True)
class Account:
    """What one finding rests on; or, where there is none for that subject, why the duty did not start.

    `start` is None where it did not start: then `starts_with` says what would have started it. The edition of the duty is
    in force from `from_` until the day before `until`.
    """

    duty: str
    subject: str | None
    start: date | None
    from_: date | None
    until: date | None
    values: tuple[ValueRead, ...]
    counted: tuple[EventRecord, ...]
    near: tuple[Near, ...]
    starts_with: str = ""

    def lines(self) -> Iterator[tuple[str, str]]:
        """What it rests on line by line, each with what the line is about: `("value", "ns_5_1_seen_within: 10 …")`."""
        if self.start is None:
            whom = f" for {self.subject}" if self.subject else ""
            yield "started", f"never{whom}: it starts with {self.starts_with}"
        elif self.from_ is not None:
            until = f" until {people(self.until - timedelta(days=1))}" if self.until else ""
            yield (
                "version",
                f"the one in force from {people(self.from_)}{until}, for it started on {people(self.start)}",
            )
        for value in self.values:
            yield (
                "value",
                f"{value.name}: {value.shown}"
                + (f", from {people(value.from_)}; source: {value.source}" if value.from_ else ""),
            )
        for event in self.counted:
            yield "counted", told_event(event)
        for near in self.near:
            yield "nearly", str(near)


def told_event(event: EventRecord) -> str:
    """`seen (child seen, 18 March 2025)`."""
    return f"{event.id} ({words(event.type)}, {people(event.happened)})"


def account_of(
    rulebook: Rulebook, case: CaseRecord, view: View, finding: Finding, *, stated_only: bool = False
) -> Account:
    """What the finding rests on, in that case seen from there."""
    editions = [one for one in rulebook.editions(stated_only=stated_only) if one.duty.id == finding.duty]
    edition = next(one for one in editions if one.covers(finding.start))
    looked = _Looked(rulebook, case, view, edition)
    events = {event.id: event for event in case.events}
    _, _, _, started, *per = finding.instance.split("/")
    near = looked.near(finding, events[started], per[0] if per else "")
    return Account(
        duty=finding.duty,
        subject=finding.subject,
        start=finding.start,
        from_=edition.from_,
        until=edition.until,
        values=tuple(_values(rulebook, edition)),
        counted=tuple(events[name] for name in finding.evidence if name in events),
        near=tuple(near),
    )


def not_started(rulebook: Rulebook, case: CaseRecord, view: View, duty: str, subject: str | None) -> Account:
    """Why that duty did not start for that subject (None: for anybody) in that case seen from there."""
    found: list[Near] = []
    starts: dict[str, None] = {}
    for edition in rulebook.editions():
        if edition.duty.id == duty:
            found += _Looked(rulebook, case, view, edition).near_starts(subject)
            starts[English(rulebook).named(edition.duty.when)] = None
    nearest = sorted(found, key=lambda one: (len(one.lacks), one.event.happened, one.event.id))[:1]
    return Account(duty, subject, None, None, None, (), (), tuple(nearest), starts_with="; or ".join(starts))


def _values(rulebook: Rulebook, edition: Edition) -> Iterator[ValueRead]:
    """The values that the edition was made with, by the duty as it was written: there they have their names still."""
    day = edition.from_
    written = next(
        duty
        for duty in rulebook.duties
        if duty.id == edition.duty.id and duty.in_force <= day and (duty.until is None or day < duty.until)
    )
    for name in dict.fromkeys(ref.value for ref in refs(written)):
        value = rulebook.values[name]
        version = value.on(day)
        yield ValueRead(
            name=name,
            from_=version.from_ if version else None,
            value=version.value if version else None,
            unit=value.unit,
            standing=version.standing if version else None,
            source=version.source if version else "",
            shown=English(rulebook).value(value, version),
        )


class _Looked:
    """One edition of a duty over the whole record of a case: what each event lacks to count."""

    def __init__(self, rulebook: Rulebook, case: CaseRecord, view: View, edition: Edition) -> None:
        self.rulebook, self.case, self.view, self.edition = rulebook, case, view, edition
        self.duty: Duty = edition.duty
        self.english = English(rulebook)
        self.timeline = Timeline(case, view)

    def near(self, finding: Finding, started: EventRecord, per: str) -> Iterator[Near]:
        """The nearest event of each kind that did not count, where one more would have made a difference."""
        about, outcome = _About(finding.subject, per, finding.start, finding.due, started), finding.outcome
        must = self.duty.must
        if outcome not in ("met", "excused", "unjudged"):
            if isinstance(must, Hold):
                lacks = [*self._test(must.test, started.attributes)]
                lacks += self._not_by_another(started) if must.by_another else []
                yield from [Near("what", started, tuple(lacks))] if lacks else []
            elif not (isinstance(must, Never) and outcome == "breached"):
                yield from self._nearest("what", self._fulfilling(about), about, finding.evidence)
        if outcome in ("late", "breached", "undetermined", "due", "lapsed"):
            excusing = [
                found
                for excuse in self.duty.unless
                if isinstance(excuse.when, Pattern)
                for found in self._excusing(excuse, excuse.when, about)
            ]
            yield from self._nearest("exception", excusing, about, finding.evidence)
        if self.duty.judged is not None and outcome in ("unjudged", "late", "breached", "met"):
            yield from self._nearest("judgement", self._judging(about, finding), about, finding.evidence)

    def near_starts(self, subject: str | None) -> Iterator[Near]:
        """Every event that might have started it, with what it lacks."""
        for event in self.case.events:
            if event.type not in self.duty.when.events:
                continue
            named = event.about(self.duty.for_each)
            lacks = [*self._unseen(event), *self._match(self.duty.when, event)]
            if subject is not None and named and subject not in named:
                lacks.append(self._other(named, subject, self.duty.for_each))
            if not self.edition.covers(event.happened):
                until = f" until {people(self.edition.until - timedelta(days=1))}" if self.edition.until else ""
                lacks.append(f"this version is in force from {people(self.edition.from_)}{until}")
            for one in [subject] if subject in self._there() else self._there():
                lacks += self._scopes(one)
            if lacks:
                yield Near("start", event, tuple(dict.fromkeys(lacks)))

    def _there(self) -> list[str]:
        return [thing.id for thing in self.timeline.objects(self.duty.for_each)]

    def _scopes(self, subject: str) -> Iterator[str]:
        for scope in self.duty.where:
            if in_scope(scope, subject, self.duty.for_each, self.timeline) is False:
                thing = self.timeline.object(subject) if scope.of == self.duty.for_each else self.timeline.root
                if scope.through is not None:
                    yield f"{subject} is linked to no {words(scope.of)} whose {self.english.condition(scope.test)}"
                else:
                    yield from self._test(scope.test, thing.attributes, f"{thing.id}'s")

    # --- what each kind lacks ----------------------------------------------------------------------------------------

    def _nearest(
        self, as_what: Nearly, found: Iterable[tuple[EventRecord, list[str]]], about: _About, counted: tuple[str, ...]
    ) -> Iterator[Near]:
        by = about.due or about.start
        several = [(event, lacks) for event, lacks in found if lacks and event.id not in counted]
        for event, lacks in sorted(
            several, key=lambda one: (len(one[1]), abs((one[0].happened - by).days), one[0].happened, one[0].id)
        )[:1]:
            yield Near(as_what, event, tuple(dict.fromkeys(lacks)))

    def _fulfilling(self, about: _About) -> Iterator[tuple[EventRecord, list[str]]]:
        must = self.duty.must
        if isinstance(must, Stand):
            pattern, already = must.begins, True
        elif isinstance(must, Happen | Recur | Never):
            pattern, already = must.pattern, isinstance(must, Happen) and must.already
        else:
            return
        for event in self._of(pattern):
            if event.id == about.started.id:
                continue
            lacks = [*self._match(pattern, event), *self._concerns(event, about), *self._unseen(event)]
            if event.happened < about.start and not already:
                lacks.append(f"it came before the start on {people(about.start)}")
            if isinstance(must, Never) and about.due is not None and event.happened >= about.due:
                lacks.append(f"it came only when the limit, {people(about.due)}, was reached")
            yield event, lacks

    def _excusing(self, excuse: Excuse, pattern: Pattern, about: _About) -> Iterator[tuple[EventRecord, list[str]]]:
        for event in self._of(pattern):
            lacks = [*self._match(pattern, event), *self._concerns(event, about), *self._unseen(event)]
            if event.happened < about.start and not excuse.already:
                lacks.append(f"it came before the start on {people(about.start)}")
            if about.due is not None and event.happened > about.due:
                lacks.append(f"it came after the due date, {people(about.due)}")
            if not excuse.excuses:
                lacks.append("the exception is local: it shows a reason and excuses nothing")
            yield event, lacks

    def _judging(self, about: _About, finding: Finding) -> Iterator[tuple[EventRecord, list[str]]]:
        judged, duty = self.duty.judged, self.duty
        assert judged is not None  # noqa: S101 - asked only of duties that are judged
        records = {event.id: event for event in self.case.events}
        did = {who for name in finding.evidence if records[name].type != JUDGEMENT for who in records[name].by}
        for event in self.case.events:
            if event.type != JUDGEMENT or event.attributes.get("clause") not in (duty.id, duty.clause):
                continue
            lacks = [*self._concerns(event, about), *self._unseen(event)]
            if (since := finding.done or about.start) > event.happened:
                lacks.append(f"it came before what is judged, {people(since)}")
            if event.attributes.get("role") not in judged.roles:
                role = event.attributes.get("role")
                lacks.append(f"a {words(str(role))} may not judge it" if role else "it does not say in which role")
            if not event.by:
                lacks.append("it does not say who judged")
            led = self._led(event.happened)
            for who in event.by:
                if who in did or who == about.subject or who in led:
                    lacks.append(f"{who} is who is judged, did what is judged, or has led the case")
            if self.edition.valid_for is not None:
                last = self.rulebook.calendar.after(event.happened, *self.edition.valid_for)
                if last < self.view.as_at:
                    lacks.append(f"it stood only until {people(last)}")
            yield event, lacks

    # --- parts -------------------------------------------------------------------------------------------------------

    def _of(self, pattern: Pattern) -> list[EventRecord]:
        return [event for event in self.case.events if event.type in pattern.events]

    def _unseen(self, event: EventRecord) -> Iterator[str]:
        if event.happened > self.view.as_at:
            yield f"as at {people(self.view.as_at)} it had not happened yet"
        elif event.recorded > self.view.known_at:
            yield f"it was put on the record only on {people(event.recorded.date())}"

    def _led(self, day: date) -> set[str]:
        """Who had led the case by then."""
        answers = {word.name for word in self.rulebook.dictionary.events if word.answerable}
        earlier = [event for event in self.case.events if event.type in answers and event.happened <= day]
        return {who for event in earlier for who in event.about(PRACTITIONER)}

    def _not_by_another(self, event: EventRecord) -> list[str]:
        """What an event lacks that somebody else should have done."""
        barred = {*event.about(PRACTITIONER), *self._led(event.happened)}
        who_may_not = [
            f"{who} did it, and is whom it is about or has led the case" for who in event.by if who in barred
        ]
        return who_may_not if event.by else ["it does not say who did it"]

    def _concerns(self, event: EventRecord, about: _About) -> Iterator[str]:
        named = event.about(self.duty.for_each)
        if about.subject not in named:
            yield self._other(named, about.subject, self.duty.for_each)
        if about.per and self.duty.per and about.per not in event.about(self.duty.per):
            yield self._other(event.about(self.duty.per), about.per, self.duty.per)
        for name in self.duty.same:
            said, wanted = event.attributes.get(name), about.started.attributes.get(name)
            if said != wanted:
                yield f"{_said(name, said)}, and what started it has {shown(wanted)}"

    @staticmethod
    def _other(named: tuple[str, ...], wanted: str, kind: str) -> str:
        return f"it is about {', '.join(named)}, not {wanted}" if named else f"it names no {words(kind)}"

    def _match(self, pattern: Pattern, event: EventRecord) -> list[str]:
        """What the event lacks of the alternative that it comes nearest to."""
        matches: list[EventMatch] = [match for match in pattern.any_of if match.event == event.type]
        several = [list(self._test(match.test, event.attributes)) for match in matches]
        return min(several, key=len, default=[])

    def _test(self, test: Test | None, attributes: dict[str, AttributeValue], whose: str = "its") -> Iterator[str]:
        if test is None or holds(test, attributes):
            return
        if isinstance(test, Every):
            for part in test.tests:
                yield from self._test(part, attributes, whose)
        elif isinstance(test, AttributeTest):
            said = _said(test.attribute, attributes.get(test.attribute), whose)
            yield f"{said}, and what counts is: {self.english.condition(test)}"
        else:
            yield f"what counts is: {self.english.condition(test)}"


@dataclass(frozen=True, slots=True)
class _About:
    """Which instance: its subject, its `per` object, its days, and the event that started it."""

    subject: str
    per: str
    start: date
    due: date | None
    started: EventRecord


def _said(name: str, value: AttributeValue | None, whose: str = "its") -> str:
    return f"{whose} {words(name)} is {'not on the record' if value is None else shown(value)}"


def shown(value: AttributeValue | None) -> str:
    """An attribute's value for people."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return people(value)
    if isinstance(value, tuple):
        return ", ".join(words(one) for one in value)
    return words(str(value))
