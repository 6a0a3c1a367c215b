"""The rulebook as rows: every edition of a duty, every event it asks for and every condition has a number.

A plan joins these small tables to the caseload's, so that one step does for all duties what would be a query for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import IntEnum
from typing import Any, TypeVar

import pyarrow as pa

from engine.duty.language import (
    Anniversary,
    Before,
    BeJudged,
    Carries,
    Duty,
    EventMatch,
    Happen,
    Hold,
    Never,
    OnDate,
    Pattern,
    Recur,
    Scope,
    Some,
    Stand,
    Test,
    Within,
)
from engine.duty.rulebook import JUDGEMENT, Edition, Rulebook, tests_in
from engine.judge.outcome import Flag
from engine.record.calendar import Unit
from engine.record.dictionary import EARLIEST
from engine.record.problem import KeptError
from engine.record.timeline import View

Rows = list[dict[str, Any]]

FOREVER = 99_999
"""A day later than any, for what has no end."""

NOBODY = 0
"""The number of no type of object, and of no object: a duty without `per` has it in that place."""

ACTOR_NO = -1
"""The number, among types of object, of the link to whoever did it."""


def day_number(day: date) -> int:
    """Days since the earliest that a record may hold: whole numbers sort, subtract and pack alike everywhere."""
    return (day - EARLIEST).days


AFTER = pa.schema([("span", pa.int32()), ("day", pa.int32()), ("after", pa.int32()), ("fails", pa.bool_())])
"""What the calendar answers: the day so long after each day; `fails` where it does not reach."""

PREFIX = "kept_"
"""What every table of a plan begins with: the database may hold other tables."""

VIEW = PREFIX + "view"
"""The table with the one row that says from where the record is seen: a plan is the same for every night."""

FLAG_BITS: dict[Flag, int] = {"recorded_late": 1, "reason_recorded": 2, "provisional": 4}

KEYS = 8192
"""More than there are editions: a subject and an edition make one number."""

KINDS = 256
"""More than there are types of object: a type goes into a number with others."""

ONE_MASK = 60
"""Conditions on subjects that fit into one whole number, a bit each."""

_SAID_BY_JUDGES = ("clause", "role", "outcome")

_Item = TypeVar("_Item")


def view_row(view: View) -> pa.Table:
    """The content of `VIEW`."""
    return pa.table({
        "as_at": pa.array([view.as_at], pa.date32()), "known_at": pa.array([view.known_at], pa.timestamp("us")),
        "today": pa.array([day_number(view.as_at)], pa.int32()),
    })  # fmt: skip


class Role(IntEnum):
    """What an event may be to a duty."""

    STARTS = 1
    STARTS_LATE = 2  # lasting: for whoever joins afterwards
    FULFILS = 3
    VIOLATES = 4
    EXCUSES = 5
    EXPLAINS = 6  # a local exception: only a reason
    LIMITS = 7  # the deadline is before it
    ENDS = 8
    BEGINS_SPELL = 9
    ENDS_SPELL = 10
    HOLDS = 11  # the starting event itself is as it must be
    EXCUSES_ITSELF = 12  # the starting event carries an exception
    EXPLAINS_ITSELF = 13
    HOLDS_BY_ANOTHER = 14  # and somebody did it whom it is not about, and who had not led the case


class Due(IntEnum):
    """Which kind of deadline."""

    WITHIN = 1
    ON_DATE = 2
    BEFORE = 3
    BY_CLOSURE = 4
    AT_ONCE = 5
    ANNIVERSARY = 6
    NONE = 7


_DUE: dict[str, Due] = {
    "within": Due.WITHIN,
    "on_date": Due.ON_DATE,
    "before": Due.BEFORE,
    "by_closure": Due.BY_CLOSURE,
    "at_once": Due.AT_ONCE,
    "anniversary": Due.ANNIVERSARY,
    "none": Due.NONE,
}


class RulebookRows:
    """A rulebook in numbers. `only` holds the ids of the duties to judge; what those about outcomes look at is judged as
    well, and then `reported` has the numbers of the editions that were asked for.

    Raises:
        KeptError: when there are more editions or types of object than go into the numbers.
    """

    def __init__(self, rulebook: Rulebook, only: frozenset[str], *, stated_only: bool) -> None:
        self.rulebook, self.words, self.only = rulebook, rulebook.dictionary, only
        judged = only | rulebook.rested_on(only)
        chosen = [one for one in rulebook.editions(stated_only=stated_only) if one.duty.id in judged]
        asked_for = [k for k, one in enumerate(chosen, start=1) if one.duty.id in only]
        self.reported = asked_for if judged != only else None
        self.editions: list[Edition] = chosen
        if len(chosen) >= KEYS or len(self.words.objects) >= KINDS:
            raise KeptError(
                f"a caseload can be judged by {KEYS - 1:,} versions of duties about {KINDS - 1} types of object at most; this "
                f"rulebook has {len(chosen):,} and {len(self.words.objects):,}. Judge it in parts, with --clause."
            )
        self.types = {word.name: number for number, word in enumerate(self.words.objects, start=1)}
        self.event_types: dict[str, int] = {}
        self.tests: dict[str, list[Test]] = {}
        self.texts: dict[str, list[str]] = {}
        self.days: dict[str, list[str]] = {}
        self.scopes: list[tuple[str, tuple[Scope, ...]]] = []
        self.spans: list[tuple[int, Unit]] = []
        self.births: list[tuple[str, str, bool, str]] = []
        self.same = max((len(one.duty.same) for one in chosen), default=0)
        self._uses: Rows = []
        self.scope_excuses: Rows = []
        self.dated: Rows = []
        self._after: dict[tuple[int, int], int | None] = {}
        self.edition_rows: Rows = [self._edition(number, one) for number, one in enumerate(chosen, start=1)]
        for word in self.words.events:
            if word.lasting or word.answerable:
                self.event_no(word.name)
        self.closers = [(self.types[word.name], self.event_no(word.closed_by)) for word in self.words.objects
                        if word.root and word.closed_by]  # fmt: skip
        self.judged = any(one.duty.judged for one in chosen)
        if self.judged:
            self.event_no(JUDGEMENT)
            self.texts[JUDGEMENT] = [*self.texts.get(JUDGEMENT, []), *_SAID_BY_JUDGES]

    def has(self, *roles: Role) -> bool:
        """Whether any duty asks for events in one of these roles."""
        return any(use["role"] in roles for use in self._uses)

    @property
    def pers(self) -> bool:
        """Whether any duty is owed for each of some other objects."""
        return any(use["per_no"] for use in self._uses)

    @property
    def later(self) -> list[int]:
        """The editions of duties about outcomes, which are judged after the others."""
        return [k for k, one in enumerate(self.editions, start=1) if one.duty.about_outcomes]

    @property
    def several(self) -> list[int]:
        """How many are needed, where more than one is."""
        return sorted({row["needed"] for row in self.edition_rows} - {1})

    def numbers(self, **where: object) -> list[int]:
        """The numbers of the editions whose row has these values."""
        return [row["k"] for row in self.edition_rows if all(row[name] == value for name, value in where.items())]

    def acted(self) -> list[int]:
        """The types of event of which somebody asks who did them: judgements, what is judged, and who may not do either."""
        judged = {row["k"] for row in self.edition_rows if row["judged"]}
        found = {use["type_no"] for use in self._uses if use["k"] in judged or use["role"] == Role.HOLDS_BY_ANOTHER}
        named = [
            word.name for word in self.words.events if word.by_subject or word.answerable or word.name == JUDGEMENT
        ]
        return sorted(found | {self.event_types[name] for name in named if name in self.event_types} | {0})

    @property
    def roots(self) -> list[int]:
        """The numbers of the types of object that have a timeline."""
        return [self.types[name] for name in self.words.roots]

    def event_no(self, name: str) -> int:
        """The number of a type of event; it gets one when somebody asks for it."""
        return self.event_types.setdefault(name, len(self.event_types) + 1)

    def said(self, name: str) -> int:
        """The slot in which the text of an attribute of a judgement is."""
        return self.texts[JUDGEMENT].index(name) + 1

    def used_object_attributes(self) -> list[str]:
        """Every attribute of an object that the plan reads."""
        found = {leaf.attribute for _, scopes in self.scopes for scope in scopes for leaf in tests_in(scope.test)}
        return sorted(found | {attribute for _, attribute, _, _ in self.births})

    def uses(self) -> pa.Table:
        """What each type of event may be to which edition."""
        kinds = {"type_no": pa.int32(), "test": pa.int32(), "k": pa.int32(), "role": pa.int32()}
        kinds |= {"subject_no": pa.int32(), "per_no": pa.int32(), "of_no": pa.int32(), "already": pa.bool_()}
        kinds |= {"from_day": pa.int32(), "until_day": pa.int32(), "whole": pa.bool_()}
        kinds |= {"needed": pa.int32(), "any_root": pa.bool_()} | {f"same{i}": pa.int32() for i in range(self.same)}
        return table(self._uses, kinds)

    def edition_table(self) -> pa.Table:
        """The editions, with what every instance of one has in common. straight: 1 where each event that starts an instance
        says all about it by itself, with the calendar and the day on which the case closed · easy: 1 where what settles an
        instance is the first event of a kind about the same subject · turn: 1 for those about outcomes, judged when the
        others are.
        """
        numbers = ("k", "duty_no", "from_day", "until_day", "w", "due_kind", "span", "birth", "kind", "needed",
                   "valid_span", "subject_no", "straight", "easy", "turn")  # fmt: skip
        flags = ("unset", "falls_due", "lapses", "judged", "valid_unset", "working", "already", "first", "recurs")
        texts = ("duty", "clause", "subject_type", "force", "standing", "basis", "decided_by")
        kinds = {name: pa.int32() for name in numbers} | {name: pa.bool_() for name in flags}
        return table(self.edition_rows, kinds | {name: pa.string() for name in texts})

    def days_after(self, asked: Iterable[tuple[int, int]]) -> pa.Table:
        """What the calendar answers about these spans and days, with the columns of `AFTER`."""
        found: Rows = []
        for span, day in asked:
            if (span, day) not in self._after:
                self._after[span, day] = self._day_after(span, day)
            after = self._after[span, day]
            found.append({"span": span, "day": day, "after": after, "fails": after is None})
        return table(found, {name: AFTER.field(name).type for name in AFTER.names})

    def _day_after(self, span: int, day: int) -> int | None:
        try:
            start = EARLIEST.fromordinal(EARLIEST.toordinal() + day)
            return day_number(self.rulebook.calendar.after(start, *self.spans[span - 1]))
        except (ValueError, IndexError, OverflowError):
            return None

    # --- numbering -----------------------------------------------------------------------------------------------

    def _edition(self, k: int, edition: Edition) -> dict[str, Any]:
        duty, must = edition.duty, edition.duty.must
        w = self._scope_no(duty.for_each, duty.where) if duty.where else 0
        from_day, until_day = day_number(edition.from_), FOREVER if edition.until is None else day_number(edition.until)
        for use in self._patterns(edition):
            self._use(k, duty, (from_day, until_day), *use)
        span = edition.span
        kind = 1 if isinstance(must, Never) else 2 if isinstance(must, BeJudged) else 0
        if isinstance(duty.deadline, OnDate):
            for event in _starting(duty):
                slot = _slot(self.days.setdefault(event, []), duty.deadline.attribute)
                self.dated.append({"k": k, "type_no": self.event_no(event), "slot": slot})
        for excuse in duty.unless:
            if isinstance(excuse.when, Scope):
                x = self._scope_no(duty.for_each, (excuse.when,))
                self.scope_excuses.append({"k": k, "x": x, "excuses": excuse.excuses})
        recurs, several = isinstance(must, Recur), isinstance(must, Happen) and must.at_least > 1
        tied = bool(duty.per or duty.same)
        looked_up = isinstance(duty.deadline, OnDate | Before | Anniversary)
        settled_by_itself = isinstance(must, Hold | Stand) or any(
            isinstance(excuse.when, Carries | Scope) for excuse in duty.unless
        )
        return {
            "k": k,
            # Most are, so that most instances need few of the plan's steps.
            "straight": int(not (duty.first or recurs or tied or looked_up or duty.ends_with is not None)),
            "easy": int(not (recurs or several or tied or settled_by_itself)),
            "turn": int(duty.about_outcomes),
            "duty_no": next(n for n, one in enumerate(self.editions, start=1) if one.duty.id == duty.id),
            "from_day": from_day,
            "until_day": until_day,
            "w": w,
            "due_kind": int(_DUE[duty.deadline.deadline]),
            "span": self._span_no(span) if span and isinstance(duty.deadline, Within | Anniversary) else 0,
            "birth": self._birth_no(duty, duty.deadline) if isinstance(duty.deadline, Anniversary) else 0,
            "kind": kind,
            "needed": must.at_least if isinstance(must, Happen) else 1,
            "valid_span": self._span_no(edition.valid_for) if edition.valid_for else 0,
            "subject_no": self.types[duty.for_each],
            "unset": edition.missing is not None,
            "falls_due": duty.at_closure == "falls_due",
            "lapses": duty.at_closure == "lapses",
            "judged": duty.judged is not None,
            "valid_unset": edition.valid_missing is not None,
            "working": isinstance(duty.deadline, Within) and bool(span and span[1] == "working_days"),
            "already": isinstance(must, Happen) and must.already,
            "first": duty.first,
            "recurs": recurs,
            "duty": duty.id,
            "clause": duty.clause,
            "subject_type": duty.for_each,
            "force": duty.force,
            "standing": edition.standing,
            "basis": duty.basis,
            "decided_by": duty.decided_by,
        }

    def _patterns(self, edition: Edition) -> Iterator[tuple[Role, Iterable[EventMatch], bool]]:
        """Every pattern of the duty: what its events are, which they are, and whether earlier ones count."""
        duty, must = edition.duty, edition.duty.must
        yield Role.STARTS, duty.when.any_of, False
        yield Role.STARTS_LATE, [match for match in duty.when.any_of if match.lasting], False
        if isinstance(must, Happen | Recur):
            yield Role.FULFILS, must.pattern.any_of, isinstance(must, Happen) and must.already
        elif isinstance(must, Never):
            yield Role.VIOLATES, must.pattern.any_of, False
        elif isinstance(must, Stand):
            yield Role.BEGINS_SPELL, must.begins.any_of, False
            yield Role.ENDS_SPELL, must.ends.any_of, False
        elif isinstance(must, Hold):
            role = Role.HOLDS_BY_ANOTHER if must.by_another else Role.HOLDS
            yield role, _carrying(duty, must.test), False
        for excuse in duty.unless:
            if isinstance(excuse.when, Pattern):
                yield Role.EXCUSES if excuse.excuses else Role.EXPLAINS, excuse.when.any_of, excuse.already
            elif isinstance(excuse.when, Carries):
                role = Role.EXCUSES_ITSELF if excuse.excuses else Role.EXPLAINS_ITSELF
                yield role, _carrying(duty, excuse.when.test), False
        limit = getattr(duty.deadline, "pattern", None)
        if isinstance(limit, Pattern):
            yield Role.LIMITS, limit.any_of, False
        if duty.ends_with is not None:
            yield Role.ENDS, duty.ends_with.any_of, False

    def _use(
        self,
        k: int,
        duty: Duty,
        span: tuple[int, int],
        role: Role,
        matches: Iterable[EventMatch],
        already: bool,
    ) -> None:
        """`whole`: which of its starts count is known only when all of them are."""
        of = duty.must.of if isinstance(duty.must, Stand) else None
        tied = role not in (Role.LIMITS, Role.ENDS, Role.BEGINS_SPELL, Role.ENDS_SPELL)
        tests: dict[str, list[Test | None]] = {}
        for match in matches:
            tests.setdefault(match.event, []).append(match.test)
        for event, several in tests.items():
            use = {
                "type_no": self.event_no(event),
                "test": self._test_slot(event, several),
                "k": k,
                "role": int(role),
                "subject_no": self.types[duty.for_each],
                "per_no": self.types[duty.per] if duty.per else NOBODY,
                "of_no": self.types[of] if of else NOBODY,
                "already": already,
                "needed": duty.must.at_least if isinstance(duty.must, Happen) else 1,
                "any_root": self.words.object[duty.for_each].root,
                "from_day": span[0],
                "until_day": span[1],
                "whole": duty.first or isinstance(duty.must, Recur),
            }
            for i in range(self.same):
                here = tied and i < len(duty.same)
                use[f"same{i}"] = _slot(self.texts.setdefault(event, []), duty.same[i]) if here else 0
            self._uses.append(use)

    def _test_slot(self, event: str, tests: Sequence[Test | None]) -> int:
        """Which of the conditions on that type of event it is; 0 is none at all."""
        known = [test for test in tests if test is not None]
        if len(known) < len(tests):
            return 0
        return _slot(self.tests.setdefault(event, []), known[0] if len(known) == 1 else Some(tests=tuple(known)))

    def _scope_no(self, for_each: str, scopes: tuple[Scope, ...]) -> int:
        return _slot(self.scopes, (for_each, scopes))

    def _span_no(self, span: tuple[int, Unit]) -> int:
        return _slot(self.spans, span)

    def _birth_no(self, duty: Duty, deadline: Anniversary) -> int:
        return _slot(self.births, (deadline.of, deadline.attribute, deadline.youngest, duty.for_each))


def _starting(duty: Duty) -> list[str]:
    """The types of event that start it; what recurs starts it too."""
    return list(dict.fromkeys([*duty.when.events, *(duty.must.pattern.events if isinstance(duty.must, Recur) else ())]))


def _carrying(duty: Duty, test: Test) -> list[EventMatch]:
    """The condition on whatever event starts the duty."""
    return [EventMatch(event=event, test=test) for event in _starting(duty)]


def _slot(known: list[_Item], item: _Item) -> int:
    """The place of an item in the list, from 1; it is put there when it is not yet."""
    if item not in known:
        known.append(item)
    return known.index(item) + 1


def table(rows: Rows, kinds: dict[str, pa.DataType]) -> pa.Table:
    """Rows as an Arrow table with these columns."""
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})
