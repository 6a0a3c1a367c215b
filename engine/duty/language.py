"""The closed language of duties: frozen models that say everything a duty can say, and nothing a program could.

A duty is data. Two judges run it, `engine.duty.english` reads it aloud, and `engine.duty.rulebook` freezes it. The
functions that rules are written with, so that they read as sentences, are in `engine.duty.words`.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.record.dictionary import Frozen

Standing = Literal["stated", "court", "local"]
"""Whose a value or an exception is: the clause's own, a direction of the court, or ours because the clause gives none."""

Force = Literal["must", "should"]
"""The clause's own word: will, always, never; or normally, as far as possible, aims."""

Basis = Literal["stated", "inferred"]
"""Whether a published text has the clause, or we inferred it from a title or an intention."""

AtClosure = Literal["falls_due", "lapses", "goes_on"]
"""What becomes of an open instance when the case closes."""

Status = Literal["in_force", "under_review", "trial"]
"""`trial`: judged every night and shown apart, in no total, until somebody promotes it."""

DecidedBy = Literal["record", "record_and_person", "person"]

Plain = str | bool | int  # bool before int: pydantic may write False as the 0 that int would make of it

Op = Literal["is", "one_of", "none_of", "not_said_to_be", "present", "absent", "at_least", "at_most", "includes"]


# --- values and conditions ---------------------------------------------------------------------------------------------


class ValueRef(Frozen):
    """A dated value, by name: a number of days, or a list of codes. It lives in `rules/values/`."""

    value: str


class AttributeTest(Frozen):
    """A condition on one attribute.

    An attribute that is not on the record makes every test unknown, but for `present`, `absent` and
    `not_said_to_be` (true unless the record says one of the values).
    """

    test: Literal["attribute"] = "attribute"
    attribute: str
    op: Op
    values: tuple[Plain, ...] | ValueRef = ()


class Every(Frozen):
    """All of the conditions."""

    test: Literal["every"] = "every"
    tests: tuple[Test, ...]


class Some(Frozen):
    """At least one of the conditions."""

    test: Literal["some"] = "some"
    tests: tuple[Test, ...]


Test = Annotated[AttributeTest | Every | Some, Field(discriminator="test")]


class Scope(Frozen):
    """A condition on an object: the subject itself, its case, or any object that the subject is linked to by `through`."""

    scope: Literal["scope"] = "scope"
    of: str
    through: str | None = None
    test: Test


# --- events ------------------------------------------------------------------------------------------------------------


class EventMatch(Frozen):
    """Events of one type, on a condition. `lasting`: it holds for whoever joins the case later, from the day of joining."""

    event: str
    test: Test | None = None
    lasting: bool = False


class Pattern(Frozen):
    """Events that match any of these."""

    pattern: Literal["pattern"] = "pattern"
    any_of: tuple[EventMatch, ...] = Field(min_length=1)

    @cached_property
    def events(self) -> tuple[str, ...]:
        """The types of event it can match."""
        return tuple(dict.fromkeys(match.event for match in self.any_of))


# --- what must be ------------------------------------------------------------------------------------------------------


class Happen(Frozen):
    """At least `at_least` matching events about the same subject, from the day of the start.

    `already`: an earlier one counts too. `same`: attributes whose value it shares with the event that started it.
    """

    form: Literal["happen"] = "happen"
    pattern: Pattern
    at_least: int = Field(default=1, ge=1, le=20)
    already: bool = False
    same: tuple[str, ...] = ()


class Recur(Frozen):
    """A matching event after the start, and another after each, until the case closes.

    With a deadline on a date, each event carries the date by which the next must come.
    """

    form: Literal["recur"] = "recur"
    pattern: Pattern
    same: tuple[str, ...] = ()


class Hold(Frozen):
    """The event that starts it satisfies the condition.

    `by_another`: and whoever did it is neither a practitioner whom it is about nor anyone who had led the case by then.
    """

    form: Literal["hold"] = "hold"
    test: Test
    by_another: bool = Field(default=False, exclude_if=lambda asked: not asked)  # a rulebook without it keeps its hash


