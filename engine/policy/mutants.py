"""Mutants: a duty with one small thing made wrong, as a slip of the pen would have it.

A mutant that no example of its clause notices is a missing example. `engine.policy.mutation` tries them; here they are
made. What cannot change any outcome, by the forms of the language alone, is not made, and the reason stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar

from pydantic import ValidationError

from engine.duty.english import people, span, words
from engine.duty.language import (
    Anniversary,
    AtClosure,
    AtOnce,
    AttributeTest,
    Before,
    BeJudged,
    ByClosure,
    Carries,
    Duty,
    EventMatch,
    Every,
    Excuse,
    Happen,
    Hold,
    Never,
    OnDate,
    Pattern,
    Plain,
    Recur,
    Scope,
    Stand,
    Standing,
    Test,
    ValueRef,
)
from engine.duty.rulebook import Rulebook, refs
from engine.duty.values import Value, ValueVersion
from engine.record.dictionary import Frozen
from engine.record.problem import RulebookProblem

Kind = Literal[
    "value", "unit", "day", "standing", "exception", "already", "condition", "code", "number", "scope", "object",
    "event", "force", "closure", "first", "count", "same", "ending", "judgement", "role", "validity", "lasting",
]  # fmt: skip
"""What is wrong with a mutant."""

DAY = timedelta(days=1)
FLIPPED: dict[Standing, Standing] = {"stated": "local", "local": "stated", "court": "local"}
"""`court` excuses and counts as `stated` does; only `local` is different."""

_ALWAYS = Every(tests=())
"""A condition that everything satisfies."""

_CLOSURES: dict[AtClosure, str] = {
    "falls_due": "falls due at closure",
    "lapses": "lapses at closure",
    "goes_on": "goes on after closure",
}

_Model = TypeVar("_Model", bound=Frozen)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One duty with one thing wrong in it: what, in a few words, and a rulebook of that duty alone."""

    duty: str
    clause: str
    kind: Kind
    says: str
    rulebook: Rulebook

    def __str__(self) -> str:
        return f"{self.duty}: {self.says}"


Change = tuple[Kind, str, dict[str, object]]
"""What is wrong, in which words, and the fields of the duty that are other than they were."""

Changed = tuple[Kind, str, Test | None]


def mutants(rulebook: Rulebook, clauses: Iterable[str] = ()) -> Iterator[Mutant]:
    """Every mutant of the duties of these clauses (or of these duties), of all when none is named, duty by duty.

    A mutant that the rulebook itself refuses needs no example and is left out.

    Raises:
        RulebookProblem: for an unknown clause.
    """
    chosen = rulebook.chosen(clauses)
    for duty in rulebook.duties:
        if duty.id in chosen:
            yield from _Mutants(rulebook, duty).made()


