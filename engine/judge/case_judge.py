"""The case judge: one case at a time, through durable-rules.

For each clause there is one ruleset; for each case one session, deleted afterwards. What durable-rules decides is which
event settles which instance: the first fulfilment after a start about the same subject, or that there is none, and the
first exception. It is exact only if used in this way (what else it does is in the project's measurements):

- every fact of the case is there before the clock, which is posted last;
- the clock is the first pattern of every rule, `none(…)` never stands before what it refers to;
- every fact has an id of its own, and a session never outlives its case;
- no other thread runs actions: the host's own timers are not started;
- a pattern that joins on more than one condition ends with one that is always true (`_joined`): when the last of
  several is false, durable-rules 2.0.28 reads past the end of them (`reduceExpressionSequence` steps over the end mark).
"""

from __future__ import annotations

import functools
import itertools
import operator
import traceback
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from durable.engine import Host
from durable.lang import c as captured
from durable.lang import m as fact
from durable.lang import none, ruleset, when_all

from engine.duty.language import BeJudged, Happen, Hold, Never, Pattern, Recur, Stand, Within
from engine.duty.rulebook import Edition, Rulebook
from engine.judge.explain import explain
from engine.judge.instances import Candidates, Instance, Key, Labeller, sign
from engine.judge.matching import lacking
from engine.judge.outcome import (
    Decision,
    Facts,
    Fault,
    Finding,
    Flag,
    Judgements,
    Sign,
    Verdict,
    decide,
)
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord, EventRecord
from engine.record.timeline import Timeline, View

START, SURE, DOUBTFUL, CLOCK = "start", "sure", "doubtful", "clock"

Order = tuple[date, int, str]
"""Where an event stands among others: its day, then what started an instance before what may settle it, then its id."""


class _Host(Host):  # type: ignore[misc]  # durable-rules carries no types
    """A host whose actions run only in our own calls: its timer threads would take them away from us."""

    def _run(self) -> None:
        return


