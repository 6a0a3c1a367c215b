"""The case judge and the brute-force judge give the same rows, and what must hold of all duties holds."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings

from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.record.model import CaseRecord
from engine.record.timeline import View
from tests import oracle
from tests.strategies import Situation, situations


def rows(
    case: CaseRecord, rulebook: Rulebook, as_at: date, known_at: datetime | None = None, stated_only: bool = False
) -> list[oracle.Row]:
    """What the case judge says, in the oracle's form."""
    judged = CaseJudge(rulebook, stated_only=stated_only).judge(case, View(as_at, known_at))
    assert not judged.faults, judged.faults[0].trace
    found = [
        oracle.Row(one.instance, one.clause, one.duty, one.subject, one.outcome, one.start, one.due, one.done,
                   tuple(sorted(one.flags)), one.evidence)
        for one in judged.findings
    ]  # fmt: skip
    return sorted(found, key=lambda row: row.instance)


def agree(situation: Situation) -> None:
    assert rows(*situation) == oracle.judge(*situation)


@settings(max_examples=60)
@given(situations())
def test_the_two_judges_agree(situation: Situation) -> None:
    agree(situation)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(6))  # 3,000; the caseload judge's soak sets the two on 12,000 more
def test_the_two_judges_agree_over_many(seed: int) -> None:
    from hypothesis import seed as seeded

    seeded(seed)(settings(max_examples=500, database=None)(given(situations())(agree)))()
