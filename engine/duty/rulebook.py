"""The rulebook: every word, value and duty, checked against one another, frozen to canonical JSON and named by its hash.

It is the whole of what is run: judging from the JSON alone gives what judging from `rules/` gives.
"""

from __future__ import annotations

import hashlib
import importlib
import itertools
import json
import pkgutil
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Literal, NamedTuple, Self

from pydantic import ValidationError, model_validator

from engine.duty.language import (
    Anniversary,
    AttributeTest,
    Carries,
    Clause,
    Duty,
    Every,
    Happen,
    Hold,
    Never,
    NoOpenBreach,
    OnDate,
    Pattern,
    Recur,
    Scope,
    Some,
    Stand,
    Standing,
    Test,
    ValueRef,
    Within,
    covers,
)
from engine.duty.values import SPAN_UNITS, Value, explain, read_values
from engine.duty.words import Event, Thing
from engine.record.calendar import Calendar, Unit
from engine.record.dictionary import AttributeWord, Dictionary, Frozen
from engine.record.problem import RulebookProblem, nearest

JUDGEMENT = "judgement_recorded"
"""The event that a signed human judgement is: attributes `clause`, `outcome` (met, not_met) and `role`."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A duty between two days on which none of its values changes, with the values looked up.

    `span` is the deadline's number and unit when it has one; `missing` says why there is no deadline to judge by;
    `standing` is the deadline's. `valid_for` is how long a judgement stands, `valid_missing` why nobody can say.
    """

    duty: Duty
    from_: date
    until: date | None
    span: tuple[int, Unit] | None
    missing: str | None
    standing: Standing
    valid_for: tuple[int, Unit] | None
    valid_missing: str | None

    def covers(self, day: date) -> bool:
        """Whether an instance that starts on that day is this edition's."""
        return self.from_ <= day and (self.until is None or day < self.until)


class Rulebook(Frozen):
    """Everything that a run judges by."""

    format: Literal[1] = 1
    dictionary: Dictionary
    calendar: Calendar
    values: dict[str, Value]
    gists: tuple[Clause, ...] = ()
    duties: tuple[Duty, ...]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for duty in self.duties:
            _Check(self, duty).run()
        for duty in self.duties:
            if duty.id in self.on_trial and duty.status != "trial":
                raise RulebookProblem(
                    f"{duty.id}: one version is on trial and another is in force; try the new one under an id of its own, "
                    "such as a further part of the clause, and promote it when it has proved itself"
                )
        later = {duty.id for duty in self.duties if duty.about_outcomes}
        for duty in self.duties:
            if duty.id in later and not duty.about_outcomes:
                raise RulebookProblem(
                    f"{duty.id}: one version is about outcomes and another is not; give one of them an id of its own"
                )
        return self

    def canonical(self) -> str:
        """The rulebook as canonical JSON: keys in order, no spaces, dates as text."""
        return json.dumps(
            self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )

    @cached_property
    def sha256(self) -> str:
        """`sha256:` and the hash of the canonical JSON."""
        return "sha256:" + hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str | bytes, name: str) -> Rulebook:
        """The rulebook that was frozen as this text.

        Raises:
            RulebookProblem: when it is not one; `name` is the file's.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise RulebookProblem(f"{name}: not a frozen rulebook: {explain(error)}") from error

    @cached_property
    def clauses(self) -> dict[str, tuple[Duty, ...]]:
        """The duties of each clause, in the documents' order."""
        found: dict[str, tuple[Duty, ...]] = {}
        for duty in self.duties:
            found[duty.clause] = (*found.get(duty.clause, ()), duty)
        return found

    def title(self, clause: str) -> str:
        """The clause in a few words: its own gist where it holds several promises, else the title of its duty."""
        gists = {gist.id: gist.title for gist in self.gists}
        return gists.get(clause) or self.clauses[clause][0].title

    @cached_property
    def on_trial(self) -> frozenset[str]:
        """The ids of the duties that are judged on trial: shown apart, and in no total."""
        return frozenset(duty.id for duty in self.duties if duty.status == "trial")

    def chosen(self, ids: Iterable[str]) -> frozenset[str]:
        """The ids of the duties of these clauses or duties; of all of them when none is named.

        Raises:
            RulebookProblem: for an id that is neither a clause nor a duty.
        """
        wanted = set(ids)
        known = {*self.clauses, *(duty.id for duty in self.duties)}
        for name in sorted(wanted - known):
            raise RulebookProblem(f"unknown clause '{name}'{nearest(name, known)} (`kept rules list` shows them all)")
        return frozenset(duty.id for duty in self.duties if not wanted or {duty.id, duty.clause} & wanted)

    def rested_on(self, chosen: Iterable[str]) -> frozenset[str]:
        """The ids of the duties that those among the chosen ones which are about outcomes look at."""
        ids = set(chosen)
        musts = [duty.must for duty in self.duties if duty.id in ids and isinstance(duty.must, NoOpenBreach)]
        return frozenset(duty.id for duty in self.duties if any(must.looks_at(duty) for must in musts))

    def editions(self, *, stated_only: bool = False) -> list[Edition]:
        """Each duty once for every stretch of days in which none of its values changes.

        With `stated_only`, local values and deadlines count as not set.
        """
        return [edition for duty in self.duties for edition in self._editions(duty, stated_only)]

    def _editions(self, duty: Duty, stated_only: bool) -> Iterator[Edition]:
        changes = {version.from_ for ref in refs(duty) for version in self.values[ref.value].versions}
        days = sorted(
            {duty.in_force} | {day for day in changes if day > duty.in_force and (not duty.until or day < duty.until)}
        )
        for from_, until in zip(days, [*days[1:], duty.until], strict=True):
            lookup = _Lookup(self.values, from_, stated_only)
            deadline = duty.deadline
            span, standing, missing = None, _standing(deadline), None
            if isinstance(deadline, Within | Anniversary):
                span, standing, missing = lookup.span(deadline.value)
            elif stated_only and standing == "local":
                missing = "the deadline is local, and only stated ones were asked for"
            valid_for, _, valid_missing = (
                lookup.span(duty.judged.valid_for) if duty.judged and duty.judged.valid_for else (None, "stated", None)
            )
            resolved = Duty.model_validate(lookup.literal(duty.model_dump()))
            yield Edition(resolved, from_, until, span, missing or lookup.unset, standing, valid_for, valid_missing)


