"""The examples of a clause in words: what each begins with, what happened, and what must come of it.

The examples are read by `engine.policy.examples`, beside which this package stands: they come in as what they have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from engine.duty.english import STANDING, words
from engine.duty.language import Duty, Standing
from engine.duty.rulebook import Edition, Rulebook
from engine.judge.outcome import Flag, Outcome
from engine.record.dictionary import AttributeValue, AttributeWord, Dictionary
from engine.record.model import CaseRecord, EventRecord, ObjectRecord
from engine.record.timeline import View
from engine.report.wording import FLAGS, day, moment


class Expectation(Protocol):
    """One expected finding. What is None is not compared, but for `due`: no day."""

    @property
    def outcome(self) -> Outcome:
        """The outcome."""

    @property
    def duty(self) -> str | None:
        """The duty that it is about, where the clause has several."""

    @property
    def subject(self) -> str | None:
        """The id of the object that it is about."""

    @property
    def start(self) -> date | None:
        """The day on which it starts."""

    @property
    def due(self) -> date | None:
        """The day by which it must be, if there is one."""

    @property
    def done(self) -> date | None:
        """The day on which it was done."""

    @property
    def standing(self) -> Standing | None:
        """Whose the due date is."""

    @property
    def evidence(self) -> tuple[str, ...]:
        """The ids of the events that it rests on; the first is what started it."""

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What stands beside the outcome."""


class ExampleRead(Protocol):
    """An example as it was read from its file."""

    @property
    def name(self) -> str:
        """A sentence."""

    @property
    def case(self) -> CaseRecord:
        """What is on the record."""

    @property
    def view(self) -> View:
        """From where it is looked at."""

    @property
    def stated_only(self) -> bool:
        """Whether local values count as not set."""

    @property
    def draft(self) -> bool:
        """Whether nobody has agreed to it yet."""

    @property
    def expect(self) -> Sequence[Expectation]:
        """Every finding of the clause; none when it applies to nobody."""


@dataclass(frozen=True, slots=True)
class EventTold:
    """An event of an example. `seen`: it had happened and was on the record, from where the example looks."""

    number: int
    on: date
    what: str
    seen: bool


@dataclass(frozen=True, slots=True)
class ExpectedTold:
    """What must come of an example, for one subject. `evidence` are the numbers of its events."""

    outcome: Outcome
    about: str
    start: date | None
    due: date | None
    done: date | None
    standing: Standing
    evidence: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def due_told(self) -> str:
        """The due date with whose it is: `due 18 March 2025 (local, not the standard's)`."""
        return f"due {day(self.due)} ({STANDING[self.standing]})" if self.due else "no due date"

    @property
    def rests_on(self) -> str:
        """The events that it rests on, by number: `rests on 1 and 2`."""
        *first, last = [str(number) for number in self.evidence] or ["nothing"]
        return f"rests on {', '.join(first)}{' and ' if first else ''}{last}"


@dataclass(frozen=True, slots=True)
class ExampleTold:
    """An example: its sentence, from where it is looked at, how it differs from the setting, what happened, what comes of it."""

    name: str
    as_at: date
    notes: tuple[str, ...]
    events: tuple[EventTold, ...]
    expect: tuple[ExpectedTold, ...]


@dataclass(frozen=True, slots=True)
class ExamplesTold:
    """The examples of a clause, and what they begin with unless they say otherwise."""

    setting: tuple[str, ...] = ()
    each: tuple[ExampleTold, ...] = ()


def tell_examples(rulebook: Rulebook, duties: Sequence[Duty], examples: Sequence[ExampleRead]) -> ExamplesTold:
    """The examples in words, those of other parts of the clause left out.

    Args:
        rulebook: whose words and values they are told with.
        duties: the duties that the page is about: all of a clause, or one part of it.
        examples: the examples of the whole clause, as read.
    """
    settings = [_setting(example.case, rulebook.dictionary) for example in examples]
    counted = Counter(part for setting in settings for part in setting.items())
    usual = {key: told for (key, told), count in counted.items() if 2 * count > len(examples)}
    ids = {duty.id for duty in duties}
    editions = [edition for edition in rulebook.editions() if edition.duty.id in ids]
    told = []
    for example, setting in zip(examples, settings, strict=True):
        expect = [one for one in example.expect if one.duty is None or one.duty in ids]
        if expect or not example.expect:
            told.append(_example(example, expect, editions, rulebook.dictionary, _differences(setting, usual)))
    return ExamplesTold(tuple(usual.values()), tuple(told))


# --- what an example begins with -----------------------------------------------------------------------------------------