def _joined(*conditions: Any) -> Any:
    """All of the conditions, and last of all one that every fact satisfies."""
    return functools.reduce(operator.and_, [*conditions, fact.one == captured.start.one])


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
        self._matches: list[tuple[str, int, int]] = []
        self._host = _Host({clause: self._ruleset(clause, editions) for clause, editions in self.clauses.items()})
        self._session = itertools.count()

    def judge(self, case: CaseRecord, view: View, *, explained: bool = False) -> Judgements:
        """Every finding about the case, seen from there. With `explained`, each says why and what would put it right."""
        timeline = Timeline(case, view)
        labeller = Labeller(timeline, self.rulebook.dictionary, self.rulebook.calendar)
        team, practitioner = case.team, _lead(timeline, self.rulebook.dictionary)
        findings: list[Finding] = []
        faults: list[Fault] = []
        not_applicable: list[str] = []
        for clause, editions in self.clauses.items():
            judged, applied = _ClauseRun(self, timeline, labeller, clause, team, practitioner, explained), False
            for number, edition in enumerate(editions):
                try:
                    found = list(judged.findings(number, edition))
                except Exception as error:  # noqa: BLE001 - the one broad except: a fault stays with its duty and case
                    faults.append(Fault(case=case.id, duty=edition.duty.id, error=f"{type(error).__name__}: {error}",
                                        trace=traceback.format_exc()))  # fmt: skip
                    applied = True
                    continue
                findings += found
                applied |= bool(found)
            if not applied:
                not_applicable.append(clause)
        findings.sort(key=lambda finding: finding.instance)
        return Judgements(
            case=case.id,
            team=team,
            as_at=view.as_at,
            known_at=view.known_at,
            rulebook=self.rulebook.sha256,
            findings=tuple(findings),
            faults=tuple(faults),
            not_applicable=tuple(not_applicable),
            events=len(timeline.events(self.rulebook.dictionary.event)),
        )

    # --- durable-rules ---------------------------------------------------------------------------------------------

    def _ruleset(self, clause: str, editions: list[Edition]) -> dict[str, Any]:
        rules = ruleset(clause)
        with rules:
            for number, edition in enumerate(editions):
                self._fulfilment_rules(number, edition)
                for position, excuse in enumerate(edition.duty.unless):
                    if isinstance(excuse.when, Pattern):
                        self._first_rule(number, f"excuse{position}", "about", "ever" if excuse.already else "since")
        definition: dict[str, Any] = rules.define()[1]
        return definition

    def _fulfilment_rules(self, number: int, edition: Edition) -> None:
        start, sure = f"{number}:{START}", f"{number}:{SURE}"
        needed = edition.duty.must.at_least if isinstance(edition.duty.must, Happen) else 1
        self._first_rule(number, SURE, "key", "low", then=needed - 1)
        if needed == 1:
            self._first_rule(number, DOUBTFUL, "key", "low")

        @when_all(  # type: ignore[untyped-decorator]
            captured.clock << (fact.kind == CLOCK),
            captured.start << (fact.kind == start),
            none(_joined(fact.kind == sure, fact.key == captured.start.key, fact.at > captured.start.low)),
        )
        def absent(found: Any) -> None:
            self._matches.append(("absent", found.start.n, -1))

    def _first_rule(self, number: int, what: str, key: str, low: str, then: int = 0) -> None:
        """The first fact of a kind about the same as a start and after it, or the one so many further on.

        `key` and `low` name the start's fact that says whom it is about, and after which place facts count.
        """

        # Written out afresh each time: durable-rules writes the name of a pattern into the expression it is given.
        def same() -> list[Any]:
            return [fact.kind == f"{number}:{what}", fact.key == getattr(captured.start, key)]

        def after() -> list[Any]:
            return [*same(), fact.at > getattr(captured.start, low)]

        patterns = [
            captured.clock << (fact.kind == CLOCK),
            captured.start << (fact.kind == f"{number}:{START}"),
            captured.first << _joined(*after()),
            none(_joined(*after(), fact.at < captured.first.at)),
        ]
        if then:
            patterns.append(captured.last << _joined(*same(), fact.rank == captured.first.rank + then))

        @when_all(*patterns)  # type: ignore[untyped-decorator]
        def first_found(found: Any) -> None:
            self._matches.append((what, found.start.n, found.last.n if then else found.first.n))

    def run(self, clause: str, facts: list[dict[str, object]]) -> list[tuple[str, int, int]]:
        """What the clause's rules find over these facts: kind of match, number of the start, number of the event."""
        session = str(next(self._session))
        for number, one in enumerate(facts):
            one["id"], one["sid"], one["one"] = f"f{number}", session, 1
        self._matches = []
        try:
            self._host.assert_facts(clause, facts)
            self._host.assert_fact(clause, {"id": CLOCK, "sid": session, "kind": CLOCK})
        finally:
            self._host.delete_state(clause, session)
        return self._matches