class Never(Frozen):
    """No matching event from the start until the day before the limit (the deadline)."""

    form: Literal["never"] = "never"
    pattern: Pattern
    same: tuple[str, ...] = ()


class Stand(Frozen):
    """At the end of the day between `at_least` and `at_most` spells are open.

    A spell begins with an event of `begins` and ends with the first event of `ends`, on that day or later, about the
    same object of type `of` (a practitioner's time as lead begins with the allocation and ends when the lead ends).
    """

    form: Literal["stand"] = "stand"
    begins: Pattern
    ends: Pattern
    of: str
    at_least: int = Field(default=0, ge=0)
    at_most: int | None = Field(default=None, ge=0)


class NoOpenBreach(Frozen):
    """No other duty stands broken in the same timeline on the day of the start: a duty about outcomes.

    It looks at the duties with that `force` (None: either) of these `clauses`, each a clause, a part of one or what clauses
    begin with (`NS-5`, `NS-5.8`, `NS-5.8a`; none: all), and never at another duty about outcomes, nor at one on trial. What stands broken
    on a day is in `engine.judge.outcome.broken`.
    """

    form: Literal["no_open_breach"] = "no_open_breach"
    force: Force | None = None
    clauses: tuple[str, ...] = ()

    def looks_at(self, duty: Duty) -> bool:
        """Whether it rests on what became of that duty."""
        if duty.about_outcomes or duty.status == "trial" or self.force not in (None, duty.force):
            return False
        return not self.clauses or any(covers(name, duty) for name in self.clauses)


class BeJudged(Frozen):
    """Nothing a record can show: only the judgement of a person, which the duty's `judged` describes."""

    form: Literal["be_judged"] = "be_judged"


Must = Annotated[Happen | Recur | Hold | Never | Stand | NoOpenBreach | BeJudged, Field(discriminator="form")]


class Judgement(Frozen):
    """The signed human judgement that is asked for.

    It is a `judgement_recorded` event about the subject for this clause, by somebody in one of the `roles` who is not
    the person judged: the subject, the practitioner who did what is judged, or anyone who had led the case by then.
    """

    question: str
    roles: tuple[str, ...] = Field(min_length=1)
    valid_for: ValueRef | None = None


# --- by when -----------------------------------------------------------------------------------------------------------


class Within(Frozen):
    """A span after the start."""

    deadline: Literal["within"] = "within"
    value: ValueRef


class OnDate(Frozen):
    """The date that the starting event carries, such as the court's."""

    deadline: Literal["on_date"] = "on_date"
    attribute: str
    standing: Standing
    source: str


class Before(Frozen):
    """On or before the day of the first such event after the start."""

    deadline: Literal["before"] = "before"
    pattern: Pattern
    standing: Standing
    source: str


class ByClosure(Frozen):
    """On or before the day the case closes."""

    deadline: Literal["by_closure"] = "by_closure"
    standing: Standing
    source: str


class AtOnce(Frozen):
    """On the day of the start: for what must have happened by then, or must hold of the event itself."""

    deadline: Literal["at_once"] = "at_once"
    standing: Standing = "stated"
    source: str = ""


class Anniversary(Frozen):
    """So many years after a date of the subject, or of the youngest object of that type in the case."""

    deadline: Literal["anniversary"] = "anniversary"
    of: str
    attribute: str
    youngest: bool
    value: ValueRef


class NoDeadline(Frozen):
    """No day by which: the clause gives none, and none is needed."""

    deadline: Literal["none"] = "none"


Deadline = Annotated[
    Within | OnDate | Before | ByClosure | AtOnce | Anniversary | NoDeadline, Field(discriminator="deadline")
]


class Carries(Frozen):
    """A condition on the event that starts the instance."""

    carries: Literal["carries"] = "carries"
    test: Test


