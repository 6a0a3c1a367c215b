"""A duty made wrong, one part after the other: each of its changes by itself.

What cannot change any outcome, by the forms of the language alone, is not made, and the reason stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.duty.english import people, words
from engine.duty.language import (
    Anniversary,
    AtClosure,
    AtOnce,
    Before,
    BeJudged,
    ByClosure,
    Duty,
    Excuse,
    Force,
    Happen,
    Hold,
    Never,
    NoOpenBreach,
    OnDate,
    Pattern,
    Recur,
    Stand,
)
from engine.policy.mutation.mutant_conditions import (
    ALWAYS,
    Kind,
    altered,
    of_a_pattern,
    of_a_test,
    said_excuse,
    said_scope,
)
from engine.policy.mutation.mutant_values import DAY, FLIPPED
from engine.record.dictionary import Dictionary

Change = tuple[Kind, str, dict[str, object]]
"""What is wrong, in which words, and the fields of the duty that are other than they were."""

_CLOSURES: dict[AtClosure, str] = {
    "falls_due": "falls due at closure",
    "lapses": "lapses at closure",
    "goes_on": "goes on after closure",
}


def changes(duty: Duty, dictionary: Dictionary) -> Iterator[Change]:
    """Every change of the duty, each by itself; some make a duty that the language refuses."""
    # `status` is not flipped: it is shown on the clause's page, and no outcome rests on it.
    parts = _Parts(duty, dictionary)
    yield from parts.when()
    yield from parts.whom()
    yield from parts.what()
    yield from parts.by_when()
    yield from parts.exceptions()
    yield from parts.judgement()
    yield from parts.days()


def _looked_at(force: Force | None) -> str:
    return "all duties" if force is None else f"what a clause says {force} be"


class _Parts:
    """What may be wrong with each part of a duty."""

    def __init__(self, duty: Duty, dictionary: Dictionary) -> None:
        self.duty, self.dictionary = duty, dictionary

    # --- when and whom -------------------------------------------------------------------------------------------

    def when(self) -> Iterator[Change]:
        duty = self.duty
        for kind, says, changed in of_a_pattern(duty.when):
            yield kind, f"start: {says}", {"when": changed}
        says = "each time instead of the first" if duty.first else "the first time instead of each"
        yield "first", f"start: {says}", {"first": not duty.first}
        # Whether it lasts matters to those who may join late, when the event need not name them, and only at the start.
        joins = any(link.membership for link in self.dictionary.object[duty.for_each].links)
        for match in duty.when.any_of if joins else ():
            if duty.for_each not in self.dictionary.event[match.event].needs:
                flipped = altered(match, lasting=not match.lasting)
                what = f"“{words(match.event)}” {'does not hold' if match.lasting else 'holds'} for who joins later"
                matches = tuple(flipped if one is match else one for one in duty.when.any_of)
                yield "lasting", f"start: {what}", {"when": Pattern(any_of=matches)}

    def whom(self) -> Iterator[Change]:
        duty, book = self.duty, self.dictionary
        happening = duty.must.pattern.events if isinstance(duty.must, Happen | Recur | Never) else ()
        about = dict.fromkeys(name for event in (*duty.when.events, *happening) for name in book.event[event].about)
        # What an event may name, and the timelines that others join: a case, in place of each child in it.
        joined = dict.fromkeys(
            name for word in book.objects for link in word.links if link.membership for name in link.to
        )
        for name in about | joined:
            if name not in (duty.for_each, duty.per):
                yield "object", f"for each {words(name)} instead of {words(duty.for_each)}", {"for_each": name}
        if duty.per:
            yield "object", f"not separately for each {words(duty.per)}", {"per": None}
            for name in about:
                if name not in (duty.for_each, duty.per):
                    says = f"separately for each {words(name)} instead of {words(duty.per)}"
                    yield "object", says, {"per": name}
        for position, scope in enumerate(duty.where):
            rest = (duty.where[:position], duty.where[position + 1 :])
            yield "scope", f"where: without “{said_scope(scope)}”", {"where": (*rest[0], *rest[1])}
            for kind, says, test in of_a_test(scope.test):
                if test is not None:
                    changed = altered(scope, test=test)
                    yield kind, f"where: {says}", {"where": (*rest[0], changed, *rest[1])}

    # --- what ----------------------------------------------------------------------------------------------------

    def what(self) -> Iterator[Change]:
        must = self.duty.must
        if isinstance(must, Happen | Recur | Never):
            for kind, says, changed in of_a_pattern(must.pattern):
                yield kind, f"what: {says}", {"must": altered(must, pattern=changed)}
            for name in must.same:
                rest = tuple(one for one in must.same if one != name)
                yield "same", f"whatever the {words(name)}", {"must": altered(must, same=rest)}
        if isinstance(must, Happen):
            says = "an earlier one does not count" if must.already else "an earlier one counts"
            yield "already", f"what: {says}", {"must": altered(must, already=not must.already)}
            for count in (must.at_least + 1, must.at_least - 1):
                if count > 0:
                    says = f"at least {count} instead of {must.at_least}"
                    yield "count", f"what: {says}", {"must": altered(must, at_least=count)}
        if isinstance(must, Stand):
            yield from self._standing(must)
        if isinstance(must, Hold):
            for kind, says, test in of_a_test(must.test):
                yield kind, f"what: {says}", {"must": altered(must, test=test or ALWAYS)}
            if must.by_another:
                yield "by", "what: whoever did it", {"must": altered(must, by_another=False)}
        if isinstance(must, NoOpenBreach):
            yield from self._outcomes(must)

    @staticmethod
    def _outcomes(must: NoOpenBreach) -> Iterator[Change]:
        forces: tuple[Force | None, ...] = (None, "must", "should")
        for force in forces:
            if force != must.force:
                says = f"what: looks at {_looked_at(force)} instead of {_looked_at(must.force)}"
                yield "force", says, {"must": altered(must, force=force)}
        for name in must.clauses:
            rest = tuple(one for one in must.clauses if one != name)
            says = f"what: looks not at {name}" if rest else f"what: looks at all clauses instead of {name}"
            yield "clause", says, {"must": altered(must, clauses=rest)}

    @staticmethod
    def _standing(must: Stand) -> Iterator[Change]:
        for kind, says, changed in of_a_pattern(must.begins):
            yield kind, f"begins: {says}", {"must": altered(must, begins=changed)}
        for kind, says, changed in of_a_pattern(must.ends):
            yield kind, f"ends: {says}", {"must": altered(must, ends=changed)}
        for count in (must.at_least + 1, must.at_least - 1):
            if count >= 0:
                says = f"what: at least {count} instead of {must.at_least}"
                yield "count", says, {"must": altered(must, at_least=count)}
        for count in (must.at_most + 1, must.at_most - 1) if must.at_most is not None else ():
            if count >= 0:
                yield (
                    "count",
                    f"what: at most {count} instead of {must.at_most}",
                    {"must": altered(must, at_most=count)},
                )

    # --- by when -------------------------------------------------------------------------------------------------

    def by_when(self) -> Iterator[Change]:
        duty, deadline = self.duty, self.duty.deadline
        if isinstance(deadline, Before):
            for kind, says, changed in of_a_pattern(deadline.pattern):
                yield kind, f"before: {says}", {"deadline": altered(deadline, pattern=changed)}
        if isinstance(deadline, OnDate | Before | ByClosure):
            flipped = FLIPPED[deadline.standing]
            says = f"deadline {flipped} instead of {deadline.standing}"
            yield "standing", says, {"deadline": altered(deadline, standing=flipped)}
        if isinstance(deadline, Anniversary):
            says = (
                f"the {words(duty.for_each)}'s own instead of the youngest's" if deadline.youngest else "the youngest's"
            )
            other = altered(deadline, youngest=not deadline.youngest)
            yield "object", f"until: {says}", {"deadline": other}
        for closure in self._closures():
            yield "closure", f"{_CLOSURES[closure]} instead of: {_CLOSURES[duty.at_closure]}", {"at_closure": closure}
        for kind, says, pattern in of_a_pattern(duty.ends_with) if duty.ends_with else ():
            yield kind, f"ends with: {says}", {"ends_with": pattern}
        if duty.ends_with:
            yield "ending", "nothing but closure ends it", {"ends_with": None}

    def _closures(self) -> Iterator[AtClosure]:
        """What else might become of it at closure, and would show."""
        duty = self.duty
        alike: list[set[AtClosure]] = []
        if isinstance(duty.deadline, AtOnce):
            # Due on the day it starts, and nothing closes before: falling due at closure is falling due that day.
            alike = [{"falls_due", "goes_on"}]
        elif isinstance(duty.must, BeJudged):
            # Nothing is open or breached for want of an event: what lapses is never asked.
            alike = [{"lapses", "goes_on"}]
        elif isinstance(duty.must, Never) and isinstance(duty.deadline, ByClosure):
            # Its limit is the closure, and once that has come it is met or breached.
            return
        shown = [duty.at_closure]
        for closure in _CLOSURES:
            if closure not in shown and not any({closure, other} in alike for other in shown):
                shown.append(closure)
                yield closure

    # --- exceptions, judgements, force, days ---------------------------------------------------------------------

    def exceptions(self) -> Iterator[Change]:
        duty = self.duty
        for position, excuse in enumerate(duty.unless):

            def put(*instead: Excuse, at: int = position) -> dict[str, object]:
                return {"unless": (*duty.unless[:at], *instead, *duty.unless[at + 1 :])}

            name = f"exception “{said_excuse(excuse)}”"
            flipped = FLIPPED[excuse.standing]
            yield "exception", f"without {name}", put()
            yield "standing", f"{name}: {flipped} instead of {excuse.standing}", put(altered(excuse, standing=flipped))
            if isinstance(excuse.when, Pattern):
                # Only events come before or after a start: of a condition on an object or on the start it is not asked.
                says = "an earlier one does not count" if excuse.already else "an earlier one counts"
                yield "already", f"{name}: {says}", put(altered(excuse, already=not excuse.already))
                for kind, says, changed in of_a_pattern(excuse.when):
                    yield kind, f"{name}: {says}", put(altered(excuse, when=changed))
            else:
                for kind, says, test in of_a_test(excuse.when.test):
                    when = altered(excuse.when, test=test or ALWAYS)
                    yield kind, f"{name}: {says}", put(altered(excuse, when=when))

    def judgement(self) -> Iterator[Change]:
        judged = self.duty.judged
        if judged is None:
            return
        yield "judgement", "nobody judges it", {"judged": None}
        for role in judged.roles if len(judged.roles) > 1 else ():
            rest = tuple(one for one in judged.roles if one != role)
            changed = altered(judged, roles=rest)
            yield "role", f"a {words(role)} may not judge it", {"judged": changed}
        if judged.valid_for:
            yield "validity", "a judgement stands for ever", {"judged": altered(judged, valid_for=None)}

    def days(self) -> Iterator[Change]:
        duty = self.duty
        other = "should" if duty.force == "must" else "must"
        yield "force", f"{other} instead of {duty.force}", {"force": other}
        for moved in (duty.in_force - DAY, duty.in_force + DAY):
            yield "day", f"in force from {people(moved)} instead of {people(duty.in_force)}", {"in_force": moved}
        if duty.until:
            for moved in (duty.until - DAY, duty.until + DAY):
                yield "day", f"in force until {people(moved)} instead of {people(duty.until)}", {"until": moved}
