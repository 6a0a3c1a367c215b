"""Which outcomes a duty can have at all, by its form, its deadline and what its records may leave unsaid.

It follows `engine.judge.outcome.decide`: an outcome that is left out here is one that no record whatever can bring about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.duty.language import (
    Anniversary,
    BeJudged,
    ByClosure,
    Duty,
    Happen,
    Hold,
    Never,
    NoDeadline,
    OnDate,
    Pattern,
    Recur,
    Stand,
    Test,
    Within,
)
from engine.duty.rulebook import Rulebook, refs, tests_in
from engine.judge.outcome import Outcome
from engine.record.dictionary import ACTOR

SAYS_ITSELF = ("present", "absent", "not_said_to_be")
"""Conditions that are true or false even of what is not on the record."""


def reachable(duty: Duty, rulebook: Rulebook) -> frozenset[Outcome]:
    """The outcomes that an instance of the duty can have."""
    return frozenset(_Reach(duty, rulebook).outcomes())


def has_due_date(duty: Duty, rulebook: Rulebook) -> bool:
    """Whether there can be a day by which it is due, if only that of the closing."""
    return _Reach(duty, rulebook).due


class _Reach:
    def __init__(self, duty: Duty, rulebook: Rulebook) -> None:
        self.duty, self.rulebook = duty, rulebook
        self.words, self.values = rulebook.dictionary, rulebook.values
        self.closes = self._closes()
        at_closure = duty.at_closure == "falls_due" and self.closes
        if isinstance(duty.deadline, ByClosure):
            self.due = self.closes
        else:
            self.due = at_closure or not isinstance(duty.deadline, NoDeadline)

    def outcomes(self) -> Iterator[Outcome]:
        duty, must = self.duty, self.duty.must
        if self._unsaid():
            yield "undetermined"
        if self._never_set():
            return
        only_a_person = isinstance(must, BeJudged)
        if not isinstance(must, Never) or self.due:
            yield "met"
        if isinstance(must, Happen | Recur | Stand | BeJudged) and self.due:
            yield "late"
        if not only_a_person:
            yield "due"
        if self.due or duty.judged or isinstance(must, Never):
            yield "breached"
        if any(excuse.excuses for excuse in duty.unless) and not only_a_person:
            yield "excused"
        if duty.judged:
            yield "unjudged"
        limit_is_closure = isinstance(must, Never) and isinstance(duty.deadline, ByClosure)
        if duty.at_closure == "lapses" and self.closes and not only_a_person and not limit_is_closure:
            yield "lapsed"

    def _closes(self) -> bool:
        """Whether anything can end the timeline that it is owed in, or the matter."""
        own = self.words.object[self.duty.for_each]
        roots = [own] if own.root else [word for word in self.words.objects if word.root]
        return self.duty.ends_with is not None or any(word.closed_by for word in roots)

    def _never_set(self) -> bool:
        """Whether nobody has set the time that it has, in any version of it."""
        deadline = self.duty.deadline
        if not isinstance(deadline, Within | Anniversary):
            return False
        return all(version.value is None for version in self.values[deadline.value.value].versions)

    def _unsaid(self) -> bool:
        """Whether a record, or the rulebook, can leave open what it is."""
        return self._unset() or any(self._unsaid_by_events()) or any(self._unsaid_by_objects())

    def _unset(self) -> bool:
        """A number or a list that nobody has set, or that is ours and need not count."""
        standings = [version for ref in refs(self.duty) for version in self.values[ref.value].versions]
        ours = any(version.value is None or version.standing == "local" for version in standings)
        return ours or getattr(self.duty.deadline, "standing", "stated") == "local"

    def _unsaid_by_events(self) -> Iterator[bool]:
        duty, must = self.duty, self.duty.must
        yield self._pattern(duty.when)
        if isinstance(must, Happen | Recur):
            yield self._pattern(must.pattern)
            yield any(self._may_lack(event, duty.same) for event in must.pattern.events)
        starting = (*duty.when.events, *(must.pattern.events if isinstance(must, Recur) else ()))
        on_start = [must.test] if isinstance(must, Hold) else []
        yield any(self._may_lack(event, _asked(on_start)) for event in duty.when.events)
        if isinstance(must, Hold) and must.by_another:
            yield any(self._may_lack(event, [ACTOR]) for event in duty.when.events)
        yield any(self._may_lack(event, duty.same) for event in duty.when.events)
        if isinstance(duty.deadline, OnDate):
            yield any(self._may_lack(event, [duty.deadline.attribute]) for event in starting)

    def _unsaid_by_objects(self) -> Iterator[bool]:
        yield any(_asked([scope.test]) for scope in self.duty.where)
        yield isinstance(self.duty.deadline, Anniversary)

    def _pattern(self, pattern: Pattern) -> bool:
        return any(self._may_lack(match.event, _asked([match.test])) for match in pattern.any_of)

    def _may_lack(self, event: str, attributes: Iterable[str]) -> bool:
        return any(name not in self.words.event[event].needs for name in attributes)


def _asked(tests: Iterable[Test | None]) -> list[str]:
    """The attributes that conditions ask for and cannot do without."""
    return [leaf.attribute for test in tests for leaf in tests_in(test) if leaf.op not in SAYS_ITSELF]
