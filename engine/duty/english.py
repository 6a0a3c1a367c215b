"""Plain English: every duty as one paragraph, and the small phrases that outcomes are explained with.

Generated from the frozen duty, never written by hand, so that it cannot say anything else than what is judged.
"""

from __future__ import annotations

from datetime import date

from engine.duty.language import (
    Anniversary,
    AtOnce,
    AttributeTest,
    Before,
    ByClosure,
    Carries,
    Duty,
    EventMatch,
    Every,
    Excuse,
    Happen,
    Hold,
    Never,
    NoDeadline,
    NoOpenBreach,
    OnDate,
    Pattern,
    Plain,
    Recur,
    Scope,
    Stand,
    Standing,
    Test,
    ValueRef,
    Within,
)
from engine.duty.rulebook import Rulebook
from engine.duty.values import Value, ValueVersion

STANDING: dict[Standing, str] = {
    "stated": "the standard's own",
    "court": "set by the court",
    "local": "local, not the standard's",
}


def people(day: date) -> str:
    """The day as people write it: 4 March 2025."""
    return f"{day.day} {day:%B %Y}"


def words(name: str) -> str:
    """A name from the dictionary as words."""
    return name.replace("_", " ")


def span(count: int, unit: str) -> str:
    """`10 working days`, `1 month`; no working days is the same working day or the next one."""
    if count == 0 and unit == "working_days":
        return "the same day, or the next working day where that is not one"
    name = words(unit)
    return f"{count} {name.removesuffix('s') if count == 1 else name}"


