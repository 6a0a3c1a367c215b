"""The case judge: one case at a time, every duty of it, with what a supervisor needs to know about each finding.

Labels come from `engine.judge.instances`, what settles what from durable-rules in `engine.judge.settling`, and the
outcome from `engine.judge.outcome`.
"""

from __future__ import annotations

import itertools
import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple, TypeVar

from engine.duty.english import words
from engine.duty.language import BeJudged, Duty, Hold, Never, NoOpenBreach, Within
from engine.duty.rulebook import Edition, Rulebook
from engine.judge.explain import Stood, explain
from engine.judge.instances import Instance, Labeller, sign
from engine.judge.matching import lacking
from engine.judge.outcome import (
    Facts,
    Fault,
    Finding,
    Judgements,
    Sign,
    broken,
    days_over,
    decide,
    evidence,
    flags,
)
from engine.judge.settling import DOUBTFUL, EXCUSE, SURE, Batch, Settled, Settler
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.timeline import Timeline, View

_Part = TypeVar("_Part")


class CaseJudge:
    """Judges cases by one rulebook.

    `only` names clauses or duties to judge, all of them when it is empty; what those about outcomes look at is judged as
    well, and not reported. With `stated_only`, local values count as not set. Judging raises nothing for what a case
    holds: what goes wrong inside one duty of one case is a `Fault`.

    Raises:
        RulebookProblem: for an unknown clause in `only`.
    """

    def __init__(self, rulebook: Rulebook, *, only: Iterable[str] = (), stated_only: bool = False) -> None:
        self.rulebook = rulebook
        self.chosen = rulebook.chosen(only)
        self.clauses: dict[str, list[Edition]] = {}
        self.rested_on: list[Edition] = []
        """What the chosen duties about outcomes look at, beyond the chosen ones."""
        rested_on = rulebook.rested_on(self.chosen)
        for edition in rulebook.editions(stated_only=stated_only):
            if edition.duty.id in self.chosen:
                self.clauses.setdefault(edition.duty.clause, []).append(edition)
            elif edition.duty.id in rested_on:
                self.rested_on.append(edition)
        self.settler = Settler()

    def judge(self, case: CaseRecord, view: View, *, explained: bool = False) -> Judgements:
        """Every finding about the case, seen from there. With `explained`, each says why and what would put it right."""
        run = _CaseRun(self, Timeline(case, view), explained)
        findings = sorted(run.findings(), key=lambda finding: finding.instance)
        faults = tuple(fault for fault in run.faults if fault.duty in self.chosen)
        failed = {fault.duty for fault in faults}
        applied = {finding.clause for finding in findings}
        applied |= {duty.clause for duty in self.rulebook.duties if duty.id in failed}
        return Judgements(
            case=case.id,
            team=case.team,
            as_at=view.as_at,
            known_at=view.known_at,
            rulebook=self.rulebook.sha256,
            findings=tuple(findings),
            faults=faults,
            not_applicable=tuple(clause for clause in self.clauses if clause not in applied),
            events=run.timeline.count(self.rulebook.dictionary.event),
        )


class _Broken(NamedTuple):
    """An instance of that edition's duty that stood broken from `since` until the day before `until`, or for ever."""

    edition: Edition
    since: date
    until: date | None