class _ClauseRun:
    """One clause over one timeline."""

    def __init__(
        self,
        judge: CaseJudge,
        timeline: Timeline,
        labeller: Labeller,
        clause: str,
        team: str,
        practitioner: str,
        explained: bool,
    ) -> None:
        self.judge, self.timeline, self.labeller, self.clause = judge, timeline, labeller, clause
        self.team, self.practitioner, self.explained = team, practitioner, explained

    def findings(self, number: int, edition: Edition) -> Iterator[Finding]:
        """The findings of one edition of one duty."""
        if not self.labeller.applies(edition.duty):
            return
        instances = self.labeller.instances(edition)
        open_ones = [instance for instance in instances if instance.missing is None]
        settled = self._settle(number, edition, open_ones) if open_ones else {}
        for instance in instances:
            signs = settled.get(id(instance), {})
            yield self._finding(instance, signs)

    def _settle(self, number: int, edition: Edition, instances: list[Instance]) -> dict[int, dict[str, Sign]]:
        """For each instance the events that settle it, by kind of match."""
        candidates = self.labeller.candidates(edition)
        facts = _Facts(number, edition, instances, candidates, self.labeller)
        found: dict[int, dict[str, Sign]] = {id(instance): {} for instance in instances}
        if isinstance(edition.duty.must, BeJudged) and not candidates.excuses:
            return found
        answered: dict[int, int] = dict.fromkeys(range(len(instances)), 0)
        for kind, start, event in self.judge.run(self.clause, facts.as_list()):
            answered[start] += kind in ("absent", SURE)
            if kind != "absent":
                found[id(instances[start])][kind] = facts.signs[event]
        for start, count in answered.items():
            needed = edition.duty.must.at_least if isinstance(edition.duty.must, Happen) else 1
            if count != 1 and not (needed > 1 and count == 0):
                raise AssertionError(
                    f"the rules answered {count} times for {instances[start].name(self.timeline.case.id)}"
                )
        if isinstance(edition.duty.must, Happen) and edition.duty.must.at_least > 1:
            facts.add_doubtful(found, edition.duty.must.at_least)
        return found

    def _finding(self, instance: Instance, signs: dict[str, Sign]) -> Finding:
        edition, duty, view = instance.edition, instance.edition.duty, self.timeline.view
        excuses = self._excuses(instance, signs)
        done, doubtful = signs.get(SURE), signs.get(DOUBTFUL)
        looked_at = duty.judged is not None and (done is not None or isinstance(duty.must, BeJudged))
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
            verdict=self.labeller.verdict(instance, done.event if done else None, view.as_at) if looked_at else None,
            verdict_missing=edition.valid_missing,
        )
        decision = decide(facts)
        flags = tuple(self._flags(facts, decision, instance))
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
            days_over=_days_over(decision, view.as_at),
            force=duty.force,
            standing=edition.standing,
            basis=duty.basis,
            decided_by=duty.decided_by,
            flags=flags,
            evidence=tuple(dict.fromkeys(_evidence(instance, facts, decision, flags))),
            missing=decision.missing,
            team=self.team,
            practitioner=self.practitioner,
        )
        return explain(finding, instance, facts, self.judge.rulebook, self.timeline) if self.explained else finding

    def _excuses(self, instance: Instance, signs: dict[str, Sign]) -> dict[bool, list[Sign]]:
        """The exceptions on the record: those that excuse under True, those that only show a reason under False."""
        found: dict[bool, list[Sign]] = {True: [], False: []}
        if instance.missing is None:
            for excuses, static in self.labeller.static_excuses(instance):
                found[excuses].append(static)
        for kind, one in signs.items():
            if kind.startswith("excuse"):
                excuse = instance.edition.duty.unless[int(kind.removeprefix("excuse"))]
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
        return f"the record of {record.id} ({record.type.replace('_', ' ')}) does not say: {', '.join(names).replace('_', ' ')}"

    def _flags(self, facts: Facts, decision: Decision, instance: Instance) -> Iterator[Flag]:
        due, edition = decision.due, instance.edition
        counted: Sign | Verdict | None = None
        if decision.outcome == "met":
            counted = facts.verdict if facts.person_only else facts.done
        elif decision.outcome == "excused":
            counted = facts.excused
        if counted is not None and not facts.never and due is not None and counted.recorded_on > due:
            yield "recorded_late"
        in_time = facts.reason is not None and (due is None or facts.reason.on <= due)
        if decision.outcome in ("breached", "late") and in_time:
            yield "reason_recorded"
        counted_in_working_days = (
            isinstance(edition.duty.deadline, Within) and edition.span and edition.span[1] == "working_days"
        )
        if due is not None and counted_in_working_days and self.labeller.calendar.provisional(due):
            yield "provisional"