def _setting(case: CaseRecord, dictionary: Dictionary) -> dict[str, str]:
    """The record without its events, part by part: the case, each of its attributes, each object."""
    root = case.root
    told = {"": f"{words(root.type)} {root.id}"}
    for name, attribute in root.attributes.items():
        told[words(name)] = f"{words(name)}: {_shown(attribute, dictionary.object[root.type].attribute.get(name))}"
    for thing in case.objects:
        told[thing.id] = _object(thing, case, dictionary)
    return told


def _object(thing: ObjectRecord, case: CaseRecord, dictionary: Dictionary) -> str:
    known = dictionary.object[thing.type].attribute
    said = [words(thing.type)]
    said += [f"{words(name)} {_shown(value, known.get(name))}" for name, value in thing.attributes.items()]
    for link in case.links:
        if link.source != thing.id:
            continue
        if link.target != case.id:
            said.append(f"{words(link.qualifier)} {link.target}")
        if link.happened is not None:
            late = link.recorded is not None and link.recorded.date() != link.happened
            said.append(f"joined {day(link.happened)}" + (f", recorded {day(link.recorded)}" if late else ""))  # type: ignore[arg-type]
    return f"{thing.id} ({', '.join(said)})"


def _differences(setting: dict[str, str], usual: dict[str, str]) -> tuple[str, ...]:
    other = [told for key, told in setting.items() if usual.get(key) != told]
    return (*other, *(f"{key}: not on the record" for key in usual if key not in setting))


def _shown(value: AttributeValue, word: AttributeWord | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, tuple):
        return ", ".join(words(each) for each in value)
    return words(value) if isinstance(value, str) and word is not None and word.kind == "code" else str(value)


# --- what happened, and what comes of it ---------------------------------------------------------------------------------


def _example(
    example: ExampleRead,
    expect: Sequence[Expectation],
    editions: Sequence[Edition],
    dictionary: Dictionary,
    notes: Sequence[str],
) -> ExampleTold:
    case, view = example.case, example.view
    in_order = sorted(case.events, key=lambda event: event.happened)
    numbers = {event.id: number for number, event in enumerate(in_order, start=1)}
    more = [*(["a draft, which proves nothing yet"] if example.draft else []), *notes]
    if example.stated_only:
        more.append("judged only by what the standards or the court state")
    if view.known_at != View(view.as_at).known_at:
        more.append(f"by what was on the record by {moment(view.known_at)}")
    return ExampleTold(
        name=example.name,
        as_at=view.as_at,
        notes=tuple(more),
        events=tuple(
            EventTold(numbers[event.id], event.happened, _event(event, case, dictionary),
                      view.shows(event.happened, event.recorded))
            for event in in_order
        ),
        expect=tuple(_expected(one, case, editions, numbers) for one in expect),
    )  # fmt: skip


def _event(event: EventRecord, case: CaseRecord, dictionary: Dictionary) -> str:
    """`child seen: amy; how telephone; by fca1; recorded 19 March 2025`."""
    about = list(dict.fromkeys(target for kind, target in event.links if kind != "by" and target != case.id))
    known = dictionary.event[event.type].attribute
    said = [f"{words(name)} {_shown(value, known.get(name))}" for name, value in event.attributes.items()]
    said += [f"by {who}" for who in event.by if who not in about]
    if event.recorded.date() != event.happened:
        said.append(f"recorded {day(event.recorded)}")
    return "; ".join([words(event.type) + (f": {', '.join(about)}" if about else ""), *said])


def _expected(one: Expectation, case: CaseRecord, editions: Sequence[Edition], numbers: dict[str, int]) -> ExpectedTold:
    start = one.start or _start(one, case)
    several = len({edition.duty.id for edition in editions}) > 1
    about = [name for name in (one.duty if several else None, one.subject) if name]
    return ExpectedTold(
        outcome=one.outcome,
        about=", ".join(about),
        start=start,
        due=one.due,
        done=one.done,
        standing=one.standing or _standing(one, editions, start),
        evidence=tuple(numbers[event] for event in one.evidence if event in numbers),
        notes=tuple(FLAGS[flag] for flag in one.flags),
    )


def _start(one: Expectation, case: CaseRecord) -> date | None:
    """The day of the event that started it, or on which its subject joined, if that was later."""
    days = [event.happened for event in case.events if event.id in one.evidence[:1]]
    joined = [
        link.happened for link in case.links if link.happened and (link.source, link.target) == (one.subject, case.id)
    ]
    return max([*days, *joined]) if days else None


def _standing(one: Expectation, editions: Sequence[Edition], start: date | None) -> Standing:
    """Whose the due date is. Where that cannot be told, it is not called the standard's."""
    found = {
        edition.standing
        for edition in editions
        if one.duty in (None, edition.duty.id) and (start is None or edition.covers(start))
    }
    return found.pop() if len(found) == 1 else "local"
