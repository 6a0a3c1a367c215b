"""The case judge: one case at a time, every duty of it, with what a supervisor needs to know about each finding.

Labels come from `engine.judge.instances`, what settles what from durable-rules in `engine.judge.settling`, and the
outcome from `engine.judge.outcome`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TypeVar

from engine.duty.english import words
from engine.duty.language import BeJudged, Hold, Never, Within
from engine.duty.rulebook import Edition, Rulebook
from engine.judge.explain import explain
from engine.judge.instances import Instance, Labeller
from engine.judge.matching import lacking
from engine.judge.outcome import (
    Facts,
    Fault,
    Finding,
    Judgements,
    Sign,
    days_over,
    decide,
    evidence,
    flags,
)
from engine.judge.settling import DOUBTFUL, EXCUSE, SURE, Batch, Settled, Settler
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord, EventRecord
from engine.record.timeline import Timeline, View

_Part = TypeVar("_Part")


class CaseJudge:
    """Judges cases by one rulebook.

    `only` names clauses or duties to judge, all of them when it is empty. With `stated_only`, local values count as not
    set. Judging raises nothing for what a case holds: what goes wrong inside one duty of one case is a `Fault`.

    Raises:
        RulebookProblem: for an unknown clause in `only`.
    """

    def __init__(self, rulebook: Rulebook, *, only: Iterable[str] = (), stated_only: bool = False) -> None:
        self.rulebook = rulebook
        self.clauses: dict[str, list[Edition]] = {}
        chosen = rulebook.chosen(only)
        for edition in (one for one in rulebook.editions(stated_only=stated_only) if one.duty.id in chosen):
            self.clauses.setdefault(edition.duty.clause, []).append(edition)
        self.settler = Settler(self.clauses)

    def judge(self, case: CaseRecord, view: View, *, explained: bool = False) -> Judgements:
        """Every finding about the case, seen from there. With `explained`, each says why and what would put it right."""
        run = _CaseRun(self, Timeline(case, view), explained)
        findings: list[Finding] = []
        not_applicable: list[str] = []
        for clause, editions in self.clauses.items():
            failed = len(run.faults)
            found = run.clause(clause, editions)
            findings += found
            if not found and len(run.faults) == failed:
                not_applicable.append(clause)
        findings.sort(key=lambda finding: finding.instance)
        return Judgements(
            case=case.id,
            team=case.team,
            as_at=view.as_at,
            known_at=view.known_at,
            rulebook=self.rulebook.sha256,
            findings=tuple(findings),
            faults=tuple(run.faults),
            not_applicable=tuple(not_applicable),
            events=len(run.timeline.events(self.rulebook.dictionary.event)),
        )


class _CaseRun:
    """One timeline, clause by clause."""

    def __init__(self, judge: CaseJudge, timeline: Timeline, explained: bool) -> None:
        self.judge, self.timeline, self.explained = judge, timeline, explained
        self.labeller = Labeller(timeline, judge.rulebook.dictionary, judge.rulebook.calendar)
        self.team, self.practitioner = timeline.case.team, _lead(timeline, judge.rulebook.dictionary)
        self.faults: list[Fault] = []

    def clause(self, clause: str, editions: list[Edition]) -> list[Finding]:
        """The findings of one clause; what failed is in `faults`."""
        labelled: dict[str, list[Batch | Instance]] = {}
        for number, edition in enumerate(editions):
            if self.timeline.has(edition.duty.when.events) and self.labeller.applies(edition.duty):
                found = self._guarded(edition.duty.id, lambda: list(self._labelled(number, edition)))  # noqa: B023 - called at once
                labelled.setdefault(edition.duty.id, []).extend(found)
        batches = [part for parts in labelled.values() for part in parts if isinstance(part, Batch)]
        settled: dict[int, Settled] = {}
        if batches:
            instances = [instance for batch in batches for instance in batch.instances]
            answers = self._guarded(clause, lambda: self.judge.settler.settle(clause, batches))
            if not answers:
                return []
            settled = {id(instance): answer for instance, answer in zip(instances, answers, strict=True)}
        findings: list[Finding] = []
        for duty, parts in labelled.items():
            findings += self._guarded(duty, lambda: list(self._findings(parts, settled)))  # noqa: B023 - called at once
        return findings

    def _guarded(self, duty: str, work: Callable[[], list[_Part]]) -> list[_Part]:
        """What the work gives; when it fails, nothing, and a fault."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the one broad except: a fault stays with its duty and case
            self.faults.append(Fault(case=self.timeline.case.id, duty=duty, error=f"{type(error).__name__}: {error}",
                                     trace=traceback.format_exc()))  # fmt: skip
            return []

    def _labelled(self, number: int, edition: Edition) -> Iterator[Batch | Instance]:
        """The instances of an edition: those that can be judged together, the others one by one."""
        instances = self.labeller.instances(edition)
        yield from (instance for instance in instances if instance.missing is not None)
        open_ones = [instance for instance in instances if instance.missing is None]
        if open_ones:
            yield Batch(number, open_ones, self.labeller.candidates(edition, open_ones), self.labeller)

    def _findings(self, parts: list[Batch | Instance], settled: dict[int, Settled]) -> Iterator[Finding]:
        """The findings of one duty, in whatever editions."""
        instances = [one for part in parts for one in (part.instances if isinstance(part, Batch) else [part])]
        starts: dict[tuple[str, str], set[date]] = {}
        if instances and instances[0].edition.duty.judged is not None:
            for instance in instances:
                starts.setdefault((instance.subject, instance.per), set()).add(instance.start)
        for instance in instances:
            around = starts.get((instance.subject, instance.per), set())
            yield self._finding(instance, settled.get(id(instance), {}), around)

    @staticmethod
    def _worked_on(instance: Instance, signs: Settled) -> date | None:
        """The day of the work that a person may judge: when it was done, or what started it when only a person can say."""
        if instance.missing is not None or instance.edition.duty.judged is None:
            return None
        if isinstance(instance.edition.duty.must, BeJudged):
            return instance.start
        return max(signs[SURE].on, instance.start) if SURE in signs else None

    def _finding(self, instance: Instance, signs: Settled, starts: set[date]) -> Finding:
        edition, duty, view = instance.edition, instance.edition.duty, self.timeline.view
        excuses = self._excuses(instance, signs)
        done, doubtful = signs.get(SURE), signs.get(DOUBTFUL)
        day = self._worked_on(instance, signs)
        facts = Facts(
            start=instance.start,
            due=instance.due,
            as_at=view.as_at,
            at_closure=duty.at_closure,
            missing=instance.missing,
            done=done,
            doubtful=doubtful if done is None else None,
            doubt=self._doubt(instance, doubtful) if doubtful else None,
            excused=min(excuses[True], default=None),
            reason=min(excuses[False], default=None),
            closed=self.labeller.closed(instance),
            never=isinstance(duty.must, Never),
            person_only=isinstance(duty.must, BeJudged),
            judged=duty.judged is not None,
            verdict=self.labeller.verdict(instance, done, day, starts, view.as_at) if day is not None else None,
            verdict_missing=edition.valid_missing,
        )
        decision = decide(facts)
        shown = dict.fromkeys((instance.event.id, *evidence(facts, decision)))
        finding = Finding(
            instance=instance.name(self.timeline.case.id),
            case=self.timeline.case.id,
            clause=duty.clause,
            duty=duty.id,
            subject=instance.subject,
            subject_type=duty.for_each,
            outcome=decision.outcome,
            start=instance.start,
            due=decision.due,
            done=decision.done,
            days_over=days_over(decision, view.as_at),
            force=duty.force,
            standing=edition.standing,
            basis=duty.basis,
            decided_by=duty.decided_by,
            flags=flags(facts, decision, provisional=self._provisional(edition, decision.due)),
            evidence=tuple(shown),
            missing=decision.missing,
            team=self.team,
            practitioner=self.practitioner,
        )
        return explain(finding, instance, facts, self.judge.rulebook, self.timeline) if self.explained else finding

    def _excuses(self, instance: Instance, signs: Settled) -> dict[bool, list[Sign]]:
        """The exceptions on the record: those that excuse under True, those that only show a reason under False."""
        found: dict[bool, list[Sign]] = {True: [], False: []}
        if instance.missing is None:
            for excuses, static in self.labeller.static_excuses(instance):
                found[excuses].append(static)
        for kind, one in signs.items():
            if kind.startswith(EXCUSE):
                excuse = instance.edition.duty.unless[int(kind.removeprefix(EXCUSE))]
                found[excuse.excuses].append(one)
        return found

    def _doubt(self, instance: Instance, doubtful: Sign) -> str:
        must = instance.edition.duty.must
        record: EventRecord = self.timeline.graph.nodes["event", doubtful.event]["record"]
        if isinstance(must, Hold):
            names = lacking([must.test], record.attributes)
        else:
            pattern = must.pattern  # type: ignore[union-attr]  # only these forms have doubtful events
            names = lacking([match.test for match in pattern.any_of if match.event == record.type], record.attributes)
            names += tuple(name for name in instance.edition.duty.same if name not in record.attributes)
        return f"the record of {record.id} ({words(record.type)}) does not say: {words(', '.join(names))}"

    def _provisional(self, edition: Edition, due: date | None) -> bool:
        in_working_days = (
            isinstance(edition.duty.deadline, Within) and edition.span and edition.span[1] == "working_days"
        )
        return due is not None and bool(in_working_days) and self.labeller.calendar.provisional(due)


def _lead(timeline: Timeline, dictionary: Dictionary) -> str:
    """Who answers for the case now: the practitioner whom the last event about answering for it names, if any."""
    events = timeline.events(word.name for word in dictionary.events if word.answerable)
    return events[-1].about("practitioner")[0] if events and events[-1].about("practitioner") else ""
