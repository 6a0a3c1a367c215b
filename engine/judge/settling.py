"""Which event settles which instance: durable-rules over one case, one ruleset for each clause, one session for each case.

What durable-rules decides is the first fulfilment after a start about the same subject, or that there is none, and the
first exception. It is exact only if used in this way (what else it does is in the project's measurements):

- every fact of the case is there before the clock, which comes last;
- the clock is the first pattern of every rule, `none(…)` never stands before what it refers to;
- every fact has an id of its own, and a session never outlives its case;
- no other thread runs actions: the host's own timers are not started;
- a pattern that joins on more than one condition ends with one that is always true (`_joined`): when the last of
  several is false, durable-rules 2.0.28 reads past the end of them (`reduceExpressionSequence` steps over the end mark).

Nothing else in Kept knows durable-rules.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from durable.engine import Host
from durable.lang import c as captured
from durable.lang import cap, none, ruleset, when_all
from durable.lang import m as fact

from engine.duty.language import Duty, Happen, Hold, Pattern, Recur, Stand
from engine.duty.rulebook import Edition
from engine.judge.instances import Candidates, Instance, Key, Labeller, sign
from engine.judge.outcome import Sign
from engine.record.model import EventRecord

START, SURE, DOUBTFUL, EXCUSE, CLOCK, ABSENT = "start", "sure", "doubtful", "excuse", "clock", "absent"

TOGETHER = 500
"""Matches of one rule that are handed over in one call; more come in further calls."""

Order = tuple[date, int, str]
"""Where an event stands among others: its day, then what started an instance before what may settle it, then its id."""

Settled = dict[str, Sign]
"""What settles an instance: the event under SURE, DOUBTFUL, and `excuse0`, `excuse1`… for each exception."""


class _Host(Host):  # type: ignore[misc]  # durable-rules carries no types
    """A host whose actions run only in our own calls: its timer threads would take them away from us."""

    def _run(self) -> None:
        return


def _joined(*conditions: Any) -> Any:
    """All of the conditions, and last of all one that every fact satisfies."""
    return functools.reduce(operator.and_, [*conditions, fact.one == captured.start.one])


def _may_be_doubtful(duty: Duty) -> bool:
    """Whether an event could fulfil the duty if only the record said more."""
    if isinstance(duty.must, Happen | Recur):
        return bool(duty.same) or any(match.test for match in duty.must.pattern.any_of)
    return isinstance(duty.must, Hold)


class Settler:
    """The rulesets of some clauses, built once."""

    def __init__(self, clauses: Mapping[str, Sequence[Edition]]) -> None:
        self._matches: list[tuple[str, int, int]] = []
        self._host = _Host({clause: self._ruleset(clause, editions) for clause, editions in clauses.items()})
        self._session = itertools.count()

    def settle(self, clause: str, batches: Sequence[Batch]) -> list[Settled]:
        """What settles each instance, in the order of the batches.

        Raises:
            AssertionError: when the rules do not answer exactly once for an instance; it would be judged wrongly.
        """
        facts: list[dict[str, object]] = []
        signs: list[Sign] = []
        count = 0
        idle = set()
        for batch in batches:
            if batch.settling:
                facts += batch.facts(count, signs)
            else:
                idle |= set(range(count, count + len(batch.instances)))  # nothing on the record could settle these
            count += len(batch.instances)
        found: list[Settled] = [{} for _ in range(count)]
        answered = [0] * count
        for kind, start, event in self._run(clause, facts) if facts else ():
            answered[start] += kind in (ABSENT, SURE)
            if kind != ABSENT:
                found[start][kind] = signs[event]
        for position, batch, instance in _numbered(batches):
            if answered[position] != 1 and position not in idle:
                raise AssertionError(f"the rules answered {answered[position]} times for {instance.event.id}")
            if batch.needed > 1 and SURE not in found[position] and (doubtful := batch.doubtful(instance)):
                found[position][DOUBTFUL] = doubtful
        return found

    def _run(self, clause: str, facts: list[dict[str, object]]) -> list[tuple[str, int, int]]:
        """What the clause's rules find over these facts: kind of match, number of the start, number of the event."""
        session = str(next(self._session))
        facts.append({"kind": CLOCK})
        for number, one in enumerate(facts):
            one["id"], one["sid"], one["one"] = f"f{number}", session, 1
        self._matches = []
        self._host.assert_facts(clause, facts)
        self._host.delete_state(clause, session)
        return self._matches

    # --- the rules -----------------------------------------------------------------------------------------------

    def _ruleset(self, clause: str, editions: Sequence[Edition]) -> dict[str, Any]:
        rules = ruleset(clause)
        with rules:
            for number, edition in enumerate(editions):
                self._fulfilment_rules(number, edition.duty)
                for position, excuse in enumerate(edition.duty.unless):
                    if isinstance(excuse.when, Pattern):
                        self._first_rule(number, f"{EXCUSE}{position}", "about", "" if excuse.already else "since")
        definition: dict[str, Any] = rules.define()[1]
        return definition

    def _fulfilment_rules(self, number: int, duty: Duty) -> None:
        start, sure = f"{number}:{START}", f"{number}:{SURE}"
        self._first_rule(number, SURE, "key", "low")
        if _may_be_doubtful(duty):
            self._first_rule(number, DOUBTFUL, "key", "low")

        @when_all(  # type: ignore[untyped-decorator]
            cap(TOGETHER),
            captured.clock << (fact.kind == CLOCK),
            captured.start << (fact.kind == start),
            none(_joined(fact.kind == sure, fact.key == captured.start.key, fact.back > captured.start.low)),
        )
        def absent(found: Any) -> None:
            self._matches += [(ABSENT, match.start.n, -1) for match in found.m]

    def _first_rule(self, number: int, what: str, key: str, low: str) -> None:
        """The first fact of a kind about the same as a start, and after it.

        `key` and `low` name the start's fact that says whom it is about, and after which place facts count (none: all do).
        """

        # Written out afresh each time: durable-rules writes the name of a pattern into the expression it is given.
        def after() -> list[Any]:
            same = fact.key == getattr(captured.start, key)
            # What starts an instance does not excuse it as well.
            other = [fact.event != captured.start.event] if what.startswith(EXCUSE) else []
            later = [fact.back > getattr(captured.start, low)] if low else []
            return [fact.kind == f"{number}:{what}", same, *later, *other]

        @when_all(  # type: ignore[untyped-decorator]
            cap(TOGETHER),
            captured.clock << (fact.kind == CLOCK),
            captured.start << (fact.kind == f"{number}:{START}"),
            captured.first << _joined(*after()),
            none(_joined(*after(), fact.at < captured.first.at)),
        )
        def first_found(found: Any) -> None:
            self._matches += [(what, match.start.n, match.first.n) for match in found.m]