class _Facts:
    """The facts of one edition over one timeline, with days and ids turned into places in one order."""

    def __init__(
        self, number: int, edition: Edition, instances: list[Instance], candidates: Candidates, labeller: Labeller
    ) -> None:
        self.number, self.edition, self.instances, self.candidates = number, edition, instances, candidates
        self.signs: list[Sign] = []
        self._settling: list[tuple[str, Key, Order, int, int]] = []
        must = edition.duty.must
        if isinstance(must, Hold | Stand):
            for instance in instances:
                self._add_own(instance, must, labeller)
        else:
            for kind, by_key in ((SURE, candidates.sure), (DOUBTFUL, candidates.doubtful)):
                self._add_all(kind, by_key)
        for position, by_key in enumerate(candidates.excuses):
            self._add_all(f"excuse{position}", by_key)

    def _add_all(self, kind: str, by_key: dict[Key, list[EventRecord]]) -> None:
        for key, events in by_key.items():
            for rank, event in enumerate(events):
                self._add(kind, key, (event.happened, 1, event.id), rank, sign(event))

    def add_doubtful(self, found: dict[int, dict[str, Sign]], needed: int) -> None:
        """Where several are needed: the first doubtful event, when with the doubtful ones there would be enough."""
        already = isinstance(self.edition.duty.must, Happen) and self.edition.duty.must.already
        for instance in self.instances:
            sure, doubtful = (
                [event for event in by_key.get(instance.key, ()) if already or event.happened >= instance.start]
                for by_key in (self.candidates.sure, self.candidates.doubtful)
            )
            if doubtful and len(sure) < needed <= len(sure) + len(doubtful):
                found[id(instance)][DOUBTFUL] = sign(doubtful[0])

    def _add_own(self, instance: Instance, must: Hold | Stand, labeller: Labeller) -> None:
        """What is settled by the start itself is a fact that only that instance can match."""
        key = self._own_key(instance)
        if isinstance(must, Hold):
            truth = labeller.held(instance, must)
            signs = [] if truth is False else [sign(instance.event, instance.start)]
            kind = SURE if truth else DOUBTFUL
        else:
            signs, kind = labeller.standing_days(instance, must), SURE
        for rank, one in enumerate(signs):
            self._add(kind, key, (one.on, 1, one.event), rank, one)

    def _own_key(self, instance: Instance) -> Key:
        return (*instance.key, instance.event.id, instance.start.isoformat())

    def _add(self, kind: str, key: Key, order: Order, rank: int, one: Sign) -> None:
        self._settling.append((kind, key, order, rank, len(self.signs)))
        self.signs.append(one)

    def as_list(self) -> list[dict[str, object]]:
        """The facts as durable-rules takes them; `at` and `low` are places in one order of days, ranks and ids."""
        own = isinstance(self.edition.duty.must, Hold | Stand)
        already = isinstance(self.edition.duty.must, Happen) and self.edition.duty.must.already
        recurs = isinstance(self.edition.duty.must, Recur)
        since = [(instance.start, 0, "") for instance in self.instances]
        lows = [instance.order for instance in self.instances] if recurs else since
        places = {
            order: place
            for place, order in enumerate(sorted({*since, *lows, *(one[2] for one in self._settling)}), start=1)
        }
        found: list[dict[str, object]] = []
        for n, instance in enumerate(self.instances):
            found.append(
                {
                    "kind": f"{self.number}:{START}",
                    "n": n,
                    "key": _text(self._own_key(instance) if own else instance.key),
                    "about": _text(instance.key),
                    "low": 0 if already else places[lows[n]],
                    "since": places[since[n]],
                    "ever": 0,
                }
            )
        for kind, key, order, rank, n in self._settling:
            found.append(
                {"kind": f"{self.number}:{kind}", "n": n, "key": _text(key), "at": places[order], "rank": rank}
            )
        return found


def _text(key: Key) -> str:
    return "\n".join(key)


def _lead(timeline: Timeline, dictionary: Dictionary) -> str:
    """Who answers for the case now: the practitioner whom the last event about answering for it names, if any."""
    events = timeline.events(word.name for word in dictionary.events if word.answerable)
    return events[-1].about("practitioner")[0] if events and events[-1].about("practitioner") else ""


def _days_over(decision: Decision, as_at: date) -> int | None:
    if decision.due is None or decision.outcome not in ("breached", "late"):
        return None
    return max(((decision.done or as_at) - decision.due).days, 0)


def _evidence(instance: Instance, facts: Facts, decision: Decision, flags: tuple[Flag, ...]) -> Iterator[str]:
    """What started it, what fulfilled or violated it, what excused or explained it, and what a person judged."""
    outcome = decision.outcome
    yield instance.event.id
    if facts.missing:
        return
    counted = ("breached", "excused") if facts.never else ("met", "late", "unjudged", "breached", "undetermined")
    if facts.done and outcome in counted:
        yield facts.done.event
    if outcome == "excused" and facts.excused:
        yield facts.excused.event
    if outcome == "undetermined" and facts.doubtful:
        yield facts.doubtful.event
    if "reason_recorded" in flags and facts.reason:
        yield facts.reason.event
    if facts.verdict and outcome in ("met", "late", "breached"):
        yield facts.verdict.event
