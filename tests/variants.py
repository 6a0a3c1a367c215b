"""Random timelines by the hundred for one rulebook: some drawn by Hypothesis, which takes 30 ms for each, and many varied
from each of those with ordinary chance, every one as well formed as a case that was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.duty.rulebook import Rulebook
from engine.record.building import CaseBuilder
from engine.record.dictionary import AttributeValue, AttributeWord
from engine.record.model import CaseRecord, EventRecord, LinkRecord, ObjectRecord
from engine.record.problem import RecordProblem
from engine.record.timeline import View
from tests.strategies import (
    DICTIONARY,
    EVENTS,
    IDS,
    Window,
    cases,
    contents,
    days,
    moments,
    rulebooks,
    rulebooks_of_every_form,
    windows,
)

_Drawn = TypeVar("_Drawn")


class Batch(NamedTuple):
    """What a judge is asked: cases with ids of their own, a rulebook, and from where to look at them."""

    cases: list[CaseRecord]
    rulebook: Rulebook
    as_at: date
    known_at: datetime | None = None
    stated_only: bool = False

    @property
    def view(self) -> View:
        return View(self.as_at, self.known_at)


# --- drawing


def drawn(strategy: SearchStrategy[_Drawn], count: int, seed: int) -> list[_Drawn]:
    """So many of what the strategy gives: the same for the same seed."""
    found: list[_Drawn] = []

    @seeded(seed)
    @settings(max_examples=count, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(one: _Drawn) -> None:
        found.append(one)

    collect()
    return found


class _Asked(NamedTuple):
    window: Window
    rulebook: Rulebook
    as_at: date
    known_at: datetime | None
    stated_only: bool


MANY_IDS = (*IDS, "TT-2.10", "TT-3.1", "TT-3.2a", "TT-3.2b", "TT-4.1", "TT-10.1")


@st.composite
def _asked(draw: DrawFn, every_form: bool) -> _Asked:
    window = draw(windows())
    ends = tuple(window.last + timedelta(days=more) for more in (0, 0, 30, 366))
    as_at = draw(days(window) if draw(st.integers(0, 6)) == 3 else st.sampled_from(ends))
    known_at = draw(moments(window)) if draw(st.integers(0, 5)) == 3 else None
    stated_only = draw(st.integers(0, 7)) == 3
    many = rulebooks(window, 6, least=3, ids=MANY_IDS)
    books = rulebooks_of_every_form(window) if every_form else many
    return _Asked(window, draw(books), as_at, known_at, stated_only)


def batches(count: int, seed: int, *, cases_each: int, variants: int, every_form: bool = False) -> Iterator[Batch]:
    """So many batches: a few cases for each rulebook, and so many variants of each."""
    random = Random(seed)  # noqa: S311 - chance, not secrecy
    for number, asked in enumerate(drawn(_asked(every_form), count, seed)):
        found: list[CaseRecord] = []
        # Hypothesis begins with the plainest case of all and repeats itself now and then: all the same to us.
        for case in drawn(cases(asked.window, asked.rulebook.duties), cases_each, 1000 * seed + number):
            found += [case, *_variants(case, asked, variants, random)]
        yield Batch([named(case, f"{case.id}.{place}") for place, case in enumerate(found)], *asked[1:])


def named(case: CaseRecord, name: str) -> CaseRecord:
    """The same case under another id."""

    def new(thing: str) -> str:
        return name if thing == case.id else thing

    return CaseRecord(
        root=case.root.model_copy(update={"id": name}),
        objects=case.objects,
        links=tuple(tie.model_copy(update={"source": new(tie.source), "target": new(tie.target)}) for tie in case.links),
        events=tuple(
            event.model_copy(update={"links": tuple(sorted((what, new(thing)) for what, thing in event.links))})
            for event in case.events
        ),
    )  # fmt: skip


# --- varying


def rebuilt(case: CaseRecord) -> CaseRecord:
    """The case through the gate that every case comes through.

    Raises:
        RecordProblem: when it is not well formed.
    """
    builder = CaseBuilder(DICTIONARY, "varied")
    builder.add_object("", case.root.id, case.root.type, case.root.attributes, root=True)
    for thing in case.objects:
        builder.add_object("", thing.id, thing.type, thing.attributes)
    for tie in case.links:
        builder.add_link("", tie.source, tie.qualifier, tie.target, tie.happened, tie.recorded)
    for event in case.events:
        builder.add_event("", event.id, event.type, event.happened, event.recorded, list(event.links), event.attributes)
    return builder.finish()


def _variants(case: CaseRecord, asked: _Asked, count: int, random: Random) -> Iterator[CaseRecord]:
    """So many cases like it, each with one to five changes; those that are not well formed are left out."""
    chance = _Chance(asked, random)
    made = 0
    while made < count:
        varied = case
        for _ in range(random.choice((1, 2, 3, 5))):
            varied = random.choice(_CHANGES)(varied, chance)
        try:
            yield rebuilt(varied)
        except RecordProblem:
            continue
        made += 1


class _Chance:
    """What variants are made with: days and contents as `strategies` draws them, clauses that may be judged."""

    def __init__(self, asked: _Asked, random: Random) -> None:
        self.window, self.random = asked.window, random
        self.clauses = sorted({name for duty in asked.rulebook.duties for name in (duty.id, duty.clause)})

    def day(self) -> date:
        if self.random.random() < 0.6:
            return self.random.choice(self.window.hot)
        return self.window.first + timedelta(days=self.random.randint(0, 40))

    def recorded(self, happened: date) -> datetime:
        hour = self.random.choice((time(0), time(17), time(23, 59, 59)))
        return datetime.combine(happened + timedelta(days=self.random.choice((0, 0, 0, 1, 5, 15))), hour)

    def content(self, word: AttributeWord) -> AttributeValue | None:
        return self.random.choice(self.clauses if word.name == "clause" else contents(word, self.window))

    def one_event(self, case: CaseRecord, change: Callable[[EventRecord], EventRecord | None]) -> CaseRecord:
        """The case with one event changed, or without it when the change leaves nothing."""
        if not case.events:
            return case
        place = self.random.randrange(len(case.events))
        left = change(case.events[place])
        events = (*case.events[:place], *([left] if left else []), *case.events[place + 1 :])
        return case.model_copy(update={"events": events})


def _no_event(case: CaseRecord, chance: _Chance) -> CaseRecord:
    return chance.one_event(case, lambda _: None)


def _another_day(case: CaseRecord, chance: _Chance) -> CaseRecord:
    happened = chance.day()
    new = {"happened": happened, "recorded": chance.recorded(happened)}
    return chance.one_event(case, lambda event: event.model_copy(update=new))


def _recorded_then(case: CaseRecord, chance: _Chance) -> CaseRecord:
    return chance.one_event(case, lambda event: event.model_copy(update={"recorded": chance.recorded(event.happened)}))


def _another_type(case: CaseRecord, chance: _Chance) -> CaseRecord:
    word = chance.random.choice(EVENTS).word

    def changed(event: EventRecord) -> EventRecord:
        kept = {name: value for name, value in event.attributes.items() if name in word.attribute}
        links = tuple(tie for tie in event.links if tie[0] in ("by", case.root.type, *word.about))
        return event.model_copy(update={"type": word.name, "attributes": kept, "links": links})

    return chance.one_event(case, changed)


def _another_attribute(case: CaseRecord, chance: _Chance) -> CaseRecord:
    def changed(event: EventRecord) -> EventRecord:
        return event.model_copy(
            update={"attributes": _changed(event.attributes, DICTIONARY.event[event.type].attributes, chance)}
        )

    return chance.one_event(case, changed)


def _another_object(case: CaseRecord, chance: _Chance) -> CaseRecord:
    def changed(thing: ObjectRecord) -> ObjectRecord:
        return thing.model_copy(
            update={"attributes": _changed(thing.attributes, DICTIONARY.object[thing.type].attributes, chance)}
        )

    place = chance.random.randint(-1, len(case.objects) - 1)
    if place < 0:
        return case.model_copy(update={"root": changed(case.root)})
    objects = (*case.objects[:place], changed(case.objects[place]), *case.objects[place + 1 :])
    return case.model_copy(update={"objects": objects})


def _changed(
    attributes: dict[str, AttributeValue], words: tuple[AttributeWord, ...], chance: _Chance
) -> dict[str, AttributeValue]:
    if not words:
        return attributes
    word = chance.random.choice(words)
    kept = {name: value for name, value in attributes.items() if name != word.name}
    content = chance.content(word)
    return kept if content is None else {**kept, word.name: content}


def _about_another(case: CaseRecord, chance: _Chance) -> CaseRecord:
    """One event is about one object more, or fewer."""
    others = [thing.id for thing in case.objects]

    def changed(event: EventRecord) -> EventRecord:
        own = {(what, thing) for what, thing in event.links if thing == case.id and what == case.root.type}
        types = {thing.id: thing.type for thing in case.objects}
        about = [(types[name], name) for name in others if types[name] in DICTIONARY.event[event.type].about]
        about += [("by", name) for name in others if types[name] == "practitioner"]
        turned = {chance.random.choice(about)} if about else set()
        return event.model_copy(update={"links": tuple(sorted(own | (set(event.links) - own) ^ turned))})

    return chance.one_event(case, changed)


def _another_link(case: CaseRecord, chance: _Chance) -> CaseRecord:
    """One link from another day, or recorded on another, or gone."""
    if not case.links:
        return case
    place = chance.random.randrange(len(case.links))
    tie, happened = case.links[place], chance.day()
    left: list[LinkRecord] = chance.random.choice(
        (
            [],
            [tie.model_copy(update={"happened": happened, "recorded": None})],
            [tie.model_copy(update={"happened": happened, "recorded": chance.recorded(happened)})],
            [tie.model_copy(update={"happened": None, "recorded": chance.recorded(happened)})],
            [tie.model_copy(update={"happened": None, "recorded": None})],
        )
    )
    return case.model_copy(update={"links": (*case.links[:place], *left, *case.links[place + 1 :])})


def _once_more(case: CaseRecord, chance: _Chance) -> CaseRecord:
    """One event again, under another id, on the same day or another."""
    if not case.events:
        return case
    event = chance.random.choice(case.events)
    name = f"e{chance.random.randint(1, 40)}"
    happened = chance.random.choice((event.happened, chance.day()))
    again = event.model_copy(update={"id": name, "happened": happened, "recorded": chance.recorded(happened)})
    return case.model_copy(update={"events": (*case.events, again)})


def _ids_exchanged(case: CaseRecord, chance: _Chance) -> CaseRecord:
    """Two events under one another's ids, by which those of one day are ordered."""
    if len(case.events) < 2:
        return case
    one, two = chance.random.sample(case.events, 2)
    names = {one.id: two.id, two.id: one.id}
    events = tuple(event.model_copy(update={"id": names.get(event.id, event.id)}) for event in case.events)
    return case.model_copy(update={"events": events})


_CHANGES: tuple[Callable[[CaseRecord, _Chance], CaseRecord], ...] = (
    _no_event, _another_day, _another_day, _recorded_then, _another_type, _another_attribute, _another_attribute,
    _another_object, _about_another, _another_link, _once_more, _ids_exchanged,
)  # fmt: skip