class _Lookup:
    """Values as they are on one day."""

    def __init__(self, values: dict[str, Value], day: date, stated_only: bool) -> None:
        self.values, self.day, self.stated_only = values, day, stated_only
        self.unset: str | None = None

    def span(self, ref: ValueRef) -> tuple[tuple[int, Unit] | None, Standing, str | None]:
        """The number and unit, its standing, and why there is none."""
        value = self.values[ref.value]
        version = value.on(self.day)
        if version is None or version.value is None:
            return None, "local" if version is None else version.standing, f"the value '{value.name}' is not set"
        if self.stated_only and version.standing == "local":
            return None, "local", f"the value '{value.name}' is local, and only stated ones were asked for"
        assert isinstance(version.value, int)  # noqa: S101 - the unit was checked when the rulebook was built
        return (version.value, value.unit), version.standing, None  # type: ignore[return-value]

    def literal(self, part: object) -> object:
        """A dumped duty with each list of codes that is a dated value written out."""
        if isinstance(part, dict):
            ref = part.get("values")
            if part.get("test") == "attribute" and isinstance(ref, dict):
                value = self.values[ref["value"]]
                version = value.on(self.day)
                if version is None or version.value is None or (self.stated_only and version.standing == "local"):
                    self.unset = f"the value '{value.name}' is not set"
                    return part
                return {**part, "values": version.value}
            return {key: self.literal(item) for key, item in part.items()}
        if isinstance(part, tuple | list):
            return tuple(self.literal(item) for item in part)
        return part


def _standing(deadline: object) -> Standing:
    return getattr(deadline, "standing", "stated")


def tests_in(test: Test | None) -> Iterator[AttributeTest]:
    """Every condition on one attribute inside a condition."""
    if isinstance(test, AttributeTest):
        yield test
    elif isinstance(test, Every | Some):
        for part in test.tests:
            yield from tests_in(part)


def patterns(duty: Duty) -> Iterator[Pattern]:
    """Every pattern of events in a duty."""
    yield duty.when
    if isinstance(duty.must, Happen | Recur | Never):
        yield duty.must.pattern
    if isinstance(duty.must, Stand):
        yield from (duty.must.begins, duty.must.ends)
    if isinstance(getattr(duty.deadline, "pattern", None), Pattern):
        yield duty.deadline.pattern  # type: ignore[union-attr]
    yield from (excuse.when for excuse in duty.unless if isinstance(excuse.when, Pattern))
    if duty.ends_with:
        yield duty.ends_with


