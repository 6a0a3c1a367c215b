"""Attributes otherwise: what satisfies a condition, and what a value may be instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from engine.duty.english import people, words
from engine.duty.language import AttributeTest, Carries, Duty, Every, Hold, Plain, Scope, Some, Test
from engine.duty.rulebook import patterns
from engine.record.dictionary import AttributeValue, AttributeWord

DAY: Final = timedelta(days=1)
OTHER_CODES: Final = 3
"""So many codes of an attribute are tried that neither version names."""


def tests_of(duty: Duty) -> Iterator[Test | None]:
    """Every condition in a duty."""
    yield from (match.test for pattern in patterns(duty) for match in pattern.any_of)
    yield from (scope.test for scope in duty.where)
    yield from (excuse.when.test for excuse in duty.unless if isinstance(excuse.when, Scope | Carries))
    if isinstance(duty.must, Hold):
        yield duty.must.test


def satisfying(test: Test | None, known: dict[str, AttributeWord]) -> Iterator[dict[str, AttributeValue]]:
    """Attributes that satisfy the condition, in each of the ways in which it can be satisfied."""
    if test is None:
        yield {}
    elif isinstance(test, Every):
        found: list[dict[str, AttributeValue]] = [{}]
        for part in test.tests:
            found = [{**one, **more} for one in found for more in satisfying(part, known)][:8]
        yield from found
    elif isinstance(test, Some):
        for part in test.tests:
            yield from satisfying(part, known)
    else:
        yield from _leaf(test, known[test.attribute])


def _leaf(test: AttributeTest, word: AttributeWord) -> Iterator[dict[str, AttributeValue]]:
    values = test.values if isinstance(test.values, tuple) else ()
    match test.op:
        case "is" | "one_of" | "at_least" | "at_most":
            for value in values:
                one: AttributeValue = (str(value),) if word.kind == "codes" else value
                yield {test.attribute: one}
        case "includes":
            yield {test.attribute: tuple(sorted(map(str, values)))}
        case "none_of":
            others = [code for code in word.codes if code not in values]
            for code in others[:1]:
                yield {test.attribute: code}
        case "present":
            yield {test.attribute: any_value(word, ())}
        case _:
            yield {}


def any_value(word: AttributeWord, meant: tuple[Plain, ...]) -> AttributeValue:
    """A value of that kind, one that is meant where there is any."""
    first = next(iter(meant), None)
    match word.kind:
        case "code":
            return str(first) if first in word.codes else next(iter(word.codes))
        case "codes":
            return (str(first),) if first in word.codes else (next(iter(word.codes)),)
        case "flag":
            return bool(first) if isinstance(first, bool) else True
        case "number":
            return int(first) if isinstance(first, int) else 1
        case "date":
            return date(2025, 3, 4)
        case _:
            return "a word"


def others(
    word: AttributeWord, value: AttributeValue | None, meant: tuple[Plain, ...]
) -> Iterator[AttributeValue | None]:
    """What the attribute may be instead: nothing, or another value, those that are meant first; None: it is taken away."""
    if value is not None:
        yield None
    codes = list(dict.fromkeys([*(code for code in meant if code in word.codes), *list(word.codes)[:OTHER_CODES]]))
    if word.kind == "flag":
        yield from (flag for flag in (True, False) if flag is not value)
    elif word.kind == "code":
        yield from (str(code) for code in codes if code != value)
    elif word.kind == "codes":
        had = value if isinstance(value, tuple) else ()
        yield from (tuple(one for one in had if one != code) for code in had if len(had) > 1)
        yield from (tuple(sorted({*had, str(code)})) for code in codes if code not in had)
    elif word.kind == "number":
        numbers = [number for one in meant if isinstance(one, int) for number in (one, one - 1, one + 1)]
        numbers += [value + 1, value - 1] if isinstance(value, int) else []
        yield from (number for number in dict.fromkeys(numbers) if number != value)
    elif word.kind == "date" and isinstance(value, date):
        yield from (value + DAY, value - DAY)


def having(attributes: dict[str, AttributeValue], name: str, value: AttributeValue | None) -> dict[str, AttributeValue]:
    """The attributes with that value under that name, or with nothing under it."""
    changed = {key: one for key, one in attributes.items() if key != name}
    return changed if value is None else {**changed, name: value}


def shown(value: AttributeValue | None) -> str:
    """The value for people."""
    if value is None:
        return "not on the record"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(words(one) for one in value)
    return people(value) if isinstance(value, date) else words(str(value))
