"""Patterns and conditions made wrong, and how they are said in a few words: what all mutants are made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeVar

from engine.duty.english import words
from engine.duty.language import (
    AttributeTest,
    Carries,
    EventMatch,
    Every,
    Excuse,
    Pattern,
    Plain,
    Scope,
    Test,
    ValueRef,
)
from engine.record.dictionary import Frozen

Kind = Literal[
    "value", "unit", "day", "standing", "exception", "already", "condition", "code", "number", "scope", "object",
    "event", "force", "closure", "first", "count", "same", "ending", "judgement", "role", "validity", "lasting",
    "clause", "by",
]  # fmt: skip
"""What is wrong with a mutant."""

Changed = tuple[Kind, str, Test | None]
"""What is wrong, in which words, and the condition as it is then; None where none is left."""

ALWAYS = Every(tests=())
"""A condition that everything satisfies."""

_Model = TypeVar("_Model", bound=Frozen)


def of_a_pattern(pattern: Pattern) -> Iterator[tuple[Kind, str, Pattern]]:
    """One alternative left out, or one condition made wrong."""
    for position, match in enumerate(pattern.any_of):
        before, after = pattern.any_of[:position], pattern.any_of[position + 1 :]
        if before or after:
            yield "event", f"without {_said_match(match)}", Pattern(any_of=(*before, *after))
        for kind, says, test in of_a_test(match.test) if match.test else ():
            changed = altered(match, test=test)
            yield kind, f"“{words(match.event)}” {says}", Pattern(any_of=(*before, changed, *after))


def of_a_test(test: Test) -> Iterator[Changed]:
    """One condition left out (None: the only one), one of its codes left out, or its number one up or down."""
    if isinstance(test, AttributeTest):
        yield "condition", f"without the condition “{_said(test)}”", None
        yield from _of_a_condition(test)
        return
    for position, part in enumerate(test.tests):
        for kind, says, changed in of_a_test(part):
            left = [*test.tests[:position], *([changed] if changed else []), *test.tests[position + 1 :]]
            yield kind, says, left[0] if len(left) == 1 else altered(test, tests=tuple(left))


def _of_a_condition(test: AttributeTest) -> Iterator[Changed]:
    if isinstance(test.values, ValueRef):
        return  # a list that is a dated value loses its codes there
    if test.op in ("at_least", "at_most"):
        for number in (int(test.values[0]) + 1, int(test.values[0]) - 1):
            changed = altered(test, values=(number,))
            yield "number", f"with “{_said(changed)}” instead of {test.values[0]}", changed
    elif len(test.values) > 1:
        for code in test.values:
            changed = altered(test, values=tuple(one for one in test.values if one != code))
            yield "code", f"with “{_said(test)}” without “{words(str(code))}”", changed


_OPS = {"is": "", "one_of": "", "none_of": "not ", "not_said_to_be": "not said to be ", "present": "recorded",
        "absent": "not recorded", "at_least": "at least ", "at_most": "at most ", "includes": "with all of "}  # fmt: skip


def _said(test: Test) -> str:
    """The condition in a few words: `kind first`, `how not said to be telephone`."""
    if not isinstance(test, AttributeTest):
        return (", " if isinstance(test, Every) else " or ").join(_said(part) for part in test.tests)
    values = (test.values.value,) if isinstance(test.values, ValueRef) else test.values
    listed = ", ".join(_shown(value) for value in values)
    return f"{words(test.attribute)} {_OPS[test.op]}{listed}".rstrip()


def _shown(value: Plain) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words(str(value))


def _said_match(match: EventMatch) -> str:
    return f"“{words(match.event)}”" + (f" ({_said(match.test)})" if match.test else "")


def said_scope(scope: Scope) -> str:
    """Whom it concerns, in a few words."""
    through = f" ({words(scope.through)})" if scope.through else ""
    return f"{words(scope.of)}{through} {_said(scope.test)}"


def said_excuse(excuse: Excuse) -> str:
    """What excuses, in a few words."""
    if isinstance(excuse.when, Scope):
        return said_scope(excuse.when)
    if isinstance(excuse.when, Carries):
        return f"start with {_said(excuse.when.test)}"
    return " or ".join(
        words(match.event) + (f" ({_said(match.test)})" if match.test else "") for match in excuse.when.any_of
    )


def altered(model: _Model, **fields: object) -> _Model:
    """The model with these fields other than they were; whether it makes sense is asked of the whole duty."""
    changed = model.model_copy(update=fields)
    for name in set(changed.__dict__) - set(type(changed).model_fields):
        del changed.__dict__[name]  # what was worked out from the fields as they were
    return changed