def refs(duty: Duty) -> Iterator[ValueRef]:
    """Every dated value that a duty refers to."""
    if isinstance(duty.deadline, Within | Anniversary):
        yield duty.deadline.value
    if duty.judged and duty.judged.valid_for:
        yield duty.judged.valid_for
    tests = [match.test for found in patterns(duty) for match in found.any_of]
    tests += [scope.test for scope in duty.where]
    tests += [excuse.when.test for excuse in duty.unless if isinstance(excuse.when, Scope | Carries)]
    tests += [duty.must.test] if isinstance(duty.must, Hold) else []
    for test in tests:
        yield from (leaf.values for leaf in tests_in(test) if isinstance(leaf.values, ValueRef))


def unknown_in(rulebook: Rulebook, duty: Duty) -> str | None:
    """What the duty names that the rulebook does not have, or what it has in a way that does not fit; None when all is well."""
    try:
        _Check(rulebook, duty).run()
    except RulebookProblem as problem:
        return str(problem).removeprefix(f"{duty.id}: ")
    return None


class _Check:
    """Refuses a duty that names what the dictionary or the values do not have."""

    def __init__(self, rulebook: Rulebook, duty: Duty) -> None:
        self.words, self.values, self.duties, self.duty = rulebook.dictionary, rulebook.values, rulebook.duties, duty

    def run(self) -> None:
        self.words_known()
        self.start_carries()
        self.values_fit()
        if isinstance(self.duty.must, NoOpenBreach):
            self.looked_at(self.duty.must)
        if self.duty.judged:
            self.judgement(self.duty.judged.roles)

    def words_known(self) -> None:
        duty = self.duty
        self.known(duty.for_each, self.words.object, "type of object")
        if duty.per:
            self.known(duty.per, self.words.object, "type of object")
        for found in patterns(duty):
            for match in found.any_of:
                self.known(match.event, self.words.event, "event")
                self.attributes(match.test, self.words.event[match.event].attribute, match.event)
        for scope in [*duty.where, *(excuse.when for excuse in duty.unless if isinstance(excuse.when, Scope))]:
            self.scope(scope)

    def start_carries(self) -> None:
        """What is asked of the event that starts it is something that such an event has."""
        duty, deadline = self.duty, self.duty.deadline
        on_start = [duty.must.test] if isinstance(duty.must, Hold) else []
        on_start += [excuse.when.test for excuse in duty.unless if isinstance(excuse.when, Carries)]
        by_another = isinstance(duty.must, Hold) and duty.must.by_another
        for name in duty.when.events:
            attribute = self.words.event[name].attribute
            if by_another and self.words.event[name].by_subject:
                self.refuse(f"'{name}' is about whoever did it: nobody else can have done it")
            for test in on_start:
                self.attributes(test, attribute, name)
            for shared in duty.same:
                self.known(shared, attribute, f"attribute of '{name}'")

        starting = [*duty.when.events, *(duty.must.pattern.events if isinstance(duty.must, Recur) else ())]
        if isinstance(deadline, OnDate):
            for name in starting:
                if getattr(self.words.event[name].attribute.get(deadline.attribute), "kind", "") != "date":
                    self.refuse(f"'{name}' carries no date '{deadline.attribute}'")

    def values_fit(self) -> None:
        duty, deadline = self.duty, self.duty.deadline
        if duty.first and any(
            isinstance(leaf.values, ValueRef) for match in duty.when.any_of for leaf in tests_in(match.test)
        ):
            self.refuse("the first event of all cannot be chosen by a dated list")
        if isinstance(deadline, Anniversary):
            born = self.words.object[deadline.of].attribute.get(deadline.attribute)
            if getattr(born, "kind", "") != "date":
                self.refuse(f"'{deadline.of}' has no date '{deadline.attribute}'")
        for ref in refs(duty):
            self.known(ref.value, self.values, "value")
        spans = [deadline.value] if isinstance(deadline, Within | Anniversary) else []
        spans += [duty.judged.valid_for] if duty.judged and duty.judged.valid_for else []
        for ref in spans:
            if self.values[ref.value].unit not in SPAN_UNITS:
                self.refuse(f"the value '{ref.value}' is not a span of time")
        if isinstance(deadline, Anniversary) and self.values[deadline.value.value].unit != "years":
            self.refuse(f"the value '{deadline.value.value}' should be in years")

    def looked_at(self, must: NoOpenBreach) -> None:
        """Every clause that it names has a duty that it may look at."""
        others = [duty for duty in self.duties if not duty.about_outcomes]
        for name in must.clauses:
            if not any(covers(name, duty) for duty in others):
                if any(covers(name, duty) for duty in self.duties):
                    self.refuse(f"'{name}' is itself about outcomes, and cannot be looked at")
                self.known(name, sorted({duty.clause for duty in others}), "clause")

    def judgement(self, roles: tuple[str, ...]) -> None:
        self.known(JUDGEMENT, self.words.event, "event")
        word = self.words.event[JUDGEMENT].attribute.get("role")
        for role in roles:
            self.known(role, word.codes if word else {}, "role")

    def scope(self, scope: Scope) -> None:
        self.known(scope.of, self.words.object, "type of object")
        if scope.through is None:
            if scope.of != self.duty.for_each and scope.of not in self.words.roots:
                self.refuse(
                    f"a condition on '{scope.of}', which is neither the {self.duty.for_each} nor a case; use linked(…)"
                )
        elif scope.through not in self.words.object[self.duty.for_each].link:
            self.refuse(f"'{self.duty.for_each}' has no link '{scope.through}'")
        self.attributes(scope.test, self.words.object[scope.of].attribute, scope.of)

    def attributes(self, test: Test | None, known: dict[str, AttributeWord], where: str) -> None:
        for leaf in tests_in(test):
            self.known(leaf.attribute, known, f"attribute of '{where}'")
            if isinstance(leaf.values, ValueRef):
                self.known(leaf.values.value, self.values, "value")
                if self.values[leaf.values.value].unit != "codes":
                    self.refuse(f"the value '{leaf.values.value}' is not a list of codes")

    def known(self, name: str, known: Iterable[str], what: str) -> None:
        if name not in known:
            self.refuse(f"unknown {what} '{name}'{nearest(name, known)}")

    def refuse(self, why: str) -> None:
        raise RulebookProblem(f"{self.duty.id}: {why}")