class Batch:
    """The instances of one edition of one duty in one case, and the events that may settle them, as facts.

    Days and ids become places in one order, so that the rules compare whole numbers: `at` is an event's own place, and
    `back` that of the event so many before it that there are enough with it (its own, where one is enough).
    """

    def __init__(self, number: int, instances: list[Instance], candidates: Candidates, labeller: Labeller) -> None:
        self.number, self.instances, self.candidates = number, instances, candidates
        self.must = must = instances[0].edition.duty.must
        self.needed = must.at_least if isinstance(must, Happen) else 1
        self.settling: list[tuple[str, Key, Order, Order, Sign]] = []
        if isinstance(must, Hold | Stand):
            for instance in instances:
                self._add_own(instance, must, labeller)
        else:
            self._add_all(SURE, candidates.sure, self.needed)
            if self.needed == 1:
                self._add_all(DOUBTFUL, candidates.doubtful)
        for position, by_key in enumerate(candidates.excuses):
            self._add_all(f"{EXCUSE}{position}", by_key)

    def _add_all(self, kind: str, by_key: dict[Key, list[EventRecord]], needed: int = 1) -> None:
        for key, events in by_key.items():
            orders = [(event.happened, 1, event.id) for event in events]
            for last in range(needed - 1, len(events)):
                self.settling.append((kind, key, orders[last - needed + 1], orders[last], sign(events[last])))

    def _add_own(self, instance: Instance, must: Hold | Stand, labeller: Labeller) -> None:
        """What is settled by the start itself is a fact that only that instance can match."""
        if isinstance(must, Hold):
            truth = labeller.held(instance, must)
            signs = [] if truth is False else [sign(instance.event, instance.start)]
            kind = SURE if truth else DOUBTFUL
        else:
            signs, kind = labeller.standing_days(instance, must), SURE
        key = self._own_key(instance)
        orders = [(one.on, 1, one.event) for one in signs]
        self.settling += [(kind, key, order, order, one) for order, one in zip(orders, signs, strict=True)]

    @staticmethod
    def _own_key(instance: Instance) -> Key:
        return (*instance.key, instance.event.id, instance.start.isoformat())

    def facts(self, first: int, signs: list[Sign]) -> list[dict[str, object]]:
        """The facts; starts are numbered from `first`, and what may settle them by their place in `signs`."""
        own = isinstance(self.must, Hold | Stand)
        already = isinstance(self.must, Happen) and self.must.already
        since: list[Order] = [(instance.start, 0, "") for instance in self.instances]
        lows = [instance.order for instance in self.instances] if isinstance(self.must, Recur) else since
        orders = {*since, *lows, *(order for _, _, back, at, _ in self.settling for order in (back, at))}
        places = {order: place for place, order in enumerate(sorted(orders), start=1)}
        # Whom an event is about becomes a number too: it is written and read as JSON on the way to the rules.
        whom: dict[Key, int] = {}
        found: list[dict[str, object]] = [
            {
                "kind": f"{self.number}:{START}",
                "n": first + position,
                "key": whom.setdefault(self._own_key(instance) if own else instance.key, len(whom)),
                "about": whom.setdefault(instance.key, len(whom)),
                "low": 0 if already else places[lows[position]],
                "since": places[since[position]],
                "event": instance.event.id,
            }
            for position, instance in enumerate(self.instances)
        ]
        for kind, key, back, at, one in self.settling:
            if key in whom:
                place = {"at": places[at], "back": places[back], "event": one.event}
                found.append({"kind": f"{self.number}:{kind}", "n": len(signs), "key": whom[key], **place})
                signs.append(one)
        return found

    def doubtful(self, instance: Instance) -> Sign | None:
        """Where several are needed: the first doubtful event, when with the doubtful ones there would be enough."""
        already = isinstance(self.must, Happen) and self.must.already
        sure, doubtful = (
            [event for event in by_key.get(instance.key, ()) if already or event.happened >= instance.start]
            for by_key in (self.candidates.sure, self.candidates.doubtful)
        )
        enough = len(sure) < self.needed <= len(sure) + len(doubtful)
        return sign(doubtful[0]) if doubtful and enough else None


def _numbered(batches: Sequence[Batch]) -> list[tuple[int, Batch, Instance]]:
    pairs = [(batch, instance) for batch in batches for instance in batch.instances]
    return [(position, batch, instance) for position, (batch, instance) in enumerate(pairs)]
