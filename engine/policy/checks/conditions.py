"""Whether what a duty waits for can be: conditions that no record satisfies, events that can never count, exceptions that
can never apply.

All of it is decided from the dictionary and the duty alone, by trying every way in which attributes can answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.duty.english import words
from engine.duty.language import Carries, Duty, Excuse, Happen, Hold, Pattern, Recur, Scope, Test
from engine.duty.rulebook import Edition
from engine.policy.comparison.choices import can_hold
from engine.record.dictionary import Dictionary, EventWord

Wrong = tuple[str, str, str]
"""The kind of flaw, what is wrong, and what to do."""


def impossible(edition: Edition, dictionary: Dictionary) -> Iterator[Wrong]:
    """What can never be in this edition of a duty."""
    if edition.missing is None:
        yield from _Possible(edition.duty, dictionary).wrong()


class _Possible:
    def __init__(self, duty: Duty, dictionary: Dictionary) -> None:
        self.duty, self.words = duty, dictionary

    def wrong(self) -> Iterator[Wrong]:
        duty = self.duty
        yield from self._owed()
        for match in duty.when.any_of:
            if not can_hold([match.test], self.words.event[match.event].attribute):
                yield "condition", f"no “{words(match.event)}” can start it: its condition contradicts itself", _MEND
        held = duty.must.test if isinstance(duty.must, Hold) else None
        if not any(self._carried(match.event, [match.test, held]) for match in duty.when.any_of) and held is not None:
            yield "condition", "nothing that starts it can be as it must be", _MEND
        if isinstance(duty.must, Happen | Recur):
            yield from self._counting(duty.must.pattern, "fulfilment", "fulfil it")
        for number, excuse in enumerate(duty.unless, start=1):
            yield from self._excusing(excuse, number)

    def _carried(self, event: str, tests: list[Test | None]) -> bool:
        return can_hold(tests, self.words.event[event].attribute)

    # --- whom it is owed to ------------------------------------------------------------------------------------------

    def _owed(self) -> Iterator[Wrong]:
        roots = {scope.of for scope in self.duty.where if self._is_root(scope)}
        if len(roots) > 1:
            yield (
                "condition",
                f"nothing has both a {' and a '.join(sorted(map(words, roots)))}: it is never owed",
                _MEND,
            )
        for of, through in dict.fromkeys((scope.of, scope.through) for scope in self.duty.where):
            # Each of several linked objects may satisfy one of the conditions.
            groups = [self._tests(of, through)] if through is None else [[test] for test in self._tests(of, through)]
            if not all(can_hold(tests, self.words.object[of].attribute) for tests in groups):
                yield "condition", f"what is asked of the {words(of)} contradicts itself: it is never owed", _MEND

    def _tests(self, of: str, through: str | None) -> list[Test | None]:
        return [scope.test for scope in self.duty.where if (scope.of, scope.through) == (of, through)]

    def _is_root(self, scope: Scope) -> bool:
        return scope.through is None and scope.of != self.duty.for_each

    # --- events that count -------------------------------------------------------------------------------------------

    def _counting(self, pattern: Pattern, kind: str, does: str) -> Iterator[Wrong]:
        for match in pattern.any_of:
            why = self._never_about(self.words.event[match.event])
            if why is None and not can_hold([match.test], self.words.event[match.event].attribute):
                why = "its condition contradicts itself"
            if why is not None:
                yield kind, f"no “{words(match.event)}” can ever {does}: {why}", _MEND

    def _never_about(self, word: EventWord) -> str | None:
        """Why no such event is ever about what the duty is owed for; None when it may be."""
        duty = self.duty
        subject = self.words.object[duty.for_each]
        if not subject.root and subject.name not in word.about:
            return f"it is never about a {words(subject.name)}"
        if duty.per is not None and duty.per not in word.about and not self.words.object[duty.per].root:
            return f"it is never about a {words(duty.per)}"
        lacking = [name for name in duty.same if name not in word.attribute]
        return f"it has no {words(lacking[0])}, which should be the same" if lacking else None

    # --- exceptions --------------------------------------------------------------------------------------------------

    def _excusing(self, excuse: Excuse, number: int) -> Iterator[Wrong]:
        duty, when = self.duty, excuse.when
        why: Iterable[str] = ()
        if duty.must.form == "be_judged" and excuse.excuses:
            why = ["only a person decides, and exceptions are not looked at"]
        elif isinstance(when, Pattern):
            yield from self._counting(when, "exception", f"make exception {number} apply")
        elif isinstance(when, Carries):
            if not any(self._carried(match.event, [match.test, when.test]) for match in duty.when.any_of):
                why = ["nothing that starts the duty can be so"]
        else:
            why = self._never_so(when)
        for reason in why:
            yield "exception", f"exception {number} can never apply: {reason}", _MEND

    def _never_so(self, scope: Scope) -> Iterator[str]:
        own = self.words.object[self.duty.for_each]
        roots = {one.of for one in self.duty.where if self._is_root(one)} | ({own.name} if own.root else set())
        if self._is_root(scope) and roots and scope.of not in roots:
            yield f"the duty is about a {words(min(roots))}, and it asks something of a {words(scope.of)}"
            return
        attributes = self.words.object[scope.of].attribute
        if not can_hold([scope.test], attributes):
            yield "its condition contradicts itself"
        elif scope.through is None and not can_hold([*self._tests(scope.of, None), scope.test], attributes):
            yield f"it contradicts what the duty asks of the {words(scope.of)} (where)"


_MEND = "Mend the condition, or take it away."