class Gathered(NamedTuple):
    """What a package of rules declares, not yet held against one another: duties in the order of their numbers and days."""

    dictionary: Dictionary
    calendar: Calendar
    gists: tuple[Clause, ...]
    duties: tuple[Duty, ...]


def gather(package: ModuleType) -> Gathered:
    """The words, the calendar and the duties of a package of rules.

    Raises:
        RulebookProblem: when a module of it makes no sense, or there is no calendar or no duty.
    """
    things: dict[str, Thing] = {}
    events: dict[str, Event] = {}
    duties: list[Duty] = []
    gists: dict[str, Clause] = {}
    calendar: Calendar | None = None
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        for item in vars(module).values():
            if isinstance(item, Thing):
                things[item.word.name] = item
            elif isinstance(item, Event):
                events[item.word.name] = item
            elif isinstance(item, Calendar):
                calendar = item
            elif isinstance(item, Clause):
                gists[item.id] = item
            elif isinstance(item, Duty):
                duties.append(item)
    if calendar is None or not duties:
        raise RulebookProblem(f"{package.__name__}: no calendar or no duty in it")
    unique = {id(duty): duty for duty in duties}.values()
    try:
        dictionary = Dictionary(
            objects=tuple(item.word for item in things.values()), events=tuple(item.word for item in events.values())
        )
    except ValidationError as error:
        raise RulebookProblem(explain(error)) from error
    return Gathered(
        dictionary,
        calendar,
        tuple(sorted(gists.values(), key=lambda gist: number(gist.id))),
        tuple(sorted(unique, key=lambda duty: (number(duty.id), duty.in_force))),
    )


def collect(package: ModuleType, values: Path) -> Rulebook:
    """The rulebook of a package of rules: its words, its values, its duties in the order of their numbers.

    Raises:
        RulebookProblem: naming the duty or value that makes no sense, or an id that two duties share on one day.
    """
    gathered = gather(package)
    for one, two in itertools.pairwise(gathered.duties):
        if overlap(one, two):
            raise RulebookProblem(f"{one.id}: two versions are in force on {two.in_force}; end the first with ends=")
    try:
        return Rulebook(values=read_values(values), **gathered._asdict())
    except ValidationError as error:
        raise RulebookProblem(explain(error)) from error


def overlap(one: Duty, two: Duty) -> bool:
    """Whether two duties, the second not in force before the first, are versions of one and in force on one day."""
    return one.id == two.id and (one.until is None or one.until > two.in_force)


def number(clause: str) -> tuple[str, tuple[int, ...], str]:
    """What a clause's or duty's id sorts by: `NS-10.2` after `NS-9.5`."""
    numbers = tuple(int(digits) for digits in re.findall(r"[0-9]+", clause))
    return re.split(r"[0-9]", clause)[0], numbers, clause