class _CaseRun:
    """One timeline, duty by duty; those about outcomes after all the others."""

    def __init__(self, judge: CaseJudge, timeline: Timeline, explained: bool) -> None:
        self.judge, self.timeline, self.explained = judge, timeline, explained
        self.labeller = Labeller(timeline, judge.rulebook.dictionary, judge.rulebook.calendar)
        self.team, self.practitioner = timeline.case.team, _lead(timeline, judge.rulebook.dictionary)
        self.faults: list[Fault] = []
        self._broken: list[_Broken] = []
        self._later: set[str] = set()
        """The duties about outcomes that have instances in this timeline."""

    def findings(self) -> list[Finding]:
        """The findings of every chosen duty; what failed is in `faults`."""
        labelled = self._label(itertools.chain.from_iterable(self.judge.clauses.values()))
        self._later = {name for name, parts in labelled.items() if parts and _duty(parts[0]).about_outcomes}
        if self._later:
            labelled |= self._label(self.judge.rested_on)
        batches = [part for parts in labelled.values() for part in parts if isinstance(part, Batch)]
        asking = dict.fromkeys(batch.duty.id for batch in batches)
        settled = self._guarded(asking, lambda: self.judge.settler.settle(batches))
        findings: list[Finding] = []
        for name in sorted(labelled, key=self._later.__contains__):
            if settled or name not in asking:
                parts = labelled[name]
                if name in self._later and self._rests_on_a_fault(name, parts):
                    continue
                found = self._guarded([name], lambda: list(self._findings(parts)))  # noqa: B023 - called at once
                findings += found if name in self.judge.chosen else []
        return findings

    def _label(self, editions: Iterable[Edition]) -> dict[str, list[Batch | Instance]]:
        """What there is to judge of each of these duties."""
        labelled: dict[str, list[Batch | Instance]] = {}
        for edition in editions:
            duty = edition.duty
            if self.timeline.has(duty.when.events) and self.labeller.applies(duty):
                found = self._guarded([duty.id], lambda: list(self._labelled(edition)))  # noqa: B023 - called at once
                labelled.setdefault(duty.id, []).extend(found)
        return labelled

    def _rests_on_a_fault(self, name: str, parts: list[Batch | Instance]) -> bool:
        """Whether something failed that this duty about outcomes looks at: then it has failed as well."""
        if not self.faults:
            return False
        musts = [must for part in parts if isinstance(must := _duty(part).must, NoOpenBreach)]
        looked_at = {one.id for one in self.judge.rulebook.duties if any(must.looks_at(one) for must in musts)}
        failed = [fault for fault in self.faults if fault.duty in looked_at]
        if failed:
            duties = ", ".join(sorted({fault.duty for fault in failed}))
            error = f"what it rests on could not be judged: {duties}"
            trace = "\n".join(fault.trace for fault in failed)
            self.faults.append(Fault(case=self.timeline.case.id, duty=name, error=error, trace=trace))
        return bool(failed)

    def _guarded(self, duties: Iterable[str], work: Callable[[], list[_Part]]) -> list[_Part]:
        """What the work gives; when it fails, nothing, and a fault for each duty that it was for."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the one broad except: a fault stays with its duty and case
            self.faults += [
                Fault(case=self.timeline.case.id, duty=duty, error=f"{type(error).__name__}: {error}",
                      trace=traceback.format_exc())
                for duty in duties
            ]  # fmt: skip
            return []

    def _labelled(self, edition: Edition) -> Iterator[Batch | Instance]:
        """The instances of an edition: those that can be judged together, the others one by one."""
        instances = self.labeller.instances(edition)
        yield from (instance for instance in instances if instance.missing is not None)
        open_ones = [instance for instance in instances if instance.missing is None]
        if open_ones:
            yield Batch(open_ones, self.labeller.candidates(edition, open_ones), self.labeller)

    def _findings(self, parts: list[Batch | Instance]) -> Iterator[Finding]:
        """The findings of one duty, in whatever editions."""
        settled: list[tuple[Instance, Settled]] = []
        for part in parts:
            settled += part.settled() if isinstance(part, Batch) else [(part, {})]
        starts: dict[tuple[str, str], set[date]] = {}
        if any(instance.edition.duty.judged for instance, _ in settled):
            for instance, _ in settled:
                starts.setdefault((instance.subject, instance.per), set()).add(instance.start)
        for instance, signs in settled:
            yield self._finding(instance, signs, starts.get((instance.subject, instance.per), set()))

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
        stood = self._stood_broken(duty.must, instance) if isinstance(duty.must, NoOpenBreach) else {}
        if isinstance(duty.must, NoOpenBreach) and not stood:
            signs = {**signs, SURE: sign(instance.event, instance.start)}
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
        if self._later and (days := broken(facts, decision)):
            self._broken.append(_Broken(edition, *days))
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
        if not self.explained or duty.id not in self.judge.chosen:
            return finding
        return explain(finding, instance, facts, self.judge.rulebook, self.timeline, stood)

    def _stood_broken(self, must: NoOpenBreach, instance: Instance) -> dict[str, Stood]:
        """The clauses that it looks at and that stood broken on the day of the start, each as it did for longest."""
        stood: dict[str, Stood] = {}
        for edition, since, until in self._broken:
            duty, day = edition.duty, instance.start
            if must.looks_at(duty) and since <= day and (until is None or day < until):
                now = Stood(since, edition.standing == "local")
                stood[duty.clause] = min(now, stood.get(duty.clause, now))
        return stood

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
        record = self.timeline.event(doubtful.event)
        if isinstance(must, Hold):
            names = lacking([must.test], record.attributes)
            names += ("who did it",) if must.by_another and not record.by else ()
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


def _duty(part: Batch | Instance) -> Duty:
    return part.duty if isinstance(part, Batch) else part.edition.duty


def _lead(timeline: Timeline, dictionary: Dictionary) -> str:
    """Who answers for the case now: the practitioner whom the last event about answering for it names, if any."""
    events = timeline.events(word.name for word in dictionary.events if word.answerable)
    return events[-1].about("practitioner")[0] if events and events[-1].about("practitioner") else ""
