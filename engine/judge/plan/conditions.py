"""Conditions as expressions over columns, in three values: 2 true, 1 unknown because the record does not say, 0 false."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
from ibis.expr import types as ir

from engine.duty.language import AttributeTest, Every, Test, ValueRef
from engine.record.dictionary import AttributeKind

TRUE, UNKNOWN, FALSE = 2, 1, 0

Column = Callable[[str], ir.Column]
"""Gives the column of an attribute."""


def truth(test: Test | None, column: Column, kinds: dict[str, AttributeKind]) -> ir.IntegerValue:
    """How far the condition holds of each row."""
    if test is None:
        return _constant(TRUE)
    if isinstance(test, AttributeTest):
        return _leaf(test, column(test.attribute), kinds[test.attribute])
    parts = [truth(part, column, kinds) for part in test.tests]
    if not parts:
        return _constant(TRUE if isinstance(test, Every) else FALSE)
    return all_of(parts) if isinstance(test, Every) else any_of(parts)


def all_of(parts: Sequence[ir.IntegerValue]) -> ir.IntegerValue:
    """False if any is, else unknown if any is."""
    return ibis.least(*parts) if len(parts) > 1 else parts[0]


def any_of(parts: Sequence[ir.IntegerValue]) -> ir.IntegerValue:
    """True if any is, else unknown if any is."""
    return ibis.greatest(*parts) if len(parts) > 1 else parts[0]


def _constant(value: int) -> ir.IntegerScalar:
    return ibis.literal(value, type="int8")


def _leaf(test: AttributeTest, column: ir.Column, kind: AttributeKind) -> ir.IntegerValue:
    if test.op in ("present", "absent"):
        said, unsaid = (TRUE, FALSE) if test.op == "present" else (FALSE, TRUE)
        return ibis.ifelse(column.isnull(), _constant(unsaid), _constant(said))
    when_unsaid = _constant(TRUE if test.op == "not_said_to_be" else UNKNOWN)
    if isinstance(test.values, ValueRef):  # a list of codes that nobody has set
        return ibis.ifelse(column.isnull(), when_unsaid, _constant(UNKNOWN))
    return ibis.cases(
        (column.isnull(), when_unsaid), (_satisfied(test, column, kind), _constant(TRUE)), else_=_constant(FALSE)
    )


def _satisfied(test: AttributeTest, column: ir.Column, kind: AttributeKind) -> ir.BooleanValue:
    values = test.values
    assert not isinstance(values, ValueRef)  # noqa: S101 - asked before
    match test.op:
        case "is" | "one_of":
            return _among(column, values, kind)
        case "none_of" | "not_said_to_be":
            return ~_among(column, values, kind)
        case "includes":
            parts = [column.contains(value) for value in values] if kind == "codes" else [ibis.literal(False)]
            found = parts[0] if parts else ibis.literal(True)
            for part in parts[1:]:
                found = found & part
            return found
        case "at_least":
            return column >= int(values[0]) if kind == "number" else ibis.literal(False)
        case _:
            return column <= int(values[0]) if kind == "number" else ibis.literal(False)


def _among(column: ir.Column, values: tuple[object, ...], kind: AttributeKind) -> ir.BooleanValue:
    """Equal to one of the values; one of another kind is equal to none. A flag is equal to 0 or 1, as in Python: older
    versions froze some flags as numbers.
    """
    fitting: list[object] = []
    if kind in ("text", "code"):
        fitting = [value for value in values if isinstance(value, str)]
    elif kind == "flag":
        fitting = [bool(value) for value in values if value in (0, 1)]
    elif kind == "number":
        fitting = [int(value) for value in values if isinstance(value, int)]
    return column.isin(fitting) if fitting else ibis.literal(False)
