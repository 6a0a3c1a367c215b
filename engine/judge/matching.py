"""Whether an event or an object is as a duty says: true, false, or unknown when the record does not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.duty.language import AttributeTest, Every, Pattern, Scope, Some, Test, ValueRef
from engine.record.dictionary import AttributeValue
from engine.record.model import EventRecord
from engine.record.timeline import Timeline

Truth = bool | None


def all_true(truths: Iterable[Truth]) -> Truth:
    """False if any is, else unknown if any is, else true."""
    unknown = False
    for truth in truths:
        if truth is False:
            return False
        unknown |= truth is None
    return None if unknown else True


def any_true(truths: Iterable[Truth]) -> Truth:
    """True if any is, else unknown if any is, else false."""
    unknown = False
    for truth in truths:
        if truth:
            return True
        unknown |= truth is None
    return None if unknown else False


def holds(test: Test | None, attributes: Mapping[str, AttributeValue]) -> Truth:
    """Whether these attributes satisfy the condition."""
    if test is None:
        return True
    if isinstance(test, AttributeTest):
        return _holds(test, attributes.get(test.attribute))
    combine = all_true if isinstance(test, Every) else any_true
    return combine(holds(part, attributes) for part in test.tests)


def _holds(test: AttributeTest, value: AttributeValue | None) -> Truth:
    wanted = test.values
    if test.op in ("present", "absent"):
        return (value is not None) == (test.op == "present")
    if value is None:
        return True if test.op == "not_said_to_be" else None
    if isinstance(wanted, ValueRef):
        return None  # a list of codes that nobody has set
    if test.op == "not_said_to_be":
        return value not in wanted
    match test.op:
        case "is" | "one_of":
            return value in wanted
        case "none_of":
            return value not in wanted
        case "includes":
            return isinstance(value, tuple) and set(wanted) <= set(value)
        case "at_least":
            return isinstance(value, int) and value >= int(wanted[0])
        case _:
            return isinstance(value, int) and value <= int(wanted[0])


def matches(pattern: Pattern, event: EventRecord, *, lasting: bool = False) -> Truth:
    """Whether the event is one of those that the pattern means; with `lasting`, one whose effect lasts."""
    truth: Truth = False
    for match in pattern.any_of:
        if match.event == event.type and (match.lasting or not lasting):
            found = True if match.test is None else holds(match.test, event.attributes)
            if found:
                return True
            truth = None if found is None else truth
    return truth


def in_scope(scope: Scope, subject: str, subject_type: str, timeline: Timeline) -> Truth:
    """Whether the condition on the subject, its case, or what it is linked to is satisfied."""
    if scope.through is not None:
        others = timeline.linked(subject, scope.through)
        return any_true(holds(scope.test, other.attributes) for other in others if other.type == scope.of)
    if scope.of == subject_type:
        return holds(scope.test, timeline.object(subject).attributes)
    return timeline.root.type == scope.of and holds(scope.test, timeline.root.attributes)


def lacking(tests: Iterable[Test | None], attributes: Mapping[str, AttributeValue]) -> tuple[str, ...]:
    """The attributes that the conditions ask for and the record does not have."""
    found: dict[str, None] = {}
    for test in tests:
        if isinstance(test, Every | Some):
            found |= dict.fromkeys(lacking(test.tests, attributes))
        elif isinstance(test, AttributeTest) and holds(test, attributes) is None:
            found[test.attribute] = None
    return tuple(found)
