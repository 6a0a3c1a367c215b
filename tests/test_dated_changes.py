"""A change dated D moves nothing that started before D: a version of a value or of a duty, in both judges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.duty.language import Duty, Happen, Never
from engine.duty.rulebook import Rulebook, number
from engine.duty.values import Value
from engine.judge.finding_table import SCHEMA
from tests.batches import COMPARED, Found, by_the_case_judge, judged
from tests.strategies import Situation, situations
from tests.test_properties import from_that_day, rulebook_with
from tests.variants import Batch, batches

DAY = timedelta(days=1)
START = COMPARED.index("start")


def changed_from(book: Rulebook, day: date, random: Random) -> Rulebook | None:
    """The rulebook with a version of a value, or of a duty, that begins on that day; None when it has nothing to change."""
    duties = [duty for duty in book.duties if duty.in_force < day and (duty.until is None or day < duty.until)]
    numbers = sorted(name for name, value in book.values.items() if value.unit != "codes")
    if numbers and (not duties or random.random() < 0.4):
        name = random.choice(numbers)
        return rulebook_with(book, values={**book.values, name: _value(book.values[name], day, random)})
    if not duties:
        return None
    duty = random.choice(duties)
    parts = {name: getattr(duty, name) for name in Duty.model_fields}
    ended, later = Duty(**{**parts, "until": day}), _version(parts, day, random)
    others = [one for one in book.duties if one is not duty]
    ordered = sorted([*others, ended, later], key=lambda one: (number(one.id), one.in_force))
    return rulebook_with(book, duties=tuple(ordered))


def _value(value: Value, day: date, random: Random) -> Value:
    return from_that_day(value, day, random.choice([None, 0, 3, 17, 17]) if value.unit != "years" else 17)


def _version(parts: dict[str, object], day: date, random: Random) -> Duty:
    """The duty from that day on, with something else in it: what is not looked at, who, what, or what becomes of it."""
    must = parts["must"]
    changes: list[dict[str, object]] = [{"unless": ()}, {"force": "should" if parts["force"] == "must" else "must"}]
    if not (must.form != "never" and parts["deadline"].deadline == "by_closure"):  # type: ignore[attr-defined]
        changes += [{"at_closure": closure} for closure in ("falls_due", "lapses", "goes_on")]
    if isinstance(must, Happen):
        changes += [{"must": must.model_copy(update={"at_least": must.at_least + 1})}]
    if isinstance(must, Happen | Never):
        changes += [{"must": must.model_copy(update={"same": ()})}]
    if parts["ends_with"] is not None:
        changes.append({"ends_with": None})
    if parts["judged"] is None:
        # A judgement is first of all of what came last before it, so for what is judged it matters what starts later.
        changes += [{"where": ()}, {"first": False}]
    try:
        return Duty(**{**parts, **random.choice(changes), "in_force": day})  # type: ignore[arg-type]
    except ValueError:
        return Duty(**{**parts, "unless": (), "in_force": day})  # type: ignore[arg-type]


def before(found: Found, day: date) -> Found:
    return {case: kept for case, rows in found.items() if (kept := [row for row in rows if row[START] < day])}  # type: ignore[operator]


def days_of(batch: Batch) -> list[date]:
    return sorted({event.happened for case in batch.cases for event in case.events}) or [batch.as_at]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(situations(), st.integers(0, 2**32))
@pytest.mark.soak
def test_the_case_judge_moves_nothing_that_started_before(situation: Situation, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - chance, not secrecy
    batch = Batch([situation.case], *situation[1:])
    day = random.choice(days_of(batch)) + DAY * random.randint(0, 1)
    book = changed_from(situation.rulebook, day, random)
    if book is not None:
        tonight, after = by_the_case_judge(batch), by_the_case_judge(batch._replace(rulebook=book))
        assert before(after, day) == before(tonight, day)


def changes(seed: int, books: int, each: int) -> Iterator[tuple[Batch, date, Rulebook]]:
    random = Random(seed)  # noqa: S311 - chance, not secrecy
    for batch in batches(books, seed, cases_each=4, variants=8):
        days = days_of(batch)
        for _ in range(each):
            day = random.choice(days) + DAY * random.randint(0, 1)
            book = changed_from(batch.rulebook, day, random)
            if book is not None:
                yield batch, day, book


def caseload_judge(seed: int, books: int, each: int) -> int:
    """How many rows moved that started on the day or later; none before it may."""
    moved = 0
    for batch, day, book in changes(seed, books, each):
        tonight, after = judged(batch), judged(batch._replace(rulebook=book))
        assert before(after, day) == before(tonight, day)
        moved += after != tonight
    return moved


@pytest.mark.soak
def test_the_caseload_judge_moves_nothing_that_started_before() -> None:
    assert caseload_judge(1, 2, 1) > 0


@pytest.mark.soak
def test_the_caseload_judge_moves_nothing_of_many() -> None:
    caseload_judge(2, 4, 3)


def test_every_column_of_a_finding_is_compared() -> None:
    assert {"outcome", "due", "done", "evidence", "flags"} <= set(COMPARED) <= set(SCHEMA.names)
