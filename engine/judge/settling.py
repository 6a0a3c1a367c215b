"""Which event settles which instance: durable-rules over one case, in one session unless the case is a big one.

What durable-rules decides is the first event after a start about the same subject, or that there is none. Each thing
that could settle an instance (a fulfilment, an event that may be one, each exception) is a question of its own, so that
two rules answer for every duty there is. It is exact only if used in this way (what else it does is in the project's
measurements):

- every fact of the case is there before the clock, which comes last;
- the clock is the first pattern of every rule, `none(…)` never stands before what it refers to;
- every fact has an id of its own, and a session never outlives its case;
- no other thread runs actions: the host's own timers are not started;
- a pattern that joins on more than one condition ends with one that is always true (`_joined`): when the last of
  several is false, durable-rules 2.0.28 reads past the end of them (`reduceExpressionSequence` steps over the end mark).
  `id` and `sid` are no part of a condition: their text is not copied with the fact.

Nothing else in Kept knows durable-rules.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from durable.engine import Host
from durable.lang import c as captured
from durable.lang import cap, none, ruleset, when_all
from durable.lang import m as fact

from engine.duty.language import Happen, Hold, NoOpenBreach, Recur, Stand
from engine.judge.instances import Candidates, Instance, Key, Labeller, sign
from engine.judge.outcome import Sign
from engine.record.model import EventRecord

SURE, DOUBTFUL, EXCUSE = "sure", "doubtful", "excuse"

RULES, CLOCK, ASKED, EVENT = "rules", "clock", "asked", "event"

TOGETHER = 500
"""Matches of one rule that are handed over in one call; more come in further calls."""

MANY = 500
"""Facts that are enough for one session: it needs the more memory and time for each, the more there are."""

Order = tuple[date, int, str]
"""Where an event stands among others: its day, then what started an instance before what may settle it, then its id."""

About = tuple[str, Key]
"""What kind of event, SURE, DOUBTFUL or `excuse0`, `excuse1`…, about whom."""

Settled = dict[str, Sign]
"""What settles an instance: an event of each kind that there is."""


class _Host(Host):  # type: ignore[misc]  # durable-rules carries no types
    """A host whose actions run only in our own calls: its timer threads would take them away from us."""

    def _run(self) -> None:
        return


def _joined(*conditions: Any) -> Any:
    """All of the conditions, and last of all one that every fact satisfies."""
    return functools.reduce(operator.and_, [*conditions, fact.one == captured.asked.one])


def _since(instance: Instance) -> Order:
    """The place after which everything from its start on comes."""
    return instance.start, 0, ""


class Settler:
    """The rules, built once for any number of cases."""

    def __init__(self) -> None:
        self._answers: list[tuple[int, int | None]] = []
        self._host = _Host({RULES: self._ruleset()})
        self._session = itertools.count()

    def settle(self, batches: list[Batch]) -> list[Batch]:
        """The batches, which are all of one case, with what settles each instance."""
        asked = _Asked([], [], [])
        for batch in batches:
            batch.ask(asked)
            if len(asked.facts) > MANY:
                self._answer(asked)
                asked = _Asked([], [], [])
        self._answer(asked)
        return batches

    def _answer(self, asked: _Asked) -> None:
        for question, event in self._run(asked.facts) if asked.facts else ():
            batch, position, kind = asked.questions[question]
            batch.answer(position, kind, None if event is None else asked.signs[event])

    def _run(self, facts: list[dict[str, object]]) -> list[tuple[int, int | None]]:
        """What the rules find over these facts: number of the question, number of the event or none."""
        session = str(next(self._session))
        facts.append({"kind": CLOCK})
        for number, one in enumerate(facts):
            one["id"], one["sid"], one["one"] = f"f{number}", session, 1
        self._answers = []
        self._host.assert_facts(RULES, facts)
        self._host.delete_state(RULES, session)
        return self._answers

    def _ruleset(self) -> dict[str, Any]:
        """The rules: the first event about the same as a question and after it, and that there is none."""

        # Written out afresh each time: durable-rules writes the name of a pattern into the expression it is given.
        def after() -> list[Any]:
            return [
                fact.kind == EVENT,
                fact.key == captured.asked.key,
                fact.back > captured.asked.low,
            ]

        rules = ruleset(RULES)
        with rules:

            @when_all(  # type: ignore[untyped-decorator]
                cap(TOGETHER),
                captured.clock << (fact.kind == CLOCK),
                captured.asked << (fact.kind == ASKED),
                captured.first << _joined(*after()),
                none(_joined(*after(), fact.at < captured.first.at)),
            )
            def first_found(found: Any) -> None:
                self._answers += [(match.asked.n, match.first.n) for match in found.m]

            @when_all(  # type: ignore[untyped-decorator]
                cap(TOGETHER),
                captured.clock << (fact.kind == CLOCK),
                captured.asked << (fact.kind == ASKED),
                none(_joined(*after())),
            )
            def absent(found: Any) -> None:
                self._answers += [(match.asked.n, None) for match in found.m]

        definition: dict[str, Any] = rules.define()[1]
        return definition


class Batch:
    """The instances of one edition of one duty in one case, and the events that may settle them.

    Days and ids become places in one order, so that the rules compare whole numbers: `at` is an event's own place, and
    `back` that of the event so many before it that there are enough with it (its own, where one is enough).
    """

    def __init__(self, instances: list[Instance], candidates: Candidates, labeller: Labeller) -> None:
        self.instances, self.candidates = instances, candidates
        self.duty = instances[0].edition.duty
        self.must = must = self.duty.must
        self.needed = must.at_least if isinstance(must, Happen) else 1
        self._found: list[Settled] = [{} for _ in instances]
        self._answers: dict[tuple[int, str], int] = {}
        self._asked: list[tuple[int, About, Order | None]] = []
        self._events: dict[About, list[tuple[Order, Order, Sign]]] = {}
        for position, instance in enumerate(instances):
            if isinstance(must, Hold | Stand):
                self._ask_own(position, must, labeller)
            elif not isinstance(must, NoOpenBreach):  # that rests on outcomes: here only what may excuse it is asked
                self._ask_fulfilling(position)
            for number, by_key in enumerate(candidates.excuses):
                if events := by_key.get(instance.key):
                    self._ask_excusing(position, number, events)

    def _ask_own(self, position: int, must: Hold | Stand, labeller: Labeller) -> None:
        """What is settled by the start itself is an event that only that instance asks for."""
        instance, kind = self.instances[position], SURE
        if isinstance(must, Hold):
            truth = labeller.held(instance, must)
            signs = [] if truth is False else [sign(instance.event, instance.start)]
            kind = SURE if truth else DOUBTFUL
        else:
            signs = labeller.standing_days(instance, must)
        if signs:
            about = kind, (*instance.key, instance.event.id, instance.start.isoformat())
            orders = [(one.on, 1, one.event) for one in signs]
            self._events[about] = list(zip(orders, orders, signs, strict=True))
            self._asked.append((position, about, _since(instance)))

    def _ask_fulfilling(self, position: int) -> None:
        instance, must = self.instances[position], self.must
        after: Order | None = instance.order if isinstance(must, Recur) else _since(instance)
        if isinstance(must, Happen) and must.already:
            after = None
        if events := self.candidates.sure.get(instance.key):
            self._ask(position, (SURE, instance.key), after, events, self.needed)
        if self.needed == 1 and (events := self.candidates.doubtful.get(instance.key)):
            self._ask(position, (DOUBTFUL, instance.key), after, events)

    def _ask_excusing(self, position: int, number: int, events: list[EventRecord]) -> None:
        instance, key = self.instances[position], self.instances[position].key
        after = None if self.duty.unless[number].already else _since(instance)
        # What starts an instance does not excuse it as well.
        others = [event for event in events if event.id != instance.event.id]
        if len(others) < len(events):
            key = (*key, instance.event.id)
        self._ask(position, (f"{EXCUSE}{number}", key), after, others)

    def _ask(
        self, position: int, about: About, after: Order | None, events: list[EventRecord], needed: int = 1
    ) -> None:
        """Ask, unless no event could be the answer."""
        if len(events) < needed:
            return
        if about not in self._events:
            orders = [(event.happened, 1, event.id) for event in events]
            enough = zip(orders, orders[needed - 1 :], events[needed - 1 :], strict=False)
            self._events[about] = [(back, at, sign(event)) for back, at, event in enough]
        self._asked.append((position, about, after))

    def ask(self, asked: _Asked) -> None:
        """Add the questions, and the events that may answer them."""
        facts, questions, signs = asked
        orders = {order for events in self._events.values() for back, at, _ in events for order in (back, at)}
        orders |= {after for _, _, after in self._asked if after is not None}
        places = {order: place for place, order in enumerate(sorted(orders), start=1)}
        # Whom an event is about becomes a number too: it is written and read as JSON on the way to the rules.
        whom: dict[About, int] = {}
        for about, events in self._events.items():
            whom[about] = len(signs)
            for back, at, one in events:
                numbers = {"n": len(signs), "key": whom[about], "at": places[at], "back": places[back]}
                facts.append({"kind": EVENT, **numbers})
                signs.append(one)
        for position, about, after in self._asked:
            low = 0 if after is None else places[after]
            facts.append({"kind": ASKED, "n": len(questions), "key": whom[about], "low": low})
            questions.append((self, position, about[0]))
            self._answers[position, about[0]] = 0

    def answer(self, position: int, kind: str, found: Sign | None) -> None:
        """Take the answer to a question."""
        self._answers[position, kind] += 1
        if found is not None:
            self._found[position][kind] = found

    def settled(self) -> Iterator[tuple[Instance, Settled]]:
        """Each instance with what settles it.

        Raises:
            AssertionError: when the rules did not answer exactly once for an instance; it would be judged wrongly.
        """
        for (position, kind), times in self._answers.items():
            if times != 1:
                raise AssertionError(
                    f"the rules answered {times} times for {self.instances[position].event.id} ({kind})"
                )
        for instance, found in zip(self.instances, self._found, strict=True):
            if self.needed > 1 and SURE not in found and (doubtful := self._doubtful(instance)):
                found[DOUBTFUL] = doubtful
            yield instance, found

    def _doubtful(self, instance: Instance) -> Sign | None:
        """Where several are needed: the first doubtful event, when with the doubtful ones there would be enough."""
        already = isinstance(self.must, Happen) and self.must.already
        sure, doubtful = (
            [event for event in by_key.get(instance.key, ()) if already or event.happened >= instance.start]
            for by_key in (self.candidates.sure, self.candidates.doubtful)
        )
        enough = len(sure) < self.needed <= len(sure) + len(doubtful)
        return sign(doubtful[0]) if doubtful and enough else None


class _Asked(NamedTuple):
    """What one session is asked: the facts, and what stands behind their numbers.

    A question's number is its place in `questions`: about which instance of a batch, by its position, and which kind of
    event. An event's number is its place in `signs`.
    """

    facts: list[dict[str, object]]
    questions: list[tuple[Batch, int, str]]
    signs: list[Sign]