class _Mutants:
    """The mutants of one duty, in one version."""

    def __init__(self, rulebook: Rulebook, duty: Duty) -> None:
        self.rulebook, self.duty = rulebook, duty
        self.fields: dict[str, object] = {name: getattr(duty, name) for name in Duty.model_fields}

    def made(self) -> Iterator[Mutant]:
        """Each once, however it comes about."""
        seen: set[object] = {self.duty}
        for kind, says, fields in self._of_the_duty():
            try:
                changed = Duty.model_validate({**self.fields, **fields})
                if changed not in seen:
                    seen.add(changed)
                    yield self._mutant(kind, says, changed, self.rulebook.values)
            except (ValidationError, RulebookProblem):
                continue
        for name in dict.fromkeys(ref.value for ref in refs(self.duty)):
            for kind, says, value in self._of_a_value(self.rulebook.values[name]):
                try:
                    yield self._mutant(kind, says, self.duty, {**self.rulebook.values, name: value})
                except RulebookProblem:
                    continue

    def _mutant(self, kind: Kind, says: str, changed: Duty, values: dict[str, Value]) -> Mutant:
        book = self.rulebook
        versions = tuple(changed if one is self.duty else one for one in book.duties if one.id == self.duty.id)
        alone = Rulebook(dictionary=book.dictionary, calendar=book.calendar, values=values, duties=versions)
        return Mutant(self.duty.id, self.duty.clause, kind, says, alone)

    def _of_the_duty(self) -> Iterator[Change]:
        # `status` is not flipped: it is shown on the clause's page, and no outcome rests on it.
        yield from self._when()
        yield from self._whom()
        yield from self._what()
        yield from self._by_when()
        yield from self._exceptions()
        yield from self._judgement()
        yield from self._days()

    # --- values --------------------------------------------------------------------------------------------------

    def _of_a_value(self, value: Value) -> Iterator[tuple[Kind, str, Value]]:
        """One version of the value, or its unit, made wrong."""
        unit = "days" if value.unit in ("working_days", "weeks", "months") else None
        unit = "working_days" if value.unit == "days" else unit
        for position, version in enumerate(value.versions):
            following = value.versions[position + 1 :]
            if (following and following[0].from_ <= self.duty.in_force) or self._over(version):
                continue  # this version never holds while the duty is in force
            for kind, says, changed in self._of_a_version(value, version):
                versions = (*value.versions[:position], changed, *following)
                kept = _other(value, versions=versions)
                try:
                    yield kind, says, Value.model_validate({name: getattr(kept, name) for name in Value.model_fields})
                except ValidationError:
                    continue
            if unit and isinstance(version.value, int):
                says = f"{span(version.value, unit)} instead of {span(version.value, value.unit)}"
                if unit == "days" and version.value == 0:
                    says = "the same day instead of the same or the next working day"
                yield "unit", f"{says}{self._whose(value)}", _other(value, unit=unit)
                unit = None

    def _over(self, version: ValueVersion) -> bool:
        return self.duty.until is not None and version.from_ >= self.duty.until

    def _of_a_version(self, value: Value, version: ValueVersion) -> Iterator[tuple[Kind, str, ValueVersion]]:
        now, whose = version.value, self._whose(value)
        for other in (now + 1, now - 1) if isinstance(now, int) else ():
            yield "value", f"{other} {words(value.unit)} instead of {now}{whose}", _other(version, value=other)
        codes = now if isinstance(now, tuple) and len(now) > 1 else ()
        for code in codes:
            rest = tuple(one for one in codes if one != code)
            yield "code", f"without “{words(code)}”{whose}", _other(version, value=rest)
        flipped = FLIPPED[version.standing]
        yield "standing", f"{flipped} instead of {version.standing}{whose}", _other(version, standing=flipped)
        # A value that begins before the duty may begin on any other day before it.
        for moved in (version.from_ - DAY, version.from_ + DAY):
            if max(moved, version.from_) > self.duty.in_force:
                says = f"from {people(moved)} instead of {people(version.from_)}{whose}"
                yield "day", f"the value {says}", _other(version, from_=moved)

    def _whose(self, value: Value) -> str:
        """Which value it is, where the duty has several."""
        several = len({ref.value for ref in refs(self.duty)}) > 1
        return f" ({words(value.name)})" if several else ""

    # --- when and whom -------------------------------------------------------------------------------------------

    def _when(self) -> Iterator[Change]:
        duty = self.duty
        for kind, says, changed in _of_a_pattern(duty.when):
            yield kind, f"start: {says}", {"when": changed}
        says = "each time instead of the first" if duty.first else "the first time instead of each"
        yield "first", f"start: {says}", {"first": not duty.first}
        # Whether it lasts matters to those who may join late, when the event need not name them, and only at the start.
        joins = any(link.membership for link in self.rulebook.dictionary.object[duty.for_each].links)
        for match in duty.when.any_of if joins else ():
            if duty.for_each not in self.rulebook.dictionary.event[match.event].needs:
                flipped = _other(match, lasting=not match.lasting)
                what = f"“{words(match.event)}” {'does not hold' if match.lasting else 'holds'} for who joins later"
                matches = tuple(flipped if one is match else one for one in duty.when.any_of)
                yield "lasting", f"start: {what}", {"when": Pattern(any_of=matches)}

    def _whom(self) -> Iterator[Change]:
        duty, book = self.duty, self.rulebook.dictionary
        happening = duty.must.pattern.events if isinstance(duty.must, Happen | Recur | Never) else ()
        about = dict.fromkeys(name for event in (*duty.when.events, *happening) for name in book.event[event].about)
        # What an event may name, and the timelines that others join: a case, in place of each child in it.
        joined = dict.fromkeys(
            name for word in book.objects for link in word.links if link.membership for name in link.to
        )
        for name in about | joined:
            if name not in (duty.for_each, duty.per):
                yield "object", f"for each {words(name)} instead of {words(duty.for_each)}", {"for_each": name}
        if duty.per:
            yield "object", f"not separately for each {words(duty.per)}", {"per": None}
            for name in about:
                if name not in (duty.for_each, duty.per):
                    says = f"separately for each {words(name)} instead of {words(duty.per)}"
                    yield "object", says, {"per": name}
        for position, scope in enumerate(duty.where):
            rest = (duty.where[:position], duty.where[position + 1 :])
            yield "scope", f"where: without “{_said_scope(scope)}”", {"where": (*rest[0], *rest[1])}
            for kind, says, test in _of_a_test(scope.test):
                if test is not None:
                    changed = _other(scope, test=test)
                    yield kind, f"where: {says}", {"where": (*rest[0], changed, *rest[1])}

    # --- what ----------------------------------------------------------------------------------------------------

    def _what(self) -> Iterator[Change]:
        must = self.duty.must
        if isinstance(must, Happen | Recur | Never):
            for kind, says, changed in _of_a_pattern(must.pattern):
                yield kind, f"what: {says}", {"must": _other(must, pattern=changed)}
            for name in must.same:
                rest = tuple(one for one in must.same if one != name)
                yield "same", f"whatever the {words(name)}", {"must": _other(must, same=rest)}
        if isinstance(must, Happen):
            says = "an earlier one does not count" if must.already else "an earlier one counts"
            yield "already", f"what: {says}", {"must": _other(must, already=not must.already)}
            for count in (must.at_least + 1, must.at_least - 1):
                if count > 0:
                    says = f"at least {count} instead of {must.at_least}"
                    yield "count", f"what: {says}", {"must": _other(must, at_least=count)}
        if isinstance(must, Stand):
            yield from self._standing(must)
        if isinstance(must, Hold):
            for kind, says, test in _of_a_test(must.test):
                yield kind, f"what: {says}", {"must": Hold(test=test or _ALWAYS)}

    @staticmethod
    def _standing(must: Stand) -> Iterator[Change]:
        for kind, says, changed in _of_a_pattern(must.begins):
            yield kind, f"begins: {says}", {"must": _other(must, begins=changed)}
        for kind, says, changed in _of_a_pattern(must.ends):
            yield kind, f"ends: {says}", {"must": _other(must, ends=changed)}
        for count in (must.at_least + 1, must.at_least - 1):
            if count >= 0:
                says = f"what: at least {count} instead of {must.at_least}"
                yield "count", says, {"must": _other(must, at_least=count)}
        for count in (must.at_most + 1, must.at_most - 1) if must.at_most is not None else ():
            if count >= 0:
                yield "count", f"what: at most {count} instead of {must.at_most}", {"must": _other(must, at_most=count)}

    # --- by when -------------------------------------------------------------------------------------------------

    def _by_when(self) -> Iterator[Change]:
        duty, deadline = self.duty, self.duty.deadline
        if isinstance(deadline, Before):
            for kind, says, changed in _of_a_pattern(deadline.pattern):
                yield kind, f"before: {says}", {"deadline": _other(deadline, pattern=changed)}
        if isinstance(deadline, OnDate | Before | ByClosure):
            flipped = FLIPPED[deadline.standing]
            says = f"deadline {flipped} instead of {deadline.standing}"
            yield "standing", says, {"deadline": _other(deadline, standing=flipped)}
        if isinstance(deadline, Anniversary):
            says = (
                f"the {words(duty.for_each)}'s own instead of the youngest's" if deadline.youngest else "the youngest's"
            )
            other = _other(deadline, youngest=not deadline.youngest)
            yield "object", f"until: {says}", {"deadline": other}
        for closure in self._closures():
            yield "closure", f"{_CLOSURES[closure]} instead of: {_CLOSURES[duty.at_closure]}", {"at_closure": closure}
        for kind, says, pattern in _of_a_pattern(duty.ends_with) if duty.ends_with else ():
            yield kind, f"ends with: {says}", {"ends_with": pattern}
        if duty.ends_with:
            yield "ending", "nothing but closure ends it", {"ends_with": None}

    def _closures(self) -> Iterator[AtClosure]:
        """What else might become of it at closure, and would show."""
        duty = self.duty
        alike: list[set[AtClosure]] = []
        if isinstance(duty.deadline, AtOnce):
            # Due on the day it starts, and nothing closes before: falling due at closure is falling due that day.
            alike = [{"falls_due", "goes_on"}]
        elif isinstance(duty.must, BeJudged):
            # Nothing is open or breached for want of an event: what lapses is never asked.
            alike = [{"lapses", "goes_on"}]
        elif isinstance(duty.must, Never) and isinstance(duty.deadline, ByClosure):
            # Its limit is the closure, and once that has come it is met or breached.
            return
        shown = [duty.at_closure]
        for closure in _CLOSURES:
            if closure not in shown and not any({closure, other} in alike for other in shown):
                shown.append(closure)
                yield closure

    # --- exceptions, judgements, force, days ---------------------------------------------------------------------

    def _exceptions(self) -> Iterator[Change]:
        duty = self.duty
        for position, excuse in enumerate(duty.unless):

            def put(*instead: Excuse, at: int = position) -> dict[str, object]:
                return {"unless": (*duty.unless[:at], *instead, *duty.unless[at + 1 :])}

            name = f"exception “{_said_excuse(excuse)}”"
            flipped = FLIPPED[excuse.standing]
            yield "exception", f"without {name}", put()
            yield "standing", f"{name}: {flipped} instead of {excuse.standing}", put(_other(excuse, standing=flipped))
            if isinstance(excuse.when, Pattern):
                # Only events come before or after a start: of a condition on an object or on the start it is not asked.
                says = "an earlier one does not count" if excuse.already else "an earlier one counts"
                yield "already", f"{name}: {says}", put(_other(excuse, already=not excuse.already))
                for kind, says, changed in _of_a_pattern(excuse.when):
                    yield kind, f"{name}: {says}", put(_other(excuse, when=changed))
            else:
                for kind, says, test in _of_a_test(excuse.when.test):
                    when = _other(excuse.when, test=test or _ALWAYS)
                    yield kind, f"{name}: {says}", put(_other(excuse, when=when))

    def _judgement(self) -> Iterator[Change]:
        judged = self.duty.judged
        if judged is None:
            return
        yield "judgement", "nobody judges it", {"judged": None}
        for role in judged.roles if len(judged.roles) > 1 else ():
            rest = tuple(one for one in judged.roles if one != role)
            changed = _other(judged, roles=rest)
            yield "role", f"a {words(role)} may not judge it", {"judged": changed}
        if judged.valid_for:
            yield "validity", "a judgement stands for ever", {"judged": _other(judged, valid_for=None)}

    def _days(self) -> Iterator[Change]:
        duty = self.duty
        other = "should" if duty.force == "must" else "must"
        yield "force", f"{other} instead of {duty.force}", {"force": other}
        for moved in (duty.in_force - DAY, duty.in_force + DAY):
            yield "day", f"in force from {people(moved)} instead of {people(duty.in_force)}", {"in_force": moved}
        if duty.until:
            for moved in (duty.until - DAY, duty.until + DAY):
                yield "day", f"in force until {people(moved)} instead of {people(duty.until)}", {"until": moved}


