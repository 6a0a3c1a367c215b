"""The words that rules are written with, so that a duty reads as a sentence.

`rules/vocabulary.py` makes its words with `thing` and `event`; the duties combine those words:

    duty("NS-5.1", "Every child is seen, or the reason is recorded",
         for_each=child, when=case_accepted, must=happen(child_seen), within=value("ns_5_1_seen_within"), ...)

Everything here only builds the frozen models of `engine.duty.language`; nothing is run.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from pydantic import ValidationError

from engine.duty.language import (
    Anniversary,
    AtClosure,
    AtOnce,
    AttributeTest,
    Basis,
    Before,
    BeJudged,
    ByClosure,
    Carries,
    Clause,
    Deadline,
    Duty,
    EventMatch,
    Every,
    Excuse,
    Force,
    Happen,
    Hold,
    Judgement,
    Must,
    Never,
    NoDeadline,
    NoOpenBreach,
    OnDate,
    Op,
    Pattern,
    Plain,
    Recur,
    Scope,
    Stand,
    Standing,
    Status,
    Test,
    ValueRef,
    Within,
)
from engine.duty.values import explain
from engine.record.calendar import Calendar as Calendar  # rules take every word from here
from engine.record.dictionary import AttributeWord, EventWord, LinkWord, ObjectWord
from engine.record.problem import RulebookProblem, nearest

STATED: Final[Standing] = "stated"
COURT: Final[Standing] = "court"
LOCAL: Final[Standing] = "local"
MUST: Final[Force] = "must"
SHOULD: Final[Force] = "should"
FALLS_DUE: Final[AtClosure] = "falls_due"
LAPSES: Final[AtClosure] = "lapses"
GOES_ON: Final[AtClosure] = "goes_on"
INFERRED: Final[Basis] = "inferred"
UNDER_REVIEW: Final[Status] = "under_review"
TRIAL: Final[Status] = "trial"


# --- the dictionary's words --------------------------------------------------------------------------------------------


def text(says: str) -> AttributeWord:
    """An attribute that holds a few words."""
    return AttributeWord(name="unnamed", says=says, kind="text")


def flag(says: str) -> AttributeWord:
    """An attribute that is true or false."""
    return AttributeWord(name="unnamed", says=says, kind="flag")


def day(says: str) -> AttributeWord:
    """An attribute that holds a date."""
    return AttributeWord(name="unnamed", says=says, kind="date")


def number(says: str) -> AttributeWord:
    """An attribute that holds a whole number."""
    return AttributeWord(name="unnamed", says=says, kind="number")


def code(says: str, codes: dict[str, str]) -> AttributeWord:
    """An attribute that holds one of these codes."""
    return AttributeWord(name="unnamed", says=says, kind="code", codes=codes)


def codes(says: str, codes: dict[str, str]) -> AttributeWord:
    """An attribute that holds any number of these codes."""
    return AttributeWord(name="unnamed", says=says, kind="codes", codes=codes)


def _named(attributes: dict[str, AttributeWord]) -> tuple[AttributeWord, ...]:
    return tuple(word.model_copy(update={"name": name}) for name, word in attributes.items())


class Attribute:
    """An attribute of a type of object, to put a condition on."""

    def __init__(self, of: str, word: AttributeWord) -> None:
        self._of, self._word = of, word

    def is_(self, value: Plain) -> Scope:
        """It has that value."""
        return self._scope("is", (value,))

    def one_of(self, *values: str) -> Scope:
        """It has one of these values."""
        return self._scope("one_of", values)

    def not_in(self, *values: str) -> Scope:
        """It has a value, and none of these."""
        return self._scope("none_of", values)

    def recorded(self) -> Scope:
        """It is on the record."""
        return self._scope("present", ())

    def _scope(self, op: Op, values: tuple[Plain, ...]) -> Scope:
        return Scope(of=self._of, test=_test(self._of, self._word, op, values))


class Thing:
    """A type of object: `case.work` is an attribute of it."""

    def __init__(self, word: ObjectWord) -> None:
        self.word = word

    def __getattr__(self, name: str) -> Attribute:
        if name.startswith("_") or name == "word":
            raise AttributeError(name)
        attribute = self.word.attribute.get(name)
        if attribute is None:
            known = self.word.attribute
            raise RulebookProblem(f"'{self.word.name}' has no attribute '{name}'{nearest(name, known)}")
        return Attribute(self.word.name, attribute)


class Event:
    """A type of event: `child_seen`, or `child_seen.with_(alone=True)` for those that carry something."""

    def __init__(self, word: EventWord) -> None:
        self.word = word

    def with_(self, **conditions: Plain | Condition) -> Pattern:
        """The events of this type whose attributes are as said."""
        return Pattern(
            any_of=(EventMatch(event=self.word.name, test=self.test(conditions), lasting=self.word.lasting),)
        )

    def test(self, conditions: dict[str, Plain | Condition]) -> Test:
        """The conditions on its attributes as one test."""
        tests: list[Test] = []
        for name, condition in conditions.items():
            word = self.word.attribute.get(name)
            if word is None:
                raise RulebookProblem(
                    f"'{self.word.name}' has no attribute '{name}'{nearest(name, self.word.attribute)}"
                )
            op, values = (condition.op, condition.values) if isinstance(condition, Condition) else ("is", (condition,))
            tests.append(_test(self.word.name, word, op, values))
        return tests[0] if len(tests) == 1 else Every(tests=tuple(tests))


class Condition:
    """What an attribute should be like, apart from equal to a value."""

    def __init__(self, op: Op, values: tuple[Plain, ...] | ValueRef = ()) -> None:
        self.op, self.values = op, values


def one_of(*values: str | ValueRef) -> Condition:
    """One of these codes, or of a list that is a dated value."""
    return Condition("one_of", _listed(values))


def none_of(*values: str) -> Condition:
    """Some code, and none of these; unknown when the record has none."""
    return Condition("none_of", values)


def not_said_to_be(*values: Plain) -> Condition:
    """Anything, or nothing on the record, but none of these."""
    return Condition("not_said_to_be", values)


def recorded() -> Condition:
    """Something is on the record."""
    return Condition("present")


def not_recorded() -> Condition:
    """Nothing is on the record."""
    return Condition("absent")


def at_least(value: int) -> Condition:
    """That number or more."""
    return Condition("at_least", (value,))


def at_most(value: int) -> Condition:
    """That number or less."""
    return Condition("at_most", (value,))


def all_of(*values: str | ValueRef) -> Condition:
    """A list that holds all of these codes."""
    return Condition("includes", _listed(values))


def _listed(values: tuple[str | ValueRef, ...]) -> tuple[Plain, ...] | ValueRef:
    if len(values) == 1 and isinstance(values[0], ValueRef):
        return values[0]
    return tuple(value for value in values if isinstance(value, str))


_KINDS_OF_OP: dict[str, tuple[str, ...]] = {
    "is": ("text", "code", "number", "flag"),
    "one_of": ("code", "text"),
    "none_of": ("code", "text"),
    "not_said_to_be": ("code", "text", "flag", "number"),
    "at_least": ("number",),
    "at_most": ("number",),
    "includes": ("codes",),
}


def _test(of: str, word: AttributeWord, op: Op, values: tuple[Plain, ...] | ValueRef) -> AttributeTest:
    where = f"'{of}.{word.name}'"
    if word.kind not in _KINDS_OF_OP.get(op, (word.kind,)):
        raise RulebookProblem(f"{where} is a {word.kind}: '{op}' cannot be asked of it")
    if isinstance(values, tuple):
        for value in values:
            if word.codes and value not in word.codes:
                raise RulebookProblem(f"{where} has no code {value!r}{nearest(str(value), word.codes)}")
            if not word.codes and type(value) is not {"flag": bool, "number": int}.get(word.kind, str):
                raise RulebookProblem(f"{where} is a {word.kind}; {value!r} is not")
    return AttributeTest(attribute=word.name, op=op, values=values)


def thing(
    name: str,
    says: str,
    *,
    timeline_closed_by: str | None = None,
    links: Iterable[LinkWord] = (),
    **attributes: AttributeWord,
) -> Thing:
    """A type of object. With `timeline_closed_by` it has a timeline of its own, until that event."""
    root = timeline_closed_by is not None
    return Thing(ObjectWord(name=name, says=says, root=root, closed_by=timeline_closed_by, links=tuple(links),
                            attributes=_named(attributes)))  # fmt: skip


def event(
    name: str,
    says: str,
    *,
    about: Iterable[str] = (),
    needs: Iterable[str] = (),
    lasting: bool = False,
    answerable: bool = False,
    by_subject: bool = False,
    **attributes: AttributeWord,
) -> Event:
    """A type of event, what it may be about, and what it says nothing without."""
    return Event(EventWord(name=name, says=says, about=tuple(about), needs=tuple(needs), lasting=lasting,
                           answerable=answerable, by_subject=by_subject, attributes=_named(attributes)))  # fmt: skip


def link(qualifier: str, to: Iterable[str], says: str, *, membership: bool = False) -> LinkWord:
    """A kind of link; `membership` ties an object to the case it is in, from the day it joined."""
    return LinkWord(qualifier=qualifier, to=tuple(to), says=says, membership=membership)


# --- the parts of a duty -----------------------------------------------------------------------------------------------

Events = Event | Pattern


def either(*events: Events) -> Pattern:
    """Any of these events."""
    return Pattern(any_of=tuple(match for given in events for match in pattern(given).any_of))


def pattern(events: Events) -> Pattern:
    """An event word as the pattern that every event of that type matches."""
    if isinstance(events, Event):
        return Pattern(any_of=(EventMatch(event=events.word.name, lasting=events.word.lasting),))
    return events


def value(name: str) -> ValueRef:
    """The dated value of that name."""
    return ValueRef(value=name)


def linked(through: str, scope: Scope) -> Scope:
    """Some object that the subject is linked to in that way is as said."""
    return scope.model_copy(update={"through": through})


def happen(events: Events, *, at_least: int = 1, already: bool = False, same: Iterable[str] = ()) -> Happen:
    """The event happens, at least so many times; `already`: an earlier one counts; `same`: it shares these attributes."""
    return Happen(pattern=pattern(events), at_least=at_least, already=already, same=tuple(same))


def have_happened(events: Events, *, at_least: int = 1, same: Iterable[str] = ()) -> Happen:
    """The event happened on or before the day of the start."""
    return Happen(pattern=pattern(events), at_least=at_least, already=True, same=tuple(same))


def recur(events: Events, *, same: Iterable[str] = ()) -> Recur:
    """The event happens again and again, each one starting the wait for the next, until the case closes."""
    return Recur(pattern=pattern(events), same=tuple(same))


def hold(starting: Event, *, by_another: bool = False, **conditions: Plain | Condition) -> Hold:
    """The starting event itself is as said; `by_another`: nobody did it whom it is about, or who had led the case."""
    return Hold(test=starting.test(conditions), by_another=by_another)


def never_happen(events: Events, *, same: Iterable[str] = ()) -> Never:
    """The event does not happen before the limit."""
    return Never(pattern=pattern(events), same=tuple(same))


def stand(begins: Events, ends: Events, *, of: Thing, at_least: int = 0, at_most: int | None = None) -> Stand:
    """So many spells, each of one object, are open at the end of the day."""
    return Stand(begins=pattern(begins), ends=pattern(ends), of=of.word.name, at_least=at_least, at_most=at_most)


def no_open_breach(*, force: Force | None = None, clauses: Iterable[str] = ()) -> NoOpenBreach:
    """No duty with that force, of clauses that begin so, stands broken in the same timeline on the day of the start."""
    return NoOpenBreach(force=force, clauses=tuple(clauses))


def be_judged() -> BeJudged:
    """Only a person can say."""
    return BeJudged()


def judged_by(*roles: str, question: str, valid_for: ValueRef | None = None) -> Judgement:
    """The judgement of somebody in one of these roles, who is not the person judged, on this question."""
    return Judgement(question=question, roles=roles, valid_for=valid_for)


def carries(starting: Event, **conditions: Plain | Condition) -> Carries:
    """The starting event is as said."""
    return Carries(test=starting.test(conditions))


def exception(when: Events | Scope | Carries, *, standing: Standing, source: str, already: bool = False) -> Excuse:
    """What excuses (`STATED`, `COURT`), or only shows that a reason was recorded (`LOCAL`)."""
    what = when if isinstance(when, Scope | Carries) else pattern(when)
    return Excuse(when=what, standing=standing, source=source, already=already)


def the_date(attribute: str, *, standing: Standing = COURT, source: str) -> OnDate:
    """The date that the starting event carries."""
    return OnDate(attribute=attribute, standing=standing, source=source)


def before(events: Events, *, standing: Standing, source: str) -> Before:
    """On or before the day of the first such event after the start."""
    return Before(pattern=pattern(events), standing=standing, source=source)


def closure(*, standing: Standing, source: str) -> ByClosure:
    """On or before the day the case closes."""
    return ByClosure(standing=standing, source=source)


def anniversary(of: Thing, attribute: str, age: ValueRef, *, youngest: bool = False) -> Anniversary:
    """The day on which the subject, or the youngest such object in the case, reaches an age."""
    if attribute not in of.word.attribute:
        raise RulebookProblem(f"'{of.word.name}' has no attribute '{attribute}'{nearest(attribute, of.word.attribute)}")
    return Anniversary(of=of.word.name, attribute=attribute, youngest=youngest, value=age)


def clause(id: str, title: str) -> Clause:  # noqa: A002 - what a clause's number is called
    """The gist of a clause whose promises are several duties: `NS-2.3` for `NS-2.3a`, `NS-2.3b`…"""
    return Clause(id=id, title=title)


def duty(
    id: str,  # noqa: A002 - what a clause's number is called
    title: str,
    *,
    for_each: Thing,
    when: Events,
    must: Must,
    reads: str,
    in_force: str,
    at_closure: AtClosure,
    source: str,
    per: Thing | None = None,
    where: Scope | Iterable[Scope] = (),
    first: bool = False,
    within: ValueRef | None = None,
    on: OnDate | None = None,
    by: Before | ByClosure | None = None,
    until: Anniversary | Before | ByClosure | None = None,
    unless: Excuse | Iterable[Excuse] = (),
    ends_with: Events | None = None,
    judged: Judgement | None = None,
    force: Force = MUST,
    basis: Basis = STATED,  # type: ignore[assignment]
    ends: str | None = None,
    status: Status = "in_force",
) -> Duty:
    """One duty. At most one of `within`, `on`, `by` and `until` is its deadline.

    Raises:
        RulebookProblem: naming the duty, when its parts make no sense together.
    """
    given: list[Deadline] = [
        deadline for deadline in (Within(value=within) if within else None, on, by, until) if deadline
    ]
    if len(given) > 1:
        raise RulebookProblem(f"{id}: more than one deadline")
    at_once = isinstance(must, Hold | NoOpenBreach) or (isinstance(must, Happen) and must.already and not given)
    # That it must be so on the day of the start is the clause's own, unless the clause is.
    now = AtOnce() if basis == "stated" else AtOnce(standing=LOCAL, source="ours: no published text says when")
    deadline = given[0] if given else now if at_once or isinstance(must, Stand) else NoDeadline()
    try:
        return Duty(
            id=id,
            title=title,
            for_each=for_each.word.name,
            per=per.word.name if per else None,
            where=(where,) if isinstance(where, Scope) else tuple(where),
            when=pattern(when),
            first=first,
            must=must,
            deadline=deadline,
            unless=(unless,) if isinstance(unless, Excuse) else tuple(unless),
            ends_with=pattern(ends_with) if ends_with else None,
            judged=judged,
            force=force,
            basis=basis,
            at_closure=at_closure,
            in_force=_day(id, in_force),
            until=_day(id, ends) if ends else None,
            status=status,
            source=source,
            reads=" ".join(reads.split()),
        )
    except ValidationError as error:
        raise RulebookProblem(f"{id}: {explain(error)}") from error


def _day(where: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RulebookProblem(f"{where}: {text} is not a day; write 2007-06-01") from error
