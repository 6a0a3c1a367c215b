"""The outcomes: every combination of answers that `engine.judge.outcome` can be asked about, asked once and kept as rows.

An instance's answers make a number; the row with that number has its outcome and what goes with it. So what an outcome
is stands in `decide` alone, and a plan cannot mean anything else.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa

from engine.judge.outcome import OUTCOMES, Facts, Outcome, Sign, Verdict, broken, counted, decide, evidence, flags
from engine.judge.plan.rows import Rows, table

RECORD, NEVER, PERSON = 0, 1, 2
ABSENT, IN_TIME, TOO_LATE = 0, 1, 2
NO_LIMIT, BEFORE_IT, ON_IT, AFTER_IT = 0, 1, 2, 3
UNJUDGED, KEPT, KEPT_LATE, NOT_KEPT = 0, 1, 2, 3


class Answers(NamedTuple):
    """What can be asked about an instance, each answer a small whole number; the sizes are in `SIZES`.

    kind: what decides · today: where the as-at day is to the due date · done, excused, reason: on record in time or not
    (what must never happen: done before the limit; excused by the day it was done) · verdict: what a person said, and
    whether by the due date.
    """

    kind: int
    today: int
    done: int
    excused: int
    reason: int
    verdict: int
    doubtful: int
    lapsed: int
    judged: int
    unset: int


SIZES = Answers(kind=3, today=4, done=3, excused=3, reason=3, verdict=4, doubtful=2, lapsed=2, judged=2, unset=2)

MISSING = -1
"""The number of what nobody can say, whatever else is on the record."""

DUE = date(2020, 6, 15)


def code(answers: Answers) -> Any:
    """The number of these answers, which may be columns as well as numbers."""
    found: Any = 0
    for answer, size in zip(answers, SIZES, strict=True):
        found = found * size + answer
    return found


def _day(days: int) -> date:
    return DUE + timedelta(days=days)


def _sign(name: str, on: date) -> Sign:
    return Sign(on, name, on)


def facts(answers: Answers) -> Facts:
    """An instance that has these answers; every day and event in it can be told apart."""
    limit = answers.today != NO_LIMIT
    never = answers.kind == NEVER
    done = {ABSENT: None, IN_TIME: _day(-9), TOO_LATE: _day(3)}[answers.done]
    excused_in_time = _day(-10)
    excused = {ABSENT: None, IN_TIME: excused_in_time, TOO_LATE: _day(5)}[answers.excused]
    reason = {ABSENT: None, IN_TIME: _day(-8), TOO_LATE: _day(6)}[answers.reason]
    verdict = {UNJUDGED: None, KEPT: _day(-7), KEPT_LATE: _day(4), NOT_KEPT: _day(-7)}[answers.verdict]
    return Facts(
        start=_day(-30),
        due=DUE if limit else None,
        as_at={NO_LIMIT: _day(9), BEFORE_IT: _day(-1), ON_IT: DUE, AFTER_IT: _day(9)}[answers.today],
        at_closure="lapses" if answers.lapsed else "goes_on",
        done=_sign("done", done) if done else None,
        doubtful=_sign("doubtful", _day(-6)) if answers.doubtful and not done else None,
        doubt="the record does not say" if answers.doubtful and not done else None,
        excused=_sign("excused", excused) if excused else None,
        reason=_sign("reason", reason) if reason else None,
        closed=_day(-5) if answers.lapsed else None,
        never=never,
        person_only=answers.kind == PERSON,
        judged=bool(answers.judged),
        verdict=Verdict("not_met" if answers.verdict == NOT_KEPT else "met", verdict, "verdict", verdict)
        if verdict
        else None,
        verdict_missing="a value is not set" if answers.unset else None,
    )


SHOWN = ("done", "excused", "doubtful", "reason", "verdict")
"""The events that a finding may rest on beside the one that started it, in the order in which it shows them."""


def outcome_numbers() -> dict[Outcome, int]:
    """The outcomes as numbers: their places."""
    return {outcome: place for place, outcome in enumerate(OUTCOMES)}


@cache
def decisions() -> pa.Table:
    """Every combination with its outcome: `code`, `outcome`, `has_due`, `done_by` (0 nothing, 1 the fulfilment, 2 the limit,
    3 the judgement), `counted` (1 the fulfilment, 2 the exception, 3 the judgement: whose late recording is said), whether
    a reason counts, `broken_by` (since when it stood broken: 0 never, 1 the day after the limit, 2 the violation, 3 the
    judgement), and for each of `SHOWN` whether it is shown.
    """
    rows: Rows = [
        {
            "code": MISSING,
            "outcome": outcome_numbers()["undetermined"],
            "has_due": False,
            "done_by": 0,
            "counted": 0,
            "reasoned": False,
            "broken_by": 0,
        }
        | {f"shows_{name}": False for name in SHOWN}
    ]
    rows += [{"code": code(answers), **_decided(answers)} for answers in _possible()]
    kinds: dict[str, pa.DataType] = {
        "code": pa.int32(),
        "outcome": pa.int32(),
        "has_due": pa.bool_(),
        "done_by": pa.int32(),
    }
    kinds |= {"counted": pa.int32(), "reasoned": pa.bool_(), "broken_by": pa.int32()}
    kinds |= {f"shows_{name}": pa.bool_() for name in SHOWN}
    return table(rows, kinds)


def _possible() -> Iterator[Answers]:
    for combination in itertools.product(*(range(size) for size in SIZES)):
        answers = Answers(*combination)
        never_judged = answers.kind == NEVER and (
            answers.judged or answers.verdict or answers.unset or answers.doubtful
        )
        person_alone = answers.kind == PERSON and (not answers.judged or answers.done or answers.doubtful)
        unasked = not answers.judged and (answers.verdict or answers.unset)
        no_limit_to_pass = answers.today == NO_LIMIT and (
            TOO_LATE in (answers.done, answers.reason)
            or answers.verdict == KEPT_LATE
            or (answers.kind != NEVER and answers.excused == TOO_LATE)
        )
        if not (never_judged or person_alone or unasked or no_limit_to_pass):
            yield answers


def _decided(answers: Answers) -> dict[str, Any]:
    found = facts(answers)
    decision = decide(found)
    days = {found.due: 2} if found.never else {}
    days |= {found.done.on: 1} if found.done and not found.never else {}
    days |= {found.verdict.on: 3} if found.verdict and found.person_only else {}
    by = counted(found, decision)
    shown = list(evidence(found, decision))
    assert by is None or by.event in shown  # noqa: S101 - what looks up when that was recorded relies on
    since, until = broken(found, decision) or (None, None)
    # Until when it stood broken needs no column of its own: until it was done, if ever.
    assert until == (decision.done if since else None)  # noqa: S101 - what the second pass relies on
    breaking = {None: 0, DUE + timedelta(days=1): 1}
    breaking |= {found.done.on: 2} if found.never and found.done else {}
    breaking |= {found.verdict.on: 3} if found.verdict else {}
    return {
        "outcome": outcome_numbers()[decision.outcome],
        "has_due": decision.due is not None,
        "done_by": 0 if decision.done is None else days[decision.done],
        "counted": 0 if by is None else {"done": 1, "excused": 2, "verdict": 3}[by.event],
        "reasoned": "reason_recorded" in flags(found, decision, provisional=False),
        "broken_by": breaking[since],
        **{f"shows_{name}": name in shown for name in SHOWN},
    }