# --- patterns and conditions ---------------------------------------------------------------------------------------------


def _of_a_pattern(pattern: Pattern) -> Iterator[tuple[Kind, str, Pattern]]:
    """One alternative left out, or one condition made wrong."""
    for position, match in enumerate(pattern.any_of):
        before, after = pattern.any_of[:position], pattern.any_of[position + 1 :]
        if before or after:
            yield "event", f"without {_said_match(match)}", Pattern(any_of=(*before, *after))
        for kind, says, test in _of_a_test(match.test) if match.test else ():
            changed = _other(match, test=test)
            yield kind, f"“{words(match.event)}” {says}", Pattern(any_of=(*before, changed, *after))


def _of_a_test(test: Test) -> Iterator[Changed]:
    """One condition left out (None: the only one), one of its codes left out, or its number one up or down."""
    if isinstance(test, AttributeTest):
        yield "condition", f"without the condition “{_said(test)}”", None
        yield from _of_a_condition(test)
        return
    for position, part in enumerate(test.tests):
        for kind, says, changed in _of_a_test(part):
            left = [*test.tests[:position], *([changed] if changed else []), *test.tests[position + 1 :]]
            yield kind, says, left[0] if len(left) == 1 else _other(test, tests=tuple(left))


def _of_a_condition(test: AttributeTest) -> Iterator[Changed]:
    if isinstance(test.values, ValueRef):
        return  # a list that is a dated value loses its codes there
    if test.op in ("at_least", "at_most"):
        for number in (int(test.values[0]) + 1, int(test.values[0]) - 1):
            changed = _other(test, values=(number,))
            yield "number", f"with “{_said(changed)}” instead of {test.values[0]}", changed
    elif len(test.values) > 1:
        for code in test.values:
            changed = _other(test, values=tuple(one for one in test.values if one != code))
            yield "code", f"with “{_said(test)}” without “{words(str(code))}”", changed


