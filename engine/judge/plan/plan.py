"""The plan: every step from a caseload's tables to its findings, for a whole rulebook."""

from __future__ import annotations

from typing import NamedTuple

from ibis.expr import operations as ops
from ibis.expr import types as ir

from engine.judge.plan.dues import Dues
from engine.judge.plan.findings import Found, decide_all, findings
from engine.judge.plan.labels import label
from engine.judge.plan.outcomes import later
from engine.judge.plan.rows import PREFIX, VIEW, RulebookRows
from engine.judge.plan.seen import see
from engine.judge.plan.settle import settle
from engine.judge.plan.starts import Starts
from engine.judge.plan.steps import Small, Step, Steps, union
from engine.judge.plan.verdicts import verdicts
from engine.judge.plan.whom import concern
from engine.record.tables import RAW


class Plan(NamedTuple):
    """The steps in order, then what they come to: the findings, and what failed (the id of the duty and of the case).

    `done_with` names, for a step, the tables that nothing after it reads.
    """

    steps: list[Step]
    found: Found
    failed: ir.Table
    done_with: dict[str, list[str]]


def make_plan(rows: RulebookRows) -> Plan:
    """The plan for these rows, from wherever the record is seen."""
    steps = Steps()
    seen = see(steps, rows)
    concerned = concern(steps, rows, seen)
    labels = label(steps, rows, seen, concerned)
    starts = Starts(steps, rows, seen, labels)
    dues = Dues(steps, rows, seen, labels, starts)
    settled = settle(steps, rows, seen, labels, dues)
    due, failed = dues.instances, dues.failed
    judged = verdicts(steps, rows, seen, dues, settled) if rows.judged else None
    decided = decide_all(steps, rows, due, settled, judged, failed)
    if rows.later:
        then = later(steps, rows, due, settled, decided, failed)
        then_decided = decide_all(steps, rows, then.due, then.settled, None, then.failed, turn=1)
        decided, failed = union([decided, then_decided]), then.failed
    if rows.reported is not None:
        decided = decided.filter(decided.k.isin(rows.reported))
    found = findings(steps, rows, seen, decided)
    failed = failed.join(starts.editions.select("k", "duty"), "k").join(seen.cases.select("case_n", "case"), "case_n")
    failed = failed.select("duty", "case").distinct()
    return Plan(steps.all, found, failed, _done_with(steps.all, [*found, failed]))


def _done_with(steps: list[Step], last: list[ir.Table]) -> dict[str, list[str]]:
    readers: dict[str, str] = {}
    for step in steps:
        readers[step.name] = step.name
        if not isinstance(step, Small):
            readers |= dict.fromkeys(_reads(step.expr), step.name)
    kept = {name for table in last for name in _reads(table)}
    found: dict[str, list[str]] = {}
    for table, step_name in readers.items():
        if table.startswith(PREFIX) and not table.startswith(RAW) and table not in kept | {VIEW}:
            found.setdefault(step_name, []).append(table)
    return found


def _reads(table: ir.Table) -> set[str]:
    return {node.name for node in table.op().find(ops.UnboundTable)}
