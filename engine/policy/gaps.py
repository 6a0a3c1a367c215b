"""What no example shows: outcomes, boundary days, exceptions, version dates and values of the scope.

It reads the duties and the examples alone. An example that fails, or is a draft, shows nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from engine.duty.english import people, words
from engine.duty.language import BeJudged, Carries, Duty, Excuse, Hold, Never, NoOpenBreach, Pattern, Plain, Scope
from engine.duty.rulebook import Edition, Rulebook, refs, tests_in
from engine.judge.instances import Instance, Labeller
from engine.judge.matching import holds, in_scope, matches
from engine.judge.outcome import OUTCOMES, Finding
from engine.policy.examples import Example, Trials
from engine.policy.mutation.mutant_conditions import altered, said_excuse, said_scope
from engine.policy.reachable import has_due_date, reachable
from engine.record.model import EventRecord, ObjectRecord
from engine.record.timeline import Timeline

GapKind = Literal["examples", "outcome", "boundary", "exception", "version", "scope"]

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something about a duty that no example shows."""

    clause: str
    duty: str
    kind: GapKind
    says: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """What no example shows. `failing` examples and `drafts` were left out of account."""

    clauses: int
    examples: int
    failing: int
    drafts: int
    gaps: tuple[Gap, ...]


def find_gaps(
    rulebook: Rulebook,
    examples: Sequence[Example],
    clauses: Iterable[str] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> Gaps:
    """What no example shows of the duties of these clauses (or of these duties), of all when none is named.

    `progress` is told of each example that has been judged.

    Raises:
        RulebookProblem: for an unknown clause.
    """
    chosen = rulebook.chosen(clauses)
    trials = Trials(rulebook)
    shown: dict[str, list[_Shown]] = {}
    failing = drafts = 0
    for example in examples:
        trial = trials.run(example)
        drafts += example.draft
        failing += not example.draft and not trial.passed
        if trial.passed and not example.draft:
            shown.setdefault(example.clause, []).append(_Shown(example, trials.findings(example)))
        progress(1)
    gaps: list[Gap] = []
    editions = rulebook.editions()
    for clause, duties in rulebook.clauses.items():
        for name in dict.fromkeys(duty.id for duty in duties if duty.id in chosen):
            own = [edition for edition in editions if edition.duty.id == name]
            gaps += _OfADuty(rulebook, clause, name, own, shown.get(clause, [])).gaps()
    return Gaps(
        clauses=len({duty.clause for duty in rulebook.duties if duty.id in chosen}),
        examples=sum(map(len, shown.values())),
        failing=failing,
        drafts=drafts,
        gaps=tuple(gaps),
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """An example that passes, and what comes of it."""

    example: Example
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Might:
    """An instance that there is, or would be if the duty were always in force and concerned everybody."""

    instance: Instance
    edition: Edition
    timeline: Timeline


class _OfADuty:
    def __init__(
        self, rulebook: Rulebook, clause: str, name: str, editions: list[Edition], shown: list[_Shown]
    ) -> None:
        self.rulebook, self.clause, self.name, self.editions, self.shown = rulebook, clause, name, editions, shown
        self.versions = [duty for duty in rulebook.duties if duty.id == name]
        self.findings = [(one.example, finding) for one in shown for finding in one.findings if finding.duty == name]

    def gaps(self) -> list[Gap]:
        """What no example shows of it."""
        if not self.findings:
            return [Gap(self.clause, self.name, "examples", "no example shows it at all")]
        parts: list[tuple[GapKind, Iterator[str]]] = [
            ("outcome", self._outcomes()),
            ("boundary", self._boundaries()),
            ("exception", self._exceptions()),
            ("version", self._version_dates()),
            ("scope", self._scopes()),
        ]
        return [Gap(self.clause, self.name, kind, says) for kind, found in parts for says in dict.fromkeys(found)]

    # --- outcomes and days -------------------------------------------------------------------------------------------

    def _outcomes(self) -> Iterator[str]:
        possible = frozenset().union(*(reachable(duty, self.rulebook) for duty in self.versions))
        expected = {finding.outcome for _, finding in self.findings}
        for outcome, means in OUTCOMES.items():
            if outcome in possible - expected:
                yield f"no example expects “{outcome}” ({means})"

    def _boundaries(self) -> Iterator[str]:
        if not any(has_due_date(duty, self.rulebook) for duty in self.versions):
            return
        must = self.versions[-1].must
        found = [
            (finding.outcome, finding.done, finding.due, example.view.as_at)
            for example, finding in self.findings
            if finding.due is not None
        ]
        if isinstance(must, Never):
            if not any(outcome == "due" and as_at == due - DAY for outcome, _, due, as_at in found):
                yield "still to be kept on the day before the limit"
            if not any(outcome == "met" and as_at == due for outcome, _, due, as_at in found):
                yield "kept, seen from the day of the limit itself"
        elif not isinstance(must, Hold | NoOpenBreach | BeJudged):
            if not any(done == due for _, done, due, _ in found):
                yield "done on the due date itself"
            if not any(outcome == "due" and as_at == due for outcome, _, due, as_at in found):
                yield "not done, seen from the due date itself: still due"
            if not any(
                (outcome == "breached" and as_at == due + DAY) or (outcome == "late" and done == due + DAY)
                for outcome, done, due, as_at in found
            ):
                yield "the day after the due date: breached as at that day, or done on it"

    # --- exceptions --------------------------------------------------------------------------------------------------

    def _exceptions(self) -> Iterator[str]:
        for duty in self.versions:
            for position, excuse in enumerate(duty.unless):
                name = f"exception “{said_excuse(excuse)}”"
                if isinstance(excuse.when, Pattern):
                    if not any(self._in_time(duty, position, excuse)):
                        yield f"{name}: never in time"
                    if has_due_date(duty, self.rulebook) and not any(self._too_late(duty, position)):
                        yield f"{name}: never too late"
                else:
                    applies = list(self._applies(duty, position))
                    if True not in applies:
                        yield f"{name}: never so"
                    if False not in applies:
                        yield f"{name}: never otherwise"

    def _of(self, duty: Duty) -> Iterator[tuple[Example, Finding, Duty]]:
        """The findings of that version, each with the duty as it was judged, its lists written out."""
        for example, finding in self.findings:
            for edition in self.editions:
                if edition.covers(finding.start) and edition.duty.in_force == duty.in_force:
                    yield example, finding, edition.duty

    def _in_time(self, duty: Duty, position: int, excuse: Excuse) -> Iterator[bool]:
        for example, finding, judged in self._of(duty):
            counts = finding.outcome == "excused" if excuse.excuses else "reason_recorded" in finding.flags
            yield counts and any(event.id in finding.evidence for event in _matching(judged, position, example))

    def _too_late(self, duty: Duty, position: int) -> Iterator[bool]:
        for example, finding, judged in self._of(duty):
            for event in _matching(judged, position, example):
                about = finding.subject in event.about(judged.for_each)
                if not about or finding.outcome == "excused" or not example.view.shows(event.happened, event.recorded):
                    continue
                if isinstance(judged.must, Never):
                    yield finding.outcome == "breached" and event.id not in finding.evidence
                else:
                    yield finding.due is not None and event.happened > finding.due

    def _applies(self, duty: Duty, position: int) -> Iterator[bool]:
        for example, finding, judged in self._of(duty):
            when = judged.unless[position].when
            if isinstance(when, Scope):
                timeline = Timeline(example.case, example.view)
                yield in_scope(when, finding.subject, judged.for_each, timeline) is True
            elif isinstance(when, Carries):
                started = next(event for event in example.case.events if event.id == finding.evidence[0])
                yield holds(when.test, started.attributes) is True

    # --- versions and scope ------------------------------------------------------------------------------------------

    def _might(self, *, everybody: bool) -> Iterator[_Might]:
        """Every instance that there would be if each version had always been in force."""
        for one in self.shown:
            timeline = Timeline(one.example.case, one.example.view)
            labeller = Labeller(timeline, self.rulebook.dictionary, self.rulebook.calendar)
            for edition in self.editions:
                duty = altered(edition.duty, where=()) if everybody else edition.duty
                wider = replace(edition, duty=duty, from_=date.min, until=None)
                if labeller.applies(duty) and timeline.has(duty.when.events):
                    for instance in labeller.instances(wider):
                        yield _Might(instance, edition, timeline)

    def _version_dates(self) -> Iterator[str]:
        starts = {one.instance.start for one in self._might(everybody=False)}
        for day, what in self._changes().items():
            if day not in starts:
                yield f"{what}: nothing starts on {people(day)}"
            if day - DAY not in starts:
                yield f"{what}: nothing starts, or would, on the day before, {people(day - DAY)}"

    def _changes(self) -> dict[date, str]:
        """The days on which what holds changes, each with what."""
        found: dict[date, str] = {}
        for duty in self.versions:
            found.setdefault(duty.in_force, "in force")
            for name in dict.fromkeys(ref.value for ref in refs(duty)):
                for version in self.rulebook.values[name].versions:
                    if version.from_ > duty.in_force and (duty.until is None or version.from_ < duty.until):
                        found.setdefault(version.from_, f"another value of {words(name)}")
            if duty.until is not None:
                found.setdefault(duty.until, "no longer in force")
        return found

    def _scopes(self) -> Iterator[str]:
        if not any(edition.duty.where for edition in self.editions):
            return
        might = list(self._might(everybody=True))
        for edition in self.editions:
            for scope in edition.duty.where:
                here = [one for one in might if one.edition is edition]
                for_each = edition.duty.for_each
                truths = {in_scope(scope, one.instance.subject, for_each, one.timeline) for one in here}
                said = f"“{said_scope(scope)}”"
                if True not in truths:
                    yield f"{said}: nobody whom it concerns"
                if False not in truths:
                    yield f"{said}: nobody whom it does not concern"
                yield from (f"{said}: never {_shown(code)}" for code in self._codes_unseen(scope, for_each, here))

    @staticmethod
    def _codes_unseen(scope: Scope, for_each: str, here: list[_Might]) -> Iterator[Plain]:
        """The codes that the condition names and nobody has."""
        things = [thing for one in here for thing in _things(scope, for_each, one)]
        for leaf in tests_in(scope.test):
            if leaf.op in ("at_least", "at_most", "present", "absent") or not isinstance(leaf.values, tuple):
                continue
            seen: set[object] = set()
            for thing in things:
                value = thing.attributes.get(leaf.attribute)
                seen |= set(value) if isinstance(value, tuple) else {value}
            yield from (code for code in leaf.values if code not in seen)


def _matching(duty: Duty, position: int, example: Example) -> list[EventRecord]:
    """The events of the example that the exception means."""
    when = duty.unless[position].when
    assert isinstance(when, Pattern)  # noqa: S101 - asked only of exceptions that are events
    return [event for event in example.case.events if matches(when, event)]


def _things(scope: Scope, for_each: str, one: _Might) -> list[ObjectRecord]:
    """The objects that a condition of the scope is asked of."""
    if scope.through is not None:
        linked = one.timeline.linked(one.instance.subject, scope.through)
        return [other for other in linked if other.type == scope.of]
    return [one.timeline.object(one.instance.subject) if scope.of == for_each else one.timeline.root]


def _shown(code: Plain) -> str:
    return ("yes" if code else "no") if isinstance(code, bool) else words(str(code))


# --- said ----------------------------------------------------------------------------------------------------------------


def told_gaps(found: Gaps) -> str:
    """The gaps duty by duty, then the counts."""
    lines: list[str] = []
    before = ""
    for gap in found.gaps:
        if gap.duty != before:
            lines.append(gap.duty)
            before = gap.duty
        lines.append(f"    {gap.kind:<10} {gap.says}")
    left_out = f"; {found.failing:,} that fail left out (`kept rules test`)" if found.failing else ""
    left_out += f"; {found.drafts:,} drafts left out" if found.drafts else ""
    clauses, examples, gaps = (
        f"{count:,} {word}{'' if count == 1 else 's'}"
        for count, word in ((found.clauses, "clause"), (found.examples, "example"), (len(found.gaps), "gap"))
    )
    lines.append(f"{clauses}, {examples}{left_out}: {gaps}")
    return "\n".join(lines)


def gaps_json(found: Gaps) -> str:
    """The counts, and every gap with its clause, its duty and its kind."""
    counts = {"clauses": found.clauses, "examples": found.examples, "failing": found.failing, "drafts": found.drafts}
    gaps = [{"clause": one.clause, "duty": one.duty, "kind": one.kind, "says": one.says} for one in found.gaps]
    return json.dumps({**counts, "gaps": gaps}, indent=2, ensure_ascii=False)