class Excuse(Frozen):
    """An exception: events about the subject, a condition on an object, or a condition on the starting event.

    One that is `stated`, or that the court granted, excuses; a `local` one only shows that a reason was recorded.
    Events count from the start on (`already`: earlier ones too) and excuse when they happened on or before the due date.
    """

    when: Pattern | Scope | Carries
    standing: Standing
    source: str = Field(min_length=1)
    already: bool = False

    @property
    def excuses(self) -> bool:
        """Whether it excuses, or only shows a reason."""
        return self.standing != "local"


class Clause(Frozen):
    """The gist of a clause that holds several promises; one with a single promise is told by its duty's title."""

    id: str
    title: str = Field(min_length=5)


class Duty(Frozen):
    """One clause, or one part of it, in one version.

    `per`: an instance for each object of that type that the event names or, when it names none, that the subject is
    linked to. `ends_with`: events about the same subject (and `per`) that end the matter as closing the case does.
    """

    id: str = Field(pattern=r"^[A-Z]{2,4}(-[A-Z]{2,4})?-[0-9]{1,2}(\.[0-9]{1,2})?[a-z]?$")
    title: str = Field(min_length=5)
    for_each: str
    per: str | None = None
    where: tuple[Scope, ...] = ()
    when: Pattern
    first: bool = False
    must: Must
    deadline: Deadline
    unless: tuple[Excuse, ...] = ()
    ends_with: Pattern | None = None
    judged: Judgement | None = None
    force: Force = "must"
    basis: Basis = "stated"
    at_closure: AtClosure
    in_force: date
    until: date | None = None
    status: Status = "in_force"
    source: str = Field(min_length=1)
    reads: str = Field(min_length=20)

    @cached_property
    def clause(self) -> str:
        """The clause that it is, or is part of: `NS-5.8` for `NS-5.8a`."""
        return self.id.rstrip("abcdefghijklmnopqrstuvwxyz")

    @cached_property
    def decided_by(self) -> DecidedBy:
        """Whether the record decides, a person does, or both."""
        if self.must.form == "be_judged":
            return "person"
        return "record_and_person" if self.judged else "record"

    @property
    def about_outcomes(self) -> bool:
        """Whether it rests on what became of other duties, and so can be judged only after them."""
        return self.must.form == "no_open_breach"

    @cached_property
    def same(self) -> tuple[str, ...]:
        """The attributes whose value ties a fulfilment or an exception to the event that started the instance."""
        return getattr(self.must, "same", ())

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        def refuse(why: str) -> None:
            raise ValueError(f"{self.id}: {why}")

        form, deadline = self.must.form, self.deadline.deadline
        if form == "be_judged" and self.judged is None:
            refuse("a duty to be judged says who may judge (judged=)")
        if form == "recur" and deadline not in ("within", "on_date"):
            refuse("what must recur does so within a span (within=), or by a date that each carries (on=)")
        if form == "never" and deadline not in ("before", "anniversary", "by_closure", "none"):
            refuse("what must never happen has a limit: before an event, until an anniversary, until closure, or none")
        if deadline == "anniversary" and form != "never":
            refuse("an anniversary is the limit of what must never happen")
        if form in ("hold", "no_open_breach") and deadline != "at_once":
            refuse("what must hold of the event itself, or on its day, has no deadline of its own")
        if form in ("happen", "stand") and deadline == "none":
            refuse("by when? (within=, on=, before= or by_closure=)")
        if deadline == "by_closure" and form != "never" and self.at_closure != "falls_due":
            refuse("what is due by closure falls due at closure")
        if form == "never" and self.judged:
            refuse("what must never happen is not judged by a person as well")
        if form in ("stand", "no_open_breach") and (self.per or self.judged):
            refuse("a standing state, or that nothing stands broken, is not told apart by object, nor judged")
        if self.until is not None and self.until <= self.in_force:
            refuse("it ends before it is in force")
        return self


def covers(name: str, duty: Duty) -> bool:
    """Whether a clause, a part of one, or what clauses begin with, names that duty: `NS-5` does NS-5.8a, `NS-1` not."""
    return name in (duty.id, duty.clause) or duty.clause.startswith((f"{name}.", f"{name}-"))


for _model in (Every, Some, Scope, EventMatch, Hold, Carries, Duty):
    _model.model_rebuild()