_OPS = {"is": "", "one_of": "", "none_of": "not ", "not_said_to_be": "not said to be ", "present": "recorded",
        "absent": "not recorded", "at_least": "at least ", "at_most": "at most ", "includes": "with all of "}  # fmt: skip


def _said(test: Test) -> str:
    """The condition in a few words: `kind first`, `how not said to be telephone`."""
    if not isinstance(test, AttributeTest):
        return (", " if isinstance(test, Every) else " or ").join(_said(part) for part in test.tests)
    values = (test.values.value,) if isinstance(test.values, ValueRef) else test.values
    listed = ", ".join(_shown(value) for value in values)
    return f"{words(test.attribute)} {_OPS[test.op]}{listed}".rstrip()


def _shown(value: Plain) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words(str(value))


def _said_match(match: EventMatch) -> str:
    return f"“{words(match.event)}”" + (f" ({_said(match.test)})" if match.test else "")


def _said_scope(scope: Scope) -> str:
    through = f" ({words(scope.through)})" if scope.through else ""
    return f"{words(scope.of)}{through} {_said(scope.test)}"


def _said_excuse(excuse: Excuse) -> str:
    if isinstance(excuse.when, Scope):
        return _said_scope(excuse.when)
    if isinstance(excuse.when, Carries):
        return f"start with {_said(excuse.when.test)}"
    return " or ".join(
        words(match.event) + (f" ({_said(match.test)})" if match.test else "") for match in excuse.when.any_of
    )


def _other(model: _Model, **fields: object) -> _Model:
    """The model with these fields other than they were; whether it makes sense is asked of the whole duty."""
    changed = model.model_copy(update=fields)
    for name in set(changed.__dict__) - set(type(changed).model_fields):
        del changed.__dict__[name]  # what was worked out from the fields as they were
    return changed
