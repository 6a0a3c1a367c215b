"""What attributes a record may hold, as far as some conditions can tell: one choice for each way of answering them all.

The attributes are finite for conditions: each code they name and one they do not, each number and its neighbours, a text
that they name and another, yes and no, and nothing on the record. So whether a condition can be true at all is decided by
trying, and two conditions that are never answered differently are the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from engine.duty.language import AttributeTest, Test
from engine.duty.rulebook import tests_in
from engine.judge.matching import Truth, holds
from engine.record.dictionary import AttributeValue, AttributeWord

MOST = 20_000
"""How many combinations are tried; conditions of ours have some hundreds at most."""

A_DAY = date(2020, 6, 15)

Attributes = dict[str, AttributeValue]
Answers = tuple[Truth, ...]


def choices(tests: Sequence[Test | None], words: Mapping[str, AttributeWord]) -> dict[Answers, Attributes]:
    """For each way in which attributes can answer these conditions, the fewest attributes that do.

    Only the attributes that the conditions ask for are chosen. Past `MOST` combinations the rest is not tried.
    """
    found: dict[Answers, Attributes] = {}
    for attributes in itertools.islice(_combinations(tests, words), MOST):
        answers = tuple(holds(test, attributes) for test in tests)
        if answers not in found or len(attributes) < len(found[answers]):
            found[answers] = attributes
    return found


def can_hold(tests: Sequence[Test | None], words: Mapping[str, AttributeWord]) -> bool:
    """Whether some attributes satisfy all of the conditions, or there are too many to try them all."""
    tried = 0
    for attributes in itertools.islice(_combinations(tests, words), MOST):
        tried += 1
        if all(holds(test, attributes) for test in tests):
            return True
    return tried == MOST


def _combinations(tests: Iterable[Test | None], words: Mapping[str, AttributeWord]) -> Iterator[Attributes]:
    asked: dict[str, list[AttributeTest]] = {}
    for test in tests:
        for leaf in tests_in(test):
            asked.setdefault(leaf.attribute, []).append(leaf)
    known = [name for name in asked if name in words]
    for values in itertools.product(*(_values(words[name], asked[name]) for name in known)):
        yield {name: value for name, value in zip(known, values, strict=True) if value is not None}


def _values(word: AttributeWord, leaves: Iterable[AttributeTest]) -> tuple[AttributeValue | None, ...]:
    """What is worth trying for one attribute; None is nothing on the record."""
    leaves = list(leaves)
    named = [value for leaf in leaves if isinstance(leaf.values, tuple) for value in leaf.values]
    found: list[AttributeValue | None]
    match word.kind:
        case "flag":
            found = [True, False]
        case "number":
            found = [int(whole) + near for whole in named for near in (0, 1, -1)] or [1]
        case "date":
            found = [A_DAY]
        case "code":
            found = [*(str(value) for value in named if value in word.codes), *_another(word.codes, named)]
        case "codes":
            together = [leaf.values for leaf in leaves if isinstance(leaf.values, tuple)]
            found = [tuple(sorted(str(code) for code in wanted)) for wanted in together]
            found += [tuple(sorted({*map(str, named)} - {lacking})) for lacking in dict.fromkeys(map(str, named))]
            found += [tuple(sorted({*map(str, named)})), ()]
        case _:
            found = [*(str(value) for value in named), "something else"]
    return (*dict.fromkeys(found), None)


def _another(codes: Iterable[str], named: Sequence[object]) -> list[str]:
    """A code that no condition names, if there is one."""
    return [code for code in codes if code not in named][:1]
