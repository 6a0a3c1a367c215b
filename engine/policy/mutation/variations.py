"""Small variations of an example: a day later, an event less, another code, an exception more, across a version date.

They are made to tell two versions of one duty apart, so they change what either of the two looks at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

from engine.duty.english import people, words
from engine.duty.language import (
    Anniversary,
    EventMatch,
    OnDate,
    Plain,
    ValueRef,
)
from engine.duty.rulebook import JUDGEMENT, Rulebook, patterns, refs, tests_in
from engine.policy.examples import Example
from engine.policy.mutation.varied_values import DAY, any_value, having, others, satisfying, shown, tests_of
from engine.record.dictionary import ACTOR, EARLIEST, LATEST, AttributeValue, Dictionary
from engine.record.model import CaseRecord, EventRecord, LinkRecord, ObjectRecord
from engine.record.timeline import View

NEW_EVENT: Final = "added"
NEW_PERSON: Final = "somebody"


_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Variation:
    """An example with something changed, and what."""

    says: tuple[str, ...]
    example: Example


class Varied:
    """Makes variations that may tell apart what is judged by these rulebooks, each with some version of one duty."""

    def __init__(self, duty: str, books: Iterable[Rulebook]) -> None:
        self.books = tuple(books)
        self.words: Dictionary = self.books[0].dictionary
        self.duties = [one for book in self.books for one in book.duties if one.id == duty]
        tests = [test for one in self.duties for test in tests_of(one)]
        self.asked = list(dict.fromkeys(leaf.attribute for test in tests for leaf in tests_in(test)))
        for one in self.duties:
            self.asked += [
                *one.same,
                *([one.deadline.attribute] if isinstance(one.deadline, OnDate | Anniversary) else []),
            ]
        self.asked += ["role", "outcome"] if any(one.judged for one in self.duties) else []
        self.asked = list(dict.fromkeys(self.asked))
        self.matches = list(self._matches())

    # --- from where it is looked at ----------------------------------------------------------------------------------

    def looks(self, example: Example, days: Iterable[date]) -> Iterator[Variation]:
        """The same timeline seen from other days, and by stated values only."""
        as_at = example.view.as_at
        for day in dict.fromkeys([as_at + DAY, as_at - DAY, *days]):
            if EARLIEST <= day <= LATEST and day != as_at:
                yield Variation((f"as at {people(day)}",), replace(example, view=View(day)))
        if not example.stated_only:
            yield Variation(("by stated values only",), replace(example, stated_only=True))

    # --- another timeline --------------------------------------------------------------------------------------------

    def timelines(self, example: Example, days: Iterable[date]) -> Iterator[Variation]:
        """Other timelines, one thing changed in each, of each kind in turn; what the file gives to all of its examples stays as it is."""
        here = list(dict.fromkeys(days))
        own = example.case.events[example.given.events :]
        kinds: list[Iterator[Variation]] = [
            self._across_versions(example),
            self._added(example, here),
            (one for event in own for one in self._other_days(example, event, here)),
            (one for event in own for one in self._other_attributes(example, event)),
            (self._put(example, event, None, f"without {event.id}") for event in own),
            self._other_objects(example),
            self._joining_late(example, here),
        ]
        return in_turn(kinds)

    def _put(self, example: Example, event: EventRecord, changed: EventRecord | None, says: str) -> Variation:
        events = tuple(
            changed if one is event else one for one in example.case.events if changed is not None or one is not event
        )
        kept = tuple(one for one in events if one is not None)
        return Variation((says,), replace(example, case=example.case.model_copy(update={"events": kept})))

    def _other_days(self, example: Example, event: EventRecord, days: list[date]) -> Iterator[Variation]:
        late = event.recorded - datetime.combine(event.happened, time.min)
        for day in dict.fromkeys([event.happened - DAY, event.happened + DAY, *days]):
            if day != event.happened and EARLIEST <= day <= LATEST:
                moved = {"happened": day, "recorded": datetime.combine(day, time.min) + late}
                says = f"{event.id} on {people(day)}"
                yield self._put(example, event, event.model_copy(update=moved), says)

    def _other_attributes(self, example: Example, event: EventRecord) -> Iterator[Variation]:
        word = self.words.event[event.type]
        for name in self.asked:
            if name in word.attribute:
                for value in others(word.attribute[name], event.attributes.get(name), self._meant(name)):
                    if value is None and name in word.needs:
                        continue
                    changed = event.model_copy(update={"attributes": having(event.attributes, name, value)})
                    yield self._put(example, event, changed, f"{event.id} with {words(name)} {shown(value)}")

    def _other_objects(self, example: Example) -> Iterator[Variation]:
        case = example.case
        for thing in (case.root, *case.objects):
            known = self.words.object[thing.type].attribute
            for name in self.asked:
                word = known.get(name)
                for value in others(word, thing.attributes.get(name), self._meant(name)) if word else ():
                    changed = thing.model_copy(update={"attributes": having(thing.attributes, name, value)})
                    says = f"{thing.id} with {words(name)} {shown(value)}"
                    yield Variation((says,), replace(example, case=_replaced(case, thing, changed)))

    def _joining_late(self, example: Example, days: list[date]) -> Iterator[Variation]:
        """Somebody who is in the case from the start joins it on one of these days."""
        case = example.case
        for link in case.links:
            thing = next((one for one in case.objects if one.id == link.source), None)
            if thing is None or link.target != case.id or link.happened is not None:
                continue
            if not self.words.object[thing.type].link[link.qualifier].membership:
                continue
            for day in days:
                joined = link.model_copy(update={"happened": day, "recorded": datetime.combine(day, time.min)})
                links = tuple(joined if one is link else one for one in case.links)
                says = f"{thing.id} joined on {people(day)}"
                yield Variation((says,), replace(example, case=case.model_copy(update={"links": links})))

    def _across_versions(self, example: Example) -> Iterator[Variation]:
        """The whole of it moved, so that its first start, or any event, falls on either side of a version date."""
        case = example.case
        if example.given.events or not case.events:
            return
        starting = [event.happened for one in self.duties for event in case.events if event.type in one.when.events]
        for change in self._changes():
            for day in (change, change - DAY):
                for start in sorted(set(starting))[:2]:
                    if day != start:
                        moved = _moved(example, day - start)
                        if moved is not None:
                            yield Variation((f"moved, so that what was on {people(start)} is on {people(day)}",), moved)

    def _changes(self) -> list[date]:
        found: dict[date, None] = {}
        for book in self.books:
            for one in book.duties:
                if one.id != self.duties[0].id:
                    continue
                days = [one.in_force, *([one.until] if one.until else [])]
                days += [version.from_ for ref in refs(one) for version in book.values[ref.value].versions]
                found |= dict.fromkeys(days)
        return sorted(found)

    # --- an event more -----------------------------------------------------------------------------------------------

    def _matches(self) -> Iterator[EventMatch]:
        """The events that either version looks at, as it would have them."""
        seen: set[EventMatch] = set()
        closing = [word.closed_by for word in self.words.objects if word.closed_by]
        for one in self.duties:
            several = [match for pattern in patterns(one) for match in pattern.any_of]
            several += [EventMatch(event=JUDGEMENT)] if one.judged else []
            for match in [*several, *(EventMatch(event=name) for name in dict.fromkeys(closing))]:
                if match not in seen:
                    seen.add(match)
                    yield match

    def _added(self, example: Example, days: list[date]) -> Iterator[Variation]:
        case = example.case
        ids = {event.id for event in case.events}
        name = next(
            f"{NEW_EVENT}{number or ''}" for number in range(len(ids) + 1) if f"{NEW_EVENT}{number or ''}" not in ids
        )
        for match in self.matches:
            for wider, links in self._about(match.event, case):
                for attributes in self._attributes(match):
                    for day in days:
                        if not EARLIEST <= day <= LATEST:
                            continue
                        event = EventRecord(
                            id=name, type=match.event, happened=day, recorded=datetime.combine(day, time.min),
                            attributes=attributes, links=links,
                        )  # fmt: skip
                        changed = wider.model_copy(update={"events": (*case.events, event)})
                        yield Variation(
                            (f"with {words(match.event)} on {people(day)}",), replace(example, case=changed)
                        )

    def _about(self, event: str, case: CaseRecord) -> Iterator[tuple[CaseRecord, tuple[tuple[str, str], ...]]]:
        """Whom the event may be about: each of those whom the duty is for, and one of whatever else it needs."""
        word = self.words.event[event]
        for_each = {one.for_each for one in self.duties} | {one.per for one in self.duties if one.per}
        links = {(case.root.type, case.id)}
        wider = case
        subjects: list[tuple[str, str]] = []
        for kind in dict.fromkeys([*word.needs, *word.about]):
            if kind not in word.about or kind == case.root.type:
                continue
            there = [thing.id for thing in case.objects if thing.type == kind]
            if kind in for_each:
                subjects += [(kind, one) for one in there]
            elif kind in word.needs:
                if not there:
                    return
                links.add((kind, there[0]))
        if ACTOR in word.needs:
            wider, who = _somebody(case)
            links.add((ACTOR, who))
        for subject in subjects:
            yield wider, tuple(sorted(links | {subject}))
        if not {kind for kind, _ in subjects} & set(word.needs):
            yield wider, tuple(sorted(links))

    def _attributes(self, match: EventMatch) -> Iterator[dict[str, AttributeValue]]:
        """Attributes that satisfy the condition, in each of the ways in which it can be satisfied."""
        word = self.words.event[match.event]
        for satisfied in satisfying(match.test, word.attribute):
            full = dict(satisfied)
            for name in word.needs:
                if name in word.attribute and name not in full:
                    full[name] = any_value(word.attribute[name], self._meant(name))
            for one in self.duties[:1]:
                if match.event == JUDGEMENT and one.judged:
                    full |= {"clause": one.clause, "role": one.judged.roles[0]}
            yield full

    def _meant(self, name: str) -> tuple[Plain, ...]:
        """What the duties ask of an attribute of that name."""
        leaves = [
            leaf for one in self.duties for test in tests_of(one) for leaf in tests_in(test) if leaf.attribute == name
        ]
        values = [self._written_out(leaf.values) for leaf in leaves]
        return tuple(dict.fromkeys(value for several in values for value in several))

    def _written_out(self, values: tuple[Plain, ...] | ValueRef) -> tuple[Plain, ...]:
        """The codes themselves, those of every version of a dated list."""
        if isinstance(values, tuple):
            return values
        versions = [version.value for book in self.books for version in book.values[values.value].versions]
        return tuple(code for codes in versions if isinstance(codes, tuple) for code in codes)


def _replaced(case: CaseRecord, thing: ObjectRecord, changed: ObjectRecord) -> CaseRecord:
    if thing is case.root:
        return case.model_copy(update={"root": changed})
    return case.model_copy(update={"objects": tuple(changed if one is thing else one for one in case.objects)})


def _somebody(case: CaseRecord) -> tuple[CaseRecord, str]:
    """The case with a practitioner who did nothing else in it, and their id."""
    if any(thing.id == NEW_PERSON for thing in case.objects):
        return case, NEW_PERSON
    person = ObjectRecord(id=NEW_PERSON, type="practitioner")
    return case.model_copy(update={"objects": (*case.objects, person)}), NEW_PERSON


def _moved(example: Example, by: timedelta) -> Example | None:
    """All of its days moved by so many; None where that leaves what a record can hold."""
    case = example.case

    def day(one: date) -> date:
        return one + by

    days = [example.view.as_at, *(event.happened for event in case.events)]
    if not all(
        EARLIEST <= one <= LATEST and EARLIEST.toordinal() <= one.toordinal() + by.days <= LATEST.toordinal()
        for one in days
    ):
        return None
    events = tuple(
        event.model_copy(
            update={
                "happened": day(event.happened),
                "recorded": event.recorded + by,
                "attributes": {
                    name: day(value) if isinstance(value, date) else value for name, value in event.attributes.items()
                },
            }
        )
        for event in case.events
    )
    links = tuple(_moved_link(link, by) for link in case.links)
    view = View(day(example.view.as_at), example.view.known_at + by)
    return replace(example, case=case.model_copy(update={"events": events, "links": links}), view=view)


def _moved_link(link: LinkRecord, by: timedelta) -> LinkRecord:
    return link.model_copy(
        update={
            "happened": link.happened + by if link.happened else None,
            "recorded": link.recorded + by if link.recorded else None,
        }
    )


def in_turn(several: Iterable[Iterator[_Part]]) -> Iterator[_Part]:
    """One of each in turn, until all are at their end."""
    waiting = list(several)
    while waiting:
        left = []
        for one in waiting:
            for step in one:
                yield step
                left.append(one)
                break
        waiting = left