class English:
    """Reads the duties of one rulebook aloud."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook

    def paragraph(self, duty: Duty) -> str:
        """The duty as one paragraph: for whom, when, what, by when, unless what, and who says so."""
        who = f"For each {words(duty.for_each)}{self._per(duty)}"
        if duty.where:
            who += ", where " + " and ".join(self._scope(scope, duty) for scope in duty.where)
        first = f"the first time for each {_listed(duty.same, 'and')} that" if duty.same else "the first time that"
        often = first if duty.first else "whenever" if not self._lasting(duty) else "once"
        sentences = [f"{who}: {often} {self.pattern(duty.when)}, {self._must(duty)}."]
        sentences += [self.exception(excuse, duty) for excuse in duty.unless]
        if duty.judged:
            sentences.append(self._judged(duty))
        sentences.append(self._closure(duty))
        sentences.append(self._in_force(duty))
        return " ".join(sentence for sentence in sentences if sentence)

    def pattern(self, pattern: Pattern) -> str:
        """The events of a pattern as a clause: `the child is seen (in person)`."""
        return " or ".join(self._match(match) for match in pattern.any_of)

    def value(self, value: Value, version: ValueVersion | None) -> str:
        """`10 working days (local, not the standard's)`."""
        if version is None or version.value is None:
            return f"a time that nobody has set ({words(value.name)})"
        if isinstance(version.value, tuple):
            return f"{_listed(version.value, 'or')} ({STANDING[version.standing]})"
        return f"{span(version.value, value.unit)} ({STANDING[version.standing]})"

    def named(self, pattern: Pattern) -> str:
        """The events of a pattern by name, with what is asked of each: `“child seen” (how is in person)`."""
        return self._named(pattern, article=False).removeprefix("record of ")

    def condition(self, test: Test) -> str:
        """A condition by itself: `how is in person`."""
        return self._test(test)

    # --- parts -------------------------------------------------------------------------------------------------------

    def _per(self, duty: Duty) -> str:
        return f", and separately for each {words(duty.per)} concerned" if duty.per else ""

    def _lasting(self, duty: Duty) -> bool:
        return any(match.lasting for match in duty.when.any_of)

    def _match(self, match: EventMatch) -> str:
        phrase = f"there is a record of “{words(match.event)}”"
        return f"{phrase} ({self._test(match.test)})" if match.test else phrase

    def _must(self, duty: Duty) -> str:
        must, same = duty.must, f" with the same {_listed(duty.same, 'and')}" if duty.same else ""
        by = self._deadline(duty)
        match must:
            case Happen(already=True) if duty.deadline.deadline == "at_once":
                return f"there must by that day have been {self._count(must)}{same}"
            case Happen():
                earlier = "; an earlier one counts" if must.already else ""
                return f"there must be {self._count(must)}{same} {by}{earlier}"
            case Recur():
                return f"there must be {self._named(must.pattern)}{same} {by}, and again {by} after each one, until {self._ended(duty)}"
            case Hold():
                return self._held(must)
            case NoOpenBreach():
                return f"on that day {self._outcomes(must, duty)}"
            case Never():
                return f"there must be no {self._named(must.pattern, article=False)}{same} {by}"
            case Stand():
                most = f" and at most {must.at_most}" if must.at_most is not None else ""
                count = f"at least {must.at_least}{most}" if must.at_least else f"no more than {must.at_most}"
                spell = f"from {self._quoted(must.begins)} to {self._quoted(must.ends)}"
                return f"at the end of that day there must be {count} {words(must.of)} in the time that lasts {spell}"
            case _:
                return f"a person must judge it{' ' + by if not isinstance(duty.deadline, NoDeadline) else ''}"

    def _held(self, must: Hold) -> str:
        """What the starting record must show of itself."""
        says = self._test(must.test)
        shown = [f"that record itself must show, on that day: {says}"] if says else []
        if must.by_another:
            shown.append(
                "whoever did it must be somebody else than whom it is about, and must not have led the case by then"
            )
        return "; and ".join(shown)

    def _outcomes(self, must: NoOpenBreach, duty: Duty) -> str:
        """What must not stand broken, and what that means."""
        force = f"that is a “{must.force}” " if must.force else ""
        clauses = f"of {_listed(must.clauses, 'or')} " if must.clauses else ""
        word = self.rulebook.dictionary.object[duty.for_each]
        where = words(word.name) if word.root else "case"
        return (
            f"no promise {clauses}{force}may stand broken in the same {where}, as the record shows now: overdue and not yet "
            "done, or judged not kept, or broken by what must never happen"
        )

    def _count(self, must: Happen) -> str:
        often = f"at least {must.at_least} times, " if must.at_least > 1 else ""
        return often + self._named(must.pattern)

    def _quoted(self, pattern: Pattern) -> str:
        return " or ".join(f"“{words(match.event)}”" for match in pattern.any_of)

    def _named(self, pattern: Pattern, *, article: bool = True) -> str:
        names = []
        for match in pattern.any_of:
            test = f" ({self._test(match.test)})" if match.test else ""
            names.append(f"“{words(match.event)}”{test}")
        return ("a record of " if article else "record of ") + " or ".join(names)

    def _deadline(self, duty: Duty) -> str:
        deadline = duty.deadline
        match deadline:
            case Within():
                said = self._current(deadline.value, duty)
                return f"on {said}" if said.startswith("the same day") else f"within {said}"
            case OnDate():
                return f"by the date that it gives as “{words(deadline.attribute)}” ({STANDING[deadline.standing]})"
            case Before() if isinstance(duty.must, Never):
                first = self._named(deadline.pattern, article=False)
                return f"before the day of the first {first} ({STANDING[deadline.standing]})"
            case Before():
                return f"on or before the day of the first {self._named(deadline.pattern, article=False)} ({STANDING[deadline.standing]})"
            case ByClosure() if isinstance(duty.must, Never):
                return f"before the case closes ({STANDING[deadline.standing]})"
            case ByClosure():
                return f"by the day the case closes ({STANDING[deadline.standing]})"
            case Anniversary():
                whose = (
                    f"the youngest {words(deadline.of)} in the case"
                    if deadline.youngest
                    else f"the {words(deadline.of)}"
                )
                return f"until {self._current(deadline.value, duty)} after the date “{words(deadline.attribute)}” of {whose}"
            case _:
                return "at any time"

    def _current(self, ref: ValueRef, duty: Duty) -> str:
        value = self.rulebook.values[ref.value]
        days = [duty.in_force, *(version.from_ for version in value.versions if version.from_ > duty.in_force)]
        said = [self.value(value, value.on(day)) for day in days if duty.until is None or day < duty.until]
        later = "".join(f", and from {people(day)} {text}" for day, text in zip(days[1:], said[1:], strict=False))
        return said[0] + later

    def exception(self, excuse: Excuse, duty: Duty) -> str:
        """An exception of the duty as a sentence: what excuses it, or what only shows a reason."""
        match excuse.when:
            case Pattern():
                earlier = ", even from before it began" if excuse.already else ""
                same = f" with the same {_listed(duty.same, 'and')}" if duty.same else ""
                what = f"{self.pattern(excuse.when)}{same} on or before the due date{earlier}"
            case Scope():
                what = self._scope(excuse.when, duty)
            case Carries():
                what = f"the record that started it shows: {self._test(excuse.when.test)}"
        if excuse.excuses:
            whose = "the standard's own exception" if excuse.standing == "stated" else "granted by the court"
            return f"It is excused where {what} ({whose})."
        return f"Where {what}, a reason is shown, but it still counts as not kept ({STANDING[excuse.standing]})."

    def _judged(self, duty: Duty) -> str:
        judged = duty.judged
        assert judged is not None  # noqa: S101 - asked only of duties that are judged
        roles = _listed(tuple(words(role) for role in judged.roles), "or")
        valid = f" The judgement stands for {self._current(judged.valid_for, duty)}." if judged.valid_for else ""
        article = "An" if roles[0] in "aeiou" else "A"
        barred = "who must not be the person judged"
        return f"{article} {roles}, {barred}, then says whether it was kept: {judged.question}{valid}"

    def _closure(self, duty: Duty) -> str:
        ended = self._ended(duty)
        closes = f"If {ended} first"
        if duty.ends_with:
            closes += f", or {self.pattern(duty.ends_with)} first"
        elif isinstance(duty.deadline, ByClosure | AtOnce) and not isinstance(duty.must, Stand):
            return ""
        return {
            "falls_due": f"{closes}, it falls due that day.",
            "lapses": f"{closes}, it lapses.",
            "goes_on": f"It goes on even after {ended}.",
        }[duty.at_closure]

    def _ended(self, duty: Duty) -> str:
        """What ends the timeline: `the case closes`, or the event that ends another kind of timeline."""
        word = self.rulebook.dictionary.object[duty.for_each]
        if not word.root or word.closed_by is None or word.name == "case":
            return "the case closes"
        return f"there is a record of “{words(word.closed_by)}”"

    def _in_force(self, duty: Duty) -> str:
        until = f" until {people(duty.until)}" if duty.until else ""
        review = {"under_review": "; the clause is under review", "trial": "; on trial: judged, and in no total"}.get(
            duty.status, ""
        )
        inferred = " It is inferred: no published text says it in these words." if duty.basis == "inferred" else ""
        return f"In force for whatever starts on or after {people(duty.in_force)}{until}{review}.{inferred}"

    def _scope(self, scope: Scope, duty: Duty) -> str:
        whose = f"the {words(scope.of)}'s"
        if scope.through is not None:
            whose = f"of some {words(scope.of)} that it is linked to as “{words(scope.through)}” the"
        elif scope.of == duty.for_each:
            whose = "its"
        return f"{whose} {self._test(scope.test)}"

    def _test(self, test: Test | None) -> str:
        if test is None:
            return ""
        if not isinstance(test, AttributeTest):
            joined = " and " if isinstance(test, Every) else " or "
            return joined.join(self._test(part) for part in test.tests)
        name = words(test.attribute)
        if isinstance(test.values, ValueRef):
            listed = f"the list “{words(test.values.value)}”"
        else:
            listed = _listed(tuple(_shown(value) for value in test.values), "and" if test.op == "includes" else "or")
        return {
            "is": f"{name} is {listed}",
            "one_of": f"{name} is {listed}",
            "none_of": f"{name} is anything but {listed}",
            "not_said_to_be": f"{name} is not said to be {listed}",
            "present": f"{name} is recorded",
            "absent": f"{name} is not recorded",
            "at_least": f"{name} is {listed} or more",
            "at_most": f"{name} is {listed} or less",
            "includes": f"{name} include all of {listed}",
        }[test.op]


def _shown(value: Plain) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words(str(value))


def _listed(names: tuple[str, ...], joint: str) -> str:
    """`a, b and c`."""
    shown = [words(name) for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {joint} {shown[-1]}" if shown else "nothing"
